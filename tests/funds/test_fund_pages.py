"""Pages of funds and cost centres: creating, entries with filters and files, names in time."""

import io
from decimal import Decimal
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from funds.models import CostCentreName, Fund, FundEntry
from organisations.rights import Role
from tests.factories import World, make_world

from .pages import address, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(opening_balance="1000.00")


def entry(**more: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "kind": "transfer_in",
        "entry_on": "2024-03-01",
        "amount": "250,50",
        "decision_reference": "",
        "description": "Siirto",
        **more,
    }


def fund(**more: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "name": "Toinen rahasto",
        "slug": "toinen",
        "opening_balance": "10 000,00",
        "opening_on": "2024-01-01",
        "body": "",
        "new_body": "Johtokunta",
        "rules": "Säännöt",
        "debit_account": "2110",
        "credit_account": "3920",
        "december_rule": "following",
        **more,
    }


def test_a_fund_is_created_once_with_its_body_and_opening_balance(world: World) -> None:
    client, values = browser_of(world.admin), fund()
    for _click in range(2):
        response = client.post(address("fund-create", world), values)
        assert response.status_code == 302 and response["Location"].endswith("/funds/toinen/")
    made = Fund.objects.get(slug="toinen")
    assert (str(made.body), made.december_rule, made.debit_account) == ("Johtokunta", "following", "2110")
    assert made.entries.get().amount == Decimal("10000.00")
    page = client.get(address("fund", world, fund="toinen")).content.decode().replace("\u00a0", " ")
    assert "10 000,00 €" in page and "Säännöt" in page and "Johtokunta" in page


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "rahasto"}, "slug"),
        ({"slug": "Iso Rahasto"}, "slug"),
        ({"slug": "new"}, "slug"),
        ({"opening_balance": "1.234"}, "opening_balance"),
        ({"opening_balance": ""}, "opening_balance"),
        ({"opening_on": "31.2.2024"}, "opening_on"),
        ({"name": " "}, "name"),
    ],
)
def test_a_refused_fund_keeps_what_was_typed(world: World, values: dict[str, str], field: str) -> None:
    response = browser_of(world.admin).post(address("fund-create", world), fund(**values))
    page = response.content.decode()
    assert response.status_code == 422 and f'id="id_{field}_error"' in page and "Säännöt" in page
    assert Fund.objects.count() == 1


def test_a_fund_is_edited_and_its_address_stays(world: World) -> None:
    values = fund(name="Uusi nimi", slug="muu", december_rule="same-year")
    response = browser_of(world.admin).post(address("fund-edit", world, fund="rahasto"), values)
    assert response.status_code == 302
    world.fund.refresh_from_db()
    assert (world.fund.name, world.fund.slug, world.fund.december_rule) == ("Uusi nimi", "rahasto", "same-year")


def test_an_entry_is_recorded_once(world: World) -> None:
    client, values = browser_of(world.finance), entry()
    for _click in range(2):
        assert client.post(address("fund-entry-create", world, fund="rahasto"), values).status_code == 302
    assert FundEntry.objects.filter(kind="transfer_in").get().amount == Decimal("250.50")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "1.234"}, "amount"),
        ({"amount": "-5"}, None),
        ({"kind": "deficit_cover"}, "decision_reference"),
        ({"kind": "deficit_cover", "amount": "1000,01", "decision_reference": "§ 1"}, "amount"),
        ({"entry_on": "2024-01-15"}, "entry_on"),
        ({"kind": "drawdown"}, "kind"),
    ],
)
def test_a_refused_entry_is_explained_at_its_field(world: World, values: dict[str, str], field: str | None) -> None:
    world.close("2024-01")
    response = browser_of(world.finance).post(address("fund-entry-create", world, fund="rahasto"), entry(**values))
    page = response.content.decode()
    assert response.status_code == 422 and 'data-testid="form-errors"' in page and "Siirto" in page
    assert field is None or f'id="id_{field}_error"' in page
    assert FundEntry.objects.count() == 1


