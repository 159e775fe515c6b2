"""Money in columns and in form fields."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from hypothesis import strategies as st

from fundtrack.money import (
    LARGEST,
    AmountField,
    MoneyField,
)

cents = st.integers(min_value=-(10**14 - 1), max_value=10**14 - 1).map(lambda value: Decimal(value).scaleb(-2))

NBSP, NARROW, THIN, FIGURE = "\u00a0", "\u202f", "\u2009", "\u2007"
MINUS, EN_DASH = "\u2212", "\u2013"


# --- the column


def test_migrations_name_the_field_without_its_size() -> None:
    written, imports = MigrationWriter.serialize(MoneyField())
    assert written == "fundtrack.money.MoneyField()"
    assert imports == {"import fundtrack.money"}
    copy = MoneyField(null=True, verbose_name="amount").clone()
    assert (copy.max_digits, copy.decimal_places, copy.null, copy.verbose_name) == (14, 2, True, "amount")
    assert isinstance(copy, models.DecimalField)


def test_field_refuses_floats_everywhere() -> None:
    field = MoneyField()
    for refuse in (field.to_python, field.get_prep_value, lambda value: field.clean(value, None)):
        with pytest.raises(TypeError, match="float"):
            refuse(0.5)
    with pytest.raises(TypeError, match="float"):
        field.get_db_prep_save(0.5, connection)


def test_field_takes_decimals_whole_numbers_and_nothing() -> None:
    field = MoneyField(null=True)
    assert field.to_python(Decimal("1.20")) == Decimal("1.20")
    assert field.get_prep_value(5) == Decimal(5)
    assert field.to_python("1234.56") == Decimal("1234.56")
    assert field.get_prep_value(None) is None
    assert field.get_db_prep_save(None, connection) is None


def test_field_refuses_to_store_fractions_of_a_cent() -> None:
    field = MoneyField()
    with pytest.raises(ValueError, match="whole cents"):
        field.get_db_prep_save(Decimal("0.005"), connection)
    assert field.get_db_prep_save(Decimal("12.500"), connection) == Decimal("12.50")
    expression = models.Value(Decimal(1))
    assert field.get_db_prep_save(expression, connection) is expression


@pytest.mark.parametrize("value", ["abc", "NaN", Decimal("NaN")])
def test_field_reports_what_is_no_number(value: object) -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean(value, None)


def test_field_validates_its_size() -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean(LARGEST + 1, None)


# --- the form field


def test_form_field_reads_and_shows_the_finnish_way() -> None:
    field = MoneyField().formfield()
    assert isinstance(field, AmountField)
    assert field.clean("1 234,56 €") == Decimal("1234.56")
    assert field.prepare_value(Decimal("-1234.56")) == f"{MINUS}1{NBSP}234,56"
    assert field.prepare_value("1.234") == "1.234"
    assert not field.has_changed(Decimal("1234.50"), f"1{NBSP}234,50")
    assert field.has_changed(Decimal("1234.50"), "1234,51")
    assert field.widget.attrs["inputmode"] == "decimal"


def test_form_field_reports_the_refusal_with_its_code() -> None:
    with pytest.raises(ValidationError) as caught:
        AmountField().clean("1.234")
    assert [error.code for error in caught.value.error_list] == ["ambiguous"]


def test_form_field_may_be_empty_where_the_column_may() -> None:
    assert MoneyField(null=True, blank=True).formfield().clean("") is None
    with pytest.raises(ValidationError) as caught:
        AmountField().clean("")
    assert [error.code for error in caught.value.error_list] == ["required"]
