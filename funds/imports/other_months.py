"""Columns that say another month than the one in which the rows are booked: not read, and perhaps right."""

import re
from collections.abc import Mapping, Sequence

from fundtrack.exceptions import Refusal
from fundtrack.formats import month_short
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .column_facts import TWO_DIGITS
from .days import day_of
from .heading_words import rank_of
from .month_names import named_month
from .profile_values import DAY_FORMATS, MONTH_FORMATS
from .profiles import plain
from .values import quoted

_CACHED = 10_000
_NUMBER = re.compile(r"[0-9]{1,2}|0[0-9]{2}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PERIOD = re.compile(r"0?([0-9]{2})[./ ]([0-9]{4})|([0-9]{4})[./ ]?0([0-9]{2})")


class OtherMonths:
    """Compares columns that nobody uses with the months of the rows, while they are read.

    Args:
        places: column key → place.
        form: the date form of the profile.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str], form: str | None) -> None:
        used = {place for key, place in places.items() if form != "none" or key not in ("date", "month")}
        self.labels, self._dated = labels, form != "none"
        #: Column → what its heading says.
        self.columns = {
            index: key
            for index, label in enumerate(labels)
            for key in ("year", "month")
            if index not in used and _means(key, label)
        }
        if form == "none" and (place := places.get("date", _first_date(labels, used))) is not None:
            self.columns.setdefault(place, "date")
        #: Column → row, its cell and the month of that row, where they differ first.
        self.found: dict[int, tuple[int, str, Month]] = {}
        #: The same of cells that look like months and are in no known form.
        self.unknown: dict[int, tuple[int, str, Month]] = {}
        self._fitting: set[tuple[int, Value, Month]] = set()

    def add(self, number: int, row: Sequence[Value], month: Month | None) -> None:
        """Look at one row that is booked in a month."""
        if month is None:
            return
        for index, key in self.columns.items():
            if index in self.found or (index, row[index], month) in self._fitting:
                continue
            fits = _fits(row[index], key, month)
            if fits is None and self._dated:
                # Nobody need look at 10/24 beside a day in October 2024.
                fits = _is_short_for(text_of(row[index]), month) or None
            if fits is False:
                self.found[index] = number, quoted(text_of(row[index])), month
            elif fits is None:
                self.unknown.setdefault(index, (number, quoted(text_of(row[index])), month))
            elif len(self._fitting) < _CACHED:
                self._fitting.add((index, row[index], month))

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        message = _(
            "The column “%(column)s” is not read and says another month than the one in which the rows are booked: "
            "row %(row)s has “%(value)s” and is booked in %(month)s."
        )
        unknown = _(
            "The column “%(column)s” seems to say days or months in a form that is not known, and is not read: row "
            "%(row)s has “%(value)s” and is booked in %(month)s."
        )
        return [
            text % {"column": self.labels[index], "row": row, "value": value, "month": month_short(month)}
            for text, columns in ((message, self.found), (unknown, self.unknown))
            for index, (row, value, month) in columns.items()
            if columns is self.found or index not in self.found
        ]


def _means(key: str, label: str) -> bool:
    rank = rank_of(key, label)
    return rank is not None and rank < 1000


def _first_date(labels: Sequence[str], used: set[int]) -> int | None:
    ranked = [
        (rank, index)
        for index, label in enumerate(labels)
        if index not in used and (rank := rank_of("date", label)) is not None and rank < 1000
    ]
    return min(ranked)[1] if ranked else None


def _fits(value: Value, key: str, month: Month) -> bool | None:
    """True for a cell that says this month or year, or nothing of either; None for one in no known form."""
    text = plain(text_of(value).strip().removeprefix("'"))
    if _YEAR.fullmatch(text):
        return int(text) == month.year
    if key == "year" or not text:
        return True
    said = _said(value, text)
    if said is None or (key == "date" and said[0] is None):
        return None if any(map(str.isdigit, text)) else True
    return said[0] in (None, month.year) and said[1] == month.number


def _is_short_for(text: str, month: Month) -> bool:
    """True for a form that is not read by itself, and has the digits of this month and of the end of its year."""
    numbers = re.findall(r"[0-9]{2}", text) if re.fullmatch(r"[0-9]{2}[^0-9]?[0-9]{2}", text.strip()) else []
    return {*numbers} == {f"{month.number:02}", f"{month.year % 100:02}"}


def _said(value: Value, text: str) -> tuple[int | None, int] | None:
    """The year and the number of the month that a cell says; None where it says none."""
    if _NUMBER.fullmatch(text):
        return None, int(text)
    if named := named_month(text):
        return named
    if found := _PERIOD.fullmatch(text):
        return int(found[2] or found[3]), int(found[1] or found[4])
    for form in (*MONTH_FORMATS, *DAY_FORMATS):
        if form not in ("excel", *TWO_DIGITS):
            try:
                month = day_of(value, form)[1]
            except Refusal:
                continue
            return month.year, month.number
    return None
