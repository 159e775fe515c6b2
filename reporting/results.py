"""Parts that reports share: what was asked, figures of lines and their sums, outside rows, documents, months.

All frozen, free of language, and written as canonical JSON (``reporting/canonical.py``). Amounts in EUR, percent with
two decimals from stored cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fundtrack.money import ZERO, round_cents, used_percent
from fundtrack.periods import Month


@dataclass(frozen=True)
class Parameters:
    """What the report is about."""

    #: drawdown or board
    report: str
    #: Slug and name of the organisation.
    organisation: str
    organisation_name: str
    #: True where the data are invented; every format says so.
    is_demonstration: bool
    #: Slug and name of the fund.
    fund: str
    fund_name: str
    year: int
    month: Month
    #: Months of the year up to the end of ``month``.
    months_elapsed: int


@dataclass(frozen=True)
class Figures:
    """Figures of one line at the end of the month, or their sums. EUR."""

    #: First amount plus amendments in effect at the end of the month.
    amount: Decimal
    #: Σ actuals of the month.
    actual_month: Decimal
    #: Σ actuals of the year up to the end of the month.
    actual_cumulative: Decimal
    #: amount − actual_cumulative
    remaining: Decimal
    #: actual_cumulative of amount, percent; None without an amount.
    used_percent: Decimal | None
    drawdown_month: Decimal
    drawdown_cumulative: Decimal
    #: Actuals above the amount, paid from the ordinary budget.
    uncovered: Decimal
    #: What even use over the year would give: amount × months elapsed / 12, rounded once.
    pace: Decimal

    @property
    def deviation(self) -> Decimal:
        """How far the actuals are above (+) or below (−) the pace."""
        return self.actual_cumulative - self.pace


def figures(
    *,
    amount: Decimal,
    actual_month: Decimal,
    actual_cumulative: Decimal,
    drawdown_month: Decimal,
    drawdown_cumulative: Decimal,
    uncovered: Decimal,
    months_elapsed: int,
) -> dict[str, Decimal | None]:
    """The fields of ``Figures`` from the stored sums: remaining, percent and pace are derived here and nowhere else."""
    return {
        "amount": amount,
        "actual_month": actual_month,
        "actual_cumulative": actual_cumulative,
        "remaining": amount - actual_cumulative,
        "used_percent": used_percent(actual_cumulative, amount),
        "drawdown_month": drawdown_month,
        "drawdown_cumulative": drawdown_cumulative,
        "uncovered": uncovered,
        "pace": pace_of(amount, months_elapsed),
    }


def summed(parts: Iterable[Figures], months_elapsed: int) -> dict[str, Decimal | None]:
    """The fields of ``Figures`` for the sum of ``parts``; percent and pace are computed from the sums."""
    taken = list(parts)

    def total(name: str) -> Decimal:
        return sum((getattr(part, name) for part in taken), ZERO)

    return figures(
        amount=total("amount"),
        actual_month=total("actual_month"),
        actual_cumulative=total("actual_cumulative"),
        drawdown_month=total("drawdown_month"),
        drawdown_cumulative=total("drawdown_cumulative"),
        uncovered=total("uncovered"),
        months_elapsed=months_elapsed,
    )


def pace_of(amount: Decimal, months_elapsed: int) -> Decimal:
    """What even use of ``amount`` over twelve months gives after ``months_elapsed``. EUR."""
    return round_cents(amount * months_elapsed / 12)


def forecast_of(cumulative: Decimal, months_elapsed: int) -> Decimal:
    """Use at the end of the year if it goes on as it has: cumulative / months × 12, rounded once. EUR."""
    return round_cents(cumulative * 12 / months_elapsed)


@dataclass(frozen=True)
class _LineNames:
    project_code: str
    name: str
    #: Name of the target.
    target: str
    #: Code and name of the cost centre; the name as valid at the end of the month.
    cost_centre: str
    cost_centre_name: str
    #: Name of the responsible person; empty when nobody is named.
    responsible: str
    #: True when line or target says what will be done (rule R7).
    has_use_plan: bool


@dataclass(frozen=True)
class Line(Figures, _LineNames):
    """One budget line."""


@dataclass(frozen=True)
class _TargetNames:
    name: str
    cost_centre: str


@dataclass(frozen=True)
class Target(Figures, _TargetNames):
    """A development target: the sum of its lines."""


@dataclass(frozen=True)
class _CostCentreNames:
    code: str
    name: str


@dataclass(frozen=True)
class CostCentre(Figures, _CostCentreNames):
    """A cost centre: the sum of its targets."""


@dataclass(frozen=True)
class OutsideRow:
    """Actuals outside the plan, summed by what was booked; not part of any total."""

    cost_centre: str
    project_code: str
    rows: int
    actual_month: Decimal
    actual_cumulative: Decimal


@dataclass(frozen=True)
class Document:
    """The drawdown document of the month, or ``computed`` while there is none."""

    #: computed, proposed, approved or posted
    state: str
    number: int | None
    booking_on: date | None
    prepared_by: str
    approved_by: str
    posted_by: str

    @property
    def is_computed(self) -> bool:
        return self.state == "computed"


@dataclass(frozen=True)
class MonthRow:
    """One month of the year, up to the month of the report."""

    month: Month
    #: open, closed or locked
    state: str
    actual: Decimal
    actual_cumulative: Decimal
    #: What even use would give up to the end of the month.
    pace: Decimal
    drawdown: Decimal
    drawdown_cumulative: Decimal
    #: State of the month's document; computed where there is none.
    document: str


@dataclass(frozen=True)
class Remark:
    """The responsible person's newest words on a line and the month."""

    project_code: str
    name: str
    text: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class Issue:
    """How a report was issued."""

    number: int
    meeting_on: date
    body: str
    issued_by: str
    issued_at: datetime
