"""The figures that an import changes, line by line and month by month, and what is unusual about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.utils.functional import Promise

from fundtrack import formats
from fundtrack.money import ZERO
from fundtrack.periods import Month
from fundtrack.sentences import sentence as _

from ..models import Actual, AmendmentRow, BudgetLine, ImportBatch
from .checklist import TIMES_USUAL, usual_size
from .line_sums import sums_by_month


@dataclass(frozen=True)
class ImportWarning:
    """Something that a person must have seen before the import is committed."""

    #: What the person acknowledges, such as ``passes_amount:KR2402:2024-06``.
    key: str
    message: str | Promise


@dataclass(frozen=True)
class LineMonth:
    """A line in one month, before and after the import. EUR."""

    #: None for a pair of codes that leads to no line.
    line_id: int | None
    cost_centre_code: str
    project_code: str
    #: Name of the line; empty outside the plan.
    name: str
    month: Month
    before: Decimal
    change: Decimal
    #: The line's amount at the end of the month; None outside the plan.
    amount: Decimal | None
    #: True when the import books something here, also where it sums to zero.
    is_affected: bool

    @property
    def after(self) -> Decimal:
        return self.before + self.change


def line_months(batch: ImportBatch, changes: Mapping[tuple[int | None, str, str, Month], Decimal]) -> list[LineMonth]:
    """Every month of the year of every line that the import touches; three queries.

    Args:
        changes: (line id, cost centre, project code, month) → what the import books there, EUR.
    """
    ids = {line_id for line_id, _centre, _code, _month in changes if line_id is not None}
    lines = {line.pk: line for line in BudgetLine.objects.filter(pk__in=ids)}
    before = sums_by_month(Actual.objects.filter(line_id__in=ids))
    amended: dict[int, list[tuple[Month, Decimal]]] = {}
    rows = AmendmentRow.objects.filter(line_id__in=ids).values_list("line_id", "amendment__effective_on", "amount")
    for line_id, effective_on, amount in rows:
        amended.setdefault(line_id, []).append((Month.of(effective_on), amount))
    found = [
        LineMonth(None, centre, code, "", month, ZERO, change, None, True)
        for (line_id, centre, code, month), change in changes.items()
        if line_id is None
    ]
    centres = {line_id: centre for line_id, centre, _code, _month in changes if line_id is not None}
    for line_id, line in lines.items():
        for month in Month.range(Month(line.year, 1), Month(line.year, 12)):
            key = (line_id, centres[line_id], line.project_code, month)
            amount = line.first_amount + sum(
                (change for since, change in amended.get(line_id, []) if since <= month), ZERO
            )
            found.append(
                LineMonth(
                    line_id,
                    centres[line_id],
                    line.project_code,
                    line.name,
                    month,
                    before[line_id].get(month, ZERO),
                    changes.get(key, ZERO),
                    amount,
                    key in changes,
                )
            )
    return sorted(found, key=lambda cell: (cell.line_id is None, cell.project_code, cell.cost_centre_code, cell.month))


def line_warnings(cells: Sequence[LineMonth]) -> Iterator[ImportWarning]:
    """What is unusual in the figures after the import: sign, size, and lines that pass their amounts.

    The usual month of a line is the median of its other months of the year that are not zero, after the import: a file
    brings later months with it, which the checklist of a month does not know yet.
    """
    by_line: dict[int, list[LineMonth]] = {}
    for cell in cells:
        if cell.line_id is not None:
            by_line.setdefault(cell.line_id, []).append(cell)
    for months in by_line.values():
        for cell in months:
            if cell.change:
                yield from _unusual(cell, [other.after for other in months if other != cell and other.after])
        yield from _passing(months)


def _unusual(cell: LineMonth, others: Sequence[Decimal]) -> Iterator[ImportWarning]:
    place = {
        "code": cell.project_code,
        "month": formats.month_short(cell.month),
        "before": formats.eur(cell.before),
        "after": formats.eur(cell.after),
    }
    usual = median(others) if others else ZERO
    if cell.after < 0 <= cell.before or cell.after * usual < 0:
        text = _("%(code)s in %(month)s gets another sign: %(before)s becomes %(after)s.")
        if not cell.before:
            # There was nothing that could get another sign.
            text = _("%(code)s in %(month)s becomes %(after)s, and its other months have another sign.")
            text = text if cell.after * usual < 0 else _("%(code)s in %(month)s becomes negative: %(after)s.")
        yield ImportWarning(f"sign:{cell.project_code}:{cell.month}", text % place)
    size = usual_size(others)
    if size is not None and abs(cell.after) >= TIMES_USUAL * size:
        text = _("%(code)s in %(month)s is ten times its usual month or more: %(after)s, usually %(usual)s.")
        yield ImportWarning(f"ten_times:{cell.project_code}:{cell.month}", text % {**place, "usual": formats.eur(size)})


def _passing(months: Sequence[LineMonth]) -> Iterator[ImportWarning]:
    """The first month in which the import brings the line above its amount, or further above it."""
    before = after = ZERO
    for cell in months:
        before, after = before + cell.before, after + cell.after
        if cell.amount is None or after <= cell.amount or after <= before:
            continue
        text = _("%(code)s passes its amount in %(month)s: %(after)s used of %(amount)s.")
        if before > cell.amount:
            text = _(
                "%(code)s was above its amount already, and its use grows in %(month)s: %(after)s used of %(amount)s."
            )
        values = {
            "code": cell.project_code,
            "month": formats.month_short(cell.month),
            "after": formats.eur(after),
            "amount": formats.eur(cell.amount),
        }
        yield ImportWarning(f"passes_amount:{cell.project_code}:{cell.month}", text % values)
        return
