"""Rows that are no rows, the file's own totals, what a profile leaves out and maps, sheets and headings."""

from decimal import Decimal
from typing import Any

import pytest

from funds.imports.profiles import ProfileRefusal
from fundtrack.periods import Month

from .import_files import HEADER, ROW, changed, csv, reading, rows_of, xlsx

pytestmark = pytest.mark.usefixtures("english")

GOOD = [ROW, changed(voucher="1002", amount="200,50")]


# --- rows that are no rows


def test_titles_blank_rows_and_repeated_headings_are_passed_over_aloud() -> None:
    title = b"Kajaanin kaupunki;Ostoreskontra\r\n\r\nAjettu 1.7.2021\r\n"
    body = csv(*GOOD, (), ("", " ", ""), HEADER, ROW)
    rows = list(reading(title + body))
    assert [row.reason or row.kind for row in rows] == [
        *["above_headings"] * 3,
        "headings",
        "row",
        "row",
        "blank",
        "blank",
        "headings_again",
        "row",
    ]
    assert [row.number for row in rows] == list(range(1, 11))


def test_a_quoted_line_break_stays_in_its_cell_and_row() -> None:
    rows = rows_of(csv(changed(description='"Palkat\r\nja palkkiot; kesä"'), ROW))
    assert [(row.number, row.kind) for row in rows] == [(2, "row"), (3, "row")]
    assert rows[0].description == "Palkat ja palkkiot; kesä" and "\r\n" in rows[0].cells[5]


def test_headings_with_line_breaks_and_blanks() -> None:
    header = (
        '"Kirjaus-\npäivä "',
        "Tositenro ",
        "Kustannus\u00adpaikka",
        "Projekti",
        "Tili",
        "Selite",
        '"Summa\nEUR "',
    )
    said = {"columns": {"date": "kirjaus- päivä", "amount": " SUMMA  eur"}, "decimal_mark": ","}
    (row,) = rows_of(csv(ROW, header=header), said)
    assert (row.kind, row.amount, row.voucher) == ("row", Decimal("100.00"), "1001")


def test_equal_rows_are_all_real() -> None:
    assert [row.kind for row in rows_of(csv(ROW, ROW, ROW))] == ["row"] * 3


def test_a_zero_amount_is_passed_over() -> None:
    rows = rows_of(csv(changed(amount="0,00"), changed(amount="-"), ROW))
    assert [(row.kind, row.reason) for row in rows] == [("skipped", "zero"), ("skipped", "zero"), ("row", "")]


WORDS = [
    (["Tulostettu 3.10.2024"], "words"),
    (["(3 rows affected)"], "words"),
    (["Sivu 1/1", *[""] * 6], "words"),
    (["", "", "2000 Tietohallinto"], "words"),
    (["", "", "", "", "", "Palkat 2024"], "words"),
    (["", "", "KR1"], "amount_missing"),
    (["", "", "2000"], "amount_missing"),
    (["1.6.2021"], "amount_missing"),
    (["1.6.20"], "amount_missing"),
    (["Tulostettu", "1001"], "amount_missing"),
    (["Kahvi", *[""] * 5, "5,00"], "date_form"),
    (["", *[""] * 5, "viisi"], "not_a_number"),
    (["#REF!"], "amount_missing"),
    (["1.6.2021", "", "2000", "KR1", "4000", "Palkat"], "amount_missing"),
]


@pytest.mark.parametrize(("cells", "code"), WORDS)
@pytest.mark.parametrize("last", [True, False])
def test_lines_of_words_are_no_rows_and_all_else_is_an_error(cells: list[str], code: str, last: bool) -> None:
    rows = rows_of(csv(ROW, cells, *([] if last else [ROW])), {"date_format": "d.m.yyyy", "decimal_mark": ","})
    found = rows[1]
    assert (found.kind, found.reason) == (("skipped", "words") if code == "words" else ("error", ""))
    assert code == "words" or code in {problem.code for problem in found.problems}
    assert [row.kind for row in (rows[0], *rows[2:])] == ["row"] * (1 if last else 2)


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a", b"\r\n\x1a\x1a"])
def test_the_sign_at_the_end_of_old_files_is_no_row(end: bytes) -> None:
    assert [row.kind for row in rows_of(csv(*GOOD).removesuffix(b"\r\n") + end)] == ["row", "row"]


