"""What both reports begin with: lines, targets, cost centres and months of a plan at the end of a month."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from funds.models import MonthState, UsePlan
from funds.queries.drawdowns import LineDrawdown
from funds.queries.facts import (
    DocumentFigures,
    KnownDocument,
    actuals_by_month,
    document_figures,
    documents_as_of,
    facts_as_of,
    month_states_as_of,
    outside_sums,
)
from funds.queries.labels import LineLabel, line_labels
from fundtrack.money import ZERO
from fundtrack.periods import Month

from ..results import (
    CostCentre,
    Document,
    Figures,
    Line,
    MonthRow,
    OutsideRow,
    Parameters,
    Target,
    figures,
    pace_of,
    summed,
)


@dataclass(frozen=True)
class Picture:
    """Figures of a plan at the end of a month, as known at a moment."""

    totals: Figures
    cost_centres: tuple[CostCentre, ...]
    targets: tuple[Target, ...]
    #: In the plan's order.
    lines: tuple[Line, ...]
    outside: tuple[OutsideRow, ...]
    #: January up to the month of the report.
    months: tuple[MonthRow, ...]
    document: Document
    #: Drawdowns up to the month that have no document yet, computed. EUR.
    undocumented: Decimal


def parameters_of(report: str, plan: UsePlan, month: Month) -> Parameters:
    """What a report was asked; ``plan`` comes with its fund and organisation."""
    return Parameters(
        report=report,
        organisation=plan.organisation.slug,
        organisation_name=plan.organisation.name,
        is_demonstration=plan.organisation.is_demonstration,
        fund=plan.fund.slug,
        fund_name=plan.fund.name,
        year=plan.year,
        month=month,
        months_elapsed=month.number,
    )


def build_picture(plan: UsePlan, month: Month, *, as_of: datetime) -> Picture:
    """Compute the picture; eight queries, whatever the size of the plan.

    Args:
        month: a month of the plan's year.
    """
    documents = documents_as_of(plan, month, as_of=as_of)
    document = documents.get(month)
    computed = _without_document(plan, month, documents)
    facts = facts_as_of(plan, computed or [month], as_of=as_of)
    said = document_figures(document.drawdown_id) if document else {}
    covered_before = _covered_before(facts, computed, month)
    lines = tuple(
        _line(label, facts[month][line_id], said.get(line_id), covered_before[line_id], month)
        for line_id, label in line_labels(plan, month.last).items()
    )
    totals = Figures(**summed(lines, month.number))  # type: ignore[arg-type]
    drawn = _computed_by_month(facts, computed)
    return Picture(
        totals=totals,
        cost_centres=_cost_centres(lines, month),
        targets=_targets(lines, month),
        lines=lines,
        outside=tuple(
            OutsideRow(row.cost_centre, row.project_code, row.rows, row.month, row.cumulative)
            for row in outside_sums(plan, month, as_of=as_of)
        ),
        months=_months(plan, month, documents, drawn, totals.amount, as_of),
        document=_document(document),
        undocumented=sum(drawn.values(), ZERO),
    )


def _without_document(plan: UsePlan, month: Month, documents: dict[Month, KnownDocument]) -> list[Month]:
    """The months after the last document, up to ``month``: their drawdowns can only be computed."""
    first = max(documents).next() if documents else Month(plan.year, 1)
    return Month.range(first, month)


def _covered_before(
    facts: dict[Month, dict[int, LineDrawdown]], computed: list[Month], month: Month
) -> dict[int, Decimal]:
    """Line id → what the fund has paid, or will pay, up to the end of the month before."""
    if month.previous() in computed:
        return {line_id: fact.covered for line_id, fact in facts[month.previous()].items()}
    return {line_id: fact.drawn_before for line_id, fact in facts[month].items()}


def _computed_by_month(facts: dict[Month, dict[int, LineDrawdown]], computed: list[Month]) -> dict[Month, Decimal]:
    drawn = {}
    for month in computed:
        before = _covered_before(facts, computed, month)
        drawn[month] = sum((fact.covered - before[line_id] for line_id, fact in facts[month].items()), ZERO)
    return drawn


def _line(
    label: LineLabel, fact: LineDrawdown, said: DocumentFigures | None, covered_before: Decimal, month: Month
) -> Line:
    drawn = covered_before if said is None else said.drawn_before
    drawdown = fact.covered - drawn if said is None else said.drawdown
    return Line(
        project_code=label.project_code,
        name=label.name,
        target=label.target,
        cost_centre=label.centre_code,
        cost_centre_name=label.centre_name,
        responsible=label.responsible,
        has_use_plan=label.has_use_plan,
        **figures(  # type: ignore[arg-type]
            amount=fact.amount,
            actual_month=fact.actual_month,
            actual_cumulative=fact.actual_cumulative,
            drawdown_month=drawdown,
            drawdown_cumulative=drawn + drawdown,
            uncovered=fact.uncovered if said is None else said.uncovered,
            months_elapsed=month.number,
        ),
    )


def _targets(lines: tuple[Line, ...], month: Month) -> tuple[Target, ...]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.target, line.cost_centre), []).append(line)
    return tuple(
        Target(name=name, cost_centre=centre, **summed(group, month.number))  # type: ignore[arg-type]
        for (name, centre), group in groups.items()
    )


def _cost_centres(lines: tuple[Line, ...], month: Month) -> tuple[CostCentre, ...]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.cost_centre, line.cost_centre_name), []).append(line)
    return tuple(
        CostCentre(code=code, name=name, **summed(group, month.number))  # type: ignore[arg-type]
        for (code, name), group in groups.items()
    )


def _months(
    plan: UsePlan,
    up_to: Month,
    documents: dict[Month, KnownDocument],
    drawn: dict[Month, Decimal],
    amount: Decimal,
    as_of: datetime,
) -> tuple[MonthRow, ...]:
    states = month_states_as_of(plan, as_of=as_of)
    actuals = actuals_by_month(plan, up_to, as_of=as_of)
    rows: list[MonthRow] = []
    actual_cumulative = drawdown_cumulative = ZERO
    for month in Month.range(Month(plan.year, 1), up_to):
        document = documents.get(month)
        drawdown = document.total if document else drawn.get(month, ZERO)
        actual_cumulative += actuals.get(month, ZERO)
        drawdown_cumulative += drawdown
        rows.append(
            MonthRow(
                month=month,
                state=states.get(month, str(MonthState.State.OPEN)),
                actual=actuals.get(month, ZERO),
                actual_cumulative=actual_cumulative,
                pace=pace_of(amount, month.number),
                drawdown=drawdown,
                drawdown_cumulative=drawdown_cumulative,
                document=document.state if document else "computed",
            )
        )
    return tuple(rows)


def _document(known: KnownDocument | None) -> Document:
    if known is None:
        return Document("computed", None, None, "", "", "")
    return Document(known.state, known.number, known.booking_on, known.prepared_by, known.approved_by, known.posted_by)
