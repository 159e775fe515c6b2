"""Batches without a file to read: rows as the reader would have stored them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from funds.actions.funds import create_fund
from funds.actions.imports import upload_file
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.models import Fund, ImportBatch, ImportRow
from fundtrack.periods import Month
from tests.factories import NOW, World

#: Columns that a usual export has.
COLUMNS = ("date", "cost_centre", "project_code", "amount", "account", "voucher", "description")


@dataclass(frozen=True)
class FileRow:
    """One row of a file: project code, month, amount, voucher, and what else a test needs."""

    code: str
    month: str
    amount: str
    voucher: str = ""
    centre: str = "1000"
    account: str = "4000"
    description: str = ""
    supplier: str = ""
    day: int | None = None
    by_code: bool = False
    by_rule: bool = False
    #: The code of the file that the rule has replaced.
    replaced: str = ""
    kind: str = "row"


def make_batch(
    world: World,
    rows: Sequence[FileRow],
    *,
    columns: Sequence[str] = COLUMNS,
    manner: str = "movements",
    control_total: str | None = None,
    content: bytes | None = None,
    sheet: str = "",
) -> ImportBatch:
    """A batch that was read: ``rows`` stand from row 2 of the sheet on.

    Args:
        content: of the file; None for another one with other rows.
    """
    content = repr(rows).encode() if content is None else content
    batch = upload_file(fund=world.fund, name="vienti.csv", content=content, by=world.finance, at=NOW)
    batch.reading = {"sheet": sheet}
    ImportRow.objects.bulk_create(
        [_stored(batch, number, row) for number, row in enumerate(rows, start=2)], batch_size=2000
    )
    batch.profile = {"columns": {name: name for name in columns}}
    batch.manner = manner
    batch.control_total = None if control_total is None else Decimal(control_total)
    batch.state = ImportBatch.State.READ
    batch.save()
    return batch


def _stored(batch: ImportBatch, number: int, row: FileRow) -> ImportRow:
    month = Month.parse(row.month)
    return ImportRow(
        organisation_id=batch.organisation_id,
        batch=batch,
        number=number,
        kind=row.kind,
        cells=[row.code, row.month, row.amount, row.voucher],
        month=month.first,
        booked_on=None if row.day is None else date(month.year, month.number, row.day),
        cost_centre_code=row.centre,
        project_code=row.code,
        amount=Decimal(row.amount),
        account=row.account,
        voucher=row.voucher,
        description=row.description,
        supplier=row.supplier,
        by_code=row.by_code or row.by_rule,
        by_rule=row.by_rule,
        replaced_code=row.replaced or None,
    )


def second_fund(world: World) -> Fund:
    """A fund with a plan in force whose line XX1 stands on the cost centre of the first one."""
    fund = create_fund(
        organisation=world.organisation,
        slug="toinen",
        name="Toinen rahasto",
        opening_balance=Decimal("1000.00"),
        opening_on=date(2024, 1, 1),
        by=world.admin,
        at=NOW,
    )
    plan = create_plan(fund=fund, year=2024, ceiling=Decimal("1000.00"), by=world.admin)
    line = LineLayout(name="Toinen rivi", project_code="XX1", amount=Decimal("1000.00"))
    target = TargetLayout(name="Toinen kohde", cost_centre_code="1000", lines=[line])
    save_layout(plan=plan, ceiling=plan.ceiling, targets=[target], seen_version=plan.version, by=world.admin)
    plan.refresh_from_db()
    activate_plan(plan=plan, by=world.admin, at=NOW)
    return fund
