"""A use plan on a date: targets, lines, amounts, sums, and what rule R7 still misses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from fundtrack.money import ZERO
from organisations.models import Organisation

from ..models import AmendmentRow, BudgetLine, CostCentreName, UsePlan
from .line_sums import amended_by_line


def cost_centre_names(organisation: Organisation, on: date) -> dict[str, str]:
    """Cost centre code → the name that is valid on ``on``; one query. Codes without a name that day are left out."""
    valid = Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    names = CostCentreName.objects.filter(valid, organisation=organisation, kind=CostCentreName.Kind.NAME)
    return dict(names.values_list("cost_centre__code", "name"))


@dataclass(frozen=True)
class PlanLine:
    """One budget line on a date; amounts in EUR."""

    line_id: int
    project_code: str
    name: str
    first_amount: Decimal
    #: Σ amendments in effect on the date.
    amended: Decimal
    #: The line's own or the target's; empty when nobody is named.
    responsible: str
    #: The line's own or the target's.
    use_plan: str

    @property
    def amount(self) -> Decimal:
        return self.first_amount + self.amended

    @property
    def is_ready(self) -> bool:
        """Rule R7: a responsible person and a detailed use plan before money is used."""
        return bool(self.responsible and self.use_plan.strip())


@dataclass(frozen=True)
class PlanTarget:
    """A development target with its lines on a date; sums in EUR."""

    target_id: int
    name: str
    centre_code: str
    #: Name of the cost centre on the date; empty when it had none.
    centre_name: str
    responsible: str
    use_plan: str
    lines: tuple[PlanLine, ...]

    @property
    def first_amount(self) -> Decimal:
        return sum((line.first_amount for line in self.lines), ZERO)

    @property
    def amended(self) -> Decimal:
        return sum((line.amended for line in self.lines), ZERO)

    @property
    def amount(self) -> Decimal:
        return self.first_amount + self.amended


@dataclass(frozen=True)
class PlanOverview:
    """A plan as it stands on a date; sums in EUR over the lines that the reader sees."""

    on: date
    targets: tuple[PlanTarget, ...]
    #: First ceiling plus its changes in effect on the date.
    ceiling: Decimal
    #: Number of amendments in effect on the date.
    amendments: int
    #: True when the reader sees only some of the lines: then ceiling and sums do not belong together.
    partial: bool

    @property
    def lines(self) -> list[PlanLine]:
        return [line for target in self.targets for line in target.lines]

    @property
    def first_amount(self) -> Decimal:
        return sum((target.first_amount for target in self.targets), ZERO)

    @property
    def amended(self) -> Decimal:
        return sum((target.amended for target in self.targets), ZERO)

    @property
    def amount(self) -> Decimal:
        return self.first_amount + self.amended

    @property
    def unallocated(self) -> Decimal:
        return self.ceiling - self.amount

    @property
    def not_ready(self) -> list[PlanLine]:
        """Lines that rule R7 does not let be used yet."""
        return [line for line in self.lines if not line.is_ready]


def plan_overview(plan: UsePlan, on: date, lines: Sequence[BudgetLine], *, partial: bool = False) -> PlanOverview:
    """The plan as it stands on a date; four queries whatever its size.

    Args:
        on: amendments up to and including this day count, and cost centres have the names of this day.
        lines: the lines that the reader sees, with target, cost centre and persons (``loaders.lines_in_scope``).
        partial: True when ``lines`` are not all of the plan; targets without a line of the reader are left out.
    """
    amended = amended_by_line(AmendmentRow.objects.filter(plan=plan, amendment__effective_on__lte=on))
    names = cost_centre_names(plan.organisation, on)
    by_target: dict[int, list[PlanLine]] = {}
    for line in sorted(lines, key=lambda line: (line.position, line.pk)):
        by_target.setdefault(line.target_id, []).append(_plan_line(line, amended.get(line.pk, ZERO)))
    targets = [
        PlanTarget(
            target_id=target.pk,
            name=target.name,
            centre_code=target.cost_centre.code,
            centre_name=names.get(target.cost_centre.code, ""),
            responsible=target.responsible.user.name if target.responsible else "",
            use_plan=target.use_plan,
            lines=tuple(by_target.get(target.pk, ())),
        )
        for target in plan.targets.select_related("cost_centre", "responsible__user").order_by("position", "id")
        if target.pk in by_target or not partial
    ]
    in_effect = plan.amendments.filter(effective_on__lte=on)
    changes = list(in_effect.values_list("ceiling_change", flat=True))
    return PlanOverview(
        on=on,
        targets=tuple(targets),
        ceiling=plan.ceiling + sum(changes, ZERO),
        amendments=len(changes),
        partial=partial,
    )


def _plan_line(line: BudgetLine, amended: Decimal) -> PlanLine:
    person = line.responsible or line.target.responsible
    return PlanLine(
        line_id=line.pk,
        project_code=line.project_code,
        name=line.name,
        first_amount=line.first_amount,
        amended=amended,
        responsible=person.user.name if person else "",
        use_plan=line.use_plan or line.target.use_plan,
    )


@dataclass(frozen=True)
class PlanSummary:
    """A plan in a list; EUR, first amounts and amendments together."""

    year: int
    state: str
    ceiling: Decimal
    planned: Decimal

    @property
    def unallocated(self) -> Decimal:
        return self.ceiling - self.planned


def plan_summaries(fund_id: int) -> list[PlanSummary]:
    """The plans of a fund with all their amendments, newest year first; four queries."""
    return plan_summaries_of([fund_id]).get(fund_id, [])


def plan_summaries_of(fund_ids: Sequence[int]) -> dict[int, list[PlanSummary]]:
    """Fund id → its plans with all their amendments, newest year first; four queries whatever the number of funds."""
    plans = list(UsePlan.objects.filter(fund__in=fund_ids).order_by("-year"))
    found = UsePlan.objects.filter(fund__in=fund_ids).order_by()
    first = dict(found.values_list("pk").annotate(total=Coalesce(Sum("lines__first_amount"), ZERO)))
    ceilings = dict(found.values_list("pk").annotate(total=Coalesce(Sum("amendments__ceiling_change"), ZERO)))
    rows = AmendmentRow.objects.filter(plan__fund__in=fund_ids).values_list("plan_id")
    amended = dict(rows.annotate(total=Sum("amount")).order_by())
    summaries: dict[int, list[PlanSummary]] = {}
    for plan in plans:
        summaries.setdefault(plan.fund_id, []).append(
            PlanSummary(
                year=plan.year,
                state=plan.state,
                ceiling=plan.ceiling + ceilings.get(plan.pk, ZERO),
                planned=first.get(plan.pk, ZERO) + amended.get(plan.pk, ZERO),
            )
        )
    return summaries
