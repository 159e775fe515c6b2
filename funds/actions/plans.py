"""Use plans: creating, laying out, bringing into force, amending."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from fundtrack.actions import action, reserve_key
from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO
from fundtrack.periods import FIRST_YEAR, LAST_YEAR
from fundtrack.texts import long_text, one_line, without_controls
from organisations.models import Membership

from ..layout import LineLayout, Problem, TargetLayout
from ..models import Amendment, AmendmentRow, BudgetLine, CostCentre, Fund, Target, UsePlan
from ..queries.amendments import amendment_effect
from ..queries.layouts import YEAR_OUTSIDE, layout_problems
from .funds import cost_centre_of

__all__ = [
    "AmendmentRefusal",
    "LayoutRefusal",
    "LineLayout",
    "PlanConflict",
    "PlanRefusal",
    "TargetLayout",
    "activate_plan",
    "create_plan",
    "delete_plan",
    "record_amendment",
    "save_layout",
]

Part = TypeVar("Part", Target, BudgetLine)


class PlanRefusal(Refusal):
    """The plan cannot be changed like this."""

    code = "plan"


class PlanConflict(PlanRefusal):
    """Somebody else saved the plan after this person opened it."""

    code = "conflict"


class LayoutRefusal(PlanRefusal):
    """The layout breaks rules. Nothing was saved.

    Attributes:
        problems: every broken rule, with the place that breaks it.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message, code=problems[0].code)
        self.problems = tuple(problems)


