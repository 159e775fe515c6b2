"""A table file as rows of cells: CSV in the encodings that Finns meet, or the first sheet of an XLSX workbook.

A file is never trusted. Its size, its unpacked size and its shape are checked before a parser that allocates memory
sees it; every refusal says what is wrong and what to do instead.
"""

import csv
import io
import math
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.money import round_cents

#: Limits of a file; a whole use plan is far below them.
MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 50
MAX_CELL = 10_000
_MAX_UNPACKED = 40 * 1024 * 1024
_MAX_PARTS = 500

_DELIMITERS = (";", "\t", ",")
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_REFERENCE = re.compile(rb"""[\s"']r\s*=\s*(["'])([^"']{0,40})\1""")
_PLAIN_REFERENCE = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")


class FileRefusal(Refusal):
    """The file cannot be read as a table."""

    code = "file"


@dataclass(frozen=True)
class Cell:
    """One cell: its text as a person would type it, and whether the file held it as a number."""

    text: str
    #: The exact number of a spreadsheet cell; None for text.
    number: Decimal | None = None


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, as it holds them; row 1 is ``rows[0]``."""

    name: str
    sha256: str
    #: "csv" or "xlsx"
    kind: str
    #: How the text was read, such as ``utf-8``; empty for a workbook.
    encoding: str
    rows: Sequence[Sequence[Cell]]


def read_sheets(name: str, content: bytes) -> list[Sheet]:
    """Read a file; a CSV file gives one reading per delimiter that it can have, a workbook one.

    Args:
        name: the file's name, only for messages; what the file is, its first bytes say.

    Raises:
        FileRefusal: empty, too large, not a table, damaged, or in an unknown encoding.
    """
    if len(content) > MAX_BYTES:
        raise FileRefusal(too_large(len(content)), code="file_too_large")
    if not content.strip(b"\x00 \t\r\n"):
        raise FileRefusal(_("The file is empty."), code="file_empty")
    digest = sha256(content).hexdigest()
    if content.startswith(_PDF):
        raise FileRefusal(
            _("%(file)s is a PDF document, whatever its name says. Send the table as XLSX or CSV.") % {"file": name},
            code="file_is_pdf",
        )
    if content.startswith(_OLE):
        raise FileRefusal(
            _("%(file)s is an old or protected Excel file. Save it as XLSX without a password.") % {"file": name},
            code="file_is_ole",
        )
    if content.startswith(_ZIP):
        return [Sheet(name, digest, "xlsx", "", _workbook_rows(name, content))]
    text, encoding = _decode(name, content)
    return [Sheet(name, digest, "csv", encoding, rows) for rows in _csv_readings(text)]


def too_large(size: int) -> str:
    """The sentence for a file above the limit."""
    return _("The file has %(size)s MB; at most %(limit)s MB are read.") % {
        "size": math.ceil(size / 1024 / 1024),
        "limit": MAX_BYTES // 1024 // 1024,
    }


# --- CSV


def _decode(name: str, content: bytes) -> tuple[str, str]:
    """The whole file as text, and the encoding that fits every byte of it."""
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError as error:
                raise FileRefusal(
                    _("The file is damaged: it begins as Unicode text and goes on as something else."),
                    code="file_encoding",
                ) from error
    if b"\x00" in content:
        raise FileRefusal(
            _("%(file)s is not a table. Send it as XLSX or CSV.") % {"file": name}, code="file_not_a_table"
        )
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Western Windows is what Finnish spreadsheets write when it is not Unicode; the judge sees every byte.
        best = from_bytes(content, cp_isolation=["cp1252"]).best()
    if best is None:
        raise FileRefusal(
            _("The letters of the file cannot be read. Save it as CSV with the encoding UTF-8."), code="file_encoding"
        )
    return str(best), "windows-1252"


def _csv_readings(text: str) -> list[list[list[Cell]]]:
    readings, first_error = [], None
    for delimiter in _DELIMITERS:
        try:
            readings.append(_csv_rows(text, delimiter))
        except FileRefusal as refusal:
            first_error = first_error or refusal
    if not readings and first_error is not None:
        raise first_error
    return readings


def _csv_rows(text: str, delimiter: str) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(rows) >= MAX_ROWS + 1:
                raise FileRefusal(_too_many_rows(), code="file_too_many_rows")
            rows.append([Cell(_unguarded(value)) for value in row])
    except csv.Error as error:
        raise FileRefusal(
            _("Line %(line)s of the file is damaged: a quotation mark or a cell does not end.")
            % {"line": reader.line_num},
            code="file_damaged",
        ) from error
    _check_shape(rows)
    return rows


def _unguarded(text: str) -> str:
    """Take off the apostrophe with which our own CSV keeps a text from running as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text


