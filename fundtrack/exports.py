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
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

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
_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "amount": "# ##0.00;[Red]-# ##0.00",
    "percent": "0.00 %",
    "integer": "0",
    "date": "d.m.yyyy",
    "moment": "d.m.yyyy hh:mm",
}
#: The moment written into a workbook when the caller names none: a file must not depend on the clock.
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=formats.HELSINKI)
_WIDEST, _NARROWEST = 60, 9


@dataclass(frozen=True)
class Column:
    """One column: its heading and what its cells are.

    ``amount`` cells are EUR, ``percent`` cells percent (63.65, not 0.6365), ``moment`` cells aware datetimes.
    """

    label: str | Promise
    kind: Kind = "text"


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
    text = io.StringIO(newline="")
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
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe where it begins like one."""
    text = _CONTROLS.sub("", text)
    if text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


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
        tables: at least one, or parameters.
        parameters: label and value, as text.
        made_at: aware moment for the file's properties; a fixed one when none is given. The bytes depend on
            nothing else than the arguments and the reader's language.
    """
    from openpyxl import Workbook

    book: Any = Workbook(write_only=True)
    names: set[str] = set()
    for table in tables:
        _write_sheet(book, table, _sheet_name(str(table.name), names))
    if parameters:
        labels = (Column(_("Parameter")), Column(_("Value")))
        _write_sheet(book, Table("", labels, parameters), _sheet_name(_("Parameters"), names))
    return _saved(book, _helsinki(made_at or _NO_MOMENT))


def _write_sheet(book: Any, table: Table, name: str) -> None:
    # Checked as a whole first: a sheet that is begun and not ended leaves a half-written file behind.
    rows = [_values(row, table.columns) for row in table.rows]
    totals = [_values(row, table.columns) for row in table.totals]
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for index, column in enumerate(table.columns):
        sheet.column_dimensions[_letters(index)].width = _width(column, [row[index] for row in rows + totals])
    kinds: list[Kind] = [column.kind for column in table.columns]
    sheet.append([_text_cell(sheet, str(column.label), bold=True, wrap=True) for column in table.columns])
    for row in rows:
        sheet.append([_styled(sheet, value, kind) for value, kind in zip(row, kinds, strict=True)])
    for row in totals:
        sheet.append([_styled(sheet, value, kind, bold=True) for value, kind in zip(row, kinds, strict=True)])


def _values(row: Row, columns: Sequence[Column]) -> list[Value]:
    return [None if cell is None else _value(cell, column) for cell, column in zip(row, columns, strict=True)]


def _value(cell: Cell, column: Column) -> Value:
    match column.kind:
        case "text":
            return str(cell)
        case "amount" | "integer":
            return _number(cell)
        case "percent":
            return Decimal(_number(cell)).scaleb(-2)
        case "date" | "moment":
            return _helsinki(cell) if isinstance(cell, datetime) else _day(cell)


def _styled(sheet: Any, value: Value, kind: Kind, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if value is None:
        return None
    if isinstance(value, str):
        return _text_cell(sheet, value, bold=bold)
    cell: Any = WriteOnlyCell(sheet, value=value)
    cell.number_format = _NUMBER_FORMATS[kind]
    if bold:
        cell.font = Font(bold=True)
    return cell


def _text_cell(sheet: Any, text: str, *, bold: bool = False, wrap: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    cell: Any = WriteOnlyCell(sheet)
    # Past the guessing of ``value=``, which would make a formula of "=…".
    cell._value, cell.data_type = _CONTROLS.sub("", text), "s"
    cell.number_format, cell.quotePrefix = _NUMBER_FORMATS["text"], text.startswith(_FORMULA_STARTS)
    if bold:
        cell.font = Font(bold=True)
    if wrap or "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(column: Column, cells: Iterable[Value]) -> int:
    """Room for the longest cell; a heading wraps at its spaces."""
    label = max((len(word) for word in str(column.label).split()), default=0)
    if column.kind != "text":
        return max(label + 2, 18 if column.kind in ("amount", "moment") else 11)
    longest = max((len(line) for cell in cells if cell is not None for line in str(cell).split("\n")), default=0)
    return min(_WIDEST, max(_NARROWEST, label + 2, longest + 2))


def _letters(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index + 1))


def _sheet_name(wanted: str, used: set[str]) -> str:
    """Return a name that Excel takes (31 characters, none of ``[]:*?/\\``) and that no other sheet has."""
    base = _NOT_IN_SHEET_NAME.sub(" ", _CONTROLS.sub("", wanted)).strip(" '") or _("Table")
    name, number = base[:31], 1
    while name.casefold() in used:
        number += 1
        name = f"{base[:27]} {number}"
    used.add(name.casefold())
    return name


def _helsinki(moment: datetime) -> datetime:
    """The local time of an aware moment, without its zone: a workbook knows none."""
    return timezone.make_naive(moment, formats.HELSINKI)


def _saved(book: Any, made_at: datetime) -> bytes:
    """Save a workbook with one moment in its properties and in its zip directory, whatever the clock says."""
    from openpyxl.xml.functions import tostring

    stored = io.BytesIO()
    book.properties.creator, book.properties.created = "FundTrack", made_at
    book.save(stored)
    # Saving stamps the clock into the properties.
    book.properties.modified = made_at
    again = io.BytesIO()
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = tostring(book.properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
            entry = zipfile.ZipInfo(name, date_time=made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, content)
    return again.getvalue()


# --- to the browser


def download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    """Answer with a file that the browser saves under ``filename``."""
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
