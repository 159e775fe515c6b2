"""The plan editor: everything works by posting the page; the script only saves round trips."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from funds.actions.plans import LineLayout, TargetLayout, save_layout
from funds.forms.plan_editor import PlanEditor
from funds.models import BudgetLine, UsePlan
from funds.queries.layouts import layout_of
from tests.factories import World, make_world

from .pages import browser_of, plan_address

pytestmark = pytest.mark.django_db

Page = dict[str, Any]


@pytest.fixture
def draft() -> World:
    return make_world(active=False, ceiling="100000.00")


@pytest.fixture
def client(draft: World) -> Client:
    return browser_of(draft.admin)


def page_of(world: World) -> Page:
    """What the browser would send for the stored plan."""
    plan = UsePlan.objects.get(pk=world.plan.pk)
    return sent(PlanEditor(plan))


def sent(editor: PlanEditor) -> Page:
    data: Page = {"version": str(editor.version), "ceiling": editor.ceiling_text, "row": []}
    for row in editor.rows:
        data["row"].append(row.key)
        data |= {f"{row.key}-kind": row.kind, f"{row.key}-id": str(row.id or "")}
        data |= {f"{row.key}-{name}": value for name, value in row.values.items()}
    return data


def add(page: Page, key: str, kind: str, **values: str) -> Page:
    fields = {f"{key}-{name}": value for name, value in values.items()}
    return {**page, "row": [*page["row"], key], f"{key}-kind": kind, f"{key}-id": "", **fields}


def names(world: World) -> list[tuple[str, list[str]]]:
    plan = UsePlan.objects.get(pk=world.plan.pk)
    return [(target.name, [line.project_code for line in target.lines]) for target in layout_of(plan)]


def test_saving_what_was_opened_changes_nothing(draft: World, client: Client) -> None:
    before = layout_of(draft.plan)
    assert client.post(plan_address("plan-edit", draft), page_of(draft)).status_code == 302
    assert layout_of(draft.plan) == before


def test_a_whole_plan_is_typed_and_saved(draft: World, client: Client) -> None:
    page: Page = {"version": str(draft.plan.version), "ceiling": "500 000 €", "row": []}
    page = add(page, "t1", "target", name=" Tietohallinto  ", cost_centre="2918300002", cost_centre_name="KLL")
    page = add(page, "a", "line", name="Identiteetinhallinta", project_code="KR2401", amount="50.000,00")
    page = add(page, "b", "line", name="Laitehallinta", project_code="KR2402", amount="10 000", use_plan="Laitteet")
    page = add(page, "blank", "line", name="", project_code="", amount="", responsible="", use_plan=" ")
    page = add(page, "t2", "target", name="Lukio", cost_centre="0012", responsible=str(draft.lead.pk))
    page = add(page, "c", "line", name="Hyvinvointi", project_code="KR2407", amount="150000,50")
    page = add(page, "t3", "target", name="", cost_centre="")
    response = client.post(plan_address("plan-edit", draft), page)
    assert response.status_code == 302, response.content.decode()
    assert names(draft) == [("Tietohallinto", ["KR2401", "KR2402"]), ("Lukio", ["KR2407"])]
    plan = UsePlan.objects.get(pk=draft.plan.pk)
    assert plan.ceiling == Decimal("500000.00")
    assert plan.lines.get(project_code="KR2402").use_plan == "Laitteet"
    assert plan.targets.get(name="Lukio").responsible == draft.lead
    assert list(plan.lines.values_list("first_amount", flat=True)) == [
        Decimal("50000.00"),
        Decimal("10000.00"),
        Decimal("150000.50"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "anchor"),
    [
        ("-amount", "1.234", "-amount"),
        ("-amount", "12,345", "-amount"),
        ("-amount", "x", "-amount"),
        ("-amount", "-1", "-amount"),
        ("-amount", "99999999999999", "-amount"),
        ("-project_code", "A2", "-project_code"),
        ("-project_code", "../x", "-project_code"),
        ("-name", "", "-name"),
        ("-responsible", "999999999", "-responsible"),
        ("-responsible", "abc", "-responsible"),
        ("-use_plan", "x" * 10_001, "-use_plan"),
    ],
)
def test_an_error_names_row_and_field_and_keeps_what_was_typed(
    draft: World, client: Client, field: str, value: str, anchor: str
) -> None:
    key = f"line-{draft.line('A1').pk}"
    page = {**page_of(draft), f"{key}{field}": value}
    response = client.post(plan_address("plan-edit", draft), page)
    content = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{key}{anchor}"' in content
    # A person who is no member cannot be shown in the list of members.
    assert value in content or field == "-responsible"
    assert BudgetLine.objects.get(plan=draft.plan, project_code="A1").first_amount == Decimal("50000.00")


def test_what_two_rows_share_is_said_once_and_names_both(draft: World, client: Client) -> None:
    keys = [f"line-{draft.line(code).pk}" for code in ("A1", "A2")]
    page = page_of(draft)
    for key, name in zip(keys, ("Yksi", "Kaksi"), strict=True):
        page |= {f"{key}-project_code": "SAMA", f"{key}-name": name}
    content = client.post(plan_address("plan-edit", draft), page).content.decode()
    summary = content[content.index('data-testid="form-errors"') : content.index('id="plan-bar"')]
    assert summary.count("<li>") == 1
    for key, label in zip(keys, ("SAMA Yksi", "SAMA Kaksi"), strict=True):
        assert f'href="#{key}-project_code">{label}</a>' in summary


def test_the_ceiling_is_enforced_on_the_server(draft: World, client: Client) -> None:
    response = client.post(plan_address("plan-edit", draft), {**page_of(draft), "ceiling": "69 999,99"})
    assert response.status_code == 422
    assert "0,01\u00a0€ more than the ceiling" in response.content.decode()
    response = client.post(plan_address("plan-edit", draft), {**page_of(draft), "ceiling": "1.234"})
    assert response.status_code == 422
    # What could not be read is not compared with the sum.
    assert "more than the ceiling" not in response.content.decode()


def test_a_line_needs_a_target_above_it(draft: World, client: Client) -> None:
    page = page_of(draft)
    page["row"] = [*page["row"][1:], page["row"][0]]
    assert client.post(plan_address("plan-edit", draft), page).status_code == 422
    assert names(draft) == [("Kohde", ["A1", "A2"])]


# --- buttons without a script


def pressed(draft: World, page: Page, *commands: str) -> list[str]:
    editor = PlanEditor(draft.plan)
    editor.rows = [row for row in editor.rows if row.key in page["row"]]
    for command in commands:
        editor.obey(command)
    return [f"{row.kind[0]}:{row.values.get('project_code') or row.values['name']}" for row in editor.rows]


def test_buttons_add_move_and_remove_rows(draft: World) -> None:
    second = TargetLayout("Toinen", "2000", [LineLayout("Rivi", "B1", Decimal(1))])
    save_layout(
        plan=draft.plan,
        ceiling=draft.plan.ceiling,
        targets=[*layout_of(draft.plan), second],
        seen_version=draft.plan.version,
        by=draft.admin,
    )
    page = page_of(draft)
    kohde, a1, a2, toinen, b1 = page["row"]
    start = ["t:Kohde", "l:A1", "l:A2", "t:Toinen", "l:B1"]
    assert pressed(draft, page) == start
    assert pressed(draft, page, f"up:{a2}") == ["t:Kohde", "l:A2", "l:A1", "t:Toinen", "l:B1"]
    assert pressed(draft, page, f"down:{a2}") == ["t:Kohde", "l:A1", "t:Toinen", "l:A2", "l:B1"]
    assert pressed(draft, page, f"up:{a1}") == start
    assert pressed(draft, page, f"down:{b1}") == start
    assert pressed(draft, page, f"down:{kohde}") == ["t:Toinen", "l:B1", "t:Kohde", "l:A1", "l:A2"]
    assert pressed(draft, page, f"up:{toinen}") == ["t:Toinen", "l:B1", "t:Kohde", "l:A1", "l:A2"]
    assert pressed(draft, page, f"up:{kohde}") == start
    assert pressed(draft, page, f"down:{toinen}") == start
    assert pressed(draft, page, f"remove:{kohde}") == ["t:Toinen", "l:B1"]
    assert pressed(draft, page, f"remove:{a1}") == ["t:Kohde", "l:A2", "t:Toinen", "l:B1"]
    assert pressed(draft, page, f"add-line:{kohde}") == ["t:Kohde", "l:A1", "l:A2", "l:", "t:Toinen", "l:B1"]
    assert pressed(draft, page, "add-target") == [*start, "t:", "l:"]
    assert pressed(draft, page, "nonsense", "up:nobody") == start


def test_a_button_posts_the_page_and_writes_nothing(draft: World, client: Client) -> None:
    key = f"line-{draft.line('A1').pk}"
    page = {**page_of(draft), f"{key}-name": "Kesken", f"{key}-amount": "1.234", "do": "add-target"}
    response = client.post(plan_address("plan-edit", draft), page)
    content = response.content.decode()
    assert response.status_code == 200
    assert 'value="Kesken"' in content and 'value="1.234"' in content and 'data-row="new-1"' in content
    assert 'aria-invalid="true"' not in content
    assert draft.line("A1").name == "Rivi A1"


# --- two people


def test_a_conflict_shows_both_and_loses_nothing(draft: World, client: Client) -> None:
    page = page_of(draft)
    a1, a2 = (f"line-{draft.line(code).pk}" for code in ("A1", "A2"))
    (stored,) = layout_of(draft.plan)
    lines = [LineLayout("Heidän nimi", "A1", Decimal(50000), id=stored.lines[0].id), LineLayout("U", "A7", Decimal(7))]
    theirs = TargetLayout("Kohde", "1000", lines, id=stored.id)
    save_layout(
        plan=draft.plan, ceiling=Decimal(90000), targets=[theirs], seen_version=draft.plan.version, by=draft.admin
    )
    mine = {**page, f"{a1}-name": "Minun nimi", f"{a2}-name": "Poistettu rivi"}
    response = client.post(plan_address("plan-edit", draft), mine)
    content = response.content.decode()
    assert response.status_code == 409 and 'data-testid="conflict"' in content
    assert "Heidän nimi" in content and 'value="Minun nimi"' in content and 'value="Poistettu rivi"' in content
    assert "A7" in content and "restored" in content
    # Saving again writes the page as it is now seen: both people's rows, my names.
    editor = PlanEditor(UsePlan.objects.get(pk=draft.plan.pk), _query(mine))
    editor.rebase(UsePlan.objects.get(pk=draft.plan.pk))
    assert client.post(plan_address("plan-edit", draft), sent(editor)).status_code == 302
    assert names(draft) == [("Kohde", ["A1", "A2", "A7"])]
    assert draft.line("A1").name == "Minun nimi"


def _query(page: Page) -> Any:
    data = QueryDict(mutable=True)
    for name, value in page.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def test_a_double_click_on_save_saves_once(draft: World, client: Client) -> None:
    page = page_of(draft)
    page = add(page, "new-1", "line", name="Uusi", project_code="A3", amount="5")
    assert client.post(plan_address("plan-edit", draft), page).status_code == 302
    assert client.post(plan_address("plan-edit", draft), page).status_code == 302
    assert names(draft) == [("Kohde", ["A1", "A2", "A3"])]


# --- the check while typing


def test_the_check_answers_with_sums_readings_and_rules(draft: World, client: Client) -> None:
    a1, a2 = (f"line-{draft.line(code).pk}" for code in ("A1", "A2"))
    page = {**page_of(draft), f"{a1}-amount": "90.001", f"{a2}-amount": "20000,5", "ceiling": "100 000"}
    answer = client.post(plan_address("plan-check", draft), page).json()
    assert answer["problems"][0]["key"] == a1 and answer["problems"][0]["field"] == "amount"
    page[f"{a1}-amount"] = "90 000"
    answer = client.post(plan_address("plan-check", draft), page).json()
    nbsp = {name: value.replace("\u00a0", " ") for name, value in answer.items() if isinstance(value, str)}
    assert nbsp == {"total": "110 000,50", "unallocated": "−10 000,50", "ceiling": "100 000,00"}
    assert answer["over"] is True
    assert {key: value.replace("\u00a0", " ") for key, value in answer["amounts"].items()} == {
        a1: "90 000,00",
        a2: "20 000,50",
    }
    assert list(answer["centres"].values()) == ["Kohde"]
    assert [problem["field"] for problem in answer["problems"]] == ["ceiling"]


def test_nonsense_in_the_post_is_no_error_of_the_server(draft: World, client: Client) -> None:
    junk = {
        "row": ["x" * 99, "a b", "ok", "ok"],
        "ok-kind": "line",
        "ok-id": "9" * 30,
        "version": "-1",
        "ceiling": "\x00",
    }
    assert client.post(plan_address("plan-check", draft), junk).status_code == 200
    assert client.post(plan_address("plan-edit", draft), junk).status_code in (409, 422)
    assert client.post(plan_address("plan-edit", draft), {}).status_code in (409, 422)
    strange = {
        **page_of(draft),
        "row": ["k"],
        "k-kind": "target",
        "k-id": "123456789",
        "k-name": "x",
        "k-cost_centre": "1",
    }
    assert client.post(plan_address("plan-edit", draft), strange).status_code in (409, 422)
    assert names(draft) == [("Kohde", ["A1", "A2"])]


# --- in force


def test_in_force_amounts_and_codes_of_the_post_are_not_asked() -> None:
    world = make_world()
    key = f"line-{world.line('A1').pk}"
    page = {
        **page_of(world),
        f"{key}-amount": "1",
        f"{key}-project_code": "X",
        f"{key}-name": "Uusi nimi",
        "ceiling": "5",
    }
    response = browser_of(world.admin).post(plan_address("plan-edit", world), page)
    assert response.status_code == 302
    line = world.line("A1")
    assert (line.name, line.first_amount) == ("Uusi nimi", Decimal("50000.00"))


def test_in_force_rows_cannot_be_left_out() -> None:
    world = make_world()
    page = page_of(world)
    page["row"] = page["row"][:2]
    response = browser_of(world.admin).post(plan_address("plan-edit", world), page)
    assert response.status_code == 422 and "A2" in response.content.decode()
    content = browser_of(world.admin).get(plan_address("plan-edit", world)).content.decode()
    assert f'value="remove:line-{world.line("A1").pk}"' not in content and "readonly" in content
