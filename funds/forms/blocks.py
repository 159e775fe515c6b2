"""A block pasted from a spreadsheet onto the monthly grid: shape and cells are checked, then all or nothing."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO, AmountError, parse_amount
from fundtrack.periods import Month

from ..actions.cells import CellChange
from ..models import BudgetLine

#: Errors that are shown; of the others only the number.
MOST_ERRORS = 20


class WrongBlock(Refusal):
    """The block cannot be placed. ``problems`` are sentences, the first ones only."""

    code = "wrong_block"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(_("The block was not pasted. Nothing was changed."))
        self.problems = list(problems[:MOST_ERRORS])
        if more := len(problems) - len(self.problems):
            self.problems.append(ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more})


@dataclass(frozen=True)
class Place:
    """Where a block is put: the grid's lines and months from the chosen cell on, as the person sees them."""

    lines: Sequence[BudgetLine]
    months: Sequence[Month]
    #: Months that take no figures.
    closed: frozenset[Month]


@dataclass(frozen=True)
class Block:
    """A block that fits its place."""

    #: Cells whose figure would change.
    changes: tuple[CellChange, ...]
    #: How many cells hold their figure already.
    unchanged: int
    #: How many pasted cells were empty; they leave their figures as they are.
    empty: int

    @property
    def pasted_total(self) -> Decimal:
        """Σ of the figures that are put in, EUR."""
        return sum((change.new for change in self.changes), ZERO)

    @property
    def difference(self) -> Decimal:
        """What the block adds to the actuals, EUR."""
        return sum((change.new - change.seen for change in self.changes), ZERO)


def split_block(text: str) -> list[list[str]]:
    """Split what a spreadsheet put on the clipboard: tabs between cells, quotes around cells with line breaks.

    Returns:
        Rows of trimmed cells; empty rows at the end are left out.

    Raises:
        WrongBlock: the quotes do not end, or a cell is endless.
    """
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter="\t")
    try:
        rows = [[cell.strip() for cell in row] or [""] for row in reader]
    except csv.Error as error:
        raise WrongBlock([_("The copied text is not a block of cells.")]) from error
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def read_block(text: str, place: Place, current: Mapping[tuple[int, Month], Decimal]) -> Block:
    """Read a pasted block onto its place.

    Args:
        text: the clipboard's plain text.
        current: (line id, month) → what the ledger holds, EUR.

    Raises:
        WrongBlock: naming every row or cell that is wrong.
    """
    rows = split_block(text)
    if problems := _shape_problems(rows, place):
        raise WrongBlock(problems)
    changes, problems, unchanged, empty = [], [], 0, 0
    for number, (line, row) in enumerate(zip(place.lines, rows, strict=False), start=1):
        for column, (month, cell) in enumerate(zip(place.months, row, strict=False), start=1):
            if not cell:
                empty += 1
                continue
            try:
                change = CellChange(line.pk, month, current.get((line.pk, month), ZERO), parse_amount(cell))
            except AmountError as error:
                problems.append(_cell_problem(number, column, line, month, str(error)))
                continue
            if change.new == change.seen:
                unchanged += 1
            else:
                changes.append(change)
    if problems:
        raise WrongBlock(problems)
    return Block(tuple(changes), unchanged, empty)


def _shape_problems(rows: Sequence[Sequence[str]], place: Place) -> list[str]:
    if not rows:
        return [_("The copied block is empty.")]
    if len(rows) > len(place.lines):
        return [
            _("The block has %(rows)s rows, and the grid has %(lines)s lines from %(code)s on.")
            % {"rows": len(rows), "lines": len(place.lines), "code": place.lines[0].project_code}
        ]
    width = len(rows[0])
    ragged = [
        _("Row %(row)s: %(count)s wide, row 1: %(first)s wide. Copy a rectangular block.")
        % {"row": number, "count": len(row), "first": width}
        for number, row in enumerate(rows, start=1)
        if len(row) != width
    ]
    if ragged:
        return ragged
    if width > len(place.months):
        return [
            _("The block has %(columns)s columns, and the grid has %(months)s months from %(month)s on.")
            % {"columns": width, "months": len(place.months), "month": formats.month_short(place.months[0])}
        ]
    return [
        _("Column %(column)s: %(month)s is closed.") % {"column": number, "month": formats.month_short(month)}
        for number, month in enumerate(place.months[:width], start=1)
        if month in place.closed
    ]


def _cell_problem(row: int, column: int, line: BudgetLine, month: Month, message: str) -> str:
    return _("Row %(row)s, column %(column)s (%(code)s, %(month)s): %(message)s") % {
        "row": row,
        "column": column,
        "code": line.project_code,
        "month": formats.month_short(month),
        "message": message,
    }
