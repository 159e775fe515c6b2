"""The steps of a drawdown document: who, in which order, and what is refused."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from funds.actions.drawdowns import (
    BalanceTooSmall,
    approve_drawdown,
    post_drawdown,
    propose_drawdown,
    withdraw_drawdown,
)
from funds.actions.funds import add_fund_entry
from funds.actions.months import reopen_month, state_of
from funds.models import Drawdown, FundEntry
from funds.queries.documents import fund_effect, proposal_obstacle
from funds.queries.drawdowns import balance_on, undrawn_months
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.rights import Role
from tests.factories import NOW, World, make_member, make_world

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = Month.range(Month(2024, 1), Month(2024, 3))


def closed_world(**options: str) -> World:
    """500 in January and 300 in February, both closed."""
    world = make_world(lines={"A1": "1000.00"}, **options)
    world.book("A1", "2024-01", "500.00")
    world.book("A1", "2024-02", "300.00")
    world.close("2024-01", "2024-02")
    return world


def test_drawdowns_are_made_in_order() -> None:
    world = closed_world()
    with pytest.raises(Refusal) as refused:
        world.propose("2024-02")
    assert refused.value.code == "drawdowns_in_order"
    assert undrawn_months(world.plan, before=MARCH) == [JANUARY, FEBRUARY]
    world.propose("2024-01")
    with pytest.raises(Refusal) as refused:
        world.propose("2024-02")
    assert refused.value.code == "drawdowns_in_order"


def test_a_month_with_nothing_to_draw_is_passed_over() -> None:
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-02", "300.00")
    world.close("2024-01", "2024-02")
    assert world.draw("2024-02").total == Decimal("300.00")
    obstacle = proposal_obstacle(world.plan, JANUARY)
    assert obstacle is not None and obstacle.month == FEBRUARY


def test_an_open_month_is_not_drawn() -> None:
    world = closed_world()
    world.draw("2024-01")
    world.draw("2024-02")
    with pytest.raises(Refusal) as refused:
        world.propose("2024-03")
    assert refused.value.code == "drawdown_needs_closed_month"


def test_a_second_proposal_is_refused() -> None:
    world = closed_world()
    world.propose("2024-01")
    with pytest.raises(Refusal):
        world.propose("2024-01")
    assert Drawdown.objects.count() == 1


def test_the_preparer_does_not_approve() -> None:
    world = closed_world()
    both = make_member(world.organisation, Role.FINANCE, Role.APPROVER, email="both@testila.example")
    proposed = propose_drawdown(plan=world.plan, month=JANUARY, by=both, at=NOW)
    with pytest.raises(Refusal) as refused:
        approve_drawdown(drawdown=proposed, by=both, at=NOW)
    assert refused.value.code == "approver_is_not_preparer"
    assert approve_drawdown(drawdown=proposed, by=world.approver, at=NOW).state == "approved"


def test_the_balance_says_what_is_missing() -> None:
    world = closed_world(opening_balance="450.00")
    proposed = world.propose("2024-01")
    with pytest.raises(BalanceTooSmall) as refused:
        approve_drawdown(drawdown=proposed, by=world.approver, at=NOW)
    assert refused.value.missing == Decimal("50.00")
    proposed.refresh_from_db()
    assert proposed.state == "proposed"
    effect = fund_effect(world.fund, total=proposed.total, booking_on=proposed.booking_on, posted=False)
    assert (effect.before, effect.after, effect.missing) == (Decimal("450.00"), Decimal("-50.00"), Decimal("50.00"))


def test_a_later_day_may_be_the_one_that_lacks_money() -> None:
    """700 on 1.2., but 300 leave on 10.3.: the drawdown of 500 lacks 100 on 10.3."""
    world = closed_world(opening_balance="700.00")
    add_fund_entry(
        fund=world.fund,
        kind=FundEntry.Kind.DEFICIT_COVER,
        entry_on=date(2024, 3, 10),
        amount=Decimal("300.00"),
        decision_reference="§ 12",
        by=world.finance,
        at=NOW,
        key=uuid4(),
    )
    with pytest.raises(BalanceTooSmall) as refused:
        approve_drawdown(drawdown=world.propose("2024-01"), by=world.approver, at=NOW)
    assert refused.value.missing == Decimal("100.00")
    assert "10.3.2024" in str(refused.value)


def test_money_that_left_between_approval_and_posting_stops_the_posting() -> None:
    world = closed_world(opening_balance="500.00")
    approved = approve_drawdown(drawdown=world.propose("2024-01"), by=world.approver, at=NOW)
    add_fund_entry(
        fund=world.fund,
        kind=FundEntry.Kind.DEFICIT_COVER,
        entry_on=date(2024, 3, 1),
        amount=Decimal("0.01"),
        decision_reference="§ 12",
        by=world.finance,
        at=NOW,
        key=uuid4(),
    )
    with pytest.raises(BalanceTooSmall):
        post_drawdown(drawdown=approved, by=world.finance, at=NOW)
    assert state_of(world.organisation, JANUARY) == "closed"


def test_posting_books_the_fund_and_locks_the_months_up_to_it() -> None:
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-02", "300.00")
    world.close("2024-01", "2024-02", "2024-03")
    posted = world.draw("2024-02")
    assert (posted.state, posted.number, posted.entry.amount) == ("posted", 1, Decimal("-300.00"))
    assert [state_of(world.organisation, month) for month in (JANUARY, FEBRUARY, MARCH)] == [
        "locked",
        "locked",
        "closed",
    ]
    # Nothing is dated in closed March.
    assert balance_on(world.fund, date(2024, 3, 31)) == Decimal("1000000.00")
    assert balance_on(world.fund, date(2024, 4, 1)) == Decimal("999700.00")


def test_a_document_of_nothing_locks_its_month_without_an_entry() -> None:
    world = make_world(lines={"A1": "1000.00"})
    world.close("2024-01")
    posted = world.draw("2024-01")
    assert (posted.total, posted.number) == (Decimal("0.00"), 1)
    assert not FundEntry.objects.filter(kind="drawdown").exists()
    assert state_of(world.organisation, JANUARY) == "locked"


def test_steps_are_taken_once_and_in_order() -> None:
    world = closed_world()
    proposed = world.propose("2024-01")
    with pytest.raises(Refusal):
        post_drawdown(drawdown=proposed, by=world.finance, at=NOW)
    approved = approve_drawdown(drawdown=proposed, by=world.approver, at=NOW)
    with pytest.raises(Refusal):
        approve_drawdown(drawdown=approved, by=world.approver, at=NOW)
    posted = post_drawdown(drawdown=approved, by=world.finance, at=NOW)
    with pytest.raises(Refusal):
        post_drawdown(drawdown=posted, by=world.finance, at=NOW)
    with pytest.raises(Refusal):
        withdraw_drawdown(drawdown=posted, by=world.finance, at=NOW, reason="Virhe")
    assert FundEntry.objects.filter(kind="drawdown").count() == 1


def test_an_approved_document_can_be_withdrawn_with_a_reason() -> None:
    world = closed_world()
    approved = approve_drawdown(drawdown=world.propose("2024-01"), by=world.approver, at=NOW)
    with pytest.raises(Refusal):
        withdraw_drawdown(drawdown=approved, by=world.finance, at=NOW, reason=" ")
    withdrawn = withdraw_drawdown(drawdown=approved, by=world.finance, at=NOW, reason="Väärä päivä")
    assert (withdrawn.state, withdrawn.approved_by) == ("withdrawn", world.approver)
    assert world.draw("2024-01").state == "posted"


def test_reopening_withdraws_the_proposal_and_never_a_posted_one() -> None:
    world = closed_world()
    world.draw("2024-01")
    proposed = world.propose("2024-02")
    reopen_month(organisation=world.organisation, month=FEBRUARY, by=world.finance, at=NOW, reason="Puuttuva lasku")
    proposed.refresh_from_db()
    assert proposed.state == "withdrawn"
    with pytest.raises(Refusal):
        reopen_month(organisation=world.organisation, month=JANUARY, by=world.finance, at=NOW, reason="Liian myöhään")


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FINANCE, Role.APPROVER)])
def test_other_roles_take_no_step(role: Role) -> None:
    world = closed_world()
    member = world.members[role]
    with pytest.raises(Refusal):
        propose_drawdown(plan=world.plan, month=JANUARY, by=member, at=NOW)
    proposed = world.propose("2024-01")
    for act in (approve_drawdown, post_drawdown):
        with pytest.raises(Refusal):
            act(drawdown=proposed, by=member, at=NOW)
    with pytest.raises(Refusal):
        withdraw_drawdown(drawdown=proposed, by=member, at=NOW, reason="Ei käy")
