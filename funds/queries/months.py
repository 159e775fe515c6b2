"""The months of a plan: their state and sums, and what may be done with one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.apps import apps
from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import ZERO
from fundtrack.periods import Month
from organisations.models import Organisation

from ..models import Actual, Drawdown, MonthState, UsePlan
from ..triggers.months import FIRST_MONTH
from .drawdowns import undrawn_months

OPEN, CLOSED, LOCKED = MonthState.State.OPEN, MonthState.State.CLOSED, MonthState.State.LOCKED


@dataclass(frozen=True)
class MonthStates:
    """States of an organisation's months. A month without a row is open, unless a later one is not."""

    #: The first month that needs closing; None while there is nothing to close.
    first: Month | None
    stored: dict[Month, str]

    def of(self, month: Month) -> str:
        """State of ``month`` as the database treats it: a month before a closed one takes nothing either."""
        stored = self.stored.get(month, OPEN)
        return CLOSED if stored == OPEN and self.last is not None and month < self.last else stored

    @property
    def closed(self) -> set[Month]:
        """Months that are closed or locked."""
        return {month for month, state in self.stored.items() if state != OPEN}

    @property
    def last(self) -> Month | None:
        """The last month that is not open."""
        return max(self.closed, default=None)

    @property
    def first_open(self) -> Month | None:
        """The month that is closed next."""
        return self.last.next() if self.last else self.first


@dataclass(frozen=True)
class MonthSummary:
    """One month of a plan's year. Amounts in EUR."""

    month: Month
    state: str
    #: Σ actuals on the plan's lines.
    actuals: Decimal
    #: Σ and number of the organisation's rows outside the plan, settled or not.
    outside: Decimal
    outside_rows: int
    unsettled_rows: int
    #: The standing document's state, total and number; empty when there is none.
    drawdown_state: str
    drawdown_total: Decimal | None
    drawdown_number: int | None
    #: What is to be done next: "", wait, close, draw, approve, post, done (see ``_next_step``).
    next_step: str


@dataclass(frozen=True)
class StandingDrawdown:
    """A document of the month that counts, of any plan of the organisation."""

    fund: str
    fund_slug: str
    year: int
    state: str


@dataclass(frozen=True)
class MonthEvent:
    """One change of a month's state."""

    state: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class MonthGate:
    """What may be done with a month now, and what blocks the rest; each reason is None when nothing blocks."""

    month: Month
    state: str
    close_blocked: str | Promise | None
    reopen_blocked: str | Promise | None
    lock_blocked: str | Promise | None
    #: True while days of the month are still to come: closing it is allowed, and worth a thought.
    is_going_on: bool
    #: Documents of the month; unposted ones are withdrawn when it is reopened.
    drawdowns: tuple[StandingDrawdown, ...]
    events: tuple[MonthEvent, ...]


def month_states(organisation: Organisation) -> MonthStates:
    """States of all months of ``organisation``; two queries."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_MONTH.format(organisation="%(organisation)s"), {"organisation": organisation.pk})
        first = cursor.fetchone()[0]
    rows = MonthState.objects.filter(organisation=organisation).values_list("month", "state")
    return MonthStates(
        first=Month.of(first) if first else None,
        stored={Month.of(month): state for month, state in rows},
    )


def months_of_year(plan: UsePlan) -> list[MonthSummary]:
    """The twelve months of the plan's year; a fixed number of queries."""
    states = month_states(plan.organisation)
    in_year = Q(month__gte=Month(plan.year, 1).first, month__lte=Month(plan.year, 12).first)
    rows = Actual.objects.filter(in_year, organisation=plan.organisation).order_by()
    booked = dict(rows.filter(line__plan=plan).values_list("month").annotate(total=Sum("amount")))
    outside = {
        month: (total, count)
        for month, total, count in rows.outside_plan().values_list("month").annotate(Sum("amount"), Count("pk"))
    }
    unsettled = dict(rows.unsettled().values_list("month").annotate(count=Count("pk")))
    documents = {Month.of(found.month): found for found in Drawdown.objects.standing().filter(plan=plan)}
    undrawn = undrawn_months(plan, before=Month(plan.year, 12).next())
    summaries = []
    for month in Month.year_of(plan.year):
        document = documents.get(month)
        total, count = outside.get(month.first, (ZERO, 0))
        summaries.append(
            MonthSummary(
                month=month,
                state=states.of(month),
                actuals=booked.get(month.first, ZERO),
                outside=total,
                outside_rows=count,
                unsettled_rows=unsettled.get(month.first, 0),
                drawdown_state=document.state if document else "",
                drawdown_total=document.total if document else None,
                drawdown_number=document.number if document else None,
                next_step=_next_step(month, states, document, documents, undrawn),
            )
        )
    return summaries


