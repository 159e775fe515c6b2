"""Whole months: after the commit the ledger is what the file says, and nobody's work is taken back unasked."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from funds.actions.cells import CellChange, enter_cells
from funds.actions.imports import ImportRefusal, undo_batch
from funds.actions.months import close_month, reopen_month, state_of
from funds.models import Actual, ImportBatch
from funds.queries.import_undo import relying_imports, undo_consequences
from funds.queries.outside import outside_rows
from fundtrack.checks import differences_of, run_checks
from reporting.management.commands.check_ledger import all_checks
from tests.factories import NOW, World, make_world
from tests.factories.imports import COLUMNS, FileRow

from .import_ledger import (
    JANUARY,
    NO_CENTRE,
    PLAIN,
    V1,
    V2,
    bare,
    commit,
    correct,
    keys,
    preview,
    settle,
    standing,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("first_has_centres", [True, False])
@pytest.mark.parametrize("then_has_centres", [True, False])
def test_files_with_and_without_cost_centres(world: World, first_has_centres: bool, then_has_centres: bool) -> None:
    third = FileRow("A2", "2024-01", "7.00", "V3")
    first, then = (
        (lambda row: row, COLUMNS) if has_centres else (bare, NO_CENTRE)
        for has_centres in (first_has_centres, then_has_centres)
    )
    commit(world, first[0](V1), first[0](V2), first[0](third), columns=first[1])
    again = [then[0](replace(V1, amount="1.11")), then[0](third)]
    found = preview(world, *again, columns=then[1])
    assert (found.new.count, found.known.count, found.changed.count, found.removed.count) == (0, 1, 1, 1)
    assert found.imported_total == Decimal("-148.89")
    commit(world, *again, whole=True, columns=then[1])
    assert standing(world) == Decimal("8.11")


# --- what people did


def test_what_people_typed_is_taken_back_only_when_somebody_knows(world: World) -> None:
    commit(world, V1)
    cell = CellChange(world.line("A1").pk, JANUARY, seen=Decimal("100.00"), new=Decimal("130.00"))
    enter_cells(plan=world.plan, cells=[cell], by=world.finance, at=NOW, source="grid", key=uuid4())
    found = preview(world, V1)
    assert (found.removed.count, found.imported_total) == (1, Decimal("-30.00"))
    assert keys(found).count("by_hand_removed") == 1


@pytest.mark.parametrize("voucher", ["V1", ""])
def test_a_corrected_row_that_the_file_lacks_is_asked_about(world: World, voucher: str) -> None:
    commit(world, replace(V1, voucher=voucher), V2)
    correct(world, "-40.00", Actual.objects.get(voucher=voucher))
    found = preview(world, V2)
    assert (found.removed.count, found.removed.amount) == (1, Decimal("-60.00"))
    assert "by_hand_removed" in keys(found)


def test_a_settled_row_that_the_file_lacks_is_asked_about(world: World) -> None:
    commit(world, replace(V1, code=""), V2)
    settle(world, world.line("A2"))
    found = preview(world, V2)
    assert (found.removed.count, found.removed.amount) == (1, Decimal("-100.00"))
    assert "by_hand_removed" in keys(found)


def test_rows_of_imports_alone_are_nobodys_work(world: World) -> None:
    commit(world, V1, *(replace(V2, voucher=f"W{number}") for number in range(20)))
    commit(world, replace(V1, amount="90.00"), *(replace(V2, voucher=f"W{number}") for number in range(20)), whole=True)
    assert keys(preview(world, *(replace(V2, voucher=f"W{number}") for number in range(20)))) == []


@pytest.mark.parametrize("voucher", ["V1", ""])
@pytest.mark.parametrize("amount", ["100.00", "120.00"])
def test_a_row_that_people_took_to_nothing_comes_back(world: World, voucher: str, amount: str) -> None:
    row = replace(V1, voucher=voucher)
    commit(world, row, V2)
    correct(world, "-100.00", Actual.objects.get(voucher=voucher))
    again = replace(row, amount=amount)
    found = preview(world, again, V2)
    assert (found.known.count, found.imported_total) == (1, Decimal(amount))
    if voucher:
        assert found.changed.count == 1 and "by_hand" in keys(found)
    commit(world, again, V2, whole=True)
    assert standing(world) == Decimal(amount) + 50
    assert preview(world, again, V2).changes_nothing and preview(world, again, V2, whole=False).changes_nothing


@pytest.mark.parametrize("seed", range(24))
def test_after_whole_months_the_ledger_is_the_file(seed: int) -> None:
    """Whatever imports and people did before; rows typed on other cost centres are not the file's."""
    chance, world = Random(seed), make_world(beside={"2000": {"B1": "9000.00"}})
    columns = chance.choice([COLUMNS, PLAIN, NO_CENTRE])

    def some_rows() -> list[FileRow]:
        rows = [
            FileRow(
                chance.choice(["A1", "A2", "A2", "XX", ""]),
                chance.choice(["2024-01", "2024-02"]),
                f"{chance.choice([5, 5, 7, -3])}.00",
                chance.choice(["", "V1", "V2", "V3"]) if columns is not PLAIN else "",
                centre=chance.choice(["1000", "7777"]),
                day=chance.choice([1, 2]),
            )
            for _row in range(chance.randint(4, 10))
        ]
        # Every month and cost centre is spoken of.
        rows += [
            FileRow("A1", month, "1.00", "V", centre) for month in ("2024-01", "2024-02") for centre in ("1000", "7777")
        ]
        if columns is NO_CENTRE:
            # Without cost centres nothing needs to be named: B1 or a code that no plan has may be missing.
            return [bare(replace(row, code=chance.choice([row.code, "B1"]))) for row in rows[:-4]] + [
                bare(rows[-4]),
                bare(rows[-1]),
            ]
        return rows

    commit(world, *some_rows(), columns=columns)
    for _deed in range(8):
        waiting, deed = outside_rows(world.organisation, 2024), chance.random()
        on_lines = list(Actual.objects.filter(corrects=None, line__isnull=False).order_by("pk"))
        if deed < 0.25 and waiting:
            settle(world, world.line(chance.choice(["A1", "A2"])))
        elif deed < 0.5:
            row = chance.choice(on_lines)
            correct(world, f"{chance.choice([-5, -1, 2]) if chance.random() < 0.6 else -row.amount}", row)
        elif deed < 0.7:
            commit(world, *some_rows(), columns=columns, whole=chance.random() < 0.5)
        elif deed < 0.8 and state_of(world.organisation, JANUARY) == "open":
            close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
        else:
            world.book(chance.choice(["A1", "A2"]), "2024-02", "9.00")
    file = some_rows()
    commit(world, *file, whole=True, columns=columns)
    assert standing(world) == sum(Decimal(row.amount) for row in file)
    assert preview(world, *file, columns=columns).changes_nothing
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


