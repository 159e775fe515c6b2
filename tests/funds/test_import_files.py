"""Limits and hostility: every file that is no table, or not all of one, gets a sentence."""

import io
from typing import Any

import pytest
from openpyxl import Workbook

from funds.imports.files import ACTUALS_LIMITS, FileRefusal, Limits, open_file
from funds.imports.workbook_trim import blank_texts

from .files import changed_zip
from .import_files import HEADER, ROW, changed, csv, reading, rows_of, sheet_xml, xlsx, zipped

pytestmark = pytest.mark.usefixtures("english")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
SMALL = Limits(bytes=10_000, rows=100, columns=10, cell=50, sheets=2, unpacked=10_000_000)


def _far(place: str, row: str = "2") -> bytes:
    return sheet_xml(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>')


def _sheets(count: int) -> bytes:
    book = Workbook()
    for _number in range(count - 1):
        book.create_sheet()
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def _long_texts() -> bytes:
    # Ten thousand letters, shared by a hundred thousand cells: small as a file, a gigabyte as texts.
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<sst xmlns="{space}"><si><t>{"x" * 10_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 100_000))
    return changed_zip(sheet_xml(rows), {"xl/sharedStrings.xml": text.encode()})


BAD_FILES: dict[str, tuple[Any, str, str]] = {
    "empty": (b"", "x.csv", "file_empty"),
    "blank lines": (b"\r\n \r\n", "x.csv", "file_empty"),
    "only a byte order mark": (b"\xef\xbb\xbf\r\n", "x.csv", "file_not_a_table"),
    "PDF named XLSX": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "x.xlsx", "file_is_pdf"),
    "old Excel": (OLE, "x.xls", "file_is_xls"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "x.xlsx", "file_has_password"),
    "web page named XLS": (b"<html><table><tr><td>1</td></tr></table></html>", "x.xls", "file_is_html"),
    "XML of 2003": (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "x.xls", "file_is_html"),
    "OpenDocument": (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "x.ods", "file_is_ods"),
    "binary workbook": (zipped(**{"xl__workbook.bin": b"x"}), "x.xlsb", "file_is_xlsb"),
    "another archive": (zipped(readme=b"x"), "x.zip", "file_not_a_table"),
    "workbook named CSV": (xlsx(ROW), "x.csv", "file_wrong_extension"),
    "text named XLSX": (csv(ROW), "x.xlsx", "file_wrong_extension"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "x.csv", "file_not_a_table"),
    "program": (bytes(range(256)) * 40, "x.csv", "file_not_a_table"),
    "program named XLSX": (b"MZ\n" + bytes(range(256)) * 8, "x.xlsx", "file_not_a_table"),
    "letters of no encoding named XLSX": (b"P\x81iv\x8d;Summa\r\n" * 100, "x.xlsx", "file_not_a_table"),
    "control characters": (bytes(range(1, 9)) * 40, "x.csv", "file_not_a_table"),
    "letters of no encoding": (b"P\x81iv\x8d;Summa\r\n" * 100, "x.csv", "file_encoding"),
    "not UTF-16 after all": (b"\xff\xfe" + "Päivä".encode("utf-16-le") + b"\x00\xd8", "x.csv", "file_encoding"),
    "zero bytes in UTF-16": ("Päivä;Summa\r\n1.6.2021;\x001".encode("utf-16"), "x.csv", "file_not_a_table"),
    "lost letters": (csv(changed(description="P\ufffdiv\ufffd")), "x.csv", "file_letters_lost"),
    "lost letters read once more": (csv(changed(description="P\u00ef\u00bf\u00bdiv")), "x.csv", "file_letters_lost"),
    "lost letters in UTF-16": (csv(changed(description="P\ufffd"), encoding="utf-16"), "x.csv", "file_letters_lost"),
    "lost letters in a workbook": (xlsx(changed(description="P\ufffdiv\ufffd")), "x.xlsx", "file_letters_lost"),
    "open quotation mark": (csv(changed(description='"Palkat')), "x.csv", "file_damaged"),
    "cut off": (xlsx(ROW)[:-200], "x.xlsx", "file_damaged"),
    "unpacks to far too much": (
        lambda: changed_zip(xlsx(), {"xl/worksheets/sheet1.xml": b"<a>" + b" " * 30_000_000}),
        "x.xlsx",
        "file_bomb",
    ),
    "long texts in many cells": (_long_texts, "x.xlsx", "file_bomb"),
    "entities": (
        changed_zip(xlsx(), {"xl/worksheets/sheet1.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        "x.xlsx",
        "file_damaged",
    ),
    "entities elsewhere": (
        changed_zip(xlsx(), {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><sst/>'}),
        "x.xlsx",
        "file_damaged",
    ),
    "not XML": (changed_zip(xlsx(), {"xl/workbook.xml": b"\x01\x02 nothing"}), "x.xlsx", "file_damaged"),
    "last row there is": (_far("A1048576"), "x.xlsx", "file_too_many_rows"),
    "last column there is": (_far("XFD2"), "x.xlsx", "file_too_many_columns"),
    "place in entities": (_far("&#65;2"), "x.xlsx", "file_damaged"),
    "cell without its place, far away": (
        sheet_xml('<row r="1048576"><c><v>1</v></c></row>'),
        "x.xlsx",
        "file_too_many_rows",
    ),
    "a grid of nothing": (_far("CV250000"), "x.xlsx", "file_bomb"),
    "101 columns": (csv(["x"] * 101), "x.csv", "file_too_many_columns"),
    "51 sheets": (lambda: _sheets(51), "x.xlsx", "file_too_many_sheets"),
    "a long cell": (csv(changed(description="x" * 10_001)), "x.csv", "file_cell_too_long"),
    "a long cell in a workbook": (xlsx(changed(description="x" * 10_001)), "x.xlsx", "file_cell_too_long"),
    "no headings": (csv(*[ROW] * 60, header=ROW), "x.csv", "header_missing"),
    "headings only": (csv(), "x.csv", "file_no_rows"),
    "empty workbook": (xlsx(header=()), "x.xlsx", "file_empty"),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_bad_file_gets_one_clear_sentence(what: str) -> None:
    content, name, code = BAD_FILES[what]
    with pytest.raises(FileRefusal) as refusal:
        list(reading(content() if callable(content) else content, name=name))
    assert refusal.value.code == code
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)


#: Cells as no ordinary program writes them, and what is said.
ODD_CELLS = [
    ('<row r="2"><c r="G2"><v>1</v></c><c r="G2"><v>2</v></c></row>', "cell G2 is there twice"),
    ('<row r="2"><c r="G2"><v>1</v></c><c r="A2"><v>1</v></c><c s="1" r="G2"/></row>', "cell G2 is there twice"),
    ('<row r="2"><c r="F2"><v>1</v></c><c><v>2</v></c><c r="G2"><v>3</v></c></row>', "cell G2 is there twice"),
    ('<row><c><v>1</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>', "cell A2 is there twice"),
    ("<row r='2'><c r='G2'><v>1</v></c><c r='G2'><v>2</v></c></row>", "cell G2 is there twice"),
    (
        '<row r="2"><x:c xmlns:x="y" r="G2"><x:v>1</x:v></x:c><c r="G2"><v>2</v></c></row>',
        "cell G2 is there twice",
    ),
    ('<row r="2"><c r="F2"><v>1</v></c></row><row r="2"><c r="G2"><v>2</v></c></row>', "row 2 is there twice"),
    ('<row r="2"><c r="F2"><v>1</v></c></row><row r="2"/>', "row 2 is there twice"),
    ('<row r="3"><c r="G3"><v>1</v></c></row><row r="2"><c r="G2"><v>2</v></c></row>', "row 2 is there twice or not"),
    ('<row r="2"><c r="G3"><v>1</v></c></row>', "the cell G3 stands in row 2"),
    ('<row r="2"><c r="G2"><v>1<!-- x -->00</v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v>1<!-- </row> -->00</v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v>1<?x y?>00</v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v><![CDATA[100]]></v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v a="b">1<!-- x -->00</v ></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v>1</v><v>2</v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v>1<b>2</b></v></c></row>', "cell G2 is not written in one piece"),
    ('<row r="2"><c r="G2"><v>&#49;&#48;</v></c></row>', "cell G2 is not written in one piece"),
    (
        '<row r="2"><c r="G2" t="inlineStr"><is><t>1</t></is><is><t>2</t></is></c></row>',
        "cell G2 is not written in one piece",
    ),
]


@pytest.mark.parametrize(("cells", "said"), ODD_CELLS)
def test_cells_that_programs_read_differently_are_refused_with_their_place(cells: str, said: str) -> None:
    with pytest.raises(FileRefusal) as refusal:
        list(open_file("x.xlsx", sheet_xml(cells)).rows())
    assert refusal.value.code == "file_damaged"
    assert str(refusal.value).startswith("Sheet “Sheet”: ") and said in str(refusal.value)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="2"><c r="G2" t="str"><v>A&amp;B</v></c><c r="C2"><v>5</v></c></row><row r="4"/><row r="6"/>',
        '<row r="2"><c r="G2"><f>A1&lt;B1</f><v>1</v></c><c r="F2"><v /></c><c r="E2"><v/></c><c r="D2" s="1"/></row>',
        '<row spans="1:7" r="2"><c s="1" r="G2"><v xml:space="preserve">5</v></c></row>',
        "<row r='2'><c r='G2'><v>5</v></c></row>",
        '<row><c><v>1</v></c><c r="G2"><v>5</v></c></row>',
        '<x:row xmlns:x="y" r="2"><x:c r="G2"><x:v>5</x:v></x:c></x:row>',
    ],
)
def test_cells_in_all_ordinary_manners_are_read(cells: str) -> None:
    rows = list(open_file("x.xlsx", sheet_xml(cells)).rows())
    assert rows[1][6] in ("A&B", 1.0, 5.0)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"x" * 10_001, "file_too_large"),
        (b"a;b\r\n" * 151, "file_too_many_rows"),
        (b";".join([b"a"] * 11), "file_too_many_columns"),
        (b"a;" + b"b" * 51, "file_cell_too_long"),
    ],
)
def test_the_limits_hold(content: bytes, code: str) -> None:
    with pytest.raises(FileRefusal) as refusal:
        list(open_file("x.csv", content, limits=SMALL).rows())
    assert refusal.value.code == code


