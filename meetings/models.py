"""Deciding bodies: board (johtokunta), committee (lautakunta), municipal board (kaupunginhallitus)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fundtrack.history import tracked
from fundtrack.triggers import keeps_identity
from organisations.models import Organisation


@tracked()
class Body(models.Model):
    """A body that decides on funds and reads board reports."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bodies")
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="body_name_once"),
            models.UniqueConstraint(fields=["id", "organisation"], name="body_parent_key"),
        ]
        triggers = [keeps_identity("body")]

    def __str__(self) -> str:
        return self.name
