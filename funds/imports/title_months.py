"""Months that lines beside the table name, where its rows name none and the month was chosen."""

from fundtrack.formats import month_short
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from .title_spans import spans_in
from .values import quoted


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
        spans = spans_in(text, self.month.year)
        if not any(first <= self.month <= last for first, last in spans):
            if spans and (inside or not self._agrees_above):
                self.found = number, text
        elif not inside:
            # A plan of the whole year does not say of which month its rows are.
            self._agrees_above |= any(last == self.month for _first, last in spans)

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
