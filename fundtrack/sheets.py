"""Sheets of a workbook, written fast: the rows as XML of our own, everything around them by openpyxl.

openpyxl's writer takes minutes for a year's ledger of a city. The rows go to a temporary file as they come, so that
a sheet of any length takes little memory, and stand in the workbook's archive where openpyxl left room for them. What
they look like to a reader is openpyxl's work all the same: every style is made by it.
"""

import io
import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Self
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.compat import safe_string
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.xml.functions import tostring

from .exports import (
    FORMULA_STARTS,
    Column,
    Kind,
    Row,
    Table,
    day_of,
    in_helsinki,
    looks_like_formula,
    number_of,
    without_controls,
)

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
#: A sheet with more rows is packed in a third of the time, and becomes an eighth larger.
_MANY_ROWS, _FAST = 10_000, 3
#: Bytes of rows that are copied at a time.
_AT_A_TIME = 1 << 20
#: A text that begins so is looked at closely.
_NOT_PLAIN = FORMULA_STARTS | {" "}
_END = b"</sheetData>"


def new_book() -> Any:
    """An empty workbook."""
    return Workbook(write_only=True)


class Sheet:
    """One sheet: its heading, and rows that are added one by one. A context manager, for its temporary file."""

    def __init__(self, book: Any, table: Table, name: str) -> None:
        self._sheet: Any = book.create_sheet(name)
        self._sheet.freeze_panes = "A2"
        self._rows: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see exit
        styles = _Styles(self._sheet)
        self._columns = [
            _CELLS[column.kind](column, get_column_letter(place), styles)
            for place, column in enumerate(table.columns, start=1)
        ]
        self._written = [column.xml for column in self._columns]
        self._count = 1
        self._heading = [styles.heading(column) for column in table.columns]

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

    def add(self, row: Row, *, bold: bool = False) -> None:
        """Add a row with one cell for each column.

        Raises:
            TypeError: a number or date that is none.
            ValueError: a row of another length.
        """
        self._count += 1
        number = self._count
        cells = ["" if cell is None else xml(cell, number, bold) for cell, xml in zip(row, self._written, strict=True)]
        self._rows.write(f'<row r="{number}">{"".join(cells)}</row>'.encode())

    def finish(self) -> None:
        """Write what stands around the rows; none can be added any more."""
        for column in self._columns:
            self._sheet.column_dimensions[column.letters].width = column.width
        self._sheet.append(self._heading)

    def copy_into(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, around: bytes) -> None:
        """Write the sheet into an archive: the rows, with what openpyxl wrote around them."""
        before, after = around.split(_END)
        if self._count > _MANY_ROWS:
            # Until Python 3.13 the level of one entry has no other name.
            entry._compresslevel = _FAST  # type: ignore[attr-defined]
        self._rows.seek(0)
        with archive.open(entry, "w") as target:
            target.write(before)
            shutil.copyfileobj(self._rows, target, _AT_A_TIME)
            target.write(_END + after)


