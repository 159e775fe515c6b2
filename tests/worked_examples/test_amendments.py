"""Amendments in mid-year and the drawdowns around them. Source: domain, S1 rules on amendments and drawdowns."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from funds.actions.months import reopen_month
from funds.actions.plans import record_amendment
from funds.models import Amendment, Drawdown, DrawdownRow
from funds.queries.drawdowns import balance_on, drawdown_lines
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db


def amend(world: World, effective: date, ceiling: str = "0.00", **changes: str) -> Amendment:
    return record_amendment(
        plan=world.plan,
        effective_on=effective,
        changes={world.line(code).pk: Decimal(amount) for code, amount in changes.items()},
        ceiling_change=Decimal(ceiling),
        reason="Johtokunnan päätös",
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )


def row_of(drawdown: Drawdown, code: str) -> tuple[Decimal, Decimal, Decimal]:
    """(amount of the line, drawdown, uncovered)"""
    row = DrawdownRow.objects.get(drawdown=drawdown, line__project_code=code)
    return row.amount, row.drawdown_amount, row.uncovered


def test_new_money_covers_later_what_was_uncovered() -> None:
    """10 000 planned, 13 000 used by February: 3 000 uncovered; 5 000 more from March covers them in March."""
    world = make_world(lines={"A1": "10000.00", "A2": "5000.00"}, ceiling="20000.00")
    world.book("A1", "2024-01", "8000.00")
    world.book("A1", "2024-02", "5000.00")
    world.close("2024-01", "2024-02")
    assert row_of(world.draw("2024-01"), "A1") == (Decimal("10000.00"), Decimal("8000.00"), Decimal("0.00"))
    assert row_of(world.draw("2024-02"), "A1") == (Decimal("10000.00"), Decimal("2000.00"), Decimal("3000.00"))
    amend(world, date(2024, 3, 15), A1="5000.00")
    world.book("A1", "2024-03", "500.00")
    world.close("2024-03")
    assert row_of(world.draw("2024-03"), "A1") == (Decimal("15000.00"), Decimal("3500.00"), Decimal("0.00"))


def test_an_amendment_counts_from_the_month_in_which_it_takes_effect() -> None:
    """Decided early, in effect in March: February's drawdown still knows the first amount."""
    world = make_world(lines={"A1": "10000.00", "A2": "5000.00"})
    amend(world, date(2024, 3, 1), A1="2000.00", A2="-2000.00")
    world.book("A1", "2024-02", "11000.00")
    world.close("2024-01", "2024-02")
    assert row_of(world.draw("2024-02"), "A1") == (Decimal("10000.00"), Decimal("10000.00"), Decimal("1000.00"))
    world.close("2024-03")
    assert row_of(world.draw("2024-03"), "A1") == (Decimal("12000.00"), Decimal("1000.00"), Decimal("0.00"))


def test_a_lower_amount_is_refused_below_what_was_drawn_and_kept_at_it() -> None:
    world = make_world(lines={"A1": "10000.00", "A2": "5000.00"})
    world.book("A1", "2024-01", "6000.00")
    world.close("2024-01")
    world.draw("2024-01")
    with pytest.raises(Refusal) as refused:
        amend(world, date(2024, 2, 1), A1="-4000.01", A2="4000.01")
    assert refused.value.code == "amendment_above_drawn"
    amend(world, date(2024, 2, 1), A1="-4000.00", A2="4000.00")
    world.book("A1", "2024-02", "700.00")
    world.close("2024-02")
    assert row_of(world.draw("2024-02"), "A1") == (Decimal("6000.00"), Decimal("0.00"), Decimal("700.00"))


def test_a_proposal_that_waits_counts_as_drawn() -> None:
    world = make_world(lines={"A1": "10000.00", "A2": "5000.00"})
    world.book("A1", "2024-01", "6000.00")
    world.close("2024-01")
    world.propose("2024-01")
    with pytest.raises(Refusal) as refused:
        amend(world, date(2024, 2, 1), A1="-5000.00", A2="5000.00")
    assert refused.value.code == "amendment_above_drawn"


def test_an_amendment_in_a_closed_month_is_refused() -> None:
    world = make_world()
    world.book("A1", "2024-01", "1.00")
    world.close("2024-01")
    with pytest.raises(Refusal) as refused:
        amend(world, date(2024, 1, 31), A1="-10.00", A2="10.00")
    assert refused.value.code == "month_is_closed"


def test_reopening_gives_other_figures_and_the_drawdown_is_made_again() -> None:
    world = make_world(lines={"A1": "10000.00"}, opening_balance="50000.00")
    world.book("A1", "2024-01", "4000.00")
    world.close("2024-01")
    first = world.propose("2024-01")
    reopen_month(
        organisation=world.organisation, month=Month(2024, 1), by=world.approver, at=NOW, reason="Lasku puuttui"
    )
    first.refresh_from_db()
    assert (first.state, first.withdrawal_reason) == ("withdrawn", "Lasku puuttui")
    world.book("A1", "2024-01", "250.50")
    world.close("2024-01")
    second = world.draw("2024-01")
    assert (second.total, second.number) == (Decimal("4250.50"), 1)
    assert balance_on(world.fund, date(2024, 2, 1)) == Decimal("45749.50")
    assert balance_on(world.fund, date(2024, 1, 31)) == Decimal("50000.00")


def test_a_negative_total_repays_the_fund() -> None:
    """Credits of 900 after 600 were drawn: the fund gets 600 back, never more than it gave."""
    world = make_world(lines={"A1": "10000.00", "A2": "10000.00"}, opening_balance="1000.00")
    world.book("A1", "2024-01", "600.00")
    world.close("2024-01")
    world.draw("2024-01")
    world.book("A1", "2024-02", "-900.00")
    world.close("2024-02")
    posted = world.draw("2024-02")
    assert posted.total == Decimal("-600.00")
    assert posted.entry.amount == Decimal("600.00")
    assert balance_on(world.fund, date(2024, 3, 1)) == Decimal("1000.00")
    # Cumulative −300: the next 300 cost nothing, then the fund pays again.
    world.book("A1", "2024-03", "450.00")
    world.close("2024-03")
    assert world.draw("2024-03").total == Decimal("150.00")


def test_what_has_been_drawn_never_exceeds_the_amount() -> None:
    world = make_world(lines={"A1": "100.00"})
    world.book("A1", "2024-01", "100.01")
    world.close("2024-01")
    world.draw("2024-01")
    line = drawdown_lines(world.plan, Month(2024, 2))[0]
    assert (line.drawn_before, line.covered, line.drawdown, line.uncovered) == (
        Decimal("100.00"),
        Decimal("100.00"),
        Decimal("0.00"),
        Decimal("0.01"),
    )
