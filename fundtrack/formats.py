"""How numbers and dates look: the only code that turns a ``Decimal`` or a date into text.

Page, PDF, XLSX, CSV, JSON and mail all write through here, so that they agree to the character. The notation
is the Finnish one in every language (``1 234,56 €``, ``10.3.2026``); only the names of months are translated.

Source: domain.md §7.
"""

from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import pgettext_lazy

from fundtrack.money import DECIMAL_PLACES, count_decimals, exactly, round_cents, round_half_up
from fundtrack.periods import Month

HELSINKI = ZoneInfo("Europe/Helsinki")

#: no-break space: between groups of digits and before a unit, so that a number never breaks over two lines
NBSP = "\u00a0"
#: the real minus sign, as wide as a plus and a digit
MINUS = "\u2212"
#: what stands where there is no value
NOTHING = "\u2013"

_FINNISH = str.maketrans({",": NBSP, ".": ",", "-": MINUS})

MONTH_NAMES = (
    pgettext_lazy("month", "January"),
    pgettext_lazy("month", "February"),
    pgettext_lazy("month", "March"),
    pgettext_lazy("month", "April"),
    pgettext_lazy("month", "May"),
    pgettext_lazy("month", "June"),
    pgettext_lazy("month", "July"),
    pgettext_lazy("month", "August"),
    pgettext_lazy("month", "September"),
    pgettext_lazy("month", "October"),
    pgettext_lazy("month", "November"),
    pgettext_lazy("month", "December"),
)


# --- numbers for people: floats are refused (TypeError), halves are rounded away from zero, zero has no sign


def amount(value: Decimal | int) -> str:
    """Write an amount without its unit: ``1 234,56``, ``−12,00``."""
    return _number(value, DECIMAL_PLACES)


def eur(value: Decimal | int) -> str:
    """Write an amount with its unit: ``1 234,56 €``."""
    return f"{amount(value)}{NBSP}€"


def whole_eur(value: Decimal | int) -> str:
    """Write an amount rounded to whole euros: ``1 235 €``. Only where the cents stand in a table beside."""
    return f"{_number(value, 0)}{NBSP}€"


def count(value: int) -> str:
    """Write how many there are: ``200 000``."""
    return _number(value, 0)


def signed_amount(value: Decimal | int) -> str:
    """Write a change of an amount, its direction always shown: ``+1 234,56``, ``−12,00``, ``0,00``."""
    return ("+" if round_cents(value) > 0 else "") + amount(value)


def exact_eur(value: Decimal | int) -> str:
    """Write a number of euros with all its decimals, at least two: ``1,234 €`` shows how a text was read."""
    return f"{_number(value, max(DECIMAL_PLACES, count_decimals(exactly(value))))}{NBSP}€"


def percent(value: Decimal | int | None, places: int = 2) -> str:
    """Write a percentage: ``63,65 %``, and ``–`` where there is nothing to compare with.

    Args:
        value: percent (63.65, not 0.6365).
        places: decimals to show.
    """
    return NOTHING if value is None else f"{_number(value, places)}{NBSP}%"


def _number(value: Decimal | int, places: int) -> str:
    return f"{round_half_up(value, places):,f}".translate(_FINNISH)


# --- numbers for machines: two decimals, no grouping, ASCII minus


def machine(value: Decimal | int) -> str:
    """Write an amount for JSON, as text so that no reader makes a float of it: ``1234.56``, ``-12.00``."""
    return f"{round_cents(value):f}"


def csv_amount(value: Decimal | int) -> str:
    """Write an amount for a CSV file with decimal comma: ``1234,56``, ``-12,00``."""
    return machine(value).replace(".", ",")


# --- dates


def day(value: date) -> str:
    """Write a date: ``10.3.2026``; of a moment, its date in Helsinki.

    Raises:
        ValueError: a moment without a time zone.
    """
    local = _in_helsinki(value) if isinstance(value, datetime) else value
    return f"{local.day}.{local.month}.{local.year}"


def moment(value: datetime) -> str:
    """Write a moment in Helsinki's time: ``10.3.2026 14.05``.

    Raises:
        ValueError: a moment without a time zone.
    """
    local = _in_helsinki(value)
    return f"{day(local)} {local.hour}.{local.minute:02}"


def month(value: Month | date, language: str | None = None) -> str:
    """Write a month by name: ``syyskuu 2024``.

    Args:
        value: the month, or any day in it (the database stores the first).
        language: language code of the document; None for the reader's language.
    """
    chosen = value if isinstance(value, Month) else Month.of(value)
    with translation.override(language) if language else nullcontext():
        return f"{MONTH_NAMES[chosen.number - 1]} {chosen.year}"


def month_short(value: Month | date) -> str:
    """Write a month in numbers: ``9/2024``."""
    chosen = value if isinstance(value, Month) else Month.of(value)
    return f"{chosen.number}/{chosen.year}"


def _in_helsinki(value: datetime) -> datetime:
    if timezone.is_naive(value):
        raise ValueError(f"A moment has a time zone; {value} has none")
    return timezone.localtime(value, HELSINKI)
