"""Rows behind a figure, corrections, single rows, and rows outside the plan."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from funds.actions.actuals import NewActual, WrongCorrection, correct_actual, record_actuals, settle_outside
from funds.models import Actual, Booking, LeadScope
from funds.queries.outside import OutsideReason, outside_rows
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from tests.factories import NOW, World, make_world
from tests.funds.ledger_pages import address, signed_in, sums

pytestmark = pytest.mark.django_db


def row_of(world: World, code: str, month: str, amount: str, **extra: Any) -> Actual:
    return world.book(code, month, amount, **extra).rows.get()


# --- rows


def test_a_cell_opens_its_rows_and_they_sum_to_it() -> None:
    world = make_world()
    world.book("A1", "2024-01", "100.00", voucher="V1", description="Lisenssi", supplier="Oy Ab", account="4300")
    world.book("A1", "2024-01", "-30.50")
    world.book("A1", "2024-02", "7.00")
    client = signed_in(world.viewer)
    page = client.get(address(world, "actual-rows", code="A1", month="2024-01")).content.decode()
    for text in ("V1", "Lisenssi", "Oy Ab", "4300", "Finance", 'data-testid="rows-total">69,50'):
        assert text in page
    assert "7,00" not in page
    assert client.get(address(world, "actual-rows", code="A1", month="2024-12")).status_code == 200
    assert client.get(address(world, "actual-rows", code="nix", month="2024-01")).status_code == 404


def test_totals_lead_to_their_rows() -> None:
    world = make_world()
    world.book("A1", "2024-01", "100.00")
    world.book("A2", "2024-02", "5.00")
    client, url = signed_in(world.viewer), address(world, "actual-list")
    target = world.line("A1").target_id
    for query, total in (
        ("", "105,00"),
        ("?line=A1", "100,00"),
        (f"?target={target}", "105,00"),
        (f"?target={target}&month=2024-02", "5,00"),
    ):
        assert f'data-testid="rows-total">{total}' in client.get(url + query).content.decode()
    for nothing in ("?target=0", "?target=x", "?target=99999999999999999999999", "?month=2024-99", "?line=%00"):
        assert b"rows-total" not in client.get(url + nothing).content


def test_the_number_of_rows_does_not_change_the_number_of_queries() -> None:
    world = make_world()
    client, url = signed_in(world.viewer), address(world, "actual-rows", code="A1", month="2024-01")
    counts = []
    for rows in (2, 60):
        for _ in range(rows):
            first = row_of(world, "A1", "2024-01", "2.00")
            world.book("A1", "2024-01", "-1.00", corrects_id=first.pk)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- corrections


def correct(world: World, row: Actual, **data: str) -> HttpResponse:
    form = {"key": str(uuid4()), "manner": "figure", "description": "Väärä summa", **data}
    return signed_in(world.finance).post(address(world, "actual-correct", actual=row.pk), form)


def test_a_row_of_an_open_month_is_corrected_in_it() -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-01", "100.00")
    assert correct(world, row, amount="80,00").status_code == 302
    correction = row.corrections.get()
    assert (correction.amount, correction.month, correction.concerns_month) == (Decimal("-20.00"), row.month, None)


def test_a_row_of_a_closed_month_is_corrected_in_the_first_open_one() -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-01", "100.00")
    world.close("2024-01", "2024-02")
    page = signed_in(world.finance).get(address(world, "actual-correct", actual=row.pk)).content.decode()
    assert "3/2024" in page
    answer = correct(world, row, manner="difference", amount="-20,00")
    correction = row.corrections.get()
    assert (correction.amount, correction.month, correction.concerns_month) == (
        Decimal("-20.00"),
        Month(2024, 3).first,
        row.month,
    )
    assert answer["Location"].endswith(f"/rows/A1/2024-03/#row-{correction.pk}")


def test_a_figure_is_compared_with_the_row_and_its_earlier_corrections() -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-01", "100.00")
    correct(world, row, amount="80,00")
    correct(world, row, amount="90,00")
    assert sums(world) == {("A1", "2024-01"): Decimal("90.00")}


def test_a_correction_sent_twice_is_booked_once() -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-01", "100.00")
    key = str(uuid4())
    assert correct(world, row, amount="80,00", key=key).status_code == 302
    assert correct(world, row, amount="80,00", key=key).status_code == 302
    assert row.corrections.count() == 1


@pytest.mark.parametrize("data", [{"amount": "100"}, {"amount": "1.234"}, {"amount": ""}, {"description": ""}])
def test_a_correction_that_says_nothing_is_refused(data: dict[str, str]) -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-01", "100.00")
    assert correct(world, row, **{"amount": "80", **data}).status_code == 422
    assert not row.corrections.exists()


def test_a_correction_that_would_find_no_line_is_refused() -> None:
    world = make_world()
    row = row_of(world, "A1", "2024-12", "100.00")
    world.close(*(str(month) for month in Month.year_of(2024)))
    with pytest.raises(WrongCorrection):
        correct_actual(
            organisation=world.organisation,
            actual=row,
            amount=Decimal("-1.00"),
            by=world.finance,
            at=NOW,
            key=uuid4(),
            description="Myöhässä",
        )


# --- one row


def book(world: World, **data: str) -> HttpResponse:
    form = {"key": str(uuid4()), "month": "2024-10", "amount": "1 234,50", **data}
    return signed_in(world.finance).post(address(world, "actual-book"), form)


def test_a_row_is_booked_on_a_line_with_all_it_says() -> None:
    world = make_world()
    answer = book(
        world,
        line=str(world.line("A1").pk),
        booked_on="2024-10-05",
        account="4300",
        voucher="V7",
        supplier="Oy",
        description="Koulutus",
    )
    row = Actual.objects.get()
    assert answer["Location"].endswith(f"/rows/A1/2024-10/#row-{row.pk}")
    assert (row.amount, row.account, row.voucher, row.supplier) == (Decimal("1234.50"), "4300", "V7", "Oy")
    assert (row.booking.source, str(row.booked_on)) == ("form", "2024-10-05")


def test_a_pair_finds_its_line() -> None:
    world = make_world()
    assert book(world, cost_centre_code="1000", project_code="A2").status_code == 302
    assert Actual.objects.get().line == world.line("A2")


@pytest.mark.parametrize("pair", [("1000", "XX"), ("9999", "A1"), ("1000", "")])
def test_a_pair_without_a_line_needs_an_explicit_word(pair: tuple[str, str]) -> None:
    world = make_world()
    data = {"cost_centre_code": pair[0], "project_code": pair[1]}
    answer = book(world, **data)
    assert answer.status_code == 422
    assert b'data-testid="outside-question"' in answer.content
    assert not Actual.objects.exists()
    assert book(world, **data, outside="on").status_code == 302
    assert Actual.objects.get().line is None


@pytest.mark.parametrize(
    "data",
    [
        {"line": "", "cost_centre_code": ""},
        {"cost_centre_code": "1000", "project_code": "A1", "amount": "0"},
        {"cost_centre_code": "1000", "project_code": "A1", "amount": "1.234"},
        {"cost_centre_code": "1000", "project_code": "A1", "booked_on": "2024-09-30"},
        {"cost_centre_code": "1000", "project_code": "A1", "month": "2023-10"},
        {"cost_centre_code": "1000", "project_code": "A1", "description": "x" * 501},
        {"cost_centre_code": "1000", "project_code": "A1", "key": "x"},
    ],
)
def test_a_row_that_cannot_be_booked_is_refused(data: dict[str, str]) -> None:
    world = make_world()
    assert book(world, **data).status_code == 422
    assert not Actual.objects.exists()


def test_a_row_in_a_closed_month_is_refused_with_the_first_open_one_named() -> None:
    world = make_world()
    world.close("2024-01")
    answer = book(world, month="2024-01", line=str(world.line("A1").pk))
    assert answer.status_code == 422
    assert "2/2024" in answer.content.decode()


def test_a_double_click_books_one_row() -> None:
    world = make_world()
    data = {"key": str(uuid4()), "line": str(world.line("A1").pk)}
    assert book(world, **data).status_code == 302
    assert book(world, **data).status_code == 302
    assert book(world, **data, amount="7").status_code == 422
    assert Actual.objects.count() == 1


# --- outside the plan


def test_why_a_row_is_outside_the_plan() -> None:
    world = make_world()
    for code, centre in (("XX", "1000"), ("A1", "9999"), ("", "1000")):
        world.book(code, "2024-01", "1.00", centre=centre)
    reasons = [row.reason for row in outside_rows(world.organisation, 2024)]
    assert reasons == [OutsideReason.UNKNOWN_CODE, OutsideReason.OTHER_COST_CENTRE, OutsideReason.NO_CODE]


def settle(world: World, row: Actual, **data: str) -> HttpResponse:
    form = {"key": str(uuid4()), "reason": "Kirjattu väärin", **data}
    return signed_in(world.finance).post(address(world, "outside-settle", actual=row.pk), form)


def test_a_row_is_settled_onto_a_line_in_the_first_open_month() -> None:
    world = make_world()
    row = row_of(world, "XX", "2024-01", "40.00")
    world.close("2024-01")
    assert settle(world, row, destination=str(world.line("A1").pk)).status_code == 302
    assert sums(world) == {
        ("XX", "2024-01"): Decimal("40.00"),
        ("XX", "2024-02"): Decimal("-40.00"),
        ("A1", "2024-02"): Decimal("40.00"),
    }
    assert not outside_rows(world.organisation, 2024)
    page = signed_in(world.viewer).get(address(world, "outside-list")).content.decode()
    assert "Kirjattu väärin" in page
    assert 'data-testid="settled"' in page


def test_a_row_is_left_to_the_ordinary_budget() -> None:
    world = make_world()
    row = row_of(world, "XX", "2024-01", "40.00")
    key = str(uuid4())
    assert settle(world, row, destination="ordinary", key=key).status_code == 302
    # Sent twice: the page says that it is settled already.
    assert settle(world, row, destination="ordinary", key=key).status_code == 302
    assert sums(world) == {("XX", "2024-01"): Decimal(0)}


@pytest.mark.parametrize("data", [{"reason": ""}, {"destination": ""}, {"destination": "0"}])
def test_a_settlement_needs_a_place_and_a_reason(data: dict[str, str]) -> None:
    world = make_world()
    row = row_of(world, "XX", "2024-01", "40.00")
    assert settle(world, row, **{"destination": "ordinary", **data}).status_code == 422
    assert outside_rows(world.organisation, 2024)


def test_a_settlement_never_loses_a_row_into_the_next_year() -> None:
    world = make_world()
    row = row_of(world, "XX", "2024-12", "40.00")
    world.close(*(str(month) for month in Month.year_of(2024)))
    with pytest.raises(Refusal):
        settle_outside(
            organisation=world.organisation,
            actual=row,
            line=world.line("A1"),
            by=world.finance,
            at=NOW,
            key=uuid4(),
            reason="Myöhässä",
        )


def test_a_lead_sees_outside_rows_of_own_cost_centres() -> None:
    world = make_world()
    world.book("XX", "2024-01", "40.00")
    world.book("YY", "2024-01", "41.00", centre="9999")
    client, url = signed_in(world.lead), address(world, "outside-list")
    assert b"40,00" not in client.get(url).content
    centre = world.line("A1").target.cost_centre
    LeadScope.objects.create(organisation=world.organisation, membership=world.lead, cost_centre=centre)
    page = client.get(url).content
    assert b"40,00" in page
    assert b"41,00" not in page


# --- what the ledger takes


@pytest.mark.parametrize(
    "row",
    [
        {"amount": Decimal(0)},
        {"description": "x" * 501},
        {"amount": Decimal("1000000000000.00")},
    ],
)
def test_what_the_ledger_cannot_hold_is_refused_in_words(row: dict[str, Any]) -> None:
    world = make_world()
    values = {"month": Month(2024, 1), "amount": Decimal(1), "cost_centre_code": "1000", "project_code": "A1", **row}
    with pytest.raises(Refusal) as refused:
        record_actuals(
            organisation=world.organisation,
            rows=[NewActual(**values)],
            by=world.finance,
            at=NOW,
            source=Booking.Source.FORM,
            key=uuid4(),
        )
    assert refused.value.code == "not_bookable"
