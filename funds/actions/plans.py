"""Use plans: creating, laying out, bringing into force, amending."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO
from organisations.models import Membership

from ..models import Amendment, AmendmentRow, BudgetLine, Fund, Target, UsePlan
from .funds import cost_centre_of


class PlanRefusal(Refusal):
    """The plan cannot be changed like this."""

    code = "plan"


class PlanConflict(PlanRefusal):
    """Somebody else saved the plan after this person opened it."""

    code = "conflict"


@dataclass(frozen=True)
class LineLayout:
    """One budget line as the editor or an import wants it."""

    name: str
    project_code: str
    #: EUR; on a plan in force it must equal what is stored (new lines: 0).
    amount: Decimal
    #: None for a new line.
    id: int | None = None
    use_plan: str = ""
    responsible_id: int | None = None


@dataclass(frozen=True)
class TargetLayout:
    """One target with its lines, in order."""

    name: str
    cost_centre_code: str
    lines: Sequence[LineLayout]
    #: None for a new target.
    id: int | None = None
    use_plan: str = ""
    responsible_id: int | None = None
    #: Name for a cost centre that does not exist yet.
    cost_centre_name: str = ""


@action
def create_plan(*, fund: Fund, year: int, ceiling: Decimal, by: Membership) -> UsePlan:
    """Create an empty draft. Raises ``Refusal`` when the fund has a plan for the year."""
    by.require("edit_plan")
    if ceiling < 0:
        raise PlanRefusal(_("A ceiling cannot be negative."))
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
    held = UsePlan.objects.select_for_update(of=("self",)).select_related("organisation", "fund").get(pk=plan.pk)
    if held.version != seen_version:
        raise PlanConflict(_("Somebody saved this plan after you opened it. Your changes are still on this page."))
    kept_targets = {target.id for target in targets if target.id is not None}
    kept_lines = {line.id for target in targets for line in target.lines if line.id is not None}
    for line in held.lines.exclude(pk__in=kept_lines):
        line.delete()
    stored_targets = {target.pk: target for target in held.targets.all()}
    stored_lines = {line.pk: line for line in held.lines.all()}
    for position, layout in enumerate(targets):
        target = _place_target(held, stored_targets, layout, position)
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
    held = UsePlan.objects.select_for_update().get(pk=plan.pk)
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
    earlier = Amendment.objects.filter(organisation=plan.organisation, key=key).first()
    if earlier is not None:
        return earlier
    changes = {line_id: amount for line_id, amount in changes.items() if amount}
    if not changes and not ceiling_change:
        raise PlanRefusal(_("The amendment changes nothing."))
    if not reason.strip():
        raise PlanRefusal(_("Give the reason of the amendment."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('funds_amendment', 'id'))")
        amendment_id = cursor.fetchone()[0]
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
        kind=kind_of(changes, ceiling_change),
        ceiling_change=ceiling_change,
        reason=reason.strip(),
        decision_reference=decision_reference.strip(),
        key=key,
        recorded_by=by,
        recorded_at=at,
    )
    amendment.refresh_from_db()
    return amendment


def kind_of(changes: Mapping[int, Decimal], ceiling_change: Decimal) -> str:
    """The kind that fits the sum of ``changes``: transfer, new money, money given back, or the ceiling alone.

    A change of the ceiling together with a transfer is refused: they are two decisions.
    """
    total = sum(changes.values(), ZERO)
    if not changes:
        return Amendment.Kind.CEILING
    if total == 0:
        if ceiling_change:
            raise PlanRefusal(_("A transfer does not change the ceiling. Record two amendments."))
        return Amendment.Kind.TRANSFER
    return Amendment.Kind.NEW_MONEY if total > 0 else Amendment.Kind.GIVEN_BACK


def _place_target(plan: UsePlan, stored: dict[int, Target], layout: TargetLayout, position: int) -> Target:
    centre = cost_centre_of(
        organisation=plan.organisation,
        code=layout.cost_centre_code,
        name=layout.cost_centre_name or layout.name,
        valid_from=date(plan.year, 1, 1),
    )
    if layout.id is not None and layout.id not in stored:
        raise PlanConflict(_("A target of this plan was removed meanwhile. Load the page again."))
    target = stored[layout.id] if layout.id is not None else Target(organisation=plan.organisation, plan=plan)
    target.name, target.cost_centre, target.use_plan = layout.name, centre, layout.use_plan
    target.responsible_id, target.position = layout.responsible_id, position
    target.save()
    return target


def _place_line(
    plan: UsePlan, target: Target, stored: dict[int, BudgetLine], layout: LineLayout, position: int
) -> None:
    if layout.id is not None and layout.id not in stored:
        raise PlanConflict(_("A line of this plan was removed meanwhile. Load the page again."))
    line = (
        stored[layout.id]
        if layout.id is not None
        else BudgetLine(organisation=plan.organisation, plan=plan, year=plan.year)
    )
    line.target, line.name, line.project_code = target, layout.name, layout.project_code
    line.first_amount, line.use_plan = layout.amount, layout.use_plan
    line.responsible_id, line.position = layout.responsible_id, position
    line.save()
