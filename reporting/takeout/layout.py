"""Names and shapes in a take-out folder. Standard library only."""

import re
from decimal import Decimal

#: What a manifest calls itself; the number grows when an older program could not verify a newer folder.
FORMAT = "fundtrack-takeout"
VERSION = 1

MANIFEST = "manifest.json"
#: In the manner of ``sha256sum``.
CHECKSUM = "manifest.sha256"
README = "README.txt"

#: Ending of a column that names a file, in place of the column that holds its bytes.
FILE_SUFFIX = "_file"

ZERO = Decimal("0.00")

#: As amounts are written: no plus, no grouping, two decimals.
_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{2}", re.ASCII)


def table_path(table: str) -> str:
    """Path of a table's CSV file."""
    return f"tables/{table}.csv"


def files_of(table: str) -> str:
    """Path of the folder with a table's files."""
    return f"files/{table}"


def readable_path(fund_slug: str, fund_id: str, year: str) -> str:
    """Path of the readable document of a fund and a year; an address that is no plain word is not used."""
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}", fund_slug, re.ASCII)
    return f"readable/{fund_slug if plain else f'fund-{fund_id}'}/{year}.json"


def to_amount(text: str | None) -> Decimal:
    """Read an amount as it is written here.

    Raises:
        ValueError: written in any other way.
    """
    if text is None or not _AMOUNT.fullmatch(text):
        raise ValueError(f"{shown(text)} is not an amount")
    return Decimal(text)


def to_number(text: str | None) -> int:
    """Read a whole number that counts or orders something.

    Raises:
        ValueError: written in any other way.
    """
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(f"{shown(text)} is not a number")
    return int(text)


def shown(value: object) -> str:
    """Write a value of unknown origin for a line of output: short, printable, on one line."""
    if value is None:
        return "–"
    text = str(value)
    if not text.isprintable():
        text = ascii(text)
    elif not text or " " in text:
        text = f"'{text}'"
    return text if len(text) <= 120 else f"{text[:117]}..."
