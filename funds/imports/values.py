"""One cell, one value: amounts, days, months and codes, or a sentence that says why not.

Source: domain.md §7.
"""

import math
import re
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache

from fundtrack.exceptions import Refusal
from fundtrack.formats import exact_eur
from fundtrack.money import LARGEST, AmountError, DecimalMark, count_decimals, parse_amount, round_cents
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


def cell_problem(code: str, message: str, value: Value) -> CellProblem:
    """A problem whose sentence quotes the cell as ``value``."""
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
        raise cell_problem(
            "not_a_number", _("“%(value)s” is not an amount: the spreadsheet holds something else."), value
        )
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
        return cell_problem("formula", message, error.text)
    return cell_problem("cell_error", _("The spreadsheet shows an error here: %(value)s."), error.text)


# --- debit and credit

_DEBITS = """d deb debet debit debits debiitti debetvienti debetpuoli debitering debetsida dr s soll + per per-puoli
    veloitus veloitukset meno menot utgift utgifter expense expenses charge 40 70"""
_CREDITS = """k kre kred kredit kreditti kreditvienti kreditpuoli kreditering kreditsida c cre cred credit credits cr h
    haben - \u2212 \u2013 an an-puoli hyvitys hyvitykset tulo tulot inkomst inkomster income refund 50 75"""
_SIDES = dict.fromkeys(_DEBITS.split(), False) | dict.fromkeys(_CREDITS.split(), True)
#: Signs that only the heading of their column makes one.
_ONES = {"1": False, "+1": False, "-1": True, "\u22121": True}
#: Posting keys of SAP: customers, vendors, assets and stock, by their tens.
_POSTING_KEY = re.compile(r"0?[0-9]{2}")


def side_of(text: str) -> bool | None:
    """True for a word or sign of credit, False for debit, None for neither; ``1`` and ``-1`` are numbers here."""
    word = text.strip().casefold().removeprefix("'").rstrip(".")
    if (side := _SIDES.get(word)) is not None:
        return side
    if len(word) < 4 and _POSTING_KEY.fullmatch(word):
        tens = int(word) // 10
        return False if tens in (0, 2, 8) else True if tens in (1, 3, 9) else None
    return None


def is_one(text: str) -> bool:
    """True for ``1`` and ``-1``, which say debit and credit where the heading of their column does."""
    return text in _ONES


def is_credit(value: Value) -> bool:
    """Read a column of sides: D/K, D/C, debet/kredit, +/-, 1/-1, S/H, or posting keys of SAP.

    Returns:
        True for credit, which makes the amount negative.

    Raises:
        CellProblem: neither debit nor credit.
    """
    text = text_of(value).strip().removeprefix("'")
    if not text:
        raise cell_problem("side", _("The cell is empty: it does not say whether the row is debit or credit."), value)
    side = _ONES.get(text, side_of(text))
    if side is None:
        raise cell_problem("side", _("“%(value)s” is neither debit nor credit."), value)
    return side


# --- totals

