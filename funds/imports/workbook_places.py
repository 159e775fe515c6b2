"""Whether every cell of a sheet stands at a place of its own, with a value that every program reads alike.

The parser takes the last of two cells at one place, and the first piece of a value that a comment divides. No ordinary
program writes either, so a sheet that has them is refused, with the place. The search is fast where there is nothing
to find.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from fundtrack.sentences import sentence as _

from .limits import FileRefusal, unusual
from .workbook_scan import Cell, cells_in_order

_LONGEST_ROW = 4 * 1024 * 1024
_NAME = rb"(?:[\w.-]+:)?"
_ROW_END = re.compile(rb"</" + _NAME + rb"row\s*>")
_ROW = re.compile(rb"<" + _NAME + rb"row(?=[\s/>])(?:[^>]*?\sr=\"([0-9]{1,7})\")?")
#: The place of each cell; empty where it is not written as everybody writes it.
_PLACES = re.compile(rb"<" + _NAME + rb"c(?=[\s/>])(?:[^>]*?\sr=\"([A-Z]{1,3}[0-9]{1,7})\")?")
#: The same as nearly every program writes them, for a search that is much faster.
_USUAL_ROW, _USUAL_PLACES = re.compile(rb'<row r="([0-9]{1,7})"'), re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"')
_USUAL_VALUE = re.compile(rb"<v>[^<&]*</v></c>")
#: A value in which something else than text stands, or behind which more than the cell's end stands.
_DIVIDED = re.compile(
    rb"<" + _NAME + rb"v(?:\s[^>]*)?(?<!/)>[^<]*<(?!/" + _NAME + rb"v\s*>)"
    rb"|</" + _NAME + rb"(?:v|is)\s*>(?!\s*</" + _NAME + rb"c\s*>)"
)
_ENTITY = re.compile(rb"<" + _NAME + rb"v(?:\s[^>]*)?(?<!/)>[^<&]*&")
_TEXT = re.compile(rb"\st\s*=\s*[\"']str[\"']")
_CELL = re.compile(rb"<" + _NAME + rb"c(?=[\s/>])[^>]*>")

Chunks = Callable[[], Iterable[bytes]]


def check_places(chunks: Chunks, sheet: str) -> None:
    """Refuse a sheet with two cells at one place, rows that are not in order, or a value in pieces.

    Args:
        chunks: gives the bytes of the sheet, from the beginning each time.
        sheet: its name, for the sentence.

    Raises:
        FileRefusal: one sentence with the place.
    """
    check = _Check(sheet)
    ordinary = True
    for piece in _rows(chunks()):
        check.values(piece)
        ordinary = ordinary and check.row(piece)
    if not ordinary:
        # Written in another manner than everybody's: slower, and just as exact.
        check.one_by_one(cells_in_order(iter(chunks())))


def _rows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes up to the end of each row."""
    rest = b""
    for chunk in chunks:
        *rows, rest = _ROW_END.split(rest + chunk)
        if len(rest) > _LONGEST_ROW:
            raise unusual()
        yield from rows
    yield rest


class _Check:
    def __init__(self, sheet: str) -> None:
        self.sheet, self.last = sheet, 0
        #: Columns of a row, each with a comma, that were found to be different.
        self.good = {b""}

    def row(self, piece: bytes) -> bool:
        """Check the last row of a piece; False when it is written so that only a closer look tells."""
        places = _findall(_USUAL_PLACES, b"c", _PLACES, piece)
        found = _findall(_USUAL_ROW, b"row", _ROW, piece)
        if not found:
            return not places
        # Before the row that ends here there may be some without cells, which end in themselves.
        for number in found:
            if not number:
                return False
            if int(number) <= self.last:
                raise self._out_of_order(int(number))
            self.last = int(number)
        columns = (b",".join(places) + b",").replace(found[-1] + b",", b",") if places else b""
        if columns in self.good:
            return True
        return self._columns(places, found[-1], columns)

    def _columns(self, places: list[bytes], number: bytes, columns: bytes) -> bool:
        if b"" in places:
            return False
        seen = set()
        for place in places:
            if place.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ") != number:
                message = _("the cell %(cell)s stands in row %(row)s")
                raise self._refusal(message % {"cell": place.decode(), "row": int(number)})
            if place in seen:
                raise self._twice(place.decode())
            seen.add(place)
        self.good.add(columns)
        return True

    def one_by_one(self, cells: Iterable[Cell]) -> None:
        """Check every cell by its row and column."""
        row, columns = 0, set[int]()
        for cell in cells:
            if cell.row < row:
                raise self._out_of_order(cell.row)
            if cell.row > row:
                row, columns = cell.row, set()
            if cell.column in columns:
                raise self._twice(cell.name)
            columns.add(cell.column)

    def values(self, piece: bytes) -> None:
        """Check that every value of a piece is one text."""
        if _has_usual_values(piece):
            return
        found = _DIVIDED.search(piece)
        entity = next((entity for entity in _ENTITY.finditer(piece) if not _is_text(piece, entity.start())), None)
        if found is None and entity is None:
            return
        found = found or entity
        assert found is not None, "one of them"
        place = (_PLACES.findall(piece, 0, found.start()) or [b""])[-1].decode()
        message = _("the value of the cell %(cell)s is not written in one piece")
        raise self._refusal(message % {"cell": place or "?"})

    def _twice(self, cell: str) -> FileRefusal:
        return self._refusal(_("the cell %(cell)s is there twice") % {"cell": cell})

    def _out_of_order(self, row: int) -> FileRefusal:
        return self._refusal(_("row %(row)s is there twice or not in its order") % {"row": row})

    def _refusal(self, what: str) -> FileRefusal:
        message = _(
            "Sheet “%(sheet)s”: %(what)s, and programs would read that differently. Open the file in a spreadsheet, "
            "save it and send it again."
        )
        return FileRefusal(message % {"sheet": self.sheet, "what": what}, code="file_damaged")


def _findall(usual: re.Pattern[bytes], name: bytes, exact: re.Pattern[bytes], piece: bytes) -> list[bytes]:
    """What the exact pattern finds; by the usual one where it has found every element of this name."""
    found = usual.findall(piece)
    if len(found) == piece.count(b"<" + name) and b":" + name not in piece:
        return found
    return exact.findall(piece)


def _has_usual_values(piece: bytes) -> bool:
    """True when every value is one text and the last thing in its cell."""
    values, texts = len(_USUAL_VALUE.findall(piece)), piece.count(b"</is></c>")
    return (
        values == piece.count(b"</v")
        and 2 * values == piece.count(b"v>")
        and texts == piece.count(b"</is")
        and b":v" not in piece
        and b":is" not in piece
    )


def _is_text(piece: bytes, end: int) -> bool:
    """True when the value that begins here belongs to a cell with a text, in which entities are ordinary."""
    cells = _CELL.findall(piece, 0, end)
    return bool(cells) and _TEXT.search(cells[-1]) is not None