def test_entries_are_filtered_and_downloaded(world: World) -> None:
    client = browser_of(world.finance)
    for values in (entry(), entry(kind="return", entry_on="2024-05-01", amount="1", description="=1+1")):
        client.post(address("fund-entry-create", world, fund="rahasto"), values)
    url = address("fund", world, fund="rahasto")
    page = client.get(url + "?kind=return&since=2024-04-01").content.decode().replace("\u00a0", " ")
    assert page.count('data-kind="return"') == 1 and 'data-kind="transfer_in"' not in page and "1 251,50" in page
    assert client.get(url + "?since=nonsense&kind=x").status_code == 200
    export = address("fund-entries-export", world, fund="rahasto", format="csv")
    lines = client.get(export + "?kind=return").content.decode("utf-8-sig").splitlines()
    assert len(lines[1].split(";")) == 9 and ";'=1+1;" in lines[1] and ";1,00;1251,50;" in lines[1]
    book = load_workbook(io.BytesIO(client.get(export.replace(".csv", ".xlsx")).content))
    assert [row[5].value for row in list(book.worksheets[0].rows)[1:]] == [1000, 250.5, 1]
    assert client.get(export.replace(".csv", ".pdf")).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_a_fund_and_who_changes_it(world: World, role: Role) -> None:
    client = browser_of(world.members[role])
    response = client.get(address("fund", world, fund="rahasto"))
    assert response.status_code == (403 if role == Role.BOARD else 200)
    # The entries and the balance are not the project lead's.
    assert ('data-testid="fund-balance"' in response.content.decode()) == (role not in (Role.BOARD, Role.LEAD))
    assert client.get(address("fund-create", world)).status_code == (200 if role == Role.ADMIN else 403)
    assert client.get(address("fund-edit", world, fund="rahasto")).status_code == (200 if role == Role.ADMIN else 403)
    enters = role in (Role.ADMIN, Role.FINANCE)
    assert client.get(address("fund-entry-create", world, fund="rahasto")).status_code == (200 if enters else 403)
    assert client.get(address("cost-centre-create", world)).status_code == (200 if role == Role.ADMIN else 403)


# --- cost centres


def test_cost_centres_are_created_named_renamed_and_listed_on_a_date(world: World) -> None:
    client = browser_of(world.admin)
    create = address("cost-centre-create", world)
    assert client.post(create, {"code": "1000", "name": "x", "starts_on": "2024-01-01"}).status_code == 422
    assert client.post(create, {"code": "0012", "name": "Vanha", "starts_on": "2020-01-01"}).status_code == 302
    add = address("cost-centre-name-add", world, code="0012")
    new = {"kind": "name", "name": "Uusi", "starts_on": "2024-01-01", "ends_on": ""}
    refused = client.post(add, new)
    assert refused.status_code == 422 and "“Vanha” is the name from 1.1.2020 on" in refused.content.decode()
    old = CostCentreName.objects.get(name="Vanha")
    edit = address("cost-centre-name-edit", world, code="0012", name=old.pk)
    ended = {"kind": "name", "name": "Vanha", "starts_on": "2020-01-01", "ends_on": "2023-12-31"}
    assert client.post(edit, ended).status_code == 302
    assert client.post(add, new).status_code == 302
    assert client.post(add, {**new, "kind": "alias", "name": "Lempinimi"}).status_code == 302
    listing = address("cost-centre-list", world)
    before, after = (client.get(f"{listing}?on={day}").content.decode() for day in ("2023-12-31", "2024-01-01"))
    assert "Vanha" in before and "Uusi" not in before
    assert "Uusi" in after and "Vanha" not in after and "Lempinimi" in after
    remove = address("cost-centre-name-remove", world, code="0012", name=CostCentreName.objects.get(name="Uusi").pk)
    # Opened, it leads to the page above it.
    assert client.get(remove).status_code == 302
    assert client.post(remove).status_code == 302
    assert not CostCentreName.objects.filter(name="Uusi").exists()


def test_names_of_another_cost_centre_are_not_found(world: World) -> None:
    stranger = make_world("muu")
    theirs = CostCentreName.objects.get(organisation=stranger.organisation)
    client = browser_of(world.admin)
    assert client.get(address("cost-centre-name-edit", world, code="1000", name=theirs.pk)).status_code == 404
    assert client.post(address("cost-centre-name-remove", world, code="1000", name=theirs.pk)).status_code == 404
    assert client.get(address("cost-centre", world, code="9999")).status_code == 404
