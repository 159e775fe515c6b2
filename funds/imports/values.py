"""One cell, one value: amounts, days, months and codes, or a sentence that says why not.

Source: domain.md §7.
"""

import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from fundtrack.exceptions import Refusal
from fundtrack.formats import exact_eur
from fundtrack.money import LARGEST, AmountError, DecimalMark, count_decimals, parse_amount, round_cents
from fundtrack.periods import FIRST_YEAR, LAST_YEAR, Month
from fundtrack.sentences import sentence as _
from fundtrack.texts import tidy

from .cells import LARGEST_EXACT, CellError, Value, exact_number, text_of
from .profiles import plain

_LONGEST_QUOTE = 60
_CENT = Decimal("0.01")
#: Noise is far below a cent, and every cell of a sum adds at most one unit of the last binary place.
_NOISE, _MANY_CELLS = Decimal("0.00005"), 1_000_000


class CellProblem(Refusal):
    """A cell that does not hold what its column should."""


def quoted(text: str) -> str:
    """The beginning of a cell's text, on one line, for a sentence."""
    shown = " ".join(text[:1000].split())
    return shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…"


def _problem(code: str, message: str, value: Value) -> CellProblem:
    return CellProblem(message % {"value": quoted(text_of(value))}, code=code)


# --- amounts

#: Amounts with one reading whatever the decimal mark is: two decimals, groups divided by spaces or not at all.
_PLAIN_AMOUNT = re.compile(r"(-?)([0-9]{1,12}|[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3}){1,3})([,.])([0-9]{2})")
_SPACES = str.maketrans("", "", " \u00a0\u202f")
_ERROR_TEXT = re.compile(
    r"#(?:REF!|VALUE!|DIV/0!|NAME\?|N/A|NUM!|NULL!|SPILL!|VIITTAUS!|ARVO!|JAKO/0!|NIMI\?|PUUTTUU!?|LUKU!|TYHJÄ!"
    r"|REFERENS!|VÄRDEFEL!|DIVISION/0!|NAMN\?|SAKNAS!|OGILTIGT!)"
)


def amount_of(value: Value, mark: DecimalMark | None) -> Decimal:
    """Read an amount: the exact number of a spreadsheet cell, or a text as Finns write it.

    Args:
        mark: the decimal mark of the column; None refuses texts that can be read two ways.

    Returns:
        EUR with exactly two decimals.

    Raises:
        AmountError: the text is not one amount.
        CellProblem: an error cell, a formula without a result, a date, or more than two decimals.
    """
    if isinstance(value, str):
        return _amount_of_text(value, mark)
    if isinstance(value, CellError):
        raise error_in_cell(value)
    if isinstance(value, bool | date | time | timedelta):
        raise _problem("not_a_number", _("“%(value)s” is not an amount: the spreadsheet holds something else."), value)
    try:
        number = exact_number(value)
    except ValueError:
        raise AmountError("not_a_number", str(value)) from None
    if count_decimals(number) > 2 and _is_noise(value):
        number = round_cents(number)
    if count_decimals(number) > 2:
        message = _("%(amount)s has more than two decimals.") % {"amount": exact_eur(number)}
        raise CellProblem(message, code="too_many_decimals")
    if abs(number) > LARGEST:
        raise AmountError("too_large", f"{number:f}" if number.adjusted() < 30 else str(number))
    return number.quantize(_CENT) + 0


def _is_noise(value: float) -> bool:
    """True when whole cents are meant: no spreadsheet shows or takes more than fifteen digits, and these say cents."""
    if not abs(value) < LARGEST:
        return False
    shown = Decimal(f"{value:.14e}")
    return shown == round_cents(shown)


def without_noise(value: Value) -> Value:
    """A sum of many cells without its binary noise, which grows with the number of cells; anything else as it is."""
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    rest = abs(Decimal(value) - round_cents(Decimal(value)))
    # Nobody types a total, so there is no other meaning of so small a rest.
    return round(value, 2) if rest < min(_NOISE, _MANY_CELLS * Decimal(math.ulp(value))) else value


def _amount_of_text(text: str, mark: DecimalMark | None) -> Decimal:
    # Nine of ten amounts have this shape; the general reader takes ten times as long for the same result.
    if (found := _PLAIN_AMOUNT.fullmatch(text)) and mark in (None, found[3]):
        return Decimal(f"{found[1]}{found[2].translate(_SPACES)}.{found[4]}") + 0
    bare = text.strip().removeprefix("'")
    if _ERROR_TEXT.fullmatch(bare):
        raise error_in_cell(CellError(bare, "cell_error"))
    if bare.startswith("="):
        raise error_in_cell(CellError(bare, "formula"))
    return parse_amount(bare, decimal_mark=mark)


