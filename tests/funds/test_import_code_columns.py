"""A second column may have codes of the plan, too: the heading decides, or it is asked."""

import pytest

from funds.imports.files import open_file
from funds.imports.profiles import Profile
from funds.imports.recognise import KnownCodes, Recognition, recognise

from .import_files import csv

pytestmark = pytest.mark.usefixtures("english")

KNOWN = KnownCodes(frozenset({"1000", "2000"}), frozenset({"KR1", "KR2"}), frozenset({"4000", "4300"}))


def found(header: str, *rows: str, known: KnownCodes = KNOWN) -> Recognition:
    content = csv(*(tuple(row.split()) for row in rows), header=tuple(header.split(";")))
    return recognise(open_file("ote.csv", content), known=known, declared=Profile())


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


#: Headings of two columns, their codes in twenty rows, the codes of the plan's projects, and the columns that are
#: offered in their order; one where it is taken without asking.
COINCIDENT = [
    ("Hanke;Rahastokoodi", [*["P1 KR1"] * 19, "KR2 KR1"], "KR1 KR2", "Rahastokoodi;Hanke"),
    ("Kohde;Rahastokoodi", [*["A1 KR1"] * 3, "KR2 KR1"] * 5, "KR1 KR2", "Rahastokoodi;Kohde"),
    ("Hanke;Rahastokoodi", [f"{1000 + row} 1005" for row in range(20)], "1005 1011", "Rahastokoodi;Hanke"),
    # More than by chance, and still fewer than in the other column.
    ("Projekti;Rahastokoodi", ["KR1 KR2", "KR2 KR2", "X1 KR2", "X2 KR2"] * 5, "KR1 KR2", "Projekti;Rahastokoodi"),
    ("Projekti;Seurantakohde", ["KR1 KR2", "KR2 KR2", "X1 KR2", "X2 KR2"] * 5, "KR1 KR2", "Projekti;Seurantakohde"),
    ("Projekti;Seurantakohde", [*["X1 KR2"] * 3, "KR1 KR2"] * 5, "KR1 KR2", "Seurantakohde;Projekti"),
    # An export of the whole organisation.
    ("Projekti;Rahastokoodi", [*["P1 X1"] * 12, *["P1 KR1"] * 7, "KR2 KR1"], "KR1 KR2", "Projekti;Rahastokoodi"),
    ("Projekti;Ulottuvuus", [*["P1 X1"] * 19, "KR1 X2"], "KR1 KR2", "Projekti"),
    ("Projekti;Ulottuvuus", [*["P1 X1"] * 17, *["KR1 KR2"] * 3], "KR1 KR2", "Projekti"),
    # The heading of the other column says it as well, or a part of it.
    ("Projekti;Seurantakohde", [*["P1 KR1"] * 19, "KR2 KR1"], "KR1 KR2", "Seurantakohde"),
    ("Projekti;Rahaston projekti", [*["P1 KR1"] * 20], "KR1 KR2", "Rahaston projekti"),
    ("Projekti;Tilaajan projekti", [*["P1 KR1"] * 19, "KR2 KR1"], "KR1 KR2", "Tilaajan projekti;Projekti"),
    # Codes of letters, names, and units of measure.
    ("Projekti;Ulottuvuus", ["TEK KR1", "HYV KR2"] * 10, "KR1 KR2", "Ulottuvuus;Projekti"),
    ("Projekti;Ulottuvuus", ["Digi KR1", "Hyvinvointi KR2"] * 10, "KR1 KR2", "Ulottuvuus"),
    ("Kohde;Ulottuvuus", ["KPL KR1", "HTV KR2"] * 10, "KR1 KR2", "Ulottuvuus"),
    # Most codes of both are in the plan.
    ("Projekti;Seurantakohde", [*["KR1 KR2"] * 19, "X1 KR2"], "KR1 KR2", "Projekti"),
    ("Projekti;Rahastokoodi", [*["KR1 KR2"] * 19, "X1 KR2"], "KR1 KR2", "Projekti"),
]


@pytest.mark.parametrize(("headings", "codes", "known", "offered"), COINCIDENT)
@pytest.mark.parametrize("turned", [False, True])
def test_a_few_codes_of_the_plan_do_not_make_a_column(
    headings: str, codes: list[str], known: str, offered: str, turned: bool
) -> None:
    order = -1 if turned else 1
    columns = ";".join(headings.split(";")[::order])
    rows = [f"1.6.2021 1000 {' '.join(row.split()[::order])} 5,00" for row in codes]
    projects = KnownCodes(frozenset({"1000"}), frozenset(known.split()))
    recognition = found(f"Pvm;Kp;{columns};Summa", *rows, known=projects)
    assert recognition.profile.columns["project_code"] == offered.split(";")[0]
    asked = [list(question.choices) for question in recognition.questions if question.column == "project_code"]
    assert asked == ([offered.split(";")] if ";" in offered else [])


