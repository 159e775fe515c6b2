"""Rows outside the plan that an import changed, reversed or undid: what waits is what stands there, to the cent."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from funds.actions.actuals import WrongCorrection, settle_outside
from funds.actions.imports import commit_batch, undo_batch
from funds.models import Actual, ImportBatch
from funds.queries.actuals import actuals_grid
from funds.queries.checklist import month_checklist
from funds.queries.months import months_of_year
from funds.queries.outside import outside_rows, settled_rows
from fundtrack.periods import Month
from tests.factories import NOW, World
from tests.factories.imports import FileRow, make_batch

from .pages import browser_of, plan_address

pytestmark = pytest.mark.django_db

JANUARY = Month(2024, 1)


def commit(world: World, *rows: FileRow, manner: str = "whole_months") -> ImportBatch:
    batch = make_batch(world, rows, manner=manner)
    return commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def outside(amount: str, voucher: str = "1") -> FileRow:
    return FileRow("XX", "2024-01", amount, voucher, day=5)


def waiting(world: World) -> list[str]:
    """What each way of asking says waits: list, grid, month's checklist, list of months."""
    rows = outside_rows(world.organisation, 2024)
    total = sum((row.standing for row in rows), Decimal(0))
    grid = actuals_grid(world.plan, on=date(2024, 12, 31), lines=world.plan.lines.all())
    checklist = month_checklist(world.plan, JANUARY)
    month = next(found for found in months_of_year(world.plan) if found.month == JANUARY)
    assert (grid.outside_total, checklist.outside_total, month.outside) == (total, total, total)
    assert (checklist.outside_count, month.unsettled_rows, sum(group.rows for group in grid.outside)) == (
        len(rows),
    ) * 3
    assert [row.amount for row in checklist.outside] == [row.standing for row in rows]
    return [f"{row.standing}" for row in rows]


def settle(world: World, row: Actual, code: str | None) -> None:
    settle_outside(
        organisation=world.organisation,
        actual=row,
        line=world.line(code) if code else None,
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Oikea paikka",
    )


def test_a_changed_row_waits_with_what_it_has_become(world: World) -> None:
    commit(world, outside("100.00"), outside("7.00", "2"))
    for amount in ("120.00", "95.50", "120.01"):
        commit(world, outside(amount), outside("7.00", "2"))
        assert waiting(world) == [amount, "7.00"] and settled_rows(world.organisation, 2024) == []
    row = outside_rows(world.organisation, 2024)[0].actual
    settle(world, row, "A1")
    assert waiting(world) == ["7.00"]
    assert sum(Actual.objects.filter(line=world.line("A1")).values_list("amount", flat=True)) == Decimal("120.01")
    with pytest.raises(WrongCorrection):
        settle(world, row, None)
    # The file still says the same: nothing is new, and nothing comes back.
    again = commit(world, outside("120.01"), outside("7.00", "2"))
    assert again.booking is None and waiting(world) == ["7.00"]


def test_a_changed_row_is_left_to_the_ordinary_budget_whole(world: World) -> None:
    commit(world, outside("100.00"))
    commit(world, outside("130.00"))
    settle(world, outside_rows(world.organisation, 2024)[0].actual, None)
    assert waiting(world) == []
    assert [found.reversed_by for found in settled_rows(world.organisation, 2024)] == [None]


def test_what_an_import_reversed_says_which(world: World) -> None:
    first = commit(world, outside("100.00"), outside("7.00", "2"))
    second = commit(world, outside("100.00"))
    third = commit(world, outside("101.00"))
    assert waiting(world) == ["101.00"]
    assert [found.reversed_by for found in settled_rows(world.organisation, 2024)] == [second]
    for batch in (third, second, first):
        undo_batch(batch=batch, by=world.finance, at=NOW)
    assert waiting(world) == []
    # Undoing the second brought its row back, undoing the first reversed both.
    assert [found.reversed_by for found in settled_rows(world.organisation, 2024)] == [first, first]


def test_the_page_and_the_file_say_what_was_undone(world: World) -> None:
    first = commit(world, outside("100.00"))
    undo_batch(batch=first, by=world.finance, at=NOW)
    client = browser_of(world.finance)
    page = client.get(plan_address("outside-list", world)).content.decode()
    assert "Import 1 was undone" in page and "ordinary budget" not in page
    assert f'href="/{world.organisation.slug}/imports/1/" data-testid="reversed-by"' in page
    file = client.get(plan_address("outside-export", world, format="csv")).content.decode()
    assert "Import 1 was undone" in file and "ordinary budget" not in file


def test_rows_without_a_row_of_a_file_lead_to_their_import(world: World) -> None:
    first = commit(world, FileRow("A1", "2024-01", "100.00", "1"), FileRow("A1", "2024-01", "7.00", "2"))
    second = commit(world, FileRow("A1", "2024-01", "100.00", "1"))
    undo_batch(batch=second, by=world.finance, at=NOW)
    undo_batch(batch=first, by=world.finance, at=NOW)
    client = browser_of(world.finance)
    page = client.get(plan_address("actual-rows", world, code="A1", month="2024-01")).content.decode()
    link = '<a href="/testila/imports/{0}/" data-testid="import-of-row">{1}</a>'
    assert page.count(link.format(2, "Import 2: not in its file any more")) == 1
    assert page.count(link.format(2, "Undoes import 2")) == 1
    assert page.count(link.format(1, "Undoes import 1")) == 2
    assert page.count('data-testid="import-row"') == 2


def test_a_settled_row_that_an_import_changed_later_keeps_its_settlement(world: World) -> None:
    commit(world, outside("100.00"))
    settle(world, outside_rows(world.organisation, 2024)[0].actual, "A1")
    commit(world, outside("130.00"))
    assert sum(Actual.objects.filter(line=world.line("A1")).values_list("amount", flat=True)) == Decimal("130.00")
    [row] = settled_rows(world.organisation, 2024)
    assert (row.settlement.line, row.reversed_by) == (world.line("A1"), None)
    page = browser_of(world.finance).get(plan_address("outside-list", world)).content.decode()
    assert "Oikea paikka" in page and "Reversed" not in page
    # Gone from the file it is gone from the line, and that is the import's doing.
    gone = commit(world, outside("1.00", "2"))
    assert [found.reversed_by for found in settled_rows(world.organisation, 2024)] == [gone]
    assert waiting(world) == ["1.00"]
