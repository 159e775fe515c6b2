"""Responsible persons' words on lines and months, with the figures they explain."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, Q, QuerySet

from fundtrack.money import round_cents, used_percent
from fundtrack.periods import Month
from organisations.models import Membership

from ..models import Actual, BudgetLine, Comment, UsePlan
from .drawdowns import LineDrawdown, drawdown_lines
from .labels import LineLabel, line_labels
from .months import MonthStates, month_states


@dataclass(frozen=True)
class CommentVersion:
    """One version of a comment; an empty text takes the comment back."""

    comment_id: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class LineComment:
    """The comment that counts on one line and month."""

    label: LineLabel
    version: CommentVersion


@dataclass(frozen=True)
class CommentSheet:
    """One line of a project lead's page for a month. Amounts in EUR, as of the end of the month."""

    label: LineLabel
    actual_month: Decimal
    actual_cumulative: Decimal
    amount: Decimal
    #: Percent of the amount; None when the amount is zero.
    used_percent: Decimal | None
    #: What even use over the year would give: amount × months gone / 12.
    pace: Decimal
    #: Cumulative less pace: positive when more is used than even use would give.
    deviation: Decimal
    #: All versions, the newest first.
    versions: tuple[CommentVersion, ...]

    @property
    def newest(self) -> CommentVersion | None:
        return self.versions[0] if self.versions else None

    @property
    def text(self) -> str:
        return self.versions[0].text if self.versions else ""

    @property
    def earlier(self) -> tuple[CommentVersion, ...]:
        return self.versions[1:]

    @property
    def is_missing(self) -> bool:
        """True when the month has actuals to explain and nothing is said."""
        return bool(self.actual_month) and not self.text


@dataclass(frozen=True)
class CommentMonth:
    """One month of a plan for a project lead: what is said and what is missing."""

    month: Month
    state: str
    #: Own lines with actuals in the month.
    lines: int
    #: Of those, the ones with a comment.
    commented: int

    @property
    def missing(self) -> int:
        return self.lines - self.commented


@dataclass(frozen=True)
class CommentPlan:
    """A plan in force with own lines."""

    plan: UsePlan
    lines: tuple[LineLabel, ...]
    #: The newest first.
    months: tuple[CommentMonth, ...]


def own_lines(membership: Membership) -> QuerySet[BudgetLine]:
    """Lines that the member comments on: of the cost centres in scope, and those that name the member responsible."""
    own = Q(responsible=membership) | Q(target__responsible=membership)
    centre = Q(target__cost_centre__lead_scopes__membership=membership)
    mine = BudgetLine.objects.filter(organisation=membership.organisation_id).filter(own | centre)
    # The joins may find a line twice.
    return BudgetLine.objects.filter(pk__in=mine.values("pk")).select_related("plan__fund", "target")


def comments_of_month(plan: UsePlan, month: Month) -> tuple[LineComment, ...]:
    """The comments that count on a month, in the plan's order; three queries."""
    labels = line_labels(plan, month.last)
    newest = _versions(labels, month)
    return tuple(
        LineComment(label, newest[line_id][0])
        for line_id, label in labels.items()
        if line_id in newest and newest[line_id][0].text
    )


def comment_sheets(plan: UsePlan, month: Month, lines: Sequence[int]) -> list[CommentSheet]:
    """The lines of a project lead with their figures and comments, in the plan's order; four queries.

    Args:
        lines: ids of the lines to show.
    """
    labels = {key: label for key, label in line_labels(plan, month.last).items() if key in set(lines)}
    facts = {line.line_id: line for line in drawdown_lines(plan, month)}
    versions = _versions(labels, month)
    return [_sheet(label, month, facts[line_id], tuple(versions.get(line_id, ()))) for line_id, label in labels.items()]


def commented_months(states: MonthStates, year: int, today: date) -> list[Month]:
    """Months of ``year`` that can be commented on: those not open, and those that have begun; in order."""
    last = states.last
    return [month for month in Month.year_of(year) if month.first <= today or (last is not None and month <= last)]


def comment_plans(membership: Membership, today: date) -> list[CommentPlan]:
    """Plans in force that have own lines of the member, the newest year first; a fixed number of queries per plan."""
    states = month_states(membership.organisation)
    lines = own_lines(membership).filter(plan__state=UsePlan.State.ACTIVE).order_by("-year", "plan", "pk")
    plans = []
    for plan, in_plan in groupby(lines, key=lambda line: line.plan):
        mine = {line.pk for line in in_plan}
        labels = line_labels(plan, Month(plan.year, 12).last)
        plans.append(
            CommentPlan(
                plan=plan,
                lines=tuple(label for line_id, label in labels.items() if line_id in mine),
                months=tuple(_months(plan, mine, states, today)),
            )
        )
    return plans


def _months(plan: UsePlan, lines: set[int], states: MonthStates, today: date) -> list[CommentMonth]:
    booked: dict[Month, set[int]] = defaultdict(set)
    rows = Actual.objects.filter(line__in=lines).order_by().values_list("month", "line_id").annotate(Count("pk"))
    for month, line_id, _count in rows:
        if line_id is not None:
            booked[Month.of(month)].add(line_id)
    said: dict[Month, set[int]] = defaultdict(set)
    newest = Comment.objects.filter(line__in=lines).order_by("line_id", "month", "-pk").distinct("line_id", "month")
    for line_id, month, text in newest.values_list("line_id", "month", "text"):
        if text:
            said[Month.of(month)].add(line_id)
    return [
        CommentMonth(month, states.of(month), len(booked[month]), len(booked[month] & said[month]))
        for month in reversed(commented_months(states, plan.year, today))
    ]


def _versions(lines: dict[int, LineLabel], month: Month) -> dict[int, list[CommentVersion]]:
    versions: dict[int, list[CommentVersion]] = defaultdict(list)
    found = Comment.objects.filter(line__in=list(lines), month=month.first).select_related("written_by__user")
    for comment in found.order_by("line", "-pk"):
        versions[comment.line_id].append(
            CommentVersion(comment.pk, comment.text, comment.written_by.user.name, comment.written_at)
        )
    return versions


def _sheet(label: LineLabel, month: Month, line: LineDrawdown, versions: tuple[CommentVersion, ...]) -> CommentSheet:
    pace = round_cents(line.amount * month.number / 12)
    return CommentSheet(
        label=label,
        actual_month=line.actual_month,
        actual_cumulative=line.actual_cumulative,
        amount=line.amount,
        used_percent=used_percent(line.actual_cumulative, line.amount),
        pace=pace,
        deviation=line.actual_cumulative - pace,
        versions=versions,
    )
