"""Σ per line: the two sums that screens, warnings and previews start from. Each has its one home here.

What a drawdown and a report need beside them (drawn, as of a moment) is ``funds/sql.py``.
"""

from collections import defaultdict
from decimal import Decimal

from django.db.models import QuerySet, Sum

from fundtrack.periods import Month

from ..models import Actual, AmendmentRow


def sums_by_month(rows: QuerySet[Actual]) -> dict[int, dict[Month, Decimal]]:
    """Line id → month → Σ of the rows, EUR; only months that have rows, zero sums included. One query."""
    sums: dict[int, dict[Month, Decimal]] = defaultdict(dict)
    for line_id, day, total in rows.order_by().values_list("line_id", "month").annotate(total=Sum("amount")):
        if line_id is not None:
            sums[line_id][Month.of(day)] = total
    return sums


def amended_by_line(rows: QuerySet[AmendmentRow]) -> dict[int, Decimal]:
    """Line id → Σ of the decided changes, EUR; lines without one are left out. One query."""
    return dict(rows.order_by().values_list("line_id").annotate(total=Sum("amount")))
