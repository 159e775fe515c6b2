"""The rows of an import: what becomes of each, which lead to no line, and what was booked from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, overload

from django.db.models import Case, Count, Exists, IntegerField, Max, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.fields.json import KeyTextTransform

from fundtrack.money import MoneyField
from fundtrack.periods import Month
from organisations.models import Organisation

from ..import_sql import outcome_query, planned
from ..models import Actual, BudgetLine, ImportBatch, ImportRow, ImportWork, UsePlan
from .exports import ROWS_AT_A_TIME
from .imports import FileError, counted_kinds, preview_batch, row_errors

#: What becomes of rows that can be booked, beside the kinds of ``ImportRow``.
OUTCOMES = ("new", "known", "changed", "removed", "outside")
_STATE = ImportBatch.State
_ACTIVE = (ImportWork.State.WAITING, ImportWork.State.RUNNING)

_BEFORE = {
    "new": "SELECT import_row_id FROM entries WHERE kind = 'new' ORDER BY number",
    "changed": "SELECT import_row_id FROM entries WHERE kind = 'changed' ORDER BY number",
    "outside": "SELECT import_row_id FROM entries WHERE kind = 'new' AND line_id IS NULL ORDER BY number",
    "known": "SELECT k.import_row_id FROM known k JOIN file f ON f.id = k.import_row_id ORDER BY f.number",
    "removed": "SELECT corrects_id FROM entries WHERE kind = 'removed' ORDER BY corrects_id",
}

_OUTSIDE = """
, pairs AS (
    SELECT e.cost_centre_code, e.project_code, e.account, count(*) AS rows, sum(e.amount) AS amount,
        bool_and(f.said_code = e.project_code) AS mappable, 0 AS known
    FROM entries e JOIN file f ON f.id = e.import_row_id WHERE e.kind = 'new' AND e.line_id IS NULL GROUP BY 1, 2, 3
    UNION ALL
    SELECT f.centre, f.project_code, f.account, 0, 0, true, count(*)
    FROM known k JOIN file f ON f.id = k.import_row_id
    WHERE NOT EXISTS (SELECT 1 FROM lines l WHERE l.project_code = f.project_code AND l.centre = f.centre)
    GROUP BY 1, 2, 3
)
SELECT cost_centre_code, project_code, account, sum(rows)::int, sum(amount), bool_and(mappable), sum(known)::int
FROM pairs GROUP BY 1, 2, 3 HAVING sum(rows) > 0 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True)
class OutsidePair:
    """New rows that lead to no line, by what a rule can tell them by. EUR."""

    cost_centre_code: str
    #: Empty where the file has none; otherwise no line in force has it on this cost centre.
    project_code: str
    account: str
    rows: int
    amount: Decimal
    #: True where no rule has given them their project code.
    takes_rules: bool
    #: Rows of the same pair that the ledger holds outside the plan already. A rule would book them once more.
    known: int


@dataclass(frozen=True)
class BookedMonth:
    """What an import booked on one line, or pair of codes outside the plan, in one month. EUR."""

    line: BudgetLine | None
    cost_centre_code: str
    project_code: str
    month: Month
    rows: int
    amount: Decimal


def outcome_ids(batch: ImportBatch, outcome: str) -> list[int]:
    """Ids of the rows that a commit would treat so, in the order of the file; of ledger rows for "removed"."""
    query = outcome_query(batch)
    with planned() as cursor:
        cursor.execute(query.ctes + _BEFORE[outcome], query.parameters)
        return [pk for (pk,) in cursor.fetchall()]


def rows_after(batch: ImportBatch, outcome: str) -> QuerySet[ImportRow]:
    """Rows of a committed batch by what became of them."""
    rows = batch.rows.filter(kind=ImportRow.Kind.ROW)
    booked = Actual.objects.filter(import_row=OuterRef("pk"), booking=batch.booking_id)
    if outcome == "known":
        return rows.filter(~Exists(booked))
    if outcome == "changed":
        return rows.filter(Exists(booked.filter(corrects__isnull=False)))
    found = booked.filter(corrects__isnull=True)
    return rows.filter(Exists(found.filter(line__isnull=True) if outcome == "outside" else found))


