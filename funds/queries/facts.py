"""Facts of lines, months and documents as they were known at a moment: what reports are made of.

A moment ``as_of`` leaves out what was booked, recorded or entered after it, so that a report can be made again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..models import Actual, Booking, Drawdown, DrawdownRow, UsePlan
from ..sql import LINE_FACTS_AS_OF
from .drawdowns import LineDrawdown


@dataclass(frozen=True)
class KnownDocument:
    """A drawdown document as it stood at a moment. EUR."""

    drawdown_id: int
    month: Month
    #: proposed, approved or posted, at that moment
    state: str
    #: Voucher number; None until posted.
    number: int | None
    booking_on: date
    total: Decimal
    prepared_by: str
    approved_by: str
    posted_by: str


@dataclass(frozen=True)
class DocumentFigures:
    """What a document says of one line. EUR."""

    drawn_before: Decimal
    drawdown: Decimal
    uncovered: Decimal


@dataclass(frozen=True)
class OutsideSum:
    """Rows that found no budget line, summed by what was booked. EUR."""

    cost_centre: str
    project_code: str
    #: Number of rows up to the end of the month.
    rows: int
    month: Decimal
    cumulative: Decimal


def facts_as_of(plan: UsePlan, months: Sequence[Month], *, as_of: datetime) -> dict[Month, dict[int, LineDrawdown]]:
    """Month → line id → facts at its end; one query.

    Args:
        months: consecutive months, in order.
    """
    facts = LINE_FACTS_AS_OF.format(plan="%(plan)s", month="g.month", as_of="%(as_of)s")
    found: dict[Month, dict[int, LineDrawdown]] = {month: {} for month in months}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT g.month, f.line_id, f.amount, f.actual_cumulative, f.actual_month, f.drawn_before FROM (
                    SELECT x::date AS month FROM generate_series(%(first)s::date, %(last)s::date, interval '1 month') x
                ) g CROSS JOIN LATERAL ({facts}) f""",
            {"plan": plan.pk, "first": months[0].first, "last": months[-1].first, "as_of": as_of},
        )
        for month, line_id, *amounts in cursor.fetchall():
            found[Month.of(month)][line_id] = LineDrawdown(line_id, *(round_cents(value) for value in amounts))
    return found


def known_actuals(plan: UsePlan, up_to: Month, *, as_of: datetime) -> QuerySet[Actual]:
    """Rows of the plan's organisation and year up to and including a month, as they were known at ``as_of``."""
    later = Booking.objects.filter(organisation=plan.organisation_id, made_at__gt=as_of).values("pk")
    return Actual.objects.filter(
        organisation=plan.organisation_id, month__gte=Month(plan.year, 1).first, month__lte=up_to.first
    ).exclude(booking_id__in=later)


def actuals_by_month(plan: UsePlan, up_to: Month, *, as_of: datetime) -> dict[Month, Decimal]:
    """Month → Σ actuals on the plan's lines; one query. EUR."""
    sums = (
        known_actuals(plan, up_to, as_of=as_of)
        .filter(line__plan=plan)
        .order_by()
        .values_list("month")
        .annotate(total=Sum("amount"))
    )
    return {Month.of(month): round_cents(total) for month, total in sums}


def outside_sums(plan: UsePlan, up_to: Month, *, as_of: datetime) -> list[OutsideSum]:
    """Rows outside the plan by cost centre and project code, those that sum to something; one query.

    The rows belong to the organisation: with several plans in one year each report states them.
    """
    sums = (
        known_actuals(plan, up_to, as_of=as_of)
        .outside_plan()  # type: ignore[attr-defined]
        .order_by("cost_centre_code", "project_code")
        .values_list("cost_centre_code", "project_code")
        .annotate(
            count=Count("pk"), in_month=Sum("amount", filter=Q(month=up_to.first), default=ZERO), total=Sum("amount")
        )
    )
    return [
        OutsideSum(centre, code, count, round_cents(in_month), round_cents(total))
        for centre, code, count, in_month, total in sums
        if in_month or total
    ]


def documents_as_of(plan: UsePlan, up_to: Month, *, as_of: datetime) -> dict[Month, KnownDocument]:
    """Month → the document that stood at ``as_of``; one query."""
    standing = Drawdown.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=as_of),
        plan=plan,
        month__lte=up_to.first,
        prepared_at__lte=as_of,
    ).select_related("prepared_by__user", "approved_by__user", "posted_by__user")
    return {Month.of(row.month): _known(row, as_of) for row in standing.order_by("month")}


def document_figures(drawdown_id: int) -> dict[int, DocumentFigures]:
    """Line id → what a document says of it; one query."""
    rows = DrawdownRow.objects.filter(drawdown=drawdown_id)
    return {row.line_id: DocumentFigures(row.drawn_before, row.drawdown_amount, row.uncovered) for row in rows}


def month_states_as_of(plan: UsePlan, *, as_of: datetime) -> dict[Month, str]:
    """Month of the plan's year → its state at ``as_of``; a month that is missing was open. One query."""
    states = {}
    for event in month_events(plan).filter(changed_at__lte=as_of).order_by("changed_at", "pgh_id"):
        states[Month.of(event.month)] = str(event.state)
    return states


def month_events(plan: UsePlan) -> QuerySet[Any]:
    """Every change of state of the months of the plan's year, from the history that the database writes."""
    history = apps.get_model("funds", "MonthStateEvent")
    year = Month.year_of(plan.year)
    events: QuerySet[Any] = history.objects.filter(
        organisation=plan.organisation_id, month__gte=year[0].first, month__lte=year[-1].first
    )
    return events


def _known(row: Drawdown, as_of: datetime) -> KnownDocument:
    approved = row.approved_at is not None and row.approved_at <= as_of
    posted = row.posted_at is not None and row.posted_at <= as_of
    state = Drawdown.State.POSTED if posted else Drawdown.State.APPROVED if approved else Drawdown.State.PROPOSED
    return KnownDocument(
        drawdown_id=row.pk,
        month=Month.of(row.month),
        state=str(state),
        number=row.number if posted else None,
        booking_on=row.booking_on,
        total=row.total,
        prepared_by=row.prepared_by.user.name,
        approved_by=row.approved_by.user.name if approved and row.approved_by else "",
        posted_by=row.posted_by.user.name if posted and row.posted_by else "",
    )
