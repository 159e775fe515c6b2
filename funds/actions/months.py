"""Closing, reopening and locking of months."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from fundtrack import formats
from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.texts import long_text
from organisations.models import Membership, Organisation

from ..models import Drawdown, MonthState

#: Characters of the reason for a step back: reopening a month, withdrawing a drawdown.
REASON_LENGTH = 2000


class MonthRefusal(Refusal):
    """The month cannot take this step now."""

    code = "month_step"


def state_of(organisation: Organisation, month: Month) -> str:
    """State of a month; a month that was never touched is open."""
    found = MonthState.objects.filter(organisation=organisation, month=month.first).values_list("state", flat=True)
    return found.first() or MonthState.State.OPEN


@action
def close_month(*, organisation: Organisation, month: Month, by: Membership, at: datetime) -> MonthState:
    """Close ``month``: from now on nothing dated in it is added or changed. Months close in order.

    Raises:
        Refusal: an earlier month is open, or this one is not.
    """
    by.require("close_month")
    if state_of(organisation, month) != MonthState.State.OPEN:
        raise MonthRefusal(_("%(month)s is closed already.") % {"month": formats.month_short(month)})
    return _set(organisation, month, MonthState.State.CLOSED, by, at)


@action
def reopen_month(*, organisation: Organisation, month: Month, by: Membership, at: datetime, reason: str) -> MonthState:
    """Reopen a closed month. A drawdown of it that is not posted is withdrawn with the same reason.

    Raises:
        Refusal: the month is open or locked, a later one is closed, or the reason is missing.
    """
    by.require("reopen_month")
    reason = long_text(MonthState, "reason", reason, limit=REASON_LENGTH)
    if not reason:
        raise MonthRefusal(_("Say why the month is reopened."), code="reopening_has_reason")
    # Held before anything is looked at: an approval or a posting that is under way ends first.
    standing = Drawdown.objects.standing().filter(organisation=organisation, month=month.first)
    drawdowns = list(standing.select_for_update().order_by("pk"))
    state = state_of(organisation, month)
    if state == MonthState.State.LOCKED:
        raise MonthRefusal(_("%(month)s is locked and never reopens.") % {"month": formats.month_short(month)})
    if state == MonthState.State.OPEN:
        raise MonthRefusal(_("%(month)s is open already.") % {"month": formats.month_short(month)})
    for drawdown in drawdowns:
        drawdown.state = Drawdown.State.WITHDRAWN
        drawdown.withdrawn_by, drawdown.withdrawn_at, drawdown.withdrawal_reason = by, at, reason
        drawdown.save()
    return _set(organisation, month, MonthState.State.OPEN, by, at, reason)


@action
def lock_month(*, organisation: Organisation, month: Month, by: Membership, at: datetime) -> list[Month]:
    """Lock a closed month, and every closed month before it, for good; returns the months that it locked.

    Raises:
        Refusal: the month is open, or locked already.
    """
    by.require("lock_month")
    state = state_of(organisation, month)
    if state == MonthState.State.OPEN:
        raise MonthRefusal(_("%(month)s is open: close it first.") % {"month": formats.month_short(month)})
    if state == MonthState.State.LOCKED:
        raise MonthRefusal(_("%(month)s is locked already.") % {"month": formats.month_short(month)})
    return lock_up_to(organisation=organisation, month=month, by=by, at=at)


def lock_up_to(*, organisation: Organisation, month: Month, by: Membership, at: datetime) -> list[Month]:
    """Lock every closed month up to and including ``month``, in order, and return them. Part of an action."""
    closed = MonthState.objects.filter(organisation=organisation, month__lte=month.first, state=MonthState.State.CLOSED)
    months = [Month.of(day) for day in closed.order_by("month").values_list("month", flat=True)]
    for each in months:
        _set(organisation, each, MonthState.State.LOCKED, by, at)
    return months


def _set(
    organisation: Organisation, month: Month, state: str, by: Membership, at: datetime, reason: str = ""
) -> MonthState:
    row, _created = MonthState.objects.update_or_create(
        organisation=organisation,
        month=month.first,
        defaults={"state": state, "changed_by": by, "changed_at": at, "reason": reason},
    )
    return row
