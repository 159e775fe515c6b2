"""What an import books: sameness by counting, whole months, closed months, undo. Every case is a small ledger."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funds.actions.actuals import correct_actual, settle_outside
from funds.actions.cells import CellChange, enter_cells
from funds.actions.imports import (
    HasErrors,
    ImportRefusal,
    NotAcknowledged,
    PreviewChanged,
    commit_batch,
    discard_batch,
    undo_batch,
)
from funds.actions.months import reopen_month
from funds.actions.plans import record_amendment
from funds.models import Actual, Booking, ImportBatch
from funds.queries.imports import ImportPreview, preview_batch
from fundtrack.checks import differences_of, run_checks
from fundtrack.periods import Month
from reporting.management.commands.check_ledger import all_checks
from tests.factories import NOW, World
from tests.factories.imports import FileRow, make_batch

pytestmark = pytest.mark.django_db

JANUARY = [
    FileRow("A1", "2024-01", "100.00", "1", day=5),
    FileRow("A1", "2024-01", "100.00", "2", day=6),
    FileRow("A2", "2024-01", "-20.50", "3", day=7),
]


def commit(world: World, batch: ImportBatch) -> ImportBatch:
    return commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def counts(preview: ImportPreview) -> tuple[int, int, int, int]:
    return preview.new.count, preview.known.count, preview.changed.count, preview.removed.count


def sums(world: World) -> dict[tuple[str, str], Decimal]:
    """(project code, month) → Σ; zero sums are left out."""
    found: dict[tuple[str, str], Decimal] = {}
    for code, month, amount in Actual.objects.filter(organisation=world.organisation).values_list(
        "project_code", "month", "amount"
    ):
        key = (code, str(Month.of(month)))
        found[key] = found.get(key, Decimal(0)) + amount
    return {key: total for key, total in found.items() if total}


def test_everything_is_new_once_and_known_the_second_time(world: World) -> None:
    batch = make_batch(world, JANUARY)
    preview = preview_batch(batch)
    assert counts(preview) == (3, 0, 0, 0)
    assert preview.imported_total == preview.file_total == Decimal("179.50")
    assert preview.by_line == {"A1": Decimal("200.00"), "A2": Decimal("-20.50")}
    assert preview.by_month == {Month(2024, 1): Decimal("179.50")}
    done = commit(world, batch)
    assert done.booking is not None and (done.booking.row_count, done.booking.total) == (3, Decimal("179.50"))
    assert [row.import_row.number for row in done.booking.rows.all() if row.import_row] == [2, 3, 4]
    again = make_batch(world, JANUARY)
    assert counts(preview_batch(again)) == (0, 3, 0, 0)
    assert preview_batch(again).changes_nothing
    assert commit(world, again).booking is None
    assert sums(world) == {("A1", "2024-01"): Decimal("200.00"), ("A2", "2024-01"): Decimal("-20.50")}
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


def test_equal_rows_are_counted(world: World) -> None:
    equal = FileRow("A1", "2024-01", "198.00", "200057550")
    commit(world, make_batch(world, [equal, equal]))
    batch = make_batch(world, [equal, equal, equal])
    assert counts(preview_batch(batch)) == (1, 2, 0, 0)
    done = commit(world, batch)
    assert done.booking is not None
    # The first two are the known ones.
    assert [row.import_row.number for row in done.booking.rows.all() if row.import_row] == [4]
    assert sums(world) == {("A1", "2024-01"): Decimal("594.00")}


@pytest.mark.parametrize(
    ("second", "columns", "new"),
    [
        (FileRow("A1", "2024-01", "100.00", "1", day=5, description="Muu selite"), None, 0),
        (FileRow("A1", "2024-01", "100.01", "1", day=5), None, 1),
        (FileRow("A1", "2024-01", "100.00", "9", day=5), None, 1),
        (FileRow("A1", "2024-01", "100.00", "1", day=6), None, 1),
        (FileRow("A1", "2024-01", "100.00", "1", day=5, account="4100"), None, 1),
        (FileRow("A2", "2024-01", "100.00", "1", day=5), None, 1),
        (FileRow("A1", "2024-02", "100.00", "1", day=5), None, 1),
        (FileRow("A1", "2024-01", "100.00", "1", day=5, centre="2000"), None, 1),
        # A file without vouchers and accounts is compared by what it has.
        (FileRow("A1", "2024-01", "100.00", "", account=""), ("month", "cost_centre", "project_code", "amount"), 0),
    ],
    ids=["description", "amount", "voucher", "date", "account", "code", "month", "centre", "fewer columns"],
)
def test_what_makes_rows_the_same(world: World, second: FileRow, columns: tuple[str, ...] | None, new: int) -> None:
    commit(world, make_batch(world, [FileRow("A1", "2024-01", "100.00", "1", day=5, description="Selite")]))
    batch = make_batch(world, [second], columns=columns) if columns else make_batch(world, [second])
    assert counts(preview_batch(batch)) == (new, 1 - new, 0, 0)


def test_without_a_voucher_the_description_tells_rows_apart(world: World) -> None:
    commit(world, make_batch(world, [FileRow("A1", "2024-01", "10.00", description="Kahvi")]))
    batch = make_batch(
        world,
        [FileRow("A1", "2024-01", "10.00", description="Kahvi"), FileRow("A1", "2024-01", "10.00", description="Tee")],
    )
    assert counts(preview_batch(batch)) == (1, 1, 0, 0)


def test_figures_typed_into_the_grid_are_not_taken_for_movements(world: World) -> None:
    line = world.line("A1")
    cell = CellChange(line.pk, Month(2024, 1), Decimal("0.00"), Decimal("100.00"))
    enter_cells(plan=world.plan, cells=[cell], by=world.finance, at=NOW, source=Booking.Source.GRID, key=uuid4())
    columns = ("month", "cost_centre", "project_code", "amount")
    rows = [FileRow("A1", "2024-01", "100.00", account="")]
    assert counts(preview_batch(make_batch(world, rows, columns=columns))) == (1, 0, 0, 0)
    whole = make_batch(world, rows, columns=columns, manner="whole_months")
    assert counts(preview_batch(whole)) == (0, 1, 0, 0)


def test_a_whole_month_reverses_what_is_missing_and_corrects_what_differs(world: World) -> None:
    commit(world, make_batch(world, JANUARY))
    file = [FileRow("A1", "2024-01", "130.00", "1", day=5), FileRow("A2", "2024-01", "-20.50", "3", day=7)]
    batch = make_batch(world, file, manner="whole_months")
    preview = preview_batch(batch)
    assert counts(preview) == (0, 1, 1, 1)
    assert (preview.changed.amount, preview.removed.amount) == (Decimal("30.00"), Decimal("-100.00"))
    assert preview.imported_total == Decimal("-70.00") and preview.file_total == Decimal("109.50")
    done = commit(world, batch)
    assert done.booking is not None
    assert all(row.corrects_id for row in done.booking.rows.all())
    assert sums(world) == {("A1", "2024-01"): Decimal("130.00"), ("A2", "2024-01"): Decimal("-20.50")}
    assert preview_batch(make_batch(world, file, manner="whole_months")).changes_nothing
    assert preview_batch(make_batch(world, file)).changes_nothing


def test_a_whole_month_leaves_other_months_and_cost_centres_alone(world: World) -> None:
    commit(world, make_batch(world, JANUARY))
    world.book("A1", "2024-02", "7.00")
    world.book("B1", "2024-01", "8.00", centre="2000")
    batch = make_batch(world, [FileRow("A1", "2024-01", "100.00", "1", day=5)], manner="whole_months")
    assert counts(preview_batch(batch)) == (0, 1, 0, 2)
    commit(world, batch)
    assert sums(world) == {
        ("A1", "2024-01"): Decimal("100.00"),
        ("A1", "2024-02"): Decimal("7.00"),
        ("B1", "2024-01"): Decimal("8.00"),
    }


def test_a_row_of_a_closed_month_stands_in_the_first_open_one(world: World) -> None:
    commit(world, make_batch(world, JANUARY))
    world.close("2024-01", "2024-02")
    batch = make_batch(world, [*JANUARY, FileRow("A1", "2024-01", "55.00", "4", day=9)])
    preview = preview_batch(batch)
    assert counts(preview) == (1, 3, 0, 0)
    assert preview.by_month == {Month(2024, 3): Decimal("55.00")}
    assert [warning.key for warning in preview.warnings] == ["month_closed:2024-01"]
    done = commit(world, batch)
    assert done.booking is not None
    row = done.booking.rows.get()
    assert (row.month, row.concerns_month) == (Month(2024, 3).first, Month(2024, 1).first)
    assert preview_batch(make_batch(world, [*JANUARY, FileRow("A1", "2024-01", "55.00", "4", day=9)])).changes_nothing
    # Once more with the month of the late row closed, too.
    world.close("2024-03")
    assert preview_batch(make_batch(world, [FileRow("A1", "2024-01", "55.00", "4", day=9)])).changes_nothing
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


def test_a_whole_closed_month_is_corrected_in_the_first_open_one(world: World) -> None:
    commit(world, make_batch(world, JANUARY))
    world.close("2024-01")
    file = [FileRow("A1", "2024-01", "130.00", "1", day=5), FileRow("A2", "2024-01", "-20.50", "3", day=7)]
    done = commit(world, make_batch(world, file, manner="whole_months"))
    assert done.booking is not None
    assert {(row.month, row.concerns_month) for row in done.booking.rows.all()} == {
        (Month(2024, 2).first, Month(2024, 1).first)
    }
    assert sums(world)["A1", "2024-01"] == Decimal("200.00") and sums(world)["A1", "2024-02"] == Decimal("-70.00")
    assert preview_batch(make_batch(world, file, manner="whole_months")).changes_nothing
    world.close("2024-02")
    # Back again: both corrections are corrected, a month later.
    commit(world, make_batch(world, JANUARY, manner="whole_months"))
    assert sums(world)["A1", "2024-03"] == Decimal("70.00")
    assert preview_batch(make_batch(world, JANUARY, manner="whole_months")).changes_nothing
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


def test_a_row_that_was_settled_is_known_and_removed_where_it_stands(world: World) -> None:
    outside = FileRow("XX", "2024-01", "40.00", "1")
    done = commit(world, make_batch(world, [outside, *JANUARY]))
    assert done.booking is not None and done.result["outside_plan"] == 1
    row = done.booking.rows.get(project_code="XX")
    settle_outside(
        organisation=world.organisation,
        actual=row,
        line=world.line("A2"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Kuuluu riville A2",
    )
    assert preview_batch(make_batch(world, [outside, *JANUARY], manner="whole_months")).changes_nothing
    batch = make_batch(world, JANUARY, manner="whole_months")
    assert counts(preview_batch(batch)) == (0, 3, 0, 1)
    commit(world, batch)
    assert sums(world) == {("A1", "2024-01"): Decimal("200.00"), ("A2", "2024-01"): Decimal("-20.50")}


def test_a_corrected_row_counts_with_its_correction(world: World) -> None:
    done = commit(world, make_batch(world, JANUARY))
    assert done.booking is not None
    correct_actual(
        organisation=world.organisation,
        actual=done.booking.rows.get(voucher="1"),
        amount=Decimal("30.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Oikaisu",
    )
    assert preview_batch(make_batch(world, [FileRow("A1", "2024-01", "130.00", "1", day=5)])).changes_nothing
    old = preview_batch(make_batch(world, JANUARY))
    assert counts(old) == (0, 3, 0, 0)


def test_a_rule_finds_the_line_by_its_code_alone(world: World) -> None:
    rows = [
        FileRow("A1", "2024-01", "29.73", "12267", centre="4123", by_code=True),
        FileRow("A1", "2024-01", "29.73", "12267", centre="4124", by_code=True),
    ]
    done = commit(world, make_batch(world, rows))
    assert done.booking is not None
    assert {(row.cost_centre_code, row.line_id) for row in done.booking.rows.all()} == {("1000", world.line("A1").pk)}
    assert preview_batch(make_batch(world, rows)).changes_nothing


def test_undo_reverses_each_row_where_it_stands_and_keeps_both(world: World) -> None:
    done = commit(world, make_batch(world, [*JANUARY, FileRow("XX", "2024-02", "40.00", "9")]))
    assert done.booking is not None
    settle_outside(
        organisation=world.organisation,
        actual=done.booking.rows.get(project_code="XX"),
        line=world.line("A2"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Kuuluu riville A2",
    )
    undone = undo_batch(batch=done, by=world.finance, at=NOW)
    assert undone.undo_booking is not None and undone.undo_booking.total == Decimal("-219.50")
    assert all(row.corrects_id for row in undone.undo_booking.rows.all())
    assert sums(world) == {}
    assert Actual.objects.filter(organisation=world.organisation).count() == 4 + 2 + 4
    assert counts(preview_batch(make_batch(world, JANUARY))) == (3, 0, 0, 0)
    with pytest.raises(ImportRefusal):
        undo_batch(batch=undone, by=world.finance, at=NOW)
    assert not differences_of(run_checks(all_checks(), world.organisation.pk))


def test_undo_of_whole_months_brings_back_what_was(world: World) -> None:
    commit(world, make_batch(world, JANUARY))
    before = sums(world)
    done = commit(world, make_batch(world, [FileRow("A1", "2024-01", "130.00", "1", day=5)], manner="whole_months"))
    assert sums(world) != before
    undo_batch(batch=done, by=world.finance, at=NOW)
    assert sums(world) == before
    assert preview_batch(make_batch(world, JANUARY, manner="whole_months")).changes_nothing


def test_undo_needs_open_months(world: World) -> None:
    done = commit(world, make_batch(world, JANUARY))
    world.close("2024-01")
    with pytest.raises(ImportRefusal) as refusal:
        undo_batch(batch=done, by=world.finance, at=NOW)
    assert refusal.value.code == "month_is_closed"
    reopen_month(
        organisation=world.organisation, month=Month(2024, 1), reason="Virhe viennissä", by=world.finance, at=NOW
    )
    undo_batch(batch=done, by=world.finance, at=NOW)
    assert sums(world) == {}


def test_warnings_are_acknowledged_by_name(world: World) -> None:
    record_amendment(
        plan=world.plan,
        effective_on=Month(2024, 3).first,
        changes={world.line("A2").pk: Decimal("1000.00"), world.line("A1").pk: Decimal("-1000.00")},
        reason="Siirto",
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )
    rows = [
        FileRow("A2", "2024-01", "900.00", "1"),
        FileRow("A2", "2024-02", "1100.00", "2"),
        FileRow("A2", "2024-03", "18000.00", "3"),
        FileRow("A2", "2024-04", "1000.01", "4"),
        FileRow("A1", "2024-04", "-0.01", "5"),
        FileRow("ZZ", "2024-04", "3.00", "6"),
    ]
    batch = make_batch(world, rows)
    preview = preview_batch(batch)
    keys = [warning.key for warning in preview.warnings]
    assert keys == ["outside_plan", "sign:A1:2024-04", "ten_times:A2:2024-03", "passes_amount:A2:2024-04"]
    with pytest.raises(NotAcknowledged) as refusal:
        commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=keys[1:])
    assert "outside_plan" in str(refusal.value)
    done = commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=keys, seen=preview.digest)
    assert done.acknowledged == sorted(keys)


def test_a_preview_that_is_too_old_books_nothing(world: World) -> None:
    batch = make_batch(world, JANUARY)
    seen = preview_batch(batch).digest
    commit(world, make_batch(world, JANUARY[:1]))
    with pytest.raises(PreviewChanged):
        commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None, seen=seen)
    assert sums(world) == {("A1", "2024-01"): Decimal("100.00")}


def test_a_control_total_that_does_not_match_blocks(world: World) -> None:
    batch = make_batch(world, JANUARY, control_total="179.51")
    with pytest.raises(HasErrors) as refusal:
        commit(world, batch)
    assert "−0,01" in str(refusal.value)
    assert commit(world, make_batch(world, JANUARY, control_total="179.50")).booking is not None


def test_unreadable_rows_block(world: World) -> None:
    batch = make_batch(world, [*JANUARY, FileRow("A1", "2024-01", "1.00", kind="error")])
    batch.rows.filter(kind="error").update(
        problems=[{"column": "Summa", "value": "1.234", "message": "Kaksi lukutapaa", "code": "ambiguous"}]
    )
    preview = preview_batch(batch)
    assert (preview.error_count, preview.errors[0].row, preview.errors[0].value) == (1, 5, "1.234")
    with pytest.raises(HasErrors):
        commit(world, batch)


def test_a_batch_is_committed_once_and_a_discarded_one_never(world: World) -> None:
    batch = make_batch(world, JANUARY)
    commit(world, batch)
    with pytest.raises(ImportRefusal):
        commit(world, batch)
    with pytest.raises(ImportRefusal):
        discard_batch(batch=batch, by=world.finance)
    other = discard_batch(batch=make_batch(world, JANUARY), by=world.finance)
    assert not other.rows.exists()
    with pytest.raises(ImportRefusal):
        commit(world, other)


def test_rows_that_are_put_away_are_not_fetched(world: World) -> None:
    batch = make_batch(world, JANUARY)
    with CaptureQueriesContext(connection) as queries:
        discard_batch(batch=batch, by=world.finance)
    about_rows = [query["sql"] for query in queries if "funds_importrow" in query["sql"]]
    assert [sql.split()[0] for sql in about_rows] == ["DELETE"]
    assert not batch.rows.exists()


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    counts = set()
    for count in (2, 200):
        rows = [
            FileRow("A1", f"2024-0{1 + number % 9}", f"{number + 1}.00", f"{count}-{number}") for number in range(count)
        ]
        batch = make_batch(world, rows)
        with CaptureQueriesContext(connection) as queries:
            preview_batch(batch)
        counts.add(len(queries))
    assert len(counts) == 1


def test_undo_where_nothing_stands_any_more(world: World) -> None:
    done = commit(world, make_batch(world, JANUARY[:1]))
    assert done.booking is not None
    correct_actual(
        organisation=world.organisation,
        actual=done.booking.rows.get(),
        amount=Decimal("-100.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Virhe",
    )
    undone = undo_batch(batch=done, by=world.finance, at=NOW)
    assert (undone.state, undone.undo_booking) == ("undone", None)


def test_a_rule_that_came_later_books_nothing_twice(world: World) -> None:
    """The file has no codes: the row was booked outside the plan, then a rule gave it a code, then another one."""
    commit(world, make_batch(world, [FileRow("", "2024-01", "70.00", "7", centre="4123")]))
    for code in ("A1", "A2"):
        ruled = [FileRow(code, "2024-01", "70.00", "7", centre="4123", by_rule=True)]
        assert counts(preview_batch(make_batch(world, ruled))) == (0, 1, 0, 0)
        assert counts(preview_batch(make_batch(world, [*ruled, *ruled]))) == (1, 1, 0, 0)


def test_another_export_of_the_same_posting_is_known_by_what_was_booked(world: World) -> None:
    commit(world, make_batch(world, [FileRow("A1", "2024-01", "70.00", "7", centre="1000")]))
    ruled = [FileRow("A1", "2024-01", "70.00", "7", centre="4123", by_rule=True)]
    assert counts(preview_batch(make_batch(world, ruled))) == (0, 1, 0, 0)
