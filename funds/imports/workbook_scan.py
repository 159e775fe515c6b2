"""A look at a workbook's XML before the parser sees it, as a stream.

The parser allocates every cell between the first and the last, takes error cells for empty ones, and gives nothing
for a formula whose result is not stored. So the bytes are searched for cells far away, for errors and for formulas.
The search is fast where there is nothing to find, and exact where there is.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .cells import CellError
from .headings import letters_of
from .limits import Limits, too_many_columns, too_many_rows, too_much, unusual

Marks = dict[int, dict[int, CellError]]

_CHUNK = 1 << 20
#: Longest stretch that a pattern of the fast search spans.
_OVERLAP = 256
_LONGEST_TAG = 100_000
#: Longest stretch without a tag that is looked for.
LONGEST_PIECE = _CHUNK + _LONGEST_TAG
#: Most bytes of text that the cells of one sheet may hold together.
_MOST_TEXT = 500 * 1024 * 1024
_NAME = rb"(?:[\w.-]+:)?"
_ATTRIBUTES = rb"""((?:[^>"']|"[^"]*"|'[^']*')*?)"""
TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<(/?)" + _NAME + rb"(row|c|f|v|is)(?=[\s/>])" + _ATTRIBUTES + rb"(/?)>|<[^>]*>",
    re.DOTALL,
)
_CDATA, _ANY_TAG = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL), re.compile(rb"<[^>]*>")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([^"']*)["']""")
_TYPE = re.compile(rb"""(?:^|\s)t\s*=\s*["']([^"']*)["']""")
_PLAIN_REFERENCE = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})")
_CELL_START = re.compile(rb"<" + _NAME + rb"c(?=[\s/>])" + _ATTRIBUTES + rb"(/?)>")
_CELL_END = re.compile(rb"</(?:[\w.-]+:)?c\s*>")
_FORMULA = re.compile(rb"<" + _NAME + rb"f(?=[\s/>])[^>]*?(?:/>|>([^<]*))")
_VALUE = re.compile(rb"<" + _NAME + rb"v(?=[\s/>])[^>]*?(?:/>|>([^<]*))")
_MARKED = re.compile(rb"""\bt\s*=\s*["']e["']|<""" + _NAME + rb"f[\s/>]")
_UNPLACED = re.compile(rb"<" + _NAME + rb"c(?=[\s>])(?![^>]*?\sr\s*=)")
_STRING_CELL = re.compile(
    rb"<" + _NAME + rb"""c(?=\s)[^<>]*?\st\s*=\s*["']s["'][^<>]*>\s*<""" + _NAME + rb"v>\s*([0-9]+)\s*<"
)
_HIDDEN_ROW = re.compile(
    rb"<" + _NAME + rb"""row(?=[^>]*?\shidden\s*=\s*["'](?:1|true)["'])[^>]*?\sr\s*=\s*["']([0-9]{1,7})["']"""
)
_ITEM_END = re.compile(rb"</" + _NAME + rb"si\s*>|<" + _NAME + rb"si\s*/>")


@dataclass
class SheetScan:
    """What a first look at a sheet's XML found."""

    #: Cells far away, or places that cannot be read.
    far: bool = False
    #: Cells that do not say their place.
    unplaced: bool = False
    #: Error cells or formulas.
    marked: bool = False
    #: Cells with nothing to read below the rows that are read.
    nothing_below: bool = False
    #: Cells that hold a value.
    values: int = 0
    #: Rows that a filter or a person has hidden.
    hidden: list[int] = field(default_factory=list)

    @property
    def closer(self) -> bool:
        """An exact second look is needed."""
        return self.far or self.unplaced or self.marked


@dataclass
class Cell:
    """A cell with its place, both from 1."""

    row: int
    column: int
    kind: bytes
    formula: bytes | None = None
    has_value: bool = False
    value: bytearray = field(default_factory=bytearray)

    @property
    def name(self) -> str:
        """Its place as a spreadsheet shows it: ``B2``."""
        return f"{letters_of(self.column - 1)}{self.row}"


def part_chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo | str) -> Iterator[bytes]:
    """The unpacked bytes of a part, piece by piece; its size and checksum are compared at the end."""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def overlapping(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each with the end of the one before, so that nothing hides on a border."""
    tail = b""
    for chunk in chunks:
        piece = tail + chunk
        # A tag that is cut in two would look like one without its end.
        cut = piece.rfind(b">") + 1 or len(piece)
        yield piece[:cut]
        tail = piece[max(0, cut - _OVERLAP) :]
    yield tail


def scan_sheet(chunks: Iterator[bytes], limits: Limits) -> SheetScan:
    """Look fast over a sheet's XML.

    Raises:
        FileRefusal: a document type, or bytes that no sheet has.
    """
    found, far = SheetScan(), _far(limits)
    for piece in overlapping(chunks):
        if b"\x00" in piece or b"<!DOCTYPE" in piece:
            raise unusual()
        found.values += piece.count(b"v>")
        found.far = found.far or far.search(piece) is not None
        found.unplaced = found.unplaced or _UNPLACED.search(piece) is not None
        found.marked = found.marked or _MARKED.search(piece) is not None
        if b"hidden" in piece:
            # The end of a piece comes twice.
            last = found.hidden[-1] if found.hidden else 0
            found.hidden += [row for row in map(int, _HIDDEN_ROW.findall(piece)) if row > last]
    return found


def _far(limits: Limits) -> re.Pattern[bytes]:
    """Places that are not certainly within the first 26 columns and the rows that are read."""
    last = str(limits.rows + 1)
    beyond = rb"(?:[%s-9][0-9]{%d}|[0-9]{%d,})" % (last[0].encode(), len(last) - 1, len(last) + 1)
    return re.compile(rb"""\br\s*=\s*["'](?:(?![A-Za-z]?[0-9]{1,7}["'])|[A-Za-z]?""" + beyond + rb")")


def find_marks(
    chunks: Iterator[bytes], scan: SheetScan, limits: Limits, is_nothing: Callable[[Cell], bool] = lambda _cell: False
) -> Marks:
    """Look closely at the cells of a sheet.

    Args:
        is_nothing: True for a cell that may stand below the rows that are read; the scan then tells that one does.

    Returns:
        row → column (both from 1) → the error that the cell shows, or its formula without a result.

    Raises:
        FileRefusal: a cell with a value beyond the limits, or at a place that cannot be read.
    """
    marks: Marks = {}
    last_row = last_column = 0
    for cell in cells_in_order(chunks) if scan.unplaced else _placed_cells(chunks, every=scan.far):
        if not cell.has_value and cell.formula is None:
            continue
        if cell.row > limits.rows and cell.column <= limits.columns and is_nothing(cell):
            scan.nothing_below = True
            continue
        if cell.row > limits.rows:
            raise too_many_rows(limits)
        if cell.column > limits.columns:
            raise too_many_columns(limits)
        last_row, last_column = max(last_row, cell.row), max(last_column, cell.column)
        if last_row * last_column > limits.grid:
            raise too_much()
        if (error := _error_of(cell)) is not None:
            marks.setdefault(cell.row, {})[cell.column] = error
    return marks


def _placed_cells(chunks: Iterator[bytes], *, every: bool) -> Iterator[Cell]:
    """The cells of a sheet in which each says its place: those with a formula or an error, or every one."""
    rest = b""
    for chunk in chunks:
        *pieces, rest = _CELL_END.split(rest + chunk)
        if len(rest) > LONGEST_PIECE:
            raise unusual()
        for piece in pieces:
            if every or _MARKED.search(piece):
                yield from _cells_of(piece)


def _cells_of(piece: bytes) -> Iterator[Cell]:
    """The cell that ends with this piece; further ones in it (in a comment) count too, so that none can hide."""
    for found in _CELL_START.finditer(piece):
        if found[2]:
            continue
        row, column = _place(found[1], 0, 0)
        kind, formula, value = (
            _TYPE.search(found[1]),
            _FORMULA.search(piece, found.end()),
            _VALUE.search(piece, found.end()),
        )
        yield Cell(
            row,
            column,
            kind[1] if kind else b"n",
            None if formula is None else formula[1] or b"",
            # Without a formula the end tag tells that something stands inside.
            value is not None or formula is None,
            bytearray(value[1] or b"" if value is not None else b"" if formula else _inline(piece[found.end() :])),
        )


def _inline(piece: bytes) -> bytes:
    """The text of a cell that has no value of its own."""
    return _ANY_TAG.sub(b"", _CDATA.sub(rb"\1", piece)) if b"is" in piece else b""


def _error_of(cell: Cell) -> CellError | None:
    value = bytes(cell.value).strip()
    if cell.kind == b"e":
        return CellError(value.decode("utf-8", "replace") or "#N/A", "cell_error")
    # An empty text is a result; a missing or empty number is none.
    if cell.formula is not None and not value and not (cell.has_value and cell.kind == b"str"):
        formula = cell.formula.decode("utf-8", "replace")
        for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
            formula = formula.replace(entity, letter)
        return CellError(f"={formula}", "formula")
    return None


def cells_in_order(chunks: Iterator[bytes]) -> Iterator[Cell]:
    """Every cell with its place, which counts on from the one before where it is not said."""
    row = column = 0
    cell: Cell | None = None
    inside, text = b"", bytearray()
    for name, closing, attributes, empty, before in _tokens(chunks):
        if inside:
            text += before
        if name == b"row" and not closing:
            row, column = row_number(attributes) or row + 1, 0
        elif name == b"c" and not closing:
            row, column = _place(attributes, row, column + 1)
            kind = _TYPE.search(attributes)
            cell = Cell(row, column, kind[1] if kind else b"n")
        elif cell is not None and name in (b"v", b"f", b"is") and not closing:
            inside, text = (b"" if empty else name), bytearray()
            cell.has_value |= name != b"f"
            cell.formula = b"" if name == b"f" else cell.formula
        elif cell is not None and closing and name == inside:
            if name == b"f":
                cell.formula = bytes(text)
            else:
                cell.value = text
            inside = b""
        if cell is not None and name == b"c" and (closing or empty):
            yield cell
            cell = None


def _tokens(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool, bytes, bool, bytes]]:
    """Tags of interest: name, closing, attributes, empty, and the text before the tag."""
    rest = b""
    for chunk in chunks:
        buffer, end = rest + chunk, 0
        for found in TOKEN.finditer(buffer):
            # Far less than a chunk is left at the end, so a tag that is cut in two is found whole in the next one.
            if found[2] is not None:
                yield found[2], bool(found[1]), found[3], bool(found[4]), buffer[end : found.start()]
            else:
                written = found[0][9:-3] if found[0].startswith(b"<![CDATA[") else b""
                yield b"", False, b"", False, buffer[end : found.start()] + written
            end = found.end()
        rest = buffer[end:]
        if len(rest) > LONGEST_PIECE:
            raise unusual()


def row_number(attributes: bytes) -> int:
    """The number that a row says of itself; 0 where it says none."""
    found = _REFERENCE.search(attributes)
    if found is None:
        return 0
    if not found[1].isdigit() or len(found[1]) > 7:
        raise unusual()
    return int(found[1])


def _place(attributes: bytes, row: int, column: int) -> tuple[int, int]:
    found = _REFERENCE.search(attributes)
    if found is None:
        return row, column
    place = _PLAIN_REFERENCE.fullmatch(found[1])
    if place is None or not place[1]:
        raise unusual()
    return int(place[2]), _column_number(place[1])


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# --- texts that the cells share


def shared_lengths(chunks: Iterator[bytes]) -> list[int]:
    """An upper bound of the bytes of each shared text."""
    lengths: list[int] = []
    rest = 0
    tail = b""
    for chunk in chunks:
        piece, end = tail + chunk, 0
        for found in _ITEM_END.finditer(piece):
            lengths.append(rest + found.end() - end)
            rest, end = 0, found.end()
        # An end tag that is cut in two belongs to the next piece.
        cut = max(end, piece.rfind(b"<")) if piece.rfind(b"<") > len(piece) - 64 else len(piece)
        rest, tail = rest + cut - end, piece[cut:]
    return lengths


def check_texts(chunks: Iterator[bytes], lengths: list[int]) -> None:
    """Refuse a sheet whose cells share few long texts so often that they fill the memory.

    Raises:
        FileRefusal: the texts of the sheet are too long together.
    """
    total = 0
    for piece in overlapping(chunks):
        for found in _STRING_CELL.finditer(piece):
            # A cell in the overlap counts twice: an upper bound will do.
            index = int(found[1])
            total += lengths[index] if index < len(lengths) else 0
        if total > _MOST_TEXT:
            raise too_much()
