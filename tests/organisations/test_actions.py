"""Members and units: who may change whom, and what can never be changed away."""

import pytest

from fundtrack.exceptions import Refusal
from organisations.actions import (
    MemberRefusal,
    add_member,
    members_who_may,
    rename_person,
    save_unit,
    update_member,
)
from organisations.models import Membership
from organisations.models.people import NotAllowed
from organisations.rights import Role
from tests.factories import make_member, make_organisation

pytestmark = pytest.mark.django_db


def change(
    member: Membership, by: Membership, *, roles: list[Role] | None = None, is_active: bool = True
) -> Membership:
    return update_member(
        membership=member,
        roles=[Role(role) for role in member.roles] if roles is None else roles,
        is_active=is_active,
        unit=None,
        title="",
        by=by,
    )


def test_an_admin_changes_roles() -> None:
    _organisation, members = make_organisation()
    changed = change(members[Role.VIEWER], members[Role.ADMIN], roles=[Role.BOARD, Role.VIEWER])
    assert changed.roles == [Role.VIEWER, Role.BOARD]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_nobody_else_manages_members(role: Role) -> None:
    organisation, members = make_organisation()
    with pytest.raises(NotAllowed):
        change(members[Role.VIEWER], members[role], roles=[Role.ADMIN])
    with pytest.raises(NotAllowed):
        add_member(organisation=organisation, email="x@y.example", roles=[Role.ADMIN], by=members[role])
    with pytest.raises(NotAllowed):
        save_unit(organisation=organisation, name="Lukio", by=members[role])


def test_the_last_admin_stays() -> None:
    _organisation, members = make_organisation()
    admin = members[Role.ADMIN]
    for attempt in ({"roles": [Role.VIEWER]}, {"is_active": False}):
        with pytest.raises(MemberRefusal):
            change(admin, admin, **attempt)  # type: ignore[arg-type]
    assert Membership.objects.get(pk=admin.pk).may("manage_members")


def test_admins_do_not_lock_themselves_out() -> None:
    organisation, members = make_organisation()
    admin, other = members[Role.ADMIN], make_member(organisation, Role.ADMIN, email="toinen@testila.example")
    with pytest.raises(MemberRefusal):
        change(admin, admin, roles=[Role.FINANCE])
    changed = change(admin, other, roles=[Role.FINANCE])
    assert changed.roles == [Role.FINANCE]


def test_a_disabled_admin_does_not_count() -> None:
    organisation, members = make_organisation()
    other = make_member(organisation, Role.ADMIN, email="toinen@testila.example")
    change(other, members[Role.ADMIN], is_active=False)
    with pytest.raises(MemberRefusal):
        change(members[Role.ADMIN], members[Role.ADMIN], roles=[Role.FINANCE])


def test_a_member_keeps_a_role() -> None:
    _organisation, members = make_organisation()
    with pytest.raises(MemberRefusal):
        change(members[Role.VIEWER], members[Role.ADMIN], roles=[])


def test_a_known_person_keeps_name_and_language() -> None:
    first, _members = make_organisation("yksi")
    second, others = make_organisation("kaksi")
    make_member(first, Role.LEAD, email="aino@yksi.example")
    added = add_member(
        organisation=second, email="AINO@yksi.example", name="Joku Muu", roles=[Role.VIEWER], by=others[Role.ADMIN]
    )
    assert (added.new_person, added.new_member) == (False, True)
    assert added.membership.user.name == "Aino"
    with pytest.raises(MemberRefusal):
        rename_person(membership=added.membership, name="Joku Muu", by=others[Role.ADMIN])


def test_adding_a_member_twice_is_refused_where_it_must_be_new() -> None:
    organisation, members = make_organisation()
    with pytest.raises(MemberRefusal):
        add_member(
            organisation=organisation,
            email=members[Role.VIEWER].user.email,
            roles=[Role.ADMIN],
            by=members[Role.ADMIN],
            extend=False,
        )
    assert Membership.objects.get(pk=members[Role.VIEWER].pk).roles == [Role.VIEWER]


def test_a_unit_name_stands_once_in_an_organisation() -> None:
    first, members = make_organisation("yksi")
    second, others = make_organisation("kaksi")
    save_unit(organisation=first, name="Lukio", by=members[Role.ADMIN])
    save_unit(organisation=second, name="Lukio", by=others[Role.ADMIN])
    with pytest.raises(Refusal):
        save_unit(organisation=first, name=" Lukio ", by=members[Role.ADMIN])


def test_members_who_may() -> None:
    organisation, members = make_organisation()
    assert set(members_who_may(organisation, "close_month")) == {members[Role.FINANCE], members[Role.APPROVER]}
