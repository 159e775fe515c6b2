"""Columns of codes that can be meant both by their heading and by their contents."""

import re
from collections.abc import Mapping, Sequence

from fundtrack.sentences import Sentence
from fundtrack.sentences import sentence as _

from .column_facts import ColumnFacts
from .heading_words import WORDS, is_counterpart, means_no_code, rank_of
from .recognition import Choice, Question

_CODES = ("cost_centre", "project_code")
#: Fewer of a column's cells are codes of the plan by chance.
_NO_CHANCE = 0.2
#: So many times as many codes are clearly more.
_CLEARLY_MORE = 1.5
_MANY, _SOME = 0.5, 0.1
#: Codes without digits, and the units of measure that look like them.
_CAPITALS = re.compile(r"[^\W\d_a-zåäö]{2,10}")
_UNITS = frozenset({"KPL", "ST", "PCS", "HRS", "HTV", "KK", "PV", "KG", "KM", "ERÄ", "EUR", "KRT"})


def ask_about_codes(
    choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]
) -> list[Question]:
    """Ask where one column has the plan's codes and another one the heading: either may be what is meant.

    Numbers of one or two digits under a heading that says nothing are codes of a plan by chance as well.
    """
    questions = []
    for key in _CODES:
        choice = choices.get(key)
        if choice is None or choice.confidence == "declared":
            continue
        free = _free(choices, labels, facts)
        coded, headed = _rivals(key, choice, facts[choice.index], free)
        if coded or headed:
            column, other = (coded[0], choice.heading) if coded else (choice.heading, headed[0])
            message = _sentences(key)[0] % {"column": column, "other": other}
            questions.append(Question("column", message, key, (choice.heading, *coded, *headed)))
        elif rank_of(key, choice.heading) is None and _is_short(facts[choice.index]):
            message = _sentences(key)[1] % {"column": choice.heading}
            others = [label for label, column in free if column.filled and _says(key, label)]
            questions.append(Question("column", message, key, (choice.heading, *others)))
    return questions


def _free(
    choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]
) -> list[tuple[str, ColumnFacts]]:
    """The columns that are taken for nothing yet, with their headings."""
    used = {choice.index for choice in choices.values()}
    return [
        (label, column)
        for label, column in zip(labels, facts, strict=True)
        if column.index not in used and not is_counterpart(label)
    ]


def _rivals(
    key: str, choice: Choice, chosen: ColumnFacts, free: Sequence[tuple[str, ColumnFacts]]
) -> tuple[list[str], list[str]]:
    """Columns that have clearly more of the plan's codes than the chosen one, and columns whose heading says more."""
    rank = rank_of(key, choice.heading)
    if rank is None:
        return [], [label for label, column in free if _says(key, label) and _has_codes(key, column)]
    # With another heading that says it as well, the plan's codes decide: few of them are there by chance.
    least = _NO_CHANCE if rank < 1000 else 0
    headed = [
        label
        for label, column in free
        if _says(key, label) and column.share(column.known[key]) > least and (rank >= 1000 or _rank(key, label) < rank)
    ]
    coded = [
        label
        for label, column in free
        if not (rank_of(key, label) is None and _cannot_be(label, column)) and _has_more(key, column, chosen)
    ]
    return coded, [label for label in headed if label not in coded]


def _has_more(key: str, column: ColumnFacts, chosen: ColumnFacts) -> bool:
    """True where so many more of a column's cells are in the plan that the heading of the chosen one may mislead."""
    least = _SOME if chosen.share(chosen.known[key]) < _MANY else _MANY
    return column.share(column.known[key]) >= least and column.known[key] >= _CLEARLY_MORE * max(chosen.known[key], 1)


def _cannot_be(label: str, column: ColumnFacts) -> bool:
    """True for numbers by chance, and for a heading that certainly means another column."""
    if any(_says(key, label) for key in WORDS):
        return True
    return _is_short(column) or means_no_code(label, numbers=column.share(column.numbers) > _MANY)


def _is_short(column: ColumnFacts) -> bool:
    return column.share(column.short) >= _MANY


def _has_codes(key: str, column: ColumnFacts) -> bool:
    """False for names and units, which a heading may stand for as well."""
    if column.share(column.known[key]) >= _NO_CHANCE:
        return True
    coded = [text for _row, text in column.samples if _is_like_a_code(text)]
    return bool(coded) and len(coded) * 2 > len(column.samples)


def _is_like_a_code(text: str) -> bool:
    # A name may follow the code, and end with a number.
    if any(map(str.isdigit, text.split()[0])):
        return True
    return _CAPITALS.fullmatch(text) is not None and text not in _UNITS


def _rank(key: str, label: str) -> int:
    rank = rank_of(key, label)
    return 2000 if rank is None else rank


def _says(key: str, label: str) -> bool:
    return _rank(key, label) < 1000


def _sentences(key: str) -> tuple[Sentence, Sentence]:
    """What is said of codes under another heading, and of codes by chance."""
    if key == "cost_centre":
        return (
            _(
                "The plan's codes are in the column “%(column)s”, but by its heading the column “%(other)s” would have "
                "the cost centres. Choose the right column."
            ),
            _(
                "The plan has numbers as short as those in the column “%(column)s”, but its heading says nothing of "
                "cost centres. Choose the column of the cost centres."
            ),
        )
    return (
        _(
            "The plan's codes are in the column “%(column)s”, but by its heading the column “%(other)s” would have the "
            "project codes. Choose the right column."
        ),
        _(
            "The plan has numbers as short as those in the column “%(column)s”, but its heading says nothing of "
            "project codes. Choose the column of the project codes."
        ),
    )
