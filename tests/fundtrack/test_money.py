"""Amounts: what is read, what is refused and why, and that no cent is lost on the way."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from django.utils.functional import Promise
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.money import (
    LARGEST,
    ZERO,
    AmountError,
    parse_amount,
    round_cents,
    round_half_up,
    split_exactly,
    used_percent,
)

cents = st.integers(min_value=-(10**14 - 1), max_value=10**14 - 1).map(lambda value: Decimal(value).scaleb(-2))
properties = settings(deadline=None, max_examples=200)

NBSP, NARROW, THIN, FIGURE = "\u00a0", "\u202f", "\u2009", "\u2007"
MINUS, EN_DASH = "\u2212", "\u2013"


# --- reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # plain
        ("0", "0.00"),
        ("7", "7.00"),
        ("1234", "1234.00"),
        ("1234,5", "1234.50"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        (",50", "0.50"),
        (".5", "0.50"),
        ("000012,30", "12.30"),
        ("  12,30\t\n", "12.30"),
        ("\ufeff12,30", "12.30"),
        # grouped by spaces of every kind
        ("250 000", "250000.00"),
        ("1 234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        (f"1{NBSP}234,56", "1234.56"),
        (f"1{NARROW}234{NARROW}567,8", "1234567.80"),
        (f"12{THIN}345", "12345.00"),
        (f"12{FIGURE}345", "12345.00"),
        # grouped by the other mark, where only one reading is left
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,5", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("1,234,567", "1234567.00"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        # units
        ("50 000 €", "50000.00"),
        ("100.000", "100000.00"),
        ("−5.000 euroa", "-5000.00"),
        ("1.000.000 €", "1000000.00"),
        ("3 163  euroa", "3163.00"),
        (f"3{NBSP}163{NBSP}€", "3163.00"),
        ("3163 EUR", "3163.00"),
        ("EUR 3163,00", "3163.00"),
        ("€12", "12.00"),
        ("1 euro", "1.00"),
        ("2 Euros", "2.00"),
        # signs
        ("-12,00", "-12.00"),
        (f"{MINUS}12,00", "-12.00"),
        (f"{MINUS} 12,00", "-12.00"),
        (f"{EN_DASH}12,00", "-12.00"),
        ("12,00-", "-12.00"),
        (f"12,00{MINUS}", "-12.00"),
        ("12,00 -", "-12.00"),
        ("+12,00", "12.00"),
        ("12,00+", "12.00"),
        ("(12,00)", "-12.00"),
        ("( 1 234,56 )", "-1234.56"),
        ("(12,00 €)", "-12.00"),
        ("(12,00) €", "-12.00"),
        ("€ -12", "-12.00"),
        ("-€12", "-12.00"),
        ("12,00 €-", "-12.00"),
        ("12,00- EUR", "-12.00"),
        (f"{MINUS}1.234,56", "-1234.56"),
        # zero in all its clothes
        ("-", "0.00"),
        (MINUS, "0.00"),
        (EN_DASH, "0.00"),
        (f"-{NBSP}{NBSP}€", "0.00"),
        ("-0,00", "0.00"),
        ("(0)", "0.00"),
        # the edge of the column
        ("999999999999,99", "999999999999.99"),
        ("-999 999 999 999,99", "-999999999999.99"),
    ],
)
def test_reads(text: str, expected: str) -> None:
    assert str(parse_amount(text)) == expected


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1.234", ",", "1234.00"),
        ("1,234", ".", "1234.00"),
        ("100.000", ",", "100000.00"),
        ("100.000,00", ",", "100000.00"),
        ("1 234,56", ",", "1234.56"),
        ("1 234", ".", "1234.00"),
        ("1234.5", ".", "1234.50"),
        ("1.234.567,8-", ",", "-1234567.80"),
    ],
)
def test_reads_with_a_declared_decimal_mark(text: str, mark: str, expected: str) -> None:
    assert str(parse_amount(text, decimal_mark=mark)) == expected


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.234", ("1234", "1.234")),
        ("1,234", ("1234", "1.234")),
        ("12,345", ("12345", "12.345")),
        ("12,500", ("12500", "12.500")),
        ("100,000", ("100000", "100.000")),
        ("12.500", ("12500", "12.500")),
        ("999.999 €", ("999999", "999.999")),
        ("-1.234", ("-1234", "-1.234")),
        ("(1,234)", ("-1234", "-1.234")),
    ],
)
def test_asks_about_what_can_be_read_two_ways(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text)
    assert caught.value.code == "ambiguous"
    assert caught.value.readings == tuple(map(Decimal, readings))


@pytest.mark.parametrize(
    ("text", "mark", "code"),
    [
        ("", None, "empty"),
        (" \t\n", None, "empty"),
        (f"{NBSP}{NARROW}", None, "empty"),
        ("\ufeff", None, "empty"),
        # no number, or more than one
        ("abc", None, "not_a_number"),
        ("€", None, "not_a_number"),
        ("+", None, "not_a_number"),
        ("()", None, "not_a_number"),
        ("(-)", None, "not_a_number"),
        (",", None, "not_a_number"),
        ("1e5", None, "not_a_number"),
        ("1E+5", None, "not_a_number"),
        ("NaN", None, "not_a_number"),
        ("Infinity", None, "not_a_number"),
        ("1_000", None, "not_a_number"),
        ("0x1F", None, "not_a_number"),
        ("50 t€", None, "not_a_number"),
        ("50 k€", None, "not_a_number"),
        ("12 %", None, "not_a_number"),
        ("$12", None, "not_a_number"),
        ("12\t13", None, "not_a_number"),
        ("12\n13", None, "not_a_number"),
        ("10-20", None, "not_a_number"),
        ("10.3.2026", None, "not_a_number"),
        ("=1+1", None, "not_a_number"),
        ("\uff11\uff12", None, "not_a_number"),  # full-width digits
        ("\u0661\u0662", None, "not_a_number"),  # Arabic-Indic digits
        ("1\u00b2", None, "not_a_number"),
        # two of a kind
        ("--12", None, "not_a_number"),
        ("-12-", None, "not_a_number"),
        ("+12-", None, "not_a_number"),
        ("(-12)", None, "not_a_number"),
        ("((12))", None, "not_a_number"),
        ("(12", None, "not_a_number"),
        ("12)", None, "not_a_number"),
        ("€ 12 €", None, "not_a_number"),
        # unfinished, or a dash for no cents
        ("12,", None, "not_a_number"),
        ("12,-", None, "not_a_number"),
        # grouping that is not grouping
        ("12 34,5", None, "not_a_number"),
        ("1234 567", None, "not_a_number"),
        ("1  234", None, "not_a_number"),
        ("0 123", None, "not_a_number"),
        ("1 234 ,56", None, "not_a_number"),
        ("1 234.567,89", None, "not_a_number"),
        ("1.234 567", None, "not_a_number"),
        ("1.23.456", None, "not_a_number"),
        ("12.34.567", None, "not_a_number"),
        ("1.234.56", None, "not_a_number"),
        ("1,234,56.7", None, "not_a_number"),
        ("1.234,5.6", None, "not_a_number"),
        ("1..234", None, "not_a_number"),
        # a declared mark leaves one reading, right or wrong
        ("1234.56", ",", "not_a_number"),
        ("1,23", ".", "not_a_number"),
        ("1.234.567", ".", "not_a_number"),
        ("1.234,56", ".", "not_a_number"),
        ("12,345", ",", "too_many_decimals"),
        ("12,500", ",", "too_many_decimals"),
        ("1.234", ".", "too_many_decimals"),
        # more than two decimals where no grouping can be meant
        ("12,3456", None, "too_many_decimals"),
        ("12,5000", None, "too_many_decimals"),
        ("1234,567", None, "too_many_decimals"),
        ("0,500", None, "too_many_decimals"),
        (",500", None, "too_many_decimals"),
        ("1 234,567", None, "too_many_decimals"),
        ("1 234.567", None, "too_many_decimals"),
        ("1.234,567", None, "too_many_decimals"),
        ("4840.5200000000004", None, "too_many_decimals"),
        # over the column
        ("1000000000000", None, "too_large"),
        ("-1 000 000 000 000,00", None, "too_large"),
        ("9" * 60, None, "too_large"),
        ("9" * 5000, None, "not_a_number"),
    ],
)
def test_refuses(text: str, mark: str | None, code: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text, decimal_mark=mark)
    assert caught.value.code == code
    assert caught.value.text == text
    assert caught.value.readings == ()
    assert str(caught.value)


@pytest.mark.parametrize("value", [12.0, 12, Decimal(12), None, b"12"])
def test_parses_only_text(value: object) -> None:
    with pytest.raises(TypeError):
        parse_amount(value)


def test_refuses_an_unknown_decimal_mark() -> None:
    with pytest.raises(ValueError, match="decimal mark"):
        parse_amount("12", decimal_mark=";")


def test_message_shows_both_readings_and_what_was_typed() -> None:
    error = AmountError("ambiguous", f" 1.234{NBSP}€ ", (Decimal("1234"), Decimal("1.234")))
    assert isinstance(error, Refusal)
    assert isinstance(error.message, Promise)
    with translation.override("en"):
        assert str(error) == (
            f"“1.234 €” can be read as 1{NBSP}234,00{NBSP}€ or as 1,234{NBSP}€. "
            "Type it without a thousands separator and with two decimals, for example 1234,00."
        )


def test_message_survives_any_text_in_one_short_line() -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount("100 %(text)s {x}\n" + "y" * 500)
    message = str(caught.value)
    assert "100 %(text)s {x} yyy" in message
    assert "\n" not in message
    assert len(message) < 150


@properties
@given(cents)
def test_reads_back_what_is_written(value: Decimal) -> None:
    for show in (formats.amount, formats.signed_amount, formats.eur, formats.exact_eur):
        assert parse_amount(show(value)) == value
    assert parse_amount(formats.csv_amount(value), decimal_mark=",") == value
    assert parse_amount(formats.machine(value), decimal_mark=".") == value


def test_reads_back_every_cent_up_to_a_hundred() -> None:
    for count in range(100_00):
        euros, rest = divmod(count, 100)
        value = parse_amount(f"{euros},{rest:02}")
        assert value * 100 == count
        assert parse_amount(formats.amount(value)) == value


@properties
@given(st.text(alphabet="0123456789 .,-+()€EURa\u00a0\u2212", max_size=20))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        value = parse_amount(text)
    except AmountError as error:
        assert (error.code == "ambiguous") == (len(error.readings) == 2)
    else:
        assert value.as_tuple().exponent == -2
        assert abs(value) <= LARGEST
        assert formats.machine(value) == str(value)


# --- arithmetic


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.015", "0.02"),
        ("0.025", "0.03"),
        ("2.6749999", "2.67"),
        ("4840.5200000000004", "4840.52"),
        ("-0.004", "0.00"),
        ("-0", "0.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_rounds_halves_away_from_zero(value: str, expected: str) -> None:
    assert str(round_cents(Decimal(value))) == expected


def test_whole_numbers_are_exact_enough() -> None:
    assert str(round_cents(sum([]))) == "0.00"
    assert str(round_half_up(Decimal("1234.5"), 0)) == "1235"
    assert str(ZERO) == "0.00"


@pytest.mark.parametrize("value", [0.1, True, "1", None])
def test_rounds_only_decimals(value: object) -> None:
    with pytest.raises(TypeError):
        round_cents(value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_rounds_only_finite_numbers(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        round_cents(Decimal(value))


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("3163.00", 3, ["1054.34", "1054.33", "1054.33"]),
        ("-3163.00", 3, ["-1054.34", "-1054.33", "-1054.33"]),
        ("0.02", 3, ["0.01", "0.01", "0.00"]),
        ("0.00", 2, ["0.00", "0.00"]),
        ("12.34", 1, ["12.34"]),
        ("100.00", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("100.00", [91, 9], ["91.00", "9.00"]),
        ("100.00", [0, 1, 2], ["0.00", "33.34", "66.66"]),
        ("0.01", [0, 1, 1], ["0.00", "0.01", "0.00"]),
        ("5.12", [38, 45, 941], ["0.19", "0.23", "4.70"]),  # the first comes out even and is left alone
        ("1.00", [Decimal("0.5"), Decimal("0.25"), Decimal("0.25")], ["0.50", "0.25", "0.25"]),
    ],
)
def test_splits_with_the_cents_that_are_left_to_the_first(
    total: str, parts: int | list[int | Decimal], expected: list[str]
) -> None:
    assert [str(part) for part in split_exactly(Decimal(total), parts)] == expected


@pytest.mark.parametrize(
    ("total", "parts"),
    [("1.00", 0), ("1.00", -1), ("1.00", []), ("1.00", [0, 0]), ("1.00", [2, -1]), ("1.005", 2)],
)
def test_does_not_split_what_cannot_be_split(total: str, parts: int | list[int]) -> None:
    with pytest.raises(ValueError):
        split_exactly(Decimal(total), parts)


def test_does_not_split_by_float_weights() -> None:
    with pytest.raises(TypeError):
        split_exactly(Decimal("1.00"), [0.5, 0.5])


@properties
@given(cents, st.integers(min_value=1, max_value=60))
def test_equal_parts_sum_to_the_whole(total: Decimal, count: int) -> None:
    parts = split_exactly(total, count)
    assert len(parts) == count
    assert sum(parts) == total
    assert max(parts) - min(parts) <= Decimal("0.01")
    assert sorted(parts, key=abs, reverse=True) == parts


@properties
@given(cents, st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=12).filter(any))
def test_weighted_parts_sum_to_the_whole(total: Decimal, weights: list[int]) -> None:
    parts = split_exactly(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        fair = Fraction(total) * weight / sum(weights)
        assert abs(Fraction(part) - fair) < Fraction(1, 100)
        assert weight or not part


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("318250.00", "500000.00", "63.65"),
        ("3163.00", "401052.00", "0.79"),
        ("0.00", "10.00", "0.00"),
        ("10150.00", "10000.00", "101.50"),
        ("-0.01", "10000.00", "0.00"),
        ("-500.50", "1000.00", "-50.05"),
        ("1.00", "3.00", "33.33"),
        ("2.00", "3.00", "66.67"),
        # exactly half a hundredth of a percent goes away from zero
        ("0.01", "200.00", "0.01"),
        ("-0.01", "200.00", "-0.01"),
        ("0.01", "200.01", "0.00"),
    ],
)
def test_used_percent(part: str, whole: str, expected: str) -> None:
    assert str(used_percent(Decimal(part), Decimal(whole))) == expected


def test_used_percent_of_nothing_is_none() -> None:
    assert used_percent(Decimal("1.00"), ZERO) is None
    assert used_percent(ZERO, ZERO) is None


def test_used_percent_refuses_floats() -> None:
    with pytest.raises(TypeError):
        used_percent(1.0, Decimal(2))
