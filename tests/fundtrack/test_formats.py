"""What people read: spaces, signs and marks to the character, and the template filters that pass it on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.template import Context, Engine
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack import formats
from fundtrack.periods import Month

NBSP, MINUS, DASH = "\u00a0", "\u2212", "\u2013"

cents = st.integers(min_value=-(10**14 - 1), max_value=10**14 - 1).map(lambda value: Decimal(value).scaleb(-2))
NUMBER_FORMATS = (
    formats.amount,
    formats.eur,
    formats.whole_eur,
    formats.signed_amount,
    formats.exact_eur,
    formats.percent,
    formats.machine,
    formats.csv_amount,
)


@pytest.mark.parametrize(
    ("show", "value", "expected"),
    [
        (formats.amount, "0", "0,00"),
        (formats.amount, "-0.00", "0,00"),
        (formats.amount, "-0.004", "0,00"),
        (formats.amount, "0.005", "0,01"),
        (formats.amount, "12.5", "12,50"),
        (formats.amount, "999.99", "999,99"),
        (formats.amount, "1234.56", f"1{NBSP}234,56"),
        (formats.amount, "-1234567.89", f"{MINUS}1{NBSP}234{NBSP}567,89"),
        (formats.amount, "1E+6", f"1{NBSP}000{NBSP}000,00"),
        (formats.eur, "50000", f"50{NBSP}000,00{NBSP}€"),
        (formats.eur, "-12", f"{MINUS}12,00{NBSP}€"),
        (formats.whole_eur, "1234.50", f"1{NBSP}235{NBSP}€"),
        (formats.whole_eur, "-1234.49", f"{MINUS}1{NBSP}234{NBSP}€"),
        (formats.whole_eur, "-0.49", f"0{NBSP}€"),
        (formats.signed_amount, "1234.56", f"+1{NBSP}234,56"),
        (formats.signed_amount, "-12", f"{MINUS}12,00"),
        (formats.signed_amount, "0", "0,00"),
        (formats.signed_amount, "0.004", "0,00"),
        (formats.exact_eur, "1234", f"1{NBSP}234,00{NBSP}€"),
        (formats.exact_eur, "1.234", f"1,234{NBSP}€"),
        (formats.exact_eur, "1E+3", f"1{NBSP}000,00{NBSP}€"),
        (formats.percent, "63.65", f"63,65{NBSP}%"),
        (formats.percent, "-50.05", f"{MINUS}50,05{NBSP}%"),
        (formats.percent, "1234.5", f"1{NBSP}234,50{NBSP}%"),
        (formats.machine, "1234.56", "1234.56"),
        (formats.machine, "-12", "-12.00"),
        (formats.machine, "-0.00", "0.00"),
        (formats.machine, "1E+6", "1000000.00"),
        (formats.csv_amount, "1234.56", "1234,56"),
        (formats.csv_amount, "-12", "-12,00"),
    ],
)
def test_numbers(show: Callable[..., str], value: str, expected: str) -> None:
    assert show(Decimal(value)) == expected


def test_percent_takes_its_places_and_knows_nothing() -> None:
    assert formats.percent(Decimal("63.65"), 0) == f"64{NBSP}%"
    assert formats.percent(Decimal("63.65"), places=1) == f"63,7{NBSP}%"
    assert formats.percent(None) == DASH


@pytest.mark.parametrize("show", NUMBER_FORMATS)
@pytest.mark.parametrize("value", [0.5, "1.00", True])
def test_numbers_are_decimals(show: Callable[..., str], value: object) -> None:
    with pytest.raises(TypeError):
        show(value)


@pytest.mark.parametrize("show", [show for show in NUMBER_FORMATS if show is not formats.percent])
def test_numbers_are_not_none(show: Callable[..., str]) -> None:
    with pytest.raises(TypeError):
        show(None)


@settings(deadline=None, max_examples=200)
@given(cents)
def test_people_and_machines_are_told_the_same(value: Decimal) -> None:
    shown = formats.amount(value)
    assert shown.replace(NBSP, "").replace(MINUS, "-").replace(",", ".") == formats.machine(value)
    assert Decimal(formats.machine(value)) == value
    head, *groups = shown.removeprefix(MINUS).partition(",")[0].split(NBSP)
    assert 1 <= len(head) <= 3
    assert all(len(group) == 3 for group in groups)


def test_dates() -> None:
    assert formats.day(date(2026, 3, 10)) == "10.3.2026"
    assert formats.month_short(Month(2024, 9)) == "9/2024"
    assert formats.month_short(date(2024, 12, 1)) == "12/2024"


def test_moments_are_told_in_helsinki() -> None:
    winter = datetime(2025, 12, 31, 22, 5, tzinfo=UTC)
    assert formats.moment(winter) == "1.1.2026 0.05"
    assert formats.day(winter) == "1.1.2026"
    assert formats.moment(datetime(2026, 7, 1, 11, 30, tzinfo=UTC)) == "1.7.2026 14.30"
    assert formats.moment(datetime(2026, 7, 1, 11, 30, tzinfo=timezone(timedelta(hours=3)))) == "1.7.2026 11.30"


@pytest.mark.parametrize("show", [formats.moment, formats.day])
def test_moments_have_a_time_zone(show: Callable[..., str]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        show(datetime(2026, 3, 10, 14, 5))  # noqa: DTZ001 - the naive moment is what is refused


def test_months_by_name() -> None:
    with translation.override("en"):
        assert formats.month(Month(2024, 9)) == "September 2024"
        assert formats.month(date(2024, 12, 1)) == "December 2024"
        assert [formats.month(month) for month in Month.year_of(2024)] == [
            date(2024, number, 1).strftime("%B 2024") for number in range(1, 13)
        ]


def test_months_in_the_document_language() -> None:
    with translation.override("fi"):
        assert formats.month(Month(2024, 9), "en") == "September 2024"
        assert formats.month(Month(2024, 9), language="en") == "September 2024"
        assert translation.get_language() == "fi"


def render(source: str, **context: object) -> str:
    engine = Engine(libraries={"formats": "fundtrack.templatetags.formats"})
    return engine.from_string("{% load formats %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ value|eur }}", Decimal("1234.56"), f"1{NBSP}234,56{NBSP}€"),
        ("{{ value|amount }}", Decimal("-12"), f"{MINUS}12,00"),
        ("{{ value|whole_eur }}", Decimal("1234.56"), f"1{NBSP}235{NBSP}€"),
        ("{{ value|signed_amount }}", Decimal("12"), "+12,00"),
        ("{{ value|percent }}", Decimal("63.65"), f"63,65{NBSP}%"),
        ("{{ value|percent:1 }}", Decimal("63.65"), f"63,7{NBSP}%"),
        ("{{ value|day }}", date(2026, 3, 10), "10.3.2026"),
        ("{{ value|moment }}", datetime(2026, 3, 10, 12, 5, tzinfo=UTC), "10.3.2026 14.05"),
        ("{{ value|month:'en' }}", Month(2024, 9), "September 2024"),
        ("{{ value|month_short }}", date(2024, 9, 1), "9/2024"),
    ],
)
def test_filters(source: str, value: object, expected: str) -> None:
    assert render(source, value=value) == expected
    assert render(source, value=None) == DASH


def test_filters_do_not_hide_a_missing_variable() -> None:
    with pytest.raises(TypeError):
        render("{{ misspelt|eur }}")
