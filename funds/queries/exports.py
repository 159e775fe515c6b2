"""Rows of a drawdown document as the accounting system takes them."""

from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Table
from fundtrack.periods import Month

from ..models import Drawdown
from .documents import document_table


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
