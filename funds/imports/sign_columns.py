"""Signs that stand in a column of their own: ``100,00 | -`` is a credit of a hundred, and a blank beside it a debit."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from fundtrack.formats import count
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .column_facts import ColumnFacts
from .credit_columns import unused_side
from .heading_words import is_side_heading, repeats, worded
from .headings import bare_label
from .recognition import Choice
from .rows import ReadRow
from .values import is_one, is_total_label, quoted, side_of

_MINUS, _PLUS = frozenset("-\u2212\u2013"), "+"
_SIGNS = _MINUS | {_PLUS}
#: Headings that plainly speak of signs.
_OF_SIGNS = re.compile(r"(?:.{1,40} )?(?:etumerkki|etum|(?:fore?)?tecken)|plus ?(?:miinus|minus)")
#: Headings of credits, whose column may as well hold their amounts: a dash there means that there is none.
_OF_CREDITS = re.compile(r"k|kr|kred|kredit|hyv|hyvitys|dk|miinus|minus")
#: Headings under which a sign is one if it stands beside the amounts; “Sign” may also be who has signed.
_OF_KINDS = re.compile(r"tunnus|tunniste|merkki|sign|laji|tyyppi|huom|huomio|huomautus|typ|type|art|anm")
_SHORT = 3
_SIGNED = re.compile(r"[-\u2212\u2013(].*[0-9].*|.*[0-9].*[-\u2212\u2013)]")
#: No amount is as long as this.
_LONGEST_AMOUNT = 40

Kind = Literal["none", "signs", "credits", "kinds"]
Rows = Callable[[], Iterable[Sequence[Value]]]


def _kind(label: str) -> Kind | None:
    """What a heading says of a column of signs: it is none, or of signs, credits or kinds; None for any other."""
    if not bare_label(label):
        return "none"
    word = worded(label)
    if not word:
        return "signs" if {"+", "\u00b1"} & set(label) else "none"
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (
        ("signs", _OF_SIGNS),
        ("credits", _OF_CREDITS),
        ("kinds", _OF_KINDS),
    )
    return next((kind for kind, words in kinds if words.fullmatch(word)), None)


def with_signs(
    choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts], rows: Rows
) -> dict[str, Choice]:
    """The choices with a column of signs as the side of the amounts, where there is one and it is certain enough.

    A side that was found by its heading is taken back where the heading may mean something else and only credits are
    marked: a few letters may be who has signed.

    Args:
        rows: gives the rows below the headings, from the first one each time.
    """
    amount, side = choices.get("amount"), choices.get("side")
    if amount is None or (side is not None and side.confidence == "declared"):
        return dict(choices)
    if side is not None and (is_side_heading(side.heading) or not _marks_only_credits(facts[side.index])):
        return {**choices, "side": _doubted(side, facts[side.index], amount, rows)}
    others = {key: choice for key, choice in choices.items() if key != "side"}
    signs = None if {"debit", "credit"} & others.keys() else _find_signs(amount, others, labels, facts, rows)
    return others if signs is None else {**others, "side": signs}


def _find_signs(
    amount: Choice, choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts], rows: Rows
) -> Choice | None:
    used = {choice.index for choice in choices.values()}
    found = [
        column
        for column in facts
        if column.index not in used and _has_signs(labels[column.index], column, amount.index, rows)
    ]
    if len(found) != 1 or any(_is_signed(row, amount.index, amount.heading) for row in rows()):
        return None
    column, heading = found[0], labels[found[0].index]
    why = _("Its cells are signs, and no amount has a sign of its own.")
    choice = Choice("side", heading, column.index, "sure", why, tuple(column.samples))
    if _kind(heading) == "signs":
        return _doubted(choice, column, amount, rows)
    return choice if _PLUS in _texts(column) else replace(choice, confidence="likely")


def _texts(column: ColumnFacts) -> set[str]:
    # Of the different cells the first five are kept: more than signs would be among them.
    return {text.removeprefix("'") for _row, text in column.samples}


def _marks_only_credits(column: ColumnFacts) -> bool:
    sides = {True if text == "-1" else False if is_one(text) else side_of(text) for text in _texts(column)}
    return column.sides > 0 and True in sides and False not in sides


def _doubted(side: Choice, column: ColumnFacts, amount: Choice, rows: Rows) -> Choice:
    """The choice, as one that is told where every row has a minus sign: then it may mean nothing."""
    if not _texts(column) <= _MINUS or _leaves_blanks(side.index, amount.index, rows()):
        return side
    why = _("Every row has a minus sign, and no row a plus sign or a blank: the signs may as well mean nothing.")
    return replace(side, confidence="likely", why=why)


def _leaves_blanks(place: int, amount: int, rows: Iterable[Sequence[Value]]) -> bool:
    """True where a row with an amount has no sign; a total is no such row."""
    for row in rows:
        if amount >= len(row) or _is_blank(row[amount]) or (place < len(row) and not _is_blank(row[place])):
            continue
        others = [value for index, value in enumerate(row) if index != amount and not _is_blank(value)]
        if others and not any(
            isinstance(value, str) and (is_total_label(value) or _is_stars(value)) for value in others
        ):
            return True
    return False


def _is_blank(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()


def _is_stars(text: str) -> bool:
    return not text.strip(" *")


def _has_signs(label: str, column: ColumnFacts, amount: int, rows: Rows) -> bool:
    signs = _texts(column)
    if not signs & _MINUS or not signs <= _SIGNS or (kind := _kind(label)) in (None, "credits"):
        return False
    if kind == "signs":
        return True
    # A dash in every row means nothing.
    return abs(column.index - amount) == 1 and (_PLUS in signs or _leaves_blanks(column.index, amount, rows()))


def _is_signed(row: Sequence[Value], place: int, heading: str) -> bool:
    value = row[place] if place < len(row) else ""
    if not isinstance(value, str):
        return isinstance(value, int | float) and value < 0
    text = value.strip()
    return len(text) < _LONGEST_AMOUNT and _SIGNED.fullmatch(text) is not None and not repeats(heading, text)


def blanks_are_debits(
    rows: Iterable[Sequence[Value]], place: int, heading: str, repeated: Callable[[Sequence[Value]], bool]
) -> bool:
    """True where only credits are marked in the column of sides: with a minus sign, or a word under no plain heading.

    Under a heading such as D/K a blank cell among words lacks its word.

    Args:
        repeated: True for a row that has the headings once more.
    """
    seen = False
    for row in rows:
        text = text_of(row[place]).strip().removeprefix("'") if place < len(row) else ""
        if text and text not in _SIGNS and (is_side_heading(heading) or side_of(text) is not True):
            if repeated(row):
                continue
            return False
        seen = seen or bool(text)
    return seen


class MarkedCredits:
    """Looks at a column of sides in which words mark credits and blanks are read as debits, while rows are added."""

    def __init__(self, place: int, heading: str) -> None:
        self.place, self.heading = place, heading
        self.blanks = self.words = self.credits = 0
        #: The first credit: its row and what it says.
        self._first: tuple[int, str] = (0, "")

    def add(self, row: ReadRow) -> None:
        """Look at one row that would be booked."""
        text = row.cells[self.place].strip().removeprefix("'")
        self.blanks += not text
        if side_of(text) is True:
            self._first = self._first if self.credits else (row.number, text)
            self.credits += 1
            self.words += text not in _SIGNS

    def warnings(self) -> Iterator[str]:
        """A sentence for a person, after the last row."""
        if self.words and self.blanks:
            message = _(
                "In the column “%(column)s” only credits are marked (%(count)s, the first is “%(value)s” in row "
                "%(row)s), and its blank cells are read as debits. If the column does not say debit and credit, do not "
                "choose it as the side."
            )
            row, text = self._first
            places = {"column": self.heading, "count": count(self.credits), "value": quoted(text), "row": row}
            yield message % places


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
            by_words = index in self._worded
            says = kind == "signs" or (kind == "none" and not by_words) or (kind == "credits" and by_words)
            # The same word or dash in every row means nothing where the heading does not say so.
            if credits and (others or says):
                yield unused_side(self.labels[index])
