"""The monthly grid of a plan and the rows behind it. A fixed number of grouped queries, whatever the plan's size."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from fundtrack.money import ZERO, used_percent
from fundtrack.periods import Month
from organisations.models import Membership, Organisation

from ..actions.actuals import first_open_month
from ..models import Actual, AmendmentRow, BudgetLine, MonthState, UsePlan
from .line_sums import amended_by_line
from .outside import BATCHES, NOT_LISTED, OutsideGroup, outside_groups


@dataclass(frozen=True)
class MonthColumn:
    """One month of the grid."""

    month: Month
    #: "open", "closed" or "locked"; a month before the first open one counts as closed.
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == MonthState.State.OPEN


@dataclass(frozen=True)
class GridCell:
    """Σ actuals of one line and month."""

    month: Month
    #: EUR.
    amount: Decimal
    #: How many rows stand behind it; no rows is not the same as zero.
    rows: int


@dataclass(frozen=True)
class Figures:
    """Amount and actuals of a line, a target or the plan. EUR; actuals of all twelve months."""

    #: First amounts plus the amendments in effect on the grid's day.
    amount: Decimal
    #: Σ actuals per month, January to December.
    by_month: tuple[Decimal, ...]
    #: Actuals above the amount, line by line: what the ordinary budget pays.
    uncovered: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.by_month, ZERO)

    @property
    def remaining(self) -> Decimal:
        """Amount less actuals; negative when more was used."""
        return self.amount - self.total

    @property
    def used_percent(self) -> Decimal | None:
        return used_percent(self.total, self.amount)


@dataclass(frozen=True)
class GridLine:
    """A budget line in the grid."""

    line: BudgetLine
    cells: tuple[GridCell, ...]
    figures: Figures

    @property
    def responsible(self) -> Membership | None:
        """The line's responsible person, else its target's."""
        return self.line.responsible or self.line.target.responsible

    @property
    def lacks_use_plan(self) -> bool:
        """True when nobody has written what will be done (rule R7)."""
        return not (self.line.use_plan.strip() or self.line.target.use_plan.strip())

    @property
    def lacks_something(self) -> bool:
        return self.lacks_use_plan or self.responsible is None


@dataclass(frozen=True)
class GridTarget:
    """A target and its lines."""

    id: int
    name: str
    cost_centre_code: str
    lines: tuple[GridLine, ...]
    figures: Figures


@dataclass(frozen=True)
class Grid:
    """The actuals of a plan's year."""

    plan: UsePlan
    #: The day whose amounts are shown.
    on: date
    months: tuple[MonthColumn, ...]
    targets: tuple[GridTarget, ...]
    figures: Figures
    outside: tuple[OutsideGroup, ...]

    @property
    def lines(self) -> list[GridLine]:
        return [line for target in self.targets for line in target.lines]

    @property
    def outside_total(self) -> Decimal:
        return sum((group.total for group in self.outside), ZERO)


def actuals_grid(
    plan: UsePlan, *, on: date, lines: QuerySet[BudgetLine], centres: Collection[str] | None = None
) -> Grid:
    """The grid of ``plan``: its lines by target, twelve months, totals at every level.

    Args:
        on: day whose amounts count (first amounts plus amendments in effect on it).
        lines: the lines to show (``funds.loaders.lines_in_scope``, filtered or not).
        centres: cost centres whose outside rows are shown; None for all.

    Returns:
        Targets and lines in the plan's order. Six queries.
    """
    chosen = list(lines)
    amended = amended_by_line(AmendmentRow.objects.filter(plan=plan, amendment__effective_on__lte=on))
    sums = _month_sums(chosen)
    months = month_columns(plan.organisation, plan.year)
    grid_lines = [_grid_line(line, amended.get(line.pk, ZERO), months, sums) for line in chosen]
    by_target: dict[int, list[GridLine]] = defaultdict(list)
    for grid_line in grid_lines:
        by_target[grid_line.line.target_id].append(grid_line)
    return Grid(
        plan=plan,
        on=on,
        months=months,
        targets=tuple(_grid_target(members) for members in by_target.values()),
        figures=_add(line.figures for line in grid_lines),
        outside=outside_groups(plan.organisation, plan.year, centres),
    )


