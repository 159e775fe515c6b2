"""What the drawdown of a month is, line by line, and what the fund can carry. The one place that computes it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Coalesce

from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..models import Drawdown, Fund, FundEntry, UsePlan
from ..sql import LINE_FACTS


@dataclass(frozen=True)
class LineDrawdown:
    """One line at the end of a month. All amounts in EUR. Source: domain, S1 rules, drawdown formulas."""

    line_id: int
    #: First amount plus amendments in effect at the end of the month.
    amount: Decimal
    #: Σ actuals up to and including the month.
    actual_cumulative: Decimal
    #: Σ actuals of the month.
    actual_month: Decimal
    #: Σ drawdowns of earlier months.
    drawn_before: Decimal

    @property
    def covered(self) -> Decimal:
        return min(max(self.actual_cumulative, ZERO), self.amount)

    @property
    def drawdown(self) -> Decimal:
        """What the fund pays for the month; negative when it is repaid."""
        return self.covered - self.drawn_before

    @property
    def uncovered(self) -> Decimal:
        """What the ordinary budget pays."""
        return max(self.actual_cumulative - self.amount, ZERO)

    @property
    def remaining(self) -> Decimal:
        return self.amount - self.actual_cumulative


@dataclass(frozen=True)
class LowestBalance:
    """The lowest end-of-day balance from a day on, EUR."""

    day: date
    balance: Decimal


def drawdown_lines(plan: UsePlan, month: Month) -> list[LineDrawdown]:
    """Every line of ``plan`` at the end of ``month``, by line id; one query."""
    sql = LINE_FACTS.format(plan="%(plan)s", month="%(month)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line_id, amount, actual_cumulative, actual_month, drawn_before FROM ({sql}) f ORDER BY line_id",
            {"plan": plan.pk, "month": month.first},
        )
        return [
            LineDrawdown(line_id, *(round_cents(value) for value in amounts)) for line_id, *amounts in cursor.fetchall()
        ]


def undrawn_months(plan: UsePlan, *, before: Month) -> list[Month]:
    """Months before ``before`` that have something to draw and no posted document, in order; two queries."""
    posted = Drawdown.objects.filter(plan=plan, state=Drawdown.State.POSTED).order_by("-month")
    last = posted.values_list("month", flat=True).first()
    first = Month.of(last).next() if last else Month(plan.year, 1)
    if first >= before:
        return []
    facts = LINE_FACTS.format(plan="%(plan)s", month="g.month")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT g.month FROM (
                    SELECT x::date AS month FROM generate_series(%(first)s::date, %(last)s::date, interval '1 month') x
                ) g CROSS JOIN LATERAL ({facts}) f
                WHERE least(greatest(f.actual_cumulative, 0), f.amount) <> f.drawn_before ORDER BY g.month""",
            {"plan": plan.pk, "first": first.first, "last": before.previous().first},
        )
        return [Month.of(day) for (day,) in cursor.fetchall()]


def balance_on(fund: Fund, day: date) -> Decimal:
    """The fund's balance at the end of ``day``: the sum of its entries up to it. EUR."""
    total = FundEntry.objects.filter(fund=fund).up_to(day).aggregate(total=Coalesce(Sum("amount"), ZERO))["total"]
    return round_cents(total)


def lowest_balance_from(fund: Fund, day: date) -> LowestBalance:
    """The lowest end-of-day balance on ``day`` and every later day that has an entry."""
    lowest = LowestBalance(day, balance_on(fund, day))
    balance = lowest.balance
    later = FundEntry.objects.filter(fund=fund, entry_on__gt=day).values_list("entry_on").order_by("entry_on")
    for entry_on, change in later.annotate(change=Sum("amount")):
        balance += change
        if balance < lowest.balance:
            lowest = LowestBalance(entry_on, balance)
    return lowest
