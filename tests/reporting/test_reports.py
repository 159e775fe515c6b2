"""Reports: what is known at a moment, what is computed, what changed, and the number of queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funds.actions.actuals import correct_actual
from funds.actions.months import reopen_month
from funds.models import Actual
from fundtrack.periods import Month
from reporting.canonical import from_json, to_json
from reporting.reports import board, drawdown
from tests.factories import NOW, World, make_world
from tests.funds.pages import browser_of, plan_address

LATER = NOW + timedelta(days=1)


def build(world: World, month: str, as_of=LATER) -> board.Result:
    return board.build(board.Params(world.plan, Month.parse(month)), as_of=as_of)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_months_without_a_document_are_computed_one_after_the_other(world: World) -> None:
    for month, amount in (
        ("2024-01", "12000.00"),
        ("2024-02", "20500.50"),
        ("2024-03", "-500.50"),
        ("2024-04", "25000.00"),
    ):
        world.book("A1", month, amount)
    world.close("2024-01")
    world.draw("2024-01")
    result = build(world, "2024-04")
    assert [str(row.drawdown) for row in result.months] == ["12000.00", "20500.50", "-500.50", "18000.00"]
    assert [row.document for row in result.months] == ["posted", "computed", "computed", "computed"]
    line = result.lines[0]
    assert (str(line.drawdown_month), str(line.drawdown_cumulative), str(line.uncovered)) == (
        "18000.00",
        "50000.00",
        "7000.00",
    )
    assert result.document.is_computed
    # February and March and April are still to come out of the fund.
    assert str(result.fund.balance_after) == "950000.00"


def test_what_came_later_is_left_out(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    assert build(world, "2024-01", as_of=NOW - timedelta(seconds=1)).totals.actual_cumulative == 0
    assert str(build(world, "2024-01", as_of=NOW).totals.actual_cumulative) == "100.00"


def test_line_without_an_amount_has_no_percent(db: None) -> None:
    world = make_world(lines={"A1": "0.00", "A2": "100.00"})
    line = build(world, "2024-01").lines[0]
    assert (line.used_percent, str(line.amount)) == (None, "0.00")


def test_rows_outside_the_plan_are_stated_and_in_no_total(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    world.book("A1", "2024-01", "40.00", centre="9999")
    result = build(world, "2024-01")
    assert str(result.totals.actual_cumulative) == "100.00"
    assert [(row.cost_centre, row.project_code, row.rows, str(row.actual_cumulative)) for row in result.outside] == [
        ("9999", "A1", 1, "40.00")
    ]


def test_lines_without_person_or_use_plan_are_listed(world: World) -> None:
    assert [(row.project_code, row.responsible, row.use_plan) for row in build(world, "2024-01").missing] == [
        ("A1", True, True),
        ("A2", True, True),
    ]


def test_late_correction_and_reopening_are_changes(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    world.close("2024-01")
    reopen_month(
        organisation=world.organisation, month=Month(2024, 1), by=world.finance, at=NOW, reason="Lasku puuttui"
    )
    world.close("2024-01")
    row = Actual.objects.get()
    correct_actual(
        organisation=world.organisation,
        actual=row,
        amount=Decimal("-10.00"),
        by=world.finance,
        at=NOW,
        key="6d5a7a4e-70a0-4a4b-9f39-0c4e4f6f1c11",
        description="Hyvitys",
    )
    changes = build(world, "2024-02").changes
    assert [(str(c.concerns_month), str(c.month), str(c.amount), c.reason) for c in changes.corrections] == [
        ("2024-01", "2024-02", "-10.00", "Hyvitys")
    ]
    assert [(str(r.month), r.reason) for r in changes.reopenings] == [("2024-01", "Lasku puuttui")]
    assert changes.since is None


def test_result_survives_its_json(world: World) -> None:
    world.book("A1", "2024-01", "12000.10")
    result = build(world, "2024-01")
    assert from_json(board.Result, to_json(result)) == result
    other = drawdown.build(drawdown.Params(world.plan, Month(2024, 1)), as_of=LATER)
    assert from_json(drawdown.Result, to_json(other)) == other


def test_same_number_of_queries_for_2_and_200_lines(db: None) -> None:
    counts = []
    for slug, count in (("pieni", 2), ("suuri", 200)):
        world = make_world(slug, lines={f"A{number:03}": "100.00" for number in range(count)})
        for number in range(count):
            if number % 40 < 2:
                world.book(f"A{number:03}", "2024-01", "60.00")
        world.close("2024-01")
        world.draw("2024-01")
        world.book("A000", "2024-02", "7.00")
        with CaptureQueriesContext(connection) as queries:
            build(world, "2024-02")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_a_month_that_can_be_issued_offers_it(world: World, without_typesetting: None) -> None:
    world.book("A1", "2024-02", "10.00")
    client = browser_of(world.finance)
    for month, offered in (("2024-02", True), ("2024-03", False)):
        page = client.get(plan_address("report-board", world, month=Month.parse(month))).content.decode()
        issue = plan_address("report-issue", world, month=Month.parse(month))
        assert (f'href="{issue}"' in page) is offered
        assert client.get(issue).status_code == (200 if offered else 404)
