"""Rows that are no actuals, as a column that nobody uses or a title between the rows says.

Budgets, commitments, forecasts and what is cancelled are added like the others, and never in silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fundtrack.formats import count, eur
from fundtrack.money import ZERO
from fundtrack.sentences import plural_sentence as ngettext
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .heading_words import worded
from .quotes import list_of
from .rows import ReadRow
from .values import quoted

#: A column that tells kinds of rows apart has few values; one with more is forgotten.
_MOST_VALUES = 20
_NAMED = 4
_KIND = re.compile(
    r"arvo ?laji|arvo ?tyyppi|arvon (?:laji|tyyppi)|arvolajin koodi|value ?type|varde ?typ|vardeslag|scenario|skenaario"
)
#: The words of a whole cell, without case, accents and punctuation.
_NO_ACTUAL = re.compile(
    r"(?:(?:muutettu|alkuperainen|hyvaksytty|voimassa oleva|kaytto|lisa|muutos) ?)?"
    r"(?:talousarvio|budjetti)(?:muutos)?(?: (?:19|20)[0-9]{2})?"
    r"|(?:muutettu )?ta(?: ?(?:19|20)[0-9]{2})?|ta muutos|ta muutokset|maararaha"
    r"|(?:(?:original|amended|revised|ursprunglig|andrad|reviderad|tillaggs) ?)?"
    r"budget(?:erat|ed)?(?: (?:19|20)[0-9]{2})?|anslag|appropriation"
    r"|sitoumus|sitoumukset|sidottu|sidotut|sit|(?:avoin |sidottu |osto)tilaus|tilaus sidottu|tilausvaraus"
    r"|commitment|encumbrance|(?:purchase |open )order|inkopsorder"
    r"|forbindelse|atagande|reservering|reserverat"
    r"|(?:tilinpaatos|tp )?ennuste|forecast|prognos|estimate"
    r"|peruttu|peruutettu|mitatoity|luonnos|keskenerainen|hylatty|kumottu|poistettu|hyvaksymatta|hyvaksymaton"
    r"|ei hyvaksytty|odottaa hyvaksyntaa|kirjaamatta|kirjaamaton|ei kirjattu|esitallennettu"
    r"|draft|cancell?ed|void|voided|rejected|deleted|revoked|unapproved|not approved|pending|unposted|not posted|parked"
    r"|utkast|annullerad|makulerad|avvisad|forkastad|avslagen|raderad|upphavd|aterkallad|ej godkand|ogodkand"
    r"|ej bokford|obokford|ej konterad"
)
#: These say as much only under a heading that speaks of the kind or the state of a row.
_PERHAPS = re.compile(
    r"suunnitelma|suunniteltu|tilaus|tilaukset|varaus|plan|planned|planerat|order|reservation|bestallning|bestallt"
)
_OF_A_ROW = re.compile(
    r"(?:rivin |kirjauksen |tapahtuman )?(?:tila|laji|tyyppi|status)|arvolaji|kirjauslaji|tapahtumalaji|rivilaji|versio"
    r"|status|typ|radtyp|vardetyp|state|kind|type|row type|version"
)
#: Beside these the others say what a row is, whatever the heading says.
_ACTUAL = re.compile(r"toteuma|toteutunut|utfall|actuals?|kirjattu|bokfort|bokford|posted")
#: Shorter words are also codes of something else: only beside another word they say what a row is.
_SHORT = 3


class NoActuals:
    """Looks at columns that nobody uses while rows are added.

    Args:
        places: column key → place.
    """

    def __init__(self, places: Mapping[str, int], labels: Sequence[str]) -> None:
        self.labels = labels
        used = set(places.values())
        #: Column → its values, each with its first row and how many rows have it.
        self.columns: dict[int, dict[Value, list[int]]] = {
            index: {} for index in range(len(labels)) if index not in used
        }

    def add(self, number: int, row: Sequence[Value]) -> None:
        """Look at one row that would be booked."""
        crowded: int | None = None
        for index, values in self.columns.items():
            value = row[index]
            if (found := values.get(value)) is not None:
                found[1] += 1
            else:
                values[value] = [number, 1]
                crowded = index if len(values) > _MOST_VALUES else crowded
        if crowded is not None:
            # Another one that is crowded by the same row goes with the next row.
            del self.columns[crowded]

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        warnings: list[str] = []
        for index, values in self.columns.items():
            texts = {worded(text): text for value in values if (text := text_of(value).strip())}
            said = self._said(index, values, len(texts))
            if not said and len(texts) > 1 and _KIND.fullmatch(worded(self.labels[index])):
                message = _(
                    "The column “%(column)s” has several values (%(values)s), and all rows are added. Leave those out "
                    "that are no actuals."
                )
                named = list_of(quoted(text) for text in list(texts.values())[:_NAMED])
                named += " …" if len(texts) > _NAMED else ""
                said = [message % {"column": self.labels[index], "values": named}]
            warnings += said
        return warnings

    def _said(self, index: int, values: Mapping[Value, Sequence[int]], different: int) -> list[str]:
        said: list[str] = []
        for value, (row, rows) in values.items():
            text = text_of(value).strip()
            word = worded(text[:100])
            if not self._is_no_actual(index, word, values) or (len(word) <= _SHORT and different == 1):
                continue
            message = ngettext(
                "%(count)s row says “%(value)s” in the column “%(column)s” (row %(row)s) and is added like the others. "
                "Leave it out if it is no actual.",
                "%(count)s rows say “%(value)s” in the column “%(column)s” (the first is row %(row)s) and are added "
                "like the others. Leave them out if they are no actuals.",
                rows,
            )
            places = {"count": count(rows), "value": quoted(text), "column": self.labels[index], "row": row}
            said.append(message % places)
        return said

    def _is_no_actual(self, index: int, word: str, values: Mapping[Value, Sequence[int]]) -> bool:
        if _PERHAPS.fullmatch(word):
            beside = any(_ACTUAL.fullmatch(worded(text_of(value)[:100])) for value in values)
            return beside or _OF_A_ROW.fullmatch(worded(self.labels[index])) is not None
        return _NO_ACTUAL.fullmatch(word) is not None


# --- titles between the rows

#: The same words as titles, where several rows below them are meant.
_TITLES = re.compile(
    r"(?:avoimet|avoinna olevat|sidotut|uudet) (?:osto)?(?:tilaukset|sitoumukset|varaukset)|ostotilaukset"
    r"|talousarviot|budjetit|maararahat|ennusteet|varaukset|sidonnat|luonnokset|hyvaksymattomat|perutut"
    r"|oppna (?:bestallningar|forbindelser|order)|forbindelser|ataganden|bestallningar|reserveringar|reservationer"
    r"|budgetar|prognoser|(?:open |purchase )?(?:orders|commitments)|encumbrances|reservations|budgets|forecasts|plans"
)
_INCOME = re.compile(
    r"(?:toiminta|muut |myynti)?tuotot|(?:toiminta)?tulot|hyvitykset|palautukset|(?:verksamhets)?intakter|inkomster"
    r"|income|revenues?|refunds|credits"
)
#: Below these the rows are costs again.
_COSTS = re.compile(
    r"toteumat|(?:toiminta)?menot|(?:toiminta)?kulut|kustannukset|kirjaukset|ostot|kostnader|utgifter|costs|expenses"
)
_BESIDE = re.compile(r"\b(?:[0-9]+|eur|euroa|euro|€)(?!\w)")

_Title = Literal["no_actuals", "income", "costs"]


def _title(word: str) -> _Title | None:
    if _ACTUAL.fullmatch(word) or _COSTS.fullmatch(word):
        return "costs"
    if any(words.fullmatch(word) for words in (_NO_ACTUAL, _PERHAPS, _TITLES)):
        return "no_actuals"
    return "income" if _INCOME.fullmatch(word) else None


@dataclass
class _Section:
    row: int
    text: str
    title: _Title
    rows: int = 0
    amount: Decimal = ZERO
    #: A row adds to the costs.
    adds: bool = False

    def places(self) -> dict[str, object]:
        """What a sentence says of it."""
        return {"row": self.row, "value": quoted(self.text), "count": count(self.rows), "sum": eur(self.amount)}


class Sections:
    """Titles between the rows, below which the rows are no actuals or no costs."""

    def __init__(self) -> None:
        #: Word → what stands below it, wherever it is a title.
        self._found: dict[str, _Section] = {}
        self._current: _Section | None = None

    def add_title(self, number: int, text: str) -> None:
        """Look at a line of words."""
        word = " ".join(_BESIDE.sub(" ", worded(text[:100])).split())
        if (title := _title(word)) is not None:
            self._current = self._found.setdefault(word, _Section(number, text.strip(), title))

    def add(self, row: ReadRow) -> None:
        """Look at a row that would be booked."""
        if (section := self._current) is not None and row.amount is not None:
            section.rows += 1
            section.amount += row.amount
            section.adds = section.adds or row.amount > 0

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        no_actuals = _(
            "Row %(row)s says “%(value)s”, and the rows below it are added like the others (%(count)s, together "
            "%(sum)s). Leave them out if they are no actuals."
        )
        income = _(
            "Row %(row)s says “%(value)s”, and the rows below it are added to the costs like the others (%(count)s, "
            "together %(sum)s). Give them a minus sign or leave them out if they are income."
        )
        told = [
            (no_actuals if section.title == "no_actuals" else income, section)
            for section in self._found.values()
            if (section.title == "no_actuals" and section.rows) or (section.title == "income" and section.adds)
        ]
        return [message % section.places() for message, section in told]
