"""Writes about organisations, their units and members. ``by`` is None where the operator of the server acts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext_lazy as _

from fundtrack.actions import action
from fundtrack.exceptions import Refusal
from fundtrack.texts import one_line, tidy

from .models import Membership, Organisation, Unit, User
from .models.organisation import RESERVED_SLUGS
from .rights import Role, roles_with

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class OrganisationRefusal(Refusal):
    """The organisation or unit cannot be created or changed like this."""

    code = "organisation"


class MemberRefusal(Refusal):
    """The member cannot be added or changed like this."""

    code = "member"


@dataclass(frozen=True)
class MemberAdded:
    """What ``add_member`` did."""

    membership: Membership
    #: The person had no account before.
    new_person: bool
    #: The person was no member before.
    new_member: bool
    #: Roles that the member did not have before, in the order of the rights table.
    new_roles: tuple[Role, ...]
    #: The membership was disabled before.
    enabled_again: bool


@action
def create_organisation(*, slug: str, name: str, language: str = "fi", is_demonstration: bool = False) -> Organisation:
    """Create an empty organisation.

    Args:
        slug: first part of all its addresses: small letters, digits and hyphens.

    Raises:
        OrganisationRefusal: the address is taken, reserved or malformed, or the name is empty.
    """
    if slug in RESERVED_SLUGS:
        raise OrganisationRefusal(_("The address %(slug)s is reserved for the application.") % {"slug": slug})
    if Organisation.objects.filter(slug=slug).exists():
        raise OrganisationRefusal(_("There is an organisation %(slug)s already.") % {"slug": slug})
    if not _SLUG.fullmatch(slug):
        raise OrganisationRefusal(_("Use small letters a–z, digits and hyphens."), code="slug")
    organisation = Organisation(slug=slug, name=tidy(name), language=language, is_demonstration=is_demonstration)
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise OrganisationRefusal(_first_message(error)) from error
    organisation.save()
    return organisation


@action
def add_member(
    *,
    organisation: Organisation,
    email: str,
    roles: Iterable[Role],
    by: Membership | None,
    name: str = "",
    language: str = "",
    unit: Unit | None = None,
    title: str = "",
    password: str | None = None,
    extend: bool = True,
) -> MemberAdded:
    """Add a person with roles; who is a member already gets the roles that are missing, and is enabled again.

    Args:
        name: of a new person; the account of a known person stays as it is.
        language: of a new person; by default the organisation's.
        password: given by the operator of the server only; without one the person resets it by mail.
        extend: False refuses a person who is a member already.

    Raises:
        MemberRefusal: the address is malformed, the account is disabled, the password is too weak, or the person is a
            member already.
    """
    if by is not None:
        by.require("manage_members")
    wanted = set(roles)
    if not wanted:
        raise MemberRefusal(_("Choose at least one role."))
    user, new_person = _person_of(email, name=name, language=language or organisation.language)
    if password is not None:
        _set_password(user, password)
    membership = Membership.objects.select_for_update().filter(organisation=organisation, user=user).first()
    new_member = membership is None
    if not (new_member or extend):
        raise MemberRefusal(_("%(email)s is a member already.") % {"email": user.email}, code="member_once")
    if membership is None:
        membership = Membership(
            organisation=organisation, user=user, unit=unit, title=one_line(Membership, "title", title)
        )
    new_roles = tuple(role for role in Role if role in wanted and role not in membership.roles)
    enabled_again = not membership.is_active
    membership.roles = [role.value for role in Role if role in wanted or role in membership.roles]
    membership.is_active = True
    if new_member or new_roles or enabled_again:
        membership.save()
    return MemberAdded(membership, new_person, new_member, new_roles, enabled_again)


@action
def update_member(
    *,
    membership: Membership,
    roles: Iterable[Role],
    is_active: bool,
    unit: Unit | None,
    title: str,
    by: Membership,
) -> Membership:
    """Change roles, unit, title and state of a member. What the member did stays the member's.

    Raises:
        MemberRefusal: nobody could manage members afterwards, or admins would take the right from themselves.
    """
    by.require("manage_members")
    # Two admins who take the right from each other at once wait here for one another.
    held = {
        member.pk: member
        for member in Membership.objects.select_for_update(of=("self",))
        .filter(organisation=membership.organisation_id)
        .select_related("user", "organisation")
        .order_by("pk")
    }
    member = held[membership.pk]
    manages_before = member.may("manage_members")
    member.roles = [role.value for role in Role if role in set(roles)]
    member.is_active, member.unit, member.title = is_active, unit, one_line(Membership, "title", title)
    if not member.roles:
        raise MemberRefusal(_("Choose at least one role."))
    if manages_before and not member.may("manage_members"):
        if not any(other.may("manage_members") for other in held.values()):
            raise MemberRefusal(_("Somebody must be able to manage members: name another admin first."))
        if member.user_id == by.user_id:
            raise MemberRefusal(_("You cannot take this right from yourself: another admin does it."))
    member.save()
    return member


@action
def rename_person(*, membership: Membership, name: str, by: Membership) -> None:
    """Correct the name of a person who belongs to this organisation only; others change it in their settings."""
    by.require("manage_members")
    user, name = membership.user, one_line(User, "name", name)
    if name == user.name:
        return
    if user.memberships.exclude(organisation=membership.organisation_id).exists():
        raise MemberRefusal(_("This person belongs to other organisations too and changes the name themselves."))
    user.name = name
    user.save()


@action
def save_unit(*, organisation: Organisation, name: str, by: Membership | None, unit: Unit | None = None) -> Unit:
    """Add a unit, or rename ``unit``. Raises ``Refusal`` when another unit has the name."""
    if by is not None:
        by.require("manage_members")
    name = one_line(Unit, "name", name)
    if not name:
        raise OrganisationRefusal(_("Give the unit a name."))
    unit = unit or Unit(organisation=organisation)
    unit.name = name
    unit.save()
    return unit


@action
def save_own_settings(*, user: User, name: str | None = None, language: str | None = None) -> User:
    """Save what people choose for themselves."""
    if name is not None:
        name = one_line(User, "name", name)
        if not name:
            raise MemberRefusal(_("A person has a name."))
        user.name = name
    if language is not None:
        user.language = language
    user.save()
    return user


def members_who_may(organisation: Organisation, permission: str) -> list[Membership]:
    """Working members of the organisation who have ``permission``, by name; one query."""
    members = Membership.objects.working().filter(
        organisation=organisation, roles__overlap=[role.value for role in roles_with(permission)]
    )
    return list(members.select_related("user").order_by("user__name", "pk"))


def _person_of(email: str, *, name: str, language: str) -> tuple[User, bool]:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise MemberRefusal(_("%(email)s is not an e-mail address.") % {"email": email.strip() or "–"}) from error
    with connection.cursor() as cursor:
        # Two admins adding the same new person at once are one after the other from here on.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address])
    user = User.objects.filter(email=address).first()
    if user is None:
        return User.objects.create_user(email=address, name=one_line(User, "name", name), language=language), True
    if not user.is_active:
        raise MemberRefusal(_("The account of %(email)s is disabled.") % {"email": address})
    return user, False


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise MemberRefusal(" ".join(str(message) for message in error.messages), code="weak_password") from error
    user.set_password(password)
    user.save()


def _first_message(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return str(error.messages[0])
    field, messages = next(iter(error.message_dict.items()))
    label = getattr(Organisation._meta.get_field(field), "verbose_name", field)
    return f"{label}: {messages[0]}"