@pytest.mark.parametrize("kind", [csv, xlsx])
def test_the_limit_of_rows_is_exact_and_counts_the_headings(kind: Any) -> None:
    name = "x.xlsx" if kind is xlsx else "x.csv"
    limits = Limits(bytes=50_000, rows=1_000, columns=10, cell=50, sheets=2, unpacked=10_000_000)
    assert len(list(open_file(name, kind(*[("a", "b")] * 999), limits=limits).rows())) == 1_000
    with pytest.raises(FileRefusal) as refusal:
        list(open_file(name, kind(*[("a", "b")] * 1_000), limits=limits).rows())
    assert refusal.value.code == "file_too_many_rows"
    assert "more than 1\u00a0000 rows, the headings" in str(refusal.value)


@pytest.mark.parametrize("length", [10_001, 200_000, 5_000_000])
def test_a_long_cell_is_named_with_its_row(length: int) -> None:
    with pytest.raises(FileRefusal) as refusal:
        list(reading(csv(ROW, changed(description="x" * length))))
    assert refusal.value.code == "file_cell_too_long"
    assert str(refusal.value).startswith("A cell in row 3 is longer than 10\u00a0000 characters. Shorten it")


def test_the_limits_of_actuals() -> None:
    limits = (ACTUALS_LIMITS.bytes, ACTUALS_LIMITS.rows, ACTUALS_LIMITS.columns, ACTUALS_LIMITS.cell)
    assert limits == (64 * 1024 * 1024, 250_000, 100, 10_000)


