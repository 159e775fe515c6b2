"""Import of a plan by the page: preview, commit of exactly that, and every bad file answered in words."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from funds.imports.plan_files import read_plan
from funds.models import BudgetLine, CostCentre, UsePlan
from funds.queries.layouts import layout_of
from tests.factories import World, make_world

from .files import HEADER, ROWS, csv_file, xlsx_file
from .pages import browser_of, plan_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> World:
    return make_world(active=False, ceiling="500000.00")


@pytest.fixture
def client(draft: World) -> Client:
    return browser_of(draft.admin)


def upload(client: Client, world: World, content: bytes, name: str = "plan.csv", **more: str) -> HttpResponse:
    return client.post(plan_address("plan-import", world), {"file": SimpleUploadedFile(name, content), **more})


def payload_of(response: HttpResponse) -> str:
    found = re.search(r'name="payload" value="([^"]+)"', response.content.decode())
    assert found, response.content.decode()
    return found[1]


def commit(client: Client, world: World, payload: str) -> HttpResponse:
    return client.post(plan_address("plan-import", world), {"payload": payload}, follow=True)


def amounts(world: World) -> dict[str, str]:
    return {line.project_code: str(line.first_amount) for line in BudgetLine.objects.filter(plan=world.plan)}


def test_preview_writes_nothing_and_commit_writes_it(draft: World, client: Client) -> None:
    preview = upload(client, draft, csv_file())
    content = preview.content.decode().replace("\u00a0", " ")
    assert preview.status_code == 200
    assert content.count('data-change="new"') == 3 and content.count('data-change="kept"') == 2
    assert "280 000,50 €" in content and "219 999,50 €" in content
    assert (
        amounts(draft) == {"A1": "50000.00", "A2": "20000.00"} and not CostCentre.objects.filter(code="2000").exists()
    )
    done = commit(client, draft, payload_of(preview))
    assert done.redirect_chain[-1][0] == plan_address("plan", draft)
    assert amounts(draft) == {
        "A1": "50000.00",
        "A2": "20000.00",
        "KR1": "50000.00",
        "KR2": "10000.50",
        "KR3": "150000.00",
    }
    context = BudgetLine.objects.get(project_code="KR1").events.get().pgh_context.metadata
    assert context["file"] == "plan.csv" and context["sha256"] == read_plan("x", csv_file()).sha256
    assert context["user_email"] == draft.admin.user.email


def test_a_double_click_imports_once(draft: World, client: Client) -> None:
    payload = payload_of(upload(client, draft, csv_file()))
    for _click in range(2):
        done = commit(client, draft, payload)
        assert done.redirect_chain[-1][0] == plan_address("plan", draft)
    assert len(amounts(draft)) == 5


def test_what_changes_is_shown_with_both_values(draft: World, client: Client) -> None:
    rows = [("Uusi kohde", "3000", "Uusi nimi", "A1", "60 000"), ("Kohde", "1000", "Rivi A2", "A2", "20000")]
    content = upload(client, draft, csv_file(rows)).content.decode().replace("\u00a0", " ")
    assert 'data-code="A1" data-change="changed"' in content and 'data-code="A2" data-change="same"' in content
    for value in ("50 000,00 €", "60 000,00 €", "Rivi A1", "Uusi nimi", "Uusi kohde", "3000"):
        assert value in content


def test_the_whole_plan_is_replaced_only_when_asked(draft: World, client: Client) -> None:
    preview = upload(client, draft, csv_file(), whole="on", ceiling="210 000,50")
    assert preview.content.decode().count('data-change="removed"') == 2
    commit(client, draft, payload_of(preview))
    assert set(amounts(draft)) == {"KR1", "KR2", "KR3"}
    assert UsePlan.objects.get(pk=draft.plan.pk).ceiling == Decimal("210000.50")
    assert [target.name for target in layout_of(draft.plan)] == ["Tietohallinto", "Lukio"]


def test_a_plan_in_force_offers_neither_ceiling_nor_replacing() -> None:
    world = make_world()
    client = browser_of(world.admin)
    content = client.get(plan_address("plan-import", world)).content.decode()
    assert 'name="whole"' not in content and 'name="ceiling"' not in content
    response = upload(client, world, csv_file([("Kohde", "1000", "Rivi A1", "A1", "1,00")]), whole="on")
    assert response.status_code == 422 and 'name="payload"' not in response.content.decode()


BAD = {
    "empty": (b"", "plan.csv"),
    "20 MB": (b"a;b\n" * 5_000_000, "plan.csv"),
    "PDF as XLSX": (b"%PDF-1.7 binary", "plan.xlsx"),
    "not a workbook": (b"PK\x03\x04 broken", "plan.xlsx"),
    "wrong encoding": (csv_file() + b"\x81\xff;1;2;3;4", "plan.csv"),
    "missing column": (csv_file([(*row, "1") for row in ROWS], (*HEADER[:4], "alv")), "plan.csv"),
    "duplicate code": (csv_file([*ROWS, ROWS[0]]), "plan.csv"),
    "ambiguous": (csv_file([("K", "1", "R", "B1", "1.234")]), "plan.csv"),
    "decimals": (csv_file([("K", "1", "R", "B1", "12,3456")]), "plan.csv"),
    "three decimals in a cell": (xlsx_file([("K", "1", "R", "B1", 1.2345)]), "plan.xlsx"),
    "formula": (csv_file([("K", "1", "R", "B1", "=1+1")]), "plan.csv"),
    "no value of a formula": (xlsx_file([("K", "1", "R", "B1", "=1+1")]), "plan.xlsx"),
    "over the ceiling": (csv_file([("K", "1", "R", "B1", "430 000,01")]), "plan.csv"),
    "nobody": (csv_file([(*ROWS[0], "nobody@example.org")], (*HEADER, "vastuuhenkilö")), "plan.csv"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_answered_in_words_and_nothing_is_written(draft: World, client: Client, name: str) -> None:
    content, filename = BAD[name]
    response = upload(client, draft, content, filename)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'data-testid="form-errors"' in page and 'name="payload"' not in page
    assert amounts(draft) == {"A1": "50000.00", "A2": "20000.00"}


def test_no_file_at_all(draft: World, client: Client) -> None:
    response = client.post(plan_address("plan-import", draft), {})
    assert response.status_code == 422 and 'id="id_file_error"' in response.content.decode()


def test_the_declared_decimal_mark_settles_what_is_ambiguous(draft: World, client: Client) -> None:
    rows = [("K", "1", "R", "B1", "1.234")]
    payload = payload_of(upload(client, draft, csv_file(rows), decimal_mark=","))
    commit(client, draft, payload)
    assert amounts(draft)["B1"] == "1234.00"


def test_the_payload_is_bound_to_person_plan_and_version(draft: World, client: Client) -> None:
    payload = payload_of(upload(client, draft, csv_file()))
    assert commit(client, draft, payload[:-4] + "xxxx").status_code == 422
    assert commit(client, draft, "junk").status_code == 422
    other = make_world("muu", active=False)
    assert commit(browser_of(other.admin), other, payload).status_code == 422
    second = payload_of(upload(client, draft, csv_file([("Toinen", "9", "R", "B9", "1")])))
    commit(client, draft, second)
    assert commit(client, draft, payload).status_code == 409
    assert set(amounts(draft)) == {"A1", "A2", "B9"}


def test_an_export_comes_back_by_import_unchanged(draft: World, client: Client) -> None:
    draft.plan.targets.update(responsible=draft.lead, use_plan='Tehdään\nkaksi riviä; ja "lainaus"')
    draft.plan.lines.filter(project_code="A1").update(responsible=draft.finance, use_plan="-laite", name="+nimi")
    before = layout_of(draft.plan)
    for file_format in ("csv", "xlsx"):
        exported = client.get(plan_address("plan-export", draft, format=file_format)).content
        preview = upload(client, draft, exported, f"plan.{file_format}", whole="on")
        assert preview.content.decode().count('data-change="same"') == 2, preview.content.decode()
        commit(client, draft, payload_of(preview))
        assert layout_of(draft.plan) == before


def test_an_unknown_format_is_not_found(draft: World, client: Client) -> None:
    assert client.get(plan_address("plan-export", draft, format="pdf")).status_code == 404