def month_gate(organisation: Organisation, month: Month, today: date) -> MonthGate:
    """What may be done with ``month``, and its history; four queries.

    Args:
        today: the date in Helsinki.
    """
    states = month_states(organisation)
    drawdowns = tuple(
        StandingDrawdown(
            fund=found.plan.fund.name, fund_slug=found.plan.fund.slug, year=found.plan.year, state=found.state
        )
        for found in Drawdown.objects.standing()
        .filter(organisation=organisation, month=month.first)
        .select_related("plan__fund")
        .order_by("plan__fund__name")
    )
    state = states.of(month)
    return MonthGate(
        month=month,
        state=state,
        close_blocked=_close_blocked(month, state, states),
        reopen_blocked=_reopen_blocked(month, state, states),
        lock_blocked=_lock_blocked(state),
        is_going_on=today <= month.last,
        drawdowns=drawdowns,
        events=_events(organisation, month),
    )


def _close_blocked(month: Month, state: str, states: MonthStates) -> str | Promise | None:
    if state != OPEN:
        return _("The month is not open.")
    if states.first is None or month < states.first:
        return _("There is nothing to close before the first plan in force.")
    if states.first_open is not None and month > states.first_open:
        return _("Months close in order: %(month)s is still open.") % {"month": formats.month_short(states.first_open)}
    return None


def _reopen_blocked(month: Month, state: str, states: MonthStates) -> str | Promise | None:
    if state == OPEN:
        return _("The month is open.")
    if state == LOCKED:
        return _("The month is locked and never reopens. A correction is booked in the first open month.")
    if states.last is not None and month < states.last:
        return _("Months reopen in reverse order: %(month)s is closed.") % {"month": formats.month_short(states.last)}
    return None


def _lock_blocked(state: str) -> str | Promise | None:
    if state == OPEN:
        return _("Close the month first.")
    if state == LOCKED:
        return _("The month is locked.")
    return None


def _next_step(
    month: Month,
    states: MonthStates,
    document: Drawdown | None,
    documents: dict[Month, Drawdown],
    undrawn: Iterable[Month],
) -> str:
    """What a month waits for: nothing, an earlier month, closing, a drawdown, its approval, its posting."""
    if states.first is None or month < states.first:
        return ""
    if states.of(month) == OPEN:
        return "close" if month == states.first_open else ""
    if document is not None:
        return {"proposed": "approve", "approved": "post"}.get(document.state, "done")
    if any(other > month for other in documents):
        return "done"
    waiting = any(other < month and found.state != "posted" for other, found in documents.items())
    if waiting or any(other < month for other in undrawn):
        return "wait"
    return "draw"


def _events(organisation: Organisation, month: Month) -> tuple[MonthEvent, ...]:
    """Changes of the month's state, the newest first, from the history that the database keeps."""
    history = apps.get_model("funds", "MonthStateEvent").objects
    found = history.filter(organisation=organisation, month=month.first).select_related("changed_by__user")
    return tuple(
        MonthEvent(state=event.state, by=event.changed_by.user.name, at=event.changed_at, reason=event.reason)
        for event in found.order_by("-pgh_id")
    )