def month_columns(organisation: Organisation, year: int) -> tuple[MonthColumn, ...]:
    """The twelve months of a year with their states. Two queries."""
    known = MonthState.objects.filter(organisation=organisation, month__year=year)
    states = {Month.of(day): state for day, state in known.values_list("month", "state")}
    first_open = first_open_month(organisation)

    def state_of(month: Month) -> str:
        if first_open is None or month >= first_open:
            return MonthState.State.OPEN
        return states.get(month) or MonthState.State.CLOSED

    return tuple(MonthColumn(month, state_of(month)) for month in Month.year_of(year))


def _month_sums(lines: Sequence[BudgetLine]) -> dict[tuple[int, Month], tuple[Decimal, int]]:
    grouped = (
        Actual.objects.filter(line_id__in=[line.pk for line in lines])
        .values_list("line_id", "month")
        .annotate(total=Sum("amount"), rows=Count("id"))
        .order_by()
    )
    return {(line_id or 0, Month.of(month)): (total, rows) for line_id, month, total, rows in grouped}


def _grid_line(
    line: BudgetLine,
    amended: Decimal,
    months: Sequence[MonthColumn],
    sums: dict[tuple[int, Month], tuple[Decimal, int]],
) -> GridLine:
    cells = tuple(GridCell(column.month, *sums.get((line.pk, column.month), (ZERO, 0))) for column in months)
    amount = line.first_amount + amended
    by_month = tuple(cell.amount for cell in cells)
    return GridLine(line, cells, Figures(amount, by_month, max(sum(by_month, ZERO) - amount, ZERO)))


def _grid_target(lines: Sequence[GridLine]) -> GridTarget:
    target = lines[0].line.target
    return GridTarget(
        id=target.pk,
        name=target.name,
        cost_centre_code=target.cost_centre.code,
        lines=tuple(lines),
        figures=_add(line.figures for line in lines),
    )


def _add(parts: Iterable[Figures]) -> Figures:
    listed = list(parts)
    return Figures(
        amount=sum((part.amount for part in listed), ZERO),
        by_month=tuple(sum((part.by_month[position] for part in listed), ZERO) for position in range(12)),
        uncovered=sum((part.uncovered for part in listed), ZERO),
    )


def cell_sums(lines: Iterable[BudgetLine], months: Iterable[Month]) -> dict[tuple[int, Month], Decimal]:
    """(line id, month) → Σ actuals in EUR; cells without rows are left out. One query."""
    wanted = set(months)
    return {place: total for place, (total, _rows) in _month_sums(list(lines)).items() if place[1] in wanted}


# --- rows of the ledger


@dataclass(frozen=True)
class RowsTotal:
    """How many rows, and their sum in EUR."""

    rows: int
    total: Decimal


def ledger_rows(
    lines: QuerySet[BudgetLine], *, code: str = "", target: int | None = None, month: Month | None = None
) -> QuerySet[Actual]:
    """Rows booked on ``lines``, by month and booking, with who made them, what they correct and what corrects them.

    Args:
        lines: lines in the reader's scope.
        code: only this project code.
        target: only lines of this target (id).
        month: only this booking month.
    """
    chosen = lines.filter(project_code=code) if code else lines
    if target is not None:
        chosen = chosen.filter(target_id=target)
    rows = Actual.objects.filter(line__in=chosen.order_by().values("pk"))
    if month is not None:
        rows = rows.filter(month=month.first)
    return (
        rows.select_related(
            "booking__made_by__user",
            "line__target",
            "corrects__booking",
            "corrects__line",
            "import_row__batch__file",
            *BATCHES,
        )
        .defer(*NOT_LISTED)
        .prefetch_related("corrections__booking", "corrections__line")
        .order_by("month", "booking__number", "row_number")
    )


def total_of(rows: QuerySet[Actual]) -> RowsTotal:
    """Count and sum of rows. One query."""
    found = rows.order_by().aggregate(rows=Count("pk"), total=Coalesce(Sum("amount"), ZERO))
    return RowsTotal(found["rows"], found["total"])


def corrected_figure(actual: Actual) -> Decimal:
    """What a row amounts to with its corrections, EUR: the figure that a new one replaces."""
    return actual.amount + total_of(Actual.objects.filter(corrects=actual, line=actual.line)).total
