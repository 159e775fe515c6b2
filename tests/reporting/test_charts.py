"""Charts: the same bytes again, no address outside, Finnish numbers, as many bars as can be read."""

from decimal import Decimal

from fundtrack.periods import Month
from reporting.charts import BalancePoint, MonthPoint, TargetBar, balance_chart, targets_chart, use_chart

POINTS = [
    MonthPoint(month, Decimal("1000.50") if month.number < 4 else None, Decimal("5000.00"))
    for month in Month.year_of(2024)
]


def test_chart_is_the_same_again_and_self_contained() -> None:
    svg = use_chart(POINTS, ceiling=Decimal("500000.00"))
    assert use_chart(POINTS, ceiling=Decimal("500000.00")) == svg
    assert "500\u00a0000\u00a0€" in svg and "href" not in svg and "<script" not in svg


def test_schemes_and_widths_differ() -> None:
    made = {
        balance_chart([BalancePoint("1", Decimal("5.00"))], scheme=scheme, narrow=narrow)
        for scheme in ("light", "dark")
        for narrow in (False, True)
    }
    assert len(made) == 4


def test_many_targets_become_the_biggest_and_the_rest() -> None:
    bars = [TargetBar(f"Kohde {number}", Decimal(number), Decimal("1.00"), Decimal("0.00")) for number in range(1, 41)]
    svg = targets_chart(bars)
    assert "Kohde 40" in svg and "Kohde 5<" not in svg


def test_first_month_and_december_and_nothing_used_are_drawn() -> None:
    for last in (1, 12):
        points = [
            MonthPoint(month, Decimal(0) if month.number <= last else None, Decimal(0)) for month in Month.year_of(2024)
        ]
        assert use_chart(points, ceiling=Decimal(0)).startswith("<svg")