def test_lost_letters_are_named_by_row_column_and_value() -> None:
    with pytest.raises(FileRefusal) as refusal:
        rows_of(xlsx(ROW, changed(description="Ty\ufffd")))
    assert "Sheet “Sheet”, row 3, column 6: letters of “Ty\ufffd” were lost" in str(refusal.value)


def test_empty_cells_far_away_do_not_matter() -> None:
    rows = '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert len(list(open_file("x.xlsx", sheet_xml(rows)).rows())) == 2


_GOOD = "".join(
    f'<c r="{letter}2" t="inlineStr"><is><t>{text}</t></is></c>' for letter, text in zip("ABCDEFG", ROW, strict=True)
)
#: A cell of the last row, without its place, and whether there is nothing to read in it.
BELOW = [
    ('t="inlineStr"><is><t> </t></is>', True),
    ('t="inlineStr"><is><t xml:space="preserve">&#160;\u00a0 </t></is>', True),
    ('t="str"><f>""</f><v></v>', True),
    ('t="str"><f>IF(A1="","",A1)</f><v> </v>', True),
    ('t="str"><f>is()</f><v></v>', True),
    ('t="s"><v>1</v>', True),
    ("><v></v>", True),
    ('t="s"><v>0</v>', False),
    ('t="s"><v>7</v>', False),
    ('t="inlineStr"><is><t>x</t></is>', False),
    ('t="inlineStr"><is><t><![CDATA[x]]></t></is>', False),
    ('t="inlineStr"><is><t> <!-- --></t><t>x</t></is>', False),
    ('t="str"><f>A1</f><v>x</v>', False),
    ("><f>A1</f><v></v>", False),
    ("><f>is()</f>", False),
    ("><v>0</v>", False),
    ('t="e"><v>#N/A</v>', False),
]