def _check_shape(rows: Sequence[Sequence[Cell]]) -> None:
    for number, row in enumerate(rows, start=1):
        if len(row) > MAX_COLUMNS:
            raise FileRefusal(_too_many_columns(), code="file_too_many_columns")
        if any(len(cell.text) > MAX_CELL for cell in row):
            raise FileRefusal(
                _("A cell in row %(row)s is longer than %(limit)s characters.") % {"row": number, "limit": MAX_CELL},
                code="file_cell_too_long",
            )


def _too_many_rows() -> str:
    return _("The file has too many rows; at most %(limit)s are read.") % {"limit": MAX_ROWS}


def _too_many_columns() -> str:
    return _("The file has too many columns; at most %(limit)s are read.") % {"limit": MAX_COLUMNS}


# --- XLSX


def _workbook_rows(name: str, content: bytes) -> list[list[Cell]]:
    _check_workbook(name, content)
    # Imported where it is used: only an upload of a workbook needs it.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        values = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = [[_cell(value) for value in row] for row in values.to_python(skip_empty_area=False)]
    except (CalamineError, IndexError, ValueError, zipfile.BadZipFile) as error:
        raise FileRefusal(_damaged(name), code="file_damaged") from error
    if len(rows) > MAX_ROWS + 1:
        raise FileRefusal(_too_many_rows(), code="file_too_many_rows")
    _check_shape(rows)
    return rows


def _check_workbook(name: str, content: bytes) -> None:
    """Refuse what would unpack to too much, or lie about the size of its sheets, before it is parsed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
                raise FileRefusal(_("The workbook unpacks to far too much. Nothing was read."), code="file_bomb")
            if not any(part.filename == "xl/workbook.xml" for part in parts):
                raise FileRefusal(
                    _("%(file)s is not an Excel workbook. Send the table as XLSX or CSV.") % {"file": name},
                    code="file_not_a_table",
                )
            # Reading ends at the declared size and then compares the checksum: a part that lies is found here.
            for part in parts:
                unpacked = archive.read(part)
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _check_sheet(unpacked)
                elif part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in unpacked:
                    raise FileRefusal(_damaged(name), code="file_damaged")
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise FileRefusal(_damaged(name), code="file_damaged") from error


def _check_sheet(xml: bytes) -> None:
    """Refuse cells far away: one cell in the last row and column would make the parser allocate the whole grid."""
    if b"\x00" in xml or b"<!DOCTYPE" in xml:
        raise FileRefusal(_("The workbook is damaged or written in an unusual way."), code="file_damaged")
    for found in _REFERENCE.finditer(xml):
        place = _PLAIN_REFERENCE.fullmatch(found[2])
        if place is None:
            raise FileRefusal(_("The workbook is damaged or written in an unusual way."), code="file_damaged")
        if int(place[2]) > MAX_ROWS + 1:
            raise FileRefusal(_too_many_rows(), code="file_too_many_rows")
        if _column_number(place[1]) > MAX_COLUMNS:
            raise FileRefusal(_too_many_columns(), code="file_too_many_columns")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _damaged(name: str) -> str:
    return _("%(file)s is damaged or protected. Open it, save it as XLSX without a password and send it again.") % {
        "file": name
    }


def _cell(value: int | float | str | bool | time | date | datetime | timedelta) -> Cell:
    if isinstance(value, bool):
        return Cell(str(value).upper())
    if isinstance(value, int | float):
        number = exact_number(value)
        return Cell(f"{number:f}" if number == number.to_integral_value() else str(number), number)
    if isinstance(value, str):
        return Cell(value)
    return Cell(value.isoformat() if isinstance(value, date | time) else str(value))


def exact_number(value: int | float) -> Decimal:
    """The number a person typed into a spreadsheet cell, which stores binary fractions.

    4840.5200000000004 was typed as 4840.52: within four units of the last binary place of whole cents the cents are
    meant. Anything else keeps all its digits, so that too many decimals are noticed.
    """
    if isinstance(value, int):
        return Decimal(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number")
    shown = Decimal(repr(value))
    if abs(shown) < Decimal("1e15"):
        cents = round_cents(shown)
        if abs(Decimal(value) - cents) <= 4 * Decimal(math.ulp(value)):
            return cents.to_integral_value() if cents == cents.to_integral_value() else cents
    return shown
