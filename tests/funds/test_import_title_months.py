"""Lines beside a table without months: they may say another month than the one that was chosen."""

from typing import Any

import pytest

from fundtrack.periods import Month

from .import_files import HEADER, ROW, csv, reading

pytestmark = pytest.mark.usefixtures("english")

OCTOBER = Month(2024, 10)
LINES = [
    ("Toteuma 1.11.2024 - 30.11.2024", True),
    ("Kausi: 11/2024", True),
    ("Toteuma, marraskuu 2024", True),
    ("Utfall november 2024", True),
    ("30.11.2024", True),
    ("Toteumaraportti 30.11.2024", True),
    ("Toteumaraportti 4.11.2024", False),
    ("Kajaanin kaupunki 30.11.2024", False),
    ("Toteuma 2024/11", True),
    ("Kausi marraskuu", True),
    ("Kausi lokakuu", False),
    ("Talousjohtaja 11/2024", False),
    ("Marraskuun kokous 2024", False),
    ("Kausi 202411", True),
    ("Kausi 2024-11", True),
    ("2024-11", True),
    ("Toteuma 2024-11-01 - 2024-11-30", True),
    ("Toteuma 2024-01-01 - 2024-12-31", False),
    ("Toteuma 20240101-20241231", False),
    ("Kausi 202401–202412", False),
    ("Kausi 2024-2025", False),
    ("Kausi 202410", False),
    ("2024-10", False),
    ("Toteuma 1.10.2024 - 31.10.2024", False),
    ("Kausi: 10/2024", False),
    ("Toteuma 1.1.2024 - 31.10.2024", False),
    ("Lokakuu 2024", False),
    ("Kausi 01/2024 - 12/2024", False),
    ("Toteuma 9/2024–11/2024", False),
    ("Kajaanin kaupunki 4.11.2024", False),
    ("4.11.2024 09:12", False),
    ("Rahaston päätös 12.3.2024 § 45", False),
    ("Dnro 12/2024", False),
    ("11/2024", True),
    ("Tulostettu 5.11.2024 12.30", False),
    ("Kehittämisrahasto 2024", False),
    # Words for what is in the file, in three languages.
    *[(f"{word} 11/2024", True) for word in (
        *("Pääkirja", "Ajanjakso", "Kirjauskausi", "Laskentakausi", "Raportointikausi", "Tilikauden jakso", "Kk"),
        *("Kuukausiraportti", "Kirjaukset", "Tapahtumat", "Tositteet", "Ostoreskontra", "Talousraportti", "Menot"),
        *("Kustannukset", "Erittely", "Tiliote", "Kehittämisrahasto", "Huvudbok", "Bokföringsperiod", "Månad"),
        *("Kontoutdrag", "Månadsrapport", "Utgifter", "General ledger", "Report", "Costs"),
    )],
    # Months in words are no dates of decisions.
    *[(line, True) for line in (
        *("Kehittämisrahasto, marraskuu 2024", "Marraskuun 2024 kulut", "marraskuun kirjaukset 2024", "Marraskuu"),
        *("Kulut marraskuussa 2024", "Kajaanin kaupunki - marraskuu 2024", "Huvudbok november 2024", "Nov-24"),
        *("Månaden november 2024", "General ledger November 2024", "november", "Kuukausi: Marraskuu Vuosi: 2024"),
        *("Tammi–syyskuu 2024", "Marras-joulukuu 2024", "Kulut elo 2024"),
    )],
    # Nor are spans.
    *[(line, True) for line in (
        *("Kirjaukset 1.11.2024-30.11.2024", "1.11.–30.11.2024", "1.–30.11.2024", "Huvudbok 1-9/2024"),
        *("2024-11-01 - 2024-11-30", "1. marraskuuta - 30. marraskuuta 2024", "Kuukaudet 11/2024 - 11/2024"),
    )],
    ("Luotu 4.12.2024 Kausi 11/2024", True),
    ("Poimintaehdot: kausi 11/2024", True),
    *[(line, False) for line in (
        *("Toteuma tammi-lokakuu 2024", "Tammi–joulukuu 2024", "Toteuma 1-10/2024", "1.–31.10.2024"),
        *("Hanke 1.1.2022 - 31.12.2026", "Sopimus 1.1.2023-31.12.2023", "Sopimuksen kausi 1.1.2022–31.12.2026"),
        *("Rahaston päätös 12. maaliskuuta 2024", "Beslut 12 mars 2024 § 45", "Decided November 4, 2024"),
        *("Pöytäkirja 11/2024", "Kirjanpito, Dnro 12/2024", "Rahaston päätös 11/2024", "Kokous 11/2024 § 4"),
        *("Raportti 4.11.2024", "Toteumaraportti 4.11.2024", "Pääkirja 4.11.2024", "4.11.2024", "2024-11-04"),
        *("Tulostettu marraskuussa 2024", "Kausi 10/2024, tulostettu 4.11.2024", "Tilikausi 2024, 4.11.2024"),
        *("Nuorten kesä 2024 -hanke", "Mars Oy 2024", "Tilinpäätös 31.12.2023", "Projekti 202411", "1-9/2024 liite"),
    )],
]  # fmt: skip


def told(content: bytes, **options: Any) -> bool:
    found = reading(content, **options)
    assert [row.kind for row in found if row.kind != "skipped"]
    return any("booked in the chosen month 10/2024" in warning for warning in found.warnings)


@pytest.mark.parametrize(("line", "differs"), LINES)
def test_a_title_that_names_another_month_is_told(line: str, differs: bool) -> None:
    content = csv(HEADER[1:], ROW[1:], header=(line,))
    assert told(content, month=OCTOBER) is differs


def test_headings_of_months_between_the_rows_are_told() -> None:
    rows = (("Lokakuu 2024",), ROW[1:], ("Marraskuu 2024",), ROW[1:])
    assert told(csv(*rows, header=HEADER[1:]), month=OCTOBER)
    assert not told(csv(*rows[:2], header=HEADER[1:]), month=OCTOBER)


def test_a_plan_of_the_year_does_not_say_of_which_month_the_rows_are() -> None:
    for above, differs in (("Talousarvio 1.1.2024-31.12.2024", True), ("Toteuma 1.1.2024-31.10.2024", False)):
        assert told(csv(("Kausi 11/2024",), HEADER[1:], ROW[1:], header=(above,)), month=OCTOBER) is differs


@pytest.mark.parametrize("line", ["Kirjaukset marraskuu 2024", "Marraskuun kirjaukset 11/2024", "Kk 11/2024"])
def test_titles_inside_the_table_are_told(line: str) -> None:
    assert told(csv(ROW[1:], (line,), ROW[1:], header=HEADER[1:]), month=OCTOBER)


def test_rows_that_say_their_months_are_not_compared() -> None:
    assert not told(csv(HEADER, ROW, header=("Kausi: 11/2024",)))
