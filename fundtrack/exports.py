"""Tables as CSV and XLSX: typed columns in, bytes out, the same bytes for the same table.

A CSV file begins with the header row of its first table. Further tables, and last the parameters as ``label;value``,
follow after one empty line each: a program reads rows up to the first empty line, a person finds the rest below.
In a workbook the parameters are the last sheet.

A cell of text can never run as a formula. In CSV it gets an apostrophe when it begins like one (a plain number such
as ``-12,00`` does not). In XLSX it is stored as text with Excel's own mark for it, so its value stays unchanged.

Source: domain.md §7.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain, islice
from typing import IO, Literal

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from fundtrack import formats

Kind = Literal["text", "amount", "percent", "integer", "date", "moment"]
Cell = str | Promise | Decimal | int | date | datetime | None
Row = Sequence[Cell]
#: (label, value) pairs that say what the file is about
Parameters = Sequence[tuple[str | Promise, str | Promise]]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: A text that begins so may be taken for a formula.
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
#: Control characters that XML cannot carry and that no text here needs.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
#: The moment written into a workbook when the caller names none: a file must not depend on the clock.
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=formats.HELSINKI)
#: Rows of a CSV file that are held in memory.
_ROWS_AT_A_TIME = 1_000
#: Rows of a sheet below its heading, as many as Excel has.
LARGEST_SHEET = 1_048_575


@dataclass(frozen=True)
class Column:
    """One column: its heading and what its cells are.

    ``amount`` cells are EUR, ``percent`` cells percent (63.65, not 0.6365), ``moment`` cells aware datetimes.
    """

    label: str | Promise
    kind: Kind = "text"


def euros(label: str | Promise) -> Column:
    """A column of amounts; its heading names the unit."""
    return Column(f"{label}, €", "amount")


@dataclass(frozen=True)
class Table:
    """A table to export; every row has one cell per column, ``None`` where there is nothing."""

    #: Name of the sheet; not printed in CSV.
    name: str | Promise
    columns: Sequence[Column]
    rows: Iterable[Row]
    #: Rows of sums, below the rows; bold in XLSX.
    totals: Sequence[Row] = field(default=())


# --- CSV


def to_csv(tables: Table | Sequence[Table], parameters: Parameters = ()) -> bytes:
    """Tables as the bytes of a CSV file (``write_csv``)."""
    content = io.BytesIO()
    write_csv(content, tables, parameters)
    return content.getvalue()


def write_csv(target: IO[bytes], tables: Table | Sequence[Table], parameters: Parameters = ()) -> None:
    """Write tables as CSV: UTF-8 with BOM, semicolon, decimal comma, CRLF; each begins with its header row.

    Args:
        target: an empty file, which is left open; rows go there as they come and are not kept.
        tables: one, or several with an empty line between them; rows and totals come out alike.
        parameters: written last, after one empty line; leave out where only a program reads the file.
    """
    target.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(target, "utf-8", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for position, table in enumerate([tables] if isinstance(tables, Table) else tables):
        if position:
            text.write("\r\n")
        writer.writerow([guarded(str(column.label)) for column in table.columns])
        rows = chain(table.rows, table.totals)
        while piece := list(islice(rows, _ROWS_AT_A_TIME)):
            # Column by column: of hundreds of thousands of rows every call for a single cell costs seconds.
            columns = zip(zip(*piece, strict=True), table.columns, strict=True)
            writer.writerows(zip(*(_csv_cells(cells, column.kind) for cells, column in columns), strict=True))
    if parameters:
        text.write("\r\n")
        writer.writerows([guarded(str(label)), guarded(str(value))] for label, value in parameters)
    text.detach()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe where it begins like one."""
    if text.isprintable() and text[:1] not in FORMULA_STARTS:
        return text
    text = without_controls(text)
    if looks_like_formula(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def without_controls(text: str) -> str:
    """The text without what XML cannot carry and no text here needs."""
    return _CONTROLS.sub("", text)


def looks_like_formula(text: str) -> bool:
    """True for a text that a spreadsheet may take for a formula."""
    return text[:1] in FORMULA_STARTS


def number_of(cell: Cell) -> Decimal | int:
    """The cell of a column of numbers.

    Raises:
        TypeError: it is none; a float may have lost cents on its way here.
        ValueError: it is not finite.
    """
    if isinstance(cell, bool) or not isinstance(cell, Decimal | int):
        raise TypeError(f"A column of numbers takes Decimal or int, not {cell!r}")
    if isinstance(cell, Decimal) and not cell.is_finite():
        raise ValueError(f"A column of numbers takes finite ones, not {cell!r}")
    return cell


def day_of(cell: Cell) -> date:
    """The cell of a column of days or moments.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(cell, date):
        raise TypeError(f"A column of dates takes dates, not {cell!r}")
    return cell


def _csv_cells(cells: Iterable[Cell], kind: Kind) -> list[str]:
    match kind:
        case "text":
            return ["" if cell is None else guarded(str(cell)) for cell in cells]
        case "amount":
            return ["" if cell is None else formats.csv_amount(number_of(cell)) for cell in cells]
        case "percent":
            return ["" if cell is None else f"{number_of(cell):f}".replace(".", ",") for cell in cells]
        case "integer":
            return ["" if cell is None else str(cell if type(cell) is int else number_of(cell)) for cell in cells]
        case "date" | "moment":
            return ["" if cell is None else _csv_day(cell) for cell in cells]


# The days of a table are few: rows of one voucher, one month, one booking.
@lru_cache(maxsize=1_000)
def _csv_day(cell: Cell) -> str:
    return formats.moment(cell) if isinstance(cell, datetime) else formats.day(day_of(cell))


# --- XLSX


def to_xlsx(tables: Sequence[Table], parameters: Parameters = (), *, made_at: datetime | None = None) -> bytes:
    """Tables as the bytes of a workbook (``write_xlsx``)."""
    content = io.BytesIO()
    write_xlsx(content, tables, parameters, made_at=made_at)
    return content.getvalue()


def write_xlsx(
    target: IO[bytes], tables: Sequence[Table], parameters: Parameters = (), *, made_at: datetime | None = None
) -> None:
    """Write tables as a workbook, one sheet each, and the parameters as the last sheet.

    Args:
        target: an empty file, which is left open; rows wait in a temporary file and are not kept in memory.
        tables: at least one, or parameters; rows beyond what a sheet holds go on on a further sheet.
        parameters: label and value, as text.
        made_at: aware moment for the file's properties; a fixed one when none is given. The bytes depend on
            nothing else than the arguments and the reader's language.
    """
    from .sheets import Sheet, new_book, save

    book, names, sheets = new_book(), set[str](), list[Sheet]()
    labels = (Column(_("Parameter")), Column(_("Value")))
    about = [Table(_("Parameters"), labels, parameters)] if parameters else []
    with ExitStack() as stack:
        for table in (*tables, *about):
            rows = chain(((row, False) for row in table.rows), ((row, True) for row in table.totals))
            part = list(islice(rows, 1))
            while True:
                sheet = stack.enter_context(Sheet(book, table, sheet_name(str(table.name), names)))
                sheets.append(sheet)
                for row, is_total in islice(chain(part, rows), LARGEST_SHEET):
                    sheet.add(row, bold=is_total)
                if not (part := list(islice(rows, 1))):
                    break
        save(book, sheets, in_helsinki(made_at or _NO_MOMENT), target)


@cache
def parameter_headings() -> frozenset[tuple[str, str]]:
    """The headings of the sheet of parameters in every language, by which our own workbooks are known."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add((_("Parameter"), _("Value")))
    return frozenset(found)


def sheet_name(wanted: str, used: set[str]) -> str:
    """Return a name that Excel takes (31 characters, none of ``[]:*?/\\``) and that no other sheet has."""
    base = _NOT_IN_SHEET_NAME.sub(" ", without_controls(wanted)).strip(" '") or _("Table")
    name, number = base[:31], 1
    while name.casefold() in used:
        number += 1
        name = f"{base[:27]} {number}"
    used.add(name.casefold())
    return name


def in_helsinki(moment: datetime) -> datetime:
    """The local time of an aware moment, without its zone: a workbook knows none."""
    return timezone.make_naive(moment, formats.HELSINKI)


# --- to the browser


class TableFormatConverter:
    """URL converter: ``<table:format>`` matches the formats in which every table can be downloaded, no other."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        """The format as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The format as it stands in the address."""
        return value


def download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """Answer with a file that the browser saves under ``filename``."""
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
