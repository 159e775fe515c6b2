"""The first page: what waits for whom, and how the fund stands."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funds.actions.drawdowns import approve_drawdown, post_drawdown
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from organisations.rights import Role
from reporting.queries.overview import build_overview
from tests.factories import NOW, World, make_organisation, make_world

TODAY = date(2024, 4, 10)


def kinds(world: World, role: str) -> list[tuple[str, str | None]]:
    found = build_overview(world.organisation, getattr(world, role), today=TODAY)
    return [(task.kind, str(task.month) if task.month else None) for task in found.tasks]


@pytest.fixture
def world(db: None) -> World:
    world = make_world()
    world.book("A1", "2024-01", "100.00")
    return world


def test_ended_open_months_wait_for_finance_and_approver(world: World) -> None:
    assert ("close", "2024-01") in kinds(world, "finance")
    assert ("close", "2024-01") in kinds(world, "approver")
    assert kinds(world, "viewer") == []


def test_drawdown_goes_from_hand_to_hand(world: World) -> None:
    world.close("2024-01")
    assert ("propose", "2024-01") in kinds(world, "finance")
    proposed = world.propose("2024-01")
    assert "propose" not in dict(kinds(world, "finance"))
    assert ("approve", "2024-01") in kinds(world, "approver")
    assert "approve" not in dict(kinds(world, "finance"))
    assert "issue" not in dict(kinds(world, "finance"))
    approve_drawdown(drawdown=proposed, by=world.approver, at=NOW)
    assert ("post", "2024-01") in kinds(world, "finance")
    proposed.refresh_from_db()
    post_drawdown(drawdown=proposed, by=world.finance, at=NOW)
    assert ("issue", "2024-01") in kinds(world, "finance")


def test_a_plan_of_next_year_hides_nothing_of_this_year(world: World) -> None:
    world.close("2024-01")
    following = create_plan(fund=world.fund, year=2025, ceiling=Decimal("10.00"), by=world.admin)
    layout = TargetLayout("Kohde", "1000", [LineLayout("Rivi", "B1", Decimal("10.00"))])
    following = save_layout(
        plan=following, ceiling=following.ceiling, targets=[layout], seen_version=following.version, by=world.admin
    )
    activate_plan(plan=following, by=world.admin, at=NOW)
    assert kinds(world, "finance") == [("close", "2024-02"), ("propose", "2024-01")]
    found = build_overview(world.organisation, world.finance, today=date(2025, 2, 3))
    close = next(task for task in found.tasks if task.kind == "close")
    assert (close.year, str(close.month), close.count) == (2024, "2024-02", 12)
    assert [standing.year for standing in found.standings] == [2025]


def test_months_before_the_fund_opened_wait_for_nobody(db: None) -> None:
    late = make_world("myohassa", year=2024, opening_on=date(2024, 3, 5))
    assert ("close", "2024-03") in kinds(late, "finance")


def test_closed_month_without_actuals_asks_for_no_drawdown(db: None) -> None:
    world = make_world()
    world.close("2024-01")
    assert "propose" not in dict(kinds(world, "finance"))


def test_rows_to_settle_wait_for_finance_and_lines_for_the_admin(world: World) -> None:
    world.book("XX", "2024-01", "5.00")
    assert "settle" in dict(kinds(world, "finance"))
    assert kinds(world, "admin") == [("complete", None)]


def test_fund_stands_as_the_rows_say(world: World) -> None:
    standing = build_overview(world.organisation, world.finance, today=TODAY).standings[0]
    assert (str(standing.ceiling), str(standing.used), str(standing.left)) == ("70000.00", "100.00", "69900.00")
    assert (str(standing.pace), str(standing.balance)) == ("5833.33", "1000000.00")
    assert build_overview(world.organisation, world.board, today=TODAY).standings == ()


@pytest.mark.parametrize("role", list(Role))
def test_page_opens_for_every_role(world: World, client: Client, role: Role) -> None:
    client.force_login(world.members[role].user)
    assert client.get("/testila/").status_code == 200


def test_empty_organisation_says_what_to_do_next(db: None, client: Client) -> None:
    _organisation, members = make_organisation()
    client.force_login(members[Role.ADMIN].user)
    page = client.get("/testila/").content.decode()
    assert 'data-testid="empty"' in page and "/testila/funds/" in page


def test_same_number_of_queries_whatever_there_is(db: None) -> None:
    counts = set()
    for slug, lines in (("pieni", 2), ("suuri", 200)):
        world = make_world(slug, lines={f"A{number:03}": "100.00" for number in range(lines)})
        world.book("A000", "2024-01", "60.00")
        world.close("2024-01")
        with CaptureQueriesContext(connection) as queries:
            build_overview(world.organisation, world.finance, today=TODAY)
        counts.add(len(queries))
    assert len(counts) == 1
