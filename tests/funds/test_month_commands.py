"""``manage.py month`` and ``manage.py drawdown``: what they print, and one clear line on refusal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from funds.actions.months import state_of
from funds.models import Drawdown
from fundtrack.periods import Month
from tests.factories import World, make_world

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    assert "\n" not in str(error.value) and error.value.returncode == 1
    return str(error.value)


def month(step: str, which: str, *more: str, by: str = "finance") -> tuple[str, ...]:
    return ("month", "testila", step, which, "--by", f"{by}@testila.example", *more)


def drawdown(step: str, which: str, *more: str, by: str = "finance") -> tuple[str, ...]:
    return ("drawdown", "testila", "rahasto", step, which, "--by", f"{by}@testila.example", *more)


@pytest.fixture
def world() -> World:
    world = make_world(lines={"A1": "1000.00"})
    world.book("A1", "2024-01", "1250.50")
    return world


def test_a_month_from_open_to_locked(world: World) -> None:
    assert run(*month("close", "2024-01")) == "2024-01 is closed.\n"
    assert run(*month("reopen", "2024-01", "--reason", "Lasku puuttui")) == "2024-01 is open.\n"
    run(*month("close", "2024-01", by="approver"))
    assert run(*month("lock", "2024-01")) == "2024-01 is locked.\n"


def test_refusals_of_months_are_one_line(world: World) -> None:
    assert "still open" in refusal(*month("close", "2024-02"))
    refusal(*month("close", "2024-01", by="viewer"))
    run(*month("close", "2024-01"))
    refusal(*month("reopen", "2024-01"))
    assert "2024-13" in refusal(*month("close", "2024-13"))
    assert "nobody@" in refusal(*month("close", "2024-02", by="nobody"))
    assert "muualla" in refusal("month", "muualla", "close", "2024-01", "--by", "finance@testila.example")
    assert state_of(world.organisation, Month(2024, 1)) == "closed"


def test_a_drawdown_from_proposal_to_posting(world: World) -> None:
    run(*month("close", "2024-01"))
    line = run(*drawdown("propose", "2024-01", "--date", "2024-02-12"))
    assert line == "Drawdown 2024-01: proposed, 1000.00 EUR, booking date 2024-02-12, no voucher number yet.\n"
    run(*drawdown("withdraw", "2024-01", "--reason", "Väärä päivä"))
    run(*drawdown("propose", "2024-01"))
    assert ": approved," in run(*drawdown("approve", "2024-01", by="approver"))
    line = run(*drawdown("post", "2024-01"))
    assert line == "Drawdown 2024-01: posted, 1000.00 EUR, booking date 2024-02-01, voucher 1/2024.\n"
    assert state_of(world.organisation, Month(2024, 1)) == "locked"


def test_refusals_of_drawdowns_are_one_line(world: World) -> None:
    refusal(*drawdown("propose", "2024-01"))
    run(*month("close", "2024-01"))
    assert "propose it first" in refusal(*drawdown("approve", "2024-01", by="approver"))
    run(*drawdown("propose", "2024-01"))
    refusal(*drawdown("propose", "2024-01"))
    refusal(*drawdown("post", "2024-01"))
    refusal(*drawdown("approve", "2024-01"))
    refusal(*drawdown("withdraw", "2024-01"))
    refusal(*drawdown("propose", "2023-12"))
    refusal("drawdown", "testila", "muu", "propose", "2024-01", "--by", "finance@testila.example")
    assert Drawdown.objects.get().state == "proposed"


def test_a_sum_that_no_document_has_room_for_names_its_line(world: World) -> None:
    for _row in range(2):
        world.book("A1", "2024-01", "999999999999.99")
    run(*month("close", "2024-01"))
    said = refusal(*drawdown("propose", "2024-01"))
    assert "A1" in said and "2" in said
    assert not Drawdown.objects.exists()


@pytest.mark.parametrize("step", ["month", "drawdown"])
def test_a_reason_has_the_length_of_its_form(world: World, step: str) -> None:
    run(*month("close", "2024-01"))
    run(*drawdown("propose", "2024-01"))
    back = month("reopen", "2024-01") if step == "month" else drawdown("withdraw", "2024-01")
    assert "2000" in refusal(*back, "--reason", "a" * 2001)
    run(*back, "--reason", "a" * 2000)
