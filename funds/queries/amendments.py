"""Decided amendments of a plan, and what a new one would do before it is recorded."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import LARGEST, ZERO
from fundtrack.periods import Month

from ..layout import Problem
from ..models import Actual, Amendment, AmendmentRow, BudgetLine, Drawdown, DrawdownRow, MonthState, UsePlan


@dataclass(frozen=True)
class LineChange:
    """One line in an amendment; all amounts in EUR, on the day from which the amendment holds."""

    line_id: int
    project_code: str
    name: str
    target: str
    before: Decimal
    change: Decimal
    #: Σ drawdowns that stand (all but the withdrawn), whatever their month.
    drawn: Decimal
    #: Σ actuals, whatever their month.
    used: Decimal

    @property
    def after(self) -> Decimal:
        return self.before + self.change

    @property
    def remaining(self) -> Decimal:
        return self.after - self.used


@dataclass(frozen=True)
class AmendmentEffect:
    """What an amendment would do to its plan on the day from which it holds. EUR."""

    effective_on: date
    #: Changed lines, in the plan's order.
    lines: tuple[LineChange, ...]
    planned_before: Decimal
    ceiling_before: Decimal
    ceiling_change: Decimal
    #: Rules that it would break; empty when it can be recorded.
    problems: tuple[Problem, ...]

    @property
    def total_change(self) -> Decimal:
        return sum((line.change for line in self.lines), ZERO)

    @property
    def planned_after(self) -> Decimal:
        return self.planned_before + self.total_change

    @property
    def ceiling_after(self) -> Decimal:
        return self.ceiling_before + self.ceiling_change

    @property
    def unallocated_before(self) -> Decimal:
        return self.ceiling_before - self.planned_before

    @property
    def unallocated_after(self) -> Decimal:
        return self.ceiling_after - self.planned_after

    @property
    def kind(self) -> str:
        return kind_of({line.line_id: line.change for line in self.lines})

    @property
    def kind_label(self) -> str | Promise:
        return Amendment.Kind(self.kind).label


@dataclass(frozen=True)
class RecordedAmendment:
    """A recorded amendment with the amounts before and after it."""

    number: int
    effective_on: date
    kind_label: str | Promise
    reason: str
    decision_reference: str
    recorded_by: str
    recorded_at: datetime
    ceiling_before: Decimal
    ceiling_change: Decimal
    lines: tuple[LineChange, ...]

    @property
    def total_change(self) -> Decimal:
        return sum((line.change for line in self.lines), ZERO)

    @property
    def ceiling_after(self) -> Decimal:
        return self.ceiling_before + self.ceiling_change


def kind_of(changes: Mapping[int, Decimal]) -> str:
    """The kind that fits the sum of ``changes``: transfer, new money, money given back, or the ceiling alone."""
    total = sum(changes.values(), ZERO)
    if not changes:
        return Amendment.Kind.CEILING
    if total == 0:
        return Amendment.Kind.TRANSFER
    return Amendment.Kind.NEW_MONEY if total > 0 else Amendment.Kind.GIVEN_BACK


class _Timeline:
    """Every amount and ceiling of a plan on every day, from five grouped queries."""

    def __init__(self, plan: UsePlan) -> None:
        self.plan = plan
        self.lines = list(plan.lines.select_related("target").order_by("target__position", "target_id", "position"))
        self.changes: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
        rows = AmendmentRow.objects.filter(plan=plan).values_list("line_id", "amendment__effective_on", "amount")
        for line_id, day, amount in rows:
            self.changes[line_id].append((day, amount))
        self.ceilings = list(plan.amendments.values_list("effective_on", "ceiling_change"))

    def amount(self, line: BudgetLine, day: date) -> Decimal:
        return line.first_amount + sum((change for on, change in self.changes[line.pk] if on <= day), ZERO)

    def planned(self, day: date) -> Decimal:
        return sum((self.amount(line, day) for line in self.lines), ZERO)

    def ceiling(self, day: date) -> Decimal:
        return self.plan.ceiling + sum((change for on, change in self.ceilings if on <= day), ZERO)

    def days_from(self, day: date) -> list[date]:
        """``day`` and every later day on which something changes."""
        return [day, *sorted({on for on, _change in self.ceilings if on > day})]

    @cached_property
    def drawn(self) -> dict[int, Decimal]:
        rows = DrawdownRow.objects.filter(plan=self.plan).exclude(drawdown__state=Drawdown.State.WITHDRAWN)
        return dict(rows.values_list("line_id").annotate(Sum("drawdown_amount")).order_by())

    @cached_property
    def used(self) -> dict[int, Decimal]:
        return dict(
            Actual.objects.filter(line__plan=self.plan).values_list("line_id").annotate(Sum("amount")).order_by()
        )


def amendment_effect(
    *, plan: UsePlan, effective_on: date, changes: Mapping[int, Decimal], ceiling_change: Decimal
) -> AmendmentEffect:
    """What an amendment would do, and every rule that it would break.

    Args:
        effective_on: first day of the new amounts.
        changes: line id → change in EUR; zeros are left out.
        ceiling_change: EUR added to the ceiling.
    """
    time = _Timeline(plan)
    changes = {line_id: amount for line_id, amount in changes.items() if amount}
    lines = tuple(
        LineChange(
            line_id=line.pk,
            project_code=line.project_code,
            name=line.name,
            target=line.target.name,
            before=time.amount(line, effective_on),
            change=changes[line.pk],
            drawn=time.drawn.get(line.pk, ZERO),
            used=time.used.get(line.pk, ZERO),
        )
        for line in time.lines
        if line.pk in changes
    )
    problems = (
        *_date_problems(plan, effective_on),
        *_content_problems(changes, ceiling_change),
        *_line_problems(time, effective_on, changes),
        *_ceiling_problems(time, effective_on, changes, ceiling_change),
    )
    return AmendmentEffect(
        effective_on=effective_on,
        lines=lines,
        planned_before=time.planned(effective_on),
        ceiling_before=time.ceiling(effective_on),
        ceiling_change=ceiling_change,
        problems=problems,
    )


def _date_problems(plan: UsePlan, day: date) -> Iterator[Problem]:
    if not plan.is_active:
        refusal = _("Only a plan in force is amended. A draft is edited directly.")
        yield Problem("", "effective_on", refusal, "amendment_needs_plan_in_force")
    if day.year != plan.year:
        message = _("The amendment takes effect in %(year)s, the plan's year; %(day)s is outside it.") % {
            "year": plan.year,
            "day": formats.day(day),
        }
        yield Problem("", "effective_on", message, "amendment_in_plan_year")
        return
    closed = MonthState.objects.filter(organisation=plan.organisation_id).exclude(state=MonthState.State.OPEN)
    if closed.filter(month=Month.of(day).first).exists():
        message = _("%(month)s is closed. An amendment takes effect in an open month.") % {
            "month": formats.month_short(day)
        }
        yield Problem("", "effective_on", message, "month_is_closed")


def _content_problems(changes: Mapping[int, Decimal], ceiling_change: Decimal) -> Iterator[Problem]:
    if not changes and not ceiling_change:
        yield Problem("", "row", _("The amendment changes nothing."), "nothing_changes")
    elif changes and ceiling_change and kind_of(changes) == Amendment.Kind.TRANSFER:
        refusal = _("A transfer does not change the ceiling. Record two amendments.")
        yield Problem("", "ceiling_change", refusal, "transfer_keeps_the_ceiling")
    if abs(ceiling_change) > LARGEST or any(abs(change) > LARGEST for change in changes.values()):
        message = _("The largest amount is %(largest)s.") % {"largest": formats.eur(LARGEST)}
        yield Problem("", "row", message, "too_large")


def _line_problems(time: _Timeline, day: date, changes: Mapping[int, Decimal]) -> Iterator[Problem]:
    for line in time.lines:
        if line.pk not in changes:
            continue
        lowest, on = min((time.amount(line, later), later) for later in time.days_from(day))
        left, drawn = lowest + changes[line.pk], time.drawn.get(line.pk, ZERO)
        if left < 0:
            message: str | Promise = _("%(code)s would be %(left)s on %(day)s. An amount cannot be negative.")
        elif left < drawn:
            message = _("%(code)s would be %(left)s on %(day)s, but %(drawn)s has been drawn.")
        else:
            continue
        values = {
            "code": line.project_code,
            "left": formats.eur(left),
            "day": formats.day(on),
            "drawn": formats.eur(drawn),
        }
        yield Problem(str(line.pk), "change", str(message) % values, "amendment_above_drawn")


def _ceiling_problems(
    time: _Timeline, day: date, changes: Mapping[int, Decimal], ceiling_change: Decimal
) -> Iterator[Problem]:
    total = sum(changes.values(), ZERO)
    for later in time.days_from(day):
        planned, ceiling = time.planned(later) + total, time.ceiling(later) + ceiling_change
        values = {"day": formats.day(later), "planned": formats.eur(planned), "ceiling": formats.eur(ceiling)}
        if ceiling < 0:
            message: str = _("The ceiling would be %(ceiling)s on %(day)s.") % values
        elif planned > ceiling:
            values["over"] = formats.eur(planned - ceiling)
            message = (
                _("On %(day)s the lines would sum to %(planned)s: %(over)s more than the ceiling of %(ceiling)s.")
                % values
            )
        else:
            continue
        yield Problem("", "ceiling_change", message, "plan_within_ceiling")
        return


def recorded_amendments(plan: UsePlan) -> list[RecordedAmendment]:
    """The plan's amendments in the order in which they take effect, with every amount before and after; newest last.

    Amendments of one day follow each other by number. A fixed number of queries.
    """
    lines = {line.pk: line for line in plan.lines.select_related("target")}
    amounts = {pk: line.first_amount for pk, line in lines.items()}
    ceiling = plan.ceiling
    rows: dict[int, list[AmendmentRow]] = defaultdict(list)
    for row in AmendmentRow.objects.filter(plan=plan):
        rows[row.amendment_id].append(row)
    recorded = []
    for amendment in plan.amendments.select_related("recorded_by__user").order_by("effective_on", "number"):
        changes = []
        for row in sorted(rows[amendment.pk], key=lambda row: lines[row.line_id].project_code):
            line = lines[row.line_id]
            changes.append(
                LineChange(
                    line_id=line.pk,
                    project_code=line.project_code,
                    name=line.name,
                    target=line.target.name,
                    before=amounts[line.pk],
                    change=row.amount,
                    drawn=ZERO,
                    used=ZERO,
                )
            )
            amounts[line.pk] += row.amount
        recorded.append(
            RecordedAmendment(
                number=amendment.number,
                effective_on=amendment.effective_on,
                kind_label=amendment.get_kind_display(),
                reason=amendment.reason,
                decision_reference=amendment.decision_reference,
                recorded_by=amendment.recorded_by.user.name,
                recorded_at=amendment.recorded_at,
                ceiling_before=ceiling,
                ceiling_change=amendment.ceiling_change,
                lines=tuple(changes),
            )
        )
        ceiling += amendment.ceiling_change
    return recorded
