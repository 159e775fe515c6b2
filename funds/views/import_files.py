"""Imports, their rows and their profiles as tables to download."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fundtrack import formats
from fundtrack.exports import Cell, Column, Row, Table, euros
from fundtrack.money import ZERO

from ..models import Actual, ImportBatch, ImportRow
from ..queries.import_lines import ImportWarning
from ..queries.import_rows import BookedMonth, OutsidePair
from ..queries.imports import FileError
from .import_page import LineView, OutcomeView

_KINDS = ImportRow.Kind


@dataclass(frozen=True)
class FiledRow:
    """One row of the file, why it is not booked or what is wrong with it, and what was booked from it."""

    row: ImportRow
    remarks: Sequence[str | Promise]
    booked: Sequence[Actual]


def about_import(batch: ImportBatch, *more: tuple[str, str | Promise]) -> list[tuple[str, str | Promise]]:
    """What a file about an import is about."""
    return [
        (_("Import"), str(batch.number)),
        (_("State"), batch.get_state_display()),
        (_("File"), batch.file.name),
        ("SHA-256", batch.file.sha256),
        *more,
    ]


def imports_table(batches: Iterable[ImportBatch]) -> Table:
    """The list of imports (``queries.import_rows.listed_imports``)."""
    columns = [
        Column(_("Number"), "integer"),
        Column(_("State")),
        Column(_("File")),
        Column("SHA-256"),
        Column(_("Fund")),
        Column(_("Uploaded by")),
        Column(_("Uploaded at"), "moment"),
        Column(_("Committed by")),
        Column(_("Committed at"), "moment"),
        Column(_("Rows"), "integer"),
        Column(_("Sum (€)"), "amount"),
    ]
    return Table(_("Imports"), columns, map(_import, batches))


def _import(batch: ImportBatch) -> Row:
    return [
        batch.number,
        batch.get_state_display(),
        batch.file.name,
        batch.file.sha256,
        batch.fund.name,
        batch.file.uploaded_by.user.name,
        batch.file.uploaded_at,
        batch.committed_by.user.name if batch.committed_by else "",
        batch.committed_at,
        rows_listed(batch),
        sum_listed(batch),
    ]


def rows_listed(batch: ImportBatch) -> int | None:
    """Rows of the ledger in the file of a listed import; None where it was not read, or was put aside."""
    count: int | None = batch.result.get("rows", getattr(batch, "read_rows", None))
    return count


def sum_listed(batch: ImportBatch) -> Decimal | None:
    """EUR that a listed import booked, or has read and not booked yet."""
    if batch.booking is not None:
        return batch.booking.total
    return ZERO if batch.state == ImportBatch.State.COMMITTED else getattr(batch, "read_total", None)


# --- one import


def preview_tables(
    outcomes: Iterable[OutcomeView],
    lines: Iterable[LineView],
    pairs: Iterable[OutsidePair],
    warnings: Iterable[ImportWarning],
    errors: Iterable[FileError],
) -> list[Table]:
    """What a commit would do."""
    return [
        _outcomes(outcomes),
        _figures(lines),
        _pairs(pairs),
        Table(_("Warnings"), [Column(_("Warning"))], [[warning.message] for warning in warnings]),
        errors_table(errors),
    ]


def _outcomes(outcomes: Iterable[OutcomeView]) -> Table:
    columns = [Column(_("What becomes of them")), Column(_("Rows"), "integer"), Column(_("Sum (€)"), "amount")]
    return Table(_("Rows of the file"), columns, [[each.label, each.count, each.amount] for each in outcomes])


def _figures(lines: Iterable[LineView]) -> Table:
    columns = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Cost centre")),
        Column(_("Month")),
        Column(_("Now (€)"), "amount"),
        Column(_("Import (€)"), "amount"),
        Column(_("After it (€)"), "amount"),
    ]
    rows: list[Row] = []
    for line in lines:
        place = [line.code, _("Outside the plan") if line.is_outside else line.name, line.centre]
        for cell in line.cells:
            around = [None, cell.change, None] if line.is_outside else [cell.before, cell.change, cell.after]
            rows.append([*place, formats.month_short(cell.month), *around])
        # Only the months that change are listed: now and after would not be those of the line.
        rows.append([*place, _("Total"), None, line.change, None])
    return Table(_("Figures that change"), columns, rows)


def _pairs(pairs: Iterable[OutsidePair]) -> Table:
    columns = [
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Account")),
        Column(_("Rows"), "integer"),
        Column(_("Sum (€)"), "amount"),
        Column(_("In the ledger already"), "integer"),
    ]
    rows: list[Row] = [
        [pair.cost_centre_code, pair.project_code, pair.account, pair.rows, pair.amount, pair.known] for pair in pairs
    ]
    return Table(_("Outside the plan"), columns, rows)


def errors_table(errors: Iterable[FileError]) -> Table:
    """Everything that hinders an import; a row of its own for each thing."""
    columns = [
        Column(_("Row"), "integer"),
        Column(_("Column")),
        Column(_("Value")),
        Column(_("What is wrong")),
    ]
    return Table(_("Errors"), columns, ([each.row or None, each.column, each.value, each.message] for each in errors))


def booked_table(months: Iterable[BookedMonth]) -> Table:
    """What a committed import booked, line by line and month by month."""
    columns = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Cost centre")),
        Column(_("Month")),
        Column(_("Rows"), "integer"),
        euros(pgettext("row", "Amount")),
    ]
    found = list(months)
    rows: list[Row] = [
        [
            cell.project_code,
            cell.line.name if cell.line else _("Outside the plan"),
            cell.cost_centre_code,
            formats.month_short(cell.month),
            cell.rows,
            cell.amount,
        ]
        for cell in found
    ]
    total: Row = [
        _("Total"),
        "",
        "",
        "",
        sum(cell.rows for cell in found),
        sum((cell.amount for cell in found), ZERO),
    ]
    return Table(_("What was booked"), columns, rows, totals=[total] if found else [])


# --- rows


def rows_table(batch: ImportBatch, rows: Iterable[FiledRow]) -> Table:
    """Rows of a file, as they were read, and what became of each."""
    columns = [
        Column(_("Row of the file"), "integer"),
        Column(_("Kind")),
        Column(_("Month")),
        Column(_("Date"), "date"),
        Column(_("Cost centre")),
        Column(_("Project code")),
        euros(pgettext("row", "Amount")),
        Column(_("Account")),
        Column(_("Voucher")),
        Column(_("Description")),
        Column(_("Supplier")),
        Column(_("Why it is not booked")),
        Column(_("Rows of the ledger")),
    ]
    return Table(_("Rows of the file"), columns, map(_filed, rows))


def _filed(filed: FiledRow) -> Row:
    row = filed.row
    return [
        row.number,
        _KINDS(row.kind).label,
        formats.month_short(row.month) if row.month else "",
        row.booked_on,
        row.cost_centre_code,
        row.project_code,
        row.amount,
        row.account,
        row.voucher,
        row.description,
        row.supplier,
        " ".join(str(remark) for remark in filed.remarks),
        ", ".join(str(actual.pk) for actual in filed.booked),
    ]


def removed_table(rows: Iterable[Actual]) -> Table:
    """Rows of the ledger that an import reverses because its file has them no more."""
    columns = [
        Column(_("Row of the ledger"), "integer"),
        Column(_("Month")),
        Column(_("Cost centre")),
        Column(_("Project code")),
        euros(pgettext("row", "Amount")),
        Column(_("Account")),
        Column(_("Voucher")),
        Column(_("Description")),
        Column(_("Booking"), "integer"),
    ]
    return Table(_("Removed"), columns, map(_removed, rows))


def _removed(row: Actual) -> Row:
    place: list[Cell] = [row.pk, formats.month_short(row.month), row.cost_centre_code, row.project_code, row.amount]
    return [*place, row.account, row.voucher, row.description, row.booking.number]


def cells_table(cells: Iterable[Mapping[str, Any]]) -> Table:
    """One row of a file: its raw cells, and what each was read as."""
    columns = [Column(_("Column")), Column(_("Heading")), Column(_("Cell")), Column(_("Read as"))]
    rows = [[cell["letters"], cell["heading"], cell["raw"], _read_as(cell["read"])] for cell in cells]
    return Table(_("Cells"), columns, rows)


def _read_as(read: Iterable[tuple[str, str, Any]]) -> str:
    return "; ".join(f"{label}: {_in_words(key, value)}" for label, key, value in read)


def _in_words(key: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    match key:
        case "amount":
            return formats.eur(value)
        case "date":
            return formats.day(value)
        case "month":
            return formats.month_short(value)
    return str(value)


def booked_rows_table(rows: Iterable[Actual]) -> Table:
    """Rows of the ledger that were booked from one row of a file."""
    columns = [
        Column(_("Row of the ledger"), "integer"),
        Column(_("Month")),
        Column(_("Project code")),
        Column(_("Budget line")),
        euros(pgettext("row", "Amount")),
        Column(_("Booking"), "integer"),
    ]
    found: list[Sequence[Cell]] = [
        [
            row.pk,
            formats.month_short(row.month),
            row.project_code,
            row.line.name if row.line else _("Outside the plan"),
            row.amount,
            row.booking.number,
        ]
        for row in rows
    ]
    return Table(_("Booked from it"), columns, found)
