"""What the cells of one column have in common: gathered from every row, kept as counts."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from fundtrack.exceptions import Refusal
from fundtrack.money import AmountError, parse_amount
from fundtrack.periods import Month

from .cells import Value, text_of
from .days import day_of, plain_day
from .month_names import named_month
from .profile_values import MONTH_FORMATS
from .values import is_one, is_total_label, side_of

_PLAIN_AMOUNT = re.compile(r"[-+\u2212]?[0-9\s\u00a0\u202f]{1,20}([,.])[0-9]{2}")
_INTEGER = re.compile(r"[-+\u2212]?[0-9]+")
_LETTERS = re.compile(r"[^\W\d_]{3,}")
_LONGEST_VALUE = 40
_SAMPLES = 5
_LONGEST_SIDE = 13
#: Forms by how a text looks, so that not every form is tried on every cell.
_YEAR_FIRST, _POINTED, _OTHERS = ("yyyy-mm-dd", "yyyy-mm"), ("d.m.yyyy", "d.m.yy", "m.yyyy"), ("d/m/yyyy", "m/yyyy")
_DATE_LIKE = re.compile(
    r"[Pp]?[0-9]{1,3}[.,/-](?:[0-9]{3,4}$|[0-9]{1,2}[./-])"
    r"|[0-9]{4}(?:[-/][0-9]|\.[0-9]{2,3}$|\.[0-9]{1,2}\.| ?[Mm ] ?[0-9]{1,3}$)"
)
#: Periods after December, with which books are closed: their form is known, and each row says that they are no months.
_CLOSING = re.compile(r"((?:19|20)[0-9]{2})[-/. Mm]{0,3}0?1[3-6]|[Pp]?0?1[3-6][-/.,]((?:19|20)[0-9]{2})")
#: Forms whose digits can be those of the other one.
TWO_DIGITS = ("yymmdd", "ddmmyy")
_CENTURIES = frozenset({"19", "20", "21"})
_BY_LENGTH = {5: ("excel",), 6: ("yyyymm", "yymmdd", "ddmmyy"), 7: ("yyyymm",), 8: ("yyyymmdd",)}


@dataclass
class ColumnFacts:
    """Counts of the filled cells of a column."""

    index: int
    filled: int = 0
    #: Cells that can be read as an amount.
    numbers: int = 0
    #: Cells that show the decimal mark of the column, and cells that can be read with either.
    commas: int = 0
    points: int = 0
    undecided: int = 0
    #: Cells with a fraction, which codes do not have.
    fractions: int = 0
    #: Cells with words.
    words: int = 0
    #: Cells that say that their row is a total.
    labels: int = 0
    #: Cells such as 25/6/2021, which tell that the day stands first.
    late_days: int = 0
    #: Words and signs of debit and credit; and ones and minus ones, which are such signs only under their heading.
    sides: int = 0
    ones: int = 0
    years: int = 0
    periods: int = 0
    #: Whole numbers of one or two digits.
    short: int = 0
    #: Date form → cells that have it.
    forms: Counter[str] = field(default_factory=Counter)
    #: Cells that are dates of a spreadsheet, which every form reads.
    days: int = 0
    #: Date form of two digits → year → cells.
    years_by: dict[str, Counter[int]] = field(default_factory=lambda: {form: Counter() for form in TWO_DIGITS})
    #: Column key → cells with a code that the plan knows.
    known: Counter[str] = field(default_factory=Counter)
    #: The first different values, with their rows.
    samples: list[tuple[int, str]] = field(default_factory=list)
    #: The first text that can be read with either decimal mark.
    undecided_sample: str = ""

    def having(self, form: str) -> int:
        """Cells that are read in a date form, whether it is theirs or not."""
        if form == "excel":
            return self.forms["excel"] + self.forms["d.m.yyyy"] + self.forms["yyyy-mm-dd"]
        return self.forms[form] + self.days

    def share(self, count: int) -> float:
        """The part of the filled cells."""
        return count / self.filled if self.filled else 0.0

    def add(self, first_row: int, values: Collection[Value], known: Iterable[tuple[str, frozenset[str]]]) -> None:
        """Add the cells of some rows.

        Args:
            first_row: number of the first of them; the others follow.
            known: column key and the codes that the plan knows.
        """
        if len(self.samples) < _SAMPLES:
            self._sample(first_row, values)
        for value, count in Counter((value.__class__, value) for value in values if value != "").items():
            self._count(value[1], count, known)

    def _sample(self, first_row: int, values: Iterable[Value]) -> None:
        seen = {text for _row, text in self.samples}
        for row, value in enumerate(values, start=first_row):
            text = " ".join(text_of(value).split())[:100]
            if text and text not in seen:
                seen.add(text)
                self.samples.append((row, text))
                if len(self.samples) == _SAMPLES:
                    return

    def _count(self, value: Value, count: int, known: Iterable[tuple[str, frozenset[str]]]) -> None:
        text = plain_day(text_of(value).strip().removeprefix("'"))
        if not text:
            return
        self.filled += count
        if not text.strip("*"):
            # How SAP marks its subtotals.
            self.labels += count
            return
        for key, codes in known:
            if text in codes:
                self.known[key] += count
        if isinstance(value, date):
            self.forms["excel"] += count
            self.days += count
            return
        if len(text) <= _LONGEST_SIDE:
            self.sides += count if side_of(text) is not None else 0
            self.ones += count if is_one(text) else 0
        if isinstance(value, float | int) and not isinstance(value, bool):
            self.numbers += count
            self.fractions += count if value != value // 1 else 0
        elif self._is_long_text(text):
            self.words += count
            self.labels += count if is_total_label(text) else 0
            self.forms["month yyyy"] += count if text[-1].isdigit() and named_month(text) else 0
            return
        else:
            self._count_amount(text, count)
        self._count_small(text, count)
        for form in _forms_for(text):
            month = _month_in(value if form == "m.yyyy" else text, form)
            if month is not None:
                self.forms[form] += count
                if form in TWO_DIGITS:
                    self.years_by[form][month.year] += count
                self.late_days += count if form == "d/m/yyyy" and text[1:2].isdigit() and int(text[:2]) > 12 else 0

    def _is_long_text(self, text: str) -> bool:
        # A unit behind an amount is no word.
        return len(text) > _LONGEST_VALUE or (_LETTERS.search(text) is not None and not text[0].isdigit())

    def _count_small(self, text: str, count: int) -> None:
        if text.isascii() and text.isdigit():
            self.years += count if len(text) == 4 and 1900 <= int(text) <= 2199 else 0
            self.periods += count if len(text) <= 3 and 1 <= int(text) <= 16 else 0
            self.short += count if len(text) <= 2 else 0

    def _count_amount(self, text: str, count: int) -> None:
        if found := _PLAIN_AMOUNT.fullmatch(text):
            self.numbers, self.fractions = self.numbers + count, self.fractions + count
            self.commas += count if found[1] == "," else 0
            self.points += count if found[1] == "." else 0
            return
        if _INTEGER.fullmatch(text):
            self.numbers += count
            return
        comma, point = _reads(text, ","), _reads(text, ".")
        if comma == point == "":
            self.words += count if _LETTERS.search(text) else 0
            return
        self.numbers += count
        if comma and point and comma != point:
            self.undecided += count
            self.undecided_sample = self.undecided_sample or text
        elif comma != point:
            self.fractions += count
            self.commas += count if comma else 0
            self.points += count if point else 0


def _reads(text: str, mark: str) -> str:
    """How a text reads with a decimal mark; empty when it does not."""
    try:
        return str(parse_amount(text, decimal_mark=mark))  # type: ignore[arg-type]
    except AmountError as error:
        # 1,234 is a number with a point for thousands, and with a comma for decimals one with too many.
        return "too many decimals" if error.code == "too_many_decimals" else ""


def _forms_for(text: str) -> tuple[str, ...]:
    if text.isdigit():
        # Most numbers of seven and eight digits are vouchers and accounts, and begin with no year.
        return _BY_LENGTH.get(len(text), ()) if len(text) < 7 or text[:2] in _CENTURIES else ()
    if not _DATE_LIKE.match(text):
        return ()
    if text[:4].isdigit():
        return _YEAR_FIRST
    return _OTHERS if "/" in text[:5] or "-" in text[:5] else _POINTED


def _month_in(value: Value, form: str) -> Month | None:
    """The month that a cell says in a form; of a closing period the December before it, None for any other cell."""
    try:
        return day_of(value, form)[1]
    except Refusal as refusal:
        if refusal.code != "date_period" or form not in MONTH_FORMATS:
            return None
    found = _CLOSING.fullmatch(text_of(value).strip())
    return Month(int(found[1] or found[2]), 12) if found else None