def removed_after(batch: ImportBatch) -> QuerySet[Actual]:
    """Ledger rows that a committed batch reversed because the file has them no more."""
    reversals = Actual.objects.filter(booking=batch.booking_id, import_row__isnull=True)
    return Actual.objects.filter(pk__in=reversals.values("corrects"))


def ledger_details(rows: QuerySet[Actual]) -> QuerySet[Actual]:
    """The rows with what leads to their place in the ledger."""
    return rows.select_related("line__plan__fund", "booking")


def has_ended(batch: ImportBatch) -> bool:
    """True where the ledger has had the rows of a batch."""
    return batch.state in (_STATE.COMMITTED, _STATE.UNDONE)


class ListedRows(Sequence[Any]):
    """Rows of an import by what becomes of them, fetched piece by piece: of its file, or of the ledger ("removed").

    The file is compared with the ledger only where that has to be found out: of a batch that waits to be committed,
    for the rows that can be booked. What else is asked of a row stands in it, or in what was booked from it.
    """

    def __init__(self, batch: ImportBatch, outcome: str, *, whole: bool = True) -> None:
        """List the rows.

        Args:
            outcome: one of ``OUTCOMES``, a kind of ``ImportRow``, or empty for every row.
            whole: False for only those of which the ledger speaks; before a commit there are none.
        """
        self._ids: list[int] | None = None
        self._rows: QuerySet[Any] = batch.rows.order_by("number")
        if not whole and outcome != "removed" and not has_ended(batch):
            self._rows = self._rows.none()
            return
        if not whole:
            self._rows = self._rows.filter(kind=ImportRow.Kind.ROW)
        waits = outcome in OUTCOMES and batch.state == _STATE.READ
        if waits:
            self._ids = outcome_ids(batch, outcome)
        if outcome == "removed":
            removed = Actual.objects.all() if waits else removed_after(batch)
            self._rows = ledger_details(removed).order_by("pk")
        elif outcome in OUTCOMES and not waits:
            self._rows = rows_after(batch, outcome).order_by("number")
        elif outcome and not waits:
            self._rows = self._rows.filter(kind=outcome)

    def __len__(self) -> int:
        return self._rows.count() if self._ids is None else len(self._ids)

    @overload
    def __getitem__(self, piece: int) -> Any: ...
    @overload
    def __getitem__(self, piece: slice) -> list[Any]: ...
    def __getitem__(self, piece: int | slice) -> Any:
        if isinstance(piece, int):
            return self[piece : piece + 1][0]
        if self._ids is None:
            return list(self._rows[piece])
        ids = self._ids[piece]
        found = self._rows.in_bulk(ids)
        return [found[pk] for pk in ids]

    def cells(self, *fields: str) -> Iterator[tuple[Any, ...]]:
        """Fields of all of them, without an object for each and without holding them in memory."""
        if self._ids is None:
            yield from self._rows.values_list(*fields).iterator(chunk_size=ROWS_AT_A_TIME)
            return
        for start in range(0, len(self._ids), ROWS_AT_A_TIME):
            ids = self._ids[start : start + ROWS_AT_A_TIME]
            found = {pk: cells for pk, *cells in self._rows.filter(pk__in=ids).values_list("pk", *fields)}
            yield from (tuple(found[pk]) for pk in ids)


def booked_from(rows: Sequence[ImportRow]) -> dict[int, list[Actual]]:
    """Import row id → what was booked from it. One query."""
    found: dict[int, list[Actual]] = {}
    for actual in ledger_details(Actual.objects.filter(import_row__in=[row.pk for row in rows])).order_by("pk"):
        found.setdefault(actual.import_row_id or 0, []).append(actual)
    return found


def widest_row(batch: ImportBatch) -> int:
    """How many cells the widest row of the file has. One query."""
    widest: int | None = batch.rows.aggregate(widest=Max("cells__len"))["widest"]
    return widest or 0