class _Styles:
    """The styles of a sheet, from openpyxl. They are numbered as they are asked for: the heading's come first."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._numbers: dict[tuple[Kind, bool, bool, bool], int] = {}

    def number(self, kind: Kind, value: Any, bold: bool, wrap: bool = False) -> int:
        """Number of the style of a value."""
        wanted = (kind, bold, wrap, isinstance(value, str) and looks_like_formula(value))
        if wanted not in self._numbers:
            self._numbers[wanted] = self._cell(kind, value, bold, wrap).style_id
        return self._numbers[wanted]

    def heading(self, column: Column) -> Any:
        """The cell above a column."""
        cell = self._cell("text", without_controls(str(column.label)), bold=True, wrap=True)
        _number = cell.style_id
        return cell

    def _cell(self, kind: Kind, value: Any, bold: bool, wrap: bool) -> Any:
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


# --- cells: hundreds of thousands of rows have millions, so that each kind does what it needs and no more


class _Cells:
    """The cells of one column: of numbers, unless a kind below says otherwise."""

    def __init__(self, column: Column, letters: str, styles: _Styles) -> None:
        self.letters = letters
        self._column, self._styles = column, styles
        #: bold → number of the style of an ordinary cell
        self._usual: dict[bool, int] = {}

    @property
    def width(self) -> int:
        """Room for any amount or date; a heading wraps at its spaces."""
        return max(_longest_word(self._column) + 2, 18 if self._column.kind in ("amount", "moment") else 11)

    def xml(self, cell: Any, number: int, bold: bool) -> str:
        """A cell of the row ``number``."""
        value = self._stored(cell)
        style = self._usual.get(bold) or self._style(cell, bold)
        return f'<c r="{self.letters}{number}" s="{style}" t="n"><v>{value}</v></c>'

    @staticmethod
    def _stored(cell: Any) -> str:
        # As openpyxl writes it: the files of issued reports are made again, byte for byte.
        return str(cell) if type(cell) is int else str(safe_string(number_of(cell)))

    def _style(self, value: Any, bold: bool) -> int:
        self._usual[bold] = self._styles.number(self._column.kind, value, bold)
        return self._usual[bold]


class _Percents(_Cells):
    @staticmethod
    def _stored(cell: Any) -> str:
        return str(safe_string(Decimal(number_of(cell)).scaleb(-2)))


class _Days(_Cells):
    # The days of a table are few: rows of one voucher, one month, one booking.
    @staticmethod
    @lru_cache(maxsize=1_000)
    def _stored(cell: Any) -> str:
        return str(safe_string(to_excel(in_helsinki(cell) if isinstance(cell, datetime) else day_of(cell))))

    def _style(self, value: Any, bold: bool) -> int:
        return super()._style(in_helsinki(value) if isinstance(value, datetime) else value, bold)


class _Texts(_Cells):
    """Texts, which can begin like a formula, have several lines, or characters that XML has a use of its own for."""

    _longest = 0

    @property
    def width(self) -> int:
        """Room for the longest cell, within limits."""
        return min(_WIDEST, max(_NARROWEST, _longest_word(self._column) + 2, self._longest + 2))

    def xml(self, cell: Any, number: int, bold: bool) -> str:
        """A cell of the row ``number``."""
        text = cell if type(cell) is str else str(cell)
        # A printable text has no control characters and no white space but blanks.
        if not text.isprintable() or text[-1:] == " " or (text and text[0] in _NOT_PLAIN):
            return self._unusual(without_controls(text), number, bold)
        if len(text) > self._longest:
            self._longest = len(text)
        style = self._usual.get(bold) or self._style(text, bold)
        if not text:
            return f'<c r="{self.letters}{number}" s="{style}" t="inlineStr" />'
        if "&" in text or "<" in text or ">" in text:
            text = escape(text)
        return f'<c r="{self.letters}{number}" s="{style}" t="inlineStr"><is><t>{text}</t></is></c>'

    def _unusual(self, text: str, number: int, bold: bool) -> str:
        self._longest = max(self._longest, *map(len, text.split("\n")))
        style = self._styles.number("text", text, bold, "\n" in text)
        if not text:
            return f'<c r="{self.letters}{number}" s="{style}" t="inlineStr" />'
        keep = ' xml:space="preserve"' if text != text.strip() and text.strip() else ""
        return f'<c r="{self.letters}{number}" s="{style}" t="inlineStr"><is><t{keep}>{escape(text)}</t></is></c>'


_CELLS: dict[Kind, type[_Cells]] = {
    "text": _Texts,
    "amount": _Cells,
    "percent": _Percents,
    "integer": _Cells,
    "date": _Days,
    "moment": _Days,
}


def save(book: Any, sheets: Sequence[Sheet], made_at: datetime, target: IO[bytes]) -> None:
    """Save a workbook with one moment in its properties and in its zip directory, whatever the clock says."""
    for sheet in sheets:
        sheet.finish()
    stored = io.BytesIO()
    book.properties.creator, book.properties.created = "FundTrack", made_at
    book.save(stored)
    # Saving stamps the clock into the properties.
    book.properties.modified = made_at
    by_path = {sheet.path: sheet for sheet in sheets}
    with zipfile.ZipFile(stored) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = tostring(book.properties.to_tree()) if name == "docProps/core.xml" else source.read(name)
            entry = zipfile.ZipInfo(name, date_time=made_at.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            if name in by_path:
                by_path[name].copy_into(archive, entry, content)
            else:
                archive.writestr(entry, content)


def _longest_word(column: Column) -> int:
    return max((len(word) for word in str(column.label).split()), default=0)
