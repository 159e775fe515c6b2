"""The page of a drawdown document: preview, steps, double clicks, and rows for the accounting system."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from funds.actions.drawdowns import propose_drawdown
from funds.actions.months import state_of
from funds.models import Drawdown, FundEntry
from fundtrack.periods import Month
from organisations.rights import Role
from tests.factories import NOW, World, make_member, make_world

from .test_month_pages import address, client_of

pytestmark = pytest.mark.django_db

JANUARY = Month(2024, 1)


def drawn_world(**options: str) -> World:
    """500.25 used and 100 over on another line, January closed."""
    world = make_world(lines={"A1": "1000.00", "A2": "300.00", "A3": "10.00"}, **options)
    world.book("A1", "2024-01", "500.25")
    world.book("A2", "2024-01", "400.00")
    world.close("2024-01")
    world.fund.debit_account, world.fund.credit_account = "4390", "2290"
    world.fund.save()
    return world


def page(world: World, client: Client, month: Month = JANUARY) -> str:
    response = client.get(address(world, "drawdown", month=month))
    assert response.status_code == 200
    return response.content.decode()


def post(world: World, client: Client, name: str, **data: object) -> int:
    return client.post(address(world, name, month=JANUARY), data).status_code


def test_the_preview_shows_what_would_be_drawn_and_writes_nothing() -> None:
    world = drawn_world()
    html = page(world, client_of(world.finance))
    assert 'data-testid="propose"' in html and "800,25" in html and "100,00" in html
    assert not Drawdown.objects.exists()
    assert 'data-testid="propose"' not in page(world, client_of(world.viewer))


def test_what_stands_in_the_way_is_said() -> None:
    world = drawn_world()
    html = page(world, client_of(world.finance), Month(2024, 2))
    assert 'data-blocked="drawdown_needs_closed_month"' in html and 'data-testid="propose"' not in html
    world.close("2024-02")
    html = page(world, client_of(world.finance), Month(2024, 2))
    assert 'data-blocked="drawdowns_in_order"' in html


def test_from_proposal_to_posting_with_double_clicks() -> None:
    world = drawn_world()
    finance, approver = client_of(world.finance), client_of(world.approver)
    for _click in range(2):
        assert post(world, finance, "drawdown-propose", booking_on="2024-02-15") == 302
    document = Drawdown.objects.get()
    assert (document.total, document.booking_on) == (Decimal("800.25"), date(2024, 2, 15))
    for _click in range(2):
        assert post(world, approver, "drawdown-approve", drawdown=document.pk) == 302
    for _click in range(2):
        assert post(world, finance, "drawdown-post", drawdown=document.pk) == 302
    document.refresh_from_db()
    assert (document.state, document.number) == ("posted", 1)
    assert FundEntry.objects.filter(kind="drawdown").count() == 1
    assert state_of(world.organisation, JANUARY) == "locked"
    html = page(world, finance)
    assert 'data-testid="entry"' in html and "1/2024" in html and 'data-testid="withdraw"' not in html


def test_the_preparer_reads_why_there_is_no_button() -> None:
    world = drawn_world()
    both = make_member(world.organisation, Role.FINANCE, Role.APPROVER, email="both@testila.example")
    document = propose_drawdown(plan=world.plan, month=JANUARY, by=both, at=NOW)
    client = client_of(both)
    html = page(world, client)
    assert 'data-blocked="preparer"' in html and 'data-testid="approve"' not in html
    post(world, client, "drawdown-approve", drawdown=document.pk)
    document.refresh_from_db()
    assert document.state == "proposed"
    assert 'data-testid="approve"' in page(world, client_of(world.approver))


def test_a_small_balance_says_what_is_missing() -> None:
    world = drawn_world(opening_balance="700.00")
    world.propose("2024-01")
    html = page(world, client_of(world.approver))
    assert 'data-testid="missing"' in html and "100,25" in html and 'data-testid="approve"' not in html


def test_the_booking_date_stays_inside_the_rule() -> None:
    world = drawn_world()
    client = client_of(world.finance)
    for day in ("2024-01-31", "2024-03-01", "", "eilen"):
        response = client.post(address(world, "drawdown-propose", month=JANUARY), {"booking_on": day})
        assert response.status_code == 422 and 'data-testid="form-errors"' in response.content.decode()
    assert not Drawdown.objects.exists()


def test_a_withdrawn_document_is_never_approved_in_place_of_the_new_one() -> None:
    world = drawn_world()
    finance, approver = client_of(world.finance), client_of(world.approver)
    post(world, finance, "drawdown-propose", booking_on="2024-02-01")
    old = Drawdown.objects.get()
    assert post(world, finance, "drawdown-withdraw", drawdown=old.pk, reason="") == 422
    assert post(world, finance, "drawdown-withdraw", drawdown=old.pk, reason="Väärä päivä") == 302
    post(world, finance, "drawdown-propose", booking_on="2024-02-02")
    post(world, approver, "drawdown-approve", drawdown=old.pk)
    assert sorted(Drawdown.objects.values_list("state", flat=True)) == ["proposed", "withdrawn"]
    html = page(world, approver)
    assert 'data-testid="withdrawn"' in html and "Väärä päivä" in html


def test_another_plans_document_is_not_found() -> None:
    world, other = drawn_world(), make_world("toinen", lines={"B1": "1000.00"})
    other.book("B1", "2024-01", "5.00")
    other.close("2024-01")
    theirs = other.propose("2024-01")
    for name in ("drawdown-approve", "drawdown-post"):
        assert post(world, client_of(world.approver), name, drawdown=theirs.pk) == 404
    assert post(world, client_of(world.approver), "drawdown-approve", drawdown="x") == 404


def test_rows_for_the_accounting_system() -> None:
    world = drawn_world()
    client = client_of(world.finance)
    assert client.get(address(world, "drawdown-rows", month=JANUARY, format="csv")).status_code == 404
    world.draw("2024-01")
    response = client.get(address(world, "drawdown-rows", month=JANUARY, format="csv"))
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[1:] == [
        "1;1.2.2024;2024-01;Kehittämisrahasto;1000;A1;4390;2290;500,25;Rivi A1, 1/2024",
        "1;1.2.2024;2024-01;Kehittämisrahasto;1000;A2;4390;2290;300,00;Rivi A2, 1/2024",
    ]
    response = client.get(address(world, "drawdown-rows", month=JANUARY, format="xlsx"))
    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert [(row[5], row[8]) for row in rows[1:]] == [("A1", 500.25), ("A2", 300.0)]
    assert client.get(address(world, "drawdown-rows", month=JANUARY, format="pdf")).status_code == 404
