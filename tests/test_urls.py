"""Every address of the URL table: anonymous, another organisation, and each role against the table of rights."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from organisations.models import Membership, User
from organisations.rights import RIGHTS, Role, roles_with
from tests.addresses import Address, all_addresses, form_for, organisation_addresses, url_of, values_for
from tests.factories import make_member
from tests.factories.pages import PageWorld, make_page_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_typesetting")]

#: Addresses outside organisations: status of a GET when signed out and when signed in; None for a redirect to sign in.
OUTSIDE = {
    "home": (None, 302),
    "settings": (None, 200),
    "language": (405, 405),
    "health": (200, 200),
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (None, 200),
    "account_change_password": (None, 200),
    "account_set_password": (None, 302),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "account_email": (404, 404),
    "account_email_verification_sent": (404, 404),
    "account_confirm_email": (404, 404),
    "account_confirm_login_code": (404, 404),
    "mfa_index": (None, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (None, 302),
    "mfa_activate_totp": (None, 302),
    "mfa_deactivate_totp": (None, 404),
    "mfa_view_recovery_codes": (None, 404),
    "mfa_generate_recovery_codes": (None, 302),
    "mfa_download_recovery_codes": (None, 404),
}
FILLED = {"key": "set-password", "uidb36": "1"}


@pytest.fixture
def page() -> PageWorld:
    return make_page_world("testila")


def client_of(person: Membership | User | None) -> Client:
    """A browser in which the person is signed in; None is nobody."""
    client = Client()
    if person is not None:
        user = person.user if isinstance(person, Membership) else person
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def calls(person: Membership | None, page: PageWorld) -> Iterator[tuple[Address, str, HttpResponse]]:
    """Every organisation address with every method it allows, called by this person."""
    client = client_of(person)
    for address in organisation_addresses():
        url = url_of(address, values_for(address, page))
        for method in address.methods:
            yield address, method, client.post(url, form_for(page)) if method == "POST" else client.get(url)


def test_every_page_of_an_organisation_names_a_right_of_the_table() -> None:
    wrong = [str(address) for address in organisation_addresses() if address.permission not in RIGHTS]
    assert not wrong, f"decorate with organisation_view: {wrong}"


def test_every_other_address_is_an_organisations_or_known_here() -> None:
    unknown = {
        address.name or address.route
        for address in all_addresses()
        if "organisation" not in address.arguments and address.name and address.name not in OUTSIDE
    }
    assert not unknown, f"say in OUTSIDE who may open {unknown}"


def test_anonymous_people_are_sent_to_sign_in(page: PageWorld) -> None:
    problems = []
    for address, method, response in calls(None, page):
        to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        if not to_sign_in and response.status_code != 401:
            problems.append(f"{method} {address}: {response.status_code}")
    assert not problems


def test_another_organisation_is_not_there(page: PageWorld) -> None:
    stranger = make_page_world("muualla").everybody
    problems = [
        f"{method} {address}: {response.status_code}"
        for address, method, response in calls(stranger, page)
        if response.status_code != 404
    ]
    assert not problems


def test_disabled_members_are_strangers(page: PageWorld) -> None:
    page.everybody.is_active = False
    page.everybody.save()
    for address, _method, response in calls(page.everybody, page):
        assert response.status_code == 404, str(address)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_the_table_says(page: PageWorld, role: Role) -> None:
    problems = []
    for address, method, response in calls(page.world.members[role], page):
        assert address.permission is not None
        status = response.status_code
        allowed = role in roles_with(address.permission)
        fits = status not in (401, 403, 404, 405) and status < 500 if allowed else status == 403
        if not fits:
            problems.append(f"{method} {address}: {status}, {address.permission} is {allowed}")
    assert not problems, "\n".join(problems)


def test_a_method_that_a_page_does_not_have_tells_nobody_else_that_the_page_is_there(page: PageWorld) -> None:
    stranger, anonymous = client_of(make_page_world("muualla").everybody), client_of(None)
    unpermitted = client_of(make_member(page.world.organisation, Role.BOARD, email="lauta@testila.example"))
    problems = []
    for address in organisation_addresses():
        url = url_of(address, values_for(address, page))
        assert address.permission is not None
        barred = Role.BOARD not in roles_with(address.permission)
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - set(address.methods):
            seen = [client.generic(method, url).status_code for client in (anonymous, stranger, unpermitted)]
            if seen[0] not in (302, 401) or seen[1] != 404 or (barred and seen[2] != 403):
                problems.append(f"{method} {address}: {seen}")
    assert not problems


def test_methods_that_a_page_does_not_have_are_refused(page: PageWorld) -> None:
    client = client_of(page.everybody)
    problems = []
    for address in organisation_addresses():
        url = url_of(address, values_for(address, page))
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(address.methods):
            response = client.generic(method, url)
            if method == "GET":
                # A form's own address, opened: there is a page above it.
                above = response.headers.get("Location", "")
                fits = response.status_code == 302 and url.startswith(above) and client.get(above).status_code == 200
            else:
                fits = response.status_code == 405
            if not fits:
                problems.append(f"{method} {address}: {response.status_code}")
    assert not problems


@pytest.mark.parametrize("address", [a for a in all_addresses() if a.name in OUTSIDE], ids=str)
def test_addresses_outside_organisations(address: Address) -> None:
    user = User.objects.create_user("aino@testila.example", "Aino", "korkea-kuusi-ja-matala-lumi")
    values = {name: FILLED[name] for name in address.arguments}
    url = reverse(address.name, kwargs=values)
    signed_out, signed_in = OUTSIDE[address.name]
    response = Client().get(url)
    if signed_out is None:
        assert response.status_code == 302
        assert response["Location"].startswith((reverse("account_login"), reverse("account_reauthenticate")))
    else:
        assert response.status_code == signed_out
    if address.name == "home":
        return
    assert client_of(user).get(url).status_code == signed_in


def test_home_leads_to_the_only_organisation(page: PageWorld) -> None:
    response = client_of(page.world.viewer).get(reverse("home"))
    assert response["Location"] == reverse("overview", kwargs={"organisation": "testila"})


def test_home_lets_choose_among_several(page: PageWorld) -> None:
    other = make_page_world("muualla").world.organisation
    user = page.world.viewer.user
    Membership.objects.create(organisation=other, user=user, roles=[Role.BOARD])
    content = client_of(user).get(reverse("home")).content.decode()
    assert "/testila/" in content and "/muualla/" in content


def test_home_says_what_to_do_without_an_organisation() -> None:
    user = User.objects.create_user("aino@testila.example", "Aino")
    assert b'data-testid="no-organisation"' in client_of(user).get(reverse("home")).content


def test_a_role_more_gives_its_rights_at_once(page: PageWorld) -> None:
    member = make_member(page.world.organisation, Role.BOARD, email="uusi@testila.example")
    client = client_of(member)
    url = reverse("audit", kwargs={"organisation": "testila"})
    assert client.get(url).status_code == 403
    member.roles = [Role.BOARD, Role.AUDITOR]
    member.save()
    assert client.get(url).status_code == 200
