"""What waits for a person, and how the funds stand: the first page after sign-in. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from funds.models import Actual, Amendment, BudgetLine, Comment, Drawdown, FundEntry, MonthState, UsePlan
from funds.queries.months import MonthStates, month_states
from funds.sql import LINE_FACTS
from fundtrack.money import ZERO, round_cents, used_percent
from fundtrack.periods import Month
from organisations.models import Membership, Organisation

from ..models import IssuedReport
from ..results import pace_of


@dataclass(frozen=True)
class Task:
    """Something that waits for this person; the template has the words for each kind."""

    #: close, propose, approve, post, settle, comment, complete or issue
    kind: str
    fund: str
    fund_name: str
    year: int
    #: The month it is about; None where it is about the whole plan.
    month: Month | None = None
    #: How many months, rows or lines wait.
    count: int = 1
    #: Who prepared the document, where there is one.
    person: str = ""
    total: Decimal | None = None


@dataclass(frozen=True)
class Standing:
    """How a fund and its newest plan in force stand. EUR."""

    fund: str
    fund_name: str
    year: int
    #: The last month with actuals or closed.
    month: Month
    ceiling: Decimal
    used: Decimal
    used_percent: Decimal | None
    left: Decimal
    pace: Decimal
    #: pace of ceiling, percent
    pace_percent: Decimal | None
    #: used − pace
    deviation: Decimal
    #: Today's balance of the fund.
    balance: Decimal

    @property
    def below(self) -> Decimal:
        return -self.deviation


@dataclass(frozen=True)
class IssuedSummary:
    """An issued report, for a list."""

    number: int
    month: Month
    fund_name: str
    meeting_on: date
    body: str
    issued_at: datetime


@dataclass(frozen=True)
class Overview:
    """The first page of a member."""

    tasks: tuple[Task, ...]
    #: Empty for members who do not see funds as they are now.
    standings: tuple[Standing, ...]
    #: The newest issued reports.
    issued: tuple[IssuedSummary, ...]
    has_plan: bool


@dataclass(frozen=True)
class _Sums:
    amount: Decimal
    used: Decimal
    to_draw: bool


def latest_month(plan: UsePlan) -> Month:
    """The last month of the plan's year that has actuals or is closed; January when there is none. Two queries."""
    return _latest(plan, _booked([plan]), _closed(plan.organisation_id))


def build_overview(organisation: Organisation, member: Membership, *, today: date) -> Overview:
    """Read what the member's first page shows; the same number of queries whatever there is."""
    plans = _plans_in_force(organisation)
    newest = list({plan.fund_id: plan for plan in plans}.values())
    states = month_states(organisation)
    closed, booked = states.closed, _booked(plans)
    documents = _documents(plans)
    latest = {plan.pk: _headline(plan, booked, closed) for plan in newest}
    waiting = {plan.pk: _without_document(plan, closed, documents) for plan in plans}
    pairs = {*latest.items(), *((plan.pk, month) for plan in plans for month in waiting[plan.pk])}
    sums = _sums(sorted(pairs))
    issued = _issued(organisation)
    tasks = [
        *_month_tasks(member, plans, states, today),
        *_drawdown_tasks(member, plans, documents, waiting, sums),
        *_line_tasks(member, plans, newest, closed),
        *_issue_tasks(member, _plans_of_closed_months(plans, closed), documents, issued),
    ]
    standings = _standings(newest, latest, sums, today) if member.may("view_months") else []
    return Overview(tuple(tasks), tuple(standings), tuple(row for _plan, row in issued[:3]), bool(plans))


# --- facts


def _plans_in_force(organisation: Organisation) -> list[UsePlan]:
    """All plans in force, by fund and year: last year's drawdowns wait also after this year's plan came into force."""
    plans = UsePlan.objects.filter(organisation=organisation, state=UsePlan.State.ACTIVE)
    return list(plans.order_by("fund__name", "fund_id", "year").select_related("fund", "organisation"))


def _plans_of_closed_months(plans: Sequence[UsePlan], closed: set[Month]) -> list[UsePlan]:
    """The newest plan of each fund that has a closed month: the one that people report on."""
    years = {month.year for month in closed}
    return list({plan.fund_id: plan for plan in plans if plan.year in years}.values())


def _closed(organisation_id: int) -> set[Month]:
    states = MonthState.objects.filter(organisation=organisation_id).exclude(state=MonthState.State.OPEN)
    return {Month.of(month) for month in states.values_list("month", flat=True)}


def _booked(plans: Sequence[UsePlan]) -> dict[int, date]:
    """Plan → the last month that has actuals."""
    found = Actual.objects.filter(line__plan__in=plans).order_by().values_list("line__plan").annotate(last=Max("month"))
    return {plan_id: last for plan_id, last in found if plan_id is not None}


