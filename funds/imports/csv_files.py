"""CSV files: a stream of records that never stands in memory as a whole."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from fundtrack.sentences import sentence as _

from .encodings import Encoding, has_odd_byte
from .limits import FileRefusal, Limits, too_long_cell, too_many_columns, too_many_rows

DELIMITERS = (";", "\t", ",", "|")
_SAMPLE = 300
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x19\x1b-\x1f]")
#: Ctrl-Z, with which programs of the time of DOS end a file.
_END_OF_FILE = b"\x1a"
#: A text within a formula that is nothing else.
_GUARD = '="'
_GUARDS = [_GUARD.encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be")]
_GUARDED = re.compile(r' *="((?:[^"]|"")*)" *')
#: Lines like ``sep=;`` tell a spreadsheet which delimiter comes.
_SEPARATOR = "sep="
#: What is left of a letter that an earlier program could not read, as it is and read once more in a wrong encoding.
LOST = ("\ufffd", "\u00ef\u00bf\u00bd", "\x00")


def read_records(
    encoding: Encoding, content: bytes, delimiter: str, limits: Limits, *, errors: str = ""
) -> Iterator[list[str]]:
    """Read record after record; a blank line is an empty record, a quoted line break stays inside its cell.

    ``="0012"``, by which some exports keep spreadsheets from reading a text as a number, is the text inside.

    Raises:
        FileRefusal: beyond the limits, a quotation mark that does not end, or a byte that does not fit.
    """
    if content.endswith(_END_OF_FILE) and not encoding.name.startswith("utf-16"):
        content = content.rstrip(_END_OF_FILE)
    reader = csv.reader(encoding.open(content, errors=errors), delimiter=delimiter, strict=True)
    guarded, number = any(guard in content for guard in _GUARDS), 0
    try:
        for number, record in enumerate(reader, start=1):
            if number > limits.rows:
                raise too_many_rows(limits)
            if len(record) > limits.columns:
                raise too_many_columns(limits)
            # Longer than one cell may be as a whole: only then is each cell worth a look.
            if sum(map(len, record)) > limits.cell and max(map(len, record)) > limits.cell:
                raise too_long_cell(number, limits, text=True)
            yield [_unwrapped(cell) for cell in record] if guarded else record
    except csv.Error as error:
        if "field limit" in str(error):
            raise too_long_cell(number + 1, limits, text=True) from error
        message = _("Line %(line)s of the file is damaged: a quotation mark or a cell does not end.")
        raise FileRefusal(message % {"line": reader.line_num}, code="file_damaged") from error
    except UnicodeError as error:
        raise byte_does_not_fit(encoding, content, delimiter, limits) from error


def _unwrapped(cell: str) -> str:
    if not cell.lstrip(" ").startswith(_GUARD):
        return cell
    found = _GUARDED.fullmatch(cell)
    return found[1].replace('""', '"') if found else cell


def byte_does_not_fit(encoding: Encoding, content: bytes, delimiter: str, limits: Limits) -> FileRefusal:
    """The refusal of the first byte that the declared encoding does not have."""
    if not encoding.name.startswith("utf-16"):
        try:
            for number, record in enumerate(
                read_records(encoding, content, delimiter, limits, errors="fundtrack-marked"), start=1
            ):
                for column, text in enumerate(record, start=1):
                    if has_odd_byte(text):
                        message = _(
                            "Row %(row)s, column %(column)s has a letter that the encoding %(encoding)s does not know. "
                            "Choose another encoding for the file."
                        )
                        places = {"row": number, "column": column, "encoding": encoding.name}
                        return FileRefusal(message % places, code="file_encoding")
        except FileRefusal as refusal:
            return refusal
    message = _("The file is not written in the encoding %(encoding)s. Choose another encoding for the file.")
    return FileRefusal(message % {"encoding": encoding.name}, code="file_encoding")


def odd_rows(encoding: Encoding, content: bytes, delimiter: str, limits: Limits) -> list[int]:
    """The first rows in which single bytes did not fit the encoding."""
    records = enumerate(read_records(encoding, content, delimiter, limits, errors="fundtrack-marked"), start=1)
    return list(islice((number for number, record in records if any(map(has_odd_byte, record))), 5))


def control_rows(encoding: Encoding, content: bytes, delimiter: str, limits: Limits) -> list[int]:
    """The first rows with control characters other than line breaks and tabulators."""
    records = enumerate(read_records(encoding, content, delimiter, limits), start=1)
    return list(islice((number for number, record in records if any(map(_CONTROL.search, record))), 5))


def find_delimiter(encoding: Encoding, content: bytes, limits: Limits) -> str:
    """Find the delimiter that divides the first rows most evenly into most columns.

    Raises:
        FileRefusal: no delimiter divides the file into records.
    """
    lenient = Encoding(encoding.name, "fundtrack-marked")
    try:
        first = lenient.open(content).readline(20).lstrip("\ufeff").strip(" \r\n").casefold()
    except UnicodeError as error:
        raise byte_does_not_fit(encoding, content, ";", limits) from error
    if first.startswith(_SEPARATOR) and first[4:] in DELIMITERS:
        return first[4:]
    best, refusal = (0.0, ""), None
    for delimiter in DELIMITERS:
        try:
            widths = Counter(
                len(record) for record in islice(read_records(lenient, content, delimiter, limits), _SAMPLE) if record
            )
        except FileRefusal as error:
            refusal = refusal or error
            continue
        width, count = max(((w, c) for w, c in widths.items() if w > 1), key=_evenness, default=(1, 0))
        # A decimal comma divides rows evenly too, but into fewer columns.
        score = count / max(1, widths.total()) * width
        best = max(best, (score, delimiter), key=lambda pair: pair[0])
    if best[1]:
        return best[1]
    if refusal is not None:
        raise refusal
    return ";"


def _evenness(pair: tuple[int, int]) -> int:
    return pair[0] * pair[1]
