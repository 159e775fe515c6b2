"""A second column may have codes of the plan, too: the heading decides, or it is asked."""

import pytest

from funds.imports.files import open_file
from funds.imports.profiles import Profile
from funds.imports.recognise import KnownCodes, Recognition, recognise

from .import_files import csv

pytestmark = pytest.mark.usefixtures("english")

KNOWN = KnownCodes(frozenset({"1000", "2000"}), frozenset({"KR1", "KR2"}), frozenset({"4000", "4300"}))


def found(header: str, *rows: str) -> Recognition:
    content = csv(*(tuple(row.split()) for row in rows), header=tuple(header.split(";")))
    return recognise(open_file("ote.csv", content), known=KNOWN, declared=Profile())


HEADINGS = [
    ("Pvm;Kp;Projekti;Vastaprojekti;Summa", "1.6.2021 1000 KR1 KR2 5,00", {"project_code": "Projekti"}),
    ("Pvm;Kp;Vastaprojekti;Projekti;Summa", "1.6.2021 1000 KR2 KR1 5,00", {"project_code": "Projekti"}),
    ("Pvm;Kp;Siirtokoodi;Projekti;Summa", "1.6.2021 1000 KR2 KR1 5,00", {"project_code": "Projekti"}),
    ("Pvm;Vasta-kp;Kp;Projekti;Summa", "1.6.2021 2000 1000 KR1 5,00", {"cost_centre": "Kp"}),
    ("Pvm;Vastakustannuspaikka;Kustannuspaikka;Summa", "1.6.2021 2000 1000 5,00", {"cost_centre": "Kustannuspaikka"}),
    ("Pvm;Laskuttaja kp;Kp;Summa", "1.6.2021 2000 1000 5,00", {"cost_centre": "Kp"}),
    ("Pvm;Kp;Vastatili;Tili;Summa", "1.6.2021 1000 4300 4000 5,00", {"account": "Tili"}),
    # The plan has none of these codes, and the other side of the posting is not what is meant.
    (
        "Pvm;Kp;Projektitunniste;Vastaprojekti;Summa",
        "1.6.2021 1000 KR77 KR1 5,00",
        {"project_code": "Projektitunniste"},
    ),
    (
        "Pvm;Kp;Projekti (vanha);Projekti (uusi);Summa",
        "1.6.2021 1000 KR2 KR1 5,00",
        {"project_code": "Projekti (uusi)"},
    ),
    ("Pvm;Kp;Från projekt;Till projekt;Summa", "1.6.2021 1000 KR2 KR1 5,00", {"project_code": "Till projekt"}),
    ("Pvm;Kp;Vastapuolen projekti;Projekti;Summa", "1.6.2021 1000 KR2 KR1 5,00", {"project_code": "Projekti"}),
    ("Pvm;Kp;Vastaanottajan koodi;Summa", "1.6.2021 1000 KR1 5,00", {"project_code": "Vastaanottajan koodi"}),
    # Words under a heading that may be meant are no codes.
    ("Pvm;Kp;Laskentatunniste;Yksikkö;Summa", "1.6.2021 1000 KR1 kpl 5,00", {"project_code": "Laskentatunniste"}),
    # No heading says it: the codes do.
    ("Pvm;Kp;Ulottuvuus;Summa", "1.6.2021 1000 KR1 5,00", {"project_code": "Ulottuvuus"}),
]


@pytest.mark.parametrize(("header", "row", "columns"), HEADINGS)
def test_the_heading_goes_before_a_second_column_of_codes(header: str, row: str, columns: dict[str, str]) -> None:
    recognition = found(header, row, row)
    assert {key: recognition.profile.columns.get(key) for key in columns} == columns
    assert not [question for question in recognition.questions if question.key == "column"]


def test_a_heading_without_known_codes_beside_codes_without_a_heading_is_asked() -> None:
    recognition = found("Pvm;Kp;Projekti;Ulottuvuus;Summa", *["1.6.2021 1000 A77 KR1 5,00"] * 2)
    (question,) = [question for question in recognition.questions if question.column == "project_code"]
    assert "“Ulottuvuus”" in question.message and list(question.choices) == ["Ulottuvuus", "Projekti"]


def test_an_exact_heading_goes_before_how_many_codes_are_known() -> None:
    rows = ["1.6.2021 1000 KR1 KR2 5,00", *["1.6.2021 1000 X77 KR2 5,00"] * 9]
    recognition = found("Pvm;Kp;Projekti;Vastapuolen projekti;Summa", *rows)
    assert recognition.profile.columns["project_code"] == "Projekti"