def _latest(plan: UsePlan, booked: dict[int, date], closed: set[Month]) -> Month:
    months = [month for month in closed if month.year == plan.year]
    if plan.pk in booked:
        months.append(Month.of(booked[plan.pk]))
    return max(months, default=Month(plan.year, 1))


def _headline(plan: UsePlan, booked: dict[int, date], closed: set[Month]) -> Month:
    """The last closed month: a month half entered would be held against the pace of a whole one."""
    months = [month for month in closed if month.year == plan.year]
    return max(months) if months else _latest(plan, booked, closed)


def _documents(plans: Sequence[UsePlan]) -> dict[int, list[Drawdown]]:
    """Plan → its standing documents by month."""
    found: dict[int, list[Drawdown]] = {plan.pk: [] for plan in plans}
    rows = Drawdown.objects.standing().filter(plan__in=plans).select_related("prepared_by__user").order_by("month")
    for row in rows:
        found[row.plan_id].append(row)
    return found


def _without_document(plan: UsePlan, closed: set[Month], documents: dict[int, list[Drawdown]]) -> list[Month]:
    last = max((Month.of(row.month) for row in documents[plan.pk]), default=None)
    months = sorted(month for month in closed if month.year == plan.year)
    return [month for month in months if last is None or month > last]


def _sums(pairs: Sequence[tuple[int, Month]]) -> dict[tuple[int, Month], _Sums]:
    facts = LINE_FACTS.format(plan="p.plan", month="p.month")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.plan, p.month, sum(f.amount), sum(f.actual_cumulative),
                       bool_or(least(greatest(f.actual_cumulative, 0), f.amount) <> f.drawn_before)
                FROM unnest(%(plans)s::bigint[], %(months)s::date[]) p(plan, month) CROSS JOIN LATERAL ({facts}) f
                GROUP BY p.plan, p.month""",
            {"plans": [plan for plan, _month in pairs], "months": [month.first for _plan, month in pairs]},
        )
        return {
            (plan, Month.of(month)): _Sums(round_cents(amount), round_cents(used), to_draw)
            for plan, month, amount, used, to_draw in cursor.fetchall()
        }


def _issued(organisation: Organisation) -> list[tuple[int, IssuedSummary]]:
    """(plan, report) of the newest reports."""
    rows = IssuedReport.objects.filter(organisation=organisation).select_related("plan__fund").defer("result")[:50]
    return [
        (
            row.plan_id,
            IssuedSummary(row.number, Month.of(row.month), row.plan.fund.name, row.meeting_on, row.body, row.issued_at),
        )
        for row in rows
    ]


# --- what waits


def _task(kind: str, plan: UsePlan, **more: object) -> Task:
    return Task(kind=kind, fund=plan.fund.slug, fund_name=plan.fund.name, year=plan.year, **more)  # type: ignore[arg-type]


def _month_tasks(member: Membership, plans: Sequence[UsePlan], states: MonthStates, today: date) -> list[Task]:
    """Months that have ended and are open: they belong to the organisation, so one task for all its plans."""
    if not member.may("close_month"):
        return []
    by_year = {plan.year: plan for plan in plans}
    start, last = states.first_open, Month.of(today).previous()
    ended = Month.range(start, last) if start is not None and start <= last else []
    # Months close in order: the earliest is the one that can be closed now.
    planned = [month for month in ended if month.year in by_year]
    return [_task("close", by_year[planned[0].year], month=planned[0], count=len(planned))] if planned else []


def _drawdown_tasks(
    member: Membership,
    plans: Sequence[UsePlan],
    documents: dict[int, list[Drawdown]],
    waiting: dict[int, list[Month]],
    sums: dict[tuple[int, Month], _Sums],
) -> list[Task]:
    tasks = []
    for plan in plans:
        unposted = [row for row in documents[plan.pk] if row.state != Drawdown.State.POSTED]
        for row in unposted:
            proposed = row.state == Drawdown.State.PROPOSED
            if proposed and (not member.may("approve_drawdown") or row.prepared_by_id == member.pk):
                continue
            if not proposed and not member.may("post_drawdown"):
                continue
            kind = "approve" if proposed else "post"
            person = row.prepared_by.user.name
            tasks.append(_task(kind, plan, month=Month.of(row.month), person=person, total=row.total))
        drawable = [month for month in waiting[plan.pk] if sums[plan.pk, month].to_draw]
        if drawable and not unposted and member.may("propose_drawdown"):
            tasks.append(_task("propose", plan, month=drawable[0], count=len(drawable)))
    return tasks


def _line_tasks(
    member: Membership, plans: Sequence[UsePlan], newest: Sequence[UsePlan], closed: set[Month]
) -> list[Task]:
    """Rows to settle, lines to complete, comments to write; three queries, whatever the member's roles."""
    reported = _plans_of_closed_months(plans, closed)
    unsettled, incomplete = _unsettled(plans), _incomplete(newest)
    uncommented = _uncommented(member, reported, closed)
    tasks = []
    # Rows outside the plan belong to no fund: they are named once a year.
    for year, plan in {plan.year: plan for plan in plans}.items():
        if unsettled.get(year) and member.may("enter_actuals"):
            tasks.append(_task("settle", plan, count=unsettled[year]))
    for plan in plans:
        if incomplete.get(plan.pk) and member.may("edit_plan"):
            tasks.append(_task("complete", plan, count=incomplete[plan.pk]))
        if uncommented.get(plan.pk):
            month, count = uncommented[plan.pk]
            tasks.append(_task("comment", plan, month=month, count=count))
    return tasks


