"""The board report: the one-page picture of a fund, then targets, lines and months.

Source: domain.md §2, "What the board reads first".
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from funds.models import UsePlan
from fundtrack.money import used_percent
from fundtrack.periods import Month

from ..queries.board import FundPicture, ceiling_as_of, comments_as_of, fund_picture
from ..queries.changes import Changes, changes_since
from ..results import (
    CostCentre,
    Document,
    Figures,
    Issue,
    Line,
    MonthRow,
    OutsideRow,
    Parameters,
    Remark,
    Target,
    forecast_of,
    pace_of,
)
from .picture import Picture, build_picture, parameters_of

KIND = "board"
#: How many deviations the board reads first.
DEVIATIONS = 3


@dataclass(frozen=True)
class Params:
    """What is asked: a plan (with its fund, its body and organisation) and a month of its year."""

    plan: UsePlan
    month: Month


@dataclass(frozen=True)
class Headline:
    """The figures that the board reads first. EUR, percent."""

    #: The most that may be used in the year, amendments included.
    ceiling: Decimal
    #: Σ actuals of the year.
    used: Decimal
    #: used of ceiling
    used_percent: Decimal | None
    #: What the fund has paid of it, or will by the drawdown of the month.
    from_fund: Decimal
    #: What the ordinary budget pays of it.
    uncovered: Decimal
    #: ceiling − used
    left: Decimal
    #: Part of the ceiling that no line has.
    unallocated: Decimal
    #: Σ amounts × months elapsed / 12
    pace: Decimal
    #: used − pace
    deviation: Decimal
    #: used / months elapsed × 12
    forecast: Decimal
    #: forecast − ceiling
    forecast_over: Decimal

    @property
    def below(self) -> Decimal:
        """How far the use is below the pace."""
        return -self.deviation


@dataclass(frozen=True)
class Deviation:
    """A line far from its pace."""

    project_code: str
    name: str
    target: str
    responsible: str
    actual_cumulative: Decimal
    pace: Decimal
    #: actual_cumulative − pace
    deviation: Decimal
    #: deviation of pace, percent; None without a pace.
    percent: Decimal | None
    remark: Remark | None


@dataclass(frozen=True)
class Missing:
    """A line that lacks what rule R7 asks for before money is used."""

    project_code: str
    name: str
    responsible: bool
    use_plan: bool
    #: Used nevertheless, EUR.
    actual_cumulative: Decimal


@dataclass(frozen=True)
class Result:
    """The report. Amounts in EUR; the order of lines is the plan's."""

    parameters: Parameters
    #: What was booked, recorded and entered up to this moment is in the report.
    as_of: datetime
    made_at: datetime
    issue: Issue | None
    #: Name of the governing body; empty when none is set.
    body: str
    headline: Headline
    fund: FundPicture
    #: The biggest first.
    deviations: tuple[Deviation, ...]
    changes: Changes
    #: Sums over all lines.
    totals: Figures
    month_state: str
    document: Document
    targets: tuple[Target, ...]
    cost_centres: tuple[CostCentre, ...]
    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...]
    missing: tuple[Missing, ...]
    #: Actuals outside the plan; in no total.
    outside: tuple[OutsideRow, ...]
    months: tuple[MonthRow, ...]


def build(params: Params, *, as_of: datetime) -> Result:
    """Compute the report; a pure read with a fixed number of queries."""
    plan, month = params.plan, params.month
    picture = build_picture(plan, month, as_of=as_of)
    spoken = {remark.project_code: remark for remark in comments_as_of(plan, month, as_of=as_of)}
    return Result(
        parameters=parameters_of(KIND, plan, month),
        as_of=as_of,
        made_at=as_of,
        issue=None,
        body=plan.fund.body.name if plan.fund.body else "",
        headline=_headline(picture, ceiling_as_of(plan, month, as_of=as_of), month),
        fund=fund_picture(plan, month, undocumented=picture.undocumented, as_of=as_of),
        deviations=_deviations(picture.lines, spoken),
        changes=changes_since(plan, month, as_of=as_of),
        totals=picture.totals,
        month_state=picture.months[-1].state,
        document=picture.document,
        targets=picture.targets,
        cost_centres=picture.cost_centres,
        lines=picture.lines,
        remarks=tuple(spoken[line.project_code] for line in picture.lines if line.project_code in spoken),
        missing=_missing(picture.lines),
        outside=picture.outside,
        months=picture.months,
    )


def _headline(picture: Picture, ceiling: Decimal, month: Month) -> Headline:
    totals = picture.totals
    forecast = forecast_of(totals.actual_cumulative, month.number)
    return Headline(
        ceiling=ceiling,
        used=totals.actual_cumulative,
        used_percent=used_percent(totals.actual_cumulative, ceiling),
        from_fund=totals.drawdown_cumulative,
        uncovered=totals.uncovered,
        left=ceiling - totals.actual_cumulative,
        unallocated=ceiling - totals.amount,
        pace=pace_of(totals.amount, month.number),
        deviation=totals.deviation,
        forecast=forecast,
        forecast_over=forecast - ceiling,
    )


def _deviations(lines: tuple[Line, ...], spoken: dict[str, Remark]) -> tuple[Deviation, ...]:
    # Ties by code, so that one ledger gives one order.
    ranked = sorted(
        (line for line in lines if line.deviation), key=lambda line: (-abs(line.deviation), line.project_code)
    )
    return tuple(
        Deviation(
            project_code=line.project_code,
            name=line.name,
            target=line.target,
            responsible=line.responsible,
            actual_cumulative=line.actual_cumulative,
            pace=line.pace,
            deviation=line.deviation,
            percent=used_percent(line.deviation, line.pace),
            remark=spoken.get(line.project_code),
        )
        for line in ranked[:DEVIATIONS]
    )


def _missing(lines: tuple[Line, ...]) -> tuple[Missing, ...]:
    return tuple(
        Missing(
            project_code=line.project_code,
            name=line.name,
            responsible=not line.responsible,
            use_plan=not line.has_use_plan,
            actual_cumulative=line.actual_cumulative,
        )
        for line in lines
        if not (line.responsible and line.has_use_plan)
    )
