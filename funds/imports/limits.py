"""What a file may be at most, and the refusal of what is more."""

import math
from dataclasses import dataclass

from fundtrack.exceptions import Refusal
from fundtrack.formats import count
from fundtrack.sentences import sentence as _

_MEGABYTE = 1024 * 1024


class FileRefusal(Refusal):
    """The file cannot be read as a table."""

    code = "file"


@dataclass(frozen=True)
class Limits:
    """The most that is read of one file."""

    #: bytes of the file as it was sent
    bytes: int
    #: rows of the sheet: the headings, what stands above them and blank rows included
    rows: int
    columns: int
    #: characters in one cell
    cell: int
    #: sheets of a workbook
    sheets: int
    #: bytes of a workbook after unpacking
    unpacked: int
    #: parts in the archive of a workbook
    parts: int = 500
    #: cells of one sheet, the empty ones between the others included: the parser allocates them all
    grid: int = 12_500_000


#: A whole use plan is far below these.
PLAN_LIMITS = Limits(
    bytes=2 * _MEGABYTE, rows=5_000, columns=50, cell=10_000, sheets=500, unpacked=40 * _MEGABYTE, grid=5_001 * 50
)
#: A year of a city's whole ledger fits in these.
ACTUALS_LIMITS = Limits(
    bytes=64 * _MEGABYTE, rows=250_000, columns=100, cell=10_000, sheets=50, unpacked=600 * _MEGABYTE
)


def too_large(size: int, limits: Limits = PLAN_LIMITS) -> str:
    """The sentence for a file above the limit."""
    return _("The file has %(size)s MB; at most %(limit)s MB are read.") % {
        "size": math.ceil(size / _MEGABYTE),
        "limit": limits.bytes // _MEGABYTE,
    }


def too_many_rows(limits: Limits) -> FileRefusal:
    """The refusal of a file with more rows than are read."""
    message = _(
        "The file has more than %(limit)s rows, the headings and blank rows included. Divide it and bring the parts as "
        "files of their own."
    ) % {"limit": count(limits.rows)}
    return FileRefusal(message, code="file_too_many_rows")


def too_many_columns(limits: Limits) -> FileRefusal:
    """The refusal of a file with more columns than are read."""
    message = _("The file has too many columns; at most %(limit)s are read.") % {"limit": limits.columns}
    return FileRefusal(message, code="file_too_many_columns")


def too_long_cell(row: int, limits: Limits, *, text: bool = False) -> FileRefusal:
    """The refusal of a cell that holds a book; in a text file that may be a quotation mark without its end."""
    if text:
        message = _(
            "A cell in row %(row)s is longer than %(limit)s characters. Shorten it, or look there for a quotation mark "
            "that does not end."
        )
    else:
        message = _("A cell in row %(row)s is longer than %(limit)s characters. Shorten it.")
    return FileRefusal(message % {"row": row, "limit": count(limits.cell)}, code="file_cell_too_long")


def too_much() -> FileRefusal:
    """The refusal of a workbook that unpacks to more than is read."""
    return FileRefusal(_("The workbook unpacks to far too much. Nothing was read."), code="file_bomb")


def damaged(name: str) -> FileRefusal:
    """The refusal of a workbook that cannot be opened."""
    message = _("%(file)s is damaged or protected. Open it, save it as XLSX without a password and send it again.")
    return FileRefusal(message % {"file": name}, code="file_damaged")


def unusual() -> FileRefusal:
    """The refusal of a workbook that no ordinary program wrote."""
    return FileRefusal(_("The workbook is damaged or written in an unusual way."), code="file_damaged")


def not_a_table(name: str) -> FileRefusal:
    """The refusal of pictures, programs and everything else that is not rows and columns."""
    message = _("%(file)s is not a table. Send it as XLSX or CSV.") % {"file": name}
    return FileRefusal(message, code="file_not_a_table")
