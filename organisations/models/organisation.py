"""Organisations and their units."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from fundtrack.history import tracked
from fundtrack.triggers import keeps_identity, no_delete

#: First path segments that belong to the application itself.
RESERVED_SLUGS = frozenset({"accounts", "static", "language", "settings", "health", "admin", "about"})


@tracked()
class Organisation(models.Model):
    """A municipality or municipal enterprise. Owns all its data; nothing crosses from one to another."""

    slug = models.CharField(
        _("address"),
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*$", _("Use small letters a–z, digits and hyphens."))],
    )
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language of documents"), max_length=2, choices=settings.LANGUAGES, default="fi")
    #: True where the data are invented; every page says so.
    is_demonstration = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        triggers = [*no_delete("organisation"), keeps_identity("organisation", "id")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Unit(models.Model):
    """A part of an organisation (a school, an office) that members belong to."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="unit_name_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="unit_parent_key"),
        ]
        triggers = [keeps_identity("unit")]

    def __str__(self) -> str:
        return self.name
