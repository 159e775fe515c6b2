"""Pages of a plan: what they show, whom they let in, and that a long plan costs no more queries than a short one."""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funds.actions.notes import write_comment
from funds.actions.plans import LineLayout, TargetLayout, record_amendment, save_layout
from funds.models import Amendment, Judgement, LeadScope, UsePlan
from funds.queries.layouts import layout_of
from funds.queries.plans import plan_overview
from fundtrack.periods import Month
from organisations.rights import Role
from tests.factories import NOW, World, make_world

from .pages import address, browser_of, plan_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(ceiling="80000.00")


def amend(world: World, code: str, change: str, on: str = "2024-07-01") -> Amendment:
    return record_amendment(
        plan=world.plan,
        effective_on=date.fromisoformat(on),
        changes={world.line(code).pk: Decimal(change)},
        reason="Johtokunta",
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    # Without the tokens, whose random letters can spell a code.
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode().replace("\u00a0", " "))


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- the plan on a date


def test_amounts_hold_on_their_date(world: World) -> None:
    amend(world, "A1", "1000.00", "2024-07-01")
    client = browser_of(world.viewer)
    before, after = (text(client, plan_address("plan", world) + f"?on={day}") for day in ("2024-06-30", "2024-07-01"))
    assert "51 000,00" not in before and "+1 000,00" not in before
    assert "51 000,00" in after and "+1 000,00" in after and "9 000,00 €" in after


def test_a_strange_date_in_the_address_is_passed_over(world: World) -> None:
    assert "50 000,00" in text(browser_of(world.viewer), plan_address("plan", world) + "?on=31.2.2024")


def test_what_rule_r7_misses_is_listed(world: World) -> None:
    client = browser_of(world.viewer)
    assert 'data-testid="not-ready"' in text(client, plan_address("plan", world))
    world.plan.targets.update(responsible=world.lead, use_plan="Tehdään")
    page = text(client, plan_address("plan", world))
    assert 'data-testid="not-ready"' not in page and world.lead.user.name in page


def test_a_lead_sees_own_lines_only(world: World) -> None:
    other = TargetLayout("Toinen", "2000", [LineLayout("Muu rivi", "B1", Decimal(0))])
    save_layout(
        plan=world.plan,
        ceiling=world.plan.ceiling,
        targets=[*layout_of(world.plan), other],
        seen_version=UsePlan.objects.get(pk=world.plan.pk).version,
        by=world.admin,
    )
    centre = world.organisation.cost_centres.get(code="2000")
    LeadScope.objects.create(organisation=world.organisation, membership=world.lead, cost_centre=centre)
    client = browser_of(world.lead)
    page = text(client, plan_address("plan", world))
    assert "B1" in page and "A1" not in page and 'data-testid="ceiling"' not in page
    assert client.get(plan_address("line", world, code="A1")).status_code == 404
    assert client.get(plan_address("line", world, code="B1")).status_code == 200
    assert "A1" not in client.get(plan_address("plan-export", world, format="csv")).content.decode()


# --- steps of a draft


def test_a_draft_is_brought_into_force_and_deleted_by_an_admin() -> None:
    world = make_world(active=False)
    client = browser_of(world.admin)
    page = text(client, plan_address("plan", world))
    assert 'data-testid="activate"' in page and 'data-testid="delete"' in page
    assert client.post(plan_address("plan-activate", world)).status_code == 302
    world.plan.refresh_from_db()
    assert world.plan.is_active and world.plan.activated_by == world.admin
    page = client.post(plan_address("plan-delete", world), follow=True).content.decode()
    assert "never deleted" in page and UsePlan.objects.filter(pk=world.plan.pk).exists()


def test_a_new_draft_leads_to_the_editor(world: World) -> None:
    client = browser_of(world.admin)
    url = address("plan-create", world, fund="rahasto")
    assert client.post(url, {"year": "2024", "ceiling": "5"}).status_code == 422
    assert client.post(url, {"year": "2025", "ceiling": "1.234"}).status_code == 422
    response = client.post(url, {"year": "2025", "ceiling": "500 000"})
    assert response.status_code == 302 and response["Location"].endswith("/2025/plan/edit/")
    assert UsePlan.objects.get(year=2025).ceiling == Decimal("500000.00")


# --- amendments


def sent(world: World, step: str, **more: str) -> dict[str, str]:
    return {
        "step": step,
        "key": "00000000-0000-4000-8000-000000000001",
        "effective_on": "2024-07-01",
        "reason": "Johtokunta",
        "decision_reference": "§ 5",
        f"change-{world.line('A1').pk}": "-500",
        f"change-{world.line('A2').pk}": "500,00",
        **more,
    }


def test_the_preview_writes_nothing_and_recording_twice_records_once(world: World) -> None:
    client, url = browser_of(world.admin), plan_address("amendment-create", world)
    preview = client.post(url, sent(world, "preview"))
    page = preview.content.decode().replace("\u00a0", " ")
    assert preview.status_code == 200 and 'data-testid="amendment-preview"' in page
    assert "49 500,00" in page and "20 500,00" in page
    assert not Amendment.objects.exists()
    back = client.post(url, sent(world, "edit")).content.decode()
    assert 'value="-500"' in back and "Johtokunta" in back and 'class="error-summary"' not in back
    for _click in range(2):
        assert client.post(url, sent(world, "record")).status_code == 302
    assert Amendment.objects.get().decision_reference == "§ 5"
    assert "49 500,00" in text(browser_of(world.viewer), plan_address("amendment-list", world))