def _unsettled(plans: Sequence[UsePlan]) -> dict[int, int]:
    """Year → rows outside the plan that nobody has settled."""
    rows = Actual.objects.unsettled().filter(organisation__in={plan.organisation_id for plan in plans}).order_by()
    return dict(rows.values_list("month__year").annotate(count=Count("pk")))


def _incomplete(plans: Sequence[UsePlan]) -> dict[int, int]:
    """Plan → lines without a responsible person or a detailed use plan (rule R7)."""
    lacking = Q(responsible__isnull=True, target__responsible__isnull=True) | Q(use_plan="", target__use_plan="")
    found: dict[int, int] = {}
    for plan_id in BudgetLine.objects.filter(lacking, plan__in=plans).values_list("plan", flat=True):
        found[plan_id] = found.get(plan_id, 0) + 1
    return found


def _uncommented(member: Membership, plans: Sequence[UsePlan], closed: set[Month]) -> dict[int, tuple[Month, int]]:
    """Plan → the last closed month and how many of the member's own lines have no comment on it."""
    months = {plan.pk: max((month for month in closed if month.year == plan.year), default=None) for plan in plans}
    asked = [month.first for month in months.values() if month]
    own = Q(responsible=member) | Q(target__responsible=member) | Q(target__cost_centre__lead_scopes__membership=member)
    lines = BudgetLine.objects.filter(own, plan__in=plans).distinct().values_list("pk", "plan")
    said = set(Comment.objects.filter(line__plan__in=plans, month__in=asked).values_list("line", "month"))
    found: dict[int, tuple[Month, int]] = {}
    for line_id, plan_id in lines if member.may("comment_lines") else ():
        month = months[plan_id]
        if month is not None and (line_id, month.first) not in said:
            found[plan_id] = (month, found.get(plan_id, (month, 0))[1] + 1)
    return found


def _issue_tasks(
    member: Membership,
    plans: Sequence[UsePlan],
    documents: dict[int, list[Drawdown]],
    issued: Sequence[tuple[int, IssuedSummary]],
) -> list[Task]:
    """The newest month whose drawdown is posted and that no issued report shows."""
    if not member.may("issue_report"):
        return []
    tasks = []
    for plan in plans:
        shown = {row.month for plan_id, row in issued if plan_id == plan.pk}
        posted = (Month.of(row.month) for row in documents[plan.pk] if row.state == Drawdown.State.POSTED)
        month = max(posted, default=None)
        if month is not None and month not in shown:
            tasks.append(_task("issue", plan, month=month))
    return tasks


# --- how the funds stand


def _standings(
    plans: Sequence[UsePlan], latest: dict[int, Month], sums: dict[tuple[int, Month], _Sums], today: date
) -> list[Standing]:
    ceilings: dict[int, Decimal] = {}
    changes = Amendment.objects.filter(plan__in=plans).values_list("plan", "effective_on", "ceiling_change")
    for plan_id, effective_on, change in changes:
        if effective_on <= latest[plan_id].last:
            ceilings[plan_id] = ceilings.get(plan_id, ZERO) + change
    balances = dict(
        FundEntry.objects.filter(fund__in=[plan.fund_id for plan in plans], entry_on__lte=today)
        .order_by()
        .values_list("fund")
        .annotate(total=Sum("amount"))
    )
    standings = []
    for plan in plans:
        month, found = latest[plan.pk], sums[plan.pk, latest[plan.pk]]
        ceiling = plan.ceiling + ceilings.get(plan.pk, ZERO)
        pace = pace_of(found.amount, month.number)
        standings.append(
            Standing(
                fund=plan.fund.slug,
                fund_name=plan.fund.name,
                year=plan.year,
                month=month,
                ceiling=ceiling,
                used=found.used,
                used_percent=used_percent(found.used, ceiling),
                left=ceiling - found.used,
                pace=pace,
                pace_percent=used_percent(pace, ceiling),
                deviation=found.used - pace,
                balance=round_cents(balances.get(plan.fund_id, ZERO)),
            )
        )
    return standings
