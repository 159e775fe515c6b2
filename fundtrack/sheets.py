"""Sheets of a workbook, written fast: the rows as XML of our own, everything around them by openpyxl.

openpyxl's writer takes minutes for a year's ledger of a city. The rows go to a temporary file as they come, so that
a sheet of any length takes little memory, and stand in the workbook's archive where openpyxl left room for them. What
they look like to a reader is openpyxl's work all the same: every style is made by it.
"""

import io
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Self
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.compat import safe_string
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.xml.functions import tostring

from .exports import Column, Kind, Table, Value, looks_like_formula, without_controls

_NUMBER_FORMATS: dict[Kind, str] = {
    "text": "@",
    "amount": "# ##0.00;[Red]-# ##0.00",
    "percent": "0.00 %",
    "integer": "0",
    "date": "d.m.yyyy",
    "moment": "d.m.yyyy hh:mm",
}
_WIDEST, _NARROWEST = 60, 9
#: Bytes of rows that are kept in memory before they go to a file.
_IN_MEMORY = 1_000_000
_END = b"</sheetData>"


def new_book() -> Any:
    """An empty workbook."""
    return Workbook(write_only=True)


class Sheet:
    """One sheet: its heading, and rows that are added one by one. A context manager, for its temporary file."""

    def __init__(self, book: Any, table: Table, name: str) -> None:
        self.table = table
        self._sheet: Any = book.create_sheet(name)
        self._sheet.freeze_panes = "A2"
        self._letters = [get_column_letter(index + 1) for index, _column in enumerate(table.columns)]
        self._longest = [0] * len(table.columns)
        self._styles: dict[tuple[Kind, bool, bool, bool], int] = {}
        self._count = 1
        self._rows: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see exit
        self._heading = [self._heading_cell(column) for column in table.columns]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    @property
    def path(self) -> str:
        """Where the sheet stands in the workbook's archive."""
        return str(self._sheet.path).lstrip("/")

    def add(self, values: Sequence[Value], *, bold: bool = False) -> None:
        """Add a row of values, one for each column."""
        self._count += 1
        cells = "".join(self._cell(index, value, bold) for index, value in enumerate(values) if value is not None)
        self._rows.write(f'<row r="{self._count}">{cells}</row>'.encode())

    def finish(self) -> None:
        """Write what stands around the rows; none can be added any more."""
        for letters, column, longest in zip(self._letters, self.table.columns, self._longest, strict=True):
            self._sheet.column_dimensions[letters].width = _width(column, longest)
        self._sheet.append(self._heading)

    def copy_into(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, around: bytes) -> None:
        """Write the sheet into an archive: the rows, with what openpyxl wrote around them."""
        before, after = around.split(_END)
        self._rows.seek(0)
        with archive.open(entry, "w") as target:
            target.write(before)
            shutil.copyfileobj(self._rows, target)
            target.write(_END + after)

    def _cell(self, index: int, value: Value, bold: bool) -> str:
        place = f'r="{self._letters[index]}{self._count}"'
        if isinstance(value, str):
            self._longest[index] = max(self._longest[index], _longest_line(value))
            style = self._style("text", value, bold, "\n" in value)
            if not value:
                return f'<c {place} s="{style}" t="inlineStr" />'
            keep = ' xml:space="preserve"' if value != value.strip() and value.strip() else ""
            return f'<c {place} s="{style}" t="inlineStr"><is><t{keep}>{escape(value)}</t></is></c>'
        style = self._style(self.table.columns[index].kind, value, bold)
        stored = to_excel(value) if isinstance(value, date | datetime) else value
        return f'<c {place} s="{style}" t="n"><v>{safe_string(stored)}</v></c>'

    def _style(self, kind: Kind, value: Value, bold: bool, wrap: bool = False) -> int:
        """Number of a style, from openpyxl."""
        wanted = (kind, bold, wrap, isinstance(value, str) and looks_like_formula(value))
        if wanted not in self._styles:
            self._styles[wanted] = self._styled(kind, value, bold, wrap).style_id
        return self._styles[wanted]

    def _styled(self, kind: Kind, value: Value, bold: bool, wrap: bool) -> Any:
        """A cell with its style."""
        if isinstance(value, str):
            cell: Any = WriteOnlyCell(self._sheet)
            # Past the guessing of ``value=``, which would make a formula of "=…".
            cell._value, cell.data_type = value, "s"
            cell.quotePrefix = looks_like_formula(value)
        else:
            cell = WriteOnlyCell(self._sheet, value=value)
        cell.number_format = _NUMBER_FORMATS[kind]
        if bold:
            cell.font = Font(bold=True)
        if wrap:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell

    def _heading_cell(self, column: Column) -> Any:
        cell = self._styled("text", without_controls(str(column.label)), bold=True, wrap=True)
        # Styles are numbered as they are asked for: the heading's come first.
        _number = cell.style_id
        return cell


def saved(book: Any, sheets: Sequence[Sheet], made_at: datetime) -> bytes:
    """Save a workbook with one moment in its properties and in its zip directory, whatever the clock says."""
    for sheet in sheets:
        sheet.finish()
    stored, again = io.BytesIO(), io.BytesIO()
    book.properties.creator, book.properties.created = "FundTrack", made_at
    book.save(stored)
    # Saving stamps the clock into the properties.
    book.properties.modified = made_at
    by_path = {sheet.path: sheet for sheet in sheets}
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = tostring(book.properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
            entry = zipfile.ZipInfo(name, date_time=made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            if name in by_path:
                by_path[name].copy_into(target, entry, content)
            else:
                target.writestr(entry, content)
    return again.getvalue()


def _longest_line(text: str) -> int:
    return len(text) if "\n" not in text else max(len(line) for line in text.split("\n"))


def _width(column: Column, longest: int) -> int:
    """Room for the longest cell; a heading wraps at its spaces."""
    label = max((len(word) for word in str(column.label).split()), default=0)
    if column.kind != "text":
        return max(label + 2, 18 if column.kind in ("amount", "moment") else 11)
    return min(_WIDEST, max(_NARROWEST, label + 2, longest + 2))
