"""Amounts that are not euros: said by a heading, or by a column of currencies beside them."""

import re
from collections.abc import Mapping, Sequence

from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .heading_words import repeats, worded
from .profiles import AMOUNT_KEYS

_FOREIGN = "sek|nok|dkk|isk|usd|gbp|chf|eek|rub|jpy|pln|cny|cad|aud|skr|kr|kronor|kruunua|dollaria|puntaa"
#: Thousands, millions, cents or another currency, as a heading without punctuation says it.
_OTHER_UNIT = re.compile(
    r"(?<!\w)(?:x ?1000|1000 ?(?:e|€|eur|euroa?)?|1 000|tuhatta|tuhansina|tuhat|tuhansissa|tuhansin|teur|te|t e|t€|t €"
    r"|t eur|teuroa|keur|k€|k €|tusen|tkr|teuro|thousand|thousands|milj|miljoonaa|miljoonina|meur|m€|m €|me|milj€"
    r"|million|millions|mn|snt|sentti|senttia|sentteina|cent|cents"
    rf"|{_FOREIGN})(?!\w)"
)
#: The same in a line above the headings, where a number may as well be a cost centre.
_UNIT_ABOVE = re.compile(
    r"(?<!\w)(?:x ?1000|1000 ?(?:e|€|eur|euroa?)|1 000 (?:e|€|eur|euroa?)|tuhatta|tuhansina|tuhansissa|tuhansin|teur"
    r"|t€|t eur|keur|k€|tusental|tusen|tkr|thousands?|miljoonaa|miljoonina|milj|meur|m€|millions?|senttia|sentteina"
    rf"|snt|i cent|cents|(?:valuutta|valuuttakoodi|valuta|currency|rahayksikko) (?:{_FOREIGN})"
    r"|(?:summat|luvut|belopp|beloppen|amounts?) (?:(?:i|in) )?"
    rf"(?:{_FOREIGN}))(?!\w)"
)
_CURRENCY = re.compile(
    r"\b(?:valuutta|valuuttakoodi|valuuttalaji|valuuttatunnus|valuutan koodi|valuutan tunnus|tapahtumavaluutta"
    r"|laskuvaluutta|tositevaluutta|val|val koodi|currency|currency code|ccy|valuta|valutakod|curr)\b"
)
_RATE = re.compile(r"(?:valuutta|valuutan )?kurssi|valuta ?kurs|kurs|(?:exchange|currency) rate")
_IN_EUROS = re.compile(
    r"\b(?:eur|euro|euroa|euroina|i euro)\b|€|paikallis|kotivaluu|yritysvaluu"
    r"|local cur|company code|lokal"
)
#: Amounts in the currency of each row, beside which the other ones are euros.
_IN_CURRENCY = re.compile(
    r"\bvaluutta ?(?:summa|maara|arvo)\b|\b(?:summa|maara|arvo|toteuma)\b.*\bvaluutassa\b|\bvalutabelopp\b"
    r"|\bbelopp i (?:\w+ )?valuta\b|\b(?:amount|value) in (?:\w+ )?currency\b|\b(?:foreign|document) currency amount\b"
)
_EURO = frozenset({"", "eur", "euro", "€", "euroa", "978"})


class Units:
    """Looks for another unit than euros while the rows are read.

    Args:
        places: column key → place.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels = labels
        self.amounts = [labels[places[key]] for key in AMOUNT_KEYS if key in places]
        beside = any(is_in_currency(label) for index, label in enumerate(labels) if index not in places.values())
        in_euros = all(
            _IN_EUROS.search(worded(heading)) or (beside and not is_in_currency(heading)) for heading in self.amounts
        )
        named = [index for index, label in enumerate(labels) if _says_currency(worded(label))]
        # “Summa valuutassa” is no column of currencies.
        self.currencies = [] if in_euros else [index for index in named if index not in places.values()]
        self.rates = {index for index in self.currencies if _RATE.fullmatch(worded(labels[index]))}
        #: Column → row and currency, or rate, that was found first.
        self.found: dict[int, tuple[int, str]] = {}
        #: A line above the headings that names another unit, with its row.
        self.above: tuple[int, str] | None = None

    def add_above(self, number: int, row: Sequence[Value]) -> None:
        """Look at a line above the headings."""
        if self.above is None:
            text = " ".join(" ".join(map(text_of, row)).split())
            if text and _UNIT_ABOVE.search(worded(text[:500])):
                self.above = number, text[:100]

    def add(self, number: int, row: Sequence[Value]) -> None:
        """Look at one row of the table."""
        for index in self.currencies:
            text = text_of(row[index]).strip()
            if index in self.found or text.casefold() in _EURO or repeats(self.labels[index], text):
                continue
            if text.isalpha() if index not in self.rates else _is_rate(text):
                self.found[index] = number, text

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        warnings: list[str] = []
        for heading in self.amounts:
            if _OTHER_UNIT.search(worded(heading)):
                message = _("The heading “%(column)s” seems to mean another unit, and its amounts are read as euros.")
                warnings.append(message % {"column": heading})
        if self.above is not None:
            message = _(
                "Row %(row)s above the headings seems to mean another unit, and the amounts are read as euros: "
                "“%(value)s”."
            )
            warnings.append(message % {"row": self.above[0], "value": self.above[1]})
        for index, (row, currency) in self.found.items():
            message = _(
                "The column “%(column)s” has another currency than the euro (“%(value)s” in row %(row)s), and all "
                "amounts are read as euros."
            )
            warnings.append(message % {"column": self.labels[index], "value": currency[:20], "row": row})
        return warnings


def is_in_currency(label: str) -> bool:
    """True for amounts in the currency of each row, beside which there are euros."""
    heading = worded(label)
    return _IN_CURRENCY.search(heading) is not None and not _IN_EUROS.search(heading)


def _says_currency(heading: str) -> bool:
    return _CURRENCY.search(heading) is not None or _RATE.fullmatch(heading) is not None


def _is_rate(text: str) -> bool:
    """True for a rate by which somebody has converted, or has still to convert: any but one."""
    return (
        re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", text) is not None and re.fullmatch(r"[01]?1?(?:[.,]0*)?", text) is None
    )