# --- the same file in another manner


def test_the_same_bytes_change_nothing_after_a_date_alone_was_changed(world: World) -> None:
    commit(world, replace(V1, day=3))
    moved = replace(V1, day=9)
    assert commit(world, moved, whole=True).booking is None
    assert preview(world, moved, whole=False).changes_nothing
    # Other bytes may mean another row: it is asked.
    other = preview(world, moved, FileRow("A2", "2024-02", "1.00", "V7"), whole=False)
    assert other.new.count == 2 and "voucher_known" in keys(other)


# --- undone


@pytest.mark.parametrize("back", [FileRow("A2", "2024-01", "100.00", "V1"), FileRow("A2", "2024-01", "100.00", "")])
def test_what_came_back_on_another_line_is_undone_first(world: World, back: FileRow) -> None:
    commit(world, replace(V1, voucher=back.voucher), V2)
    whole = commit(world, V2, whole=True)
    third = commit(world, back)
    with pytest.raises(ImportRefusal, match=str(third.number)):
        undo_batch(batch=whole, by=world.finance, at=NOW)
    for batch in (third, whole):
        undo_batch(batch=ImportBatch.objects.get(pk=batch.pk), by=world.finance, at=NOW)
    assert standing(world) == Decimal("150.00")


@pytest.mark.parametrize("row", [FileRow("A2", "2024-01", "100.00", "V8"), FileRow("A2", "2024-02", "100.00", "V1")])
def test_another_voucher_or_month_on_another_line_does_not_hinder(world: World, row: FileRow) -> None:
    commit(world, V1, V2)
    whole = commit(world, V2, whole=True)
    commit(world, row)
    # With the same voucher it may be the same cost, and both would stand.
    assert len(undo_consequences(whole)) == (row.voucher == "V1")
    undo_batch(batch=whole, by=world.finance, at=NOW)
    assert standing(world) == Decimal("250.00")


# --- months


def test_a_month_that_was_opened_again_is_not_called_closed(world: World) -> None:
    commit(world, V1)
    close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
    correct(world, "-10.00")
    reopen_month(organisation=world.organisation, month=JANUARY, by=world.approver, at=NOW, reason="Virhe")
    found = preview(world, V2)
    assert "month_closed" not in keys(found) and "month_elsewhere" in keys(found)


def test_a_row_of_a_year_without_a_plan_is_outside_the_plan(world: World) -> None:
    close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
    found = preview(world, replace(V1, month="2023-10"), whole=False)
    assert (found.outside_plan.count, found.new.count) == (1, 1)
    late = preview(world, V1, whole=False)
    assert (late.outside_plan.count, late.new.count) == (0, 1)


def test_later_imports_that_found_its_rows_are_named(world: World) -> None:
    first = commit(world, V1, V2)
    assert relying_imports(first) == []
    second = commit(world, V1, FileRow("A2", "2024-01", "5.00", "V3"))
    third = commit(world, V1, V2, whole=True)
    assert relying_imports(first) == [(second.number, 1), (third.number, 2)]
    assert relying_imports(second) == []


