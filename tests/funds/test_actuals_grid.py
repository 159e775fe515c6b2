"""The monthly grid as a page and as a plain form: who sees what, totals, saving all or nothing."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funds.models import Actual, Booking, LeadScope
from funds.queries.actuals import actuals_grid
from fundtrack.periods import Month
from tests.factories import make_world
from tests.funds.ledger_pages import address, cell, form_of, signed_in, sums

pytestmark = pytest.mark.django_db


# --- reading


def test_totals_at_every_level() -> None:
    world = make_world(lines={"A1": "1000.00", "A2": "500.00"})
    world.book("A1", "2024-01", "700.00")
    world.book("A1", "2024-02", "400.50")
    world.book("A2", "2024-02", "-10.00")
    grid = actuals_grid(world.plan, on=Month(2024, 12).last, lines=world.plan.lines.all())
    first, second = grid.lines
    assert (first.figures.total, first.figures.remaining, first.figures.uncovered) == (
        Decimal("1100.50"),
        Decimal("-100.50"),
        Decimal("100.50"),
    )
    assert first.figures.used_percent == Decimal("110.05")
    assert second.figures.remaining == Decimal("510.00")
    assert grid.figures.by_month[:3] == (Decimal("700.00"), Decimal("390.50"), Decimal(0))
    # What one line uses too much is not covered by what another leaves.
    assert (grid.figures.total, grid.figures.uncovered) == (Decimal("1090.50"), Decimal("100.50"))
    assert [cell.rows for cell in first.cells[:3]] == [1, 1, 0]


def test_the_page_shows_months_marks_and_rows_outside_the_plan() -> None:
    world = make_world()
    world.book("A1", "2024-01", "10.00")
    world.book("XX", "2024-02", "99.00")
    world.close("2024-01")
    page = signed_in(world.finance).get(address(world)).content.decode()
    assert 'data-month="2024-01" data-month-state="closed"' in page
    assert 'data-month="2024-02" data-month-state="open"' in page
    assert 'data-testid="no-responsible"' in page
    assert 'data-testid="no-use-plan"' in page
    assert address(world, "outside-list") in page
    # A closed month is read, an open one is written.
    assert f'name="{cell(world, "A1", "2024-01")}"' not in page
    assert f'name="{cell(world, "A1", "2024-02")}"' in page


def test_who_may_enter_sees_inputs_and_others_figures() -> None:
    world = make_world()
    for member, writes in ((world.finance, True), (world.viewer, False), (world.auditor, False), (world.admin, False)):
        page = signed_in(member).get(address(world))
        assert page.status_code == 200
        assert (b'data-testid="grid-form"' in page.content) is writes
    assert signed_in(world.board).get(address(world)).status_code == 403


def test_a_lead_sees_own_lines_only() -> None:
    world = make_world()
    lead = signed_in(world.lead)
    world.book("A1", "2024-01", "10.00")
    assert b'data-code="A1"' not in lead.get(address(world)).content
    rows = address(world, "actual-rows", code="A1", month="2024-01")
    assert lead.get(rows).status_code == 404
    centre = world.line("A1").target.cost_centre
    LeadScope.objects.create(organisation=world.organisation, membership=world.lead, cost_centre=centre)
    assert b'data-code="A1"' in lead.get(address(world)).content
    assert lead.get(rows).status_code == 200
    assert lead.post(address(world, "actuals-save"), {"key": str(uuid4())}).status_code == 403


def test_filters_stay_in_the_address() -> None:
    world = make_world()
    client = signed_in(world.finance)
    one = client.get(address(world), {"month": "2024-10"}).content.decode()
    assert cell(world, "A1", "2024-10") in one
    assert cell(world, "A1", "2024-09") not in one
    assert client.get(address(world), {"target": "0", "month": "nonsense", "responsible": "x"}).status_code == 200
    nobody = client.get(address(world), {"responsible": "none"}).content.decode()
    assert 'data-code="A1"' in nobody


@pytest.mark.parametrize("query", ["", "?month=2024-03"])
def test_2_and_200_lines_cost_the_same_queries(query: str) -> None:
    small = make_world("small")
    large = make_world("large", lines={f"L{number}": "100.00" for number in range(200)})
    counts = []
    for world, code in ((small, "A1"), (large, "L7")):
        world.book(code, "2024-03", "1.00")
        world.book("??", "2024-03", "1.00")
        client = signed_in(world.finance)
        client.get(address(world))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address(world) + query).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- the plain form


def test_the_plain_form_books_the_differences_in_one_booking() -> None:
    world = make_world()
    world.book("A1", "2024-01", "100.00")
    data = form_of(
        world,
        {
            ("A1", "2024-01"): ("100.00", "150,50"),
            ("A2", "2024-01"): ("0.00", "1 234,50"),
            ("A2", "2024-02"): ("0.00", ""),
        },
    )
    answer = signed_in(world.finance).post(address(world, "actuals-save") + "?month=2024-01", data)
    assert answer.status_code == 302
    assert answer["Location"].endswith("?month=2024-01")
    assert sums(world) == {("A1", "2024-01"): Decimal("150.50"), ("A2", "2024-01"): Decimal("1234.50")}
    booking = Booking.objects.latest("number")
    assert (booking.source, booking.row_count, booking.total) == ("grid", 2, Decimal("1285.00"))


def test_the_plain_form_sent_twice_books_once() -> None:
    world = make_world()
    data = form_of(world, {("A1", "2024-01"): ("0.00", "5")})
    client = signed_in(world.finance)
    assert client.post(address(world, "actuals-save"), data).status_code == 302
    assert client.post(address(world, "actuals-save"), data).status_code == 302
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("typed", ["1.234", "12,345", "1,2345", "abc", "12 34", "9" * 30])
def test_one_unreadable_cell_saves_nothing_and_keeps_what_was_typed(typed: str) -> None:
    world = make_world()
    data = form_of(world, {("A1", "2024-01"): ("0.00", typed), ("A2", "2024-01"): ("0.00", "77,77")})
    answer = signed_in(world.finance).post(address(world, "actuals-save"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not Actual.objects.exists()
    assert 'data-testid="form-errors"' in page
    assert f'href="#{cell(world, "A1", "2024-01")}"' in page
    assert f'value="{typed}"' in page
    assert 'value="77,77"' in page


def test_a_conflict_shows_both_figures_and_asks() -> None:
    world = make_world()
    client = signed_in(world.finance)
    world.book("A1", "2024-01", "500.00")
    name = cell(world, "A1", "2024-01")
    data = form_of(world, {("A1", "2024-01"): ("0.00", "600,00"), ("A2", "2024-01"): ("0.00", "1,00")})
    answer = client.post(address(world, "actuals-save"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'name="k{name[1:]}" value="theirs"' in page
    assert "500,00" in page
    assert 'value="600,00"' in page
    assert sums(world) == {("A1", "2024-01"): Decimal("500.00")}
    # The page asks: sending it again without an answer still saves nothing.
    again = {**data, "key": str(uuid4()), f"s{name[1:]}": "500.00", f"k{name[1:]}": ""}
    assert client.post(address(world, "actuals-save"), again).status_code == 422
    assert client.post(address(world, "actuals-save"), {**again, f"k{name[1:]}": "mine"}).status_code == 302
    assert sums(world) == {("A1", "2024-01"): Decimal("600.00"), ("A2", "2024-01"): Decimal("1.00")}


def test_their_figure_can_be_kept() -> None:
    world = make_world()
    world.book("A1", "2024-01", "500.00")
    name = cell(world, "A1", "2024-01")
    data = form_of(world, {("A1", "2024-01"): ("500.00", "600,00")}) | {f"k{name[1:]}": "theirs"}
    assert signed_in(world.finance).post(address(world, "actuals-save"), data).status_code == 302
    assert sums(world) == {("A1", "2024-01"): Decimal("500.00")}


def test_a_month_closed_meanwhile_is_refused_and_the_typed_figure_shown() -> None:
    world = make_world()
    data = form_of(world, {("A1", "2024-01"): ("0.00", "321,00")})
    world.close("2024-01")
    answer = signed_in(world.finance).post(address(world, "actuals-save"), data)
    assert answer.status_code == 422
    assert "321,00" in answer.content.decode()
    assert not Actual.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"key": "no key"}, {"key": ""}, {"s": "abc"}, {"s": "NaN"}, {"s": "1e999999999"}],
    ids=["key", "no key", "text", "nan", "huge"],
)
def test_a_form_that_is_not_ours_is_refused(change: dict[str, str]) -> None:
    world = make_world()
    data = form_of(world, {("A1", "2024-01"): (change.get("s", "0.00"), "1")})
    data |= {name: value for name, value in change.items() if name == "key"}
    assert signed_in(world.finance).post(address(world, "actuals-save"), data).status_code == 400


def test_a_draft_takes_no_figures() -> None:
    world = make_world(active=False)
    client = signed_in(world.finance)
    assert b'data-testid="grid-form"' not in client.get(address(world)).content
    data = form_of(world, {("A1", "2024-01"): ("0.00", "1")})
    assert client.post(address(world, "actuals-save"), data).status_code == 422
    assert not Actual.objects.exists()


# --- files


def test_the_files_agree_with_the_page() -> None:
    world = make_world()
    world.book("A1", "2024-01", "1234.56")
    world.book("A2", "2024-03", "-4.50")
    client = signed_in(world.viewer)
    text = client.get(address(world, "actuals-export", format="csv")).content.decode("utf-8-sig")
    assert "1234,56" in text
    assert "1230,06" in text
    assert "1\u00a0230,06" in client.get(address(world)).content.decode()
    assert client.get(address(world, "actuals-export", format="xlsx")).content[:2] == b"PK"
    rows = client.get(address(world, "actuals-export", format="csv") + "?rows=1&line=A2").content.decode("utf-8-sig")
    assert "-4,50" in rows
    assert "1234,56" not in rows
    assert client.get(address(world, "actuals-export", format="csv").replace("csv", "exe")).status_code == 404