def test_a_total_above_lines_of_words_is_still_a_total() -> None:
    found = reading(csv(*GOOD, ("Yhteensä", *[""] * 5, "300,50"), (), ("Sivu 1/1",), ("Tulostettu 3.10.2024",)))
    assert [row.kind for row in found][1:] == ["row", "row", "total", "skipped", "skipped", "skipped"]
    assert found.totals.agrees


TOTAL = ("", "", "", "", "", "", "300,50")
TOTALS = [
    ([*GOOD, TOTAL], ["row", "row", "total"], "300.50", True),
    ([*GOOD, (), TOTAL], ["row", "row", "skipped", "total"], "300.50", True),
    ([*GOOD, TOTAL, (), ("", "Ajettu 1.7.2021")], ["row", "row", "total", "skipped", "skipped"], "300.50", True),
    ([*GOOD, ("Yhteensä", *TOTAL[1:])], ["row", "row", "total"], "300.50", True),
    ([*GOOD, ("", "", "", "", "", "Summa:", "300,50")], ["row", "row", "total"], "300.50", True),
    ([*GOOD, ("Totalt", *TOTAL[1:6], "300,51")], ["row", "row", "total"], "300.51", False),
    ([*GOOD, (*TOTAL[:6], "300,51")], ["row", "row", "error"], None, None),
    ([GOOD[0], (*TOTAL[:6], "100,00"), GOOD[1]], ["row", "error", "row"], None, None),
    ([GOOD[0], ("Yhteensä", *TOTAL[1:6], "100,00"), GOOD[1]], ["row", "total", "row"], None, None),
    (
        [GOOD[0], ("", "", "2000 yhteensä", "", "", "", "100,00"), GOOD[1], TOTAL],
        ["row", "total", "row", "total"],
        "300.50",
        True,
    ),
    ([GOOD[0], GOOD[0]], ["row", "row"], None, None),
    ([TOTAL], ["error"], None, None),
]


@pytest.mark.parametrize(("rows", "kinds", "own", "agrees"), TOTALS)
def test_the_files_own_total(rows: list[Any], kinds: list[str], own: str | None, agrees: bool | None) -> None:
    found = reading(csv(*rows), {"date_format": "d.m.yyyy"})
    assert [row.kind for row in found][1:] == kinds
    assert found.totals.own == (None if own is None else Decimal(own))
    assert found.totals.agrees is agrees


def test_a_total_where_the_month_is_asked() -> None:
    content = csv(*(row[1:] for row in GOOD), ("Yhteensä", "", "", "", "", "300,50"), header=HEADER[1:])
    found = reading(content, month=Month(2021, 6))
    assert [row.kind for row in found][1:] == ["row", "row", "total"]
    assert found.totals.agrees


def test_sums_and_counts() -> None:
    said = {"leave_out": [{"column": "account", "from": 1000, "to": "2999"}]}
    rows = [*GOOD, changed(account="2569", amount="50,00"), changed(amount="x"), changed(date="x", amount="7,00")]
    found = reading(csv(*rows), said)
    kinds = [row.kind for row in found]
    totals = found.totals
    assert kinds == ["skipped", "row", "row", "left_out", "error", "error"]
    assert (totals.rows, totals.left_out, totals.errors) == (Decimal("300.50"), Decimal("50.00"), Decimal("7.00"))
    assert dict(totals.counts) == {"skipped": 1, "row": 2, "left_out": 1, "error": 2} and totals.unreadable == 1


# --- left out, mapped, cut


@pytest.mark.parametrize(
    ("entry", "account", "kind"),
    [
        ({"column": "account", "from": "1000", "to": "2999"}, "2999", "left_out"),
        ({"column": "account", "from": "1000", "to": "2999"}, "3000", "row"),
        ({"column": "Tili", "from": "999", "to": "2999"}, "01000", "left_out"),
        ({"column": "tili", "to": "2999"}, "", "row"),
        ({"column": "account", "from": "a", "to": "c"}, "B1", "left_out"),
        ({"column": "Selite", "equals": "  PALKÄT "}, "1", "left_out"),
        ({"column": "account", "equals": ""}, "", "left_out"),
    ],
)
def test_rows_that_the_profile_leaves_out(entry: dict[str, str], account: str, kind: str) -> None:
    (row,) = rows_of(csv(changed(account=account)), {"leave_out": [entry]})
    assert (row.kind, row.amount) == (kind, Decimal("100.00"))


