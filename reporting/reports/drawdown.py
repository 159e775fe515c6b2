"""The monthly drawdown report: what was used, what the fund pays and what it does not cover, per line and sum.

Source: domain.md §2 (rules R2 and R8, drawdown formulas); read monthly by the supervisors' meeting.
"""

from dataclasses import dataclass
from datetime import datetime

from funds.models import UsePlan
from fundtrack.periods import Month

from ..results import CostCentre, Document, Figures, Issue, Line, MonthRow, OutsideRow, Parameters, Target
from .picture import build_picture, parameters_of

KIND = "drawdown"


@dataclass(frozen=True)
class Params:
    """What is asked: a plan (with its fund and organisation) and a month of its year."""

    plan: UsePlan
    month: Month


@dataclass(frozen=True)
class Result:
    """The report. Amounts in EUR; the order of lines is the plan's."""

    parameters: Parameters
    #: What was booked, recorded and entered up to this moment is in the report.
    as_of: datetime
    made_at: datetime
    issue: Issue | None
    #: Sums over all lines.
    totals: Figures
    #: State of the month: open, closed or locked.
    month_state: str
    document: Document
    cost_centres: tuple[CostCentre, ...]
    targets: tuple[Target, ...]
    lines: tuple[Line, ...]
    #: Actuals outside the plan; in no total.
    outside: tuple[OutsideRow, ...]
    months: tuple[MonthRow, ...]


def build(params: Params, *, as_of: datetime) -> Result:
    """Compute the report; a pure read with a fixed number of queries."""
    picture = build_picture(params.plan, params.month, as_of=as_of)
    return Result(
        parameters=parameters_of(KIND, params.plan, params.month),
        as_of=as_of,
        made_at=as_of,
        issue=None,
        totals=picture.totals,
        month_state=picture.months[-1].state,
        document=picture.document,
        cost_centres=picture.cost_centres,
        targets=picture.targets,
        lines=picture.lines,
        outside=picture.outside,
        months=picture.months,
    )
