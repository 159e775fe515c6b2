"""Pages of people, members, units and help, as forms see them."""

import pytest
from django.test import Client
from django.urls import reverse

from funds.models import CostCentre, LeadScope
from organisations.models import Membership, User
from organisations.rights import RIGHTS, Role
from tests.factories import World, make_member, make_organisation, make_world

pytestmark = pytest.mark.django_db


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def admin(world: World) -> Client:
    return client_of(world.admin)


def address(name: str, **kwargs: object) -> str:
    return reverse(name, kwargs={"organisation": "testila", **kwargs})


# --- members


def test_the_list_filters_by_text_role_and_state(world: World, admin: Client) -> None:
    world.viewer.is_active = False
    world.viewer.save()
    finance, viewer = b"finance@testila.example", b"viewer@testila.example"
    for query, present, absent in (
        ("?q=FINANCE", finance, viewer),
        ("?role=finance", finance, viewer),
        ("?state=active", finance, viewer),
        ("?state=disabled", viewer, finance),
    ):
        content = admin.get(address("member-list") + query).content
        assert present in content and absent not in content, query


def test_the_list_asks_the_same_for_many(world: World, admin: Client, django_assert_max_num_queries: object) -> None:
    admin.get(address("member-list"))
    for count in (2, 20):
        for number in range(count):
            member = make_member(world.organisation, Role.LEAD, email=f"lead{count}-{number}@testila.example")
            LeadScope.objects.create(
                organisation=world.organisation, membership=member, cost_centre=CostCentre.objects.get()
            )
        with django_assert_max_num_queries(16):  # type: ignore[operator]
            assert admin.get(address("member-list")).status_code == 200


def test_add_a_member_with_a_scope(world: World, admin: Client) -> None:
    centre = CostCentre.objects.get()
    response = admin.post(
        address("member-add"),
        {
            "email": "Uusi@testila.example",
            "name": "Uusi Ihminen",
            "roles": ["lead"],
            "cost_centres": [centre.pk],
        },
    )
    assert response.status_code == 302
    member = Membership.objects.get(user__email="uusi@testila.example")
    assert (member.user.name, member.roles, member.is_active) == ("Uusi Ihminen", ["lead"], True)
    assert [scope.cost_centre for scope in member.lead_scopes.all()] == [centre]
    assert not member.user.has_usable_password()


@pytest.mark.parametrize(
    "wrong",
    [{"email": "viewer@testila.example"}, {"email": "ei-osoite"}, {"roles": []}, {"roles": ["boss"]}, {"name": ""}],
)
def test_what_is_wrong_is_said_and_nobody_added(world: World, admin: Client, wrong: dict[str, object]) -> None:
    data = {"email": "uusi@testila.example", "name": "Uusi", "roles": ["viewer"], **wrong}
    response = admin.post(address("member-add"), data)
    assert response.status_code == 200
    assert b'data-testid="form-errors"' in response.content
    assert Membership.objects.count() == len(Role)


def test_change_a_member(world: World, admin: Client) -> None:
    response = admin.post(
        address("member-edit", member=world.viewer.pk),
        {"name": "Uusi Nimi", "title": "rehtori", "roles": ["viewer", "board"], "is_active": "on"},
    )
    assert response.status_code == 302
    changed = Membership.objects.get(pk=world.viewer.pk)
    assert (changed.user.name, changed.title, changed.roles) == ("Uusi Nimi", "rehtori", ["viewer", "board"])


def test_an_admin_cannot_disable_the_last_admin(world: World, admin: Client) -> None:
    response = admin.post(address("member-edit", member=world.admin.pk), {"name": "Admin", "roles": ["admin"]})
    assert response.status_code == 200
    assert b'data-testid="form-errors"' in response.content
    assert Membership.objects.get(pk=world.admin.pk).is_active


def test_a_refused_change_changes_nothing(world: World, admin: Client) -> None:
    admin.post(address("member-edit", member=world.admin.pk), {"name": "Toinen Nimi", "roles": ["viewer"]})
    assert User.objects.get(pk=world.admin.user_id).name == "Admin"


# --- units


def test_units(world: World, admin: Client) -> None:
    assert admin.post(address("unit-list"), {"name": "Lukio"}).status_code == 302
    assert admin.post(address("unit-list"), {"name": "Lukio"}).status_code == 200
    unit = world.organisation.units.get()
    assert admin.post(address("unit-edit", unit=unit.pk), {"name": "Kajaanin lukio"}).status_code == 302
    assert world.organisation.units.get().name == "Kajaanin lukio"


# --- the person's own pages


def test_own_settings(world: World) -> None:
    client = client_of(world.viewer)
    response = client.post(reverse("settings"), {"name": "Uusi Nimi", "language": "sv"})
    assert response.status_code == 302
    user = User.objects.get(pk=world.viewer.user_id)
    assert (user.name, user.language) == ("Uusi Nimi", "sv")
    assert client.get(reverse("settings"))["Content-Language"] == "sv"


def test_the_language_of_a_visitor_is_kept_in_the_browser() -> None:
    client = Client()
    client.post(reverse("language"), {"language": "en", "next": "/accounts/login/"})
    assert client.get("/accounts/login/")["Content-Language"] == "en"


def test_the_language_of_a_member_follows_to_another_browser(world: World) -> None:
    client_of(world.viewer).post(reverse("language"), {"language": "en"})
    assert client_of(world.viewer).get(reverse("settings"))["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/testila/help/", "/testila/help/"),
        ("/testila/members/?q=a", "/testila/members/?q=a"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_language_switch_leads_back_and_nowhere_else(wanted: str, given: str) -> None:
    response = Client().post(reverse("language"), {"language": "en", "next": wanted})
    assert response["Location"] == given


def test_an_unknown_language_changes_nothing(world: World) -> None:
    client_of(world.viewer).post(reverse("language"), {"language": "xx"})
    assert User.objects.get(pk=world.viewer.user_id).language == "fi"


# --- help and operations


def test_help_shows_the_table_of_rights(world: World) -> None:
    content = client_of(world.board).get(address("help")).content.decode()
    for permission in RIGHTS:
        assert f'data-permission="{permission}"' in content
    assert world.admin.user.email in content


def test_health_is_open_and_says_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    assert Client().get("/health/").content == b"ok\n"

    def away() -> None:
        raise OperationalError

    monkeypatch.setattr("organisations.views.operations.connection.cursor", away)
    assert Client().get("/health/").status_code == 503


def test_several_organisations_stand_in_the_frame() -> None:
    first, members = make_organisation("yksi")
    second, _others = make_organisation("kaksi")
    Membership.objects.create(organisation=second, user=members[Role.VIEWER].user, roles=[Role.VIEWER])
    content = client_of(members[Role.VIEWER]).get(f"/{first.slug}/help/").content.decode()
    assert f"/{second.slug}/" in content
