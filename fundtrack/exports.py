"""Tables as CSV and XLSX: typed columns in, bytes out, the same bytes for the same table.

A CSV file begins with the header row of its first table. Further tables, and last the parameters as ``label;value``,
follow after one empty line each: a program reads rows up to the first empty line, a person finds the rest below.
In a workbook the parameters are the last sheet.

A cell of text can never run as a formula. In CSV it gets an apostrophe when it begins like one (a plain number such
as ``-12,00`` does not). In XLSX it is stored as text with Excel's own mark for it, so its value stays unchanged.

Source: domain.md §7.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from fundtrack import formats

Kind = Literal["text", "amount", "percent", "integer", "date", "moment"]
Cell = str | Promise | Decimal | int | date | datetime | None
Row = Sequence[Cell]
#: a cell as a workbook stores it
Value = str | Decimal | int | date | datetime | None
#: (label, value) pairs that say what the file is about
Parameters = Sequence[tuple[str | Promise, str | Promise]]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
#: Control characters that XML cannot carry and that no text here needs.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
#: The moment written into a workbook when the caller names none: a file must not depend on the clock.
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=formats.HELSINKI)
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
    """Write tables as CSV: UTF-8 with BOM, semicolon, decimal comma, CRLF; each begins with its header row.

    Args:
        tables: one, or several with an empty line between them; rows and totals come out alike.
        parameters: written last, after one empty line; leave out where only a program reads the file.
    """
    content = io.BytesIO()
    text = io.TextIOWrapper(content, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for position, table in enumerate([tables] if isinstance(tables, Table) else tables):
        if position:
            text.write("\r\n")
        writer.writerow([guarded(str(column.label)) for column in table.columns])
        for row in (*table.rows, *table.totals):
            writer.writerow([_csv_cell(cell, column) for cell, column in zip(row, table.columns, strict=True)])
    if parameters:
        text.write("\r\n")
        writer.writerows([guarded(str(label)), guarded(str(value))] for label, value in parameters)
    text.flush()
    return content.getvalue()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe where it begins like one."""
    text = without_controls(text)
    if looks_like_formula(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def without_controls(text: str) -> str:
    """The text without what XML cannot carry and no text here needs."""
    return _CONTROLS.sub("", text)


def looks_like_formula(text: str) -> bool:
    """True for a text that a spreadsheet may take for a formula."""
    return text.startswith(_FORMULA_STARTS)


def _csv_cell(cell: Cell, column: Column) -> str:
    if cell is None:
        return ""
    match column.kind:
        case "text":
            return guarded(str(cell))
        case "amount":
            return formats.csv_amount(_number(cell))
        case "percent":
            return f"{_number(cell):f}".replace(".", ",")
        case "integer":
            return str(_number(cell))
        case "date" | "moment":
            return formats.moment(cell) if isinstance(cell, datetime) else formats.day(_day(cell))


def _number(cell: Cell) -> Decimal | int:
    if isinstance(cell, bool) or not isinstance(cell, Decimal | int):
        raise TypeError(f"A column of numbers takes Decimal or int, not {cell!r}")
    return cell


def _day(cell: Cell) -> date:
    if not isinstance(cell, date):
        raise TypeError(f"A column of dates takes dates, not {cell!r}")
    return cell


# --- XLSX


def to_xlsx(tables: Sequence[Table], parameters: Parameters = (), *, made_at: datetime | None = None) -> bytes:
    """Write tables as a workbook, one sheet each, and the parameters as the last sheet.

    Args:
        tables: at least one, or parameters; rows beyond what a sheet holds go on on a further sheet.
        parameters: label and value, as text.
        made_at: aware moment for the file's properties; a fixed one when none is given. The bytes depend on
            nothing else than the arguments and the reader's language.
    """
    from .sheets import Sheet, new_book, saved

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
                    sheet.add(cell_values(row, table.columns), bold=is_total)
                if not (part := list(islice(rows, 1))):
                    break
        return saved(book, sheets, _helsinki(made_at or _NO_MOMENT))


def cell_values(row: Row, columns: Sequence[Column]) -> list[Value]:
    """The cells of a row as a workbook stores them.

    Raises:
        TypeError: a number or date that is none.
        ValueError: a row of another length.
    """
    return [None if cell is None else _value(cell, column) for cell, column in zip(row, columns, strict=True)]


def _value(cell: Cell, column: Column) -> Value:
    match column.kind:
        case "text":
            return without_controls(str(cell))
        case "amount" | "integer":
            return _number(cell)
        case "percent":
            return Decimal(_number(cell)).scaleb(-2)
        case "date" | "moment":
            return _helsinki(cell) if isinstance(cell, datetime) else _day(cell)


def sheet_name(wanted: str, used: set[str]) -> str:
    """Return a name that Excel takes (31 characters, none of ``[]:*?/\\``) and that no other sheet has."""
    base = _NOT_IN_SHEET_NAME.sub(" ", without_controls(wanted)).strip(" '") or _("Table")
    name, number = base[:31], 1
    while name.casefold() in used:
        number += 1
        name = f"{base[:27]} {number}"
    used.add(name.casefold())
    return name


def _helsinki(moment: datetime) -> datetime:
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
