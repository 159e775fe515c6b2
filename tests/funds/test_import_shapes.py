"""CSV records of another shape than the others: a row that is shifted, swallowed or cut is never read in silence."""

from decimal import Decimal

import pytest

from .import_files import reading

pytestmark = pytest.mark.usefixtures("english")

SHIFTED = "The row has more cells than the headings have: its cells may have shifted."
CUT = "The amount and the cell after it seem to be one amount that its own decimal comma has cut in two."
SWALLOWED = "A cell holds a line break and what looks like another row, which is not read"
HEADINGS = "Pvm;Projekti;Selite;ALV;Netto;Lisätieto"
ROW = "5.10.2024;KR1;Kahvi;10,00;41,67;"
WRONG = "6.10.2024;KR1;Kahvi;pulla;24,00;100,00;"
IN_COMMAS = "Pvm,Projekti,Summa,Selite"

#: Lines of the file, the kind of each row, the sum of what is booked, and what is said.
FILES = [
    ([HEADINGS, ROW, WRONG, ROW], "row error row", "83.34", f"Row 3: {SHIFTED}"),
    ([HEADINGS, ROW + ";", ROW + ";", ROW + ";"], "row row row", "125.01", ""),
    ([HEADINGS, *[ROW + ";"] * 9, WRONG + ";"], "row " * 9 + "error", "375.03", f"Row 11: {SHIFTED}"),
    ([HEADINGS + ";", ROW, ROW, ROW, *[ROW] * 6, WRONG], "row " * 9 + "error", "375.03", f"Row 11: {SHIFTED}"),
    ([HEADINGS + ";", ROW, ROW + ";"], "row row", "83.34", ""),
    ([HEADINGS, ROW, ROW[:-1], ";;;;83,34;;;"], "row row total", "83.34", ""),
    # Amounts with decimal commas between commas.
    (
        [IN_COMMAS, '5.10.2024,KR1,"12,50",Kahvi', "6.10.2024,KR1,7,25", '7.10.2024,KR1,"7",Tee'],
        "row error row",
        "19.50",
        f"Row 3: {CUT}",
    ),
    ([IN_COMMAS, '5.10.2024,KR1,"12,50",Kahvi', "6.10.2024,KR1,7,25,Tee"], "row error", "12.50", f"Row 3: {SHIFTED}"),
    ([IN_COMMAS, '5.10.2024,KR1,"12,50",24', "6.10.2024,KR1,7,24"], "row row", "19.50", ""),
    ([IN_COMMAS, "5.10.2024,KR1,12,66", "6.10.2024,KR1,7,65"], "row row", "19.00", "(2 rows, the first is row 2)"),
    # A quotation mark too many.
    (
        ["Pvm;Projekti;Summa;Selite", '5.10.2024;KR1;100,00;"Kahvi', '6.10.2024;KR1;200,00;Putki 5"'],
        "row",
        "100.00",
        f"Row 2: {SWALLOWED}",
    ),
    (
        ["Pvm;Projekti;Selite;Summa", '5.10.2024;KR1;"Kahvi;100,00', '6.10.2024;KR1;Putki 5";200,00'],
        "row",
        "200.00",
        f"Row 2: {SWALLOWED}",
    ),
    (["Pvm;Projekti;Summa;Selite", '5.10.2024;KR1;100,00;"Kahvi; pulla', 'ja 2 teetä"'], "row", "100.00", ""),
]


@pytest.mark.parametrize(("lines", "kinds", "booked", "said"), FILES)
def test_rows_of_another_shape_are_said(lines: list[str], kinds: str, booked: str, said: str) -> None:
    profile = {"date_format": "d.m.yyyy", "decimal_mark": ","}
    columns = {"columns": {"amount": "Netto"}} if "Netto" in lines[0] else {}
    found = reading("\r\n".join([*lines, ""]).encode(), profile | columns)
    read = [row for row in found if row.reason != "headings"]
    assert [row.kind for row in read] == kinds.split() and found.totals.rows == Decimal(booked)
    sentences = [*(str(each) for row in read for each in (*row.problems, *row.notes)), *found.warnings]
    assert said in " ".join(sentences) and len(sentences) == bool(said)


RULED = "|Pvm      |Kp  |Projekti|Selite|   Summa|"
LINE = "-" * 42
#: Lines of the file, the kind of each row and why it is none, what is booked, and the file's own total.
LISTS = [
    (
        [
            *[
                LINE,
                RULED,
                LINE,
                "|1.10.2024|2000|KR1     |Kahvi |  10,00 |",
                "|2.10.2024|2000|KR1     |*     |  20,00 |",
            ],
            *["|*        |2000|        |      |  30,00 |", "|3.10.2024|3000|KR2     |Pulla | 100,00-|"],
            *["|*        |3000|        |      | 100,00-|", "|**       |    |        |      |  70,00-|", LINE],
        ],
        "ruled row row subtotal row subtotal total ruled",
        "-70.00",
        "-70.00",
    ),
    (
        [
            *[RULED, "|1.10.2024|2000|KR1     |Kahvi |  10,00 |", "|*        |2000|        |      |  11,00 |"],
            "|2.10.2024|2000|KR1     |Kahvi |  10,00 |",
        ],
        "row not_the_sum row",
        "20.00",
        None,
    ),
    (
        [
            "Pvm;Projekti;Selite;Summa",
            "=====;=====;====;____",
            "5.10.2024;KR1;Tee;1,00",
            ";;+----+----+;",
            ";;;;",
            ";;---;5,00",
        ],
        "ruled row ruled blank date_missing",
        "1.00",
        None,
    ),
    (
        ["Pvm;Projekti;Selite;Summa", "5.10.2024;*;Tee;1,00", "6.10.2024;KR1;*;1,00", "-;-;-;-"],
        "row row zero",
        "2.00",
        None,
    ),
]


@pytest.mark.parametrize(("lines", "kinds", "booked", "own"), LISTS)
def test_ruled_lists_are_read(lines: list[str], kinds: str, booked: str, own: str | None) -> None:
    found = reading("\r\n".join([*lines, ""]).encode(), {"date_format": "d.m.yyyy", "decimal_mark": ","})
    read = [row for row in found if row.reason not in ("headings", "above_headings")]
    assert " ".join(row.problems[0].code if row.problems else row.reason or row.kind for row in read) == kinds
    assert found.totals.rows == Decimal(booked) and found.totals.own == (None if own is None else Decimal(own))


def test_stars_of_subtotals_are_no_dates_that_cannot_be_read() -> None:
    rows = [f"{day}.10.2024;KR1;Tee;1,00" for day in (1, 2)]
    lines = ["Pvm;Projekti;Selite;Summa", *rows, "*;KR1;;2,00", *rows, "*;KR1;;2,00", "**;;;4,00"]
    found = reading("\r\n".join([*lines, ""]).encode())
    assert [row.kind for row in found][1:] == ["row", "row", "total", "row", "row", "total", "total"]
    assert not found.warnings
