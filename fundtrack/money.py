"""Money: euros and cents as ``Decimal``, from the keyboard to the column, never through a float.

An amount in the program is a ``Decimal`` in EUR. This module reads amounts that people type, rounds them,
splits them and stores them; ``fundtrack.formats`` is the only code that writes them out again.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from fundtrack.exceptions import Refusal
from fundtrack.sentences import sentence

_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)

if TYPE_CHECKING:
    DecimalField = models.DecimalField
else:

    class DecimalField(models.DecimalField):
        """``DecimalField`` that can be subscripted, as the type stubs have it; Django's own cannot."""

        def __class_getitem__(cls, _types: object) -> type:
            return cls


DecimalMark = Literal[",", "."]

MAX_DIGITS = 14
DECIMAL_PLACES = 2
ZERO = Decimal("0.00")
LARGEST = Decimal(10) ** (MAX_DIGITS - DECIMAL_PLACES) - Decimal("0.01")


# --- arithmetic


def exactly(value: Decimal | int) -> Decimal:
    """Return the number as a finite ``Decimal``; whole numbers are let through because ``sum([])`` is one.

    Raises:
        TypeError: the value is a float or anything else that may have lost cents on its way here.
        ValueError: the value is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"Money is a Decimal, not {type(value).__name__}: {value!r}")
    value = Decimal(value)
    if not value.is_finite():
        raise ValueError(f"Money is a finite number, not {value}")
    return value


def count_decimals(value: Decimal) -> int:
    """Return how many decimals a finite ``Decimal`` carries, trailing zeros included."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "finite"
    return max(0, -exponent)