_TOTAL = re.compile(
    r"\b(?:yhteensa|yht|summa|loppusumma|kokonaissumma|valisumma|osasumma|totalt|total|subtotal|sammanlagt|delsumma"
    r"|slutsumma|\u03c3)\b"
)
#: Words that may as well describe a cost, alone in their cell: only the sum tells.
_PERHAPS = re.compile(r"tot|kaikki|alla|all|netto|net|kertyma|ackumulerat")
_MONTH = re.compile(
    r"(?:tammi|helmi|maalis|huhti|touko|kesa|heina|elo|syys|loka|marras|joulu)kuu(?: (?:19|20)[0-9]{2})?"
)
#: What may stand beside the word of a total that says nothing else: a code, a month, a currency.
_BESIDE_TOTAL = re.compile(r"[^\W\d_]*[0-9]\S*|eur|euro|euroa|kaikki|alla|grand|och|ja|[\W_]+")
_BALANCE = re.compile(
    r"(?:alku|loppu|avaus|paatos) ?saldo|(?:alkava|avaava|paattava|edellinen|uusi|siirtyva) saldo|saldo(?: \S+)?"
    r"|(?:kauden|tilin|tilikauden) (?:alku|loppu)?saldo|tilinavaus|tilin avaus|avaava tase|(?:alku|loppu)tilanne"
    r"|saldosiirto|siirto(?: (?:edellise|seuraava|ed\b)\w*\.?(?: \w+)?)?|siirretty saldo"
    r"|(?:siirretty|siirtyy|siirtyva) (?:edellise|seuraava|ed\b)\w*\.?(?: \w+)?"
    r"|kertyma edellise\w+ \w+|(?:kertyma edellinen|edellinen kertyma)"
    r"|(?:ingaende|utgaende|ing|utg)\.? ?(?:saldo|balans)|transport|overfort(?: (?:fran|till) \w+(?: \w+)?)?"
    r"|(?:opening|closing|previous) balance|balance forward|balance (?:[bc]/[fd]|[bc][fd])"
    r"|(?:balance )?(?:carried|brought) (?:forward|down)"
)
#: The same so short that only a text may say it, and no code.
_SHORT_BALANCE = re.compile(r"ib|ub|ing\.? ?bal|utg\.? ?bal|b/f|c/f|bal\.? ?[bc]/f")
_SHORT_BEGINS = frozenset({"ib", "ub", "in", "ut", "b/", "c/", "ba"})
#: The day or the month of a balance.
_BALANCE_DATE = re.compile(
    r"(?<![\w.])(?:[0-9]{1,2}\.[0-9]{1,2}\.?(?:(?:19|20)?[0-9]{2})?|(?:19|20)[0-9]{2}(?:-[0-9]{2}){0,2}"
    rf"|[0-9]{{1,2}}/(?:19|20)[0-9]{{2}}|{_MONTH.pattern})(?!\w)"
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
    "siirty",
    "balan",
    "transport",
    "forward",
    "brought",
    "carried",
    "avaus",
    "avaava",
    "tilanne",
    "kertym",
    "överfört",
    "\u03c3",
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


@lru_cache(maxsize=50_000)
def is_perhaps_total(text: str) -> bool:
    """True for a text that is no more than ``Tot.``, ``Kaikki``, ``Netto`` or a month: only the sum tells."""
    bare = plain(text).strip(" .:") if len(text) <= _LONGEST_LABEL else ""
    return _PERHAPS.fullmatch(bare) is not None or _MONTH.fullmatch(bare) is not None


def is_bare_total(text: str) -> bool:
    """True where a text says nothing but that it is a total, and perhaps of what: ``KR2401 yhteensä:``."""
    if not is_total_label(text):
        return False
    return all(_BESIDE_TOTAL.fullmatch(word) for word in _TOTAL.sub(" ", plain(text)).split())


def balance_label(text: str) -> str:
    """``alkusaldo`` for ``Alkusaldo 1.10.2024``, and so for other words of balances; empty with anything beside it."""
    label = _without_date(text) if len(text) <= _LONGEST_LABEL else ""
    return label if _BALANCE.fullmatch(label) else ""


def is_short_balance(text: str) -> bool:
    """True for ``IB 1.10.2024`` and the like, which are balances where a text says them."""
    # Asked of every description, hardly any of which begins so.
    if len(text) > _LONGEST_LABEL or text[:2].casefold() not in _SHORT_BEGINS:
        return False
    return _SHORT_BALANCE.fullmatch(_without_date(text)) is not None


def _without_date(text: str) -> str:
    bare = plain(text).strip(" .:")
    if _BALANCE.fullmatch(bare):
        return bare
    return " ".join(_BALANCE_DATE.sub(" ", bare).split()).strip(" .:,-")


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
        raise cell_problem("code_is_date", _("The spreadsheet has turned this code into “%(value)s”."), value)
    text = text_of(value)
    if isinstance(value, float | int):
        if value != value or abs(value) >= LARGEST_EXACT or not text.lstrip("-").isdigit():
            message = _("The spreadsheet holds this code as the number %(value)s and has changed it.")
            raise cell_problem("code_is_number", message, value)
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
        raise cell_problem("code_is_number", message, text)
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
