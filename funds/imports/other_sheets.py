"""Sheets of a workbook that nobody has chosen between: amounts may stand on several of them, and one is read."""

import re
from collections.abc import Collection, Sequence

from fundtrack.formats import count
from fundtrack.sentences import sentence as _

from .cells import Value, text_of
from .files import FileRefusal, SheetInfo, TableFile
from .heading_words import rank_of
from .recognition import Question

#: Headings stand within these rows.
_HEADING_ROWS = 50
_AMOUNTS = ("amount", "debit", "credit")
_WITH_CENTS = re.compile(r"\(?[-+\u2212]?[0-9\s]{1,20}[,.][0-9]{2}[-)]?(?:\s?€)?")
_WHOLE = re.compile(r"[-+\u2212]?[0-9][0-9\s]{0,20}-?")


def ask_for_sheet(file: TableFile, read: SheetInfo, amounts: Collection[int]) -> Question | None:
    """The question which sheet is meant, where another one that is shown holds amounts as well.

    Args:
        read: the sheet that would be read.
        amounts: places of its columns of amounts: rows may go on there on the next sheet, without headings.
    """
    others = [sheet for sheet in file.sheets if not sheet.hidden and sheet != read and sheet.name]
    counted = {sheet: _count(file, sheet, amounts) for sheet in others}
    found = [sheet for sheet in others if counted[sheet][1]]
    if not found:
        return None
    counted[read] = _count(file, read, amounts)
    shown = ", ".join(
        f"“{sheet.name}” ({count(counted[sheet][0])})" for sheet in sorted([read, *found], key=lambda one: one.number)
    )
    message = _(
        "The workbook has amounts on several sheets (in brackets the number of their rows): %(sheets)s. One sheet is "
        "read. Choose it, and bring the others as files of their own."
    )
    return Question("sheet", message % {"sheets": shown}, choices=tuple(sheet.name for sheet in (read, *found)))


def _count(file: TableFile, sheet: SheetInfo, amounts: Collection[int]) -> tuple[int, bool]:
    """How many rows of a sheet are not blank, and whether one of them may hold an amount."""
    rows, has_amounts, places = 0, False, set(amounts)
    try:
        for number, row in enumerate(file.rows(sheet)):
            rows += any(value != "" for value in row)
            if not has_amounts:
                has_amounts = _has_amount(row, places)
            if number < _HEADING_ROWS:
                places |= _amount_columns(row)
    except FileRefusal:
        # Beyond the limits or damaged: nobody can say that it holds none.
        return rows, True
    return rows, has_amounts


def _amount_columns(row: Sequence[Value]) -> set[int]:
    """Places of the headings that mean amounts."""
    return {
        place
        for place, value in enumerate(row)
        if isinstance(value, str) and value and any(rank_of(key, value[:200]) is not None for key in _AMOUNTS)
    }


def _has_amount(row: Sequence[Value], places: Collection[int]) -> bool:
    for place, value in enumerate(row):
        if isinstance(value, float | int) and not isinstance(value, bool):
            if value != value // 1 or (place in places and value):
                return True
        elif isinstance(value, str) and value:
            text = text_of(value).strip()
            if _WITH_CENTS.fullmatch(text) or (place in places and _WHOLE.fullmatch(text)):
                return True
    return False
