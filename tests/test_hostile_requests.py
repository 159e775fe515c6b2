"""Requests that no page of ours makes are answered in words, never with 500."""

from collections.abc import Iterator
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


#: A value of every JSON type, with numbers that Python reads and the database has no place for.
JSON_VALUES = (
    "null",
    "true",
    "5",
    "-5",
    "5.5",
    "1e400",
    "NaN",
    '""',
    '"1"',
    '"\\ud800"',
    "[]",
    "[null]",
    "{}",
    '{"a": 1}',
)
GOOD_CELL = {"cell": '"c-{line}-2024-10"', "text": '"1"', "seen": '"0.00"'}


def cells_bodies(world: World) -> Iterator[str]:
    """Bodies of the grid's script with the right person, each with one value of another kind."""
    line = world.line("A1").pk
    cell = {name: text.replace("{line}", str(line)) for name, text in GOOD_CELL.items()}
    save = {"key": f'"{uuid4()}"', "source": '"grid"', "cells": f"[{as_object(cell)}]"}
    block = {"text": '"1"', "lines": f"[{line}]", "months": '["2024-10"]'}
    for value in JSON_VALUES:
        for name in save:
            yield as_object({**save, name: value})
        for name in cell:
            yield as_object({**save, "cells": f"[{as_object({**cell, name: value})}]"})
        yield as_object({**save, "cells": f"[{value}]"})
        yield as_object({"block": value})
        for name in block:
            yield as_object({"block": as_object({**block, name: value})})
            yield as_object({"block": as_object({**block, name: f"[{value}]"})})


def as_object(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {text}' for name, text in fields.items()) + "}"


def test_every_kind_of_value_under_every_name_of_the_grids_script_is_answered(world: World) -> None:
    client, seen = signed_in(world, "finance"), set()
    for body in cells_bodies(world):
        sent = body.replace("{", f'{{"person": {world.finance.pk}, ', 1)
        answer = client.post("/testila/funds/rahasto/2024/actuals/cells/", sent, content_type="application/json")
        assert answer.status_code in (200, 400, 409, 422), (answer.status_code, sent)
        assert answer.json()["code"], sent
        seen.add(answer.status_code)
    assert seen >= {200, 400, 422}


@pytest.mark.parametrize("day", [date(1899, 1, 1), date(2023, 12, 31), date(2026, 2, 1), date(9999, 12, 31)])
def test_a_meeting_at_an_impossible_time_is_refused(world: World, day: date) -> None:
    world.book("A1", "2024-01", "100.00")
    with pytest.raises(IssueRefusal) as refusal:
        issue_report(
            plan=world.plan, month=Month(2024, 1), meeting_on=day, body="Johtokunta", by=world.finance, at=NOW,
            key=uuid4(),
        )  # fmt: skip
    assert refusal.value.code == "meeting_on"


#: Days for which there is no month, or whose neighbour does not exist.
IMPOSSIBLE_DAYS = ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31")


@pytest.mark.parametrize("day", IMPOSSIBLE_DAYS)
@pytest.mark.parametrize(
    "path",
    [
        "audit/?last={day}",
        "audit/?first={day}",
        "funds/rahasto/?since={day}",
        "funds/rahasto/?until={day}",
        "funds/rahasto/2024/plan/?on={day}",
        "cost-centres/?on={day}",
    ],
)
def test_an_impossible_day_in_a_filter_is_answered(world: World, path: str, day: str) -> None:
    assert signed_in(world, "admin").get(f"/testila/{path.format(day=day)}").status_code == 200


def test_the_filter_says_which_days_there_are(world: World) -> None:
    page = signed_in(world, "admin").get("/testila/audit/?last=9999-12-31").content.decode()
    assert "2199" in page


def test_an_endless_number_of_an_object_is_answered(world: World) -> None:
    assert signed_in(world, "admin").get(f"/testila/audit/?object={'9' * 40}").status_code == 200


@pytest.mark.parametrize("day", IMPOSSIBLE_DAYS)
@pytest.mark.parametrize(
    ("role", "path", "field", "more"),
    [
        ("admin", "funds/rahasto/entries/new/", "entry_on", {"kind": "transfer_in", "amount": "1,00"}),
        ("admin", "funds/rahasto/2024/amendments/new/", "effective_on", {"reason": "Syy", "step": "preview"}),
        ("admin", "cost-centres/new/", "starts_on", {"code": "77", "name": "Uusi"}),
        ("admin", "funds/new/", "opening_on", {"name": "Uusi", "slug": "uusi", "opening_balance": "1,00"}),
        ("finance", "funds/rahasto/2024/actuals/book/", "booked_on", {"month": "2024-02", "amount": "1,00"}),
    ],
)
def test_an_impossible_day_in_a_form_is_answered(
    world: World, role: str, path: str, field: str, more: dict[str, str], day: str
) -> None:
    answer = signed_in(world, role).post(f"/testila/{path}", {"key": str(uuid4()), field: day, **more})
    assert answer.status_code in (200, 422) and b"2199" in answer.content, answer.status_code
