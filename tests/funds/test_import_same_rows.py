"""The same file twice changes nothing, whatever rules and people made of its rows in between."""

from dataclasses import replace
from decimal import Decimal
from random import Random
from uuid import uuid4

import pytest

from funds.actions.actuals import correct_actual, settle_outside
from funds.actions.imports import commit_batch, undo_batch
from funds.actions.months import close_month, state_of
from funds.models import Actual, ImportBatch
from funds.queries.imports import ImportPreview, preview_batch
from funds.queries.outside import outside_rows
from fundtrack.periods import Month
from tests.factories import NOW, World
from tests.factories.imports import FileRow, make_batch

pytestmark = pytest.mark.django_db

MANNERS = ["movements", "whole_months"]
#: Without vouchers nothing tells a changed row from a new one.
PLAIN = ("cost_centre", "project_code", "amount")
JANUARY = Month(2024, 1)


def commit(world: World, *rows: FileRow, manner: str = "movements", columns: tuple[str, ...] = PLAIN) -> ImportBatch:
    batch = make_batch(world, rows, manner=manner, columns=columns)
    return commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def preview(world: World, *rows: FileRow, manner: str = "movements", columns: tuple[str, ...] = PLAIN) -> ImportPreview:
    return preview_batch(make_batch(world, rows, manner=manner, columns=columns))


def keys(found: ImportPreview) -> list[str]:
    return [warning.key.split(":")[0] for warning in found.warnings]


def correct(world: World, difference: str, row: Actual | None = None) -> None:
    """Correct a row by hand, or the only one."""
    correct_actual(
        organisation=world.organisation,
        actual=row or Actual.objects.get(corrects=None),
        amount=Decimal(difference),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Väärä summa",
    )


def settle(world: World, code: str | None) -> None:
    settle_outside(
        organisation=world.organisation,
        actual=outside_rows(world.organisation, 2024)[0].actual,
        line=world.line(code) if code else None,
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Oikea paikka",
    )


def ruled(code: str, amount: str = "100.00") -> FileRow:
    return FileRow(code, "2024-01", amount, centre="7777", by_rule=True)


def unruled(amount: str = "100.00") -> FileRow:
    return FileRow("", "2024-01", amount, centre="7777")


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("first", MANNERS)
def test_another_rule_books_nothing_twice(world: World, first: str, manner: str) -> None:
    commit(world, ruled("A1"), ruled("A1", "5.00"), manner=first)
    found = preview(world, ruled("A2"), ruled("A2", "5.00"), manner=manner)
    assert found.changes_nothing and found.known.count == 2


@pytest.mark.parametrize("manner", MANNERS)
def test_a_rule_that_came_later_books_nothing_twice(world: World, manner: str) -> None:
    commit(world, unruled(), unruled("5.00"))
    assert preview(world, ruled("A1"), ruled("A1", "5.00"), manner=manner).changes_nothing
    settle(world, "A1")
    found = preview(world, ruled("A1"), ruled("A1", "5.00"), manner=manner)
    assert found.changes_nothing and found.known.count == 2


@pytest.mark.parametrize("manner", MANNERS)
def test_a_code_that_a_rule_replaces_later_books_nothing_twice(world: World, manner: str) -> None:
    unknown = FileRow("KR9999", "2024-01", "100.00", centre="7777")
    replaced = FileRow("A1", "2024-01", "100.00", centre="7777", by_rule=True, replaced="KR9999")
    commit(world, unknown)
    assert preview(world, replaced, manner=manner).changes_nothing
    # Another code that leads to the same line is another row.
    assert preview(world, replace(replaced, replaced="KR8888")).new.count == 1
    settle(world, "A1")
    assert preview(world, replaced, manner=manner).changes_nothing
    assert preview(world, unknown, manner=manner).changes_nothing


@pytest.mark.parametrize("manner", MANNERS)
def test_what_was_left_to_the_ordinary_budget_does_not_come_back(world: World, manner: str) -> None:
    commit(world, unruled())
    settle(world, None)
    assert preview(world, unruled(), manner=manner).changes_nothing
    # Undone with its import it is gone, and may come again.
    undo_batch(batch=ImportBatch.objects.get(state="committed"), by=world.finance, at=NOW)
    assert preview(world, unruled(), manner=manner).new.count == 1


def test_a_row_corrected_by_hand_is_known(world: World) -> None:
    row = FileRow("A1", "2024-01", "100.00")
    commit(world, row)
    correct(world, "20.00")
    assert preview(world, row).changes_nothing
    # One more of the same is one more.
    assert preview(world, row, row).new.count == 1
    # A row of the corrected amount may be another one: no file said it before, and no voucher tells.
    late = preview(world, FileRow("A1", "2024-01", "120.00"))
    assert late.new.count == 1 and "alike" in keys(late)
    # Without vouchers a whole month cannot tell that it is the same row: one goes, one comes.
    whole = preview(world, row, manner="whole_months")
    assert (whole.new.count, whole.removed.count, whole.imported_total) == (1, 1, Decimal("-20.00"))


def test_a_whole_month_takes_a_correction_back_only_when_somebody_knows(world: World) -> None:
    row, columns = FileRow("A1", "2024-01", "100.00", "V1"), (*PLAIN, "voucher")
    commit(world, row, columns=columns)
    correct(world, "-40.00")
    found = preview(world, row, manner="whole_months", columns=columns)
    assert (found.changed.count, found.changed.amount) == (1, Decimal("40.00"))
    assert "by_hand" in keys(found)


