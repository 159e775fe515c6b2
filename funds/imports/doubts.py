"""Whether the column that is taken for the amounts holds the amounts of the rows: looked at while the rows are read."""

from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .cells import Value, has_cents, text_of
from .credit_columns import credit_columns, is_money, unread_credit, unused_side
from .guesses import tax_inside
from .heading_words import is_net, is_side_heading, rank_of, repeats, says_net, says_voucher_total
from .values import side_of

#: So many vouchers divided evenly, and no other one, are no chance; nor are so few where other cells with cents differ.
_MANY_VOUCHERS, _SOME_VOUCHERS = 3, 2
_BATCH = 500


class Groups:
    """Finds columns that repeat the total of a voucher on each of its rows."""

    def __init__(self, labels: Sequence[str], also: Sequence[int] = ()) -> None:
        """``also``: columns that are amounts whatever their headings say."""
        ranked = [
            (rank, index) for index, label in enumerate(labels) if (rank := rank_of("voucher", label)) is not None
        ]
        self.voucher = min(ranked)[1] if ranked else None
        amounts = {index for index, label in enumerate(labels) if rank_of("amount", label) is not None}
        self.amounts = sorted(amounts.union(also) - {self.voucher})
        #: Columns whose headings say that they have the total of a voucher.
        self.totals = {index for index in self.amounts if says_voucher_total(labels[index])}
        self.sides = [index for index, label in enumerate(labels) if is_side_heading(label)]
        self.varying: set[int] = set()
        #: Vouchers whose rows differ in anything: rows that are equal as a whole tell nothing.
        self.divided = 0
        #: Vouchers with rows in which a column that is no amount by its heading has different amounts.
        self.shared = 0
        #: The first row of the voucher that is read, and its first row on each side.
        self._first: Sequence[Value] = ()
        self._firsts: dict[tuple[Value, ...], Sequence[Value]] = {}
        self._shares = False
        self._counted = False

    def add(self, rows: Sequence[Sequence[Value]]) -> None:
        """Look at the next rows."""
        if self.voucher is None or not self.amounts:
            return
        widest = max(self.voucher, *self.amounts)
        for row in rows:
            if len(row) <= widest:
                continue
            if not self._first or row[self.voucher] != self._first[self.voucher] or row[self.voucher] == "":
                self._first, self._firsts = row, {self._side(row): row}
                self._counted = self._shares = False
            else:
                self._compare(row, self._firsts.setdefault(self._side(row), row))

    def _compare(self, row: Sequence[Value], first: Sequence[Value]) -> None:
        """Compare a row with the first one of its voucher on the same side.

        Debit and credit of one posting are equal, and no total: they say something only where they are not equal.
        """
        if first is row:
            self.varying.update(index for index in self.amounts if _differ(row[index], self._first[index]))
            return
        differing = {index for index in self.amounts if row[index] != first[index]}
        if row == first or (differing and all(_size(row[index]) == _size(first[index]) for index in differing)):
            # The same once more, or a row that takes the other one back.
            return
        self.divided += not self._counted
        self._counted = True
        self.varying |= differing
        if not self._shares and self._has_shares(row, first):
            self._shares = True
            self.shared += 1

    def _side(self, row: Sequence[Value]) -> tuple[Value, ...]:
        return tuple(row[side] if side < len(row) else "" for side in self.sides)

    def _has_shares(self, row: Sequence[Value], first: Sequence[Value]) -> bool:
        """True where a column beside the amounts divides them between this row and the first one of the voucher."""
        return any(
            value != other and index not in self.amounts and has_cents(value) and has_cents(other)
            for index, (value, other) in enumerate(zip(row, first, strict=False))
        )

    def repeated(self) -> set[int]:
        """Columns that are equal on all rows of a voucher, when another one is not, or many vouchers say so."""
        same = set(self.amounts) - self.varying
        enough = self.divided >= (1 if self.varying else _MANY_VOUCHERS) or self.shared >= _SOME_VOUCHERS
        return same if enough else same & self.totals if self.divided else set()


def _size(value: Value) -> str:
    """The text of an amount without its sign."""
    return text_of(value).strip("-+\u2212() ")


