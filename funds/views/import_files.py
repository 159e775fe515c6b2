"""Imports, their rows and their profiles as tables to download."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fundtrack import formats
from fundtrack.exports import Cell, Column, Row, Table, euros
from fundtrack.money import ZERO
from fundtrack.sentences import told

from ..imports.headings import letters_of
from ..imports.rows import REASONS
from ..models import Actual, ImportBatch, ImportRow
from ..queries.import_lines import ImportWarning
from ..queries.import_rows import BookedMonth, ListedRows, OutsidePair, widest_row
from ..queries.imports import FileError
from .import_page import LineView, OutcomeView


def about_import(batch: ImportBatch, *more: tuple[str, str | Promise]) -> list[tuple[str, str | Promise]]:
    """What a file about an import is about."""
    return [
        (_("Number of the import"), str(batch.number)),
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
        Column(_("Sum of the file (€)"), "amount"),
        Column(_("Booked (€)"), "amount"),
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
        file_sum(batch),
        booked_sum(batch),
    ]


def rows_listed(batch: ImportBatch) -> int | None:
    """Rows of the ledger in the file of a listed import; None where it was not read, or was put aside."""
    count: int | None = batch.result.get("rows", getattr(batch, "read_rows", None))
    return count


def file_sum(batch: ImportBatch) -> Decimal | None:
    """EUR in the file of a listed import: its own total when it has one, else Σ of its rows; None where none is known.

    It is the same before and after the import is committed.
    """
    if "file_total" in batch.result:
        return Decimal(batch.result["file_total"])
    if batch.state != ImportBatch.State.READ:
        return None
    own_total: str | None = getattr(batch, "own_total", None)
    return Decimal(own_total) if own_total is not None else getattr(batch, "read_total", None) or ZERO


def booked_sum(batch: ImportBatch) -> Decimal | None:
    """EUR that an import booked, even where that was undone later; None where it was not committed."""
    if batch.booking is not None:
        return batch.booking.total
    return ZERO if batch.state == ImportBatch.State.COMMITTED else None


# --- one import


def preview_tables(
    outcomes: Iterable[OutcomeView],
    lines: Iterable[LineView],
    pairs: Iterable[OutsidePair],
    warnings: Iterable[ImportWarning],
    errors: Table,
) -> list[Table]:
    """What a commit would do."""
    return [
        _outcomes(outcomes),
        _figures(lines),
        _pairs(pairs),
        Table(_("Warnings"), [Column(_("Warning"))], [[warning.message] for warning in warnings]),
        errors,
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


def sheet_of(batch: ImportBatch) -> str:
    """The sheet that was read; empty for a file that has none."""
    return str(batch.reading.get("sheet") or "")


def errors_table(errors: Iterable[FileError], sheet: str) -> Table:
    """Everything that hinders an import; a row of its own for each thing."""
    columns = [
        *([Column(_("Sheet"))] if sheet else []),
        Column(_("Row"), "integer"),
        Column(_("Column")),
        Column(_("Value")),
        Column(_("What is wrong")),
    ]
    place = [sheet] if sheet else []
    rows: Iterable[Row] = (
        [*(place if each.row else [""] * len(place)), each.row or None, each.column, each.value, each.beside_place]
        for each in errors
    )
    return Table(_("Errors"), columns, rows)


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


def rows_table(batch: ImportBatch, listed: ListedRows, *, cells: bool) -> Table:
    """Rows of a file, as they were read, and what became of each; ``cells``: last its cells as the file has them."""
    headings = batch.reading.get("headings", [])
    width = max(len(headings), widest_row(batch)) if cells else 0
    columns = [
        Column(_("Row of the file"), "integer"),
        Column(_("Kind")),
        Column(_("Month")),
        Column(_("Date"), "date"),
        *_said_columns(),
        Column(_("Supplier")),
        Column(_("Why it is not booked")),
        Column(_("Rows of the ledger")),
        *(Column(_heading(headings, place)) for place in range(width)),
    ]
    return Table(_("Rows of the file"), columns, _filed(listed, width))


def _heading(headings: Sequence[str], place: int) -> str:
    """The file's own heading of a column; the column's letters where it has none."""
    return (headings[place] if place < len(headings) else "") or _("Column %(letters)s") % {
        "letters": letters_of(place)
    }


def _filed(listed: ListedRows, width: int) -> Iterator[Row]:
    # The months and kinds are few, and the rows are many.
    month, kinds = cache(formats.month_short), {str(key): str(label) for key, label in ImportRow.Kind.choices}
    # A row of a file is booked once at most (``actual_import_row_once``).
    fields = ("number", "kind", "month", "booked_on", *_SAID, "supplier", "problems", "reason", "actuals__pk", "cells")
    for number, kind, of_month, *said, problems, reason, booked, cells in listed.cells(*fields):
        yield (
            number,
            kinds[kind],
            month(of_month) if of_month else "",
            *said,
            " ".join(map(str, remarks_of(problems, reason))) if problems or reason else "",
            booked,
            *cells[:width],
            *[None] * (width - len(cells)),
        )


def remarks_of(problems: Sequence[Mapping[str, Any]] | None, reason: str) -> list[str | Promise]:
    """Why a row of a file is not booked, or everything that is wrong with it."""
    if problems:
        return [told(problem["message"]) for problem in problems]
    if reason.endswith(": "):
        # Left out because this cell has nothing.
        return [reason + _("blank")]
    return [REASONS.get(reason, reason)] if reason else []


#: What a row of a file and a row of the ledger both say, in the order of ``_said_columns``.
_SAID = ("cost_centre_code", "project_code", "amount", "account", "voucher", "description")


def _said_columns() -> list[Column]:
    return [
        Column(_("Cost centre")),
        Column(_("Project code")),
        euros(pgettext("row", "Amount")),
        Column(_("Account")),
        Column(_("Voucher")),
        Column(_("Description")),
    ]


def removed_table(listed: ListedRows) -> Table:
    """Rows of the ledger that an import reverses because its file has them no more."""
    columns = [
        Column(_("Row of the ledger"), "integer"),
        Column(_("Month")),
        *_said_columns(),
        Column(_("Booking"), "integer"),
    ]
    rows = (
        (pk, formats.month_short(month), *said)
        for pk, month, *said in listed.cells("pk", "month", *_SAID, "booking__number")
    )
    return Table(_("Removed"), columns, rows)


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
