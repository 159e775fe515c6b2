"""Everything known about one budget line: amounts over time, months, drawdowns, comments, judgements."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.functional import Promise

from fundtrack.money import ZERO, used_percent
from fundtrack.periods import Month

from ..models import Actual, AmendmentRow, BudgetLine, Comment, Drawdown, DrawdownRow, Judgement


@dataclass(frozen=True)
class AmountStep:
    """The amount of a line from a day on; EUR."""

    #: None for the first amount.
    effective_on: date | None
    #: Number of the amendment; None for the first amount.
    number: int | None
    reason: str
    decision_reference: str
    change: Decimal
    amount: Decimal


@dataclass(frozen=True)
class LineMonth:
    """One month of a line; EUR."""

    month: Month
    actuals: Decimal
    #: Number of rows behind the actuals.
    rows: int
    cumulative: Decimal
    #: None while the month has no document.
    drawdown: Decimal | None
    drawdown_state: str
    uncovered: Decimal
    #: The newest comment; empty when there is none.
    comment: str
    commented_by: str
    commented_at: datetime | None


@dataclass(frozen=True)
class RuleJudgements:
    """Judgements of a line on one rule, the newest first."""

    rule: str
    label: str | Promise
    judgements: tuple[Judgement, ...]

    @property
    def newest(self) -> Judgement | None:
        return self.judgements[0] if self.judgements else None


@dataclass(frozen=True)
class LinePage:
    """One budget line with its story; EUR."""

    steps: tuple[AmountStep, ...]
    #: January to December of the plan's year.
    months: tuple[LineMonth, ...]
    rules: tuple[RuleJudgements, ...]

    @property
    def amount(self) -> Decimal:
        """The amount after every amendment, those to come included."""
        return self.steps[-1].amount

    @property
    def used(self) -> Decimal:
        return self.months[-1].cumulative

    @property
    def remaining(self) -> Decimal:
        return self.amount - self.used

    @property
    def used_percent(self) -> Decimal | None:
        return used_percent(self.used, self.amount)

    @property
    def drawn(self) -> Decimal:
        return sum((month.drawdown or ZERO for month in self.months), ZERO)

    def amount_on(self, day: date) -> Decimal:
        """The amount at the end of ``day``."""
        return [step for step in self.steps if step.effective_on is None or step.effective_on <= day][-1].amount


def line_page(line: BudgetLine) -> LinePage:
    """Everything about a line; five queries whatever happened to it."""
    return LinePage(steps=tuple(_steps(line)), months=tuple(_months(line)), rules=tuple(_rules(line)))


def _steps(line: BudgetLine) -> list[AmountStep]:
    amount = line.first_amount
    steps = [AmountStep(None, None, "", "", ZERO, amount)]
    rows = AmendmentRow.objects.filter(line=line).select_related("amendment")
    for row in rows.order_by("amendment__effective_on", "amendment__number"):
        amount += row.amount
        decided = row.amendment
        steps.append(
            AmountStep(
                decided.effective_on, decided.number, decided.reason, decided.decision_reference, row.amount, amount
            )
        )
    return steps


def _months(line: BudgetLine) -> list[LineMonth]:
    grouped = Actual.objects.filter(line=line).values_list("month").annotate(Sum("amount"), Count("pk")).order_by()
    booked = {Month.of(day): (total, rows) for day, total, rows in grouped}
    documents = DrawdownRow.objects.filter(line=line).exclude(drawdown__state=Drawdown.State.WITHDRAWN)
    drawn = {Month.of(row.drawdown.month): row for row in documents.select_related("drawdown")}
    # Older versions first: the newest overwrites them.
    comments = Comment.objects.filter(line=line).select_related("written_by__user").order_by("pk")
    newest = {Month.of(comment.month): comment for comment in comments}
    months, cumulative = [], ZERO
    for month in Month.year_of(line.year):
        actual, rows = booked.get(month, (ZERO, 0))
        cumulative += actual
        document, comment = drawn.get(month), newest.get(month)
        said = comment if comment is not None and comment.text else None
        months.append(
            LineMonth(
                month=month,
                actuals=actual,
                rows=rows,
                cumulative=cumulative,
                drawdown=document.drawdown_amount if document else None,
                drawdown_state=document.drawdown.state if document else "",
                uncovered=document.uncovered if document else ZERO,
                comment=said.text if said else "",
                commented_by=said.written_by.user.name if said else "",
                commented_at=said.written_at if said else None,
            )
        )
    return months


def _rules(line: BudgetLine) -> list[RuleJudgements]:
    judgements = list(line.judgements.select_related("judged_by__user").order_by("-pk"))
    return [
        RuleJudgements(rule.value, rule.label, tuple(j for j in judgements if j.rule == rule.value))
        for rule in Judgement.Rule
    ]
