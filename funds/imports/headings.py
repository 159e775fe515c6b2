"""The headings of a file: each column has a name by which a profile can find it again."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .profiles import ProfileRefusal, plain
from .quotes import list_of

#: What ``labels_of`` gives a heading: the number that tells it from its equals, or the letter of a blank one.
_GIVEN = re.compile(r" \([0-9]+\)$|^\[[A-Z]+\]$")
#: Headings stand within these rows.
HEADING_ROWS = 50


def letters_of(index: int) -> str:
    """The letters by which a spreadsheet names a column; ``index`` counts from 0."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def labels_of(row: Sequence[Value]) -> list[str]:
    """A name for each column: its heading on one line, numbered where several are equal, its letter where it is blank.

    ``["Summa", "Summa", ""]`` are ``Summa (1)``, ``Summa (2)`` and ``[C]``.
    """
    texts = [" ".join(text_of(value).lstrip("\ufeff").split()) for value in row]
    counts, seen = Counter(map(plain, texts)), Counter[str]()
    labels = []
    for index, text in enumerate(texts):
        seen[plain(text)] += 1
        if not text:
            labels.append(f"[{letters_of(index)}]")
        else:
            labels.append(f"{text} ({seen[plain(text)]})" if counts[plain(text)] > 1 else text)
    return labels


def bare_label(label: str) -> str:
    """A name of ``labels_of`` as the file has it: no number that tells it from its equals, nothing for a letter."""
    return _GIVEN.sub("", label)


def places_of(columns: Mapping[str, str], labels: Sequence[str]) -> dict[str, int]:
    """Find the columns of a profile among the headings.

    Raises:
        ProfileRefusal: a heading is missing, or several are equal and none is chosen.
    """
    places, missing = {}, []
    for key, heading in columns.items():
        index = place_of(heading, labels)
        if index is None:
            missing.append(" ".join(heading.split()))
        else:
            places[key] = index
    if missing:
        message = _("The file has no column with the heading %(missing)s. It has these: %(headings)s.") % {
            "missing": list_of(missing),
            "headings": list_of(label[:40] for label in labels[:30]),
        }
        raise ProfileRefusal(message, code="column_missing")
    return places


def place_of(heading: str, labels: Sequence[str]) -> int | None:
    """Find one column by its heading; None where it is missing.

    Raises:
        ProfileRefusal: several columns have this heading.
    """
    wanted = plain(heading)
    for index, label in enumerate(labels):
        if plain(label) == wanted:
            return index
    numbered = [label for label in labels if plain(label).rpartition(" (")[0] == wanted and label.endswith(")")]
    if len(numbered) > 1:
        message = _("Several columns have the heading “%(heading)s”. Choose one of %(choices)s.") % {
            "heading": " ".join(heading.split()),
            "choices": list_of(numbered),
        }
        raise ProfileRefusal(message, code="column_twice")
    return None
