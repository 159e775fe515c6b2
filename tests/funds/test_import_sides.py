"""Debit and credit: in two columns, in words beside one column of amounts, and in columns that nobody reads."""

from decimal import Decimal
from typing import Any

import pytest

from funds.imports.files import open_file
from funds.imports.profiles import ProfileRefusal
from funds.imports.recognise import recognise

from .import_files import HEADER, ROW, csv, reading, rows_of, xlsx

pytestmark = pytest.mark.usefixtures("english")

WIDE = "\u00a0"
KEYS = ("Pvm", "Kustannuspaikka", "Projekti")


@pytest.mark.parametrize(
    ("debit", "credit", "amount"), [("12,00", "", "12"), ("", "12,00", "-12"), ("5,00", "2,00", "3")]
)
def test_debit_and_credit_in_two_columns(debit: str, credit: str, amount: str) -> None:
    header = (*HEADER[:6], "Debet", "Kredit")
    (row,) = rows_of(csv((*ROW[:6], debit, credit), header=header))
    assert (row.kind, row.amount) == ("row", Decimal(amount))


SIDES = (*HEADER[:6], "Debet", "Kredit")
#: (debit, credit) of each row, what the profile says of negative credits, the amounts, and a part of the note.
SIGNS: list[tuple[list[tuple[str, str]], str | None, list[str], str]] = [
    ([("12,00", ""), ("", "2,00")], None, ["12", "-2"], ""),
    ([("12,00", ""), ("-2,00", "")], None, ["12", "-2"], "negative debits (1, the first in row 3)"),
    ([("", "5,00"), ("", "-2,00")], None, ["-5", "2"], "opposite sign (1, the first in row 3)"),
    ([("12,00", "0,00"), ("0,00", "-2,00")], "credit", ["12", "-2"], ""),
    ([("12,00", ""), ("", "-2,00")], "reversal", ["12", "2"], "opposite sign (1, the first in row 3)"),
    ([("", "-5,00"), ("", "2,00")], "credit", ["-5", "2"], "opposite sign (1, the first in row 3)"),
]


@pytest.mark.parametrize(("sides", "manner", "amounts", "note"), SIGNS)
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_a_minus_sign_in_debit_and_credit_is_said(
    sides: list[tuple[str, str]], manner: str | None, amounts: list[str], note: str, kind: Any
) -> None:
    found = reading(kind(*((*ROW[:6], *both) for both in sides), header=SIDES), {"negative_credit": manner})
    assert [row.amount for row in found if row.kind == "row"] == list(map(Decimal, amounts))
    assert len(found.warnings) == bool(note) and note in "".join(found.warnings)


@pytest.mark.parametrize(
    ("credits", "manner", "part"),
    [
        (
            ["-2,00", "-3,00"],
            None,
            "row 3: \u22122,00 €). Either the minus sign marks a credit and the row counts \u22122,00 €",
        ),
        (["-2,00", "-3,00", "1,00"], None, "takes a credit back and the row counts 2,00 €"),
        (["2,00"], "credit", "have no minus sign (first in row 3)"),
    ],
)
@pytest.mark.parametrize("confirmed", [False, True])
def test_credits_that_are_all_negative_are_asked_about(
    credits: list[str], manner: str | None, part: str, confirmed: bool
) -> None:
    # The file's own total has the sign of its rows and is not counted with them.
    rows = [("12,00", ""), *(("", credit) for credit in credits)]
    content = csv(
        *((*ROW[:6], *both) for both in rows), ("", "", "", "", "", "Yhteensä", "12,00", "9,99"), header=SIDES
    )
    columns = {"date": "Päivä", "debit": "Debet", "credit": "Kredit"}
    said = {"header_row": 1, "date_format": "d.m.yyyy", "delimiter": ";", "decimal_mark": ",", "columns": columns}
    with pytest.raises(ProfileRefusal) as refusal:
        list(reading(content, {**said, "negative_credit": manner}, confirmed=confirmed))
    assert refusal.value.code == "negative_credit"
    assert part in str(refusal.value).replace(WIDE, " ") and str(refusal.value).endswith(".")


def test_both_sides_together_are_an_amount_that_fits_the_ledger() -> None:
    largest = "999999999999,99"
    (row,) = rows_of(csv((*ROW[:6], largest, f"-{largest}"), header=SIDES), {"negative_credit": "reversal"})
    assert (row.kind, row.problems[0].code) == ("error", "too_large")


@pytest.mark.parametrize(
    ("side", "sign"),
    [
        ("D", 1),
        ("K", -1),
        ("C", -1),
        ("debet", 1),
        ("Kredit", -1),
        ("+", 1),
        ("-", -1),
        ("S", 1),
        ("H", -1),
        ("40", 1),
        ("50", -1),
        ("Deb", 1),
        ("Deb.", 1),
        ("Kre", -1),
        ("Kred", -1),
        ("Kred.", -1),
        ("Debetvienti", 1),
        ("Kreditvienti", -1),
        ("Veloitus", 1),
        ("Hyvitys", -1),
        ("Per", 1),
        ("An", -1),
        ("Per-puoli", 1),
        ("An-puoli", -1),
        ("Menot", 1),
        ("Tulot", -1),
        ("Meno", 1),
        ("Tulo", -1),
        ("Debitering", 1),
        ("Kreditering", -1),
        ("Utgifter", 1),
        ("Inkomst", -1),
        ("Expense", 1),
        ("Income", -1),
        ("1", 1),
        ("-1", -1),
    ],
)
@pytest.mark.parametrize("heading", ["D/K", "Puoli"])
def test_an_amount_and_its_side(side: str, sign: int, heading: str) -> None:
    (row,) = rows_of(csv((*ROW, side), header=(*HEADER, heading)))
    assert row.amount == sign * Decimal("100.00")


