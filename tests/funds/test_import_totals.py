"""Subtotals, totals and balances that look like rows: told apart, or said; never booked in silence."""

from decimal import Decimal
from typing import Any

import pytest

from fundtrack.periods import Month

from .import_files import changed, csv, reading, rows_of

pytestmark = pytest.mark.usefixtures("english")

HEADER = ("Kausi", "Kustannuspaikka", "Projekti", "Tili", "Selite", "Summa")


def _row(project: str, account: str, amount: str, text: str = "Kahvi") -> tuple[str, ...]:
    return ("202410", "2000", project, account, text, amount)


TWO = [_row("KR1", "4000", "10,00"), _row("KR1", "4100", "20,00")]
ONE = [_row("KR2", "4000", "100,00")]
IS_SUM = "The row says that it is a total, and is the sum of rows above it. Leave it out if it is one."
NOT_THE_SUM = "The row says that it is a total, and is not the sum of rows above it."
#: Rows, the kind of each, what is booked, and what is said: of rows and of the file.
FILES: list[tuple[list[tuple[str, ...]], str, str, str]] = [
    # A word in a column of codes is no code: a subtotal if it is the sum since the one before, of one row too.
    (
        [*ONE, _row("KR2", "Yhteensä", "100,00"), *TWO, _row("KR1", "Yhteensä", "30,00")],
        "row total row row total",
        "130",
        "",
    ),
    (
        [*ONE, ("202410", "2000", "KR2 yht.", "", "", "100,00"), *TWO, ("202410", "2000", "Summa:", "", "", "30,00")],
        "row total row row total",
        "130",
        "",
    ),
    # Over several subtotals, and over everything, with the month.
    (
        [
            *ONE,
            *TWO,
            _row("KR1", "Totalt", "130,00"),
            *ONE,
            _row("KR2", "Välisumma", "100,00"),
            *TWO,
            _row("KR1", "Välisumma", "30,00"),
            _row("", "Yhteensä", "130,00"),
            ("202410", "Yhteensä", "", "", "", "260,00"),
        ],
        "row row row total row total row row total total total",
        "260",
        "",
    ),
    # Above its rows, or of something else.
    ([_row("KR1", "Yhteensä", "30,00"), *TWO], "error row row", "30", f"Row 2: {NOT_THE_SUM}"),
    ([*TWO, _row("KR1", "Yhteensä", "31,00"), *ONE], "row row error row", "130", f"Row 4: {NOT_THE_SUM}"),
    # In a text: it is booked and said, for each group.
    (
        [*ONE, _row("KR2", "", "100,00", "Yhteensä"), *TWO, _row("KR1", "", "30,00", "Yhteensä")],
        "row row row row row",
        "260",
        f"Row 3: {IS_SUM} Row 6: {IS_SUM}",
    ),
    (
        [_row("KR1", "", "29,00", "Yhteensä KR1"), *TWO],
        "row row row",
        "59",
        "Row 2: The row says that it is a total, and is not the sum of the rows above it.",
    ),
    # A word that may describe a cost as well: only of a sum.
    *[
        ([*TWO, _row("KR1", "4000", "30,00", word), *ONE], "row row row row", "160", f"Row 4: {IS_SUM}")
        for word in ("Σ", "Tot.", "Kaikki", "NETTO", "Kertymä", "Lokakuu 2024", "lokakuu", "Alla", "Ackumulerat")
    ],
    *[([*TWO, _row("KR1", "4000", "31,00", word)], "row row row", "61", "") for word in ("Tot.", "Netto", "Lokakuu")],
    ([*ONE, _row("KR1", "4000", "100,00", "Lokakuu 2024")], "row row", "200", ""),
    ([*TWO, _row("KR1", "4000", "30,00", "Lokakuu 2024, kahvi"), *ONE], "row row row row", "160", ""),
    # Neither a word nor an account.
    ([*TWO, _row("KR1", "", "30,00", ""), *ONE], "row row row row", "160", "beside them (1, the first in row 4)."),
    ([*ONE, _row("KR1", "", "30,00", ""), *TWO], "row row row row", "160", "beside them (1, the first in row 3)."),
    ([*TWO, _row("KR2", "", "30,00", ""), *ONE], "row row row row", "160", ""),
    # Balances.
    ([_row("KR1", "", "5,00", "Alkusaldo"), *TWO, _row("KR1", "", "35,00", "Loppusaldo")], "row row row row", "70",
     "carried forward are booked like the others (2, the first in row 2). Leave them out if they are no costs."),
    ([*TWO, _row("KR1", "9999", "5,00", "Siirto")], "row row row", "35", "(1, the first in row 4)"),
    ([*TWO, _row("KR1", "9999", "5,00", "Utgående saldo")], "row row row", "35", "(1, the first in row 4)"),
    ([*TWO, _row("KR1", "9999", "5,00", "Siirtokuljetus")], "row row row", "35", ""),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "kinds", "booked", "said"), FILES)
