"""Cells of the monthly grid: a figure typed over another books the difference."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO
from fundtrack.periods import Month
from organisations.models import Membership

from ..models import Actual, Booking, BudgetLine, UsePlan
from .actuals import KeyUsedOtherwise, NewActual, record_actuals, wait_for_turn


class NoSuchCell(Refusal):
    """The plan has no such line or month, or takes no actuals yet."""

    code = "no_such_cell"


@dataclass(frozen=True)
class CellChange:
    """A figure typed over another: Σ of one line and month."""

    line_id: int
    month: Month
    #: What the person saw before typing, EUR.
    seen: Decimal
    #: What the person typed, EUR.
    new: Decimal


@dataclass(frozen=True)
class CellClash:
    """A cell that somebody else changed meanwhile."""

    change: CellChange
    #: What the ledger holds now, EUR.
    current: Decimal


class CellConflict(Refusal):
    """Some cells no longer hold what the person saw. Nothing was saved.

    Attributes:
        clashes: every such cell with the typed and the current figure.
    """

    code = "conflict"

    def __init__(self, clashes: Sequence[CellClash]) -> None:
        first = clashes[0]
        super().__init__(
            _("Somebody changed a figure meanwhile: it is now %(current)s, you typed %(typed)s. Nothing was saved.")
            % {"current": formats.eur(first.current), "typed": formats.eur(first.change.new)}
        )
        self.clashes = tuple(clashes)


@action
def enter_cells(
    *, plan: UsePlan, cells: Sequence[CellChange], by: Membership, at: datetime, source: str, key: UUID
) -> Booking | None:
    """Bring cells of the monthly grid to the typed figures by booking the differences.

    Args:
        cells: each line and month at most once.
        source: ``Booking.Source.GRID`` or ``PASTE``.
        key: made by the sender; the same key books once.

    Returns:
        The booking, or None when every cell holds its figure already.

    Raises:
        CellConflict: a cell no longer holds what the person saw (and not what was typed either).
        NoSuchCell: a cell that is not in this plan, or a plan that is not in force.
        Refusal: as ``record_actuals``.
    """
    by.require("enter_actuals")
    if not plan.is_active:
        raise NoSuchCell(_("The plan is a draft: actuals are booked when it is in force."))
    wait_for_turn(plan.organisation)
    earlier = Booking.objects.filter(organisation=plan.organisation, key=key).first()
    if earlier is not None:
        _refuse_other_content(earlier, cells)
        return earlier
    lines = _lines(plan, cells)
    current = _sums(cells)
    clashes = [
        CellClash(cell, current[cell.line_id, cell.month])
        for cell in cells
        if current[cell.line_id, cell.month] not in (cell.seen, cell.new)
    ]
    if clashes:
        raise CellConflict(clashes)
    rows = [
        NewActual(
            month=cell.month,
            amount=cell.new - current[cell.line_id, cell.month],
            cost_centre_code=lines[cell.line_id].target.cost_centre.code,
            project_code=lines[cell.line_id].project_code,
        )
        for cell in cells
        if cell.new != current[cell.line_id, cell.month]
    ]
    if not rows:
        return None
    return record_actuals(organisation=plan.organisation, rows=rows, by=by, at=at, source=source, key=key)


def _lines(plan: UsePlan, cells: Sequence[CellChange]) -> dict[int, BudgetLine]:
    wanted = {cell.line_id for cell in cells}
    found = BudgetLine.objects.filter(plan=plan, pk__in=wanted).select_related("target__cost_centre")
    lines = {line.pk: line for line in found}
    if wanted - lines.keys() or any(cell.month.year != plan.year for cell in cells):
        raise NoSuchCell(_("The plan has changed: load the page again. What you typed is kept on this page."))
    if len({(cell.line_id, cell.month) for cell in cells}) != len(cells):
        raise NoSuchCell(_("A figure was sent twice. Nothing was saved."))
    return lines


def _refuse_other_content(earlier: Booking, cells: Sequence[CellChange]) -> None:
    """A key that comes again must bring the same cells; those without a difference left no row."""
    wanted = {(cell.line_id, cell.month): cell.new - cell.seen for cell in cells}
    for line_id, month, amount in earlier.rows.values_list("line_id", "month", "amount"):
        if line_id is None or wanted.get((line_id, Month.of(month))) != amount:
            raise KeyUsedOtherwise(_("This form was sent before with other figures. Load the page again."))


def _sums(cells: Sequence[CellChange]) -> dict[tuple[int, Month], Decimal]:
    sums: dict[tuple[int, Month], Decimal] = defaultdict(lambda: ZERO)
    grouped = (
        Actual.objects.filter(
            line_id__in={cell.line_id for cell in cells}, month__in={cell.month.first for cell in cells}
        )
        .values_list("line_id", "month")
        .annotate(total=Sum("amount"))
        .order_by()
    )
    for line_id, month, total in grouped:
        if line_id is not None:
            sums[line_id, Month.of(month)] = total
    return sums
