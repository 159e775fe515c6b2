"""Files of actuals for tests: what accounting systems really write, and what nobody should send."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from funds.imports.files import open_file
from funds.imports.profiles import Profile
from funds.imports.reading import Reading, read_actuals
from funds.imports.recognise import Recognition, recognise
from funds.imports.rows import ReadRow

from .files import changed_zip

HEADER = ("Päivä", "Tosite", "Kustannuspaikka", "Projekti", "Tili", "Selite", "Summa")
ROW = ("1.6.2021", "1001", "2000", "KR1", "4000", "Palkat", "100,00")
#: How the columns of a good row are told apart in tables of tests.
PLACES = {"date": 0, "voucher": 1, "cost_centre": 2, "project_code": 3, "account": 4, "description": 5, "amount": 6}


def changed(**cells: Any) -> tuple[Any, ...]:
    """A good row with other cells, by column key."""
    row: list[Any] = list(ROW)
    for key, value in cells.items():
        row[PLACES[key]] = value
    return tuple(row)


def csv(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """A CSV file, its cells as they are."""
    return "\r\n".join(delimiter.join(row) for row in (header, *rows, ())).encode(encoding)


def xlsx(*rows: Sequence[Any], header: Sequence[Any] = HEADER, hidden: bool = False) -> bytes:
    """A workbook with one sheet, and perhaps a hidden one before it."""
    book = Workbook()
    sheet = book.active
    if hidden:
        sheet.append(["Päivä", "Summa"])
        sheet.append(["1.1.2020", 1])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("Ote")
        book.active = 1
    for row in (header, *rows):
        sheet.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def sheets(tables: dict[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = ()) -> bytes:
    """A workbook with several sheets, some of them hidden."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def sheet_xml(cells: str) -> bytes:
    """A workbook whose second row is written as XML, for what no library writes."""
    names = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDEFG", HEADER, strict=True)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData><row r="1">{names}</row>{cells}</sheetData></worksheet>'
    return changed_zip(xlsx(), {"xl/worksheets/sheet1.xml": xml.encode()})


def zipped(**parts: bytes) -> bytes:
    """An archive with other parts than a workbook's."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stored.getvalue()


def found(content: bytes, **options: Any) -> Recognition:
    """What is found out from a file."""
    return recognise(open_file("x.xlsx" if content.startswith(b"PK") else "x.csv", content), **options)


def reading(content: bytes, profile: dict[str, Any] | None = None, *, name: str = "", **options: Any) -> Reading:
    """Read a file as an import does."""
    said = Profile.from_json(profile or {})
    name = name or ("ote.xlsx" if content.startswith(b"PK") else "ote.csv")
    file = open_file(name, content, encoding=said.encoding, delimiter=said.delimiter or "")
    return read_actuals(file, said, **options)


def rows_of(content: bytes, profile: dict[str, Any] | None = None, **options: Any) -> list[ReadRow]:
    """The rows of a file, the headings left out."""
    return [row for row in reading(content, profile, **options) if row.reason not in ("headings", "above_headings")]
