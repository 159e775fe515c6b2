"""A table file as rows of cells: CSV in the encodings that Finns meet, or a sheet of an XLSX workbook.

A file is never trusted. Its size, its unpacked size and its shape are checked before a parser that allocates memory
sees it; every refusal says what is wrong and what to do instead.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import cast

from fundtrack.sentences import sentence as _

from .cells import Cell, CellError, Value, exact_number, text_of, unguarded
from .csv_files import (
    DELIMITERS,
    LOST,
    byte_does_not_fit,
    control_rows,
    find_delimiter,
    odd_rows,
    read_records,
)
from .encodings import CONTROLS, Encoding, chunks, find_encoding, has_mark, is_certain, unreadable, words_beyond_ascii
from .limits import (
    ACTUALS_LIMITS,
    PLAN_LIMITS,
    FileRefusal,
    Limits,
    not_a_table,
    too_large,
)
from .quotes import list_of
from .workbooks import SheetInfo, Workbook

__all__ = [
    "ACTUALS_LIMITS",
    "MAX_BYTES",
    "PLAN_LIMITS",
    "Cell",
    "CellError",
    "FileRefusal",
    "Limits",
    "Sheet",
    "SheetInfo",
    "TableFile",
    "Value",
    "exact_number",
    "open_file",
    "read_sheets",
    "too_large",
]

MAX_BYTES = PLAN_LIMITS.bytes
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK_NAMES = frozenset({".xlsx", ".xlsm"})
_TEXT_NAMES = frozenset({".csv", ".tsv", ".txt"})
#: Rows between two words about how far a reader is.
_TOLD_EVERY = 500

#: Told the number of a row every few hundred; what it raises ends the reading.
Watch = Callable[[int], None]


def check_content(name: str, content: bytes, limits: Limits) -> None:
    """Refuse by its first bytes what is certainly not a table.

    Raises:
        FileRefusal: too large, empty, or a document of another kind.
    """
    if len(content) > limits.bytes:
        raise FileRefusal(too_large(len(content), limits), code="file_too_large")
    if not content.strip(b"\x00 \t\r\n"):
        raise FileRefusal(_("The file is empty."), code="file_empty")
    if content.startswith(_PDF):
        message = _("%(file)s is a PDF document, whatever its name says. Send the table as XLSX or CSV.")
        raise FileRefusal(message % {"file": name}, code="file_is_pdf")
    if content.startswith(_OLE):
        message = _("%(file)s is an old or protected Excel file. Save it as XLSX without a password.")
        raise FileRefusal(message % {"file": name}, code="file_is_ole")


# --- a plan: few rows, read at once


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
    """Read a plan file; a CSV file gives one reading per delimiter that it can have, a workbook one.

    Args:
        name: the file's name, only for messages; what the file is, its first bytes say.

    Raises:
        FileRefusal: empty, too large, not a table, damaged, or in an unknown encoding.
    """
    check_content(name, content, PLAN_LIMITS)
    digest = sha256(content).hexdigest()
    if content.startswith(_ZIP):
        return [Sheet(name, digest, "xlsx", "", _plan_rows(Workbook(name, content, PLAN_LIMITS)))]
    encoding = find_encoding(name, content)
    if encoding.errors != "strict":
        # A plan is small: nobody need guess at its letters.
        raise unreadable()
    return [Sheet(name, digest, "csv", encoding.name, rows) for rows in _csv_readings(encoding, content)]


def _plan_rows(book: Workbook) -> list[list[Cell]]:
    return [[_plan_cell(value) for value in row] for row in book.rows(book.sheets[0])]


def _plan_cell(value: Value) -> Cell:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = exact_number(value)
        except ValueError:
            return Cell(str(value))
        return Cell(f"{number:f}" if number == number.to_integral_value() else str(number), number)
    return Cell(text_of(value))


def _csv_readings(encoding: Encoding, content: bytes) -> list[list[list[Cell]]]:
    readings, first_error = [], None
    for delimiter in DELIMITERS:
        try:
            records = read_records(encoding, content, delimiter, PLAN_LIMITS)
            readings.append([[Cell(unguarded(value)) for value in record] for record in records])
        except FileRefusal as refusal:
            first_error = first_error or refusal
    if not readings and first_error is not None:
        raise first_error
    return readings


# --- actuals: many rows, read as a stream


class TableFile:
    """A file of rows that can be read again and again without standing in memory as cells.

    Attributes:
        kind: "csv" or "xlsx".
        encoding: canonical name of the encoding; empty for a workbook.
        delimiter: what divides the columns of a CSV file; empty for a workbook.
        sheets: the sheets that hold rows; a CSV file has one without a name.
        warnings: sentences about what was read in another way than expected.
    """

    def __init__(self, name: str, content: bytes, limits: Limits, watch: Watch | None = None) -> None:
        self.name, self.content, self.limits, self._watch = name, content, limits, watch
        self.size, self.sha256 = len(content), sha256(content).hexdigest()
        self.warnings: list[str] = []
        self.sheets: Sequence[SheetInfo] = (SheetInfo(1, ""),)
        self.encoding = self.delimiter = ""
        self._encoding: Encoding | None = None
        self._book: Workbook | None = None

    @property
    def kind(self) -> str:
        return "csv" if self._book is None else "xlsx"

    def sheet(self, chosen: str | int | None) -> SheetInfo:
        """Find a sheet by its name or its number from 1; without a choice, the first one that is shown.

        Raises:
            FileRefusal: there is no such sheet.
        """
        shown = [sheet for sheet in self.sheets if not sheet.hidden]
        if chosen is None or self._book is None:
            return (shown or list(self.sheets))[0]
        for sheet in self.sheets:
            if chosen == sheet.number or (isinstance(chosen, str) and chosen.casefold() == sheet.name.casefold()):
                return sheet
        names = list_of(sheet.name for sheet in shown)
        message = _("The workbook has no sheet “%(sheet)s”. It has %(sheets)s.") % {"sheet": chosen, "sheets": names}
        raise FileRefusal(message, code="sheet_missing")

    def hidden_rows(self, sheet: SheetInfo) -> list[int]:
        """Numbers of the rows of a sheet that a filter or a person has hidden; a CSV file has none."""
        return self._book.hidden_rows(sheet) if self._book is not None else []

    def rows(self, sheet: SheetInfo | None = None, *, delimiter: str = "") -> Iterator[list[Value]]:
        """Read the rows of a sheet from the first on; a CSV record is one row, whatever line breaks it quotes.

        Raises:
            FileRefusal: while reading, when a row is damaged, beyond the limits or has letters that are lost.
        """
        if self._book is not None:
            chosen = sheet or self.sheet(None)
            return self._watched(_with_letters(self._book.rows(chosen), chosen))
        assert self._encoding is not None, "text has an encoding"
        records = read_records(self._encoding, self.content, delimiter or self.delimiter, self.limits)
        return self._watched(cast(Iterator[list[Value]], records))

    def _watched(self, rows: Iterator[list[Value]]) -> Iterator[list[Value]]:
        return rows if self._watch is None else _told(rows, self._watch)


def _told(rows: Iterator[list[Value]], watch: Watch) -> Iterator[list[Value]]:
    for number, row in enumerate(rows, start=1):
        if number % _TOLD_EVERY == 0:
            watch(number)
        yield row


def _with_letters(rows: Iterator[list[Value]], sheet: SheetInfo) -> Iterator[list[Value]]:
    """Let the rows through as long as no letter in them is lost already."""
    for number, row in enumerate(rows, start=1):
        text = "".join([value for value in row if isinstance(value, str)])
        if "\x00" in text or (not text.isascii() and any(lost in text for lost in LOST)):
            for column, value in enumerate(row, start=1):
                if isinstance(value, str) and any(lost in value for lost in LOST):
                    raise _lost_letters(sheet.name, number, column, value)
        yield row


def _lost_letters(sheet: str, row: int, column: int, value: str) -> FileRefusal:
    places = {"sheet": sheet, "row": row, "column": column, "value": value[:60]}
    if sheet:
        message = _(
            "Sheet “%(sheet)s”, row %(row)s, column %(column)s: letters of “%(value)s” were lost before the file came "
            "here. Export it anew, as UTF-8 or XLSX."
        )
    else:
        message = _(
            "Row %(row)s, column %(column)s: letters of “%(value)s” were lost before the file came here. "
            "Export it anew, as UTF-8 or XLSX."
        )
    return FileRefusal(message % places, code="file_letters_lost")


def open_file(
    name: str,
    content: bytes,
    *,
    limits: Limits = ACTUALS_LIMITS,
    encoding: str | None = None,
    delimiter: str = "",
    watch: Watch | None = None,
) -> TableFile:
    """Open a file of actuals: check all of it, find out its kind and its letters, read no cell yet.

    Args:
        name: the file's name, for messages and to notice a wrong extension.
        encoding: what a profile declares (a key of ``encodings.ENCODINGS``); None finds it out.
        delimiter: what a profile declares; empty finds it out.
        watch: told how far each reading of the rows is.

    Raises:
        FileRefusal: empty, too large, not a table, damaged, protected, or in letters that cannot be read.
    """
    _check_kind(name, content, limits)
    file = TableFile(name, content, limits, watch)
    suffix = PurePath(name).suffix.casefold()
    if content.startswith(_ZIP):
        if suffix in _TEXT_NAMES:
            raise _wrong_name(name, "XLSX")
        file._book = Workbook(name, content, limits)
        file.sheets = file._book.sheets
        return file
    if suffix in _WORKBOOK_NAMES:
        raise _wrong_name(name, "CSV") if _is_text(name, content) else not_a_table(name)
    if suffix == ".xls":
        file.warnings.append(_("%(file)s is text, whatever its name says. It was read as CSV.") % {"file": name})
    file._encoding = _declared(name, content, encoding) if encoding else find_encoding(name, content)
    file.encoding = file._encoding.name
    file.delimiter = delimiter or find_delimiter(file._encoding, content, limits)
    if encoding:
        _check_letters(file._encoding, content, file.delimiter, limits)
    if _may_have_lost(file._encoding, content):
        for _row in _with_letters(file.rows(), file.sheets[0]):
            pass
    _warn_of_letters(file, declared=encoding is not None)
    _warn_of_controls(file)
    return file


def _is_text(name: str, content: bytes) -> bool:
    """True for bytes that are lines of letters, whatever they say."""
    try:
        find_encoding(name, content)
    except FileRefusal:
        return False
    return True


def _declared(name: str, content: bytes, encoding: str) -> Encoding:
    """The encoding that a profile declares, for a file that is text at all."""
    if b"\x00" in content and not encoding.startswith("utf-16"):
        raise not_a_table(name)
    found = _found_anyway(name, content) if not encoding.startswith("utf-16") else None
    if found is not None and found.name == encoding:
        # What was found and confirmed is read as it was found, a few odd bytes let through and named.
        return found
    if found is not None and found.name.startswith("utf-") and not encoding.startswith("utf-"):
        # Every byte fits such an encoding, so nothing would stop two wrong letters for each ä.
        message = _("The profile says that the file is written in %(encoding)s, but it is Unicode (UTF-8 or UTF-16).")
        raise FileRefusal(message % {"encoding": encoding}, code="file_encoding")
    return Encoding(encoding)


def _found_anyway(name: str, content: bytes) -> Encoding | None:
    """The encoding that would be found; None where every one fits, or none of those that are looked for."""
    if content.isascii():
        return None
    try:
        return find_encoding(name, content)
    except FileRefusal as refusal:
        if refusal.code != "file_encoding" or has_mark(content):
            raise
        return None


def _check_letters(encoding: Encoding, content: bytes, delimiter: str, limits: Limits) -> None:
    """Refuse a file with a byte that the declared encoding does not have."""
    try:
        for _chunk in chunks(encoding, content):
            pass
    except UnicodeError as error:
        raise byte_does_not_fit(encoding, content, delimiter, limits) from error


def _may_have_lost(encoding: Encoding, content: bytes) -> bool:
    """A fast look at the bytes for letters that were lost before; zero bytes were looked for already."""
    if encoding.name.startswith("utf-16"):
        return b"\x00\x00" in content or any(LOST[0].encode(codec) in content for codec in ("utf-16-le", "utf-16-be"))
    return LOST[0].encode() in content or LOST[1].encode() in content


def _check_kind(name: str, content: bytes, limits: Limits) -> None:
    """Refuse by its first bytes what is no table, with a sentence of its own for each kind that people send."""
    if content.startswith(_OLE) and len(content) <= limits.bytes:
        if _ENCRYPTED in content:
            message = _("%(file)s is protected with a password. Take the password off and send it again.")
            raise FileRefusal(message % {"file": name}, code="file_has_password")
        message = _("%(file)s is an old Excel file (XLS). Save it as XLSX or CSV.")
        raise FileRefusal(message % {"file": name}, code="file_is_xls")
    check_content(name, content, limits)
    start = content[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").replace(b"\x00", b"")
    if start.startswith(b"<"):
        message = _("%(file)s is a web page or XML, whatever its name says. Save it as XLSX or CSV.")
        raise FileRefusal(message % {"file": name}, code="file_is_html")


def _wrong_name(name: str, kind: str) -> FileRefusal:
    message = _("%(file)s is really a %(kind)s file. Give it the right extension and check that it is the right file.")
    return FileRefusal(message % {"file": name, "kind": kind}, code="file_wrong_extension")


def _warn_of_letters(file: TableFile, *, declared: bool) -> None:
    encoding = file._encoding
    assert encoding is not None
    if encoding.errors != "strict":
        rows = odd_rows(encoding, file.content, file.delimiter, file.limits)
        message = _("Single letters do not fit the encoding %(encoding)s. Check these rows: %(rows)s.")
        file.warnings.append(message % {"encoding": encoding.name, "rows": ", ".join(map(str, rows))})
    elif not (encoding.name.startswith("utf-") or declared or is_certain(encoding, file.content)):
        words = words_beyond_ascii(encoding, file.content)
        message = _(
            "The file does not say its encoding and was read as %(encoding)s. Check the letters of these words: "
            "%(words)s. Choose another encoding if they are wrong."
        )
        file.warnings += [message % {"encoding": encoding.name, "words": list_of(words)}] if words else []


def _warn_of_controls(file: TableFile) -> None:
    """Name the rows with control characters, which texts and codes lose."""
    assert file._encoding is not None
    if file._encoding.name.startswith("utf-16") or len(file.content) == len(file.content.translate(None, CONTROLS)):
        return
    rows = control_rows(file._encoding, file.content, file.delimiter, file.limits)
    if rows:
        message = _(
            "Control characters stand in these rows and are taken out of texts and codes. Check them: %(rows)s."
        )
        file.warnings.append(message % {"rows": ", ".join(map(str, rows))})
