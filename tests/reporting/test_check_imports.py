"""``check_ledger`` names what was changed in imports with the triggers disabled, from the file to its undoing."""

from uuid import uuid4

import pytest

from funds.actions.actuals import settle_outside
from funds.actions.imports import commit_batch, discard_batch, undo_batch
from funds.models import ImportBatch
from funds.triggers.ledger import ACTUAL_DIGEST
from tests.factories import NOW, World, make_world
from tests.factories.imports import FileRow, make_batch

from .test_check_ledger import found, tamper

pytestmark = pytest.mark.django_db

ROWS = [
    FileRow("A1", "2024-01", "100.00", "1", day=5),
    FileRow("A2", "2024-01", "-20.50", "2", day=6),
    FileRow("XX", "2024-01", "7.00", "3", day=7),
]


def commit(world: World, rows: list[FileRow], manner: str = "movements") -> ImportBatch:
    return commit_batch(batch=make_batch(world, rows, manner=manner), by=world.finance, at=NOW, acknowledged=None)


@pytest.fixture
def world() -> World:
    """Imports 1: new rows. 2: known ones. 3: changed, removed. 4: undone, one row settled. 5, 6: not booked."""
    world = make_world()
    commit(world, ROWS)
    commit(world, ROWS)
    commit(world, [FileRow("A1", "2024-01", "130.00", "1", day=5), ROWS[1]], "whole_months")
    undone = commit(world, [FileRow("A2", "2024-02", "8.00", "4"), FileRow("YY", "2024-02", "9.00", "5")])
    assert undone.booking is not None
    settle_outside(
        organisation=world.organisation,
        actual=undone.booking.rows.get(project_code="YY"),
        line=world.line("A1"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Kuuluu riville A1",
    )
    undo_batch(batch=undone, by=world.finance, at=NOW)
    make_batch(world, ROWS)
    discard_batch(batch=make_batch(world, ROWS), by=world.finance)
    return world


def test_imports_by_the_rules_differ_in_nothing(world: World) -> None:
    assert found(world) == []


BATCH = "(SELECT id FROM funds_importbatch WHERE number = {0})"
BOOKING = "(SELECT booking_id FROM funds_importbatch WHERE number = {0})"
UNDOING = "(SELECT undo_booking_id FROM funds_importbatch WHERE number = 4)"
FIRST = f"batch_id = {BATCH.format(1)} AND number = 2"
FORGED = f"UPDATE funds_actual a SET digest = {ACTUAL_DIGEST.format(row='a')}"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(
            ["UPDATE funds_importfile SET content = content || 'x' WHERE id = (SELECT min(id) FROM funds_importfile)"],
            ["import files: file", "of import 1 was changed"], id="bytes of a file",
        ),
        pytest.param(
            ["UPDATE funds_importfile SET size = 7 WHERE id = (SELECT min(id) FROM funds_importfile)"],
            ["of import 1 was changed"], id="size of a file",
        ),
        pytest.param(
            ["DELETE FROM funds_importfile WHERE id = (SELECT file_id FROM funds_importbatch WHERE number = 2)"],
            ["import files: import 2 has no file"], id="a file removed",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET amount = 100.01 WHERE {FIRST}"],
            ["is not what row 2 of import 1 says"], id="amount of a row of a file",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET voucher = '9' WHERE {FIRST}"],
            ["is not what row 2 of import 1 says"], id="voucher of a row of a file",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET month = '2024-02-01' WHERE {FIRST}"],
            ["is not what row 2 of import 1 says"], id="month of a row of a file",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET kind = 'left_out' WHERE {FIRST}"],
            ["is not what row 2 of import 1 says"], id="a booked row left out",
        ),
        pytest.param(
            [f"DELETE FROM funds_importrow WHERE {FIRST}"],
            ["is not what row – of import 1 says"], id="a row of a file removed",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET batch_id = {BATCH.format(2)}, number = 99 WHERE {FIRST}"],
            ["is not what row 99 of import 1 says"], id="a row moved to another file",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET batch_id = 0 WHERE {FIRST}"],
            ["of file 0 belongs to no import"], id="rows of no file",
        ),
        pytest.param(
            [f"UPDATE funds_importrow SET kind = 'error' WHERE batch_id = {BATCH.format(2)} AND number = 3"],
            ["imports: import 2 is committed with 1 unreadable rows"], id="an unreadable row",
        ),
        pytest.param(
            [f"UPDATE funds_actual SET amount = 100.01 WHERE booking_id = {BOOKING.format(1)} AND voucher = '1'",
             FORGED],
            ["is not what row 2 of import 1 says", "booking 1 holds"], id="amount of an actual",
        ),
        pytest.param(
            [f"UPDATE funds_actual SET import_row_id = NULL WHERE booking_id = {BOOKING.format(1)} AND voucher = '1'",
             FORGED],
            ["is not what row – of import 1 says"], id="where an actual came from",
        ),
        pytest.param(
            ["UPDATE funds_actual SET import_row_id = (SELECT max(id) FROM funds_importrow) "
             f"WHERE booking_id = {UNDOING} AND row_number = 1", FORGED],
            ["was booked from a file by another booking than that of its import"], id="a reversal from a file",
        ),
        *(
            pytest.param(
                [f"UPDATE funds_importrow SET {change} WHERE {FIRST}"], ["import 1 is not as it was"], id=change,
            )
            for change in (
                "replaced_code = 'x'",
                "cells[1] = 'x'", "cells = cells || ARRAY['']", "by_rule = NOT by_rule", "by_code = NOT by_code",
                "reason = 'x'", "supplier = 'x'", "number = 77", "problems = '[]'", "organisation_id = 987654",
            )
        ),
        pytest.param(
            [f"DELETE FROM funds_importrow WHERE batch_id = {BATCH.format(2)} AND number = 2"],
            ["import 2 is not as it was"], id="a row that was not booked removed",
        ),
        pytest.param(
            ["INSERT INTO funds_importrow (organisation_id, batch_id, number, kind, cells, cost_centre_code, "
             "project_code, account, voucher, description, supplier, by_code, reason) SELECT organisation_id, id, 50, "
             "'skipped', '{}', '', '', '', '', '', '', false, 'blank' FROM funds_importbatch WHERE number = 1"],
            ["import 1 is not as it was"], id="a row added",
        ),
        *(
            pytest.param(
                [f"UPDATE funds_importfile SET {change} WHERE id = (SELECT file_id FROM funds_importbatch WHERE "
                 "number = 3)"],
                ["import 3 is not as it was"], id=f"file: {change}",
            )
            for change in (
                "name = 'x'", "uploaded_at = uploaded_at + interval '1 second'", "uploaded_by_id = uploaded_by_id + 1",
                "content = 'x', size = 1, sha256 = encode(sha256('x'), 'hex')",
            )
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET digest = '' WHERE number = 2"],
            ["import 2 is not as it was", "history of importbatch: importbatch"], id="digest of an import",
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET result = jsonb_set(result, '{new}', '2') WHERE number = 1"],
            ["import 1 was shown with 2 new, 0 changed, 0 removed, 86.50 EUR; booked are 3, 0, 0, 86.50 EUR",
             "history of importbatch: importbatch"], id="counts of an import",
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET result = jsonb_set(result, '{imported_total}', '\"0.01\"') "
             "WHERE number = 2"],
            ["import 2 was shown with 0 new, 0 changed, 0 removed, 0.01 EUR; booked are 0, 0, 0, 0.00 EUR"],
            id="total of an import that booked nothing",
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET booking_id = NULL WHERE number = 3"],
            ["import 3 was shown with 0 new, 1 changed, 1 removed", "is an import and belongs to none",
             "was booked from a file by another booking"], id="booking of an import",
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET booking_id = 0 WHERE number = 3"],
            ["import 3 is committed, and its booking is not there"], id="a booking that is not there",
        ),
        pytest.param(
            ["UPDATE funds_booking SET source = 'form' WHERE number = 2"],
            ["import 3 is committed, and its booking is no import"], id="source of a booking",
        ),
        pytest.param(
            ["UPDATE funds_importbatch SET state = 'committed', undo_booking_id = NULL, undone_at = NULL, "
             "undone_by_id = NULL WHERE state = 'undone'"],
            ["is an import and belongs to none", "history of importbatch: importbatch"], id="an undoing unsaid",
        ),
        pytest.param(
            [f"UPDATE funds_actual SET amount = amount / 2 WHERE booking_id = {UNDOING} AND voucher = '4'", FORGED],
            ["import 4 is undone, and 4.00 EUR of row"], id="an undoing by half",
        ),
        pytest.param(
            ["UPDATE funds_actual SET corrects_id = (SELECT min(id) FROM funds_actual) "
             f"WHERE booking_id = {UNDOING} AND voucher = '4'", FORGED],
            ["import 4 is undone, and 8.00 EUR of row", "of its undoing reverses nothing of it"],
            id="an undoing of something else",
        ),
        pytest.param(
            ["DELETE FROM funds_importbatch WHERE state = 'read'"],
            ["history of importbatch: importbatch", "belongs to no import"], id="an import removed",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_in_imports_is_named(world: World, statements: list[str], expected: list[str]) -> None:
    tamper(*statements)
    differences = "\n".join(found(world))
    for text in expected:
        assert text in differences, differences


def test_another_organisation_is_not_blamed_for_imports(world: World) -> None:
    own = "organisation_id = (SELECT id FROM organisations_organisation WHERE slug = 'testila')"
    other = make_world("muu")
    commit(other, ROWS)
    tamper(
        f"UPDATE funds_importfile SET content = 'x' WHERE {own}", f"UPDATE funds_importrow SET amount = 1 WHERE {own}"
    )
    assert any("is not what row" in line for line in found(world))
    assert found(other) == []
