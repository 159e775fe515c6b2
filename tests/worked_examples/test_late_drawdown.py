"""A fund that lacked money in the following month can still be drawn after that month has closed."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from funds.actions.drawdowns import (
    BalanceTooSmall,
    approve_drawdown,
    booking_dates,
    post_drawdown,
    propose_drawdown,
    withdraw_drawdown,
)
from funds.actions.funds import add_fund_entry
from funds.actions.months import lock_month
from funds.models import FundEntry
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db

JANUARY = Month(2024, 1)


@pytest.fixture
def short() -> World:
    """A fund of 100 with actuals of 300 in January; January and February are locked."""
    world = make_world(lines={"A1": "1000.00"}, opening_balance="100.00")
    world.book("A1", "2024-01", "300.00")
    world.close("2024-01", "2024-02")
    assert lock_month(organisation=world.organisation, month=Month(2024, 2), by=world.finance, at=NOW) == [
        JANUARY,
        Month(2024, 2),
    ]
    return world


def test_it_is_booked_in_an_open_month_once_there_is_money(short: World) -> None:
    proposed = short.propose("2024-01")
    with pytest.raises(BalanceTooSmall) as refusal:
        approve_drawdown(drawdown=proposed, by=short.approver, at=NOW)
    assert refusal.value.missing == Decimal("200.00")
    withdraw_drawdown(drawdown=proposed, by=short.finance, at=NOW, reason="Rahasto ei riitä")
    add_fund_entry(
        fund=short.fund, kind=FundEntry.Kind.TRANSFER_IN, entry_on=date(2024, 3, 5), amount=Decimal("250.00"),
        by=short.finance, at=NOW, key=uuid4(),
    )  # fmt: skip
    assert booking_dates(short.fund, JANUARY) == (date(2024, 3, 1), date(2024, 3, 31))
    again = propose_drawdown(plan=short.plan, month=JANUARY, by=short.finance, at=NOW, booking_on=date(2024, 3, 6))
    posted = post_drawdown(
        drawdown=approve_drawdown(drawdown=again, by=short.approver, at=NOW), by=short.finance, at=NOW
    )
    assert (posted.entry.entry_on, posted.entry.amount) == (date(2024, 3, 6), Decimal("-300.00"))


@pytest.mark.parametrize("day", [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 4, 1)])
def test_no_other_day_is_taken(short: World, day: date) -> None:
    with pytest.raises(Refusal):
        propose_drawdown(plan=short.plan, month=JANUARY, by=short.finance, at=NOW, booking_on=day)


def test_while_the_following_month_is_open_no_later_one_is_taken() -> None:
    world = make_world()
    world.book("A1", "2024-01", "300.00")
    world.close("2024-01")
    with pytest.raises(Refusal) as refusal:
        propose_drawdown(plan=world.plan, month=JANUARY, by=world.finance, at=NOW, booking_on=date(2024, 3, 1))
    assert refusal.value.code == "drawdown_booked_in_next_month"


def test_a_document_whose_booking_month_has_closed_is_proposed_anew() -> None:
    world = make_world()
    world.book("A1", "2024-01", "300.00")
    world.close("2024-01")
    approved = approve_drawdown(drawdown=world.propose("2024-01"), by=world.approver, at=NOW)
    world.close("2024-02")
    with pytest.raises(Refusal) as refusal:
        post_drawdown(drawdown=approved, by=world.finance, at=NOW)
    assert refusal.value.code == "month_is_closed"
    withdraw_drawdown(drawdown=approved, by=world.finance, at=NOW, reason="Helmikuu on suljettu")
    assert world.draw("2024-01").booking_on == date(2024, 3, 1)
