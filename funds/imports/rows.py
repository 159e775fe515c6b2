"""Rows of a file of actuals after reading: what each is, what it says and what is wrong with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

Kind = Literal["row", "left_out", "total", "error", "skipped"]

#: Why a row is not imported, by ``ReadRow.reason``; of a row that is left out, the reason names the rule itself.
REASONS: Mapping[str, Promise] = {
    "above_headings": gettext_lazy("Above the headings."),
    "headings": gettext_lazy("The headings."),
    "headings_again": gettext_lazy("The headings once more."),
    "blank": gettext_lazy("A blank row."),
    "ruled": gettext_lazy("A line that only rules the page."),
    "zero": gettext_lazy("The amount is zero."),
    "words": gettext_lazy("A line of words, without an amount, a month or a code."),
    "total": gettext_lazy("The file's own total."),
    "subtotal": gettext_lazy("A subtotal of the rows above it."),
    "below_total": gettext_lazy("Below the file's total."),
}


class RowProblem(NamedTuple):
    """One thing in a row that must be mended, or (in ``notes``) looked at."""

    #: Name of the sheet; empty for CSV.
    sheet: str
    #: Row of the sheet, from 1.
    row: int
    #: Heading of the column, or its letter where it has none; empty for the row as a whole.
    column: str
    #: What stands in the cell, shortened.
    value: str
    #: A whole sentence with the place.
    message: str
    code: str

    def __str__(self) -> str:
        return self.message


def row_problem(sheet: str, row: int, column: str, value: str, message: str, code: str) -> RowProblem:
    """Put the place before the sentence."""
    places = {"sheet": sheet, "row": row, "column": column, "message": message}
    if sheet and column:
        text = _("Sheet “%(sheet)s”, row %(row)s, column “%(column)s”: %(message)s") % places
    elif sheet:
        text = _("Sheet “%(sheet)s”, row %(row)s: %(message)s") % places
    elif column:
        text = _("Row %(row)s, column “%(column)s”: %(message)s") % places
    else:
        text = _("Row %(row)s: %(message)s") % places
    return RowProblem(sheet, row, column, value, text, code)


class ReadRow(NamedTuple):
    """One row of the file."""

    #: Row of the sheet, from 1, as a spreadsheet numbers it: a CSV record is one row, whatever line breaks it quotes.
    number: int
    #: The whole text of every cell.
    cells: tuple[str, ...]
    kind: Kind
    month: Month | None = None
    #: The day of the booking, where the file says it.
    booked_on: date | None = None
    cost_centre_code: str = ""
    project_code: str = ""
    #: EUR; None where it cannot be read.
    amount: Decimal | None = None
    account: str = ""
    voucher: str = ""
    #: At most as long as the ledger keeps; ``cells`` has the rest.
    description: str = ""
    supplier: str = ""
    #: The project code comes from a rule of the profile; ``replaced`` is the one that the file has.
    by_rule: bool = False
    #: Why the row is not imported: a key of ``REASONS``, or the rule that leaves it out.
    reason: str = ""
    #: Everything that is wrong with the row.
    problems: tuple[RowProblem, ...] = ()
    #: What to look at; it does not hinder the import.
    notes: tuple[RowProblem, ...] = ()
    #: The code of the file in whose place a rule has put ``project_code``; empty where it had none.
    replaced: str = ""


@dataclass
class FileTotals:
    """Sums of the rows so far, in EUR; complete when the last row has been read."""

    rows: Decimal = ZERO
    left_out: Decimal = ZERO
    #: Of the rows with errors, as far as their amounts can be read.
    errors: Decimal = ZERO
    #: The file's own total; None when it has none.
    own: Decimal | None = None
    counts: Counter[Kind] = field(default_factory=Counter)
    #: Rows whose amount cannot be read.
    unreadable: int = 0

    @property
    def everything(self) -> Decimal:
        """What the file's own total should be."""
        return self.rows + self.left_out + self.errors

    @property
    def agrees(self) -> bool | None:
        """Whether the file's own total is the sum of its rows; None when it has none."""
        return None if self.own is None else self.own == self.everything and not self.unreadable

    def add(self, row: ReadRow) -> None:
        """Count one row."""
        self.counts[row.kind] += 1
        if row.kind == "total":
            self.own = row.amount if row.reason == "total" else self.own
        elif row.amount is not None:
            if row.kind == "row":
                self.rows += row.amount
            elif row.kind == "left_out":
                self.left_out += row.amount
            elif row.kind == "error":
                self.errors += row.amount
        elif row.kind in ("error", "left_out"):
            self.unreadable += 1


@dataclass(frozen=True)
class KnownCodes:
    """The codes that an organisation's plans know."""

    cost_centres: frozenset[str] = frozenset()
    project_codes: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    #: The years of the plans, by which dates with two digits for the year are told.
    years: frozenset[int] = frozenset()