def round_half_up(value: Decimal | int, places: int) -> Decimal:
    """Round to ``places`` decimals, halves away from zero as PostgreSQL's ``round`` does; never minus zero.

    Raises:
        TypeError, ValueError: see ``exactly``.
    """
    return exactly(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0


def round_cents(value: Decimal | int) -> Decimal:
    """Round an amount to whole cents: the one place where an amount loses digits.

    Returns:
        EUR with exactly two decimals, halves away from zero (equals PostgreSQL's ``round(value, 2)``).
    """
    return round_half_up(value, DECIMAL_PLACES)


def split_exactly(total: Decimal | int, parts: int | Sequence[Decimal | int]) -> list[Decimal]:
    """Split an amount into parts that sum to the whole, to the cent.

    Each part is cut down to whole cents towards zero; the cents that are left go one by one to the first
    parts that were cut. So no part is a cent or more away from its exact share, and a part without weight
    gets nothing. 3 163 over three is 1 054.34, 1 054.33, 1 054.33.

    Args:
        total: EUR in whole cents, of either sign.
        parts: number of equal parts, or one weight per part (none negative, not all zero).

    Returns:
        One amount in EUR per part, in the order of the parts.

    Raises:
        TypeError: a float among the arguments.
        ValueError: the total is not whole cents, or there is no part to give it to.

    Source: domain.md §4, the municipal share by year.
    """
    if round_cents(total) != total:
        raise ValueError(f"Only whole cents can be split, not {total}")
    weights = [Fraction(1)] * parts if isinstance(parts, int) else [Fraction(exactly(part)) for part in parts]
    if not any(weights) or min(weights) < 0:
        raise ValueError(f"An amount is split over positive weights, not {parts!r}")
    cents = abs(int(Fraction(total) * 100))
    whole = sum(weights)
    exact = [cents * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    # Each cut is less than a cent, so there are always fewer cents left than parts that were cut.
    cut = [position for position, share in enumerate(exact) if share != shares[position]]
    for position in cut[: cents - sum(shares)]:
        shares[position] += 1
    sign = -1 if total < 0 else 1
    return [round_cents(Decimal(sign * share).scaleb(-DECIMAL_PLACES)) for share in shares]


def used_percent(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """Return what percentage ``part`` is of ``whole``, from the stored cents.

    Returns:
        Percent with two decimals, halves away from zero; None when there is no whole to compare with.
    """
    part, whole = exactly(part), exactly(whole)
    if not whole:
        return None
    # In fractions: a quotient cut to the context's 28 digits could land on a half that is not one.
    ratio = Fraction(part) / Fraction(whole) * 100_00
    hundredths = int(abs(ratio) + Fraction(1, 2))
    return round_half_up(Decimal(hundredths if ratio > 0 else -hundredths).scaleb(-2), 2)


# --- reading what people type

AmountCode = Literal["empty", "not_a_number", "ambiguous", "too_many_decimals", "too_large"]

_MESSAGES = {
    "empty": gettext_noop("Type an amount, for example 1234,56."),
    "not_a_number": gettext_noop("“%(text)s” is not an amount. Type it like this: 1234,56."),
    "ambiguous": gettext_noop(
        "“%(text)s” can be read as %(first)s or as %(second)s. "
        "Type it without a thousands separator and with two decimals, for example 1234,00."
    ),
    "too_many_decimals": gettext_noop("“%(text)s” has more than two decimals. Type it like this: 1234,56."),
    "too_large": gettext_noop("“%(text)s” is too large. The largest amount is %(largest)s."),
}

_LONGEST_TEXT = 100
_LONGEST_QUOTE = 40
_MINUSES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_SIGNS = f"+{_MINUSES}"
#: Every space that may group digits: no-break, those from an en quad to a hair wide, narrow no-break and the like.
_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
)
#: Invisible marks that copying leaves at the ends (byte order mark, direction marks, zero-width characters).
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_UNIT = re.compile(r"^(?:€|EUR(?:OA?|OS)?)|(?:€|EUR(?:OA?|OS)?)$", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
#: Whole thousands with points.
_ROUND_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:\.000)+")
#: The whole euros for each decimal mark: digits, or groups of three with one kind of separator throughout.
_WHOLE: dict[DecimalMark, re.Pattern[str]] = {
    ",": re.compile(r"[0-9]+|[1-9][0-9]{0,2}([ .])[0-9]{3}(?:\1[0-9]{3})*"),
    ".": re.compile(r"[0-9]+|[1-9][0-9]{0,2}([ ,])[0-9]{3}(?:\1[0-9]{3})*"),
}


class AmountError(Refusal):
    """A text that is not one amount.

    Attributes:
        code: "empty", "not_a_number", "ambiguous", "too_many_decimals" or "too_large".
        text: what was typed.
        readings: the two amounts in EUR an ambiguous text can mean, the bigger one first; otherwise empty.
        message: what was typed, what is wrong with it and what to type instead.
    """

    def __init__(self, code: AmountCode, text: str, readings: Sequence[Decimal] = ()) -> None:
        self.text = text
        self.readings = tuple(readings)
        super().__init__(_message_lazy(code, text, self.readings), code=code)


def _message(code: AmountCode, text: str, readings: tuple[Decimal, ...]) -> str:
    # Imported here: formats rounds with this module, and only a message ever needs the way back.
    from fundtrack import formats

    quote = " ".join(text.split())
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[: _LONGEST_QUOTE - 1] + "…"
    params = {"text": quote, "largest": formats.eur(LARGEST)}
    if readings:
        params["first"], params["second"] = map(formats.exact_eur, readings)
    return sentence(_MESSAGES[code]) % params


_message_lazy = lazy(_message, str)


def parse_amount(text: str, *, decimal_mark: DecimalMark | None = None) -> Decimal:
    """Read an amount as Finns write it.

    Digits may stand in groups of three, divided by any kind of space or by the mark that is not the decimal
    mark. The sign may stand before or after (SAP), be any dash, or be a pair of brackets; a dash alone is
    zero; € or EUR may stand on either side. A text is read only when it has one meaning: ``1.234,56`` and
    ``1.234.567`` have, ``1.234`` has two unless the decimal mark is declared. ``100.000`` is how documents write a
    hundred thousand: nobody writes a hundred euros with three decimals.

    Args:
        text: what was typed, pasted or found in a file.
        decimal_mark: the decimal mark the source declares; None for interactive entry, which declares none.

    Returns:
        EUR with exactly two decimals, never minus zero.

    Raises:
        AmountError: the text is not one amount; ``code`` says why.
        TypeError: the text is not a string (a float may already have lost cents).
        ValueError: the decimal mark is neither a comma nor a point.

    Source: domain.md §7.
    """
    if not isinstance(text, str):
        raise TypeError(f"Only text is parsed as an amount, not {type(text).__name__}: {text!r}")
    if decimal_mark not in (None, ",", "."):
        raise ValueError(f"A decimal mark is a comma or a point, not {decimal_mark!r}")
    stripped = text.strip().strip(_INVISIBLE).strip()
    if not stripped:
        raise AmountError("empty", text)
    undressed = _undress(stripped.translate(_SPACES)) if len(stripped) <= _LONGEST_TEXT else None
    if undressed is None:
        raise AmountError("not_a_number", text)
    body, negative = undressed
    marks: tuple[DecimalMark, ...] = (",", ".") if decimal_mark is None else (decimal_mark,)
    readings = {value for mark in marks if (value := _read(body, mark)) is not None}
    if len(readings) > 1 and _ROUND_THOUSANDS.fullmatch(body):
        readings = {max(readings)}
    if len(readings) > 1:
        ordered = sorted(readings, reverse=True)
        raise AmountError("ambiguous", text, [-value if negative else value for value in ordered])
    if not readings:
        raise AmountError("not_a_number", text)
    value = readings.pop()
    if value > LARGEST:
        raise AmountError("too_large", text)
    if count_decimals(value) > DECIMAL_PLACES:
        raise AmountError("too_many_decimals", text)
    return round_cents(-value if negative else value)


def _undress(text: str) -> tuple[str, bool] | None:
    """Take unit, sign and brackets off; None when there are two of a kind, or nothing else.

    Returns:
        The bare number and whether it is negative.
    """
    units, signs = 0, ""
    while text := text.strip(" "):
        if unit := _UNIT.search(text):
            units += 1
            text = text[: unit.start()] + text[unit.end() :]
        elif text[0] in _SIGNS:
            signs, text = signs + text[0], text[1:]
        elif text[-1] in _SIGNS:
            signs, text = signs + text[-1], text[:-1]
        elif text[0] == "(" and text[-1] == ")":
            signs, text = signs + "(", text[1:-1]
        else:
            break
    if units > 1 or len(signs) > 1:
        return None
    if not text:
        # Accounting formats write zero as a dash, with the unit or without.
        return ("0", False) if signs and signs in _MINUSES else None
    return text, signs not in ("", "+")


def _read(body: str, mark: DecimalMark) -> Decimal | None:
    """Read a bare number with this decimal mark, all its decimals kept; None when it cannot be read so."""
    whole, found, decimals = body.partition(mark)
    if found and not _DIGITS.fullmatch(decimals):
        return None
    # ",50" is fifty cents, as spreadsheets write it; "50," is unfinished.
    whole = whole or ("0" if found else "")
    if not _WHOLE[mark].fullmatch(whole):
        return None
    return Decimal("".join(_DIGITS.findall(whole)) + found.replace(",", ".") + decimals)


# --- forms and columns


class AmountField(forms.Field):
    """A form field for an amount: reads what ``parse_amount`` reads, shows what ``formats.amount`` writes."""

    widget = forms.TextInput

    def to_python(self, value: object) -> Decimal | None:
        """Return the amount in EUR, None for an empty field; an ``AmountError`` becomes the field's error."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_amount(str(value))
        except AmountError as error:
            raise ValidationError(str(error.message), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        """Show an initial amount the Finnish way; leave what the user typed as it is."""
        from fundtrack import formats

        return formats.amount(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask phones for the keyboard with digits."""
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}


class MoneyField(DecimalField[_Set, _Get]):
    """A column of EUR in whole cents, at most 14 digits.

    It refuses floats everywhere, lookups included, and refuses to store fractions of a cent, which PostgreSQL
    would round in silence.
    """

    description = _("Amount in euros")

    _pyi_private_set_type: int | Decimal | Combinable
    _pyi_private_get_type: Decimal

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = MAX_DIGITS
        kwargs["decimal_places"] = DECIMAL_PLACES
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave out what is the same for every amount: migrations say ``fundtrack.money.MoneyField()``."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, list(args), kwargs

    def to_python(self, value: Any) -> Decimal | None:
        """Convert as ``DecimalField`` does.

        Raises:
            TypeError: the value is a float.
        """
        if isinstance(value, float):
            raise TypeError(f"{self} takes a Decimal, not the float {value!r}")
        converted: Decimal | None = super().to_python(value)
        return converted

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """Prepare a value for INSERT or UPDATE.

        Raises:
            ValueError: the amount has fractions of a cent; ``round_cents`` belongs where it is computed.
        """
        stored = None if hasattr(value, "as_sql") else self.to_python(value)
        if stored is not None and stored != round_cents(stored):
            raise ValueError(f"{self} takes whole cents, not {value}")
        return super().get_db_prep_save(value, connection)

    def formfield(self, **kwargs: Any) -> Any:
        """Return an ``AmountField``; it brings its own limits, so ``DecimalField``'s are passed over."""
        return models.Field.formfield(self, **{"form_class": AmountField, **kwargs})
