"""Files that meet a ledger: rows as the reader would have stored them, and what people do to them."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from funds.actions.actuals import correct_actual, settle_outside
from funds.actions.imports import commit_batch
from funds.models import Actual, BudgetLine, ImportBatch
from funds.queries.imports import ImportPreview, preview_batch
from funds.queries.outside import outside_rows
from fundtrack.periods import Month
from tests.factories import NOW, World
from tests.factories.imports import COLUMNS, FileRow, make_batch

JANUARY = Month(2024, 1)
#: Without vouchers nothing tells a changed row from a new one.
PLAIN = ("cost_centre", "project_code", "amount")
NO_CENTRE = tuple(column for column in COLUMNS if column != "cost_centre")


def commit(world: World, *rows: FileRow, whole: bool = False, columns: tuple[str, ...] = COLUMNS) -> ImportBatch:
    """Commit a file of these rows, every warning acknowledged."""
    batch = make_batch(world, rows, manner="whole_months" if whole else "movements", columns=columns)
    return commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)


def preview(world: World, *rows: FileRow, whole: bool = True, columns: tuple[str, ...] = COLUMNS) -> ImportPreview:
    """The preview of a file of these rows, of whole months unless said otherwise."""
    return preview_batch(make_batch(world, rows, manner="whole_months" if whole else "movements", columns=columns))


def keys(found: ImportPreview) -> list[str]:
    """The keys of the warnings, without what they are about."""
    return [warning.key.split(":")[0] for warning in found.warnings]


def standing(world: World) -> Decimal:
    """The sum of all actuals. EUR."""
    return sum(Actual.objects.filter(organisation=world.organisation).values_list("amount", flat=True), Decimal(0))


def correct(world: World, difference: str, row: Actual | None = None) -> None:
    """Correct a row by hand, or the one with the voucher V1."""
    correct_actual(
        organisation=world.organisation,
        actual=row or Actual.objects.get(corrects=None, voucher="V1"),
        amount=Decimal(difference),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Väärä summa",
    )


def settle(world: World, line: BudgetLine) -> None:
    """Lead the first row outside the plan to a line."""
    settle_outside(
        organisation=world.organisation,
        actual=outside_rows(world.organisation, 2024)[0].actual,
        line=line,
        by=world.finance,
        at=NOW,
        key=uuid4(),
        reason="Oikea paikka",
    )


V1, V2 = FileRow("A1", "2024-01", "100.00", "V1"), FileRow("A1", "2024-01", "50.00", "V2")


def bare(row: FileRow) -> FileRow:
    """A row of a file without cost centres: its project code alone says the line."""
    return replace(row, by_code=True, centre="")
