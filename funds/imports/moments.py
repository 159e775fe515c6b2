"""Times that say their offset from universal time: their day in Finland may be another one than is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from fundtrack.exceptions import Refusal
from fundtrack.formats import count
from fundtrack.formats import day as shown_day
from fundtrack.sentences import sentence as _

from .cells import Value
from .days import moved_day
from .values import quoted

#: The forms of days in which a time may stand behind.
_FORMS = ("yyyy-mm-dd", "d.m.yyyy", "d/m/yyyy", "d.m.yy")


class Moments:
    """Counts the cells whose day is not the one that is written, while rows are added.

    Args:
        places: column key → place.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels = labels
        self.columns = [places[key] for key in ("date", "month") if key in places]
        #: Column → how many cells, and the first of them: its row, what it says, and its day.
        self.counts = Counter[int]()
        self.first: dict[int, tuple[int, str, date]] = {}

    def add(self, number: int, row: Sequence[Value]) -> None:
        """Look at one row that would be booked."""
        for index in self.columns:
            value = row[index]
            if isinstance(value, str) and ":" in value and (day := _moved(value)) is not None:
                self.counts[index] += 1
                self.first.setdefault(index, (number, value, day))

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        message = _(
            "Times in the column “%(column)s” say their offset from universal time and are booked on the day in "
            "Finland, which is not the one that is written (%(count)s, the first in row %(row)s: “%(value)s” is "
            "%(day)s)."
        )
        said: list[str] = []
        for index, (row, value, day) in self.first.items():
            places = {"column": self.labels[index], "count": count(self.counts[index]), "row": row}
            said.append(message % (places | {"value": quoted(value), "day": shown_day(day)}))
        return said


def _moved(value: str) -> date | None:
    for form in _FORMS:
        try:
            if (day := moved_day(value, form)) is not None:
                return day
        except Refusal:
            continue
    return None
