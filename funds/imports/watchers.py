"""What looks at the rows of a file while they are read, and afterwards tells a person what is odd about the whole."""

from collections.abc import Mapping, Sequence

from fundtrack.periods import Month

from .cells import Value, text_of
from .doubts import Doubts
from .moments import Moments
from .no_actuals import NoActuals, Sections
from .other_months import OtherMonths
from .profiles import Profile
from .rows import ReadRow
from .sign_columns import MarkedCredits, UnreadSigns
from .title_months import TitleMonths
from .units import Units


class Watchers:
    """All of them, each at the rows that it looks at.

    Also of a profile that somebody confirmed once: the next file may have other columns.

    Args:
        places: column key → place.
        month: what was chosen; None where the rows say their months.
        doubts: nobody has looked at the whole file first.
        blanks_are_debits: blank cells of the column of sides are read as debits.
    """

    def __init__(
        self,
        profile: Profile,
        places: Mapping[str, int],
        labels: Sequence[str],
        *,
        month: Month | None,
        doubts: bool,
        blanks_are_debits: bool,
    ) -> None:
        self._units = Units(places, labels)
        self._doubts = Doubts(places, labels) if doubts else None
        self._months = OtherMonths(places, labels, profile.date_format)
        self._titles = TitleMonths(month if profile.date_format == "none" else None)
        self._moments = Moments(places, labels)
        self._no_actuals, self._sections = NoActuals(places, labels), Sections()
        self._signs = UnreadSigns(places, labels)
        self._marked = MarkedCredits(places["side"], labels[places["side"]]) if blanks_are_debits else None

    def above(self, number: int, row: Sequence[Value]) -> None:
        """Look at a row above the headings."""
        self._units.add_above(number, row)
        self._titles.add(number, " ".join(map(text_of, row)), inside=False)

    def below(self, number: int, row: Sequence[Value]) -> None:
        """Look at any row below the headings that is not blank."""
        if self._units.currencies:
            self._units.add(number, row)
        if self._doubts is not None:
            self._doubts.add(number, row)

    def words(self, found: ReadRow) -> None:
        """Look at a line of words between the rows."""
        text = " ".join(found.cells)
        self._titles.add(found.number, text, inside=True)
        self._sections.add_title(found.number, text)

    def dated(self, found: ReadRow, row: Sequence[Value]) -> None:
        """Look at a row that says something, whatever becomes of it."""
        if found.month is not None and self._months.columns:
            self._months.add(found.number, row, found.month)

    def booked(self, found: ReadRow, row: Sequence[Value]) -> None:
        """Look at a row that would be booked."""
        self._moments.add(found.number, row)
        self._no_actuals.add(found.number, row)
        self._sections.add(found)
        if self._signs.columns:
            self._signs.add(found)
        if self._marked is not None:
            self._marked.add(found)

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row; nothing is said twice."""
        told = [*self._units.warnings(), *self._moments.warnings(), *self._months.warnings(), *self._titles.warnings()]
        told += [*self._no_actuals.warnings(), *self._sections.warnings()]
        told += self._doubts.warnings() if self._doubts is not None else []
        told += self._signs.warnings()
        told += self._marked.warnings() if self._marked is not None else []
        return list(dict.fromkeys(told))
