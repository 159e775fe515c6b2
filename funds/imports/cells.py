"""What stands in one cell of a file, before anybody says what it means."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from fundtrack.money import round_cents


@dataclass(frozen=True)
class Cell:
    """One cell: its text as a person would type it, and whether the file held it as a number."""

    text: str
    #: The exact number of a spreadsheet cell; None for text.
    number: Decimal | None = None


@dataclass(frozen=True)
class CellError:
    """A spreadsheet cell that shows an error, or a formula whose result the file does not hold."""

    #: ``#REF!``, or the formula with its equals sign.
    text: str
    #: "cell_error" or "formula"
    code: str


#: A cell as the file holds it: text from CSV; from a workbook also numbers, dates and errors.
Value = str | float | int | bool | date | datetime | time | timedelta | CellError

#: What a workbook can store exactly; beyond it the last digits are lost.
LARGEST_EXACT = 10**15
_SHORT = re.compile(r"(-?[0-9]{1,12})\.([0-9]{1,2})")
_WITH_CENTS = re.compile(r"\(?[-+\u2212]?[0-9\s]{1,20}[,.][0-9]{2}[-)]?(?:\s?€)?")


def exact_number(value: int | float) -> Decimal:
    """The number a person typed into a spreadsheet cell, which stores binary fractions.

    4840.5200000000004 was typed as 4840.52: within four units of the last binary place of whole cents the cents are
    meant. Anything else keeps all its digits, so that too many decimals are noticed.

    Raises:
        ValueError: not a finite number.
    """
    if isinstance(value, int):
        return Decimal(value)
    # Nearly every number of a ledger is written with two decimals at most, and then means them.
    if found := _SHORT.fullmatch(repr(value)):
        return Decimal(found[1] if found[2] == "0" else f"{found[1]}.{found[2]:0<2}")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number")
    shown = Decimal(repr(value))
    if abs(shown) < Decimal("1e15"):
        cents = round_cents(shown)
        if abs(Decimal(value) - cents) <= 4 * Decimal(math.ulp(value)):
            return cents.to_integral_value() if cents == cents.to_integral_value() else cents
    return shown


def text_of(value: Value) -> str:
    """The cell as a person would type it: whole numbers without a point, dates as ISO, errors as shown."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if -1e21 < value < 1e21 and value == int(value):
            return str(int(value))
        return str(exact_number(value)) if math.isfinite(value) else str(value)
    if isinstance(value, CellError):
        return value.text
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def unguarded(text: str) -> str:
    """Take off the apostrophe with which our own CSV keeps a text from running as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text


def has_cents(value: Value) -> bool:
    """True for what looks like an amount with cents: whole numbers may as well be codes, years or quantities."""
    if isinstance(value, str):
        return value != "" and _WITH_CENTS.fullmatch(value.strip()) is not None
    return isinstance(value, float) and value % 1 != 0
