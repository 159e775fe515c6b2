"""Amounts that are not euros: said by a heading, or by a column of currencies beside them."""

import re
from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .heading_words import worded

_AMOUNTS = ("amount", "debit", "credit")
#: Thousands, millions or cents, as a heading without punctuation says it.
_OTHER_UNIT = re.compile(
    r"\b(?:1000|1 000|tuhatta|tuhansina|tuhat|tuhansissa|teur|t€|t eur|keur|k€|tusen|tkr|thousand|thousands|milj"
    r"|miljoonaa|meur|m€|milj€|million|millions|snt|sentti|senttia|sentteina|cent|cents)\b|\bt €|1000€"
)
_CURRENCY = re.compile(r"\b(?:valuutta|valuuttakoodi|valuuttalaji|valuutan koodi|currency|valuta|valutakod|curr)\b")
_IN_EUROS = re.compile(
    r"\b(?:eur|euro|euroa|euroina|i euro)\b|€|paikallis|kotivaluu|yritysvaluu"
    r"|local cur|company code|lokal"
)
_EURO = frozenset({"", "eur", "euro", "€", "euroa", "978"})


class Units:
    """Looks for another unit than euros while the rows are read.

    Args:
        places: column key → place.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels = labels
        self.amounts = [labels[places[key]] for key in _AMOUNTS if key in places]
        in_euros = all(_IN_EUROS.search(worded(heading)) for heading in self.amounts)
        named = [index for index, label in enumerate(labels) if _CURRENCY.search(worded(label))]
        # “Summa valuutassa” is no column of currencies.
        self.currencies = [] if in_euros else [index for index in named if index not in places.values()]
        #: Column → row and currency that was found first.
        self.found: dict[int, tuple[int, str]] = {}

    def add(self, number: int, row: Sequence[Value]) -> None:
        """Look at one row of the table."""
        for index in self.currencies:
            text = text_of(row[index]).strip()
            if index not in self.found and text.casefold() not in _EURO and text.isalpha():
                self.found[index] = number, text

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        warnings: list[str] = []
        for heading in self.amounts:
            if _OTHER_UNIT.search(worded(heading)):
                message = _("The heading “%(column)s” seems to mean another unit, and its amounts are read as euros.")
                warnings.append(message % {"column": heading})
        for index, (row, currency) in self.found.items():
            message = _(
                "The column “%(column)s” has another currency than the euro (“%(value)s” in row %(row)s), and all "
                "amounts are read as euros."
            )
            warnings.append(message % {"column": self.labels[index], "value": currency[:20], "row": row})
        return warnings
