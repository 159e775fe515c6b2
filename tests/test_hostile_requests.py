"""Requests that no page of ours makes are answered in words, never with 500."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from fundtrack.periods import Month
from reporting.actions import IssueRefusal, issue_report
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(world: World, role: str) -> Client:
    client = Client()
    client.force_login(getattr(world, role).user)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "cost-centres/code/%00/",
        "funds/rahasto/2024/lines/%00/",
        "funds/rahasto/2024/lines/A1%00/",
        "funds/rahasto/2024/actuals/rows/%00/2024-09/",
    ],
)
def test_a_nul_in_an_address_is_not_found(world: World, path: str) -> None:
    assert signed_in(world, "admin").get(f"/testila/{path}").status_code == 404


def test_endless_json_is_refused(world: World) -> None:
    answer = signed_in(world, "finance").post(
        "/testila/funds/rahasto/2024/actuals/cells/", "[" * 100_000, content_type="application/json"
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("day", [date(1899, 1, 1), date(2023, 12, 31), date(2026, 2, 1), date(9999, 12, 31)])
def test_a_meeting_at_an_impossible_time_is_refused(world: World, day: date) -> None:
    world.book("A1", "2024-01", "100.00")
    with pytest.raises(IssueRefusal) as refusal:
        issue_report(
            plan=world.plan, month=Month(2024, 1), meeting_on=day, body="Johtokunta", by=world.finance, at=NOW,
            key=uuid4(),
        )  # fmt: skip
    assert refusal.value.code == "meeting_on"
