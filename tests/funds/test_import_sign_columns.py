"""Signs in a column of their own: read as the side of the amounts where that is certain, and else told."""

from decimal import Decimal
from typing import Any

import pytest

from .import_files import csv, found, reading, rows_of, xlsx

pytestmark = pytest.mark.usefixtures("english")

KEYS = ("Pvm", "Tosite", "Kustannuspaikka", "Projekti")


def file(heading: str, marks: tuple[str, ...], *, kind: Any = csv, after: bool = True, far: bool = False) -> bytes:
    """Rows of 100, 250 and 470 with a mark each, beside the amounts or far from them."""
    rows = []
    for number, (mark, euros) in enumerate(zip(marks, (100, 250, 470), strict=True), start=1):
        amount = f"{euros},00" if kind is csv else euros
        key = (f"{number}.10.2024", str(number), "2000", "KR1")
        rows.append((*key, amount, "x", mark) if far else (*key, amount, mark) if after else (*key, mark, amount))
    names = ("Summa", "Selite", heading) if far else ("Summa", heading) if after else (heading, "Summa")
    content: bytes = kind(*rows, header=(*KEYS, *names))
    return content


def booked(content: bytes, **said: Any) -> tuple[Decimal, list[str]]:
    actuals = reading(content, **said)
    return sum((row.amount or Decimal(0) for row in actuals if row.kind == "row"), Decimal(0)), actuals.warnings


CREDITS = ("Kredit", "Kred.", "Kr", "K", "Hyvitys", "Hyv.", "Miinus", "Minus")
#: Heading, marks, the sum, and a part of what is said.
READ = [
    ("", ("", "", "-"), "-120", "“[F]” was taken for “Debit or credit (D/K)”"),
    ("", (" ", "\u2212", " "), "320", "“[F]” was taken for “Debit or credit (D/K)”"),
    ("", ("+", "+", "-"), "-120", ""),
    *[
        (heading, ("", "", "-"), "-120", "")
        for heading in ("+/-", "Plus/minus", "Etumerkki", "Summan etumerkki", "Etum.", "Förtecken", "\u00b1")
    ],
    *[
        (heading, ("-", "-", "-"), "-820", f"“{heading}” was taken for “Debit or credit (D/K)”")
        for heading in ("+/-", "Etumerkki", "Förtecken", "D/K")
    ],
    *[(heading, ("-", "+", "-"), "-320", "") for heading in ("+/-", "Etumerkki", "Merkki", "Sign", "Laji")],
    *[
        (heading, ("", "", "-"), "-120", f"“{heading}” was taken for “Debit or credit (D/K)”")
        for heading in ("Tunnus", "Laji", "Tyyppi", "Huom", "Merkki", "Sign")
    ],
    # A dash under a heading of credits says that there is none.
    *[(heading, ("-", "-", "-"), "820", "") for heading in CREDITS],
    *[(heading, ("", "-", "-"), "820", f"“{heading}” seems to say debit and credit") for heading in CREDITS],
    ("Kredit", ("K", "K", "K"), "820", "“Kredit” seems to say debit and credit"),
    *[(heading, ("-", "-", "-"), "820", f"“{heading}” seems to say") for heading in ("Merkki", "Sign")],
    # Initials of who has signed.
    *[
        (heading, marks, "820", f"“{heading}” seems to say debit and credit")
        for heading in ("Merkki", "Sign", "Side")
        for marks in (("AN", "", ""), ("K", "H", ""), ("C", "CR", "AN"), ("", "-", "K"))
    ],
    # Words, and a mark in every row.
    *[("", ("", "", word), "820", "“[F]” seems to say debit and credit") for word in ("K", "H", "C", "Kredit", "Tulo")],
    *[("+/-", ("", "", word), "820", "“+/-” seems to say debit and credit") for word in ("K", "Hyvitys", "Cr")],
    *[("Tyyppi", ("", "", word), "820", "“Tyyppi” seems to say debit and credit") for word in ("K", "Hyvitys")],
    ("", ("-", "-", "-"), "820", "“[F]” seems to say debit and credit"),
    # Nothing of the kind.
    *[(heading, ("-", "-", "-"), "820", "") for heading in ("Laji", "Huom", "Lisätieto")],
    ("Lisätieto", ("", "-", "-"), "820", ""),
    ("Laji", ("K", "K", "K"), "820", ""),
    ("Huom", ("", "-", "kallis"), "820", ""),
    ("", ("", "*", ""), "820", ""),
    ("Tyyppi", ("", "50", ""), "820", ""),
]


@pytest.mark.parametrize(("heading", "marks", "total", "said"), READ)
@pytest.mark.parametrize("kind", [csv, xlsx])
def test_a_column_of_signs_beside_the_amounts(
    heading: str, marks: tuple[str, ...], total: str, said: str, kind: Any
) -> None:
    amount, warnings = booked(file(heading, marks, kind=kind))
    assert amount == Decimal(total)
    assert len(warnings) == bool(said) and said in "".join(warnings), warnings


def test_the_sign_may_stand_before_the_amount() -> None:
    assert booked(file("", ("", "-", ""), after=False))[0] == Decimal(320)


def test_a_sign_far_from_the_amounts_is_told_and_a_code_is_not() -> None:
    assert booked(file("+/-", ("", "-", ""), far=True)) == (Decimal(320), [])
    amount, warnings = booked(file("Tunnus", ("", "-", ""), far=True))
    assert amount == 820 and ["“Tunnus” seems" in warning for warning in warnings] == [True]
    assert booked(file("Tunnus", ("", "K", ""), far=True)) == (Decimal(820), [])


