"""The drawdown document: proposed, approved by another person, posted; or withdrawn."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from django.db import connection
from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action, reserve_key
from fundtrack.exceptions import Refusal
from fundtrack.money import LARGEST
from fundtrack.periods import Month
from fundtrack.texts import long_text
from fundtrack.triggers import LOCK_FUND_ENTRIES
from organisations.models import Membership

from ..models import BudgetLine, Drawdown, DrawdownRow, Fund, FundEntry, UsePlan
from ..queries.documents import fund_effect, proposal_obstacle
from ..queries.drawdowns import LineDrawdown, drawdown_lines
from .actuals import first_open_month
from .months import REASON_LENGTH, lock_up_to


class DrawdownRefusal(Refusal):
    """The drawdown cannot take this step now."""

    code = "drawdown_step"


class BalanceTooSmall(DrawdownRefusal):
    """The fund cannot carry the drawdown.

    Attributes:
        missing: EUR that the fund lacks.
    """

    code = "balance_too_small"

    def __init__(self, missing: Decimal, day: date) -> None:
        super().__init__(
            _("The fund's balance does not suffice: %(missing)s is missing on %(day)s.")
            % {"missing": formats.eur(missing), "day": formats.day(day)}
        )
        self.missing = missing


def booking_dates(fund: Fund, month: Month) -> tuple[date, date]:
    """First and last day on which a drawdown of ``month`` may be booked (rule R2 and the fund's December rule).

    It is booked in the following month, or in the first open one when the following month is closed by now: nothing is
    dated in a closed month. Only December's own date is given by the fund's rule.
    """
    if month.number == 12 and fund.december_rule == Fund.DecemberRule.SAME_YEAR:
        return month.last, month.last
    where = max(month.next(), first_open_month(fund.organisation) or month.next())
    return where.first, where.last


@action
def propose_drawdown(
    *, plan: UsePlan, month: Month, by: Membership, at: datetime, booking_on: date | None = None
) -> Drawdown:
    """Make the document of one plan and month from the ledger.

    Args:
        booking_on: day on which the fund is drawn; by default the first day that the fund's rule allows.

    Raises:
        Refusal: the month is open, an earlier month with something to draw has no posted document, or this month
            has a document already.
    """
    by.require("propose_drawdown")
    standing = Drawdown.objects.standing().filter(plan=plan, month=month.first).first()
    if standing is not None:
        raise DrawdownRefusal(
            _("The drawdown of %(month)s is %(state)s already.")
            % {"month": formats.month_short(month), "state": standing.get_state_display().lower()}
        )
    if obstacle := proposal_obstacle(plan, month):
        raise DrawdownRefusal(obstacle.message, code=obstacle.code)
    first_day, last_day = booking_dates(plan.fund, month)
    if booking_on is not None and not first_day <= booking_on <= last_day:
        raise DrawdownRefusal(
            _("A drawdown of %(month)s is booked between %(first)s and %(last)s.")
            % {
                "month": formats.month_short(month),
                "first": formats.day(first_day),
                "last": formats.day(last_day),
            },
            code="drawdown_booked_in_next_month",
        )
    lines = drawdown_lines(plan, month)
    _refuse_too_large(lines)
    drawdown_id = reserve_key(Drawdown)
    DrawdownRow.objects.bulk_create(_row(plan, drawdown_id, line) for line in lines)
    drawdown = Drawdown.objects.create(
        pk=drawdown_id,
        organisation=plan.organisation,
        plan=plan,
        month=month.first,
        booking_on=booking_on or first_day,
        prepared_by=by,
        prepared_at=at,
    )
    drawdown.refresh_from_db()
    return drawdown


@action
def approve_drawdown(*, drawdown: Drawdown, by: Membership, at: datetime) -> Drawdown:
    """Approve a proposed document.

    Raises:
        BalanceTooSmall: the fund lacks money on the booking date or later, saying how much.
        Refusal: the approver prepared it, or it is not proposed.
    """
    by.require("approve_drawdown")
    drawdown = _held(drawdown)
    if drawdown.state != Drawdown.State.PROPOSED:
        raise _wrong_state(drawdown)
    if drawdown.prepared_by.user_id == by.user_id:
        raise DrawdownRefusal(
            _("The approver must be another person than the preparer."), code="approver_is_not_preparer"
        )
    _refuse_closed(drawdown)
    _refuse_overdraft(drawdown)
    drawdown.state, drawdown.approved_by, drawdown.approved_at = Drawdown.State.APPROVED, by, at
    drawdown.save()
    return drawdown


@action
def post_drawdown(*, drawdown: Drawdown, by: Membership, at: datetime) -> Drawdown:
    """Post an approved document: number it, book the fund's entry, lock the month (and those before it).

    Raises:
        BalanceTooSmall: the fund lacks money by now.
        Refusal: it is not approved.
    """
    by.require("post_drawdown")
    drawdown = _held(drawdown)
    if drawdown.state != Drawdown.State.APPROVED:
        raise _wrong_state(drawdown)
    _refuse_closed(drawdown)
    _refuse_overdraft(drawdown)
    # The number is given by the database; any value that is not empty asks for it.
    drawdown.state, drawdown.posted_by, drawdown.posted_at, drawdown.number = Drawdown.State.POSTED, by, at, 0
    drawdown.save()
    if drawdown.total:
        FundEntry.objects.create(
            organisation=drawdown.organisation,
            fund=drawdown.plan.fund,
            entry_on=drawdown.booking_on,
            kind=FundEntry.Kind.DRAWDOWN,
            amount=-drawdown.total,
            drawdown=drawdown,
            key=uuid4(),
            entered_by=by,
            entered_at=at,
        )
    lock_up_to(organisation=drawdown.organisation, month=Month.of(drawdown.month), by=by, at=at)
    drawdown.refresh_from_db()
    return drawdown


@action
def withdraw_drawdown(*, drawdown: Drawdown, by: Membership, at: datetime, reason: str) -> Drawdown:
    """Withdraw a document that is not posted; the month can then be reopened or drawn again.

    Raises:
        Refusal: it is posted or withdrawn already, or the reason is missing.
    """
    by.require("withdraw_drawdown")
    drawdown = _held(drawdown)
    if drawdown.state not in (Drawdown.State.PROPOSED, Drawdown.State.APPROVED):
        raise _wrong_state(drawdown)
    reason = long_text(Drawdown, "withdrawal_reason", reason, limit=REASON_LENGTH)
    if not reason:
        raise DrawdownRefusal(_("Say why the drawdown is withdrawn."))
    drawdown.state, drawdown.withdrawn_by, drawdown.withdrawn_at = Drawdown.State.WITHDRAWN, by, at
    drawdown.withdrawal_reason = reason
    drawdown.save()
    return drawdown


def _held(drawdown: Drawdown) -> Drawdown:
    """The document as it is now, held against a second click until the transaction ends."""
    return (
        Drawdown.objects.select_for_update(of=("self",))
        .select_related("organisation", "plan__fund", "prepared_by")
        .get(pk=drawdown.pk)
    )


def _wrong_state(drawdown: Drawdown) -> DrawdownRefusal:
    return DrawdownRefusal(
        _("The drawdown of %(month)s is %(state)s.")
        % {
            "month": formats.month_short(Month.of(drawdown.month)),
            "state": drawdown.get_state_display().lower(),
        }
    )


def _refuse_closed(drawdown: Drawdown) -> None:
    """The month of the booking date has closed since the document was proposed."""
    first_open = first_open_month(drawdown.organisation)
    booked_in, month = Month.of(drawdown.booking_on), Month.of(drawdown.month)
    if first_open is not None and month < booked_in < first_open:
        raise DrawdownRefusal(
            _("It would be booked on %(day)s, and that month has closed. Withdraw it and propose it again.")
            % {"day": formats.day(drawdown.booking_on)},
            code="month_is_closed",
        )


def _refuse_overdraft(drawdown: Drawdown) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s)", [drawdown.organisation_id, LOCK_FUND_ENTRIES])
    effect = fund_effect(drawdown.plan.fund, total=drawdown.total, booking_on=drawdown.booking_on, posted=False)
    if effect.missing:
        raise BalanceTooSmall(effect.missing, effect.missing_on)


def _refuse_too_large(lines: Sequence[LineDrawdown]) -> None:
    """Name the line whose actuals sum to more than a document has room for; each of them had room in the ledger."""
    for line in lines:
        if abs(line.actual_cumulative) > LARGEST:
            code = BudgetLine.objects.values_list("project_code", flat=True).get(pk=line.line_id)
            raise DrawdownRefusal(
                _("%(line)s: the actuals sum to %(sum)s, which is too large. The largest amount is %(largest)s.")
                % {
                    "line": code,
                    "sum": formats.eur(line.actual_cumulative),
                    "largest": formats.eur(LARGEST),
                },
                code="too_large",
            )


def _row(plan: UsePlan, drawdown_id: int, line: LineDrawdown) -> DrawdownRow:
    return DrawdownRow(
        organisation_id=plan.organisation_id,
        plan=plan,
        drawdown_id=drawdown_id,
        line_id=line.line_id,
        amount=line.amount,
        actual_cumulative=line.actual_cumulative,
        drawn_before=line.drawn_before,
        covered=line.covered,
        drawdown_amount=line.drawdown,
        uncovered=line.uncovered,
    )
