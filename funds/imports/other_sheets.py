"""Sheets of a workbook that nobody has chosen between: amounts may stand on several of them, and one is read."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from fundtrack.exports import parameter_headings
from fundtrack.formats import count
from fundtrack.sentences import sentence as _

from .cells import Value, has_cents, text_of
from .files import FileRefusal, SheetInfo, TableFile
from .heading_words import rank_of
from .headings import HEADING_ROWS
from .profiles import AMOUNT_KEYS
from .quotes import in_quotes, list_of
from .recognition import Question

_CODE = re.compile(r"[A-Za-z]{0,6}[-_. ]?[0-9]{3,}[A-Za-z0-9-]*|[A-Za-z]{1,6}[0-9]+")
_DAY = re.compile(r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}|[0-9]{4}-[0-9]{2}|[0-9]{1,2}[./][0-9]{4}")
_WHOLE = re.compile(r"[-+\u2212]?[0-9][0-9\s]{0,20}-?")


def look_at_sheets(file: TableFile, read: SheetInfo, amounts: Collection[int]) -> tuple[Question | None, list[str]]:
    """The question which sheet is meant, where another one that is shown has rows of a ledger as well.

    Args:
        read: the sheet that would be read.
        amounts: places of its columns of amounts: rows may go on there on the next sheet, without headings.

    Returns:
        The question, and a sentence about the sheets that only have numbers with cents, such as rates of taxes.
    """
    others = [sheet for sheet in file.sheets if not sheet.hidden and sheet != read and sheet.name]
    counted = {sheet: _count(file, sheet, amounts) for sheet in others}
    found = [sheet for sheet in others if counted[sheet].ledger]
    if not found:
        return None, _told([sheet for sheet in others if counted[sheet].amounts])
    counted[read] = _count(file, read, amounts)
    read_or_found = sorted([read, *found], key=lambda one: one.number)
    shown = ", ".join(f"{in_quotes(sheet.name)} ({count(counted[sheet].rows)})" for sheet in read_or_found)
    message = _(
        "The workbook has amounts on several sheets (in brackets the number of their rows): %(sheets)s. One sheet is "
        "read. Choose it, and bring the others as files of their own."
    )
    return Question("sheet", message % {"sheets": shown}, choices=tuple(sheet.name for sheet in (read, *found))), []


def _told(sheets: Sequence[SheetInfo]) -> list[str]:
    message = _("Other sheets have numbers with cents, but no rows with dates or codes, and are not read: %(sheets)s.")
    return [message % {"sheets": list_of(sheet.name for sheet in sheets)}] if sheets else []


@dataclass
class _Seen:
    """What a sheet has: rows that are not blank, an amount in one of them, one that looks like a row of a ledger."""

    rows: int = 0
    amounts: bool = False
    ledger: bool = False


def _count(file: TableFile, sheet: SheetInfo, amounts: Collection[int]) -> _Seen:
    seen, places = _Seen(), set(amounts)
    try:
        for number, row in enumerate(file.rows(sheet)):
            if number == 0 and tuple(map(text_of, row)) in parameter_headings():
                # Made by our own exports: it says what the file is about.
                return seen
            seen.rows += any(value != "" for value in row)
            if not seen.ledger and _has_amount(row, places):
                seen.amounts, seen.ledger = True, any(map(_is_key, row))
            if number < HEADING_ROWS:
                places |= _amount_columns(row)
    except FileRefusal:
        # Beyond the limits or damaged: nobody can say that it holds none.
        return _Seen(seen.rows, amounts=True, ledger=True)
    return seen


def _is_key(value: Value) -> bool:
    """True for a date, or what may be a code of a cost centre, a project or an account."""
    if isinstance(value, date):
        return True
    text = text_of(value).strip()
    return _CODE.fullmatch(text) is not None or _DAY.match(text) is not None


def _amount_columns(row: Sequence[Value]) -> set[int]:
    """Places of the headings that mean amounts."""
    return {
        place
        for place, value in enumerate(row)
        if isinstance(value, str) and value and any(rank_of(key, value[:200]) is not None for key in AMOUNT_KEYS)
    }


def _has_amount(row: Sequence[Value], places: Collection[int]) -> bool:
    return any(has_cents(value) or (place in places and _is_whole(value)) for place, value in enumerate(row))


def _is_whole(value: Value) -> bool:
    if isinstance(value, str):
        return _WHOLE.fullmatch(value.strip()) is not None
    return isinstance(value, float | int) and not isinstance(value, bool) and value != 0
