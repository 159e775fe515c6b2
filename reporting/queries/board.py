"""What the board report reads beside the lines: ceiling, balance of the fund, comments."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from funds.models import Amendment, Comment, Drawdown, FundEntry, UsePlan
from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..results import Remark


@dataclass(frozen=True)
class FundFlow:
    """Entries of one kind from the beginning of the year to the end of the month. EUR."""

    #: Value of ``FundEntry.Kind``.
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class MonthBalance:
    """The fund's balance at the end of a month. EUR."""

    month: Month
    balance: Decimal


@dataclass(frozen=True)
class FundPicture:
    """The fund: where it began, what moved, where it stands. EUR."""

    #: Before the first day of the year.
    year_start: Decimal
    #: By kind, kinds without entries left out.
    flows: tuple[FundFlow, ...]
    #: At the end of the month.
    balance: Decimal
    #: Drawdowns up to the month that are not in the balance: booked later, not posted yet, or only computed.
    pending: Decimal
    #: balance − pending
    balance_after: Decimal
    #: January up to the month.
    months: tuple[MonthBalance, ...]

    @property
    def pending_out(self) -> Decimal:
        """``pending`` as a movement of the fund: money out is negative."""
        return -self.pending


def ceiling_as_of(plan: UsePlan, month: Month, *, as_of: datetime) -> Decimal:
    """The ceiling at the end of ``month``, amendments included; one query. EUR."""
    change = Amendment.objects.filter(plan=plan, effective_on__lte=month.last, recorded_at__lte=as_of)
    return round_cents(plan.ceiling + (change.aggregate(total=Sum("ceiling_change"))["total"] or ZERO))


def fund_picture(plan: UsePlan, month: Month, *, undocumented: Decimal, as_of: datetime) -> FundPicture:
    """The fund at the end of ``month``; two queries.

    Args:
        undocumented: drawdowns of the plan that have no document yet, EUR.
    """
    january = Month(plan.year, 1).first
    entries = (
        FundEntry.objects.filter(fund=plan.fund_id, entry_on__lte=month.last, entered_at__lte=as_of)
        .order_by("entry_on")
        .values_list("entry_on", "kind")
        .annotate(total=Sum("amount"))
    )
    year_start = ZERO
    flows: dict[str, Decimal] = defaultdict(lambda: ZERO)
    days: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for entry_on, kind, total in entries:
        days[entry_on] += total
        if entry_on < january:
            year_start += total
        else:
            flows[kind] += total
    balance = sum(days.values(), ZERO)
    pending = undocumented + _booked_later(plan, month, as_of)
    return FundPicture(
        year_start=round_cents(year_start),
        flows=tuple(FundFlow(str(kind), flows[kind]) for kind in FundEntry.Kind if kind in flows),
        balance=round_cents(balance),
        pending=round_cents(pending),
        balance_after=round_cents(balance - pending),
        months=_month_ends(plan.year, month, days),
    )


def _booked_later(plan: UsePlan, month: Month, as_of: datetime) -> Decimal:
    """Σ documents of the fund up to the month whose entry is not in the balance at its end. EUR."""
    standing = Drawdown.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=as_of),
        plan__fund=plan.fund_id,
        month__lte=month.first,
        prepared_at__lte=as_of,
    )
    in_balance = Q(posted_at__isnull=False, posted_at__lte=as_of, booking_on__lte=month.last)
    total: Decimal = standing.exclude(in_balance).aggregate(total=Sum("total", default=ZERO))["total"]
    return total


def _month_ends(year: int, up_to: Month, days: dict[date, Decimal]) -> tuple[MonthBalance, ...]:
    ends = []
    for month in Month.range(Month(year, 1), up_to):
        following = month.last + timedelta(days=1)
        balance = sum((amount for day, amount in days.items() if day < following), ZERO)
        ends.append(MonthBalance(month, round_cents(balance)))
    return tuple(ends)


def comments_as_of(plan: UsePlan, month: Month, *, as_of: datetime) -> list[Remark]:
    """The newest comment per line on ``month``; comments taken back left out; one query."""
    newest = (
        Comment.objects.filter(line__plan=plan, month=month.first, written_at__lte=as_of)
        .order_by("line_id", "-id")
        .distinct("line_id")
        .select_related("line", "written_by__user")
    )
    return [
        Remark(
            project_code=comment.line.project_code,
            name=comment.line.name,
            text=comment.text,
            written_by=comment.written_by.user.name,
            written_at=comment.written_at,
        )
        for comment in newest
        if comment.text
    ]