class AmendmentRefusal(PlanRefusal):
    """The amendment breaks rules. Nothing was recorded.

    Attributes:
        problems: every broken rule.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message, code=problems[0].code)
        self.problems = tuple(problems)


@action
def create_plan(*, fund: Fund, year: int, ceiling: Decimal, by: Membership) -> UsePlan:
    """Create an empty draft. Raises ``Refusal`` when the fund has a plan for the year."""
    by.require("edit_plan")
    if ceiling < 0:
        raise PlanRefusal(_("A ceiling cannot be negative."))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PlanRefusal(YEAR_OUTSIDE % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return UsePlan.objects.create(organisation=fund.organisation, fund=fund, year=year, ceiling=ceiling)


@action
def save_layout(
    *, plan: UsePlan, ceiling: Decimal, targets: Sequence[TargetLayout], seen_version: int, by: Membership
) -> UsePlan:
    """Bring the whole plan to the given layout: what is missing is deleted, what is new is created, in one go.

    On a plan in force the database keeps codes, cost centres, targets and amounts; names, persons and use plans
    change, and lines without money are added.

    Args:
        seen_version: ``plan.version`` that the person opened.

    Raises:
        PlanConflict: somebody saved meanwhile.
        Refusal: a rule is broken (ceiling, code used twice, amount negative, part of a plan in force removed).
    """
    by.require("edit_plan")
    held = (
        UsePlan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "fund")
        .get(pk=plan.pk)
    )
    if held.version != seen_version:
        raise PlanConflict(_("Somebody saved this plan after you opened it. Your changes are still on this page."))
    problems = layout_problems(
        organisation=held.organisation, year=held.year, plan=held, ceiling=ceiling, targets=targets
    )
    if problems:
        raise LayoutRefusal(problems)
    kept_targets = {target.id for target in targets if target.id is not None}
    kept_lines = {line.id for target in targets for line in target.lines if line.id is not None}
    for line in held.lines.exclude(pk__in=kept_lines):
        line.delete()
    stored_targets = {target.pk: target for target in held.targets.select_related("cost_centre")}
    stored_lines = {line.pk: line for line in held.lines.all()}
    centres = {centre.code: centre for centre in CostCentre.objects.filter(organisation=held.organisation)}
    for position, layout in enumerate(targets):
        target = _place_target(held, stored_targets, centres, layout, position)
        for line_position, line_layout in enumerate(layout.lines):
            _place_line(held, target, stored_lines, line_layout, line_position)
    for pk, target in stored_targets.items():
        if pk not in kept_targets:
            target.delete()
    held.ceiling = ceiling
    held.version += 1
    held.save()
    return held


@action
def activate_plan(*, plan: UsePlan, by: Membership, at: datetime) -> UsePlan:
    """Bring a draft into force. From then on amounts change by amendments only."""
    by.require("edit_plan")
    held = UsePlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if held.is_active:
        raise PlanRefusal(_("The plan is in force already."))
    held.state, held.activated_by, held.activated_at = UsePlan.State.ACTIVE, by, at
    held.version += 1
    held.save()
    return held


@action
def delete_plan(*, plan: UsePlan, by: Membership) -> None:
    """Delete a draft with its targets and lines. A plan in force is never deleted."""
    by.require("edit_plan")
    if plan.is_active:
        raise PlanRefusal(_("A plan in force is never deleted."), code="plan_in_force_stays")
    plan.delete()


@action
def record_amendment(
    *,
    plan: UsePlan,
    effective_on: date,
    changes: Mapping[int, Decimal],
    reason: str,
    by: Membership,
    at: datetime,
    key: UUID,
    ceiling_change: Decimal = ZERO,
    decision_reference: str = "",
) -> Amendment:
    """Record a decided amendment of a plan in force.

    Args:
        effective_on: first day of the new amounts; its month is open and in the plan's year.
        changes: line id → change in EUR; zeros are left out. A sum of zero is a transfer.
        ceiling_change: EUR added to the ceiling.

    Raises:
        Refusal: ceiling exceeded, a line below zero or below what was drawn, month closed, plan not in force.
    """
    by.require("edit_plan")
    changes = {line_id: amount for line_id, amount in changes.items() if amount}
    earlier = Amendment.objects.filter(organisation=plan.organisation, key=key).first()
    if earlier is not None:
        same = dict(earlier.rows.values_list("line_id", "amount")) == changes
        if not same or (earlier.plan_id, earlier.effective_on) != (plan.pk, effective_on):
            raise PlanRefusal(_("This form was sent before with other figures. Load the page again."), code="key")
        return earlier
    reason = long_text(Amendment, "reason", reason)
    decision_reference = one_line(Amendment, "decision_reference", decision_reference)
    if not reason:
        raise PlanRefusal(_("Give the reason of the amendment."), code="amendment_has_reason")
    # Held until the end, so that what is checked here in words still holds when the database checks it.
    plan = (
        UsePlan.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organisation", "fund")
        .get(pk=plan.pk)
    )
    effect = amendment_effect(plan=plan, effective_on=effective_on, changes=changes, ceiling_change=ceiling_change)
    if effect.problems:
        raise AmendmentRefusal(effect.problems)
    if strangers := changes.keys() - {line.line_id for line in effect.lines}:
        raise PlanRefusal(_("Line %(line)s is not in this plan.") % {"line": min(strangers)})
    amendment_id = reserve_key(Amendment)
    AmendmentRow.objects.bulk_create(
        AmendmentRow(
            organisation_id=plan.organisation_id,
            plan=plan,
            amendment_id=amendment_id,
            line_id=line_id,
            amount=amount,
        )
        for line_id, amount in changes.items()
    )
    amendment = Amendment.objects.create(
        pk=amendment_id,
        organisation=plan.organisation,
        plan=plan,
        effective_on=effective_on,
        kind=effect.kind,
        ceiling_change=ceiling_change,
        reason=reason,
        decision_reference=decision_reference,
        key=key,
        recorded_by=by,
        recorded_at=at,
    )
    amendment.refresh_from_db()
    return amendment


def _place_target(
    plan: UsePlan,
    stored: dict[int, Target],
    centres: dict[str, CostCentre],
    layout: TargetLayout,
    position: int,
) -> Target:
    centre = centres.get(layout.cost_centre_code)
    if centre is None:
        centre = centres[layout.cost_centre_code] = cost_centre_of(
            organisation=plan.organisation,
            code=layout.cost_centre_code,
            name=layout.cost_centre_name or layout.name,
            valid_from=date(plan.year, 1, 1),
        )
    if layout.id is not None and layout.id not in stored:
        raise PlanConflict(_("A target of this plan was removed meanwhile. Load the page again."))
    target = stored[layout.id] if layout.id is not None else Target(organisation=plan.organisation, plan=plan)
    return _bring(
        target,
        name=layout.name,
        cost_centre_id=centre.pk,
        use_plan=without_controls(layout.use_plan),
        responsible_id=layout.responsible_id,
        position=position,
    )


def _place_line(
    plan: UsePlan, target: Target, stored: dict[int, BudgetLine], layout: LineLayout, position: int
) -> BudgetLine:
    if layout.id is not None and layout.id not in stored:
        raise PlanConflict(_("A line of this plan was removed meanwhile. Load the page again."))
    line = (
        stored[layout.id]
        if layout.id is not None
        else BudgetLine(organisation=plan.organisation, plan=plan, year=plan.year)
    )
    return _bring(
        line,
        target_id=target.pk,
        name=layout.name,
        project_code=layout.project_code,
        first_amount=layout.amount,
        use_plan=without_controls(layout.use_plan),
        responsible_id=layout.responsible_id,
        position=position,
    )


def _bring(row: Part, **values: object) -> Part:
    """Give a target or line its values; what holds them already is not written, and leaves no history."""
    changed = row.pk is None
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed = True
    if changed:
        row.save()
    return row
