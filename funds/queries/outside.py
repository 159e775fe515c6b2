"""Rows outside the plan: those that wait for a person, and what became of the others."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from fundtrack.money import ZERO
from organisations.models import Membership, Organisation

from ..models import Actual, BudgetLine, CostCentre, ImportBatch, UsePlan

#: The imports that a booking may belong to (``Booking.batch``).
BATCHES = ("booking__import_batch", "booking__undone_batch")
#: What a list of rows does not need of their imports; a file can be large.
NOT_LISTED = (
    *(f"import_row__{name}" for name in ("cells", "problems", "reason")),
    *(
        f"{batch}__{name}"
        for batch in ("import_row__batch", *BATCHES)
        for name in ("profile", "reading", "result", "acknowledged")
    ),
    "import_row__batch__file__content",
)


class OutsideReason(StrEnum):
    """Why a row found no budget line (rule R1)."""

    NO_CODE = "no_code"
    UNKNOWN_CODE = "unknown_code"
    OTHER_COST_CENTRE = "other_cost_centre"
    #: The line was added to the plan after the row was booked.
    LINE_ADDED_LATER = "line_added_later"


@dataclass(frozen=True)
class OutsideGroup:
    """Unsettled rows outside the plan with one cost centre and project code."""

    cost_centre_code: str
    project_code: str
    reason: OutsideReason
    #: EUR per month, January to December; ZERO where there is nothing.
    by_month: tuple[Decimal, ...]
    rows: int

    @property
    def total(self) -> Decimal:
        return sum(self.by_month, ZERO)


@dataclass(frozen=True)
class OutsideRow:
    """One row outside the plan and why it is there."""

    actual: Actual
    #: The row with its corrections, EUR.
    standing: Decimal
    reason: OutsideReason
    #: Lines of the year's plans in force that have the row's project code.
    known_lines: tuple[BudgetLine, ...]


def outside_rows(organisation: Organisation, year: int, centres: Collection[str] | None = None) -> list[OutsideRow]:
    """Unsettled rows outside the plan of a year, oldest month first. Two queries."""
    rows = _unsettled(organisation, year, centres).select_related(
        "booking__made_by__user", "import_row__batch__file", *BATCHES
    )
    lines = _lines_by_code(organisation, year)
    return [
        OutsideRow(
            row,
            row.left_outside,
            _reason(row.cost_centre_code, row.project_code, lines),
            tuple(lines.get(row.project_code, ())),
        )
        for row in rows.defer(*NOT_LISTED)
    ]


#: What ended each chain of corrections: the settlement while its money still stands on a line, else the newest row.
_ENDED = """
WITH RECURSIVE chain AS (
    SELECT id AS root, id, amount, booking_id FROM funds_actual WHERE id = ANY(%s)
    UNION ALL
    SELECT c.root, a.id, a.amount, a.booking_id FROM chain c JOIN funds_actual a ON a.corrects_id = c.id
)
SELECT c.root,
    coalesce(CASE WHEN sum(c.amount) <> 0 THEN max(c.id) FILTER (WHERE b.source = 'settlement') END, max(c.id))
FROM chain c JOIN funds_booking b ON b.id = c.booking_id GROUP BY c.root
"""


@dataclass(frozen=True)
class SettledRow:
    """A row outside the plan of which nothing is left there: somebody settled it, or an import reversed it."""

    actual: Actual
    #: The row that ended it: the settlement while its money stands on a line, else the last reversal.
    settlement: Actual

    @property
    def reversed_by(self) -> ImportBatch | None:
        """The import that reversed the row or was undone; None when a person settled it."""
        return self.settlement.booking.batch


def settled_rows(
    organisation: Organisation, year: int, centres: Collection[str] | None = None, *, most: int | None = 200
) -> list[SettledRow]:
    """The newest settled rows of a year, at most ``most`` of them (None for all). Three queries."""
    rows = Actual.objects.outside_plan().filter(organisation=organisation, month__year=year, corrects=None)
    if centres is not None:
        rows = rows.filter(cost_centre_code__in=centres)
    waiting = Actual.objects.unsettled().filter(organisation=organisation, month__year=year)
    found = list(rows.exclude(pk__in=waiting.values("pk")).order_by("-id")[:most])
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [[row.pk for row in found]])
        ended = dict(cursor.fetchall())
    settlements = Actual.objects.select_related("line", "booking__made_by__user", *BATCHES).in_bulk(ended.values())
    return [SettledRow(row, settlements[ended[row.pk]]) for row in found]


def centres_in_scope(plan: UsePlan, membership: Membership) -> set[str] | None:
    """Cost centres whose outside rows the member sees: None for all, else a project lead's own."""
    if not membership.sees_own_lines_only:
        return None
    own = CostCentre.objects.filter(organisation=plan.organisation, lead_scopes__membership=membership)
    return set(own.values_list("code", flat=True))


def _unsettled(organisation: Organisation, year: int, centres: Collection[str] | None) -> QuerySet[Actual]:
    rows = Actual.objects.unsettled().filter(organisation=organisation, month__year=year)
    return rows if centres is None else rows.filter(cost_centre_code__in=centres)


def outside_groups(organisation: Organisation, year: int, centres: Collection[str] | None) -> tuple[OutsideGroup, ...]:
    """Waiting rows by cost centre, project code and month. Two queries."""
    grouped = (
        _unsettled(organisation, year, centres)
        .values_list("cost_centre_code", "project_code", "month")
        .annotate(total=Sum("standing"), rows=Count("id"))
        .order_by("cost_centre_code", "project_code", "month")
    )
    pairs: dict[tuple[str, str], dict[int, tuple[Decimal, int]]] = defaultdict(dict)
    for centre, code, month, total, rows in grouped:
        pairs[centre, code][month.month] = (total, rows)
    lines = _lines_by_code(organisation, year) if pairs else {}
    return tuple(
        OutsideGroup(
            cost_centre_code=centre,
            project_code=code,
            reason=_reason(centre, code, lines),
            by_month=tuple(months.get(number, (ZERO, 0))[0] for number in range(1, 13)),
            rows=sum(rows for _total, rows in months.values()),
        )
        for (centre, code), months in pairs.items()
    )


def _lines_by_code(organisation: Organisation, year: int) -> dict[str, list[BudgetLine]]:
    lines: dict[str, list[BudgetLine]] = defaultdict(list)
    in_force = BudgetLine.objects.filter(organisation=organisation, year=year, plan__state=UsePlan.State.ACTIVE)
    for line in in_force.select_related("target__cost_centre", "plan__fund"):
        lines[line.project_code].append(line)
    return lines


def outside_reason(organisation: Organisation, year: int, centre: str, code: str) -> OutsideReason:
    """Why a row with this cost centre and code would be outside the plan. One query."""
    return _reason(centre, code, _lines_by_code(organisation, year))


def _reason(centre: str, code: str, lines: dict[str, list[BudgetLine]]) -> OutsideReason:
    if not code:
        return OutsideReason.NO_CODE
    if code not in lines:
        return OutsideReason.UNKNOWN_CODE
    if any(line.target.cost_centre.code == centre for line in lines[code]):
        return OutsideReason.LINE_ADDED_LATER
    return OutsideReason.OTHER_COST_CENTRE
