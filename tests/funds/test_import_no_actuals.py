"""Rows that a column of the file calls a budget, a commitment, a forecast or cancelled: added, and never in silence."""

from typing import Any

import pytest

from fundtrack.periods import Month

from .import_files import csv, reading, xlsx

pytestmark = pytest.mark.usefixtures("english")

ONE = (
    "1 row says “{1}” in the column “{0}” (row 3) and is added like the others. Leave it out if it is no actual."
).format
TWO = (
    "2 rows say “{1}” in the column “{0}” (the first is row 3) and are added like the others. Leave them out if they "
    "are no actuals."
).format
SEVERAL = (
    "The column “{0}” has several values ({1}), and all rows are added. Leave those out that are no actuals."
).format
#: The heading of a column that nobody uses, its cells, and what is said.
COLUMNS = [
    *[
        ("Laji", ["Toteuma", word, "Toteuma"], [ONE("Laji", word)])
        for word in (
            *("Talousarvio", "TALOUSARVIO 2024", "Muutettu talousarvio", "Talousarviomuutos", "Budjetti", "TA"),
            *("TA 2024", "Lisätalousarvio", "Määräraha", "Suunnitelma", "Budget", "Budget 2024", "Reviderad budget"),
            *("Budgeterat", "Amended budget", "Sitoumus", "SIT", "Tilaus", "Tilaus (sidottu)", "Ostotilaus", "Sidottu"),
            *("Commitment", "Purchase order", "Beställning", "Ennuste", "Tilinpäätösennuste", "Forecast", "Prognos"),
        )
    ],
    *[
        ("Tila", ["Kirjattu", word, "Kirjattu"], [ONE("Tila", word)])
        for word in (
            *("Peruttu", "PERUUTETTU", "Mitätöity", "Luonnos", "Hylätty", "Kumottu", "Hyväksymättä", "Ei hyväksytty"),
            *("Kirjaamatta", "Draft", "Cancelled", "Canceled", "Void", "Voided", "Rejected", "Not posted", "Utkast"),
            *("Annullerad", "Makulerad", "Förkastad", "Ej godkänd", "Ej bokförd"),
        )
    ],
    ("Tila", ["", "Peruttu", "Peruttu"], [TWO("Tila", "Peruttu")]),
    ("Laji", ["Toteuma", "Budjetti", "Ennuste"], ["1 row says “Budjetti”", "1 row says “Ennuste”"]),
    ("Laji", ["Budjetti"] * 3, ["3 rows say “Budjetti”"]),
    ("Arvolaji", ["4", "22", "4"], [SEVERAL("Arvolaji", "“4”, “22”")]),
    ("Arvotyyppi", ["1", "2", "3"], [SEVERAL("Arvotyyppi", "“1”, “2”, “3”")]),
    ("Value type", ["4", "", "22"], [SEVERAL("Value type", "“4”, “22”")]),
    ("Värdetyp", ["a", "b", "c"], [SEVERAL("Värdetyp", "“a”, “b”, “c”")]),
    ("Arvolaji", ["Toteuma", "Budjetti", "Toteuma"], [ONE("Arvolaji", "Budjetti")]),
    # Nothing of the kind.
    ("Arvolaji", ["4", "4", ""], []),
    ("Laji", ["Toteuma", "Hyvitys", "Kirjattu"], []),
    ("Laji", ["TA", "TA", "TA"], []),
    ("Toimenpide", ["Suunnitelma", "Toteutus", "Valvonta"], []),
    ("Vaihe", ["Suunnitelma", "Suunniteltu", "Rakentaminen"], []),
    ("Toiminto", ["Varaus", "Kirjasto", "Varaus"], []),
    ("Hankintatapa", ["Tilaus", "Kilpailutus", "Tilaus"], []),
    ("Lisätieto", ["Peruttu matka", "Tilauksen 12 lasku", "Budjettikokous"], []),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cells", "said"), COLUMNS)
def test_rows_that_are_no_actuals_are_said(heading: str, cells: list[str], said: list[str]) -> None:
    rows = [("202410", "KR1", cell, amount) for cell, amount in zip(cells, ("10,05", "7,77", "3,30"), strict=True)]
    found = reading(csv(*rows, header=("Kausi", "Projekti", heading, "Summa")))
    assert sum(row.kind == "row" for row in found) == 3
    assert len(found.warnings) == len(said)
    assert all(warning.startswith(each) for warning, each in zip(found.warnings, said, strict=True))


def test_rows_that_are_left_out_are_not_said() -> None:
    rows = [("202410", "KR1", cell, "10,05") for cell in ("Toteuma", "Budjetti", "Toteuma")]
    left_out = {"leave_out": [{"column": "Laji", "equals": "Budjetti"}]}
    found = reading(csv(*rows, header=("Kausi", "Projekti", "Laji", "Summa")), left_out)
    assert [row.kind for row in found][1:] == ["row", "left_out", "row"] and not found.warnings


def test_a_column_of_many_values_is_forgotten() -> None:
    cells = [*(f"Kahvi {number}" for number in range(30)), "Peruttu"]
    rows = [("202410", "KR1", cell, f"{number},05") for number, cell in enumerate(cells, start=1)]
    found = reading(csv(*rows, header=("Kausi", "Projekti", "Lisätieto", "Summa")), {"columns": {"amount": "Summa"}})
    assert sum(row.kind == "row" for row in found) == 31 and not found.warnings


#: A title between the rows, and what is said of the rows below it.
NO_ACTUALS = "are added like the others (2, together 2\u00a0222,00\u00a0€). Leave them out if they are no actuals."
INCOME = (
    "are added to the costs like the others (2, together 2\u00a0222,00\u00a0€). Give them a minus sign or leave them "
    "out if they are income."
)
TITLES = [
    *[(title, NO_ACTUALS) for title in (
        *("Sitoumukset", "Talousarvio 2024", "Talousarvio", "TALOUSARVIO", "Budjetti", "Avoimet tilaukset"),
        *("Ennuste", "Ennuste 2024", "Sitoumukset 31.10.2024", "Budjetti (EUR):", "Tilaukset", "Varaukset"),
        *("Budget", "Budget 2024", "Prognos", "Beställningar", "Öppna beställningar", "Förbindelser", "Commitments"),
        *("Open orders", "Luonnokset"),
    )],
    *[(title, INCOME) for title in ("Tulot", "TULOT", "Tuotot", "Toimintatuotot", "Intäkter", "Income", "Tulot 2024")],
    *[(title, "") for title in (
        *("Toteuma", "Menot", "Kainuun ammattiopisto", "Tietohallinto, yhteiset palvelut", "Budjettikokous"),
        *("Tulot ja menot", "Talousarvio ja toteuma", "Sivu 2"),
    )],
]  # fmt: skip
#: Where the title stands: the headings, a row, and the place of the title in it.
PLACES: list[tuple[tuple[str, ...], tuple[str, ...], int]] = [
    (("Pvm", "Projekti", "Selite", "Summa"), ("1.10.2024", "KR1", "kahvi"), 0),
    (("Pvm", "Projekti", "Selite", "Summa"), ("1.10.2024", "KR1", "kahvi"), 2),
    (("Kustannuspaikka", "Projekti", "Selite", "Summa"), ("2000", "KR1", "kahvi"), 0),
    (("Kustannuspaikka", "Projekti", "Selite", "Summa"), ("2000", "KR1", "kahvi"), 2),
]


def sections(place: int, *parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    headings, row, at = PLACES[place]
    rows: list[tuple[str, ...]] = [headings]
    for title, *amounts in parts:
        rows.append(tuple(title if index == at else "" for index in range(4)))
        rows += [(*row, amount) for amount in amounts]
    return rows


@pytest.mark.parametrize(("title", "said"), TITLES)
@pytest.mark.parametrize("place", range(len(PLACES)))
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_titles_of_rows_that_are_no_actuals_are_told(title: str, said: str, place: int, kind: Any) -> None:
    header, *rows = sections(place, ("Toteuma", "1,00", "7,00"), (title, "1111,00", "1111,00"))
    actuals = reading(kind(*rows, header=header), month=Month(2024, 10) if place > 1 else None)
    assert [row.kind for row in actuals if row.kind != "skipped"] == ["row"] * 4
    said = said and f"Row 5 says “{title}”, and the rows below it {said}"
    assert actuals.warnings == ([said] if said else [])


def test_a_title_counts_until_the_next_one_and_is_told_once() -> None:
    parts = [("Budjetti", "5,00"), ("Toteuma", "1,00", "7,00"), ("Budjetti", "6,00"), ("Menot", "3,30")]
    header, *rows = sections(0, *parts)
    actuals = reading(csv(*rows, header=header))
    assert sum(row.kind == "row" for row in actuals) == 5
    assert ["(2, together 11,00" in warning for warning in actuals.warnings] == [True]


@pytest.mark.parametrize("parts", [[("Menot", "9,00"), ("Tulot", "-5,00")], [("Toteuma", "9,00"), ("Budjetti",)]])
def test_income_with_its_sign_and_a_title_without_rows_are_not_told(parts: list[tuple[str, ...]]) -> None:
    header, *rows = sections(0, *parts)
    actuals = reading(csv(*rows, header=header))
    assert list(actuals) and not actuals.warnings
