"""Which rows of the ledger a file of whole months speaks of: its months and cost centres, and its fund's lines."""

from dataclasses import replace
from decimal import Decimal

import pytest

from funds.models import Actual, BudgetLine
from tests.factories import World, make_world
from tests.factories.imports import COLUMNS, FileRow, second_fund

from .import_ledger import NO_CENTRE, PLAIN, V1, V2, bare, commit, correct, keys, preview, settle, standing

pytestmark = pytest.mark.django_db

BARE_AND_PLAIN = ("project_code", "amount")
B1 = FileRow("B1", "2024-01", "50.00", "V2", centre="2000")


@pytest.fixture
def wide() -> World:
    """A world with a second cost centre, 2000, and its line B1."""
    return make_world(beside={"2000": {"B1": "9000.00"}})


# --- files without cost centres


def test_a_row_that_is_missing_in_a_file_without_cost_centres_is_reversed(wide: World) -> None:
    commit(wide, bare(V1), bare(B1), columns=NO_CENTRE)
    found = preview(wide, bare(V1), columns=NO_CENTRE)
    assert (found.removed.count, found.removed.amount) == (1, Decimal("-50.00"))
    assert "unnamed" in keys(found), "nothing else of that cost centre is in the file"
    both = preview(wide, bare(V1), bare(replace(B1, voucher="V3", amount="1.00")), columns=NO_CENTRE)
    assert both.removed.count == 1 and "unnamed" not in keys(both)


def test_a_cost_whose_code_was_changed_stands_once(wide: World) -> None:
    rows = [bare(replace(row, voucher="")) for row in (V1, B1)]
    commit(wide, *rows, columns=BARE_AND_PLAIN)
    moved = [rows[0], replace(rows[1], code="A1")]
    found = preview(wide, *moved, columns=BARE_AND_PLAIN)
    assert (found.new.count, found.removed.count, found.known.count) == (1, 1, 1) and "unnamed" in keys(found)
    commit(wide, *moved, columns=BARE_AND_PLAIN, whole=True)
    assert standing(wide) == Decimal("150.00")


def test_a_file_with_cost_centres_leaves_those_that_it_does_not_name_alone(wide: World) -> None:
    commit(wide, bare(V1), bare(B1), columns=NO_CENTRE)
    assert preview(wide, V1).changes_nothing
    commit(wide, V1, B1)
    assert preview(wide, V1).changes_nothing


def test_a_file_without_cost_centres_speaks_of_all_that_such_files_said(world: World) -> None:
    unknown = bare(FileRow("ZZ", "2024-01", "30.00", "V5"))
    commit(world, bare(V1), unknown, columns=NO_CENTRE)
    found = preview(world, bare(V1), columns=NO_CENTRE)
    assert (found.removed.count, found.removed.amount) == (1, Decimal("-30.00"))


# --- rules


@pytest.mark.parametrize("column", ["2000", "1000"])
def test_a_cost_centre_that_the_file_names_is_spoken_of_wherever_rules_lead_its_rows(wide: World, column: str) -> None:
    wide.book("A1", "2024-01", "55.00")
    wide.book("B1", "2024-01", "33.00", centre="2000")
    led = FileRow("B1", "2024-01", "10.00", "V1", centre=column, by_rule=True)
    found = preview(wide, led)
    removed = {"1000": (2, Decimal("-88.00")), "2000": (1, Decimal("-33.00"))}[column]
    assert (found.new.count, found.removed.count, found.removed.amount) == (1, *removed)
    assert "by_hand_removed" in keys(found)


def test_a_row_that_a_rule_leads_away_now_is_not_there_twice(wide: World) -> None:
    row = FileRow("A2", "2024-01", "11.00")
    commit(wide, bare(row), columns=BARE_AND_PLAIN)
    led = replace(row, code="B1", by_rule=True, replaced="A2")
    commit(wide, led, columns=PLAIN, whole=True)
    assert standing(wide) == Decimal("11.00")


def test_a_row_of_another_cost_centre_of_the_ledger_is_left_alone(world: World) -> None:
    """It was led to a line of the file's cost centre by a rule, and the file does not speak of where it came from."""
    commit(world, V1, FileRow("A1", "2024-01", "9.00", "V9", centre="9000", by_rule=True))
    assert preview(world, V1).changes_nothing


# --- other funds


def test_rows_outside_the_plan_of_another_fund_s_file_are_not_this_fund_s(world: World) -> None:
    other = replace(world, fund=second_fund(world))
    commit(other, FileRow("ZZ", "2024-01", "30.00", "V5"))
    assert preview(world, V1).removed.count == 0
    assert preview(other, FileRow("XX1", "2024-01", "1.00", "V6")).removed.count == 1


def test_a_line_of_another_fund_is_not_touched_where_a_person_led_a_row_there(world: World) -> None:
    line = BudgetLine.objects.get(plan__fund=second_fund(world))
    commit(world, replace(V1, code=""), V2)
    settle(world, line)
    found = preview(world, V2)
    assert (found.removed.count, found.changes_nothing) == (0, True)


def test_a_row_that_another_fund_brought_and_this_fund_settled_can_be_changed(world: World) -> None:
    other = replace(world, fund=second_fund(world))
    commit(other, FileRow("ZZ", "2024-01", "30.00", "V5"))
    settle(world, world.line("A1"))
    found = preview(world, V1)
    assert (found.removed.count, found.removed.amount) == (1, Decimal("-30.00")) and "by_hand_removed" in keys(found)


@pytest.mark.parametrize("other_brought", [True, False])
def test_what_stood_last_on_a_line_of_another_fund_stays_there(world: World, other_brought: bool) -> None:
    other = replace(world, fund=second_fund(world))
    row = FileRow("ZZ", "2024-01", "30.00", "V1")
    commit(other if other_brought else world, row)
    settle(world, BudgetLine.objects.get(plan__fund=other.fund))
    correct(world, "-30.00", Actual.objects.get(line__plan__fund=other.fund))
    found = preview(world, row, V2, columns=COLUMNS)
    assert (found.changed.count, found.removed.count) == (0, 0)
    commit(world, row, V2, whole=True)
    on_other = Actual.objects.filter(line__plan__fund=other.fund).values_list("amount", flat=True)
    assert sum(on_other) == 0
