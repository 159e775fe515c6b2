"""What the grid's template and the grid's JSON answers show: the same texts under the same keys."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.money import ZERO
from fundtrack.periods import Month
from organisations.http import OrganisationRequest

from ..forms.actuals import GridFilter, TypedCell, cell_name
from ..loaders import lines_in_scope
from ..models import UsePlan
from ..queries.actuals import Figures, Grid, GridCell, GridLine, GridTarget, MonthColumn, actuals_grid
from ..queries.outside import SettledRow, centres_in_scope

Typed = Mapping[tuple[int, Month], TypedCell]


@dataclass(frozen=True)
class FigureView:
    """One computed figure: its key is the same on the page and in the answers that renew it."""

    key: str
    text: str
    #: The column: a month like ``2024-10``, or amount, total, remaining, used, uncovered.
    column: str
    #: True where the figure says that more was used than there is.
    over: bool = False
    url: str = ""


@dataclass(frozen=True)
class CellView:
    """One cell of a line and a month."""

    name: str
    column: MonthColumn
    code: str
    #: What the input or the cell shows.
    text: str
    #: The figure on the page, for the comparison when it is saved.
    seen: str
    rows: int
    url: str
    is_input: bool
    typed: TypedCell | None = None

    @property
    def error(self) -> str:
        return self.typed.error if self.typed else ""

    @property
    def is_problem(self) -> bool:
        """True for what was typed and cannot stand in its cell as it is."""
        return self.typed is not None and bool(self.error or self.clash or not self.is_input)

    @property
    def clash(self) -> str:
        """What the ledger holds now, where somebody else changed it meanwhile."""
        return formats.eur(self.typed.current) if self.typed and self.typed.current is not None else ""


@dataclass(frozen=True)
class LineView:
    grid: GridLine
    url: str
    amount: FigureView
    cells: tuple[CellView, ...]
    sums: tuple[FigureView, ...]

    @property
    def is_over(self) -> bool:
        return self.grid.figures.uncovered > 0


@dataclass(frozen=True)
class TargetView:
    grid: GridTarget
    url: str
    amount: FigureView
    months: tuple[FigureView, ...]
    lines: tuple[LineView, ...]
    sums: tuple[FigureView, ...]


@dataclass(frozen=True)
class OutsideView:
    label: str
    reason: str
    url: str
    months: tuple[str, ...]
    total: str


@dataclass
class GridPage:
    """The grid with its texts; ``columns`` are the months shown."""

    grid: Grid
    filter: GridFilter
    columns: tuple[MonthColumn, ...]
    may_enter: bool
    may_see_months: bool
    targets: tuple[TargetView, ...]
    outside: tuple[OutsideView, ...]
    amount: FigureView
    months: tuple[FigureView, ...]
    sums: tuple[FigureView, ...]
    #: Cells that could not be saved, for the list above the grid.
    problems: list[CellView] = field(default_factory=list)

    @property
    def lines(self) -> list[LineView]:
        return [line for target in self.targets for line in target.lines]

    @property
    def lacking(self) -> int:
        """Lines without responsible person or use plan (rule R7)."""
        return sum(1 for line in self.grid.lines if line.lacks_something)

    @property
    def takes_entries(self) -> bool:
        return self.may_enter and any(column.is_open for column in self.columns)

    @property
    def width(self) -> int:
        """Columns of the table."""
        return len(self.columns) + 6

    def figures(self) -> dict[str, str]:
        """Every computed figure that an entry can change, by key."""
        found: list[FigureView] = [*self.months, *self.sums]
        for target in self.targets:
            found += [*target.months, *target.sums]
            for line in target.lines:
                found += line.sums
        return {figure.key: figure.text for figure in found}

    def figures_of(self, lines: Iterable[int]) -> dict[str, str]:
        """The figures that change with these lines: theirs, their targets' and the totals."""
        touched = set(lines)
        targets = {line.grid.line.target_id for line in self.lines if line.grid.line.pk in touched}
        prefixes = ("all-", *(f"target-{pk}-" for pk in targets), *(f"line-{pk}-" for pk in touched))
        return {key: text for key, text in self.figures().items() if key.startswith(prefixes)}


