"""Plan files for tests: what people really send, and what nobody should."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADER = ("target", "cost_centre", "line", "project_code", "amount")
ROWS = (
    ("Tietohallinto", "1000", "Identiteetinhallinta", "KR1", "50 000,00"),
    ("Tietohallinto", "1000", "Laitehallinta", "KR2", "10 000,50"),
    ("Lukio", "2000", "Hyvinvointi", "KR3", "150000"),
)


def csv_file(
    rows: Sequence[Sequence[str]] = ROWS,
    header: Sequence[str] = HEADER,
    *,
    delimiter: str = ";",
    encoding: str = "utf-8",
) -> bytes:
    """A CSV file without quotes."""
    return "\r\n".join(delimiter.join(row) for row in (header, *rows)).encode(encoding)


def xlsx_file(rows: Sequence[Sequence[Any]], header: Sequence[Any] = HEADER) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def changed_zip(content: bytes, replaced: dict[str, bytes]) -> bytes:
    """A workbook with other bytes in some of its parts."""
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, replaced.get(name, source.read(name)))
        for name in replaced.keys() - set(source.namelist()):
            target.writestr(name, replaced[name])
    return stored.getvalue()
