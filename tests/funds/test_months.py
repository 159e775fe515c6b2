"""States of months: order, reasons, and how a month before the first closed one counts."""

from datetime import date

import pytest

from funds.actions.drawdowns import approve_drawdown, post_drawdown
from funds.actions.months import close_month, lock_month, reopen_month, state_of
from funds.models import Drawdown
from funds.queries.months import month_gate, month_states, months_of_year
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.rights import Role
from tests.factories import NOW, World, make_organisation, make_world

pytestmark = pytest.mark.django_db

TODAY = date(2024, 10, 7)
JANUARY, FEBRUARY, MARCH = Month.range(Month(2024, 1), Month(2024, 3))


def close(world: World, month: Month) -> None:
    close_month(organisation=world.organisation, month=month, by=world.finance, at=NOW)


def reopen(world: World, month: Month, reason: str = "Lasku puuttui") -> None:
    reopen_month(organisation=world.organisation, month=month, by=world.finance, at=NOW, reason=reason)


def lock(world: World, month: Month) -> None:
    lock_month(organisation=world.organisation, month=month, by=world.finance, at=NOW)


def refusal(act: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as refused:
        act(*arguments)
    return refused.value.code


def test_months_close_in_order_and_once() -> None:
    world = make_world()
    assert refusal(close, world, FEBRUARY) == "months_close_in_order"
    close(world, JANUARY)
    assert refusal(close, world, JANUARY) == "month_step"
    close(world, FEBRUARY)


def test_nothing_is_closed_before_the_first_plan() -> None:
    world = make_world()
    assert refusal(close, world, Month(2023, 12)) == "month_before_the_first"
    empty = make_world("tyhja", active=False)
    assert refusal(close, empty, JANUARY) == "month_before_the_first"


def test_months_reopen_in_reverse_order_with_a_reason() -> None:
    world = make_world()
    close(world, JANUARY)
    close(world, FEBRUARY)
    assert refusal(reopen, world, JANUARY) == "months_reopen_in_order"
    assert refusal(reopen, world, FEBRUARY, "  ") == "reopening_has_reason"
    reopen(world, FEBRUARY)
    assert refusal(reopen, world, FEBRUARY) == "month_step"
    reopen(world, JANUARY)
    close(world, JANUARY)


def test_locking_takes_the_earlier_months_along_and_is_for_good() -> None:
    world = make_world()
    assert refusal(lock, world, JANUARY) == "month_step"
    for month in (JANUARY, FEBRUARY, MARCH):
        close(world, month)
    lock(world, FEBRUARY)
    assert [state_of(world.organisation, month) for month in (JANUARY, FEBRUARY, MARCH)] == [
        "locked",
        "locked",
        "closed",
    ]
    assert refusal(lock, world, FEBRUARY) == "month_step"
    assert refusal(reopen, world, FEBRUARY) == "month_step"


def test_a_month_before_the_first_closed_one_takes_nothing() -> None:
    """What is dated in it would change the sums of the closed one."""
    world = make_world()
    close(world, JANUARY)
    assert refusal(world.book, "A1", "2023-12", "5.00") == "month_is_closed"
    states = month_states(world.organisation)
    assert (states.of(Month(2023, 12)), states.of(JANUARY), states.of(FEBRUARY)) == ("closed", "closed", "open")
    assert states.first_open == FEBRUARY


def test_an_organisation_without_a_plan_has_no_first_month() -> None:
    organisation, _members = make_organisation("toinen")
    assert month_states(organisation).first is None


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FINANCE, Role.APPROVER)])
def test_other_roles_change_no_month(role: Role) -> None:
    world = make_world()
    member = world.members[role]
    with pytest.raises(Refusal):
        close_month(organisation=world.organisation, month=JANUARY, by=member, at=NOW)
    close(world, JANUARY)
    with pytest.raises(Refusal):
        reopen_month(organisation=world.organisation, month=JANUARY, by=member, at=NOW, reason="Muuten vain")
    with pytest.raises(Refusal):
        lock_month(organisation=world.organisation, month=JANUARY, by=member, at=NOW)


def test_the_gate_says_what_blocks_before_anybody_clicks() -> None:
    world = make_world()
    close(world, JANUARY)
    close(world, FEBRUARY)
    gates = {month: month_gate(world.organisation, month, TODAY) for month in Month.year_of(2024)}
    assert gates[JANUARY].reopen_blocked and not gates[FEBRUARY].reopen_blocked
    assert gates[FEBRUARY].close_blocked and not gates[MARCH].close_blocked and gates[Month(2024, 4)].close_blocked
    assert gates[MARCH].lock_blocked and not gates[FEBRUARY].lock_blocked
    assert [event.state for event in gates[FEBRUARY].events] == ["closed"]
    assert not gates[MARCH].is_going_on and gates[Month(2024, 10)].is_going_on


def test_the_year_says_what_each_month_waits_for() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    world.book("A1", "2024-02", "20.00")
    world.book("NONE", "2024-02", "3.00")
    close(world, JANUARY)
    close(world, FEBRUARY)

    def steps() -> list[str]:
        return [summary.next_step for summary in months_of_year(world.plan)[:4]]

    assert steps() == ["draw", "wait", "close", ""]
    world.propose("2024-01")
    assert steps() == ["approve", "wait", "close", ""]
    approve_drawdown(drawdown=Drawdown.objects.get(), by=world.approver, at=NOW)
    assert steps() == ["post", "wait", "close", ""]
    post_drawdown(drawdown=Drawdown.objects.get(), by=world.approver, at=NOW)
    assert steps() == ["done", "draw", "close", ""]
    february = months_of_year(world.plan)[1]
    assert (str(february.actuals), str(february.outside), february.unsettled_rows) == ("20.00", "3.00", 1)
