"""Workbooks whose XML would keep a program busy for hours are refused at once."""

import pytest

from funds.imports.limits import FileRefusal

from .files import changed_zip
from .import_files import found, xlsx

pytestmark = pytest.mark.usefixtures("english")

MANY = 200_000
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#: Tags without their ends: each would be looked for through all that follows.
SHEETS = [
    b"<row " * MANY,
    b"<row " * 2_000 + b" " * 1_000_000,
    b'<row r="1">' + b"<c " * MANY + b"</row>",
    b'<row r="300000">' + b"<c " * MANY + b"</row>",
    b'<row r="1"><c r="A1">' + b"<v " * MANY + b"</c></row>",
    b'<row r="1"><c r="A1"><f>1</f><v>1</v></c></row>' + b"<!--" * MANY,
    b'<row r="1"><c r="A1"><f>1</f><v>1</v></c></row><![CDATA[' + b"<row " * MANY + b"]]>",
]


@pytest.mark.parametrize("rows", SHEETS)
def test_tags_without_ends_are_refused(rows: bytes) -> None:
    sheet = f'<worksheet xmlns="{SPACE}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"
    with pytest.raises(FileRefusal) as refusal:
        found(changed_zip(xlsx(), {"xl/worksheets/sheet1.xml": sheet}))
    assert refusal.value.code == "file_damaged"


def test_shared_texts_without_ends_are_refused() -> None:
    sheet = f'<worksheet xmlns="{SPACE}"><sheetData><row r="300000"><c r="A300000" t="s"><v>0</v></c></row></sheetData>'
    parts = {"xl/worksheets/sheet1.xml": f"{sheet}</worksheet>".encode(), "xl/sharedStrings.xml": b"<si " * MANY}
    with pytest.raises(FileRefusal):
        found(changed_zip(xlsx(), parts))
