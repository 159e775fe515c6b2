"""Imports that build on each other: undone in any order, whole months of one fund, months reopened, rows of nothing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from funds.actions.imports import HasErrors, ImportRefusal, commit_batch, undo_batch
from funds.actions.months import close_month, reopen_month
from funds.models import Actual, Fund, ImportBatch, ImportRow
from funds.queries.import_undo import why_not_undone
from funds.queries.imports import ImportPreview, preview_batch
from fundtrack.checks import differences_of, run_checks
from fundtrack.periods import Month
from reporting.management.commands.check_ledger import all_checks
from tests.factories import NOW, World
from tests.factories.imports import FileRow, make_batch, second_fund

pytestmark = pytest.mark.django_db


def rows(*amounts: str, month: str = "2024-01") -> list[FileRow]:
    """Vouchers V1, V2 … with these amounts; an empty one is not in the file."""
    return [
        FileRow("A1", month, amount, f"V{number}", day=5) for number, amount in enumerate(amounts, start=1) if amount
    ]


def book(world: World, file: Sequence[FileRow], *, whole: bool = False) -> ImportBatch:
    batch = make_batch(world, file, manner="whole_months" if whole else "movements")
    return commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def undo(world: World, batch: ImportBatch) -> ImportBatch:
    return undo_batch(batch=ImportBatch.objects.get(pk=batch.pk), by=world.finance, at=NOW)


def sums(world: World) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for row in Actual.objects.filter(organisation=world.organisation):
        key = (row.project_code, f"{row.month:%Y-%m}")
        found[key] = found.get(key, Decimal(0)) + row.amount
    return {key: total for key, total in found.items() if total}


# --- undone in any order

FILES = {
    "changed": [(rows("100.00", "10.00"), False), (rows("150.00", "10.00"), True)],
    "removed": [(rows("100.00", "10.00"), False), (rows("", "10.00"), True)],
    "changed twice": [
        (rows("100.00", "10.00"), False),
        (rows("150.00", "10.00"), True),
        (rows("120.00", "10.00"), True),
    ],
    "removed and back": [
        (rows("100.00", "10.00"), False),
        (rows("", "10.00"), True),
        (rows("100.00", "10.00"), False),
    ],
}


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_undone_first_nothing_is_left_when_all_is_undone(world: World, name: str) -> None:
    """What another import builds on is refused until that one is undone; so every order that passes is right."""
    for order in permutations(range(len(FILES[name]))):
        done = [book(world, file, whole=whole) for file, whole in FILES[name]]
        waiting = list(order)
        while waiting:
            for number in waiting:
                try:
                    undo(world, done[number])
                except ImportRefusal as refusal:
                    assert refusal.code == "later_import"
                else:
                    waiting.remove(number)
                    break
            else:
                raise AssertionError("none of them can be undone")
        assert sums(world) == {}, order
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


def test_what_an_import_builds_on_is_named(world: World) -> None:
    first = book(world, rows("100.00", "10.00"))
    second = book(world, rows("150.00", "10.00"), whole=True)
    code, sentence = why_not_undone(first)
    assert code == "later_import" and str(second.number) in sentence
    assert why_not_undone(second) == ("", "")
    with pytest.raises(ImportRefusal):
        undo(world, first)
    undo(world, second)
    assert sums(world) == {("A1", "2024-01"): Decimal("110.00")}
    undo(world, first)
    assert sums(world) == {}


def test_imports_side_by_side_are_undone_in_any_order(world: World) -> None:
    first, second = book(world, rows("100.00")), book(world, rows("", "10.00"))
    undo(world, first)
    assert sums(world) == {("A1", "2024-01"): Decimal("10.00")}
    undo(world, second)
    assert sums(world) == {}


# --- whole months


def test_another_date_alone_is_the_same_row(world: World) -> None:
    book(world, [FileRow("A1", "2024-01", "100.00", "V1", day=1), FileRow("A1", "2024-01", "50.00", "V1", day=1)])
    moved = [FileRow("A1", "2024-01", "50.00", "V1", day=3), FileRow("A1", "2024-01", "100.00", "V1", day=3)]
    preview = preview_batch(make_batch(world, moved, manner="whole_months"))
    assert (preview.known.count, preview.changes_nothing) == (2, True)
    assert book(world, [moved[0], FileRow("A1", "2024-01", "101.00", "V1", day=3)], whole=True).result["changed"] == 1
    assert sums(world) == {("A1", "2024-01"): Decimal("151.00")}


@pytest.mark.parametrize("others", [[], rows("5.00", month="2024-02")])
def test_a_row_of_nothing_says_that_there_is_nothing(world: World, others: list[FileRow]) -> None:
    book(world, rows("100.00"))
    zero = FileRow("A1", "2024-01", "0.00", "V1", day=5, kind="skipped")
    batch = make_batch(world, [zero, *others], manner="whole_months")
    ImportRow.objects.filter(batch=batch, kind="skipped").update(reason="zero")
    commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)
    assert ("A1", "2024-01") not in sums(world)


def test_whole_months_are_those_of_one_fund(world: World) -> None:
    other = second_fund(world)
    book(world, rows("100.00"))
    world_rows = [FileRow("XX1", "2024-01", "7.00", "V3", day=5)]
    batch = make_batch(world, world_rows, manner="whole_months")
    with pytest.raises(HasErrors, match=other.name):
        commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)
    there = make_batch(_in(world, other), world_rows, manner="whole_months")
    assert (preview_batch(there).new.count, preview_batch(there).removed.count) == (1, 0)
    commit_batch(batch=there, by=world.finance, at=NOW, acknowledged=None)
    assert sums(world) == {("A1", "2024-01"): Decimal("100.00"), ("XX1", "2024-01"): Decimal("7.00")}
    # As movements they are booked where they belong, and somebody says so first.
    again = preview_batch(make_batch(world, [FileRow("XX1", "2024-01", "8.00", "V4", day=5)]))
    assert [warning.key for warning in again.warnings if warning.key.startswith("other_fund")] == [
        f"other_fund:{other.slug}"
    ]


def _in(world: World, fund: Fund) -> World:
    return replace(world, fund=fund)


# --- months that were reopened


def test_what_was_corrected_while_a_month_was_closed_is_taken_back_where_it_stands(world: World) -> None:
    first = book(world, rows("100.00", "10.00"))
    close_month(organisation=world.organisation, month=Month(2024, 1), by=world.finance, at=NOW)
    second = book(world, rows("150.00", "10.00"), whole=True)
    assert sums(world) == {("A1", "2024-01"): Decimal("110.00"), ("A1", "2024-02"): Decimal("50.00")}
    reopen_month(organisation=world.organisation, month=Month(2024, 1), reason="Korjaus", by=world.finance, at=NOW)
    third = book(world, rows("", "10.00"), whole=True)
    assert sums(world) == {("A1", "2024-01"): Decimal("10.00")}
    for batch in (third, second, first):
        undo(world, batch)
    assert sums(world) == {}


# --- the control total


def test_a_control_total_is_that_of_the_rows(world: World) -> None:
    for typed, agrees in (("15.00", True), ("16.00", False)):
        batch = make_batch(world, rows("10.00", "5.00"), control_total=typed)
        batch.reading = {"own_total": "16.00", "own_total_agrees": False}
        batch.save()
        preview = preview_batch(batch)
        assert (preview.error_count == 0, preview.file_total) == (agrees, Decimal("16.00"))
        assert "own_total" in [warning.key for warning in preview.warnings]


# --- warnings


def test_a_part_taken_for_the_whole_is_asked_about(world: World) -> None:
    book(world, rows(*["10.00"] * 20))
    kept = rows(*["10.00"] * 19)
    assert "removed" not in keys(preview_batch(make_batch(world, kept, manner="whole_months")))
    preview = preview_batch(make_batch(world, kept[:3], manner="whole_months"))
    assert preview.removed.count == 17 and "removed" in keys(preview)


def test_a_line_above_its_amount_that_grows_is_warned_about(world: World) -> None:
    book(world, rows("60000.00"))
    more = preview_batch(make_batch(world, rows("", "5.00", month="2024-03")))
    assert "passes_amount:A1:2024-03" in keys(more)
    less = preview_batch(make_batch(world, rows("", "-5.00", month="2024-03")))
    assert "passes_amount:A1:2024-03" not in keys(less)


def keys(preview: ImportPreview) -> set[str]:
    return {warning.key for warning in preview.warnings}
