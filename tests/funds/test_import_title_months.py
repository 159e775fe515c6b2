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
]


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


def test_rows_that_say_their_months_are_not_compared() -> None:
    assert not told(csv(HEADER, ROW, header=("Kausi: 11/2024",)))