def error_in_cell(error: CellError) -> CellProblem:
    """The problem of a cell that shows an error, or whose formula has no stored result."""
    if error.code == "formula":
        message = _(
            "The formula “%(value)s” has no stored result. Open the file in a spreadsheet, save it and send it again."
        )
        return _problem("formula", message, error.text)
    return _problem("cell_error", _("The spreadsheet shows an error here: %(value)s."), error.text)


# --- debit and credit

_DEBIT = frozenset(["d", "debet", "debit", "dr", "s", "soll", "+", "per", "40", "70"])
_CREDIT = frozenset(["k", "kredit", "c", "credit", "cr", "h", "haben", "-", "−", "an", "50", "75"])
#: Posting keys of SAP: customers, vendors, assets and stock, by their tens.
_POSTING_KEY = re.compile(r"0?[0-9]{2}")


def is_credit(value: Value) -> bool:
    """Read a column of sides: D/K, D/C, debet/kredit, +/-, S/H, or posting keys of SAP.

    Returns:
        True for credit, which makes the amount negative.

    Raises:
        CellProblem: neither debit nor credit.
    """
    text = text_of(value).strip().casefold().removeprefix("'").rstrip(".")
    if text in _DEBIT:
        return False
    if text in _CREDIT:
        return True
    if _POSTING_KEY.fullmatch(text):
        tens = int(text) // 10
        if tens in (0, 2, 8):
            return False
        if tens in (1, 3, 9):
            return True
    raise _problem("side", _("“%(value)s” is neither debit nor credit."), value)


# --- totals

_TOTAL = re.compile(
    r"\b(?:yhteensa|yht|summa|loppusumma|kokonaissumma|valisumma|osasumma|totalt|total|subtotal|sammanlagt|delsumma"
    r"|slutsumma)\b"
)
#: What may stand beside the word of a total that says nothing else: a code, a month, a currency.
_BESIDE_TOTAL = re.compile(r"[^\W\d_]*[0-9]\S*|eur|euro|euroa|kaikki|alla|grand|och|ja|[\W_]+")
_BALANCE = re.compile(
    r"(?:alku|loppu|avaus|paatos)saldo|(?:alkava|avaava|paattava|edellinen|uusi) saldo|saldo(?: \S+)?"
    r"|saldosiirto|siirto(?: (?:edellise|seuraava|ed\b)\w*(?: \w+)?)?|siirretty saldo"
    r"|(?:ingaende|utgaende) (?:saldo|balans)|transport|(?:opening|closing) balance|(?:carried|brought) forward"
)
_LONGEST_LABEL = 80
#: A fast look at a whole row: hardly any says one of these words.
_MAY_BE_LABELLED = (
    "yht",
    "summa",
    "total",
    "sammanlagt",
    "saldo",
    "siirto",
    "siirretty",
    "balan",
    "transport",
    "forward",
)


@lru_cache(maxsize=4)
def may_be_labelled(cells: tuple[str, ...]) -> bool:
    """False where no cell can be the label of a total or a balance; asked several times of the same row."""
    text = "\n".join(cells).casefold()
    # A pattern that knows no case takes ten times as long.
    return any(map(text.__contains__, _MAY_BE_LABELLED))


@lru_cache(maxsize=50_000)
def is_total_label(text: str) -> bool:
    """True for ``Yhteensä``, ``Summa:``, ``Totalt`` and the like."""
    return len(text) <= _LONGEST_LABEL and _TOTAL.search(plain(text)) is not None


def is_bare_total(text: str) -> bool:
    """True where a text says nothing but that it is a total, and perhaps of what: ``KR2401 yhteensä:``."""
    if not is_total_label(text):
        return False
    return all(_BESIDE_TOTAL.fullmatch(word) for word in _TOTAL.sub(" ", plain(text)).split())


def is_balance_label(text: str) -> bool:
    """True for ``Alkusaldo``, ``Siirto``, ``Utgående saldo`` and the like, and nothing else in the cell."""
    return len(text) <= _LONGEST_LABEL and _BALANCE.fullmatch(plain(text).strip(" .:")) is not None


# --- days and months