@pytest.mark.parametrize("kind", [csv, xlsx])
def test_a_row_without_its_side_says_so(kind: Any) -> None:
    rows = rows_of(kind((*ROW, "K"), (*ROW, ""), (*ROW, " "), header=(*HEADER, "D/K")))
    assert [row.kind for row in rows] == ["row", "error", "error"]
    assert "empty: it does not say whether the row is debit or credit" in str(rows[1].problems[0])


#: Heading of the sides, the side of two rows, and the word that is asked about; "" where the rows are credits.
UNKNOWN_SIDES = [
    ("D/K", "VH", "V"),
    ("Puoli", "AP", "A"),
    ("D/K", "12", "2"),
    ("Etumerkki", "11", ""),
    ("Menot/Tulot", "MT", "M"),
    ("DrCr", ("Velka", "Saatava"), "Velka"),
    ("Debet/Kredit", ("x", "x"), "x"),
    ("Debet/Kredit", ("", ""), ""),
    # No certain headings.
    ("Merkki", "VH", ""),
    ("Kerroin", ("1", "-1"), ""),
]


@pytest.mark.parametrize(("heading", "sides", "word"), UNKNOWN_SIDES)
def test_a_column_of_sides_with_unknown_words_is_asked_about(heading: str, sides: Any, word: str) -> None:
    content = csv(*(("1.6.2021", "2000", "KR1", "100,00", side) for side in sides), header=(*KEYS, "Summa", heading))
    questions = recognise(open_file("x.csv", content)).questions
    assert [(question.key, question.column) for question in questions] == [("column", "side")] * bool(word)
    if not word:
        assert [str(row.amount) for row in reading(content) if row.kind == "row"] == ["100.00"] * 2
        return
    assert f"The column “{heading}”" in questions[0].message and f"“{word}” in row" in questions[0].message
    with pytest.raises(ProfileRefusal) as refusal:
        reading(content)
    assert str(refusal.value) == questions[0].message
    # Who says the column is told row by row, and who says that the amounts have their signs is reminded.
    rows = list(reading(content, {"columns": {"side": heading}}))
    assert "error" in [row.kind for row in rows]
    complete = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"}
    unused = reading(content, {**complete, "columns": {"date": "Pvm", "amount": "Summa"}})
    assert [row.kind for row in unused if row.kind != "skipped"] == ["row", "row"]
    assert [heading in warning and "debit and credit" in warning for warning in unused.warnings] == [True]


@pytest.mark.parametrize("complete", [True, False])
def test_amounts_under_the_heading_of_sides_are_no_sides(complete: bool) -> None:
    rows = [("1.6.2021", "2000", "KR1", "100,00", amount) for amount in ("100,50", "-20,25")]
    content = csv(*rows, header=(*KEYS, "Summa", "Debet/Kredit"))
    form = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"} if complete else {}
    actuals = reading(content, {**form, "columns": {"date": "Pvm", "amount": "Summa"}})
    assert [str(row.amount) for row in actuals if row.kind == "row"] == ["100.00"] * 2 and not actuals.warnings


#: Headings, one row, and the heading of the credits that the reading tells of.
CREDITS: list[tuple[tuple[str, ...], tuple[str, ...], str]] = [
    *[(("Summa", heading), ("100,00", "20,00"), heading) for heading in (
        "Hyvitykset", "Hyvitys EUR", "Tulot", "Tuotot", "Palautukset", "Kreditering", "Intäkter", "Refunds", "Kredit",
    )],
    (("Menot", "Hyvitykset"), ("100,00", "20,00"), "Hyvitykset"),
    (("Summa", "Hyvitykset"), ("100,00", "0,00"), ""),
    (("Summa", "Hyvitykset"), ("100,00", ""), ""),
    (("Summa", "Hyvityslaskun nro"), ("100,00", "20"), ""),
    (("Summa", "Palautus pvm"), ("100,00", "1.6.2021"), ""),
    (("Summa", "Hyvitys"), ("100,00", "ei"), ""),
    # What is left of costs and income has the income in it.
    (("Summa", "Menot", "Tulot"), ("80,00", "100,00", "20,00"), ""),
    (("Debet", "Kredit"), ("100,00", "20,00"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "cells", "told"), CREDITS)
@pytest.mark.parametrize("complete", [True, False])
def test_credits_that_are_not_read_are_told(
    headings: tuple[str, ...], cells: tuple[str, ...], told: str, complete: bool
) -> None:
    empty = ("100,00", *[""] * (len(cells) - 1))
    content = csv(*(("1.6.2021", "2000", "KR1", *row) for row in (empty, cells)), header=(*KEYS, *headings))
    columns = {"date": "Pvm"} | (
        {"debit": "Debet", "credit": "Kredit"} if "Debet" in headings else {"amount": headings[0]}
    )
    form = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"} if complete else {}
    actuals = reading(content, {**form, "columns": columns})
    assert [row.kind for row in actuals if row.kind != "skipped"] == ["row", "row"]
    warnings = [warning for warning in actuals.warnings if "credits or income" in warning]
    assert len(warnings) == bool(told), actuals.warnings
    assert not told or (f"“{told}”" in warnings[0] and "first “20,00” in row 3" in warnings[0])
