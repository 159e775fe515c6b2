"""Lists of names have the quotation marks of the reader's language."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext

from funds.imports.files import open_file
from funds.imports.headings import labels_of, place_of, places_of
from funds.imports.plan_files import read_plan
from funds.imports.recognise import recognise
from fundtrack.exceptions import Refusal

from .files import csv_file
from .import_files import HEADER, ROW, changed, csv, sheets

TABLE = (HEADER, ROW)


def finnish(id: str) -> str:
    """The one sentence in Finnish, everything else in English."""
    return "”%(name)s”" if id == "“%(name)s”" else gettext(id)


def _warnings(content: bytes) -> str:
    name = "x.xlsx" if content.startswith(b"PK") else "x.csv"
    recognition = recognise(open_file(name, content))
    return " ".join([*(question.message for question in recognition.questions), *recognition.warnings])


def _plan() -> str:
    header = ("Kohde", "Kustannuspaikka", "Budjettirivi", "Projektitunniste", "Summa €", "Muu")
    found = read_plan("x.csv", csv_file([("T", "1000", "B", "KR1", "1,00", "x")], header))
    return " ".join(str(warning.message) for warning in found.warnings)


def _rivals() -> str:
    rows = [("1.6.2021", "2000", "1,00", "2,00"), ("1.6.2021", "2000", "3,00", "4,00")]
    return _warnings(csv(*rows, header=("Pvm", "Kustannuspaikka", "Toteuma 2023", "Toteuma 2024")))


LISTS: dict[str, tuple[Callable[[], Any], str]] = {
    "sheets": (lambda: open_file("x.xlsx", sheets({"Ote": TABLE})).sheet("Muu"), "It has ”Ote”"),
    "missing headings": (lambda: places_of({"date": "A", "amount": "B"}, ["C", "D"]), "heading ”A”, ”B”. "),
    "headings there are": (lambda: places_of({"date": "A"}, ["C", "D"]), "these: ”C”, ”D”."),
    "equal headings": (lambda: place_of("A", labels_of(["A", "A"])), "one of ”A (1)”, ”A (2)”."),
    "words": (lambda: _warnings(csv(changed(description="Työ„Ä"), encoding="cp1252")), ": ”Päivä”, ”Työ„Ä”."),
    "rivals": (_rivals, ": ”Toteuma 2023”, ”Toteuma 2024”."),
    "sheets with amounts": (
        lambda: _warnings(sheets({"Ote": TABLE, "Toinen": TABLE})),
        ": ”Ote” (2), ”Toinen” (2).",
    ),
    "other sheets": (lambda: _warnings(sheets({"Ote": TABLE, "Alv": [("a",), (1.5,)]})), ": ”Alv”."),
    "columns of a plan": (_plan, "Not read: ”Muu”."),
}


@pytest.mark.parametrize("what", LISTS)
def test_lists_are_quoted_as_the_language_does(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call, expected = LISTS[what]
    with translation.override("en"), monkeypatch.context() as patched:
        patched.setattr("fundtrack.sentences.gettext", finnish)
        try:
            said = call()
        except Refusal as refusal:
            said = str(refusal)
        assert expected in said
