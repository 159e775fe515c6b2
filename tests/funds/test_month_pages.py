"""Pages of months: what stands on them, what the buttons do, and that more lines cost no more queries."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funds.actions.actuals import correct_actual
from funds.actions.months import close_month, state_of
from funds.actions.notes import write_comment
from funds.models import Actual, LeadScope
from funds.queries.checklist import Check, month_checklist
from fundtrack.periods import Month
from organisations.models import Membership
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def address(world: World, name: str, **extra: object) -> str:
    kwargs = {"organisation": world.organisation.slug, "fund": world.fund.slug, "year": world.plan.year}
    return reverse(name, kwargs=kwargs | extra)


def step(world: World, name: str, month: str, member: Membership, **data: str) -> object:
    return client_of(member).post(address(world, name, month=Month.parse(month)), data)


def test_the_year_lists_every_month_with_its_next_step() -> None:
    world = make_world()
    world.book("A1", "2024-01", "1234.50")
    world.close("2024-01")
    page = client_of(world.viewer).get(address(world, "month-list"))
    assert page.status_code == 200
    html = page.content.decode()
    assert 'data-month="2024-01" data-step="draw"' in html
    assert 'data-month="2024-02" data-step="close"' in html
    assert 'data-month="2024-03" data-step=""' in html
    assert "1\u00a0234,50" in html


def test_closing_reopening_and_locking_by_button() -> None:
    world = make_world()
    january = Month(2024, 1)
    assert step(world, "month-close", "2024-01", world.finance).status_code == 302
    assert state_of(world.organisation, january) == "closed"
    # A second click is told so and changes nothing.
    assert step(world, "month-close", "2024-01", world.finance).status_code == 302
    page = step(world, "month-reopen", "2024-01", world.finance, reason="  ")
    assert page.status_code == 422 and 'data-testid="form-errors"' in page.content.decode()
    assert state_of(world.organisation, january) == "closed"
    assert step(world, "month-reopen", "2024-01", world.finance, reason="Lasku puuttui").status_code == 302
    assert state_of(world.organisation, january) == "open"
    step(world, "month-close", "2024-01", world.approver)
    step(world, "month-lock", "2024-01", world.approver)
    assert state_of(world.organisation, january) == "locked"
    assert step(world, "month-reopen", "2024-01", world.finance, reason="Taas").status_code == 422


def test_what_blocks_is_said_before_clicking() -> None:
    world = make_world()
    world.close("2024-01", "2024-02")
    client = client_of(world.finance)

    def page(month: str) -> str:
        return client.get(address(world, "month", month=Month.parse(month))).content.decode()

    assert 'data-blocked="reopen"' in page("2024-01") and 'data-testid="reopen"' not in page("2024-01")
    assert 'data-testid="reopen"' in page("2024-02") and 'data-testid="lock"' in page("2024-02")
    assert 'data-testid="close"' in page("2024-03")
    assert 'data-blocked="close"' in page("2024-04") and 'data-testid="close"' not in page("2024-04")


def test_a_reader_sees_no_buttons() -> None:
    world = make_world()
    html = client_of(world.auditor).get(address(world, "month", month=Month(2024, 1))).content.decode()
    assert 'data-testid="close"' not in html
    assert step(world, "month-close", "2024-01", world.auditor).status_code == 403


def test_a_month_of_another_year_is_not_found() -> None:
    world = make_world()
    assert client_of(world.finance).get(address(world, "month", month=Month(2023, 1))).status_code == 404


# --- the checklist


def found(world: World, month: str) -> dict[Check, set[str]]:
    checklist = month_checklist(world.plan, Month.parse(month))
    return {check: {finding.label.project_code for finding in findings} for check, findings in checklist.by_check}


def test_lines_without_person_or_use_plan() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    assert found(world, "2024-01")[Check.NO_PERSON] == {"A1"}
    line = world.line("A1")
    line.responsible, line.use_plan = world.lead, "Hankitaan palvelu"
    line.save()
    assert found(world, "2024-01")[Check.NO_PERSON] == found(world, "2024-01")[Check.NO_USE_PLAN] == set()


def test_the_targets_person_and_use_plan_are_enough() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    target = world.line("A1").target
    target.responsible, target.use_plan = world.lead, "Hankitaan palvelu"
    target.save()
    assert found(world, "2024-01")[Check.NO_PERSON] == found(world, "2024-01")[Check.NO_USE_PLAN] == set()


@pytest.mark.parametrize(
    ("months", "noticed"),
    [
        (["100.00", "300.00", "2000.00"], True),  # median of 100 and 300 is 200
        (["100.00", "300.00", "1999.99"], False),
        (["100.00", "-300.00", "-2000.00"], True),  # sizes count, not signs
        (["100.00", "2000.00"], False),  # one earlier month is not usual
        (["0.01", "0.01", "0.10"], True),
    ],
)
def test_ten_times_the_usual_month(months: list[str], noticed: bool) -> None:
    world = make_world()
    for number, amount in enumerate(months, start=1):
        world.book("A1", f"2024-{number:02}", amount)
    assert (found(world, f"2024-{len(months):02}")[Check.TEN_TIMES] == {"A1"}) is noticed


@pytest.mark.parametrize(
    ("months", "noticed"),
    [
        (["-5.00"], True),
        (["100.00", "-5.00"], True),
        (["-100.00", "-200.00", "5.00"], True),  # positive where it is usually negative
        (["100.00", "5.00"], False),
        (["5.00"], False),
    ],
)
def test_signs(months: list[str], noticed: bool) -> None:
    world = make_world()
    for number, amount in enumerate(months, start=1):
        world.book("A1", f"2024-{number:02}", amount)
    assert (found(world, f"2024-{len(months):02}")[Check.SIGN] == {"A1"}) is noticed


def test_a_line_passes_its_amount_once_and_goes_on() -> None:
    world = make_world(lines={"A1": "100.00", "A2": "100.00"})
    world.book("A1", "2024-01", "90.00")
    world.book("A1", "2024-02", "20.00")
    world.book("A1", "2024-03", "1.00")
    passing = {month: found(world, month)[Check.PASSES_AMOUNT] for month in ("2024-01", "2024-02", "2024-03")}
    assert passing == {"2024-01": set(), "2024-02": {"A1"}, "2024-03": set()}
    assert found(world, "2024-03")[Check.FURTHER_OVER] == {"A1"}
    finding = next(
        finding
        for finding in month_checklist(world.plan, Month(2024, 2)).findings
        if finding.check == Check.PASSES_AMOUNT
    )
    assert (finding.month_total, finding.compared, finding.uncovered) == (
        Decimal("20.00"),
        Decimal("100.00"),
        Decimal("10.00"),
    )


def test_a_line_that_went_quiet() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    assert found(world, "2024-01")[Check.QUIET] == set()
    assert found(world, "2024-02")[Check.QUIET] == {"A1"}
    # A month whose rows sum to zero is not quiet.
    world.book("A1", "2024-02", "10.00")
    world.book("A1", "2024-02", "-10.00")
    assert found(world, "2024-02")[Check.QUIET] == set()


def test_rows_outside_the_plan_and_late_corrections() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    world.close("2024-01")
    correct_actual(
        organisation=world.organisation,
        actual=Actual.objects.get(),
        amount=Decimal("-4.00"),
        by=world.finance,
        at=NOW,
        key=uuid4(),
        description="Hyvitys",
    )
    world.book("NONE", "2024-02", "7.00")
    checklist = month_checklist(world.plan, Month(2024, 2))
    assert [(row.project_code, row.amount) for row in checklist.outside] == [("NONE", Decimal("7.00"))]
    [correction] = checklist.corrections
    assert (correction.amount, str(correction.concerns), correction.label.project_code) == (
        Decimal("-4.00"),
        "2024-01",
        "A1",
    )
    html = client_of(world.viewer).get(address(world, "month", month=Month(2024, 2))).content.decode()
    assert 'data-check="outside"' in html and 'data-check="corrections"' in html and "Hyvitys" in html


def test_comments_stand_on_the_month() -> None:
    world = make_world()
    LeadScope.objects.create(
        organisation=world.organisation, membership=world.lead, cost_centre=world.line("A1").target.cost_centre
    )
    write_comment(line=world.line("A1"), month=Month(2024, 1), text="Ensimmäinen", by=world.lead, at=NOW)
    write_comment(line=world.line("A1"), month=Month(2024, 1), text="Uusi sana", by=world.lead, at=NOW)
    html = client_of(world.viewer).get(address(world, "month", month=Month(2024, 1))).content.decode()
    assert "Uusi sana" in html and "Ensimmäinen" not in html


@pytest.mark.parametrize("name", ["month-list", "month", "drawdown"])
def test_more_lines_cost_no_more_queries(name: str) -> None:
    counts = []
    for slug, number in (("pieni", 2), ("suuri", 30)):
        world = make_world(slug, lines={f"L{index}": "1000.00" for index in range(number)})
        for index in range(number):
            for month in ("2024-01", "2024-02"):
                world.book(f"L{index}", month, "-15.00")
            world.book(f"X{index}", "2024-02", "1.00")
        close_month(organisation=world.organisation, month=Month(2024, 1), by=world.finance, at=NOW)
        client, extra = client_of(world.finance), {} if name == "month-list" else {"month": Month(2024, 2)}
        client.get(address(world, name, **extra))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(world, name, **extra)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
