"""Rows below the last one that is read, which hold nothing to read, taken out of a workbook before it is parsed.

Spreadsheets keep a blank or the empty result of a formula in rows that nobody uses, down to the last one there is. The
parser would allocate every cell up to them.
"""

import html
import io
import re
import shutil
import zipfile
from collections.abc import Collection, Iterator

from .limits import unusual
from .workbook_scan import LONGEST_PIECE, TOKEN, Cell, part_chunks, row_number

#: Closing, name and empty. Without “<” inside nothing is looked at twice, whatever is left open.
_TAG = re.compile(rb"<(/?)(?:[\w.-]{1,50}+:)?+([\w.-]{1,50}+(?=[\s/>])|[?!])[^<>]*?(/?)>")
#: The end of the rows is a shorter tag than this.
_LONGEST_TAIL = 300
_SHEET_END = re.compile(rb"</(?:[\w.-]+:)?sheetData\s*>")


def is_nothing(cell: Cell, blank_texts: Collection[int]) -> bool:
    """True for a cell that no reader sees: empty, blanks, or a formula whose result is an empty text.

    Args:
        blank_texts: the shared texts that are nothing but blanks.
    """
    value = bytes(cell.value)
    if cell.kind == b"e" or (cell.formula is not None and cell.kind != b"str"):
        return False
    if cell.kind == b"s":
        return value.strip().isdigit() and int(value) in blank_texts
    return _is_blank(value)


def blank_texts(chunks: Iterator[bytes]) -> set[int]:
    """The shared texts that are nothing but blanks; none where their numbers are not certain.

    A comment could hide a text or show one, and so could a tag that is left open.
    """
    found, number, blank = set[int](), 0, True
    inside = started = False
    for before, tag in _tags(chunks):
        if tag is None or tag[2] == b"!" or (tag[2] == b"?" and started):
            return set()
        started = True
        if inside and blank and before:
            blank = _is_blank(before)
        if tag[2] != b"si":
            continue
        closing, empty = bool(tag[1]), bool(tag[3])
        if closing != inside:
            return set()
        if (closing and blank) or empty:
            found.add(number)
        number += closing or empty
        inside, blank = not (closing or empty), True
    return set() if inside else found


def _tags(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, re.Match[bytes] | None]]:
    """Each tag with the text before it; None instead of a tag where one does not end, or what is no tag does."""
    rest = b""
    for chunk in chunks:
        piece, end = rest + chunk, 0
        for tag in _TAG.finditer(piece):
            before = piece[end : tag.start()]
            yield before, None if b"<" in before else tag
            end = tag.end()
        rest = piece[end:]
        if len(rest) > LONGEST_PIECE:
            raise unusual()
    if b"<" in rest:
        yield rest, None


def _is_blank(value: bytes) -> bool:
    return not html.unescape(value.decode("utf-8", "replace")).strip()


def trimmed(content: bytes, name: str, last: int) -> bytes:
    """A workbook without the rows of one sheet below the last one that is read.

    Args:
        name: the part that holds the sheet, whose rows are in order.
    """
    stored = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.namelist():
            with target.open(part, "w", force_zip64=True) as into:
                if part != name:
                    with source.open(part) as stream:
                        shutil.copyfileobj(stream, into)
                    continue
                for piece in _rows_until(part_chunks(source, part), last):
                    into.write(piece)
    return stored.getvalue()


def _rows_until(chunks: Iterator[bytes], last: int) -> Iterator[bytes]:
    """The bytes of a sheet without the rows after a number, which counts on where a row does not say its own."""
    row, rest, below = 0, b"", False
    for chunk in chunks:
        piece, end = rest + chunk, 0
        if not below:
            for found in TOKEN.finditer(piece):
                if found[2] == b"row" and not found[1]:
                    row = row_number(found[3]) or row + 1
                    if row > last:
                        below, end = True, found.start()
                        break
                end = found.end()
            yield piece[:end]
        rest = piece[end:]
        if below and (ending := _SHEET_END.search(rest)) is not None:
            yield rest[ending.start() :]
            yield from chunks
            return
        # Of the rows that are left out only a tag that is cut in two is kept.
        rest = rest[-_LONGEST_TAIL:] if below else rest
        if len(rest) > LONGEST_PIECE:
            raise unusual()
    yield b"" if below else rest