def test_totals_and_balances_among_the_rows(rows: list[Any], kinds: str, booked: str, said: str) -> None:
    found = reading(csv(*rows, header=HEADER), {"date_format": "yyyymm", "decimal_mark": ","})
    read = [row for row in found if row.reason != "headings"]
    assert " ".join(row.kind for row in read) == kinds
    assert found.totals.rows == Decimal(booked)
    sentences = [*(str(each) for row in read for each in (*row.problems, *row.notes)), *found.warnings]
    assert said in " ".join(sentences) and bool(sentences) == bool(said)
    assert found.totals.agrees in (None, True)


VOUCHERS = ("Kustannuspaikka", "Projekti", "Kausi", "Tosite", "Selite", "Summa")
FIRST, SECOND = ("2000", "KR1", "202410", "1", "Kahvi", "10,00"), ("2000", "KR1", "202410", "2", "Tee", "20,00")
OTHER = ("3000", "KR2", "202410", "3", "Pulla", "100,00")
MISSING = "The date or month is missing."
MAYBE = f"{MISSING} The row may be a total of other rows: leave it out if it is one."
#: Rows, the kind of each with its reason or problem, the sum that is booked, and the file's own.
UNDATED: list[tuple[list[Any], str, str, str | None]] = [
    # With the codes of its group, with one of them, or with none; of one row, of several groups, and of everything.
    (
        [
            *[FIRST, SECOND, ("2000", "KR1", "", "", "", "30,00"), ("2000", "", "", "", "Hallinto", "30,00")],
            *[OTHER, ("3000", "KR2", "", "0", "", "100,00"), ("", "", "", "", "", "100,00")],
            *[OTHER, OTHER, ("", "", "", "", "", "200,00"), ("", "", "", "", "", "330,00")],
        ],
        "row row subtotal subtotal row subtotal subtotal row row subtotal total",
        "330",
        "330",
    ),
    ([FIRST, SECOND, ("2000", "KR1", "", "", "", "30,00"), ("Tulostettu",)], "row row total words", "30", "30"),
    # Below subtotals that are booked with a warning.
    (
        [
            *[FIRST, SECOND, ("2000", "KR1", "202410", "", "", "30,00")],
            *[OTHER, FIRST, ("3000", "KR2", "202410", "", "", "110,00"), ("", "", "", "", "", "140,00")],
        ],
        "row row row row row row total",
        "280",
        "140",
    ),
    # Not the sum, or of one row and with a voucher: an error.
    ([FIRST, SECOND, ("2000", "KR1", "", "", "", "30,01"), OTHER], f"row row {MAYBE} row", "130", None),
    ([("2000", "KR1", "", "", "", "30,00"), FIRST, SECOND], f"{MAYBE} row row", "30", None),
    ([FIRST, SECOND, ("", "", "", "", "", "30,01")], f"row row {MAYBE}", "30", None),
    ([FIRST, OTHER, ("3000", "KR2", "", "4", "", "100,00")], f"row row {MISSING}", "110", None),
    ([FIRST, ("2000", "KR1", "", "1", "Kahvi", "10,00"), OTHER], f"row {MISSING} row", "110", None),
    ([FIRST, SECOND, ("2000", "KR1", "?", "", "", "30,00"), OTHER],
     "row row “?” is not a date or month in the form 202106. row", "130", None),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "kinds", "booked", "own"), UNDATED)
def test_sums_without_a_date_are_no_rows(rows: list[Any], kinds: str, booked: str, own: str | None) -> None:
    found = reading(csv(*rows, header=VOUCHERS), {"date_format": "yyyymm", "decimal_mark": ","})
    read = [row for row in found if row.reason != "headings"]
    told = [row.problems[0].message.split(": ", 1)[1] if row.problems else row.reason or row.kind for row in read]
    assert " ".join(told) == kinds and found.totals.rows == Decimal(booked)
    assert found.totals.own == (None if own is None else Decimal(own))


def test_a_total_that_the_profile_leaves_out_is_not_counted_with_the_rows() -> None:
    said = {"leave_out": [{"column": "Selite", "equals": "Yhteensä"}], "decimal_mark": ","}
    rows = [*ONE, _row("KR2", "", "100,00", "Yhteensä"), *TWO, _row("KR1", "", "30,00", "Yhteensä")]
    found = reading(
        csv(*rows, ("", "", "", "", "Yhteensä", "130,00"), header=HEADER), {"date_format": "yyyymm", **said}
    )
    kinds = [row.kind for row in found if row.reason != "headings"]
    assert kinds == ["row", "total", "row", "row", "total", "total"] and found.totals.agrees