def test_a_row_of_a_year_without_a_plan_waits_outside_and_is_settled(world: World) -> None:
    close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
    old = commit(world, replace(V1, month="2023-10"), V2)
    waiting = outside_rows(world.organisation, 2024)
    assert [(row.actual.project_code, row.actual.concerns_month) for row in waiting] == [("A1", date(2023, 10, 1))]
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))
    settle(world, world.line("A1"))
    assert outside_rows(world.organisation, 2024) == []
    assert preview(world, replace(V1, month="2023-10"), V2, whole=False).changes_nothing
    undo_batch(batch=ImportBatch.objects.get(pk=old.pk), by=world.finance, at=NOW)
    assert standing(world) == 0


def test_what_people_corrected_is_not_hidden_by_an_equal_row(world: World) -> None:
    sixty = replace(V1, amount="60.00")
    commit(world, V1, sixty)
    correct(world, "-40.00", Actual.objects.get(amount=100))
    found = preview(world, V1, sixty)
    assert (found.changed.count, found.imported_total) == (1, Decimal("40.00")) and "by_hand" in keys(found)
    for row in (V1, sixty):
        found = preview(world, *(replace(each, voucher="") for each in (row, V2)))
        assert found.new.count == 2


def test_the_same_bytes_change_nothing_after_a_whole_month_changed_a_row(world: World) -> None:
    commit(world, V1, V2)
    commit(world, replace(V1, amount="120.00"), V2, whole=True)
    assert preview(world, V1, V2, whole=False).changes_nothing
    assert preview(world, V1, V2).changed.count == 1


def test_a_row_that_was_undone_is_new_whatever_came_under_its_voucher(world: World) -> None:
    dated, again = replace(V1, day=5), replace(V1, day=9)
    first = commit(world, dated)
    commit(world, dated, V2)
    undo_batch(batch=first, by=world.finance, at=NOW)
    commit(world, again)
    found = preview(world, dated, V2, whole=False)
    assert (found.new.count, found.known.count) == (1, 1) and "voucher_known" in keys(found)


@pytest.mark.parametrize("changed", [{"description": "Muu"}, {"supplier": "Muu Oy"}, {"day": 7}])
def test_rows_without_vouchers_that_look_alike_are_asked_about(world: World, changed: dict[str, Any]) -> None:
    row = replace(V1, voucher="", description="Vuokra", day=5)
    commit(world, row, V2)
    found = preview(world, replace(row, **changed), V2, whole=False, columns=(*COLUMNS, "supplier"))
    assert found.new.count == 1 and "alike" in keys(found)


def test_a_row_that_waits_or_was_settled_is_asked_about_under_another_code(world: World) -> None:
    row = replace(V1, code="ZZ", voucher="")
    commit(world, row, V2)
    assert "alike" in keys(preview(world, replace(row, code="A1"), V2, whole=False))
    settle(world, world.line("A1"))
    assert "alike" in keys(preview(world, replace(row, code="A1"), V2, whole=False))


def test_what_came_back_in_another_month_is_undone_first(world: World) -> None:
    commit(world, V1, V2)
    whole = commit(world, V2, whole=True)
    commit(world, replace(V1, month="2024-02"))
    with pytest.raises(ImportRefusal):
        undo_batch(batch=whole, by=world.finance, at=NOW)


def test_an_undo_says_that_people_corrected_rows_since(world: World) -> None:
    commit(world, V1)
    whole = commit(world, replace(V1, amount="120.00"), whole=True)
    assert undo_consequences(whole) == []
    correct(world, "-120.00")
    assert len(undo_consequences(whole)) == 1


def test_one_row_of_the_ledger_is_known_once(world: World) -> None:
    x, y = replace(V1, day=3), V2
    commit(world, x, y)
    commit(world, x, y, whole=True)
    for amount in ("120.00", "100.00"):
        commit(world, replace(x, amount=amount, day=9), y, whole=True)
    found = preview(world, x, y, whole=False)
    assert (found.known.count, found.known.amount) == (2, Decimal("150.00"))


def test_an_undo_speaks_only_of_whole_rows_that_stand(world: World) -> None:
    again = FileRow("A2", "2024-02", "100.00", "V1")
    commit(world, V1, V2)
    whole = commit(world, V2, whole=True)
    commit(world, again)
    assert len(undo_consequences(whole)) == 1
    commit(world, replace(again, amount="0.00"), whole=True)
    assert undo_consequences(whole) == []


def test_an_undo_of_a_difference_does_not_bring_a_row_back(world: World) -> None:
    commit(world, V1, V2)
    whole = commit(world, replace(V1, amount="10.00"), V2, whole=True)
    commit(world, FileRow("A2", "2024-02", "90.00", "V1"))
    assert undo_consequences(whole) == []
