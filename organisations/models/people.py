"""People and their memberships. People are disabled, never deleted: what they did stays theirs."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from fundtrack.constraints import MatchesParent
from fundtrack.exceptions import Refusal
from fundtrack.history import tracked
from fundtrack.triggers import keeps_identity, no_delete

from ..rights import RIGHTS, Role, roles_with
from .organisation import Organisation, Unit


class NotAllowed(Refusal):
    """The member's roles do not allow the action."""

    code = "not_allowed"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str = "", password: str | None = None, **extra: Any) -> "User":
        """Create a person. Without a password nobody can sign in before resetting it by mail."""
        user = self.model(email=email.strip().lower(), name=name.strip() or email.split("@")[0], **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@tracked(exclude=("password", "last_login"))
class User(AbstractBaseUser):
    """A person who signs in with an e-mail address. Rights come from memberships alone."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fi")
    is_active = models.BooleanField(_("may sign in"), default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]
        triggers = [*no_delete("user"), keeps_identity("user", "id")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def working(self) -> "MembershipQuerySet":
        """Members who can act today: neither the membership nor the person is disabled."""
        return self.filter(is_active=True, user__is_active=True)

    def with_role(self, role: Role) -> "MembershipQuerySet":
        return self.filter(roles__contains=[role])


@tracked()
class Membership(models.Model):
    """A person in an organisation, with roles. Every row that somebody made points here."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    title = models.CharField(_("title"), max_length=150, blank=True)
    roles = ArrayField(models.CharField(max_length=10, choices=Role.choices), default=list, verbose_name=_("roles"))
    is_active = models.BooleanField(_("active"), default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="member_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="membership_parent_key"),
            MatchesParent(field="unit", name="membership_unit_matches"),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=Role.values) & models.Q(roles__len__gt=0),
                name="membership_has_known_roles",
                violation_error_message=_("Choose at least one role."),
            ),
        ]
        triggers = [*no_delete("membership"), keeps_identity("membership", "organisation_id", "user_id")]

    def __str__(self) -> str:
        return self.user.name

    def may(self, permission: str) -> bool:
        """True when one of the member's roles has ``permission`` (``organisations.rights``)."""
        return self.is_active and self.user.is_active and not roles_with(permission).isdisjoint(self.roles)

    def require(self, permission: str) -> None:
        """Raise ``NotAllowed`` unless the member has ``permission``."""
        if not self.may(permission):
            raise NotAllowed(_("%(name)s may not do this: %(right)s.") % {"name": self, "right": RIGHTS[permission][1]})

    @property
    def sees_own_lines_only(self) -> bool:
        """True for a project lead without any other reading role: the cost-centre scope applies."""
        return Role.LEAD in self.roles and not self.may("view_months")

    @property
    def role_labels(self) -> list[str]:
        """Roles in the reader's language, in the order of the rights table."""
        return [str(role.label) for role in Role if role in self.roles]
