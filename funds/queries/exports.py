"""Rows for files: of a drawdown document as the accounting system takes them, and hundreds of thousands of the ledger.

Rows of the ledger and of imports come as plain tuples, piece by piece: an object for each row, and for its booking,
person and line, takes longer than everything else.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Table
from fundtrack.periods import Month

from ..models import Actual, Booking, BudgetLine, Drawdown
from .documents import document_table

#: Rows that are read from the database at a time.
ROWS_AT_A_TIME = 2_000


class BookingCells(NamedTuple):
    """What a file says of a booking, and of the import that it came by or undid, if any."""

    number: int
    #: Key of ``Booking.Source``.
    source: str
    made_by: str
    made_at: datetime
    import_number: int | None
    file: str | None


class LedgerCells(NamedTuple):
    """What a file says of a row of the ledger. EUR."""

    pk: int
    booking: int
    month: date
    booked_on: date | None
    cost_centre_code: str
    project_code: str
    line: int | None
    amount: Decimal
    account: str
    voucher: str
    supplier: str
    description: str
    corrects: int | None
    concerns_month: date | None
    #: Row of the file; None where it came by none.
    file_row: int | None


def _import_of(field: str) -> Coalesce:
    """Of the import that a booking came by, or undid."""
    return Coalesce(f"import_batch__{field}", f"undone_batch__{field}")


def ledger_cells(rows: QuerySet[Actual]) -> Iterator[tuple[LedgerCells, BookingCells, str]]:
    """Rows in their order with their bookings and the names of their lines (empty outside the plan). Three queries.

    They come as the database gives them: a year's may not fit into memory. What a booking and a line say of many rows
    is fetched once.
    """
    rows = rows.select_related(None).prefetch_related(None).defer(None)
    found = Booking.objects.filter(pk__in=rows.order_by().values("booking")).values_list(
        "pk", "number", "source", "made_by__user__name", "made_at", _import_of("number"), _import_of("file__name")
    )
    bookings = {pk: BookingCells._make(cells) for pk, *cells in found}
    names = BudgetLine.objects.filter(pk__in=rows.order_by().values("line")).values_list("pk", "name")
    lines: dict[int | None, str] = {None: "", **dict(names)}
    fields = [*LedgerCells._fields[:-1], "import_row__number"]
    for row in map(LedgerCells._make, rows.values_list(*fields).iterator(chunk_size=ROWS_AT_A_TIME)):
        yield row, bookings[row.booking], lines[row.line]


def accounting_table(drawdown: Drawdown) -> Table:
    """One row per line with something to draw, in the plan's order; no totals, so that a program reads rows only.

    Units: EUR; negative when the fund is repaid (debit and credit stay as they are).
    """
    plan, month = drawdown.plan, Month.of(drawdown.month)
    number = str(drawdown.number) if drawdown.number else drawdown.get_state_display()
    rows = [
        (
            number,
            drawdown.booking_on,
            str(month),
            plan.fund.name,
            centre.code,
            row.label.project_code,
            plan.fund.debit_account,
            plan.fund.credit_account,
            row.figures.drawdown,
            f"{row.label.name}, {formats.month_short(month)}",
        )
        for centre in document_table(drawdown).centres
        for row in centre.rows
        if row.figures.drawdown
    ]
    columns = (
        Column(_("Voucher number")),
        Column(_("Booking date"), "date"),
        Column(_("Month")),
        Column(_("Fund")),
        Column(_("Cost centre")),
        Column(_("Project code")),
        Column(_("Debit account")),
        Column(_("Credit account")),
        Column(_("Amount (EUR)"), "amount"),
        Column(_("Description")),
    )
    return Table(_("Drawdown"), columns, rows)