def errors_of(batch: ImportBatch) -> list[FileError]:
    """Everything that hinders a batch: what hinders the file as a whole first, then every unreadable row.

    The file is compared with the ledger only where the outcome could hinder it.
    """
    blocking = preview_batch(batch).errors if _may_be_blocked(batch) else ()
    return [*(error for error in blocking if not error.row), *row_errors(batch)]


def _may_be_blocked(batch: ImportBatch) -> bool:
    """False where nothing but its rows can hinder the file: only files of whole months correct and touch one fund."""
    if batch.state != _STATE.READ:
        return False
    if batch.manner == ImportBatch.Manner.WHOLE_MONTHS:
        return True
    return batch.control_total is not None and batch.control_total != _rows_total(batch)


def _rows_total(batch: ImportBatch) -> Decimal:
    counted = counted_kinds(batch)
    return counted[ImportRow.Kind.ROW].amount + counted[ImportRow.Kind.LEFT_OUT].amount


def outside_pairs(batch: ImportBatch) -> list[OutsidePair]:
    """New rows that lead to no line of a plan in force, the largest sums first. One query."""
    query = outcome_query(batch)
    with planned() as cursor:
        cursor.execute(query.ctes + _OUTSIDE, query.parameters)
        pairs = [OutsidePair(*row) for row in cursor.fetchall()]
    return sorted(pairs, key=lambda pair: (not pair.takes_rules, -abs(pair.amount)))


def lines_to_map(organisation: Organisation) -> dict[str, str]:
    """Project code → name and cost centre of its newest line in a plan in force. One query."""
    lines = BudgetLine.objects.filter(organisation=organisation, plan__state=UsePlan.State.ACTIVE)
    found = lines.order_by("year", "project_code").values_list("project_code", "name", "target__cost_centre__code")
    return {code: f"{name} · {centre}" for code, name, centre in found}


def booked_months(batch: ImportBatch) -> list[BookedMonth]:
    """What a committed batch booked, line by line and month by month. Two queries."""
    grouped = list(
        Actual.objects.filter(booking=batch.booking_id)
        .values_list("line", "cost_centre_code", "project_code", "month")
        .annotate(rows=Count("pk"), amount=Sum("amount"))
        .order_by("project_code", "cost_centre_code", "month")
    )
    lines = BudgetLine.objects.select_related("plan__fund").in_bulk([row[0] for row in grouped if row[0]])
    months = [
        BookedMonth(lines.get(line or 0), centre, code, Month.of(month), rows, amount)
        for line, centre, code, month, rows, amount in grouped
    ]
    return sorted(months, key=lambda cell: cell.line is None)


def listed_imports(organisation: Organisation) -> QuerySet[ImportBatch]:
    """Imports, the newest first.

    With ``read_rows`` and ``read_total`` (EUR) of those that wait to be committed, counted as in their previews, with
    ``own_total`` of the file as text where it has one, and ``worked_on`` where a worker was asked and has not finished.
    """
    kind = ImportRow.Kind
    rows = ImportRow.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
    counted = rows.filter(kind__in=(kind.ROW, kind.LEFT_OUT, kind.ERROR)).annotate(found=Count("pk"))
    summed = rows.filter(kind__in=(kind.ROW, kind.LEFT_OUT)).annotate(found=Sum("amount"))
    waiting = When(state=_STATE.READ, then=Subquery(counted.values("found")))
    total = When(state=_STATE.READ, then=Subquery(summed.values("found")))
    return (
        organisation.import_batches.select_related("fund", "booking", "file__uploaded_by__user", "committed_by__user")
        .defer("file__content", "profile", "reading")
        .annotate(
            read_rows=Case(waiting, output_field=IntegerField()),
            read_total=Case(total, output_field=MoneyField()),
            own_total=KeyTextTransform("own_total", "reading"),
            worked_on=Exists(ImportWork.objects.filter(batch=OuterRef("pk"), state__in=_ACTIVE)),
        )
        .order_by("-number")
    )