@pytest.mark.parametrize("amount", ["-200,00", "200,00-", "(200,00)", "\u2212200,00"])
def test_a_sign_beside_an_amount_that_has_one_is_not_read(amount: str) -> None:
    rows = [("1.10.2024", "1", "2000", "KR1", "100,00", ""), ("2.10.2024", "2", "2000", "KR1", amount, "-")]
    assert booked(csv(*rows, header=(*KEYS, "Summa", ""))) == (Decimal(-100), [])


COMPLETE = {"header_row": 1, "date_format": "d.m.yyyy", "decimal_mark": ",", "delimiter": ";"}


@pytest.mark.parametrize(
    ("marks", "total", "said"),
    [
        (("", "", "-"), "-120", ""),
        (("", "+", "-"), "-120", ""),
        (("", "K", ""), "320", "only credits are marked (1, the first is “K” in row 3), and its blank cells are read"),
        (("", "AN", "H"), "-620", "In the column “[F]” only credits are marked (2, the first is “AN” in row 3)"),
        (("K", "AN", "H"), "-820", ""),
    ],
)
def test_blanks_are_debits_where_only_credits_are_marked(marks: tuple[str, ...], total: str, said: str) -> None:
    columns = {"date": "Pvm", "amount": "Summa", "side": "[F]"}
    for options in ({"confirmed": True}, {}):
        amount, warnings = booked(file("", marks), profile={**COMPLETE, "columns": columns}, **options)
        assert amount == Decimal(total) and len(warnings) == bool(said) and said in "".join(warnings), warnings
    # A saved profile that does not know the column.
    del columns["side"]
    amount, warnings = booked(file("", marks), profile={**COMPLETE, "columns": columns}, confirmed=True)
    assert amount == 820 and ["“[F]” seems to say" in warning for warning in warnings] == [True] * ("" in marks)


def test_a_column_of_initials_that_a_person_has_chosen_is_read_and_told() -> None:
    amount, warnings = booked(file("Sign", ("AN", "", "")), profile={"columns": {"side": "Sign"}})
    assert amount == 620 and ["“Sign” only credits are marked" in warning for warning in warnings] == [True]


@pytest.mark.parametrize("heading", ["Etumerkki", "D/K"])
def test_words_and_blanks_under_a_plain_heading_lack_their_word(heading: str) -> None:
    rows = rows_of(file(heading, ("", "K", "K")))
    assert [problem.code for row in rows for problem in row.problems] == ["side"]


@pytest.mark.parametrize("marks", [("D", "", "K"), ("", "D", "D"), ("", "x", "K")])
def test_a_blank_among_words_of_debit_lacks_its_word(marks: tuple[str, ...]) -> None:
    columns = {"date": "Pvm", "amount": "Summa", "side": "[F]"}
    rows = rows_of(file("", marks), {**COMPLETE, "columns": columns})
    assert rows[marks.index("")].problems[0].code == "side"


def test_totals_and_headings_once_more_in_a_file_with_signs() -> None:
    header = (*KEYS, "Summa", "")
    rows = [("1.10.2024", "1", "2000", "KR1", "100,00", ""), ("2.10.2024", "2", "2000", "KR1", "300,00", "-")]
    content = csv(rows[0], header, rows[1], ("Yhteensä", "", "", "", "200,00", "-"), header=header)
    assert [row.reason or row.kind for row in rows_of(content)] == ["row", "headings_again", "row", "total"]
    assert found(content).choices["side"].confidence == "likely"


@pytest.mark.parametrize("heading", ["+/-", "\u00b1", "Etumerkki", "Tunnus", "Merkki", "Laji", ""])
@pytest.mark.parametrize("known", [True, False])
def test_blanks_are_debits_below_headings_once_more(heading: str, known: bool) -> None:
    header = (*KEYS, "Summa (alv 0)", heading)
    rows = [("1.10.2024", "1", "2000", "KR1", "100,00", ""), ("2.10.2024", "2", "2000", "KR1", "300,00", "-")]
    content = csv(*rows, header, *rows, header=header)
    columns = {"date": "Pvm", "amount": "Summa (alv 0)", "side": heading or "[F]"}
    read = rows_of(content, {**COMPLETE, "columns": columns} if known else {})
    assert [row.reason or row.kind for row in read] == ["row", "row", "headings_again", "row", "row"]
    assert sum(row.amount or 0 for row in read) == -400


def test_the_blank_of_a_total_leaves_no_row_without_a_sign() -> None:
    rows = [(f"{day}.10.2024", str(day), "2000", "KR1", "100,00", "-") for day in (1, 2)]
    for total in (("Yhteensä", "", "", "", "200,00", ""), ("*", "", "", "", "200,00", ""), (*[""] * 4, "200,00", "")):
        for heading in ("Laji", "Kredit", "Merkki"):
            assert "side" not in found(csv(*rows, total, header=(*KEYS, "Summa", heading))).choices
        for heading in ("+/-", "Etumerkki"):
            choice = found(csv(*rows, total, header=(*KEYS, "Summa", heading))).choices["side"]
            assert choice.confidence == "likely" and "every row has a minus sign" in choice.why.lower()


def test_a_very_long_amount_ends_the_search_for_its_sign() -> None:
    rows = [("1.10.2024", "1", "2000", "KR1", "100,00", "-"), ("2.10.2024", "2", "2000", "KR1", "100,00", "")]
    long = ("3.10.2024", "3", "2000", "KR1", "2" * 9_990, "")
    read = rows_of(csv(*rows, *[long] * 200, header=(*KEYS, "Summa", "Tunnus")))
    assert [row.kind for row in read] == ["row", "row", *["error"] * 200]
