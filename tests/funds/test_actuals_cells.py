"""The answers to the grid's script: cells, conflicts, keys, pasted blocks, a lost session."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from funds.actions.cells import CellChange
from funds.models import Actual, Booking
from funds.views.actuals_notices import notices_of, said
from fundtrack.periods import Month
from tests.factories import World, make_world
from tests.funds.ledger_pages import address, cell, signed_in, sums

pytestmark = pytest.mark.django_db


def ask(world: World, client: Client | None = None, query: str = "", **sent: Any) -> HttpResponse:
    body = {"person": world.finance.pk, **sent}
    url = address(world, "actuals-cells") + query
    return (client or signed_in(world.finance)).post(url, json.dumps(body), content_type="application/json")


def save(world: World, code: str, month: str, seen: str, text: str, *, key: str = "", **more: Any) -> HttpResponse:
    cells = [{"cell": cell(world, code, month), "seen": seen, "text": text}]
    return ask(world, key=key or str(uuid4()), cells=cells, **more)


def test_a_cell_is_read_by_the_server_and_shown_back() -> None:
    world = make_world()
    answer = save(world, "A1", "2024-10", "0.00", "1 234,5 €")
    saved = answer.json()["saved"][0]
    assert (saved["text"], saved["seen"]) == ("1\u00a0234,50", "1234.50")
    assert sums(world) == {("A1", "2024-10"): Decimal("1234.50")}
    assert Booking.objects.get().source == "grid"


@pytest.mark.parametrize("query", ["", "?month=2024-10", "?responsible=none"])
def test_the_answer_renews_exactly_the_figures_of_a_fresh_page(query: str) -> None:
    world = make_world(lines={"A1": "100.00", "A2": "50.00"})
    client = signed_in(world.finance)
    cells = [{"cell": cell(world, "A1", "2024-10"), "seen": "0.00", "text": "150"}]
    answer = ask(world, client, query, key=str(uuid4()), cells=cells).json()
    page = client.get(address(world) + query).content.decode()
    assert f"line-{world.line('A1').pk}-uncovered" in answer["figures"]
    assert f"line-{world.line('A2').pk}-total" not in answer["figures"]
    for key, text in answer["figures"].items():
        assert f'data-figure="{key}">{text}<' in page


def test_emptying_a_cell_books_its_figure_back() -> None:
    world = make_world()
    world.book("A1", "2024-10", "70.00")
    assert save(world, "A1", "2024-10", "70.00", "").status_code == 200
    assert sums(world) == {("A1", "2024-10"): Decimal(0)}


def test_two_people_saving_one_cell() -> None:
    world = make_world()
    assert save(world, "A1", "2024-10", "0.00", "500").status_code == 200
    late = save(world, "A1", "2024-10", "0.00", "600")
    clash = late.json()["clashes"][0]
    assert late.status_code == 409
    assert (clash["theirs_seen"], clash["mine_text"]) == ("500.00", "600,00")
    assert sums(world) == {("A1", "2024-10"): Decimal("500.00")}
    # Mine over theirs, knowingly.
    assert save(world, "A1", "2024-10", clash["theirs_seen"], clash["mine_text"]).status_code == 200
    assert sums(world) == {("A1", "2024-10"): Decimal("600.00")}


def test_two_people_typing_the_same_figure_agree() -> None:
    world = make_world()
    save(world, "A1", "2024-10", "0.00", "500")
    assert save(world, "A1", "2024-10", "0.00", "500").status_code == 200
    assert Actual.objects.count() == 1


def test_the_same_key_books_once_and_never_something_else() -> None:
    world = make_world()
    key = str(uuid4())
    assert save(world, "A1", "2024-10", "0.00", "5", key=key).status_code == 200
    assert save(world, "A1", "2024-10", "0.00", "5", key=key).status_code == 200
    other = save(world, "A1", "2024-10", "0.00", "6", key=key)
    assert (other.status_code, other.json()["code"]) == (409, "key_used_otherwise")
    assert save(world, "A2", "2024-10", "0.00", "5", key=key).status_code == 409
    assert sums(world) == {("A1", "2024-10"): Decimal("5.00")}


@pytest.mark.parametrize(
    ("typed", "code", "readings"),
    [
        ("1.234", "ambiguous", ["1234,00"]),
        ("12,345", "ambiguous", ["12345,00"]),
        ("1,2345", "too_many_decimals", []),
        ("abc", "not_a_number", []),
        ("99999999999999", "too_large", []),
    ],
)
def test_what_cannot_be_read_is_asked(typed: str, code: str, readings: list[str]) -> None:
    world = make_world()
    answer = save(world, "A1", "2024-10", "0.00", typed)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"]) == (422, code)
    assert [reading["text"] for reading in error["readings"]] == readings
    assert not Actual.objects.exists()


def test_a_closed_month_is_refused_with_the_first_open_one_named() -> None:
    world = make_world()
    world.book("A2", "2024-01", "1.00")
    world.close("2024-01")
    answer = save(world, "A1", "2024-01", "0.00", "5")
    assert (answer.status_code, answer.json()["code"]) == (409, "month_is_closed")
    assert "2/2024" in answer.json()["message"]


def test_a_difference_beyond_the_ledger_is_refused() -> None:
    world = make_world()
    assert save(world, "A1", "2024-01", "0.00", "999999999999,99").status_code == 200
    answer = save(world, "A1", "2024-01", "999999999999.99", "-999999999999,99")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_bookable")


def test_another_plan_s_line_is_not_found() -> None:
    world, other = make_world(), make_world("muu")
    cells = [{"cell": cell(other, "A1", "2024-10"), "seen": "0.00", "text": "5"}]
    assert ask(world, key=str(uuid4()), cells=cells).json()["code"] == "no_such_cell"
    assert save(world, "A1", "2025-01", "0.00", "5").json()["code"] == "no_such_cell"
    twice = [{"cell": cell(world, "A1", "2024-10"), "seen": "0.00", "text": "5"}] * 2
    assert ask(world, key=str(uuid4()), cells=twice).json()["code"] == "no_such_cell"
    assert not Actual.objects.exists()


def test_who_may_not_enter_gets_an_answer_in_json() -> None:
    world = make_world()
    for client, status, code in (
        (Client(), 401, "signed_out"),
        (signed_in(world.viewer), 403, "not_allowed"),
        (signed_in(make_world("muu").finance), 404, "not_found"),
    ):
        answer = ask(world, client, key=str(uuid4()), cells=[])
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_page_left_open_by_somebody_else_saves_nothing() -> None:
    world = make_world()
    answer = save(world, "A1", "2024-10", "0.00", "5", person=world.approver.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_person")
    assert not Actual.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"key": "x", "cells": []},
        {"key": str(uuid4()), "cells": []},
        {"key": str(uuid4()), "cells": [{"cell": "c-1-2024-13", "seen": "0.00", "text": "1"}]},
        {"key": str(uuid4()), "cells": [{"cell": "c-1-2024-12", "seen": "Infinity", "text": "1"}]},
        {"key": str(uuid4()), "cells": [{"cell": "c-1-2024-12", "seen": 0, "text": 1}]},
        {"key": str(uuid4()), "cells": "c"},
        {"block": []},
        {"block": {"text": "1", "lines": ["1"], "months": []}},
        {"block": {"text": "1", "lines": [999999999], "months": ["2024-01"]}},
    ],
)
def test_what_the_script_would_never_send_is_refused(sent: dict[str, Any]) -> None:
    answer = ask(make_world(), **sent)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_understood")


def test_no_json_is_refused() -> None:
    world = make_world()
    client = signed_in(world.finance)
    for body in ("", "{", "[]", "\x00"):
        answer = client.post(address(world, "actuals-cells"), body, content_type="application/json")
        assert answer.status_code == 400


# --- what a person should look at once more


def abouts(answer: HttpResponse) -> list[str]:
    return [notice["about"] for notice in answer.json()["notices"]]


def test_a_line_that_goes_over_its_amount_is_said_and_saved() -> None:
    world = make_world(lines={"A1": "10000.00", "A2": "50.00"})
    line = f"l-{world.line('A1').pk}"
    assert abouts(save(world, "A1", "2024-10", "0.00", "10000")) == []
    huge = save(world, "A1", "2024-10", "10000.00", "99000000000")
    assert (huge.status_code, abouts(huge)) == (200, [line])
    assert "A1" in huge.json()["notices"][0]["text"]
    assert "98\u00a0999\u00a0990\u00a0000,00" in huge.json()["notices"][0]["text"]
    # Less over than before, though still over, is no news; further over is.
    assert abouts(save(world, "A1", "2024-10", "99000000000.00", "10001")) == []
    assert abouts(save(world, "A1", "2024-11", "0.00", "1")) == [line]


def test_a_month_that_is_ten_times_the_usual_one_is_said() -> None:
    world = make_world(lines={"A1": "100000.00"})
    for month, amount in (("2024-01", "100.00"), ("2024-02", "0"), ("2024-03", "-300.00")):
        assert abouts(save(world, "A1", month, "0.00", amount)) == []
    # The median of 100 and 300 is 200.
    assert abouts(save(world, "A1", "2024-10", "0.00", "1999,99")) == []
    answer = save(world, "A1", "2024-10", "1999.99", "2000")
    assert abouts(answer) == [cell(world, "A1", "2024-10")]
    assert "10/2024" in answer.json()["notices"][0]["text"]
    assert "200,00" in answer.json()["notices"][0]["text"]
    # The same figure again is not said again; a later month is compared with its earlier ones only.
    assert abouts(save(world, "A1", "2024-10", "2000.00", "2000")) == []
    assert abouts(save(world, "A1", "2024-02", "0.00", "90000")) == []


def test_what_is_said_costs_the_same_for_many_cells(django_assert_num_queries: Any) -> None:
    world = make_world(lines={f"A{number}": "1.00" for number in range(30)})
    months = [Month(2024, 1), Month(2024, 2)]
    changes = [
        CellChange(line.pk, month, Decimal(0), Decimal(5)) for line in world.plan.lines.all() for month in months
    ]
    for some in (changes[:1], changes):
        with django_assert_num_queries(3):
            notices = said(notices_of(world.plan, some))
    assert (len(notices), notices[-1]["about"]) == (21, "more")


def test_the_plain_form_says_it_too() -> None:
    world = make_world(lines={"A1": "10.00"})
    name = cell(world, "A1", "2024-10")
    data = {"key": str(uuid4()), name: "11", f"s{name[1:]}": "0.00"}
    page = signed_in(world.finance).post(address(world, "actuals-save"), data, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success", "warning"]


# --- pasted blocks


def paste(
    world: World, text: str, *, first: str = "A1", months: tuple[str, ...] = ("2024-10", "2024-11")
) -> HttpResponse:
    codes = sorted(line.project_code for line in world.plan.lines.all())
    lines = [world.line(code).pk for code in codes[codes.index(first) :]]
    return ask(world, block={"text": text, "lines": lines, "months": list(months)})


def test_a_block_is_shown_before_it_is_saved_in_one_booking() -> None:
    world = make_world()
    world.book("A1", "2024-10", "100.00")
    preview = paste(world, '1 234,50\t-\r\n"50,00\n"\t2,5\r\n').json()
    assert preview["code"] == "preview"
    assert Booking.objects.count() == 1
    assert [change["new"] for change in preview["changes"]] == ["1\u00a0234,50", "50,00", "2,50"]
    assert preview["notices"] == []
    saved = ask(world, key=str(uuid4()), source="paste", cells=preview["cells"])
    assert saved.status_code == 200
    booking = Booking.objects.latest("number")
    assert (booking.source, booking.row_count, booking.total) == ("paste", 3, Decimal("1187.00"))


def test_empty_cells_of_a_block_change_nothing() -> None:
    world = make_world()
    world.book("A1", "2024-10", "100.00")
    preview = paste(world, "\t5\n\t\n").json()
    assert len(preview["cells"]) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1\t2\n3", ["2", "1"]),
        ("1\n2\n3", ["3", "2", "A1"]),
        ("1\t2\t3", ["3", "2", "10/2024"]),
        ("1\nabc", ["2", "A2", "10/2024", "abc"]),
        ("1\t1.234", ["A1", "11/2024", "1.234"]),
        ("\n".join(["1"] * 10_000), ["10000", "2"]),
        ("\t".join(["1"] * 10_000), ["10000", "2"]),
        ("1\t2\n\n3\t4", ["3"]),
        ("", []),
        ('"' + "x" * 200_000, []),
    ],
    ids=["ragged", "rows", "columns", "text", "ambiguous", "10000 rows", "10000 columns", "gap", "empty", "endless"],
)
def test_a_block_of_the_wrong_shape_is_refused_with_the_place_named(text: str, named: list[str]) -> None:
    world = make_world()
    answer = paste(world, text)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_block")
    said = " ".join(answer.json()["problems"])
    assert said
    assert all(word in said for word in named)
    assert not Actual.objects.exists()


def test_every_wrong_cell_of_a_long_block_is_counted() -> None:
    world = make_world(lines={f"A{number:03}": "1.00" for number in range(100)})
    answer = paste(world, "\n".join(["x"] * 100), first="A000")
    problems = answer.json()["problems"]
    assert len(problems) == 21
    assert "80" in problems[-1]


def test_a_closed_month_in_the_way_refuses_the_block() -> None:
    world = make_world()
    world.close("2024-01")
    answer = paste(world, "1\t2", months=("2024-01", "2024-02"))
    assert answer.status_code == 422
    assert "1/2024" in answer.json()["problems"][0]


def test_a_block_that_somebody_overtook_is_refused_whole() -> None:
    world = make_world()
    cells = paste(world, "1\n2").json()["cells"]
    world.book("A2", "2024-10", "9.00")
    answer = ask(world, key=str(uuid4()), source="paste", cells=cells)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert Booking.objects.count() == 1


def test_a_request_too_big_to_read_gets_a_sentence() -> None:
    answer = paste(make_world(), "1\n" * 3_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_big")


def test_a_block_that_goes_over_a_line_is_said_before_it_is_saved() -> None:
    world = make_world(lines={"A1": "10.00", "A2": "50.00"})
    preview = paste(world, "6\t5\n50\t-")
    assert abouts(preview) == [f"l-{world.line('A1').pk}"]
    assert "1,00" in preview.json()["notices"][0]["text"]