def test_a_word_of_a_total_in_a_file_of_words_and_amounts_is_said() -> None:
    rows = [("Yhteensä", "30,00"), ("Kahvi", "10,00"), ("Tee", "20,00")]
    found = list(reading(csv(*rows, header=("Selite", "Summa")), {"date_format": "none"}, month=Month(2024, 10)))
    assert [note.code for row in found for note in row.notes] == ["says_total"]


def test_a_column_of_months_calls_no_row_a_total() -> None:
    rows = [("Lokakuu 2024", "KR1", amount) for amount in ("10,00", "20,00", "30,00", "41,00")]
    found = reading(csv(*rows, header=("Kausi", "Projekti", "Summa")), {"date_format": "month yyyy"})
    assert not [note for row in found for note in row.notes] and found.totals.counts["row"] == 4


@pytest.mark.parametrize("last", [True, False])
def test_a_cost_whose_date_is_missing_is_an_error_though_it_is_the_sum_of_the_rows_above(last: bool) -> None:
    first, second = changed(amount="60,00", voucher="1"), changed(amount="40,00", voucher="2")
    undated = changed(date="", amount="100,00", voucher="83", description="Konsultti Oy, lokakuun lasku")
    rows = rows_of(csv(first, second, undated, *([] if last else [changed(amount="7,00", voucher="4")])))
    assert [row.kind for row in rows][:3] == ["row", "row", "error"]
    assert "date or month is missing" in rows[2].problems[0].message


@pytest.mark.parametrize(
    ("voucher", "text", "told"),
    [("7", "Siirto", False), ("", "Siirto", True), ("0", "Siirto", True), ("7", "Alkusaldo", True)],
)
def test_a_transfer_with_a_voucher_is_no_sum_carried_forward(voucher: str, text: str, told: bool) -> None:
    found = reading(csv(changed(voucher="1"), changed(voucher=voucher, description=text, amount="9,00")))
    assert [row.kind for row in found][1:] == ["row", "row"]
    assert any("carried forward" in warning for warning in found.warnings) is told


BALANCES = [
    *[(text, True) for text in (
        *("Alkusaldo 1.10.2024", "ALKUSALDO 1.10.", "Avaava saldo 1.10.", "Alkusaldo lokakuu", "Alku saldo"),
        *("Loppusaldo 31.10.2024", "Loppusaldo: 31.10.2024", "Saldo 30.9.2024", "Saldo 10/2024", "Kauden saldo"),
        *("Tilinavaus", "Siirto ed. kaudelta", "Siirretty edelliseltä sivulta", "Siirtyy seuraavalle sivulle"),
        *("Ingående balans 1.10.2024", "Ing. balans", "Ing.balans", "Ing. saldo", "Utg. saldo 31.10.2024", "IB", "UB"),
        *("IB 1.10.2024", "IB 2024-10-01", "Överfört från föregående sida", "Balance brought forward", "Balance b/f"),
        *("Opening balance 1.10.2024", "Brought forward 10/2024", "Kertymä edellinen"),
    )],
    *[(text, False) for text in (
        *("Alkusaldon tarkistus 1.10.2024", "Siirto 1.10.2024", "Transport 1.10.2024", "Tilinavauskulut", "IB-lukio"),
        *("IB Helsinki 2024", "Lokakuu 2024", "1.10.2024", "Loppusiivous 31.10.2024", "Tilanne 1.10.2024"),
    )],
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BALANCES)
@pytest.mark.parametrize("voucher", ["1001", ""])
def test_words_of_balances_with_a_date_or_shortened_are_told(text: str, told: bool, voucher: str) -> None:
    found = reading(csv(changed(voucher=voucher, description=text, amount="9,00"), changed(voucher="2")))
    assert [row.kind for row in found][1:] == ["row", "row"]
    told = told or (not voucher and text.startswith(("Siirto", "Transport")))
    assert ["carried forward" in warning for warning in found.warnings] == [True] * told


def test_a_short_word_of_a_balance_is_none_in_a_code() -> None:
    found = reading(csv(changed(voucher="IB", amount="9,00"), changed(voucher="UB 2024")))
    assert list(found) and not found.warnings


def test_a_cost_without_date_and_voucher_is_an_error_though_it_is_a_sum() -> None:
    rows = [changed(amount="60,00"), changed(amount="40,00")]
    undated = changed(date="", amount="100,00", voucher="", account="", description="Konsultti Oy, lokakuun lasku")
    read = rows_of(csv(*rows, undated, changed(amount="7,00")))
    assert [row.kind for row in read] == ["row", "row", "error", "row"]
    assert "leave it out if it is one" in read[2].problems[0].message
