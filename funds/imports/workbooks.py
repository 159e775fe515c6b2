"""XLSX workbooks: checked as a stream before they are parsed, then read row by row."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from fundtrack.sentences import sentence as _

from .cells import Value
from .limits import (
    FileRefusal,
    Limits,
    damaged,
    too_long_cell,
    too_many_columns,
    too_many_rows,
    too_much,
    unusual,
)
from .workbook_places import check_places
from .workbook_scan import Cell as ScannedCell
from .workbook_scan import (
    Marks,
    SheetScan,
    check_texts,
    find_marks,
    overlapping,
    part_chunks,
    scan_sheet,
    shared_lengths,
)
from .workbook_tags import whole_tags
from .workbook_trim import blank_texts, is_nothing, trimmed

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, KeyError)
#: Ordinary sheets pack twenty to one; a hundred is generous, and small files may do what they like.
_RATIO, _SMALL = 200, 20 * 1024 * 1024
_MOST_TEXT = 500 * 1024 * 1024
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"
_RELATION = re.compile(r"\{.*relationships\}id$")


@dataclass(frozen=True)
class SheetInfo:
    """One sheet of a workbook, or the one table of a CSV file."""

    #: From 1, in the order of the workbook.
    number: int
    name: str
    hidden: bool = False
    #: The part that holds it.
    part: str = ""


class Workbook:
    """A checked workbook whose sheets can be read as often as needed.

    Raises:
        FileRefusal: damaged, protected, not a workbook, or beyond the limits.
    """

    def __init__(self, name: str, content: bytes, limits: Limits) -> None:
        self.name, self.content, self.limits = name, content, limits
        self._scans: dict[str, SheetScan] = {}
        self._texts: list[int] = []
        self._found: dict[str, Marks] = {}
        #: Part of a sheet → the workbook that is parsed in its place.
        self._trimmed: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self._check(archive)
                self.sheets = self._sheets(archive)
        except _BROKEN as error:
            raise damaged(name) from error
        if len(self.sheets) > limits.sheets:
            message = _("The workbook has too many sheets; at most %(limit)s are read.") % {"limit": limits.sheets}
            raise FileRefusal(message, code="file_too_many_sheets")
        if not self.sheets:
            raise damaged(name)

    def _check(self, archive: zipfile.ZipFile) -> None:
        """Refuse what would unpack to too much, lie about its size, or bring a document type."""
        parts = archive.infolist()
        names = {part.filename for part in parts}
        unpacked = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts)
        if len(parts) > self.limits.parts or unpacked > self.limits.unpacked:
            raise too_much()
        if unpacked > _SMALL and unpacked > _RATIO * packed:
            raise too_much()
        if "xl/workbook.xml" not in names:
            raise self._other_document(archive, names)
        if len({name.casefold() for name in names}) < len(parts):
            raise unusual()
        for part in parts:
            self._check_part(archive, part)

    def _other_document(self, archive: zipfile.ZipFile, names: set[str]) -> FileRefusal:
        if "mimetype" in names and archive.read("mimetype").startswith(_OPEN_DOCUMENT):
            message = _("%(file)s is an OpenDocument file. Save it as XLSX or CSV.") % {"file": self.name}
            return FileRefusal(message, code="file_is_ods")
        if "xl/workbook.bin" in names:
            message = _("%(file)s is a binary Excel workbook (XLSB). Save it as XLSX or CSV.") % {"file": self.name}
            return FileRefusal(message, code="file_is_xlsb")
        message = _("%(file)s is not an Excel workbook. Send the table as XLSX or CSV.") % {"file": self.name}
        return FileRefusal(message, code="file_not_a_table")

    def _check_part(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        name, chunks = part.filename.casefold(), part_chunks(archive, part)
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            self._scans[name] = scan_sheet(whole_tags(chunks), self.limits)
        elif name.endswith((".xml", ".rels")):
            is_texts = name.endswith("sharedstrings.xml")
            for piece in overlapping(whole_tags(chunks) if is_texts else chunks):
                if b"<!DOCTYPE" in piece or b"\x00" in piece:
                    raise damaged(self.name)
            if is_texts:
                self._texts = shared_lengths(part_chunks(archive, part))
        else:
            for _chunk in chunks:
                pass

    def _sheets(self, archive: zipfile.ZipFile) -> list[SheetInfo]:
        try:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no document type
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        except ElementTree.ParseError as error:
            raise damaged(self.name) from error
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        entries = [entry for entry in book.iter() if entry.tag.rpartition("}")[2] == "sheet"]
        sheets = []
        for number, entry in enumerate(entries, start=1):
            relation = next((value for key, value in entry.attrib.items() if _RELATION.match(key)), None)
            target = (targets.get(relation) or "").replace("\\", "/")
            part = (target[1:] if target.startswith("/") else f"xl/{target}").casefold()
            hidden = entry.get("state", "visible") != "visible"
            sheets.append(SheetInfo(number, entry.get("name", ""), hidden, part))
        # Sheets that are charts hold no rows; they keep their number and are left out.
        return [sheet for sheet in sheets if sheet.part in self._scans]

    # --- rows

    def hidden_rows(self, sheet: SheetInfo) -> list[int]:
        """Numbers of the rows that nobody sees who opens the sheet; they are read like the others."""
        return self._scans[sheet.part].hidden

    def rows(self, sheet: SheetInfo) -> Iterator[list[Value]]:
        """Read a sheet from its first row and first column on; error cells and formulas without results are marked.

        Raises:
            FileRefusal: the sheet is damaged or beyond the limits; it may come while rows are read.
        """
        marks = self._marks(sheet)
        last = max(marks, default=0)
        for number, row in enumerate(self._parsed(sheet, last), start=1):
            for column, error in marks.get(number, {}).items():
                row.extend([""] * (column - len(row)))
                row[column - 1] = error
            yield row

    def _marks(self, sheet: SheetInfo) -> Marks:
        if sheet.part in self._found:
            return self._found[sheet.part]
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                part = next(name for name in archive.namelist() if name.casefold() == sheet.part)
                scan = self._scans[sheet.part]
                if scan.values * max(self._texts, default=0) > _MOST_TEXT:
                    check_texts(part_chunks(archive, part), self._texts)
                marks = self._find_marks(archive, part, scan) if scan.closer else {}
                check_places(lambda: part_chunks(archive, part), sheet.name)
            if scan.nothing_below:
                self._trimmed[sheet.part] = self._trim(part, scan)
        except _BROKEN as error:
            raise damaged(self.name) from error
        self._found[sheet.part] = marks
        return marks

    def _find_marks(self, archive: zipfile.ZipFile, part: str, scan: SheetScan) -> Marks:
        blanks: set[int] | None = None

        def is_nothing_there(cell: ScannedCell) -> bool:
            nonlocal blanks
            if blanks is None:
                shared = [name for name in archive.namelist() if name.casefold() == "xl/sharedstrings.xml"]
                blanks = set[int]().union(*(blank_texts(part_chunks(archive, name)) for name in shared))
            return is_nothing(cell, blanks)

        return find_marks(part_chunks(archive, part), scan, self.limits, is_nothing_there)

    def _trim(self, part: str, scan: SheetScan) -> bytes:
        """The workbook as it is parsed: without the rows that hold nothing to read below those that are read."""
        content = trimmed(self.content, part, self.limits.rows)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What stands elsewhere than in its row is left, and would be allocated.
            find_marks(part_chunks(archive, part), scan, self.limits)
        return content

    def _parsed(self, sheet: SheetInfo, last_marked: int) -> Iterator[list[Value]]:
        # Imported where it is used: only an upload of a workbook needs it.
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(self._trimmed.get(sheet.part, self.content)))
            table = book.get_sheet_by_name(sheet.name)
            number = 0
            for number, row in enumerate(self._padded(table), start=1):
                self._check_row(number, row)
                yield row
            for _blank in range(number, last_marked):
                yield []
        except (CalamineError, IndexError, ValueError, OSError, OverflowError) as error:
            raise damaged(self.name) from error
        except BaseException as error:
            # A parser in Rust that gives up is no Exception in Python.
            if type(error).__name__ == "PanicException":
                raise damaged(self.name) from error
            raise

    def _padded(self, table: "CalamineSheet") -> Iterator[list[Value]]:
        """The rows with the columns before the first used one, which the parser leaves out."""
        before = table.start[1] if table.start else 0
        rows: Iterator[list[Any]] = table.iter_rows()
        if not before:
            return rows
        return ([""] * before + row for row in rows)

    def _check_row(self, number: int, row: list[Value]) -> None:
        if number > self.limits.rows:
            raise too_many_rows(self.limits)
        if len(row) > self.limits.columns:
            raise too_many_columns(self.limits)
        lengths = [len(value) for value in row if isinstance(value, str)]
        if lengths and max(lengths) > self.limits.cell:
            raise too_long_cell(number, self.limits)
