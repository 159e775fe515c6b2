"""Codes as the plan knows them: with their names in the same cell, in other letters, or without their zeros."""

import re
from collections import defaultdict
from collections.abc import Collection

from fundtrack.exceptions import Refusal
from fundtrack.sentences import sentence as _
from fundtrack.texts import tidy

from .cells import Value
from .rows import KnownCodes
from .values import code_of

#: What may divide a code from its name, beside blanks.
_DIVIDERS = ":,;-\u2013\u2014/|"
#: A name has a word; less is a part of the code, such as the A of “KR2403 A”.
_WORD = re.compile(r"[^\W\d_]{3}")


class PlanCodes:
    """Reads the code of a cell.

    Args:
        kept: texts that rules of a profile mean as they are.
    """

    def __init__(self, known: KnownCodes, kept: Collection[str] = ()) -> None:
        self._kept = {text.strip().casefold() for text in kept if text}
        self._known = {
            "cost_centre": known.cost_centres,
            "project_code": known.project_codes,
            "account": known.accounts,
        }
        self._zeros = {
            key: {code.lstrip("0"): code for code in codes if code.startswith("0")}
            for key, codes in self._known.items()
        }
        #: Codes that differ in case only are several: then none is meant.
        self._letters: dict[str, dict[str, list[str]]] = {key: defaultdict(list) for key in self._known}
        for key, codes in self._known.items():
            for code in codes:
                self._letters[key][code.casefold()].append(code)

    def read(self, key: str, value: Value, longest: int) -> str | Refusal:
        """The code that a cell means, or what is wrong with it."""
        known = self._known.get(key)
        if known and isinstance(value, str) and (code := self._named(key, value)):
            return code
        try:
            code = code_of(value, longest)
        except Refusal as refusal:
            return refusal
        if known and code not in known and (whole := self._zeros[key].get(code)) is not None:
            message = _("The plan knows “%(whole)s”: a spreadsheet has taken the zeros off “%(code)s”.")
            return Refusal(message % {"whole": whole, "code": code}, code="code_lost_zeros")
        return code

    def _named(self, key: str, value: str) -> str:
        """The one known code that a text is but for its case, or with which it begins before a name."""
        text = tidy(value).removeprefix("'").strip()
        if not text or text in self._known[key] or text.casefold() in self._kept:
            return ""
        letters = self._letters[key]
        found = letters.get(text.casefold(), [])
        first, _blank, name = text.partition(" ")
        if not found and _WORD.search(name):
            found = letters.get(first.rstrip(_DIVIDERS).casefold(), [])
        return found[0] if len(found) == 1 else ""
