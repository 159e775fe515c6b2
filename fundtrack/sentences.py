"""Sentences that can be said again in another language.

What was found in a file is kept with it and read later by others, in their own language. ``sentence`` and
``plural_sentence`` stand where ``gettext`` and ``ngettext`` would; what they return is a text like any other, and
remembers from what it was made::

    from fundtrack.sentences import sentence as _

    note = _("%(count)s rows are blank.") % {"count": 3}    # a str, in the language of who uploads
    batch.reading = {"notes": kept([note])}                 # JSON
    told(batch.reading["notes"])                            # in the language of who looks
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

_KEYS = {"text", "id", "plural", "number", "values"}


class Sentence(str):
    """A text in the language that was in use when it was made.

    Attributes:
        id: the English text in the catalogues; ``plural`` that of several, ``number`` how many there are.
        values: what was filled in; a sentence among them is said again too.
    """

    id: str
    plural: str
    number: int
    values: Mapping[str, Any]

    def __new__(
        cls, text: str, id: str = "", plural: str = "", number: int = 1, values: Mapping[str, Any] | None = None
    ) -> "Sentence":
        made = super().__new__(cls, text)
        made.id, made.plural, made.number, made.values = id, plural, number, values or {}
        return made

    def __str__(self) -> "Sentence":
        # A plain copy would have forgotten.
        return self

    def __mod__(self, values: Any) -> "Sentence":
        return Sentence(super().__mod__(values), self.id, self.plural, self.number, values)


def sentence(id: str) -> Sentence:
    """Translate ``id`` now, and remember it."""
    return Sentence(gettext(id), id)


def plural_sentence(id: str, plural: str, count: int) -> Sentence:
    """Translate ``id``, or ``plural`` for several, now, and remember them."""
    return Sentence(ngettext(id, plural, count), id, plural, count)


def kept(value: Any) -> Any:
    """JSON of ``value`` (texts, numbers, lists, mappings) in which each sentence keeps what it was made from."""
    if isinstance(value, Sentence):
        made = {"text": str.__str__(value), "id": value.id, "values": kept(value.values)}
        return made | ({"plural": value.plural, "number": value.number} if value.plural else {})
    if isinstance(value, Mapping):
        return {key: kept(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [kept(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def told(value: Any) -> Any:
    """What ``kept`` made, with its sentences in the language that is in use."""
    if isinstance(value, list):
        return [told(each) for each in value]
    if not isinstance(value, dict):
        return value
    if {"text", "id", "values"} <= value.keys() <= _KEYS:
        return _again(value)
    return {key: told(each) for key, each in value.items()}


def _again(made: Mapping[str, Any]) -> str:
    id, plural = made["id"], made.get("plural", "")
    found = plural_sentence(id, plural, made["number"]) if plural else sentence(id)
    if found in (id, plural) and (get_language() or "en") != "en":
        # The application says it otherwise today.
        return str(made["text"])
    try:
        return found % told(made["values"]) if made["values"] else found
    except (KeyError, TypeError, ValueError):
        return str(made["text"])