_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 61, (date(LAST_YEAR, 12, 31) - _EPOCH).days
_TIME = r"(?:[ T]+[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_SHAPES = {
    "d.m.yyyy": re.compile(rf"(?P<d>[0-9]{{1,2}})\.\s?(?P<m>[0-9]{{1,2}})\.\s?(?P<y>[0-9]{{4}}){_TIME}"),
    "d.m.yy": re.compile(rf"(?P<d>[0-9]{{1,2}})\.(?P<m>[0-9]{{1,2}})\.(?P<y>[0-9]{{2}}){_TIME}"),
    "d/m/yyyy": re.compile(rf"(?P<d>[0-9]{{1,2}})/(?P<m>[0-9]{{1,2}})/(?P<y>[0-9]{{4}}){_TIME}"),
    "yyyy-mm-dd": re.compile(rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{1,2}})-(?P<d>[0-9]{{1,2}}){_TIME}"),
    "yyyymmdd": re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "yymmdd": re.compile(r"(?P<y>[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "yyyymm": re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})"),
    "yyyy-mm": re.compile(r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})"),
    "m/yyyy": re.compile(r"(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    "m.yyyy": re.compile(r"(?P<m>[0-9]{1,2})[.,](?P<y>[0-9]{4})"),
}
_SERIAL = re.compile(r"[0-9]{1,6}(?:[.,][0-9]+)?")
_DIGITS = {"yymmdd": 6, "yyyymmdd": 8, "yyyymm": 6}


def day_of(value: Value, form: str) -> tuple[date | None, Month]:
    """Read a day or a month in one of the forms of a profile; clock times are dropped.

    Args:
        form: one of ``DAY_FORMATS`` or ``MONTH_FORMATS``. Real dates of a spreadsheet are read in every form.

    Returns:
        The day, None where the form names only a month; and the month.

    Raises:
        CellProblem: no date in this form, or one that does not exist.
    """
    if isinstance(value, CellError):
        raise error_in_cell(value)
    if isinstance(value, datetime):
        return _existing(value.year, value.month, value.day, value)
    if isinstance(value, date):
        return _existing(value.year, value.month, value.day, value)
    text = _date_text(value, form)
    if form == "excel":
        return _excel_day(value, text)
    found = _SHAPES[form].fullmatch(text)
    if found is None:
        raise _not_in_form(value, text, form)
    parts = found.groupdict()
    if form == "d/m/yyyy" and int(parts["m"]) > 12 >= int(parts["d"]):
        raise _month_first(value)
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        # Bookkeeping with two digits began in the seventies; nobody books a budget of the eighties to come.
        year += 1900 if year >= 70 else 2000
    return _existing(year, int(parts["m"]), int(parts["d"]) if "d" in parts else None, value)


def _date_text(value: Value, form: str) -> str:
    text = text_of(value).strip().removeprefix("'")
    if isinstance(value, float | int) and not isinstance(value, bool):
        if form == "m.yyyy":
            # The number 6.202 was typed as 6.2020.
            return f"{exact_number(value):.4f}"
        return text.zfill(_DIGITS.get(form, 0))
    return " ".join(text.split())


def _excel_day(value: Value, text: str) -> tuple[date | None, Month]:
    if _SERIAL.fullmatch(text):
        serial = int(Decimal(text.replace(",", ".")))
        if _FIRST_SERIAL <= serial <= _LAST_SERIAL:
            day = _EPOCH + timedelta(days=serial)
            return day, Month.of(day)
    for form in ("d.m.yyyy", "yyyy-mm-dd"):
        if _SHAPES[form].fullmatch(text):
            return day_of(text, form)
    raise _not_in_form(value, text, "excel")


def _not_in_form(value: Value, text: str, form: str) -> CellProblem:
    if not text:
        return _problem("date_missing", _("The date or month is missing."), value)
    if (found := _SHAPES["d/m/yyyy"].fullmatch(text)) and int(found["m"]) > 12:
        return _month_first(value)
    if form == "d.m.yyyy" and _SHAPES["d.m.yy"].fullmatch(text):
        message = _("“%(value)s” has a year of two digits. Four are needed: 1.6.2021.")
        return _problem("date_short_year", message, value)
    message = _("“%(value)s” is not a date or month in the form %(form)s.")
    return CellProblem(message % {"value": quoted(text), "form": form}, code="date_form")