@pytest.mark.parametrize(
    ("headings", "cells", "offered"),
    [
        ("Kustannuspaikka;Vastuualue", "5001 1000|5002 1000|5003 1000|5004 1000|2000 1000", "Vastuualue"),
        ("Kustannuspaikka;Ulottuvuus", "5001 1000|5002 1000|5003 1000|2000 1000", "Ulottuvuus;Kustannuspaikka"),
        ("Yksikkö;Kustannuspaikka 2024", "5001 1000|5002 1000|5003 1000|2000 1000", "Kustannuspaikka 2024;Yksikkö"),
        ("Kustannuspaikka;Vastaanottava kp", "2000 1000|2000 1000|2000 1000|2000 1000", "Kustannuspaikka"),
    ],
)
def test_a_few_codes_of_the_plan_do_not_make_a_cost_centre(headings: str, cells: str, offered: str) -> None:
    recognition = found(f"Pvm;{headings};Summa", *[f"1.6.2021 {row} 5,00" for row in cells.split("|")])
    assert recognition.profile.columns["cost_centre"] == offered.split(";")[0]
    assert [list(question.choices) for question in recognition.questions] == [offered.split(";")] * (";" in offered)
    assert all("would have the cost centres" in question.message for question in recognition.questions)


def test_accounts_that_look_like_codes_of_the_plan_are_no_rivals() -> None:
    known = KnownCodes(frozenset({"1000"}), frozenset({"4000", "4320"}))
    rows = ["1.6.2021 1000 4000 4000 5,00", *["1.6.2021 1000 7777 4320 5,00"] * 9]
    recognition = found("Pvm;Kp;Seurantakohde;Tili;Summa", *rows, known=known)
    assert recognition.profile.columns["project_code"] == "Seurantakohde" and not recognition.questions


SHORT = KnownCodes(frozenset({"100"}), frozenset("123456"))
#: Headings beside the date, the cost centre and the amount, the cells of four rows, the column that is taken for the
#: project, and those that are offered.
NUMBERS = [
    ("Rivi;Projekti", "1 TEK|2 HYV|3 MAA|1 DIG", "Projekti", ""),
    ("Rivi;Projekti", "1 Tekoäly|2 Digi|3 Maa|1 Digi", "Projekti", ""),
    ("Rivi;Projekti", "1 P01|2 P02|3 P03|1 P02", "Projekti", ""),
    ("ALV-koodi;Projekti", "1 TEK|2 HYV|1 MAA|2 DIG", "Projekti", ""),
    ("Rivi;Projekti", "1 4|2 4|3 5|4 5", "Projekti", ""),
    ("Rivi;Projektikoodi (uusi)", "1 4|2 4|3 5|4 5", "Projektikoodi (uusi)", ""),
    *[(heading, "1|2|3|1", "", "") for heading in (
        "Rivi", "Rivinro", "Rivi nro", "Rivinumero", "Tositteen rivi", "Vientirivi", "Rad", "Radnr", "Line no",
        "ALV-koodi", "Alvkoodi", "Verokoodi", "Momskod", "VAT code", "Kpl", "Määrä kpl", "Lkm", "Tunnit", "Antal",
        "Qty", "Järjestysnumero", "Juokseva nro", "Löpnummer", "Kausi", "Tosite", "Toimittaja nro", "Position",
    )],
    ("Ulottuvuus", "1|2|3|1", "Ulottuvuus", "Ulottuvuus"),
    ("Budjettirivi", "1|2|3|1", "Budjettirivi", "Budjettirivi"),
    ("Ulottuvuus;Projekti", "1 TEK|2 HYV|3 MAA|1 DIG", "Ulottuvuus", "Ulottuvuus;Projekti"),
    ("Ulottuvuus;Projekti", "1 Tekoäly|2 Digi|3 Maa|1 Digi", "Ulottuvuus", "Ulottuvuus;Projekti"),
    # The heading proves what the numbers are.
    ("Proj", "1|2|3|1", "Proj", ""),
    ("PROJ", "1|2|3|1", "PROJ", ""),
    ("Projekti", "1|2|3|1", "Projekti", ""),
    ("Rahaston projekti", "1|2|3|1", "Rahaston projekti", ""),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "cells", "taken", "offered"), NUMBERS)
def test_numbers_of_rows_are_no_codes_of_the_plan(headings: str, cells: str, taken: str, offered: str) -> None:
    rows = [f"{number}.6.2021 {row} 100 5,{number}0" for number, row in enumerate(cells.split("|"), 1)]
    recognition = found(f"Pvm;{headings};Kp;Summa", *rows, known=SHORT)
    assert recognition.profile.columns.get("project_code", "") == taken
    questions = [question for question in recognition.questions if question.column == "project_code"]
    assert [list(question.choices) for question in questions] == ([offered.split(";")] if offered else [])
    assert recognition.profile.columns["cost_centre"] == "Kp" and recognition.profile.columns["amount"] == "Summa"


def test_codes_with_letters_are_found_under_the_heading_of_a_row() -> None:
    recognition = found("Pvm;Rivi;Kp;Summa", *["1.6.2021 KR1 1000 5,00"] * 2)
    assert recognition.profile.columns["project_code"] == "Rivi" and not recognition.questions
