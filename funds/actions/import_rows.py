"""Rows of a file in the database: written as they are read, and put away again."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from fundtrack import formats
from fundtrack.periods import Month
from fundtrack.sentences import kept
from fundtrack.sentences import sentence as _

from ..imports.reading import Reading
from ..imports.rows import RowProblem
from ..models import ImportBatch, ImportWork

_LISTED_NOTES = 20
_TOLD_EVERY = 500

_COPY = (
    "COPY funds_importrow (organisation_id, batch_id, number, kind, cells, month, booked_on, cost_centre_code, "
    "project_code, amount, account, voucher, description, supplier, by_code, by_rule, replaced_code, "
    "reason, problems) FROM STDIN"
)

#: Told how far a step is: the phase (``ImportWork.Phase``) and how many rows are read. It may raise a ``Refusal`` to
#: end the step.
Progress = Callable[[str, int], None]


def untold(phase: str, rows: int) -> None:
    """Tell nobody: the step is short."""


def remove_rows(batch: ImportBatch) -> None:
    """Delete what was read of a batch. What is committed stays: the database refuses."""
    # One statement: Django would fetch every row first, to see what it protects.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM funds_importrow WHERE batch_id = %s", [batch.pk])


def text_array(cells: Sequence[str]) -> str:
    """Cells as PostgreSQL writes an array of texts; the driver takes ten times as long for its own."""
    joined = '","'.join(cells)
    if "\\" in joined or joined.count('"') != 2 * (len(cells) - 1):
        joined = '","'.join([cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells])
    return f'{{"{joined}"}}' if cells else "{}"


def copy_rows(batch: ImportBatch, reading: Reading, progress: Progress) -> list[RowProblem]:
    """Store the rows as they are read; returns what is to be looked at."""
    notes: list[RowProblem] = []
    by_code_alone = "cost_centre" not in reading.profile.columns
    # What PostgreSQL says during COPY becomes Django's error, and so a refusal of the action.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for count, row in enumerate(reading):
            if count % _TOLD_EVERY == 0:
                progress(ImportWork.Phase.READING, count)
            notes += row.notes
            problems = [
                {"column": problem.column, "value": problem.value, "message": problem.message, "code": problem.code}
                for problem in row.problems
            ]
            copy.write_row(
                (
                    batch.organisation_id,
                    batch.pk,
                    row.number,
                    row.kind,
                    text_array(row.cells),
                    row.month.first if row.month else None,
                    row.booked_on,
                    row.cost_centre_code,
                    row.project_code,
                    row.amount,
                    row.account,
                    row.voucher,
                    row.description,
                    row.supplier,
                    row.by_rule or by_code_alone,
                    row.by_rule,
                    row.replaced or None,
                    row.reason[:300],
                    Jsonb(kept(problems)) if problems else None,
                )
            )
    return notes


def found_out(reading: Reading, notes: Sequence[RowProblem], month: Month | None) -> dict[str, Any]:
    """What reading found out, for the preview and for later."""
    listed = [note.message for note in notes[:_LISTED_NOTES]]
    if len(notes) > _LISTED_NOTES:
        listed.append(_("And %(count)s more like these.") % {"count": formats.count(len(notes) - _LISTED_NOTES)})
    if month is not None and reading.profile.date_format != "none":
        listed.append(_("The rows name their months themselves: the month that was chosen is not used."))
    own = reading.totals.own
    return {
        "kind": reading.file.kind,
        "encoding": reading.file.encoding,
        "sheet": reading.sheet.name,
        "headings": list(reading.labels),
        "notes": kept([*reading.file.warnings, *reading.warnings, *listed]),
        "own_total": None if own is None else f"{own:.2f}",
        "own_total_agrees": reading.totals.agrees,
    }