RULES = [
    ({"cost_centre": "2000"}, True),
    ({"cost_centre": "20*"}, True),
    ({"cost_centre": "2001"}, False),
    ({"account": "4000-4999"}, True),
    ({"account": "4001-4999"}, False),
    ({"description_contains": "PÄLK"}, True),
    ({"description_contains": "oy ab"}, True),
    ({"account": "4000", "description_contains": "vuokra"}, False),
]


@pytest.mark.parametrize(("rule", "fits"), RULES)
def test_rules_give_a_project_code_where_there_is_none(rule: dict[str, str], fits: bool) -> None:
    said = {"rules": [{**rule, "project_code": "KR9"}, {"project_code": "KR0"}]}
    header = (*HEADER, "Toimittaja")
    rows = rows_of(csv((*changed(project_code=""), "Oy Ab"), (*ROW, "Oy Ab"), header=header), said)
    assert [(row.project_code, row.by_rule) for row in rows] == [("KR9" if fits else "KR0", True), ("KR1", False)]


REPLACED = [
    ({"replaces": "KR1", "project_code": "KR9"}, ["KR9", "KR1x", ""]),
    ({"replaces": "kr1*", "project_code": "KR9"}, ["KR9", "KR9", ""]),
    ({"replaces": "KR1", "cost_centre": "9999", "project_code": "KR9"}, ["KR1", "KR1x", ""]),
    ({"replaces": "KR1"}, ["KR1", "KR1x", ""]),
    ({"replaces": "KR1", "account": "4000", "project_code": "KR1"}, ["KR1", "KR1x", ""]),
]


@pytest.mark.parametrize(("rule", "codes"), REPLACED)
def test_rules_put_another_code_in_the_place_of_the_file_s(rule: dict[str, str], codes: list[str]) -> None:
    content = csv(ROW, changed(project_code="KR1x"), changed(project_code=""))
    rows = rows_of(content, {"rules": [rule, {"project_code": "KR0", "account": "1"}]})
    assert [row.project_code for row in rows] == codes
    was = ["KR1", "KR1x", ""]
    ruled = [code == rule.get("project_code") for code in codes]
    assert [(row.by_rule, row.replaced) for row in rows] == [
        (by_rule, said if by_rule else "") for by_rule, said in zip(ruled, was, strict=True)
    ]


def test_long_texts_are_cut_for_the_booking_and_kept_in_the_row() -> None:
    (row,) = rows_of(csv(changed(description="ä" * 600)))
    assert (row.kind, len(row.description), len(row.cells[5])) == ("row", 500, 600)
    assert [note.code for note in row.notes] == ["text_cut"]


# --- sheets and headings


def test_a_hidden_sheet_is_not_proposed_and_can_be_chosen() -> None:
    content = xlsx(*GOOD, hidden=True)
    assert len(rows_of(content)) == 2
    assert [row.amount for row in rows_of(content, {"sheet": 1, "date_format": "d.m.yyyy"})] == [Decimal(1)]
    assert len(rows_of(content, {"sheet": "ote"})) == 2


def test_columns_before_the_table_are_kept() -> None:
    rows = rows_of(xlsx(*[(None, *row) for row in GOOD], header=(None, *HEADER)))
    assert [row.amount for row in rows] == [Decimal("100.00"), Decimal("200.50")]
    assert rows[0].cells[0] == ""


PROFILES = [
    ({"columns": {"amount": "Euroja"}}, "column_missing", "“Euroja”"),
    ({"header_row": 2, "columns": {"amount": "Summa", "date": "Päivä"}, "date_format": "iso", "decimal_mark": ",",
      "delimiter": ";"}, "header_row", "row 1"),
    ({"leave_out": [{"column": "Hanke", "equals": "x"}]}, "column_missing", "“Hanke”"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code", "words"), PROFILES)
def test_a_profile_that_does_not_fit_the_file_is_refused(said: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(ProfileRefusal) as refusal:
        list(reading(csv(*GOOD), said))
    assert refusal.value.code == code and words in str(refusal.value)


def test_equal_headings_are_told_apart() -> None:
    content = csv((*ROW, "50,00"), header=(*HEADER, "Summa"))
    with pytest.raises(ProfileRefusal) as refusal:
        reading(content, {"columns": {"amount": "Summa"}})
    assert refusal.value.code == "column_twice" and "“Summa (2)”" in str(refusal.value)
    (row,) = rows_of(content, {"columns": {"amount": "Summa (2)"}})
    assert row.amount == Decimal("50.00")
