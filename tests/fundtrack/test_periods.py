"""Months and periods: arithmetic, order, edges of the range, and the way into a URL."""

import copy
import pickle
import re
from calendar import monthrange
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack.periods import Month, MonthConverter, Period

months = st.builds(Month, st.integers(min_value=1900, max_value=2199), st.integers(min_value=1, max_value=12))
properties = settings(deadline=None, max_examples=200)


def test_a_month_knows_its_days() -> None:
    september = Month(2024, 9)
    assert str(september) == "2024-09"
    assert (september.year, september.number) == (2024, 9)
    assert september.first == date(2024, 9, 1)
    assert september.last == date(2024, 9, 30)
    assert Month(2024, 2).last == date(2024, 2, 29)
    assert Month(2023, 2).last == date(2023, 2, 28)
    assert september.period == Period(date(2024, 9, 1), date(2024, 10, 1))
    assert date(2024, 9, 30) in september
    assert date(2024, 10, 1) not in september


def test_the_year_turns() -> None:
    assert Month(2024, 12).next() == Month(2025, 1)
    assert Month(2024, 1).previous() == Month(2023, 12)
    assert Month(2024, 12).last == date(2024, 12, 31)
    assert Month(2024, 9) + 16 == Month(2026, 1)
    assert Month(2024, 9) - 9 == Month(2023, 12)
    assert Month(2024, 9) + -9 == Month(2023, 12)
    assert Month(2025, 1) - Month(2024, 9) == 4
    assert Month(2024, 9) - Month(2025, 1) == -4


def test_ranges() -> None:
    assert Month.range(Month(2023, 11), Month(2024, 2)) == [
        Month(2023, 11),
        Month(2023, 12),
        Month(2024, 1),
        Month(2024, 2),
    ]
    assert Month.range(Month(2024, 2), Month(2024, 2)) == [Month(2024, 2)]
    assert Month.range(Month(2024, 2), Month(2024, 1)) == []
    assert Month.year_of(2024) == Month.range(Month(2024, 1), Month(2024, 12))


def test_parse() -> None:
    assert Month.parse("2024-09") == Month(2024, 9)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-9",
        "2024-13",
        "2024-00",
        "2024-09-01",
        "24-09",
        "2024/09",
        "202409",
        " 2024-09",
        "2024-09\n",
        "1899-12",
        "2200-01",
        "\uff12\uff10\uff12\uff14-09",  # full-width digits
    ],
)
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


@pytest.mark.parametrize(("year", "number"), [(1899, 12), (2200, 1), (2024, 0), (2024, 13)])
def test_there_is_no_such_month(year: int, number: int) -> None:
    with pytest.raises(ValueError):
        Month(year, number)


def test_the_last_month_has_an_end_and_no_next() -> None:
    assert Month(2199, 12).last == date(2199, 12, 31)
    with pytest.raises(ValueError):
        Month(2199, 12).next()
    with pytest.raises(ValueError):
        Month(1900, 1).previous()


def test_of_a_day_but_not_of_a_moment() -> None:
    assert Month.of(date(2024, 9, 30)) == Month(2024, 9)
    # 22.30 in UTC is already October in Helsinki.
    with pytest.raises(TypeError):
        Month.of(datetime(2024, 9, 30, 22, 30, tzinfo=UTC))


def test_a_month_is_a_value() -> None:
    month = Month(2024, 9)
    assert {month: "x"}[Month(2024, 9)] == "x"
    assert sorted([Month(2024, 10), Month(2023, 12), month]) == [Month(2023, 12), month, Month(2024, 10)]
    assert month != date(2024, 9, 1)
    assert pickle.loads(pickle.dumps(month)) == copy.deepcopy(month) == month
    with pytest.raises(AttributeError):
        month.year = 2025


@pytest.mark.parametrize("other", ["1", 1.0, None, date(2024, 9, 1)])
def test_a_month_adds_only_months(other: object) -> None:
    with pytest.raises(TypeError):
        Month(2024, 9) + other
    with pytest.raises(TypeError):
        Month(2024, 9) - other


@properties
@given(months, months)
def test_difference_is_the_way_from_one_to_the_other(one: Month, other: Month) -> None:
    assert other + (one - other) == one
    assert one - (one - other) == other
    assert (one < other) == (one - other < 0) == (one.first < other.first)


@properties
@given(months)
def test_every_month_agrees_with_the_calendar(month: Month) -> None:
    assert month.last.day == monthrange(month.year, month.number)[1]
    assert Month.parse(str(month)) == month == Month.of(month.first) == Month.of(month.last)


@properties
@given(months, st.integers(min_value=0, max_value=240))
def test_ranges_are_without_gaps(first: Month, length: int) -> None:
    last = first + min(length, Month(2199, 12) - first)
    between = Month.range(first, last)
    assert (between[0], between[-1], len(between)) == (first, last, last - first + 1)
    assert all(later - earlier == 1 for earlier, later in pairwise(between))


def test_periods_are_half_open_in_code_and_inclusive_on_paper() -> None:
    year = Period.of_year(2024)
    assert (year.starts_on, year.ends_before, year.ends_on) == (
        date(2024, 1, 1),
        date(2025, 1, 1),
        date(2024, 12, 31),
    )
    assert date(2024, 12, 31) in year
    assert date(2025, 1, 1) not in year
    assert year.months == Month.year_of(2024)
    assert Period.of_days(date(2024, 1, 1), date(2024, 12, 31)) == year
    assert Period.of_months(Month(2024, 1), Month(2024, 3)).ends_on == date(2024, 3, 31)
    assert Period.of_days(date(2024, 1, 31), date(2024, 2, 1)).months == [Month(2024, 1), Month(2024, 2)]


def test_a_period_has_a_day() -> None:
    with pytest.raises(ValueError):
        Period(date(2024, 1, 1), date(2024, 1, 1))


def test_converter_reads_and_writes_urls() -> None:
    converter = MonthConverter()
    assert re.fullmatch(converter.regex, "2024-09")
    assert not re.fullmatch(converter.regex, "2024-13")
    assert not re.fullmatch(converter.regex, "2024-9")
    assert re.compile(converter.regex).groups == 0
    assert converter.to_python("2024-09") == Month(2024, 9)
    assert converter.to_url(Month(2024, 9)) == "2024-09"
    assert converter.to_url(date(2024, 9, 1)) == "2024-09"
    assert converter.to_url("2024-09") == "2024-09"
    with pytest.raises(ValueError):
        converter.to_python("1899-12")
    with pytest.raises(ValueError):
        converter.to_url("September")
