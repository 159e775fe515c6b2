"""What is said about figures as they are typed: the same rules as before a month is closed. Nothing here blocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..actions.cells import CellChange
from ..models import Actual, AmendmentRow, BudgetLine, UsePlan
from .checklist import TIMES_USUAL, usual_size
from .line_sums import amended_by_line, sums_by_month

#: Line id → month → Σ actuals, EUR.
Sums = dict[int, dict[Month, Decimal]]


@dataclass(frozen=True)
class OverAmount:
    """A line that goes over its amount, or further over it, with the typed figures."""

    line_id: int
    project_code: str
    #: Σ actuals of the year above the line's amount, EUR.
    uncovered: Decimal


@dataclass(frozen=True)
class ManyTimes:
    """A month that is many times the usual month of its line."""

    line_id: int
    project_code: str
    month: Month
    #: Σ actuals of the line in the month, EUR.
    total: Decimal
    #: Median size of the line's earlier months that are not zero, EUR.
    usual: Decimal


@dataclass(frozen=True)
class Unusual:
    """What to look at among typed figures, in the order in which they were typed."""

    over: tuple[OverAmount, ...]
    many_times: tuple[ManyTimes, ...]


def unusual_figures(plan: UsePlan, changes: Sequence[CellChange], *, on: date) -> Unusual:
    """Look over typed figures, saved or not yet; three queries, whatever their number.

    Args:
        changes: cells of the monthly grid, what was seen and what was typed.
        on: day whose amounts count, as in the grid.
    """
    changed = [change for change in changes if change.new != change.seen]
    wanted = BudgetLine.objects.filter(plan=plan, pk__in={change.line_id for change in changed})
    lines = {line.pk: line for line in wanted}
    changed = [change for change in changed if change.line_id in lines]
    booked = sums_by_month(Actual.objects.filter(line_id__in=lines))
    before = {line_id: booked.get(line_id, {}) for line_id in lines}
    after = {line_id: dict(months) for line_id, months in before.items()}
    for change in changed:
        before[change.line_id][change.month] = change.seen
        after[change.line_id][change.month] = change.new
    amended = amended_by_line(AmendmentRow.objects.filter(line_id__in=lines, amendment__effective_on__lte=on))
    amounts = {line_id: line.first_amount + amended.get(line_id, ZERO) for line_id, line in lines.items()}
    return Unusual(
        over=tuple(
            OverAmount(line_id, lines[line_id].project_code, uncovered)
            for line_id in dict.fromkeys(change.line_id for change in changed)
            if (uncovered := _over(after[line_id], amounts[line_id])) > _over(before[line_id], amounts[line_id])
        ),
        many_times=tuple(_many_times(changed, lines, after)),
    )


def _over(months: Mapping[Month, Decimal], amount: Decimal) -> Decimal:
    return max(sum(months.values(), ZERO) - amount, ZERO)


def _many_times(changed: Sequence[CellChange], lines: Mapping[int, BudgetLine], after: Sums) -> Iterator[ManyTimes]:
    for change in changed:
        months = after[change.line_id]
        usual = usual_size(total for month, total in months.items() if month < change.month)
        if usual is not None and abs(change.new) >= TIMES_USUAL * usual:
            code = lines[change.line_id].project_code
            yield ManyTimes(change.line_id, code, change.month, change.new, round_cents(usual))
