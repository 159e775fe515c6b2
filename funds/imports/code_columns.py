"""Columns of codes that can be meant both by their heading and by their contents."""

from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .column_facts import ColumnFacts
from .heading_words import is_counterpart, rank_of
from .recognition import Choice, Question

_CODES = ("cost_centre", "project_code")


def ask_about_codes(
    choices: Mapping[str, Choice], labels: Sequence[str], facts: Sequence[ColumnFacts]
) -> list[Question]:
    """Ask where one column has the plan's codes and another one the heading: either may be what is meant."""
    used = {choice.index for choice in choices.values()}
    questions = []
    for key in _CODES:
        choice = choices.get(key)
        if choice is None or choice.confidence == "declared" or rank_of(key, choice.heading) is not None:
            continue
        others = [
            label
            for label, column in zip(labels, facts, strict=True)
            if column.index not in used and _says(key, label) and _has_codes(column)
        ]
        if others:
            message = _(
                "The codes of the column “%(column)s” are in the plan, but the heading “%(other)s” says more. Choose "
                "which of them is meant."
            )
            places = {"column": choice.heading, "other": others[0]}
            questions.append(Question("column", message % places, key, (choice.heading, *others)))
    return questions


def _has_codes(column: ColumnFacts) -> bool:
    """False for names and units, which a heading may stand for as well."""
    coded = [text for _row, text in column.samples if any(map(str.isdigit, text))]
    return bool(coded) and len(coded) * 2 > len(column.samples) and column.share(column.words) < 0.2


def _says(key: str, label: str) -> bool:
    rank = rank_of(key, label)
    return rank is not None and rank < 1000 and not is_counterpart(label)
