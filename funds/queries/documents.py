"""The drawdown document as people read it: grouped rows, its effect on the fund, and what stands in its way."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..models import Drawdown, Fund, MonthState, UsePlan
from .drawdowns import balance_on, drawdown_lines, lowest_balance_from, undrawn_months
from .labels import LineLabel, line_labels


@dataclass(frozen=True)
class Figures:
    """The six figures of a drawdown, of one line or summed. EUR."""

    #: Amount of the line at the end of the month.
    amount: Decimal = ZERO
    #: Σ actuals up to and including the month.
    actual_cumulative: Decimal = ZERO
    #: Σ earlier drawdowns.
    drawn_before: Decimal = ZERO
    covered: Decimal = ZERO
    #: What the fund pays for the month; negative when it is repaid.
    drawdown: Decimal = ZERO
    #: What the ordinary budget pays.
    uncovered: Decimal = ZERO

    @classmethod
    def sum(cls, parts: Iterable["Figures"]) -> "Figures":
        """Each figure summed over ``parts``."""
        taken = list(parts)
        return cls(**{f.name: sum((getattr(part, f.name) for part in taken), ZERO) for f in fields(cls)})


@dataclass(frozen=True)
class DocumentRow:
    """One line of the document."""

    label: LineLabel
    figures: Figures


@dataclass(frozen=True)
class TargetRows:
    """The lines of one target."""

    name: str
    rows: tuple[DocumentRow, ...]
    sums: Figures


@dataclass(frozen=True)
class CentreRows:
    """The targets of one cost centre: what the fund pays to it."""

    code: str
    name: str
    targets: tuple[TargetRows, ...]
    sums: Figures

    @property
    def rows(self) -> tuple[DocumentRow, ...]:
        return tuple(row for target in self.targets for row in target.rows)


@dataclass(frozen=True)
class DrawdownTable:
    """All rows of a document or of its preview, by cost centre and target in the plan's order."""

    centres: tuple[CentreRows, ...]
    sums: Figures


@dataclass(frozen=True)
class FundEffect:
    """What a drawdown does to the fund's balance. EUR."""

    booking_on: date
    #: Balance at the end of the booking date without this document.
    before: Decimal
    #: Balance at the end of the booking date with this document.
    after: Decimal
    #: What the fund lacks on the booking date or on a later day; zero when it suffices.
    missing: Decimal
    #: The day on which the most is missing.
    missing_on: date


@dataclass(frozen=True)
class Obstacle:
    """Why a drawdown cannot be proposed now."""

    code: str
    message: str | Promise
    #: The month that must be dealt with first.
    month: Month


def preview_table(plan: UsePlan, month: Month) -> DrawdownTable:
    """What a document of ``month`` would hold if it were made now; three queries."""
    return _grouped(
        line_labels(plan, month.last),
        {
            line.line_id: Figures(
                amount=line.amount,
                actual_cumulative=line.actual_cumulative,
                drawn_before=line.drawn_before,
                covered=line.covered,
                drawdown=line.drawdown,
                uncovered=line.uncovered,
            )
            for line in drawdown_lines(plan, month)
        },
    )


def document_table(drawdown: Drawdown) -> DrawdownTable:
    """What a document holds; three queries. Lines added to the plan later are not in it."""
    return _grouped(
        line_labels(drawdown.plan, Month.of(drawdown.month).last),
        {
            row.line_id: Figures(
                amount=row.amount,
                actual_cumulative=row.actual_cumulative,
                drawn_before=row.drawn_before,
                covered=row.covered,
                drawdown=row.drawdown_amount,
                uncovered=row.uncovered,
            )
            for row in drawdown.rows.all()
        },
    )


def fund_effect(fund: Fund, *, total: Decimal, booking_on: date, posted: bool) -> FundEffect:
    """What a drawdown of ``total`` does to the fund on its booking date; a fixed number of queries.

    Documents that are proposed or approved and booked earlier come first: what they take counts as gone, what
    they bring back does not count as there.

    Args:
        posted: True when the fund's entries hold the document already.
    """
    balance = balance_on(fund, booking_on)
    if posted:
        return FundEffect(booking_on, balance + total, balance, ZERO, booking_on)
    waiting = Drawdown.objects.standing().exclude(state=Drawdown.State.POSTED)
    earlier = waiting.filter(plan__fund=fund, booking_on__lt=booking_on, total__gt=0)
    pending = round_cents(earlier.aggregate(total=Coalesce(Sum("total"), ZERO))["total"])
    balance -= pending
    lowest = lowest_balance_from(fund, booking_on)
    # Money that comes back is never missing, whatever the balance.
    missing = max(total - (lowest.balance - pending), ZERO) if total > 0 else ZERO
    return FundEffect(booking_on, balance, balance - total, missing, lowest.day)


def proposal_obstacle(plan: UsePlan, month: Month) -> Obstacle | None:
    """What stands in the way of proposing the drawdown of ``month``, or None; a fixed number of queries."""
    if not plan.is_active:
        return Obstacle("drawdown_in_plan_year", _("The plan is a draft: bring it into force first."), month)
    closed = MonthState.objects.filter(organisation=plan.organisation_id, month=month.first)
    if not closed.exclude(state=MonthState.State.OPEN).exists():
        return Obstacle("drawdown_needs_closed_month", _("Close the month before its drawdown is prepared."), month)
    for standing in Drawdown.objects.standing().filter(plan=plan).order_by("-month"):
        other, names = Month.of(standing.month), {"month": formats.month_short(standing.month)}
        if other > month:
            text = _("The drawdown of %(month)s is made already: what is left of this month is in it.") % names
            return Obstacle("drawdowns_in_order", text, other)
        if other < month and standing.state != Drawdown.State.POSTED:
            waits = _("The drawdown of %(month)s waits: post or withdraw it first.") % names
            return Obstacle("drawdowns_in_order", waits, other)
    if earlier := undrawn_months(plan, before=month):
        undrawn = _("%(month)s has actuals and no posted drawdown: drawdowns are made in order.")
        return Obstacle("drawdowns_in_order", undrawn % {"month": formats.month_short(earlier[0])}, earlier[0])
    return None


def _grouped(labels: dict[int, LineLabel], figures: dict[int, Figures]) -> DrawdownTable:
    rows = [DocumentRow(label, figures[line_id]) for line_id, label in labels.items() if line_id in figures]
    # Stable: inside a cost centre the plan's order of targets and lines stays.
    first_seen = {row.label.centre_code: position for position, row in reversed(list(enumerate(rows)))}
    rows.sort(key=lambda row: first_seen[row.label.centre_code])
    centres = []
    for _code, in_centre in groupby(rows, key=lambda row: row.label.centre_code):
        targets = []
        for _target, in_target in groupby(list(in_centre), key=lambda row: row.label.target_id):
            lines = tuple(in_target)
            targets.append(TargetRows(lines[0].label.target, lines, Figures.sum(line.figures for line in lines)))
        label = targets[0].rows[0].label
        sums = Figures.sum(target.sums for target in targets)
        centres.append(CentreRows(label.centre_code, label.centre_name, tuple(targets), sums))
    return DrawdownTable(tuple(centres), Figures.sum(centre.sums for centre in centres))
