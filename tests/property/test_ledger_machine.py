"""Random histories of one plan, and one that is written down: see ``ledger_machine``."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from funds.models import BudgetLine
from organisations.rights import Role
from tests.factories import make_member, make_world
from tests.own_database import own_database

from .ledger_machine import CEILING, LINES, OPENING, Ledger


@pytest.fixture(scope="module")
def ledger(django_test_environment: None, django_db_blocker: object) -> Iterator[type[Ledger]]:
    """The machine on a world made once; every history is rolled back to it."""
    with own_database("machine", django_db_blocker):
        Ledger.world = make_world(lines=LINES, ceiling=CEILING, opening_balance=OPENING)
        Ledger.lines = {line.project_code: line for line in BudgetLine.objects.filter(plan=Ledger.world.plan)}
        Ledger.both = make_member(Ledger.world.organisation, Role.FINANCE, Role.APPROVER, email="both@testila.example")
        yield Ledger


@pytest.mark.slow
def test_random_histories(ledger: type[Ledger]) -> None:
    run_state_machine_as_test(
        ledger,
        settings=settings(
            max_examples=200,
            stateful_step_count=15,
            deadline=None,
            # A history is remembered by nobody: the database behind it is new every time.
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    # The histories are worth something only where they get somewhere.
    for what in ("refused", "posted", "reopened", "amended"):
        assert ledger.happened[what], ledger.happened


class Chosen:
    """Draws the first of what can be drawn, for a history that is written down."""

    def draw(self, strategy: st.SearchStrategy[Any]) -> Any:
        return strategy.elements[0]  # type: ignore[attr-defined]


def test_a_history_with_everything(ledger: type[Ledger]) -> None:
    """What random histories reach seldom: repaid, withdrawn, settled, corrected late; all checks after each step."""
    machine, chosen = ledger(), Chosen()
    checks = [value for name, value in vars(ledger).items() if hasattr(value, "hypothesis_stateful_invariant")]
    assert len(checks) == 5
    steps: list[Callable[[], object]] = [
        lambda: machine.book("A1", 1, Decimal("450.00")),
        lambda: machine.book("NONE", 1, Decimal("30.00")),
        lambda: machine.close(0),
        lambda: machine.propose(1, "both"),
        lambda: machine.approve("both"),
        lambda: machine.withdraw(),
        lambda: machine.go_on_with_the_next_drawdown(3),
        lambda: machine.correct(chosen, Decimal("-100.00")),
        lambda: machine.settle(chosen, "A2"),
        lambda: machine.settle(chosen, "A1"),
        lambda: machine.book("A1", 2, Decimal("-700.00")),
        lambda: machine.amend(3, "A2", "A3", Decimal("-200.00"), False),
        lambda: machine.close(0),
        lambda: machine.go_on_with_the_next_drawdown(3),
        lambda: machine.reopen(-1),
    ]
    before = ledger.happened.copy()
    try:
        for step in steps:
            step()
            for check in checks:
                check(machine)
    finally:
        machine.teardown()
    gained = ledger.happened - before
    assert (gained["posted"], gained["repaid"], gained["withdrawn"], gained["settled"]) == (2, 1, 1, 1)
    assert gained["corrected late"] >= 1
