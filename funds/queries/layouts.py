"""A plan as a layout, and everything that a new layout would break. The one place that knows these rules in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import LARGEST, ZERO
from fundtrack.periods import FIRST_YEAR, LAST_YEAR
from organisations.models import Membership, Organisation

from ..layout import NAME_LENGTH, USE_PLAN_LENGTH, LineLayout, Problem, TargetLayout, is_code
from ..models import BudgetLine, UsePlan

YEAR_OUTSIDE = _("A plan's year is between %(first)s and %(last)s.")
_CODE_SHAPE = _("A code has letters, digits and . : + - between them, at most 30 characters.")


def layout_of(plan: UsePlan) -> list[TargetLayout]:
    """The stored plan as a layout, in its order; two queries."""
    lines: dict[int, list[LineLayout]] = {}
    for line in plan.lines.order_by("position", "id"):
        lines.setdefault(line.target_id, []).append(
            LineLayout(
                id=line.pk,
                key=f"line-{line.pk}",
                name=line.name,
                project_code=line.project_code,
                amount=line.first_amount,
                use_plan=line.use_plan,
                responsible_id=line.responsible_id,
            )
        )
    return [
        TargetLayout(
            id=target.pk,
            key=f"target-{target.pk}",
            name=target.name,
            cost_centre_code=target.cost_centre.code,
            use_plan=target.use_plan,
            responsible_id=target.responsible_id,
            lines=lines.get(target.pk, []),
        )
        for target in plan.targets.select_related("cost_centre").order_by("position", "id")
    ]


def sum_of(targets: Sequence[TargetLayout]) -> Decimal:
    """Σ first amounts of a layout, EUR."""
    return sum((line.amount for target in targets for line in target.lines), ZERO)


def layout_problems(
    *,
    organisation: Organisation,
    year: int,
    plan: UsePlan | None,
    ceiling: Decimal,
    targets: Sequence[TargetLayout],
) -> list[Problem]:
    """Every rule that the layout would break, in its order; the same few queries whatever its length.

    Args:
        plan: the stored plan, or None for one that does not exist yet.
        ceiling: EUR; of a plan in force the stored one.
    """
    problems = [*_year_problems(year), *_ceiling_problems(plan, ceiling, targets)]
    problems += _target_problems(targets)
    problems += _line_problems(targets, _codes_elsewhere(organisation, year, plan))
    problems += _person_problems(organisation, targets)
    if plan is not None and plan.is_active:
        problems += _problems_in_force(layout_of(plan), targets)
    return problems


def _year_problems(year: int) -> Iterator[Problem]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        yield Problem("", "year", YEAR_OUTSIDE % {"first": FIRST_YEAR, "last": LAST_YEAR}, "year_outside")


def _ceiling_problems(plan: UsePlan | None, ceiling: Decimal, targets: Sequence[TargetLayout]) -> Iterator[Problem]:
    if plan is not None and plan.is_active:
        if ceiling != plan.ceiling:
            refusal = _("The ceiling of a plan in force is changed by an amendment.")
            yield Problem("", "ceiling", refusal, "plan_in_force_amended_only")
        return
    if ceiling < 0:
        yield Problem("", "ceiling", _("A ceiling cannot be negative."), "plan_ceiling_not_negative")
    elif (total := sum_of(targets)) > ceiling:
        message = _("The lines sum to %(total)s, which is %(over)s more than the ceiling of %(ceiling)s.") % {
            "total": formats.eur(total),
            "over": formats.eur(total - ceiling),
            "ceiling": formats.eur(ceiling),
        }
        yield Problem("", "ceiling", message, "plan_within_ceiling")


def _target_problems(targets: Sequence[TargetLayout]) -> Iterator[Problem]:
    names = Counter(target.name for target in targets)
    for target in targets:
        yield from _text_problems(target.key, "name", target.name, _("Give the target a name."))
        yield from _code_problems(target.key, "cost_centre", target.cost_centre_code, _("Give the cost centre."))
        if target.name and names[target.name] > 1:
            yield Problem(
                target.key, "name", _("Two targets have the name “%(name)s”.") % {"name": target.name}, "name_twice"
            )
        yield from _use_plan_problems(target.key, target.use_plan)
        if len(target.cost_centre_name) > NAME_LENGTH:
            yield Problem(target.key, "cost_centre_name", _TOO_LONG, "too_long")


_TOO_LONG = _("This is too long: at most 200 characters fit.")


def _line_problems(targets: Sequence[TargetLayout], elsewhere: dict[str, str]) -> Iterator[Problem]:
    codes = Counter(line.project_code for target in targets for line in target.lines)
    for line in (line for target in targets for line in target.lines):
        yield from _text_problems(line.key, "name", line.name, _("Give the line a name."))
        yield from _code_problems(line.key, "project_code", line.project_code, _("Give the project code."))
        yield from _use_plan_problems(line.key, line.use_plan)
        if line.project_code and codes[line.project_code] > 1:
            message = _("Two lines have the project code %(code)s.") % {"code": line.project_code}
            yield Problem(line.key, "project_code", message, "code_twice")
        elif line.project_code in elsewhere:
            message = _("The project code %(code)s is used by %(fund)s in the same year.") % {
                "code": line.project_code,
                "fund": elsewhere[line.project_code],
            }
            yield Problem(line.key, "project_code", message, "project_code_once_a_year")
        if line.amount < 0:
            yield Problem(line.key, "amount", _("An amount cannot be negative."), "line_amount_not_negative")
        elif line.amount > LARGEST:
            message = _("The largest amount is %(largest)s.") % {"largest": formats.eur(LARGEST)}
            yield Problem(line.key, "amount", message, "too_large")


def _text_problems(key: str, field: str, text: str, missing: str | Promise) -> Iterator[Problem]:
    if not text:
        yield Problem(key, field, missing, "missing")
    elif len(text) > NAME_LENGTH:
        yield Problem(key, field, _TOO_LONG, "too_long")


def _use_plan_problems(key: str, text: str) -> Iterator[Problem]:
    if len(text) > USE_PLAN_LENGTH:
        message = _("This is too long: at most %(limit)s characters fit.") % {"limit": USE_PLAN_LENGTH}
        yield Problem(key, "use_plan", message, "too_long")


def _code_problems(key: str, field: str, text: str, missing: str | Promise) -> Iterator[Problem]:
    if not text:
        yield Problem(key, field, missing, "missing")
    elif not is_code(text):
        yield Problem(key, field, _CODE_SHAPE, "code_shape")


def _codes_elsewhere(organisation: Organisation, year: int, plan: UsePlan | None) -> dict[str, str]:
    """Project codes of the year that belong to other plans → name of their fund."""
    lines = BudgetLine.objects.filter(organisation=organisation, year=year)
    if plan is not None:
        lines = lines.exclude(plan=plan)
    return dict(lines.values_list("project_code", "plan__fund__name"))


def _person_problems(organisation: Organisation, targets: Sequence[TargetLayout]) -> Iterator[Problem]:
    named = [(target.key, target.responsible_id) for target in targets]
    named += [(line.key, line.responsible_id) for target in targets for line in target.lines]
    wanted = {person for _key, person in named if person is not None}
    if not wanted:
        return
    members = set(Membership.objects.filter(organisation=organisation, pk__in=wanted).values_list("pk", flat=True))
    for key, person in named:
        if person is not None and person not in members:
            yield Problem(key, "responsible", _("The responsible person is not a member."), "not_a_member")


def _problems_in_force(stored: Sequence[TargetLayout], targets: Sequence[TargetLayout]) -> Iterator[Problem]:
    """What a plan in force keeps: targets, their cost centres, lines, their targets, codes and amounts."""
    kept_targets = {target.id for target in targets}
    kept_lines = {line.id for target in targets for line in target.lines}
    before = {line.id: (line, target.id) for target in stored for line in target.lines}
    centres = {target.id: target.cost_centre_code for target in stored}
    for target in stored:
        if target.id not in kept_targets:
            message = _("“%(name)s” is in force and cannot be removed.") % {"name": target.name}
            yield Problem("", "row", message, "target_in_force_stays")
        for line in target.lines:
            if line.id not in kept_lines:
                message = _("“%(name)s” is in force and cannot be removed.") % {"name": line.project_code}
                yield Problem("", "row", message, "line_in_force_stays")
    for target in targets:
        if target.id is not None and centres.get(target.id, target.cost_centre_code) != target.cost_centre_code:
            message = _("The cost centre of a target in force stays %(code)s.") % {"code": centres[target.id]}
            yield Problem(target.key, "cost_centre", message, "target_in_force_stays")
        for line in target.lines:
            if line.id in before:
                yield from _line_in_force(*before[line.id], line, target)
            elif line.amount != 0:
                refusal = _("A line added to a plan in force gets its money by an amendment.")
                yield Problem(line.key, "amount", refusal, "line_amount_by_amendment")


def _line_in_force(was: LineLayout, target_id: int | None, line: LineLayout, target: TargetLayout) -> Iterator[Problem]:
    if line.project_code != was.project_code:
        message = _("The project code of a line in force stays %(code)s.") % {"code": was.project_code}
        yield Problem(line.key, "project_code", message, "line_in_force_stays")
    if line.amount != was.amount:
        message = _("%(code)s was decided with %(before)s. A change is recorded as an amendment.") % {
            "code": was.project_code,
            "before": formats.eur(was.amount),
        }
        yield Problem(line.key, "amount", message, "line_in_force_stays")
    if target.id != target_id:
        message = _("%(code)s is in force and stays in its target.") % {"code": was.project_code}
        yield Problem(line.key, "row", message, "line_in_force_stays")