def test_a_row_whose_month_closed_and_was_corrected_later_is_known(world: World) -> None:
    january, february = FileRow("A1", "2024-01", "100.00"), FileRow("A1", "2024-02", "7.00")
    commit(world, january)
    close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
    correct(world, "-40.00")
    found = preview(world, january, february)
    assert (found.known.count, found.new.count, found.new.amount) == (1, 1, Decimal("7.00"))


def test_the_same_file_that_would_book_something_is_named(world: World) -> None:
    row = FileRow("A1", "2024-01", "100.00", "V1")
    columns = (*PLAIN, "voucher")
    first = commit(world, row, columns=columns)
    undone = commit(world, FileRow("A1", "2024-02", "1.00"))
    undo_batch(batch=undone, by=world.finance, at=NOW)
    assert keys(preview(world, FileRow("A1", "2024-02", "1.00"))) == []
    # The same bytes, read otherwise.
    again = make_batch(world, (row,), columns=columns)
    again.rows.update(amount=Decimal("101.00"))
    assert f"same_file:{first.number}" in [warning.key for warning in preview_batch(again).warnings]


@pytest.mark.parametrize("manner", MANNERS)
def test_a_voucher_on_another_cost_centre_is_asked(world: World, manner: str) -> None:
    columns = (*PLAIN, "voucher", "account")
    commit(world, FileRow("A1", "2024-01", "100.00", "V1", centre="9001"), manner=manner, columns=columns)
    found = preview(world, FileRow("A1", "2024-01", "100.00", "V1"), manner=manner, columns=columns)
    assert (found.new.count, found.removed.count) == (1, 0)
    assert "voucher_known" in keys(found)


def test_a_row_that_only_now_has_a_voucher_is_asked(world: World) -> None:
    commit(world, FileRow("A1", "2024-01", "100.00"))
    found = preview(world, FileRow("A1", "2024-01", "100.00", "V1"), columns=(*PLAIN, "voucher"))
    assert found.new.count == 1 and "alike" in keys(found)
    assert "alike" not in keys(preview(world, FileRow("A1", "2024-01", "100.01", "V1"), columns=(*PLAIN, "voucher")))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_people_did_the_same_file_changes_nothing(world: World, seed: int) -> None:
    chance = Random(seed)
    columns = (*PLAIN, "voucher") if seed % 2 else PLAIN
    rows = [
        FileRow(
            chance.choice(["A1", "A2", "", "XX"]),
            chance.choice(["2024-01", "2024-02"]),
            f"{chance.choice([5, 5, 7, -3])}.00",
            chance.choice(["", "V1", "V2"]) if seed % 2 else "",
            centre=chance.choice(["1000", "7777"]),
        )
        for _row in range(12)
    ]
    commit(world, *rows, columns=columns)
    for _deed in range(6):
        waiting = outside_rows(world.organisation, 2024)
        if chance.random() < 0.5 and waiting:
            settle(world, chance.choice(["A1", "A2", None]))
        elif chance.random() < 0.2 and state_of(world.organisation, JANUARY) == "open":
            close_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW)
        else:
            on_lines = Actual.objects.filter(corrects=None, line__isnull=False).order_by("pk")
            correct(world, f"{chance.choice([-5, -1, 2])}.00", chance.choice(list(on_lines)))
    again = [replace(row, code="A1", by_rule=True) if not row.code and chance.random() < 0.5 else row for row in rows]
    found = preview(world, *again, columns=columns)
    assert found.changes_nothing, [(row, found) for row in again]
    # One row more is exactly one row more.
    more = FileRow("A2", "2024-02", "99.00", "V9" if seed % 2 else "")
    assert preview(world, *again, more, columns=columns).imported_total == Decimal("99.00")


def test_the_same_bytes_change_nothing_after_a_whole_month_counted_their_rows(world: World) -> None:
    """The second row was booked by the whole month, and its first one found the other under another date."""
    columns = (*PLAIN, "voucher", "date")
    row = FileRow("A1", "2024-01", "30.00", "V1", day=1)
    commit(world, replace(row, day=2), columns=columns)
    whole = commit(world, row, row, columns=columns, manner="whole_months")
    assert whole.booking is not None and whole.booking.rows.count() == 1
    for manner in MANNERS:
        assert preview(world, row, row, columns=columns, manner=manner).changes_nothing


@pytest.mark.parametrize("manner", MANNERS)
def test_a_second_sheet_of_the_same_workbook_is_another_file(world: World, manner: str) -> None:
    """Its rows stand at the same numbers, with the same amounts."""
    columns = (*PLAIN, "voucher")
    one, two = FileRow("A1", "2024-01", "30.00", "V1"), FileRow("A2", "2024-01", "30.00", "V2")
    first = make_batch(world, [one], columns=columns, content=b"same", sheet="Yksi")
    commit_batch(batch=first, by=world.finance, at=NOW, acknowledged=None)
    for sheet, new in (("Kaksi", 1), ("Yksi", 0 if manner == "movements" else 1)):
        found = preview_batch(make_batch(world, [two], columns=columns, manner=manner, content=b"same", sheet=sheet))
        assert found.new.count == new
