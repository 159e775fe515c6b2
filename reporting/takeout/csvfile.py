"""Reads CSV as PostgreSQL's COPY writes it, exactly: an empty field is NULL without quotes, empty text with them.

Python's own reader cannot tell the two apart. Standard library only.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

#: Bytes of one record. The largest are issued reports' results, well below a megabyte.
LONGEST_RECORD = 64 * 1024 * 1024

_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(?:,|\Z)')

_EMPTY = {"": None, '""': ""}

Row = list[str | None]


class BrokenFile(Exception):
    """What is wrong with a file, in one line that begins with its path."""


def read_csv(file: BinaryIO, path: str) -> Iterator[Row]:
    """Give the header and then every record of a file.

    Raises:
        BrokenFile: not UTF-8, not CSV, or a record with more or fewer fields than the header.
    """
    width = 0
    for number, record in enumerate(_records(file, path), start=1):
        try:
            row = split_record(record.decode("utf-8"))
        except ValueError as error:
            why = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise BrokenFile(f"{path}: record {number} {why}") from error
        width = width or len(row)
        if len(row) != width:
            raise BrokenFile(f"{path}: record {number} has {len(row)} fields, the header has {width}")
        yield row
    if not width:
        raise BrokenFile(f"{path}: has no header")


def split_record(record: str) -> Row:
    """Split one record, without the line feed at its end, into its fields.

    Raises:
        ValueError: quotes that do not pair, or a line break outside them.
    """
    fields = record.split(",")
    if record.count('"') == 2 * fields.count('""') and "\r" not in record:
        # The usual record, several times faster: no quotes but those of empty texts.
        return [_EMPTY.get(field, field) for field in fields]
    row: Row = []
    position = 0
    while True:
        match = _FIELD.match(record, position)
        if match is None:
            raise ValueError("is not CSV")
        quoted, plain = match.groups()
        row.append(quoted.replace('""', '"') if quoted is not None else plain or None)
        position = match.end()
        if not match[0].endswith(","):
            return row


def _records(file: BinaryIO, path: str) -> Iterator[bytes]:
    """Give the records as bytes; a line break inside quotes belongs to the record."""
    parts: list[bytes] = []
    size = quotes = 0
    while line := file.readline(LONGEST_RECORD + 1):
        size += len(line)
        if size > LONGEST_RECORD:
            raise BrokenFile(f"{path}: a record is longer than {LONGEST_RECORD} bytes")
        parts.append(line)
        quotes += line.count(b'"')
        if quotes % 2:
            continue
        if not line.endswith(b"\n"):
            break
        yield b"".join(parts)[:-1]
        parts, size, quotes = [], 0, 0
    if parts:
        raise BrokenFile(f"{path}: ends in the middle of a record")