def _month_first(value: Value) -> CellProblem:
    message = _(
        "“%(value)s” has the month first, which is not read. Write the date as 31.1.2024, 2024-01-31 or 31/1/2024."
    )
    return _problem("date_month_first", message, value)


def _existing(year: int, month: int, day: int | None, value: Value) -> tuple[date | None, Month]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = _("“%(value)s” has a year that is not between %(first)s and %(last)s.")
        places = {"value": quoted(text_of(value)), "first": FIRST_YEAR, "last": LAST_YEAR}
        raise CellProblem(message % places, code="date_year")
    if not 1 <= month <= 12:
        raise _not_a_month(month, value)
    try:
        return (None if day is None else date(year, month, day)), Month(year, month)
    except ValueError:
        raise _problem("date_impossible", _("The day “%(value)s” does not exist."), value) from None


def _not_a_month(number: int, value: Value) -> CellProblem:
    if number > 12:
        message = _(
            "“%(value)s” has the period %(period)s, and only the periods 1–12 are months. "
            "Book closing entries in the month they belong to."
        )
    else:
        message = _("“%(value)s” has the period %(period)s, and only the periods 1–12 are months.")
    return CellProblem(message % {"value": quoted(text_of(value)), "period": number}, code="date_period")


def month_of_period(year: Value, period: Value) -> Month:
    """Read a month from a year and a period in two columns.

    Raises:
        CellProblem: no such year, or a period that is not a month (13 and more are closing entries).
    """
    for value in (year, period):
        if isinstance(value, CellError):
            raise error_in_cell(value)
    texts = [text_of(value).strip().removeprefix("'") for value in (year, period)]
    if not all(texts):
        raise _problem("date_missing", _("The date or month is missing."), "")
    if not re.fullmatch(r"[0-9]{4}", texts[0]):
        raise _problem("date_form", _("“%(value)s” is not a year."), year)
    if not re.fullmatch(r"[0-9]{1,3}", texts[1]):
        raise _problem("date_form", _("“%(value)s” is not a period from 1 to 12."), period)
    return _existing(int(texts[0]), int(texts[1]), None, period)[1]


# --- codes and texts

#: A code that a spreadsheet has taken for a number and shortened.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-][0-9]+|[0-9][.,][0-9]+[eE][0-9]+")
_FRACTION = re.compile(r"[0-9]{3,},[0-9]+|[0-9]{3,}\.0+")


def code_of(value: Value, longest: int) -> str:
    """Read a code as text: leading zeros kept, an apostrophe that guards it taken off, blanks around it too.

    Args:
        longest: how many characters the ledger keeps.

    Raises:
        CellProblem: an error cell, a date, a code that a spreadsheet has changed, or one that is too long.
    """
    if isinstance(value, CellError):
        raise error_in_cell(value)
    if isinstance(value, bool | date | time | timedelta):
        raise _problem("code_is_date", _("The spreadsheet has turned this code into “%(value)s”."), value)
    text = text_of(value)
    if isinstance(value, float | int):
        if value != value or abs(value) >= LARGEST_EXACT or not text.lstrip("-").isdigit():
            message = _("The spreadsheet holds this code as the number %(value)s and has changed it.")
            raise _problem("code_is_number", message, value)
        return text
    text = tidy(text)
    if text[:1] == "'":
        text = text[1:].strip()
    if not text:
        return ""
    if _SCIENTIFIC.fullmatch(text) or _FRACTION.fullmatch(text):
        message = _(
            "The spreadsheet has made “%(value)s” of this code. Format the column as text and export the file anew."
        )
        raise _problem("code_is_number", message, text)
    if _ERROR_TEXT.fullmatch(text):
        raise error_in_cell(CellError(text, "cell_error"))
    if text.startswith("="):
        raise error_in_cell(CellError(text, "formula"))
    if len(text) > longest:
        message = _("“%(value)s” is too long: at most %(limit)s characters fit.")
        raise CellProblem(message % {"value": quoted(text), "limit": longest}, code="too_long")
    return text


def text_on_one_line(value: Value) -> str:
    """A description or name as the ledger keeps it, like what people type.

    Raises:
        CellProblem: an error cell, or a formula without a result.
    """
    if isinstance(value, CellError):
        raise error_in_cell(value)
    text = tidy(text_of(value))
    if text[:1] == "'" and text[1:2] in tuple("=+-@"):
        text = text[1:]
    if text[:1] == "#" and _ERROR_TEXT.fullmatch(text):
        raise error_in_cell(CellError(text, "cell_error"))
    return text
