"""The drawdown formulas, as a finance officer can check them by hand. Source: domain, S1 rules."""

from decimal import Decimal

import pytest

from funds.models import DrawdownRow
from funds.queries.drawdowns import balance_on
from fundtrack.periods import Month
from tests.factories import make_world

pytestmark = pytest.mark.django_db

#: month, actual, drawdown, uncovered: a line of 50 000 whose actuals go up, back and over.
EXAMPLE = [
    ("2024-01", "12000.00", "12000.00", "0.00"),
    ("2024-02", "20500.50", "20500.50", "0.00"),
    ("2024-03", "-500.50", "-500.50", "0.00"),
    ("2024-04", "25000.00", "18000.00", "7000.00"),
    ("2024-05", "-10000.00", "-3000.00", "0.00"),
]


def test_a_line_of_50_000() -> None:
    world = make_world(lines={"A1": "50000.00"}, opening_balance="60000.00")
    for month, actual, _drawdown, _uncovered in EXAMPLE:
        world.book("A1", month, actual)
        world.close(month)
        world.draw(month)
    rows = DrawdownRow.objects.order_by("drawdown__month")
    got = [(str(Month.of(r.drawdown.month)), r.drawdown_amount, r.uncovered) for r in rows]
    assert got == [(month, Decimal(drawdown), Decimal(over)) for month, _a, drawdown, over in EXAMPLE]
    # 60 000 − 12 000 − 20 500.50 + 500.50 − 18 000 + 3 000
    assert balance_on(world.fund, Month(2024, 12).last) == Decimal("13000.00")


def test_each_drawdown_is_booked_in_the_following_month() -> None:
    world = make_world(lines={"A1": "50000.00"})
    world.book("A1", "2024-01", "100.00")
    world.close("2024-01")
    posted = world.draw("2024-01")
    assert posted.entry.entry_on == Month(2024, 2).first
    assert posted.entry.amount == Decimal("-100.00")
    assert posted.number == 1
