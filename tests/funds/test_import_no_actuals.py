"""Rows that a column of the file calls a budget, a commitment, a forecast or cancelled: added, and never in silence."""

import pytest

from .import_files import csv, reading

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
