"""Nothing of one organisation, and nothing outside a project lead's lines, is seen or reached from elsewhere."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from organisations.models import Membership
from organisations.rights import Role, roles_with
from tests.addresses import OWNED, Address, form_for, organisation_addresses, url_of, values_for
from tests.factories.pages import PageWorld, make_page_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_typesetting")]


@pytest.fixture
def here() -> PageWorld:
    return make_page_world("testila")


@pytest.fixture
def elsewhere() -> PageWorld:
    return make_page_world("muualla")


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def answers(client: Client, address: Address, values: dict[str, object], page: PageWorld) -> Iterator[tuple[str, int]]:
    url = url_of(address, values)
    for method in address.methods:
        response = client.post(url, form_for(page)) if method == "POST" else client.get(url)
        yield f"{method} {url}", response.status_code


def pages(client: Client, page: PageWorld, addresses: Iterator[Address]) -> Iterator[tuple[str, str]]:
    """Address and text of every page that these addresses show."""
    for address in addresses:
        if "GET" in address.methods:
            url = url_of(address, values_for(address, page))
            response = client.get(url)
            if response.status_code == 200:
                content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
                yield url, content.decode("utf-8", "replace")


def test_what_belongs_to_another_organisation_is_not_there(here: PageWorld, elsewhere: PageWorld) -> None:
    client = client_of(here.everybody)
    problems = []
    tried = 0
    for address in organisation_addresses():
        own, foreign = values_for(address, here), values_for(address, elsewhere)
        for argument in address.arguments:
            # The number of a report counts from 1 in each organisation and says nothing.
            if argument in OWNED and own[argument] != foreign[argument]:
                values = {**own, argument: foreign[argument]}
                tried += 1
                problems += [
                    f"{call}: {status}" for call, status in answers(client, address, values, here) if status != 404
                ]
    assert not problems, "\n".join(problems)
    assert tried > len(organisation_addresses())


def test_ids_that_do_not_exist_are_not_there(here: PageWorld) -> None:
    client = client_of(here.everybody)
    problems = []
    for address in organisation_addresses():
        own = values_for(address, here)
        for argument in set(OWNED) & set(address.arguments):
            value = 987654321 if isinstance(own[argument], int) else "ei-ole"
            values = {**own, argument: value}
            problems += [
                f"{call}: {status}" for call, status in answers(client, address, values, here) if status != 404
            ]
    assert not problems, "\n".join(problems)


def test_no_page_shows_anything_of_another_organisation(here: PageWorld, elsewhere: PageWorld) -> None:
    seen = [
        url
        for url, text in pages(client_of(here.everybody), here, iter(organisation_addresses()))
        if elsewhere.mark in text.upper()
    ]
    assert not seen


def test_a_member_of_two_organisations_sees_each_apart(here: PageWorld, elsewhere: PageWorld) -> None:
    user = here.everybody.user
    Membership.objects.create(organisation=elsewhere.world.organisation, user=user, roles=[Role.VIEWER])
    client = client_of(here.everybody)
    assert client.get("/muualla/funds/").status_code == 200
    assert client.get("/muualla/members/").status_code == 403
    assert client.get("/testila/members/").status_code == 200


def leads_pages(page: PageWorld) -> Iterator[Address]:
    """Pages that a project lead may open."""
    return (
        address
        for address in organisation_addresses()
        if address.permission is not None and Role.LEAD in roles_with(address.permission)
    )


def test_a_project_lead_sees_no_line_of_other_cost_centres(here: PageWorld) -> None:
    # Issued reports are public within the organisation: every role reads them.
    addresses = (address for address in leads_pages(here) if address.permission != "view_issued_reports")
    shown = list(pages(client_of(here.world.lead), here, addresses))
    assert len([url for url, text in shown if here.own_code in text]) > 5
    seen = [
        f"{url} shows {word}"
        for url, text in shown
        for word in (here.hidden_code, here.hidden_centre, f"Rivi 2 {here.mark}", f"Salainen {here.mark}")
        if word in text
    ]
    assert not seen, "\n".join(seen)


def test_a_project_lead_reaches_no_line_of_other_cost_centres(here: PageWorld) -> None:
    client = client_of(here.world.lead)
    problems = []
    for address in leads_pages(here):
        if "code" in address.arguments:
            values = {**values_for(address, here), "code": here.hidden_code}
            problems += [
                f"{call}: {status}" for call, status in answers(client, address, values, here) if status != 404
            ]
    assert not problems, "\n".join(problems)


def test_a_project_lead_without_scope_sees_no_line(here: PageWorld) -> None:
    here.world.lead.lead_scopes.all().delete()
    client = client_of(here.world.lead)
    addresses = (address for address in leads_pages(here) if address.permission != "view_issued_reports")
    for url, text in pages(client, here, addresses):
        # The address of the page itself names the line.
        if here.own_code not in url:
            assert here.own_code not in text, url


@pytest.mark.parametrize("role", list(Role))
def test_reading_writes_nothing(here: PageWorld, role: Role) -> None:
    """A GET that tried to write would be an error: the database holds the transaction read-only."""
    client = client_of(here.world.members[role])
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        before = cursor.fetchone()
    for address in organisation_addresses():
        if address.permission and role in roles_with(address.permission) and "GET" in address.methods:
            client.get(url_of(address, values_for(address, here)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        assert cursor.fetchone() == before
