"""What changed since the previous issued board report: late corrections, amendments, fund entries, reopenings."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce

from funds.models import Actual, Amendment, FundEntry, MonthState, UsePlan
from funds.queries.facts import known_actuals, month_events
from fundtrack.money import ZERO
from fundtrack.periods import Month

from ..models import IssuedReport

#: Corrections listed one by one; more are counted and summed.
LISTED = 30


@dataclass(frozen=True)
class PreviousReport:
    """The issued report that this one follows."""

    number: int
    month: Month
    meeting_on: date
    as_of: datetime


@dataclass(frozen=True)
class Correction:
    """A row that changed what an earlier report said. EUR."""

    #: Id of the row in the ledger.
    row: int
    project_code: str
    line: str
    #: Where it is booked.
    month: Month
    #: Which month it concerns.
    concerns_month: Month
    amount: Decimal
    reason: str
    booked_by: str
    booked_at: datetime


@dataclass(frozen=True)
class AmendmentChange:
    """A decided amendment. EUR."""

    number: int
    #: Value of ``Amendment.Kind``.
    kind: str
    effective_on: date
    ceiling_change: Decimal
    #: Project codes and their changes.
    rows: tuple["AmendedLine", ...]
    reason: str
    decision: str


@dataclass(frozen=True)
class AmendedLine:
    project_code: str
    amount: Decimal


@dataclass(frozen=True)
class EntryChange:
    """A fund entry that is not a drawdown. EUR."""

    entry_on: date
    #: Value of ``FundEntry.Kind``.
    kind: str
    amount: Decimal
    description: str
    decision: str


@dataclass(frozen=True)
class Reopening:
    """A month that was reopened."""

    month: Month
    reason: str
    reopened_by: str
    reopened_at: datetime


@dataclass(frozen=True)
class Changes:
    """Everything since the previous issued report; since the beginning of the year where there is none."""

    since: PreviousReport | None
    #: The newest ``LISTED`` of them.
    corrections: tuple[Correction, ...]
    corrections_count: int
    corrections_total: Decimal
    amendments: tuple[AmendmentChange, ...]
    entries: tuple[EntryChange, ...]
    reopenings: tuple[Reopening, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.corrections or self.amendments or self.entries or self.reopenings)

    @property
    def corrections_unlisted(self) -> int:
        return self.corrections_count - len(self.corrections)


def changes_since(plan: UsePlan, month: Month, *, as_of: datetime) -> Changes:
    """Read the changes; six queries."""
    since = previous_report(plan, as_of=as_of)
    corrections, count, total = _corrections(plan, month, since, as_of)
    return Changes(
        since=since,
        corrections=corrections,
        corrections_count=count,
        corrections_total=total,
        amendments=_amendments(plan, month, since, as_of),
        entries=_entries(plan, month, since, as_of),
        reopenings=_reopenings(plan, since, as_of),
    )


def previous_report(plan: UsePlan, *, as_of: datetime) -> PreviousReport | None:
    """The newest board report of the plan that was issued before ``as_of``; one query."""
    found = (
        IssuedReport.objects.filter(plan=plan, kind=IssuedReport.Kind.BOARD, as_of__lt=as_of)
        .order_by("-number")
        .values_list("number", "month", "meeting_on", "as_of")
        .first()
    )
    return None if found is None else PreviousReport(found[0], Month.of(found[1]), found[2], found[3])


def _corrections(
    plan: UsePlan, month: Month, since: PreviousReport | None, as_of: datetime
) -> tuple[tuple[Correction, ...], int, Decimal]:
    """Rows that say which month they correct, and rows booked into a month that the previous report covered."""
    late = Q(concerns_month__isnull=False)
    rows: QuerySet[Actual] = known_actuals(plan, month, as_of=as_of).filter(line__plan=plan)
    if since is not None:
        late |= Q(month__lte=since.month.first)
        rows = rows.filter(booking__made_at__gt=since.as_of)
    found = list(
        rows.filter(late)
        .annotate(concerned=Coalesce("concerns_month", "month"), count=Window(Count("pk")), sum=Window(Sum("amount")))
        .order_by("-booking__made_at", "-pk")
        .select_related("line", "booking__made_by__user")[:LISTED]
    )
    listed = tuple(
        Correction(
            row=row.pk,
            project_code=row.project_code,
            line=row.line.name if row.line else "",
            month=Month.of(row.month),
            concerns_month=Month.of(row.concerned),
            amount=row.amount,
            reason=row.description or row.booking.description,
            booked_by=row.booking.made_by.user.name,
            booked_at=row.booking.made_at,
        )
        for row in found
    )
    return listed, found[0].count if found else 0, found[0].sum if found else ZERO


def _amendments(
    plan: UsePlan, month: Month, since: PreviousReport | None, as_of: datetime
) -> tuple[AmendmentChange, ...]:
    known = Amendment.objects.filter(plan=plan, recorded_at__lte=as_of, effective_on__lte=month.last)
    if since is not None:
        # Recorded since then, or in effect only now.
        known = known.filter(Q(recorded_at__gt=since.as_of) | Q(effective_on__gt=since.month.last))
    return tuple(
        AmendmentChange(
            number=amendment.number,
            kind=amendment.kind,
            effective_on=amendment.effective_on,
            ceiling_change=amendment.ceiling_change,
            rows=tuple(AmendedLine(row.line.project_code, row.amount) for row in amendment.rows.all()),
            reason=amendment.reason,
            decision=amendment.decision_reference,
        )
        for amendment in known.prefetch_related("rows__line").order_by("effective_on", "number")
    )


def _entries(plan: UsePlan, month: Month, since: PreviousReport | None, as_of: datetime) -> tuple[EntryChange, ...]:
    """Entries of the fund that are not drawdowns: those are in the table of months."""
    known = FundEntry.objects.filter(
        fund=plan.fund_id,
        entry_on__gte=Month(plan.year, 1).first,
        entry_on__lte=month.last,
        entered_at__lte=as_of,
    ).exclude(kind__in=[FundEntry.Kind.DRAWDOWN, FundEntry.Kind.OPENING])
    if since is not None:
        known = known.filter(Q(entered_at__gt=since.as_of) | Q(entry_on__gt=since.month.last))
    return tuple(
        EntryChange(entry.entry_on, entry.kind, entry.amount, entry.description, entry.decision_reference)
        for entry in known.order_by("entry_on", "number")
    )


def _reopenings(plan: UsePlan, since: PreviousReport | None, as_of: datetime) -> tuple[Reopening, ...]:
    events = month_events(plan).filter(changed_at__lte=as_of, state=MonthState.State.OPEN)
    if since is not None:
        events = events.filter(changed_at__gt=since.as_of)
    return tuple(
        Reopening(Month.of(event.month), event.reason, event.changed_by_name, event.changed_at)
        for event in events.annotate(changed_by_name=F("changed_by__user__name")).order_by("changed_at", "pgh_id")
    )
