"""December by both settings, voucher numbers per year of booking, late corrections. Source: domain, S1 rules."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from funds.actions.actuals import correct_actual
from funds.actions.drawdowns import booking_dates, propose_drawdown, withdraw_drawdown
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.models import Actual, DrawdownRow, Fund, UsePlan
from funds.queries.drawdowns import balance_on
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db

YEAR = [str(month) for month in Month.year_of(2024)]


def next_plan(world: World, year: int = 2025) -> World:
    """The same fund's plan of the next year, in force."""
    plan = create_plan(fund=world.fund, year=year, ceiling=Decimal("1000.00"), by=world.admin)
    line = LineLayout(name="Rivi", project_code="B1", amount=Decimal("1000.00"))
    target = TargetLayout(name="Kohde", cost_centre_code="1000", lines=[line])
    save_layout(plan=plan, ceiling=plan.ceiling, targets=[target], seen_version=plan.version, by=world.admin)
    plan = activate_plan(plan=UsePlan.objects.get(pk=plan.pk), by=world.admin, at=NOW)
    return World(organisation=world.organisation, fund=world.fund, plan=plan, members=world.members)


def december_of(rule: str) -> World:
    world = make_world(lines={"A1": "1000.00"}, december_rule=rule)
    world.book("A1", "2024-12", "80.00")
    world.close(*YEAR)
    return world


def test_december_in_the_same_year() -> None:
    world = december_of(Fund.DecemberRule.SAME_YEAR)
    posted = world.draw("2024-12")
    assert posted.booking_on == date(2024, 12, 31)
    assert balance_on(world.fund, date(2024, 12, 31)) == Decimal("999920.00")
    assert balance_on(world.fund, date(2024, 12, 30)) == Decimal("1000000.00")


def test_december_in_january() -> None:
    world = december_of(Fund.DecemberRule.FOLLOWING)
    assert booking_dates(world.fund, Month(2024, 12)) == (date(2025, 1, 1), date(2025, 1, 31))
    posted = world.draw("2024-12")
    assert posted.booking_on == date(2025, 1, 1)
    assert balance_on(world.fund, date(2024, 12, 31)) == Decimal("1000000.00")


@pytest.mark.parametrize(
    ("rule", "day"),
    [
        (Fund.DecemberRule.SAME_YEAR, date(2025, 1, 1)),
        (Fund.DecemberRule.SAME_YEAR, date(2024, 12, 30)),
        (Fund.DecemberRule.FOLLOWING, date(2024, 12, 31)),
        (Fund.DecemberRule.FOLLOWING, date(2025, 2, 1)),
    ],
)
def test_december_on_another_day_is_refused(rule: str, day: date) -> None:
    world = december_of(rule)
    with pytest.raises(Refusal) as refused:
        propose_drawdown(plan=world.plan, month=Month(2024, 12), by=world.finance, at=NOW, booking_on=day)
    assert refused.value.code == "drawdown_booked_in_next_month"


def test_any_day_of_the_next_month_may_be_chosen() -> None:
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-01", "80.00")
    world.close("2024-01")
    drawdown = propose_drawdown(
        plan=world.plan, month=Month(2024, 1), by=world.finance, at=NOW, booking_on=date(2024, 2, 29)
    )
    assert drawdown.booking_on == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("rule", "december", "january"),
    [(Fund.DecemberRule.SAME_YEAR, 2, 1), (Fund.DecemberRule.FOLLOWING, 1, 2)],
)
def test_vouchers_are_numbered_by_the_year_of_booking(rule: str, december: int, january: int) -> None:
    """November is voucher 1 of 2024 in both; December is number 2 of 2024, or number 1 of 2025."""
    world = make_world(lines={"A1": "1000.00"}, december_rule=rule)
    world.book("A1", "2024-11", "10.00")
    world.book("A1", "2024-12", "20.00")
    world.close(*YEAR[:11])
    assert world.draw("2024-11").number == 1
    world.close("2024-12")
    later = next_plan(world)
    later.book("B1", "2025-01", "30.00")
    assert world.draw("2024-12").number == december
    later.close("2025-01")
    assert later.draw("2025-01").number == january


def test_numbers_have_no_gap_where_a_document_was_withdrawn() -> None:
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-01", "10.00")
    world.close("2024-01")
    withdraw_drawdown(drawdown=world.propose("2024-01"), by=world.finance, at=NOW, reason="Väärä päivä")
    assert world.draw("2024-01").number == 1


def test_a_correction_of_a_locked_month_flows_into_the_next_drawdown() -> None:
    """500 booked in January should have been 420: −80 stands in February, says January, and February draws 220."""
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-01", "500.00")
    world.close("2024-01")
    january = world.draw("2024-01")
    world.book("A1", "2024-02", "300.00")
    correct_actual(
        organisation=world.organisation,
        actual=Actual.objects.get(month=date(2024, 1, 1)),
        amount=Decimal("-80.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Hyvitys",
    )
    correction = Actual.objects.get(corrects__isnull=False)
    assert (correction.month, correction.concerns_month) == (date(2024, 2, 1), date(2024, 1, 1))
    world.close("2024-02")
    assert world.draw("2024-02").total == Decimal("220.00")
    assert DrawdownRow.objects.get(drawdown=january).drawdown_amount == Decimal("500.00")