class GridPageBuilder:
    """Turns a grid into its page, for one member and one choice of filters."""

    def __init__(self, request: OrganisationRequest, plan: UsePlan, typed: Typed | None = None) -> None:
        self.request, self.plan, self.typed = request, plan, typed or {}
        self.address = {"organisation": request.organisation.slug, "fund": plan.fund.slug, "year": plan.year}
        self.may_enter = plan.is_active and request.membership.may("enter_actuals")

    def build(self) -> GridPage:
        """Six queries for the grid, two for the filters."""
        scope = lines_in_scope(self.plan, self.request.membership)
        chosen = GridFilter(self.request.GET, lines=scope, year=self.plan.year)
        grid = actuals_grid(
            self.plan,
            on=amounts_on(self.plan.year, timezone.localdate()),
            lines=scope.filter(pk__in=chosen.line_ids),
            centres=centres_in_scope(self.plan, self.request.membership),
        )
        only = chosen.only_month
        self.columns = tuple(column for column in grid.months if only is None or column.month == only)
        self.positions = [column.month.number - 1 for column in self.columns]
        page = GridPage(
            grid=grid,
            filter=chosen,
            columns=self.columns,
            may_enter=self.may_enter,
            may_see_months=self.request.membership.may("view_months"),
            targets=tuple(self._target(target) for target in grid.targets),
            outside=tuple(self._outside(grid)),
            amount=FigureView("all-amount", formats.amount(grid.figures.amount), "amount"),
            months=self._months("all", grid.figures, ""),
            sums=self._sums("all", grid.figures, self._rows_url("")),
        )
        page.problems = [cell for line in page.lines for cell in line.cells if cell.is_problem]
        return page

    def _target(self, target: GridTarget) -> TargetView:
        key, query = f"target-{target.id}", f"target={target.id}"
        return TargetView(
            grid=target,
            url=self._rows_url(query),
            amount=FigureView(f"{key}-amount", formats.amount(target.figures.amount), "amount"),
            months=self._months(key, target.figures, query),
            lines=tuple(self._line(line) for line in target.lines),
            sums=self._sums(key, target.figures, self._rows_url(query)),
        )

    def _line(self, line: GridLine) -> LineView:
        key, code = f"line-{line.line.pk}", line.line.project_code
        month = str(self.columns[0].month)
        # One look-up per line, not per cell: the last part of the address is the month.
        address = reverse("actual-rows", kwargs={**self.address, "code": code, "month": month})
        stem = address.removesuffix(f"{month}/")
        return LineView(
            grid=line,
            url=reverse("line", kwargs={**self.address, "code": code}),
            amount=FigureView(f"{key}-amount", formats.amount(line.figures.amount), "amount"),
            cells=tuple(
                self._cell(line, line.cells[position], column, stem)
                for position, column in zip(self.positions, self.columns, strict=True)
            ),
            sums=self._sums(key, line.figures, self._rows_url(f"line={code}")),
        )

    def _cell(self, line: GridLine, cell: GridCell, column: MonthColumn, stem: str) -> CellView:
        typed = self.typed.get((line.line.pk, cell.month))
        shown = formats.amount(cell.amount) if cell.rows else ""
        seen = cell.amount if typed is None else typed.seen if typed.current is None else typed.current
        return CellView(
            name=cell_name(line.line.pk, cell.month),
            column=column,
            code=line.line.project_code,
            text=typed.text if typed and column.is_open else shown,
            seen=formats.machine(seen),
            rows=cell.rows,
            url=f"{stem}{cell.month}/",
            is_input=self.may_enter and column.is_open,
            typed=typed,
        )

    def _months(self, key: str, figures: Figures, query: str) -> tuple[FigureView, ...]:
        views = []
        for position, column in zip(self.positions, self.columns, strict=True):
            url = self._rows_url(f"{query}&month={column.month}".lstrip("&"))
            amount = figures.by_month[position]
            views.append(FigureView(f"{key}-{column.month}", formats.amount(amount), str(column.month), url=url))
        return tuple(views)

    def _sums(self, key: str, figures: Figures, url: str) -> tuple[FigureView, ...]:
        over = figures.uncovered > ZERO
        return (
            FigureView(f"{key}-total", formats.amount(figures.total), "total", url=url),
            FigureView(f"{key}-remaining", formats.amount(figures.remaining), "remaining", over=figures.remaining < 0),
            FigureView(f"{key}-used", formats.percent(figures.used_percent), "used"),
            FigureView(f"{key}-uncovered", formats.amount(figures.uncovered) if over else "", "uncovered", over=over),
        )

    def _rows_url(self, query: str) -> str:
        url = reverse("actual-list", kwargs=self.address)
        return f"{url}?{query}" if query else url

    def _outside(self, grid: Grid) -> Iterable[OutsideView]:
        url = reverse("outside-list", kwargs=self.address)
        reasons = outside_reasons()
        for group in grid.outside:
            yield OutsideView(
                label=" · ".join(part for part in (group.cost_centre_code, group.project_code) if part),
                reason=reasons[group.reason],
                url=url,
                months=tuple(
                    formats.amount(group.by_month[position]) if group.by_month[position] else ""
                    for position in self.positions
                ),
                total=formats.amount(group.total),
            )


def outside_reasons() -> dict[str, str]:
    """Why a row is outside the plan, in the reader's words."""
    return {
        "no_code": _("The row has no project code."),
        "unknown_code": _("No line has this project code."),
        "other_cost_centre": _("The code belongs to another cost centre."),
        "line_added_later": _("The line was added after the row was booked."),
    }


def settled_as(row: SettledRow) -> tuple[str, str]:
    """What became of a row outside the plan, and why, in the reader's words."""
    batch = row.reversed_by
    if batch is None:
        return str(row.settlement.line or _("Left to the ordinary budget")), row.settlement.booking.description
    undone = batch.undo_booking_id == row.settlement.booking_id
    text = _("Import %(number)s was undone") if undone else _("Reversed by import %(number)s: its file has it no more")
    return text % {"number": batch.number}, ""


def amounts_on(year: int, today: date) -> date:
    """The day whose amounts the grid of a year shows: the end of the current month, within the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return min(max(Month.of(today).last, Month.of(first).last), last)


def plan_context(plan: UsePlan, **more: Any) -> dict[str, Any]:
    """What every page of this area needs."""
    return {"plan": plan, "fund": plan.fund, **more}


def columns_by_month(columns: Sequence[MonthColumn]) -> dict[Month, MonthColumn]:
    return {column.month: column for column in columns}
