"""Signs that stand in a column of their own: ``100,00 | -`` is a credit of a hundred, and a blank beside it a debit."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .column_facts import ColumnFacts
from .credit_columns import unused_side
from .heading_words import is_side_heading, worded
from .recognition import Choice
from .rows import ReadRow
from .values import side_of

_MINUS, _PLUS = frozenset("-\u2212\u2013"), "+"
_SIGNS = _MINUS | {_PLUS}
#: Headings that speak of signs or of credits, and those under which a sign is one if it stands beside the amounts.
_OF_SIGNS = re.compile(
    r"etumerkki|etum|merkki|sign|(?:fore?)?tecken|miinus|minus|plus ?(?:miinus|minus)|k|kr|kred|kredit|hyv|hyvitys|dk"
)
_OF_KINDS = re.compile(r"tunnus|tunniste|laji|tyyppi|huom|huomio|huomautus|typ|type|art|anm")
_NO_HEADING = re.compile(r"\[[A-Z]+\]")
_SHORT = 3
_SIGNED = re.compile(r"[-\u2212\u2013(].*[0-9].*|.*[0-9].*[-\u2212\u2013)]")

Kind = Literal["none", "signs", "kinds"]


def _kind(label: str) -> Kind | None:
    """What a heading says of a column of signs: it has none, speaks of signs, or of kinds; None for any other."""
    if _NO_HEADING.fullmatch(label):
        return "none"
    word = worded(label)
    if _OF_SIGNS.fullmatch(word) or (not word and label.strip()):
        return "signs"
    return "kinds" if _OF_KINDS.fullmatch(word) else None


def find_sign_column(
    choices: Mapping[str, Choice],
    labels: Sequence[str],
    facts: Sequence[ColumnFacts],
    rows: Callable[[], Iterable[Sequence[Value]]],
) -> dict[str, Choice]:
    """The column of signs as the side of the amounts; nothing where there is none, or where it is not certain enough.

    Args:
        rows: gives the rows below the headings, from the first one each time.
    """
    amount = choices.get("amount")
    if amount is None or {"side", "debit", "credit"} & choices.keys():
        return {}
    used = {choice.index for choice in choices.values()}
    found = [
        column
        for column in facts
        if column.index not in used and _has_signs(labels[column.index], column, facts[amount.index])
    ]
    if len(found) != 1 or any(_is_signed(row[amount.index]) for row in rows() if amount.index < len(row)):
        return {}
    column, signs = found[0], {text for _row, text in found[0].samples}
    sure = _kind(labels[column.index]) == "signs" or _PLUS in signs
    why = _("Its cells are signs, and no amount has a sign of its own.")
    heading = labels[column.index]
    return {"side": Choice("side", heading, column.index, "sure" if sure else "likely", why, tuple(column.samples))}


def _has_signs(label: str, column: ColumnFacts, amounts: ColumnFacts) -> bool:
    # Of the different cells the first five are kept: more than signs would be among them.
    signs = {text for _row, text in column.samples}
    if not signs & _MINUS or not signs <= _SIGNS or (kind := _kind(label)) is None:
        return False
    if kind == "signs":
        return True
    beside = abs(column.index - amounts.index) == 1
    # A dash in every row means nothing.
    return beside and (_PLUS in signs or column.filled < amounts.filled)


def _is_signed(value: Value) -> bool:
    if isinstance(value, str):
        return _SIGNED.fullmatch(value.strip()) is not None
    return isinstance(value, int | float) and value < 0


def blanks_are_debits(rows: Iterable[Sequence[Value]], place: int, heading: str) -> bool:
    """True where only credits are marked in the column of sides: with a minus sign, or a word under no plain heading.

    Under a heading such as D/K a blank cell among words lacks its word.
    """
    seen = False
    for row in rows:
        text = text_of(row[place]).strip().removeprefix("'") if place < len(row) else ""
        if text and text not in _SIGNS and (is_side_heading(heading) or side_of(text) is not True):
            return False
        seen = seen or bool(text)
    return seen


class UnreadSigns:
    """Looks at columns that nobody reads while rows are added: they may mark credits, and leave debits blank.

    Args:
        places: column key → place.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels = labels
        used, self._amount = set(places.values()), places.get("amount", -1)
        #: Column → rows that it marks as credits, and the other rows.
        self.columns: dict[int, list[int]] = {}
        if "amount" in places and "side" not in places:
            self.columns = {i: [0, 0] for i, label in enumerate(labels) if i not in used and _kind(label) is not None}
        self._worded = set[int]()

    def add(self, row: ReadRow) -> None:
        """Look at one row that would be booked."""
        for index in list(self.columns):
            text = row.cells[index].strip().removeprefix("'")
            side = False if not text else self._side(index, text)
            if side is None:
                del self.columns[index]
            elif side and row.amount is not None and row.amount > 0:
                self.columns[index][0] += 1
            elif not side:
                self.columns[index][1] += 1

    def _side(self, index: int, text: str) -> bool | None:
        if text in _SIGNS:
            return text in _MINUS
        self._worded.add(index)
        # One letter under “Tunnus” is a code where it does not stand beside the amount, and a number is one anywhere.
        may_be_code = _kind(self.labels[index]) == "kinds" and abs(index - self._amount) > 1
        return None if text.isdigit() or (may_be_code and len(text) <= _SHORT) else side_of(text)

    def warnings(self) -> Iterator[str]:
        """Sentences for a person, after the last row."""
        for index, (credits, others) in self.columns.items():
            kind = _kind(self.labels[index])
            # The same word or dash in every row means nothing where the heading does not say so.
            if credits and (others or kind == "signs" or (kind == "none" and index not in self._worded)):
                yield unused_side(self.labels[index])
