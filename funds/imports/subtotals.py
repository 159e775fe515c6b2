"""Rows that are booked and sum the rows beside them, found by their amounts alone: nothing in them says so.

A subtotal with codes and a month looks like any row, and doubles what it sums. One equal sum is chance; sums that
divide a whole file into groups are not, nor are rows that lack what all others have and always are such a sum.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from fundtrack.formats import count, eur
from fundtrack.sentences import plural_sentence as ngettext

from .rows import ReadRow

#: What a row lacks, as bits; the first two say that it is booked, and that a note calls it a total already.
_BOOKED, _NOTED = 1, 2
_BLANKS = (4, 8, 16, 32)
#: So many rows below the last group may be something else.
_BELOW = 2
#: So many rows are named.
_SHOWN = 3


class Found(NamedTuple):
    """Rows that are sums of others."""

    #: Their places among the rows with an amount.
    places: list[int]
    above: bool
    #: Cents of all rows that are no such sum; None where it is not known what every row is.
    real: int | None


class Subtotals:
    """Keeps the amounts of a file in the order of its rows, 13 bytes each, and looks at them after the last one."""

    def __init__(self) -> None:
        self._cents, self._numbers, self._flags = array("q"), array("l"), bytearray()

    def add(self, row: ReadRow) -> None:
        """Take a row with an amount, whether it is booked or not."""
        assert row.amount is not None, "only rows with an amount"
        if not row.amount:
            return
        flags = 0
        if row.kind != "left_out":
            flags = (
                (_BLANKS[0] if not row.voucher.strip("0") else 0)
                | (_BLANKS[1] if not row.account else 0)
                | (_BLANKS[2] if not row.description else 0)
                | (_BLANKS[3] if not row.supplier else 0)
                | (_BOOKED if row.kind == "row" else 0)
            )
        if row.notes and any(note.code == "may_be_total" for note in row.notes):
            flags |= _NOTED
        self._cents.append(int(row.amount * 100))
        self._numbers.append(row.number)
        self._flags.append(flags)

    def real(self) -> Decimal | None:
        """What the rows sum to without those that sum others; None where nobody knows."""
        found = self.find()
        return None if found is None or found.real is None else Decimal(found.real) / 100

    def find(self) -> Found | None:
        """The rows that are sums of others; None where nothing says so."""
        found = _chain(self._cents)
        if found is None and not all(flags & _BOOKED for flags in self._flags):
            # What is left out need not be in the sums.
            booked = [place for place, flags in enumerate(self._flags) if flags & _BOOKED]
            found = _chain(array("q", [self._cents[place] for place in booked]))
            if found is not None:
                found = found._replace(places=[booked[place] for place in found.places])
        return found or self._by_blanks()

    def _by_blanks(self) -> Found | None:
        """Rows that lack what the others have, nearly all of which are sums."""
        held = Counter(self._flags)
        for bit in _BLANKS:
            blank = sum(rows for flags, rows in held.items() if flags & bit)
            if not 1 < blank <= len(self._flags) / 2:
                continue
            for above in (True, False):
                if places := self._sums_among(bit, above=above):
                    return Found(places, above, None)
        return None

    def _sums_among(self, bit: int, *, above: bool) -> list[int]:
        cents, flags = self._cents, self._flags
        places: list[int] = []
        #: Hits by the number of their rows; a total over several groups is neither hit nor miss.
        many, single, missed = set[int](), set[int](), 0
        since, rows, real, ends = 0, 0, 0, {0}
        for place in range(len(cents)) if above else range(len(cents) - 1, -1, -1):
            amount = cents[place]
            if not flags[place] & bit:
                since, rows = since + amount, rows + 1
                continue
            if rows and amount == since:
                places.append(place)
                (many if rows > 1 else single).add(amount)
            elif rows:
                missed += 1
            elif real - amount in ends:
                places.append(place)
            real, since, rows = real + since, 0, 0
            ends.add(real)
        if len(places) < 2 or missed * 4 > len(places):
            return []
        filled = {amount for amount, found in zip(cents, flags, strict=True) if not found & bit}
        # One row beside an equal one is a subtotal of one row, or the same cost twice.
        return sorted(places) if many - filled or len(single) > _BELOW else []

    def warnings(self) -> list[str]:
        """A sentence for a person, after the last row."""
        found = self.find()
        places = [place for place in found.places if self._flags[place] & _BOOKED] if found else []
        if found is None or all(self._flags[place] & _NOTED for place in places):
            return []
        shown = [str(self._numbers[place]) for place in islice(places, _SHOWN)]
        values = {
            "count": count(len(places)),
            "rows": ", ".join(shown) + (" …" if len(places) > _SHOWN else ""),
            "sum": eur(Decimal(sum(self._cents[place] for place in places)) / 100),
        }
        return [_sentence(len(places), above=found.above) % values]


def _sentence(rows: int, *, above: bool) -> str:
    if above:
        return ngettext(
            "%(count)s row looks like a subtotal of the rows above it (row %(rows)s, %(sum)s). Leave it out if it is "
            "one.",
            "%(count)s rows look like subtotals of the rows above them (rows %(rows)s, together %(sum)s). Leave them "
            "out if they are.",
            rows,
        )
    return ngettext(
        "%(count)s row looks like a subtotal of the rows below it (row %(rows)s, %(sum)s). Leave it out if it is one.",
        "%(count)s rows look like subtotals of the rows below them (rows %(rows)s, together %(sum)s). Leave them out "
        "if they are.",
        rows,
    )


class _Cut(NamedTuple):
    """A place between two rows, with the sums above it that divide all rows up to it into groups."""

    #: Groups of two and more rows, and all groups.
    many: int
    groups: int
    #: How many rows are above it.
    place: int
    #: Cents of the rows above it that are no sums.
    real: int
    #: The cut where the group begins, and its rows; none for a total of several groups.
    before: "_Cut | None" = None
    rows: int = 0


def _chain(cents: Sequence[int]) -> Found | None:
    """Sums that divide the whole file into groups: below their rows, or above them."""
    for above in (True, False):
        end = _last_cut(cents if above else cents[::-1])
        if end is None:
            continue
        places = _places(end, cents if above else cents[::-1])
        if places:
            last = len(cents) - 1
            below = sum(cents[end.place :]) if above else sum(cents[: len(cents) - end.place])
            return Found(
                places if above else sorted(last - place for place in places),
                above,
                end.real + below,
            )
    return None


def _last_cut(cents: Sequence[int]) -> _Cut | None:
    """The end of the best chain of groups from the first row to the last ones.

    A row ends a group when it is the sum since a cut. The sum of all rows up to that cut is then known, so that one
    look into a dictionary finds it; the whole takes one step for each row.
    """
    start = _Cut(0, 0, 0, 0)
    #: The best cut by the sum of all rows above it.
    cuts, ends = {0: start}, {0}
    before, last, ending = 0, start, start
    for place, amount in enumerate(cents):
        found: _Cut | None = None
        if (cut := cuts.get(before - amount)) is not None:
            rows = place - cut.place
            found = _Cut(cut.many + (rows > 1), cut.groups + 1, place + 1, cut.real + amount, cut, rows)
        if last.place == place and last.groups and last.real - amount in ends and (not found or found.many < last.many):
            found = _Cut(last.many, last.groups, place + 1, last.real, last)
        before += amount
        if found is None:
            continue
        last = found
        ends.add(found.real)
        if (other := cuts.get(before)) is None or other.many <= found.many:
            cuts[before] = found
        if len(cents) - found.place <= _BELOW and found.many >= ending.many:
            ending = found
    whole = ending.groups == 1 and ending.place == len(cents)
    return ending if ending.many > 1 or (ending.many == 1 and whole) else None


def _places(end: _Cut, cents: Sequence[int]) -> list[int]:
    """The sums of a chain from the first to the last; none where amounts that are sums are just as well costs."""
    cuts: list[_Cut] = []
    cut: _Cut | None = end
    while cut is not None and cut.place:
        cuts.append(cut)
        cut = cut.before
    cuts.reverse()
    ends = {0}
    for cut in cuts:
        # A total of several groups was only known to begin at the end of some group, perhaps of another chain.
        if not cut.rows and cut.real - cents[cut.place - 1] not in ends:
            return []
        ends.add(cut.real)
    places = [cut.place - 1 for cut in cuts]
    sums = set(places)
    costs = {amount for place, amount in enumerate(cents) if place not in sums}
    evidence = sum(cents[cut.place - 1] not in costs for cut in cuts if cut.rows > 1)
    return places if evidence > 1 or (evidence == 1 and end.groups == 1) else []
