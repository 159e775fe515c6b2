"""The grid and the rows behind it as tables to download."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Row, Table
from fundtrack.money import ZERO

from ..models import Actual, Booking
from ..queries.actuals import Figures, Grid
from ..queries.exports import ledger_cells
from ..queries.outside import OutsideRow, SettledRow
from .actuals_page import outside_reasons, settled_as


def grid_tables(grid: Grid) -> list[Table]:
    """The lines with their months and totals, and the unsettled rows outside the plan where there are any."""
    tables = [_lines_table(grid)]
    if grid.outside:
        tables.append(_outside_table(grid))
    return tables


def _month_columns(grid: Grid) -> list[Column]:
    return [Column(f"{formats.month_short(column.month)}, €", "amount") for column in grid.months]


def _lines_table(grid: Grid) -> Table:
    columns = [
        Column(_("Target")),
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Responsible person")),
        Column(_("Amount, €"), "amount"),
        *_month_columns(grid),
        Column(_("Total, €"), "amount"),
        Column(_("Remaining, €"), "amount"),
        Column(_("Used %"), "percent"),
        Column(_("Uncovered, €"), "amount"),
    ]
    rows: list[Row] = [
        [
            target.name,
            target.cost_centre_code,
            line.line.project_code,
            line.line.name,
            line.responsible.user.name if line.responsible else "",
            *_figures(line.figures),
        ]
        for target in grid.targets
        for line in target.lines
    ]
    return Table(_("Actuals"), columns, rows, totals=[[_("Total"), "", "", "", "", *_figures(grid.figures)]])


def _figures(figures: Figures) -> list[Decimal | None]:
    return [
        figures.amount,
        *figures.by_month,
        figures.total,
        figures.remaining,
        figures.used_percent,
        figures.uncovered,
    ]


def _outside_table(grid: Grid) -> Table:
    reasons = outside_reasons()
    columns = [
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Why it is outside the plan")),
        *_month_columns(grid),
        Column(_("Total, €"), "amount"),
    ]
    rows: list[Row] = [
        [group.cost_centre_code, group.project_code, reasons[group.reason], *group.by_month, group.total]
        for group in grid.outside
    ]
    sums = [sum((group.by_month[position] for group in grid.outside), ZERO) for position in range(12)]
    return Table(_("Outside the plan"), columns, rows, totals=[[_("Total"), "", "", *sums, grid.outside_total]])


def rows_table(rows: QuerySet[Actual], total: Decimal) -> Table:
    """Rows of the ledger, each with its booking, line and file, and their sum in EUR."""
    columns = [
        Column(_("Row"), "integer"),
        Column(_("Booking"), "integer"),
        Column(_("Month")),
        Column(_("Date"), "date"),
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Amount, €"), "amount"),
        Column(_("Account")),
        Column(_("Voucher")),
        Column(_("Supplier")),
        Column(_("Description")),
        Column(_("Corrects row"), "integer"),
        Column(_("Concerns month")),
        Column(_("Source")),
        Column(_("Booked by")),
        Column(_("Booked at"), "moment"),
        *_file_columns(),
    ]
    totals: list[Row] = [
        [None, None, _("Total"), None, "", "", "", total, *[""] * 4, None, "", "", "", None, None, "", None]
    ]
    return Table(_("Rows"), columns, _ledger_rows(rows), totals=totals)


def _ledger_rows(rows: QuerySet[Actual]) -> Iterator[Row]:
    # The months and sources are few, and the rows are many.
    month, sources = cache(formats.month_short), {str(key): str(label) for key, label in Booking.Source.choices}
    for row, booking, line in ledger_cells(rows):
        yield (
            row.pk,
            booking.number,
            month(row.month),
            row.booked_on,
            row.cost_centre_code,
            row.project_code,
            line,
            row.amount,
            row.account,
            row.voucher,
            row.supplier,
            row.description,
            row.corrects,
            month(row.concerns_month) if row.concerns_month else "",
            sources[booking.source],
            booking.made_by,
            booking.made_at,
            booking.import_number,
            booking.file or "",
            row.file_row,
        )


def _file_columns() -> list[Column]:
    """Where a row of the ledger came from, when it came by an import."""
    return [Column(_("Number of the import"), "integer"), Column(_("File")), Column(_("Row of the file"), "integer")]


def _file_cells(row: Actual) -> list[str | int | None]:
    origin = row.import_row
    return [origin.batch.number, origin.batch.file.name, origin.number] if origin else [None, "", None]


def outside_tables(waiting: Iterable[OutsideRow], settled: Iterable[SettledRow]) -> list[Table]:
    """Rows outside the plan that wait, and those that somebody settled."""
    return [_waiting_table(list(waiting)), _settled_table(list(settled))]


def _waiting_table(waiting: list[OutsideRow]) -> Table:
    reasons = outside_reasons()
    rows: list[Row] = [
        [
            *_outside_cells(row.actual, row.standing),
            reasons[row.reason],
            ", ".join(f"{line} · {line.target.cost_centre.code}" for line in row.known_lines),
            row.actual.description,
            row.actual.supplier,
            row.actual.voucher,
            row.actual.booking.number,
            row.actual.booking.made_by.user.name,
            row.actual.booking.made_at,
            *_file_cells(row.actual),
        ]
        for row in waiting
    ]
    columns = [
        *_outside_columns(),
        Column(_("Why it is outside the plan")),
        Column(_("Lines with this code")),
        Column(_("Description")),
        Column(_("Supplier")),
        Column(_("Voucher")),
        Column(_("Booking"), "integer"),
        Column(_("Booked by")),
        Column(_("Booked at"), "moment"),
        *_file_columns(),
    ]
    waits = sum((row.standing for row in waiting), ZERO)
    total: Row = [None, _("Total"), "", "", waits, *[""] * 5, None, "", None]
    return Table(_("Waiting"), columns, rows, totals=[[*total, None, "", None]])


def _settled_table(settled: list[SettledRow]) -> Table:
    rows: list[Row] = [
        [
            *_outside_cells(row.actual, row.actual.amount),
            *settled_as(row),
            row.settlement.booking.number,
            row.settlement.booking.made_by.user.name,
            row.settlement.booking.made_at,
        ]
        for row in settled
    ]
    columns = [
        *_outside_columns(),
        Column(_("Settled")),
        Column(_("Reason")),
        Column(_("Booking"), "integer"),
        Column(_("Booked by")),
        Column(_("Booked at"), "moment"),
    ]
    return Table(_("Settled"), columns, rows)


def _outside_columns() -> list[Column]:
    return [
        Column(_("Row"), "integer"),
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Month")),
        Column(_("Amount, €"), "amount"),
    ]


def _outside_cells(row: Actual, amount: Decimal) -> list[str | int | Decimal]:
    return [row.pk, row.cost_centre_code, row.project_code, formats.month_short(row.month), amount]