@pytest.mark.parametrize(("cell", "nothing"), BELOW)
@pytest.mark.parametrize("row", [300_000, 1_048_576])
@pytest.mark.parametrize("placed", [True, False])
def test_cells_with_nothing_to_read_are_no_rows(cell: str, nothing: bool, row: int, placed: bool) -> None:
    place = f'r="B{row}" ' if placed else ""
    rows = f'<row r="2">{_GOOD}</row><row r="250001"/><row r="{row}"><c {place}{cell}</c></row>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = f'<sst xmlns="{space}"><si><t>x</t></si><si><t> </t></si></sst>'
    content = changed_zip(sheet_xml(rows), {"xl/sharedStrings.xml": shared.encode()})
    if nothing:
        assert [row.kind for row in rows_of(content)] == ["row"]
        return
    with pytest.raises(FileRefusal) as refusal:
        rows_of(content)
    assert refusal.value.code == "file_too_many_rows"


#: Shared texts of which the second is blank, and whether that is certain.
SHARED = [
    ("<si><t>x</t></si><si><t>&#160;</t></si>", True),
    ("<si><t>x</t></si><si/>", True),
    ("<si ><t>x</t></si ><x:si a='/'><x:r><x:t> </x:t></x:r></x:si>", True),
    ("<si><t>x</t><phoneticPr fontId='1'/></si>\n<si><t/></si><si><t>y</t></si>", True),
    ("<si/><si><r><t> </t></r><r><t>x</t></r></si>", False),
    # A text in a comment is none: the second one is “x”.
    ("<!-- <si><t>x</t></si> --><si><t/></si><si><t>x</t></si>", False),
    ("<!-- > <si/> --><si><t/></si><si><t>x</t></si>", False),
    ("<?a <si/>?><si><t/></si><si><t>x</t></si>", False),
    ("<?a ?><si><t/></si><si><t/></si>", False),
    ("<si><t><![CDATA[</si>]]></t></si><si><t>x</t></si>", False),
    ("<si/><si><t><![CDATA[x]]></t></si>", False),
    ("<si/><si><si/></si>", False),
    ("<si/></si><si/>", False),
    ("<si/><si/><si>", False),
    ("<si/><si/><si ", False),
    ("<si/><si/><", False),
]


@pytest.mark.parametrize(("texts", "nothing"), SHARED)
def test_blank_texts_whose_numbers_are_not_certain_are_rows(texts: str, nothing: bool) -> None:
    shared = f"<?xml version='1.0'?><sst>{texts}</sst>".encode()
    assert (1 in blank_texts(iter([shared]))) is nothing
    # Cut anywhere, as a long part is.
    assert (1 in blank_texts(shared[i : i + 1] for i in range(len(shared)))) is nothing


@pytest.mark.parametrize(
    "texts",
    [
        "<si>" * 200_000,
        "<si><t>a</t></si>" + "<si " * 200_000,
        "<si>" + "<" * 900_000,
        "<" + "s" * 1_000_000,
        "<si><t>" + "<!--" * 200_000,
        "<si><t> </t></si>" * 200_000 + "<si>",
    ],
)
def test_shared_texts_that_never_end_end_the_reading(texts: str) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = f'<row r="2">{_GOOD}</row><row r="300000"><c r="A300000" t="s"><v>0</v></c></row>'
    content = changed_zip(sheet_xml(rows), {"xl/sharedStrings.xml": f'<sst xmlns="{space}">{texts}</sst>'.encode()})
    with pytest.raises(FileRefusal):
        rows_of(content)


def test_nothing_to_read_in_many_rows_below_a_full_sheet() -> None:
    limits = Limits(bytes=2_000_000, rows=1_000, columns=10, cell=50, sheets=2, unpacked=10_000_000)
    blank = "".join(f'<row r="{n}"><c r="A{n}" t="str"><f>""</f><v></v></c></row>' for n in range(901, 20_000))
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 901))
    read = list(open_file("x.xlsx", sheet_xml(rows + blank), limits=limits).rows())
    assert len(read) == 1_000 and read[899][0] == 900


@pytest.mark.parametrize("mark", ["'", '"'])
def test_a_blank_that_stands_far_from_its_row_is_refused(mark: str) -> None:
    cell = f"<c r={mark}CV1048576{mark} t={mark}inlineStr{mark}><is><t> </t></is></c>"
    with pytest.raises(FileRefusal):
        rows_of(sheet_xml(f"<row r={mark}2{mark}>{cell}</row>"))


def test_hidden_rows_are_read_and_told() -> None:
    book = Workbook()
    sheet = book.active
    for row in (HEADER, *[ROW] * 4):
        sheet.append(list(row))
    for number in (3, 5, 9):
        sheet.row_dimensions[number].hidden = True
    stored = io.BytesIO()
    book.save(stored)
    found = reading(stored.getvalue())
    assert [row.kind for row in found] == ["skipped", *["row"] * 4]
    # A hidden row without contents is no one's concern.
    (warning,) = found.warnings
    assert warning.startswith("2 rows of the sheet are hidden (the first is row 3). They are read like the others")
    shown = reading(xlsx(ROW, ROW))
    assert list(shown) and not shown.warnings
