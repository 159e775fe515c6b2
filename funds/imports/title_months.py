"""Months that lines beside the table name, where its rows name none and the month was chosen."""

import re
from itertools import pairwise

from fundtrack.formats import month_short
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from .month_names import named_month
from .profiles import plain
from .values import quoted

_DAY = r"(?:[0-9]{1,2}\.)?(0?[1-9]|1[0-2])[./]((?:19|20)[0-9]{2})"
#: From one month to another, or one.
_NUMBERED = re.compile(rf"(?<![0-9/.]){_DAY}(?: ?[-\u2013] ?{_DAY})?(?![0-9])")
#: The same with the year first: 202411, 2024-11 and 2024-11-01.
_YEAR_FIRST = r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])(?:-?[0-9]{2})?(?![0-9])"
_ISO = re.compile(rf"(?<![0-9/.-]){_YEAR_FIRST}(?: ?[-\u2013/] ?{_YEAR_FIRST})?")
#: Only such lines say what the rows are of; others have dates of decisions, contracts and printing.
_ABOUT = re.compile(
    r"(?<!\w)(?:toteuma\w*|kausi|kaudet|jakso|ajalta|kuukausi|utfall\w*|period|perioden|manad|for)(?!\w)"
)
#: When the file was made says nothing of its rows.
_MADE = re.compile(r"tulost|ajettu|luotu|otettu|poiminta|utskr|skapad|print|created|generated|exported")


class TitleMonths:
    """Compares lines above the table, and headings between its rows, with the month that was chosen.

    Args:
        month: what was chosen; None where the rows say their months.
    """

    def __init__(self, month: Month | None) -> None:
        self.month = month
        #: Row and text of the first line that names other months only.
        self.found: tuple[int, str] | None = None
        self._agrees_above = False

    def add(self, number: int, text: str, *, inside: bool) -> None:
        """Look at one line; ``inside`` the table it is about the rows below it."""
        if self.month is None or self.found is not None or len(text) > 200:
            return
        named = _months_in(text)
        if named and self.month not in named and (inside or not self._agrees_above):
            self.found = number, text
        self._agrees_above |= self.month in named

    def warnings(self) -> list[str]:
        """A sentence for a person, after the last row."""
        if self.month is None or self.found is None:
            return []
        message = _(
            "Row %(row)s says “%(value)s”, and all rows are booked in the chosen month %(month)s. Choose another month "
            "or divide the file where that is wrong."
        )
        places = {"row": self.found[0], "value": quoted(self.found[1]), "month": month_short(self.month)}
        return [message % places]


def _months_in(text: str) -> set[Month]:
    words = plain(text)
    found: set[Month] = set()
    if _MADE.search(words):
        return found
    for number, year, last, last_year in _NUMBERED.findall(words):
        found |= _span(year, number, last_year, last)
    for year, number, last_year, last in _ISO.findall(words):
        found |= _span(year, number, last_year, last)
    parts = words.replace(",", " ").replace(":", " ").split()
    for name, year in pairwise(parts):
        named = named_month(f"{name} {year}")
        if named is not None and named[0] is not None:
            found.add(Month(named[0], named[1]))
    alone = named_month(words) is not None or any(form.fullmatch(words) for form in (_NUMBERED, _ISO))
    return found if alone or _ABOUT.search(words) else set()


def _span(year: str, number: str, last_year: str, last: str) -> set[Month]:
    """Every month from the first to the last, which is the first where none is said; two years at most."""
    month = first = Month(int(year), int(number))
    end = Month(int(last_year), int(last)) if last else first
    found = {end}
    while month < end and month.year <= first.year + 1:
        found.add(month)
        month = month.next()
    return found
