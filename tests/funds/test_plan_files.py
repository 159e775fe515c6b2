"""Reading of plan files: every shape that people send, and a clear sentence for everything else."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.utils import translation

from funds.imports.files import MAX_BYTES, FileRefusal, exact_number
from funds.imports.plan_files import COLUMNS, LABELS, read_plan

from .files import HEADER, ROWS, changed_zip, csv_file, xlsx_file

AMOUNTS = [Decimal("50000.00"), Decimal("10000.50"), Decimal("150000.00")]
FI = ("kehittämiskohde", "Kustannuspaikka", "Budjettirivi", "Projektitunniste", "Summa €")
SV = ("Utvecklingsobjekt", "Kostnadsställe", "Budgetrad", "Projektkod", "Belopp")
NAMES = (("Tietohallinto ä", "1000", "Åäö", "KR1", "1,00"),)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (csv_file(), "utf-8"),
        (csv_file(delimiter="\t"), "utf-8"),
        (csv_file([[c.replace(",", ".") for c in row] for row in ROWS], delimiter=","), "utf-8"),
        (csv_file(encoding="utf-8-sig"), "utf-8"),
        (csv_file(encoding="utf-16"), "utf-16"),
        (csv_file(header=FI), "utf-8"),
        (csv_file(header=FI, encoding="cp1252"), "windows-1252"),
        (csv_file(header=SV), "utf-8"),
        (csv_file([row[::-1] for row in ROWS], HEADER[::-1]), "utf-8"),
        (b"Kajaani;2024\r\n\r\n" + csv_file() + b"\r\n\r\n;;;;\r\n", "utf-8"),
    ],
)
def test_shapes_of_csv(content: bytes, encoding: str) -> None:
    found = read_plan("plan.csv", content)
    assert not found.problems
    assert [row.amount for row in found.rows] == AMOUNTS
    assert [row.project_code for row in found.rows] == ["KR1", "KR2", "KR3"]
    assert found.encoding == encoding
    assert found.total == Decimal("210000.50")


def test_columns_that_are_not_read_are_named() -> None:
    found = read_plan("plan.csv", csv_file([(*row, "x", "") for row in ROWS], (*HEADER, "vat", "Huom.")))
    assert not found.problems and [row.amount for row in found.rows] == AMOUNTS
    (warning,) = found.warnings
    assert warning.code == "columns_unread" and "”vat”, ”Huom.”" in warning.message


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_headings_of_our_own_export_are_read(language: str) -> None:
    with translation.override(language):
        header = [str(LABELS[column]) for column in COLUMNS]
    found = read_plan("plan.csv", csv_file([(*row, "", "", "", "") for row in ROWS], header))
    assert not found.problems and not found.warnings
    assert [row.project_code for row in found.rows] == ["KR1", "KR2", "KR3"]


def test_letters_of_western_windows_are_read_and_said() -> None:
    found = read_plan("plan.csv", csv_file(NAMES, encoding="cp1252"))
    assert (found.rows[0].target, found.rows[0].line) == ("Tietohallinto ä", "Åäö")
    assert [warning.code for warning in found.warnings] == ["encoding_guessed"]


def test_a_late_byte_decides_the_encoding() -> None:
    # The first 60 kilobytes are plain ASCII; only the last row shows that the file is not UTF-8.
    rows = [("Kohde", "1000", f"Rivi {n}", f"A{n}", "1,00") for n in range(2500)]
    found = read_plan("plan.csv", csv_file([*rows, ("Kohde", "1000", "Työ", "B1", "1,00")], encoding="cp1252"))
    assert found.rows[-1].line == "Työ"


def test_cells_of_a_workbook_keep_text_and_exact_numbers() -> None:
    rows = [
        ("Kohde", "0012", "Rivi", "A1", 4840.5200000000004),
        ("Kohde", "0012", "Rivi", 2918300002, 10000),
        ("Kohde", "0012", "Rivi", "A3", "1 234,56"),
    ]
    found = read_plan("plan.xlsx", xlsx_file(rows))
    assert not found.problems
    assert [row.amount for row in found.rows] == [Decimal("4840.52"), Decimal("10000.00"), Decimal("1234.56")]
    assert [row.project_code for row in found.rows] == ["A1", "2918300002", "A3"]
    assert {row.cost_centre for row in found.rows} == {"0012"}
    # Zeros at its beginning cannot be known any more: said, not guessed.
    assert [(warning.row, warning.code) for warning in found.warnings] == [(3, "code_was_number")]


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1 + 0.2, "0.30"),
        (19.99, "19.99"),
        (4840.5200000000004, "4840.52"),
        (1.005, "1.005"),
        (100.0, "100"),
        (0.001, "0.001"),
    ],
)
def test_binary_noise_of_spreadsheets_is_not_a_third_decimal(value: float, exact: str) -> None:
    assert exact_number(value) == Decimal(exact)


BAD_CELLS = [
    ("Kohde;1000;Rivi;A1;1.234", "amount", "ambiguous"),
    ("Kohde;1000;Rivi;A1;12,345", "amount", "ambiguous"),
    ("Kohde;1000;Rivi;A1;12,3456", "amount", "too_many_decimals"),
    ("Kohde;1000;Rivi;A1;tuhat", "amount", "not_a_number"),
    ("Kohde;1000;Rivi;A1;", "amount", "empty"),
    ("Kohde;1000;Rivi;A1", "amount", "empty"),
    ("Kohde;1000;Rivi;A1;-5,00", "amount", "line_amount_not_negative"),
    ("Kohde;1000;Rivi;A1;9999999999999,00", "amount", "too_large"),
    ("Kohde;1000;Rivi;A1;=SUM(A1:A9)", "amount", "formula"),
    ("=cmd|' /C calc'!A0;1000;Rivi;A1;5,00", "target", "formula"),
    (";1000;Rivi;A1;5,00", "target", "missing"),
    ("Kohde;;Rivi;A1;5,00", "cost_centre", "missing"),
    ("Kohde;1000;;A1;5,00", "line", "missing"),
    ("Kohde;1000;Rivi;;5,00", "project_code", "missing"),
    ("Kohde;1000;Rivi;A/1;5,00", "project_code", "code_shape"),
    ("Kohde;2,9183E+09;Rivi;A1;5,00", "cost_centre", "code_is_number"),
    (f"{'x' * 201};1000;Rivi;A1;5,00", "target", "too_long"),
    ("Kohde;1000;#REF!;A1;5,00", "line", "cell_error"),
]


@pytest.mark.parametrize(("row", "column", "code"), BAD_CELLS)
def test_a_bad_cell_is_named_by_row_column_and_value(row: str, column: str, code: str) -> None:
    found = read_plan("plan.csv", (";".join(HEADER) + "\n" + row + "\nKohde;1000;Rivi;OK;1,00\n").encode())
    assert [(problem.row, problem.column, problem.code) for problem in found.problems] == [(2, column, code)]
    assert [row.project_code for row in found.rows] == ["OK"]


def test_all_problems_are_named_at_once() -> None:
    rows = [
        ("Kohde", "1000", "Rivi", "A1", "1.234"),
        ("Kohde", "1000", "Rivi", "A2", "5,00"),
        ("Kohde", "2000", "Rivi", "A2", "x"),
        ("Kohde", "2000", "Rivi", "A2", "7,00"),
    ]
    found = read_plan("plan.csv", csv_file(rows))
    assert [(p.row, p.code) for p in found.problems] == [
        (2, "ambiguous"),
        (4, "not_a_number"),
        (5, "code_twice"),
        (5, "target_two_centres"),
    ]


@pytest.mark.parametrize(("mark", "amount"), [(",", "1234.00"), (".", None)])
def test_the_declared_decimal_mark_decides(mark: str, amount: str | None) -> None:
    found = read_plan("plan.csv", csv_file([("Kohde", "1000", "Rivi", "A1", "1.234")]), decimal_mark=mark)
    assert [row.amount for row in found.rows] == ([Decimal(amount)] if amount else [])
    assert [problem.code for problem in found.problems] == ([] if amount else ["too_many_decimals"])


def _bomb() -> bytes:
    return changed_zip(xlsx_file([]), {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 60_000_000})


def _far_cell() -> bytes:
    xml = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed_zip(xlsx_file([]), {"xl/worksheets/sheet1.xml": xml + b"</worksheet>"})


def _not_excel() -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return stored.getvalue()


BAD_FILES = {
    "empty": (b"", "file_empty"),
    "blank lines": (b"\r\n \r\n", "file_empty"),
    "PDF named .xlsx": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "file_is_pdf"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_is_ole"),
    "20 MB": (b"a" * (20 * 1024 * 1024), "file_too_large"),
    "just too large": (b"a" * (MAX_BYTES + 1), "file_too_large"),
    "zip bomb": (_bomb, "file_bomb"),
    "cell far away": (_far_cell, "file_too_many_rows"),
    "wide row": (
        lambda: xlsx_file([["x"] * 60]),
        "file_too_many_columns",
    ),
    "no workbook in it": (_not_excel, "file_not_a_table"),
    "cut off": (lambda: xlsx_file([])[:-200], "file_damaged"),
    "entities": (
        lambda: changed_zip(xlsx_file([]), {"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        "file_damaged",
    ),
    "not XML": (lambda: changed_zip(xlsx_file([]), {"xl/workbook.xml": b"\x01\x02 nothing"}), "file_damaged"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file_not_a_table"),
    "unknown letters": (csv_file(NAMES, encoding="utf-8")[:-9] + b"\x81\x8d\xff;x;y;z;1", "file_encoding"),
    "not UTF-16 after all": (b"\xff\xfe" + b"\x00\xd8\x00", "file_encoding"),
    "open quotation mark": (b'target;cost_centre;line;project_code;amount\n"a;1;b;c;1', "file_damaged"),
    "no heading": (csv_file(header=ROWS[0]), "columns_missing"),
    "a heading missing": (csv_file([row[:4] for row in ROWS], HEADER[:4]), "columns_missing"),
    "heading twice": (csv_file([(*row, "x") for row in ROWS], (*HEADER, "Summa")), "column_twice"),
    "headings only": (csv_file([]), "file_no_rows"),
    "5 002 rows": (csv_file([("K", "1", "R", f"A{n}", "1") for n in range(5002)]), "file_too_many_rows"),
    "long cell": (csv_file([("K" * 10_001, "1", "R", "A", "1")]), "file_cell_too_long"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_gets_one_clear_sentence(name: str) -> None:
    content, code = BAD_FILES[name]
    with translation.override("en"), pytest.raises(FileRefusal) as refusal:
        read_plan("plan.xlsx", content() if callable(content) else content)
    assert refusal.value.code == code
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("number", "code", "quoted"),
    [
        (1e300, "too_large", "1E+300"),
        (-1e300, "too_large", "-1E+300"),
        (1e12, "too_large", "1000000000000"),
        (-1e12, "too_large", "-1000000000000"),
        (1e-300, "too_many_decimals", "1E-300"),
        (-1e-300, "too_many_decimals", "-1E-300"),
        (1e-9, "too_many_decimals", "0,000000001"),
        (1e308, "too_large", "1E+308"),
    ],
)
def test_a_number_that_no_amount_can_be_is_a_problem_in_one_short_sentence(
    number: float, code: str, quoted: str
) -> None:
    found = read_plan("plan.xlsx", xlsx_file([("Kohde", "1000", "Rivi", "A1", number)]))
    assert [(problem.column, problem.code) for problem in found.problems] == [("amount", code)]
    assert quoted in found.problems[0].message and len(str(found.problems[0])) < 150