def _differ(value: Value, other: Value) -> bool:
    """True for two amounts that differ in more than their signs; an empty cell says nothing."""
    return value != "" and other != "" and _size(value) != _size(other)


class Doubts:
    """The doubts about the amounts of a profile that says everything, for which nobody looks at the whole file first.

    Args:
        places: column key → place, as the profile says.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels, self.amount = labels, places.get("amount")
        self.headings = {key: labels[place] for key, place in places.items()}
        self.groups = Groups(labels, [self.amount] if self.amount is not None else [])
        if "voucher" in places:
            self.groups.voucher = places["voucher"]
        used = set(places.values())
        unused = [index for index in range(len(labels)) if index not in used]
        self.net = [index for index in unused if says_net(labels[index])]
        #: The first of them that has amounts.
        self.net_filled: int | None = None
        #: Column → its values, as long as they are words or signs of debit and credit.
        self.sides: dict[int, set[Value]] = {}
        if self.amount is not None and "side" not in places:
            self.sides = {index: {""} for index in unused}
        #: Columns of credits, and the row and the cell that have an amount first.
        self.credits: dict[int, tuple[int, Value] | None] = {}
        if self.amount is not None:
            self.credits = dict.fromkeys(credit_columns(self.amount, labels, used))
        self._batch: list[Sequence[Value]] = []

    def add(self, number: int, row: Sequence[Value]) -> None:
        """Look at one row of the table."""
        if self.amount is None or repeats(self.labels[self.amount], row[self.amount]):
            return
        self._batch.append(row)
        if len(self._batch) == _BATCH:
            self._look()
        for index in [index for index, seen in self.sides.items() if row[index] not in seen]:
            self._look_for_side(index, row[index])
        for index, first in self.credits.items():
            if first is None and is_money(row[index]):
                self.credits[index] = number, row[index]

    def _look(self) -> None:
        self.groups.add(self._batch)
        if self.net_filled is None:
            filled = (index for row in self._batch for index in self.net if self._is_net(row, index))
            self.net_filled = next(filled, None)
        self._batch = []

    def _is_net(self, row: Sequence[Value], index: int) -> bool:
        return has_cents(row[index]) or (row[index] != "" and is_net(self.labels[index]))

    def _look_for_side(self, index: int, value: Value) -> None:
        text = text_of(value).strip()
        certain = is_side_heading(self.labels[index]) and not has_cents(value)
        if not text or side_of(text) is not None or certain:
            self.sides[index].add(value)
        elif has_cents(value) or rank_of("side", self.labels[index]) is None:
            del self.sides[index]

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        if self.amount is None:
            return tax_inside(self.headings)
        self._look()
        heading = self.labels[self.amount]
        found = [may_be_total(heading)] if self.amount in self.groups.repeated() else []
        if self.net_filled is not None and not says_net(heading):
            found.append(beside_net(heading, self.labels[self.net_filled]))
        else:
            found += tax_inside(self.headings)
        for index, values in self.sides.items():
            sides = {side_of(text) for value in values if (text := text_of(value).strip())}
            if sides == {True, False} or (sides and rank_of("side", self.labels[index]) is not None):
                found.append(unused_side(self.labels[index]))
        for index, first in self.credits.items():
            found += [unread_credit(self.labels[index], *first)] if first is not None else []
        return found


def seems_total(heading: str) -> str:
    """The sentence for a column that repeats the total of a voucher."""
    message = _(
        "The column “%(column)s” has the same amount on all rows of a voucher: it seems to be the voucher's total. "
        "Choose the column with the amounts of the rows."
    )
    return message % {"column": heading}


def may_be_total(heading: str) -> str:
    """The sentence for the same where there is no other column, or somebody has chosen this one."""
    message = _(
        "The column “%(column)s” has the same amount on all rows of each voucher with several rows. Check that it is "
        "not the voucher's total, which would be counted several times."
    )
    return message % {"column": heading}


def beside_net(heading: str, net: str) -> str:
    """The sentence for amounts that have one without tax beside them."""
    message = _(
        "The amounts are read from the column “%(column)s”, and the file has amounts without tax in the column "
        "“%(net)s” as well. Choose that one if the first has the tax in it."
    )
    return message % {"column": heading, "net": net}
