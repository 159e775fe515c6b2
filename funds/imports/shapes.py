"""The shape of CSV records: rows that are wider than the others, and cells that hold or lack a part of a row."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from fundtrack.formats import count
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .profiles import AMOUNT_KEYS
from .rows import ReadRow, row_problem

#: So many rows below the headings show how wide rows usually are.
SAMPLE = 200
_WHOLE = re.compile(r"[-\u2212+]?[0-9][0-9 \u00a0\u202f]*")
_DECIMALS = re.compile(r".*[0-9][.,][0-9]{1,2}\D*")
_CENTS = re.compile(r"[0-9]{2}")
_DIGIT = re.compile(r"[0-9]")
_RULED = re.compile(r"[-\u2010-\u2015\u2212\u2500-\u257f=_|+\s]*")
#: Fewer signs may be a zero, a sign or a mark.
_SHORTEST_RULE = 3


class Shape:
    """How the records of one CSV file usually look.

    Args:
        places: column key → place, as the profile says.
        header: the record of the headings.
        sample: the first records of the table, without blank ones and totals.
    """

    def __init__(
        self, places: Mapping[str, int], header: Sequence[Value], sample: Sequence[Sequence[Value]], delimiter: str
    ) -> None:
        self.delimiter = delimiter
        #: A record with more cells has shifted ones, even if its last cell is blank.
        self.widest, self._delimiters = _widths(header, sample)
        amounts = [places[key] for key in AMOUNT_KEYS if key in places]
        self._amounts = amounts if delimiter == "," else []
        #: Amounts with decimals show what usually stands beside them.
        whole = [(row, place) for row in sample for place in self._amounts if _has_decimals(row, place)]
        self._sure = bool(whole)
        if any(_CENTS.fullmatch(text_of(row[place + 1]).strip()) for row, place in whole if place + 1 < len(row)):
            self._amounts = []
        self._cut, self._first_cut = 0, 0

    def checked(self, row: ReadRow) -> ReadRow:
        """The row with what its shape says."""
        if any(_is_cut(row.cells, place) for place in self._amounts) and row.kind == "row":
            row = self._add_cut(row)
        text = "\x1f".join(row.cells)
        if "\n" in text or "\r" in text:
            row = self._with_swallowed(row)
        return row

    def _add_cut(self, row: ReadRow) -> ReadRow:
        if not self._sure:
            self._cut, self._first_cut = self._cut + 1, self._first_cut or row.number
            return row
        message = _(
            "The amount and the cell after it seem to be one amount that its own decimal comma has cut in two. Put "
            "amounts between quotation marks, or export the file with semicolons."
        )
        problem = row_problem("", row.number, "", "", message, "cells_shifted")
        return row._replace(kind="error", problems=(*row.problems, problem))

    def _with_swallowed(self, row: ReadRow) -> ReadRow:
        for cell in row.cells:
            if ("\n" in cell or "\r" in cell) and cell.count(self.delimiter) >= self._delimiters:
                # The numbers of a row are swallowed with it.
                if not _DIGIT.search(cell):
                    continue
                message = _(
                    "A cell holds a line break and what looks like another row, which is not read: a quotation mark "
                    "is missing or stands in the wrong place."
                )
                note = row_problem("", row.number, "", "", message, "row_swallowed")
                return row._replace(notes=(*row.notes, note))
        return row

    def warnings(self) -> list[str]:
        """Sentences for a person, after the last row."""
        if not self._cut:
            return []
        message = _(
            "Amounts without decimals stand before cells with two digits (%(count)s rows, the first is row %(row)s). "
            "If those are cents, a decimal comma has cut the amounts in two: export the file with semicolons."
        )
        return [message % {"count": count(self._cut), "row": self._first_cut}]


def is_ruled(row: Sequence[Value]) -> bool:
    """True for a line that only rules the page: dashes, equals signs, underscores, pipes or plus signs."""
    texts = [text_of(value) for value in row if value != ""]
    return all(map(_RULED.fullmatch, texts)) and any(len(text.strip()) >= _SHORTEST_RULE for text in texts)


def _widths(header: Sequence[Value], sample: Sequence[Sequence[Value]]) -> tuple[int, int]:
    """How many cells a record may have, and how many delimiters one has at least."""
    widths = Counter(map(len, sample))
    named = max((place for place, value in enumerate(header, start=1) if text_of(value).strip()), default=1)
    usual, rows = min(widths.items(), key=lambda pair: (-pair[1], pair[0]), default=(len(header), 0))
    widest = usual if usual >= named and rows * 10 >= widths.total() * 9 else len(header)
    return widest, max(1, min(named, usual) - 1)


def _has_decimals(row: Sequence[Value], place: int) -> bool:
    return place < len(row) and _DECIMALS.fullmatch(text_of(row[place]).strip()) is not None


def _is_cut(cells: Sequence[str], place: int) -> bool:
    if place + 1 >= len(cells) or _CENTS.fullmatch(cells[place + 1].strip()) is None:
        return False
    return _WHOLE.fullmatch(cells[place].strip()) is not None
