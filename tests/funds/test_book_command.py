"""``manage.py book``: one row, one line of output, one line on refusal."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from funds.models import Actual
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


def book(world: World, *arguments: str) -> str:
    out = StringIO()
    by = ("--by", world.finance.user.email)
    call_command("book", world.organisation.slug, world.fund.slug, *arguments, *by, stdout=out)
    return out.getvalue()


def test_a_row_is_booked_on_the_line_of_the_code() -> None:
    world = make_world()
    said = book(world, "A1", "2024-09", "1 234,56", "--voucher", "V1", "--account", "4300", "--date", "2024-09-05")
    row = Actual.objects.get()
    assert said == f"booking 1: row {row.pk} A1 2024-09 1234.56\n"
    assert (row.line, row.voucher, row.account, str(row.booked_on)) == (world.line("A1"), "V1", "4300", "2024-09-05")
    assert row.booking.source == "command"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.56", "1234.56"),
        ("-500.50", "-500.50"),
        ("-500,50", "-500.50"),
        ("−12,00", "-12.00"),
        ("1 000", "1000.00"),
    ],
)
def test_amounts_as_people_write_them(text: str, amount: str) -> None:
    world = make_world()
    book(world, "A1", "2024-09", text)
    assert Actual.objects.get().amount == Decimal(amount)


def test_a_correction_of_a_closed_month() -> None:
    world = make_world()
    first = world.book("A1", "2024-01", "100.00").rows.get()
    world.close("2024-01")
    book(world, "A1", "2024-02", "-20.00", "--corrects", str(first.pk), "--description", "Hyvitys")
    assert first.corrections.get().concerns_month == first.month


def test_another_cost_centre_is_booked_outside_the_plan() -> None:
    world = make_world()
    book(world, "A1", "2024-01", "5", "--cost-centre", "9999")
    assert Actual.objects.get().line is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("XX", "2024-01", "5"),
        ("A1", "2025-01", "5"),
        ("A1", "2024-13", "5"),
        ("A1", "2024-01", "1.234"),
        ("A1", "2024-01", "0"),
        ("A1", "2024-01", "five"),
        ("A1", "2024-01", "5", "--date", "2024-02-01"),
        ("A1", "2024-01", "5", "--corrects", "999999"),
        ("A1", "2024-01", "5", "--voucher", "x" * 51),
    ],
)
def test_what_cannot_be_booked_is_refused_in_one_line(arguments: tuple[str, ...]) -> None:
    world = make_world()
    with pytest.raises(CommandError) as refused:
        book(world, *arguments)
    assert "\n" not in str(refused.value)
    assert not Actual.objects.exists()


def test_a_closed_month_a_draft_and_a_reader_are_refused() -> None:
    world = make_world()
    world.close("2024-01")
    with pytest.raises(CommandError, match="2/2024"):
        book(world, "A1", "2024-01", "5")
    with pytest.raises(CommandError):
        book(make_world("luonnos", active=False), "A1", "2024-01", "5")
    world.members["finance"] = world.viewer
    with pytest.raises(CommandError):
        book(world, "A1", "2024-02", "5")