def test_a_refused_amendment_keeps_what_was_typed(world: World) -> None:
    world.close("2024-01")
    client, url = browser_of(world.admin), plan_address("amendment-create", world)
    for step in ("preview", "record"):
        response = client.post(url, sent(world, step, effective_on="2024-01-31"))
        page = response.content.decode()
        assert response.status_code == 422 and "1/2024 is closed" in page
        assert 'value="-500"' in page and 'value="500,00"' in page and "§ 5" in page
    response = client.post(url, sent(world, "preview", **{f"change-{world.line('A2').pk}": "1.234"}))
    assert response.status_code == 422 and "can be read as" in response.content.decode()
    assert not Amendment.objects.exists()


# --- the line


def test_the_line_tells_its_story(world: World) -> None:
    world.book("A2", "2024-01", "12000.00")
    world.book("A2", "2024-02", "9000.00")
    world.close("2024-01", "2024-02")
    world.draw("2024-01")
    world.draw("2024-02")
    amend(world, "A2", "500.00", "2024-03-01")
    LeadScope.objects.create(
        organisation=world.organisation,
        membership=world.lead,
        cost_centre=world.organisation.cost_centres.get(code="1000"),
    )
    for words in ("Vanha selitys", "Uusi selitys"):
        write_comment(line=world.line("A2"), month=Month(2024, 2), text=words, by=world.lead, at=NOW)
    page = text(browser_of(world.viewer), plan_address("line", world, code="A2"))
    for expected in ("20 500,00", "21 000,00", "8 000,00", "1 000,00", "−500,00", "102,44 %", "Uusi selitys"):
        assert expected in page
    assert "Vanha selitys" not in page
    assert plan_address("actual-rows", world, code="A2", month="2024-02") in page
    assert plan_address("drawdown", world, month="2024-01") in page


def test_judgements_and_interfaces_are_recorded_and_kept(world: World) -> None:
    client = browser_of(world.admin)
    judge = plan_address("judgement-create", world, code="A1")
    values = {"rule": "other_funding", "verdict": "fits", "judged_on": "2024-02-01", "grounds": "Ei haettavissa"}
    assert client.post(judge, {**values, "grounds": " "}).status_code == 422
    assert client.post(judge, values).status_code == 302
    assert client.post(judge, {**values, "verdict": "does_not_fit", "grounds": "Avustus tuli"}).status_code == 302
    assert list(Judgement.objects.values_list("verdict", flat=True).order_by("pk")) == ["fits", "does_not_fit"]
    link = plan_address("interface-create", world, code="A1")
    assert client.post(link, {"theme": "Kotoutuminen"}).status_code == 422
    assert client.post(link, {"theme": "Kotoutuminen", "other_measure": "Next level"}).status_code == 302
    page = text(client, plan_address("line", world, code="A1"))
    assert "Ei haettavissa" in page and "Avustus tuli" in page and "Next level" in page
    interface = world.line("A1").interfaces.get()
    remove = plan_address("interface-remove", world, code="A1", interface=interface.pk)
    assert browser_of(world.finance).post(remove).status_code == 403
    assert client.post(remove).status_code == 302
    assert not world.line("A1").interfaces.exists()


# --- who and how much


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_and_who_edits(world: World, role: Role) -> None:
    client = browser_of(world.members[role])
    sees = 403 if role == Role.BOARD else 200
    edits = 200 if role == Role.ADMIN else 403
    assert client.get(plan_address("plan", world)).status_code == sees
    assert client.get(plan_address("plan-edit", world)).status_code == edits
    assert client.get(plan_address("plan-import", world)).status_code == edits
    assert client.get(plan_address("amendment-create", world)).status_code == edits
    assert client.post(plan_address("plan-check", world)).status_code == edits
    if role != Role.ADMIN:
        assert client.post(plan_address("plan-activate", world)).status_code == 403
        assert client.post(plan_address("plan-delete", world)).status_code == 403


def test_another_organisation_finds_nothing(world: World) -> None:
    stranger = make_world("muu")
    for name in ("plan", "plan-edit", "plan-import", "amendment-list", "amendment-create"):
        assert browser_of(stranger.admin).get(plan_address(name, world)).status_code == 404
    wrong = plan_address("plan", world).replace("/testila/", "/muu/").replace("rahasto", "puuttuu")
    assert browser_of(stranger.admin).get(wrong).status_code == 404


@pytest.mark.parametrize(
    "name", ["plan", "plan-edit", "amendment-list", "amendment-create", "fund", "fund-list", "cost-centre-list"]
)
def test_two_and_two_hundred_lines_cost_the_same_queries(name: str) -> None:
    worlds = [make_world(), make_world("iso", lines={f"A{n}": "10.00" for n in range(200)})]
    counted = []
    for world in worlds:
        for code in world.plan.lines.values_list("project_code", flat=True)[: len(counted) * 40 + 2]:
            amend(world, code, "-1.00")
        world.plan.targets.update(responsible=world.lead)
        url = {
            "fund": address("fund", world, fund="rahasto"),
            "fund-list": address("fund-list", world),
            "cost-centre-list": address("cost-centre-list", world),
        }.get(name) or plan_address(name, world)
        client = browser_of(world.admin)
        client.get(url)
        counted.append(queries(client, url))
    assert counted[0] == counted[1]


def test_the_overview_of_a_plan_is_four_queries(world: World, django_assert_num_queries: Any) -> None:
    plan = UsePlan.objects.select_related("organisation").get(pk=world.plan.pk)
    lines = list(plan.lines.select_related("target__cost_centre"))
    with django_assert_num_queries(4):
        assert plan_overview(plan, date(2024, 12, 31), lines).unallocated == Decimal("10000.00")
