"""What to look at before a month is closed. Nothing here blocks: a person decides.

The usual month of a line is the median of its earlier months that are not zero, within the plan's year.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.db import models
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from fundtrack.money import ZERO, round_cents
from fundtrack.periods import Month

from ..models import Actual, UsePlan
from .drawdowns import LineDrawdown, drawdown_lines
from .labels import LineLabel, line_labels
from .line_sums import sums_by_month

#: A month counts as unusual from this many times the usual month on.
TIMES_USUAL = 10
#: So many earlier months are needed to speak of a usual one.
USUAL_NEEDS = 2
#: So many single rows are listed; the rest is counted.
LISTED_ROWS = 20


class Check(models.TextChoices):
    """What is looked at, in the order of the page."""

    NO_PERSON = "no_person", _("Actuals without a responsible person")
    NO_USE_PLAN = "no_use_plan", _("Actuals without a detailed use plan")
    PASSES_AMOUNT = "passes_amount", _("The line passes its amount this month")
    FURTHER_OVER = "further_over", _("The line goes further over its amount")
    TEN_TIMES = "ten_times", _("Ten times the usual month or more")
    SIGN = "sign", _("Negative, or the sign differs from the usual")
    QUIET = "quiet", _("Nothing this month, though there was before")


@dataclass(frozen=True)
class Finding:
    """One line that a check noticed."""

    check: Check
    label: LineLabel
    #: Σ actuals of the line in the month, EUR.
    month_total: Decimal
    #: What it is compared with, EUR: the usual month, or the line's amount. None where there is nothing.
    compared: Decimal | None = None
    #: EUR that the ordinary budget pays at the end of the month.
    uncovered: Decimal | None = None


@dataclass(frozen=True)
class LateCorrection:
    """A row of the month that corrects a closed one."""

    actual_id: int
    #: None for a row outside the plan.
    label: LineLabel | None
    amount: Decimal
    concerns: Month
    description: str
    by: str


@dataclass(frozen=True)
class OutsideRow:
    """A row outside the plan that nobody has settled."""

    actual_id: int
    cost_centre_code: str
    project_code: str
    amount: Decimal
    description: str


@dataclass(frozen=True)
class MonthChecklist:
    """All findings of a plan and month."""

    month: Month
    #: Σ actuals on the plan's lines in the month, EUR.
    actuals: Decimal
    #: In the order of ``Check`` and the plan.
    findings: tuple[Finding, ...]
    #: As many as were to be listed; ``outside_count`` counts all.
    outside: tuple[OutsideRow, ...]
    outside_count: int
    outside_total: Decimal
    corrections: tuple[LateCorrection, ...]
    corrections_count: int

    @property
    def by_check(self) -> list[tuple[Check, list[Finding]]]:
        """Findings by check; every check is there, also without findings."""
        return [(check, [found for found in self.findings if found.check == check]) for check in Check]

    @property
    def count(self) -> int:
        """How many things there are to look at; late corrections are for information."""
        return len(self.findings) + self.outside_count


def usual_size(earlier: Iterable[Decimal]) -> Decimal | None:
    """Size of a usual month: the median of the earlier ones that are not zero, EUR; None with too few of them."""
    sizes = [abs(amount) for amount in earlier if amount]
    return median(sizes) if len(sizes) >= USUAL_NEEDS else None


def month_checklist(plan: UsePlan, month: Month, *, listed: int | None = LISTED_ROWS) -> MonthChecklist:
    """Look over ``month`` of ``plan``; a fixed number of queries.

    The checks, with *total* for Σ actuals of the line in the month:

    - no person, no use plan: the line has actuals up to the month and lacks what rule R7 asks for
    - passes its amount: something is uncovered at the end of the month, nothing was at the end of the one before
    - further over: more is uncovered than at the end of the month before, and something was then
    - ten times: the size of the total ≥ 10 × the median size of the earlier months that are not zero, two or more
    - sign: total < 0, or its sign differs from that of the median of the earlier months that are not zero
    - quiet: no rows in the month, though there were in an earlier month of the year

    Args:
        listed: so many single rows are listed at most; None for all.
    """
    labels = line_labels(plan, month.last)
    facts = {line.line_id: line for line in drawdown_lines(plan, month)}
    before = {line.line_id: line for line in drawdown_lines(plan, month.previous())}
    sums = sums_by_month(Actual.objects.filter(line__plan=plan, month__lte=month.first))
    findings = [
        finding
        for line_id, label in labels.items()
        for finding in _findings(label, month, sums.get(line_id, {}), facts[line_id], before[line_id])
    ]
    order = list(Check)
    findings.sort(key=lambda finding: order.index(finding.check))
    unsettled = Actual.objects.unsettled().filter(organisation=plan.organisation, month=month.first)
    outside = unsettled.aggregate(count=models.Count("pk"), total=Sum("standing"))
    corrections = Actual.objects.filter(
        organisation=plan.organisation, month=month.first, concerns_month__isnull=False
    ).filter(models.Q(line__plan=plan) | models.Q(line__isnull=True))
    return MonthChecklist(
        month=month,
        actuals=sum((line.actual_month for line in facts.values()), ZERO),
        findings=tuple(findings),
        outside=tuple(
            OutsideRow(
                row.pk,
                row.cost_centre_code,
                row.project_code,
                row.left_outside,
                row.description,
            )
            for row in unsettled.order_by("booking", "row_number")[:listed]
        ),
        outside_count=outside["count"],
        outside_total=outside["total"] or ZERO,
        corrections=tuple(
            LateCorrection(
                actual_id=row.pk,
                label=labels.get(row.line_id) if row.line_id is not None else None,
                amount=row.amount,
                concerns=Month.of(row.concerns_month),
                description=row.description or row.booking.description,
                by=row.booking.made_by.user.name,
            )
            for row in corrections.select_related("booking__made_by__user").order_by("booking", "row_number")[:listed]
            if row.concerns_month is not None
        ),
        corrections_count=corrections.count(),
    )


def _findings(
    label: LineLabel, month: Month, sums: dict[Month, Decimal], now: LineDrawdown, before: LineDrawdown
) -> Iterator[Finding]:
    total = sums.get(month, ZERO)
    if sums and not label.responsible:
        yield Finding(Check.NO_PERSON, label, total)
    if sums and not label.has_use_plan:
        yield Finding(Check.NO_USE_PLAN, label, total)
    if now.uncovered > before.uncovered:
        check = Check.FURTHER_OVER if before.uncovered else Check.PASSES_AMOUNT
        yield Finding(check, label, total, compared=now.amount, uncovered=now.uncovered)
    earlier = [amount for key, amount in sums.items() if key < month and amount]
    size = usual_size(earlier)
    if size is not None and abs(total) >= TIMES_USUAL * size:
        yield Finding(Check.TEN_TIMES, label, total, compared=round_cents(size))
    usual = median(earlier) if earlier else ZERO
    if total < 0 or total * usual < 0:
        yield Finding(Check.SIGN, label, total, compared=round_cents(usual) if earlier else None)
    if month not in sums and any(key < month for key in sums):
        yield Finding(Check.QUIET, label, total, compared=round_cents(usual) if earlier else None)
