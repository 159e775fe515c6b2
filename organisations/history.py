"""Which tables have a history, whose it is, and what people call them. The audit page and ``check_ledger`` read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pghistory.models
from django.apps import apps
from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Membership, Organisation, User

#: Model label → what people call one row; and field name → what people call it where the model does not say. Where one
#: table has its own word, ``model.field``.
_TABLE_NAMES: dict[str, str | Promise] = {
    "organisations.organisation": _("Organisation"),
    "organisations.unit": _("Unit"),
    "organisations.user": _("Person"),
    "organisations.membership": _("Member"),
}
_FIELD_NAMES: dict[str, str | Promise] = {
    "user": _("Person"),
    "unit": _("Unit"),
    "is_demonstration": _("Demonstration"),
}


def name_history(tables: Mapping[str, str | Promise], fields: Mapping[str, str | Promise]) -> None:
    """Register what people call the tables and fields of an app."""
    _TABLE_NAMES.update(tables)
    _FIELD_NAMES.update(fields)


@dataclass(frozen=True)
class TrackedModel:
    """A model with a history and the table of its events."""

    model: type[Model]
    events: type[Model]

    @property
    def name(self) -> str:
        """Short stable name, such as ``budgetline``; stands in addresses and in findings."""
        return str(self.model._meta.model_name)

    @property
    def label(self) -> str | Promise:
        """What people call one row."""
        return _TABLE_NAMES.get(self.model._meta.label_lower, str(self.model._meta.verbose_name))

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def event_table(self) -> str:
        return self.events._meta.db_table

    @property
    def fields(self) -> list["Field[Any, Any]"]:
        """Fields whose changes are history, the key left out."""
        kept = {field.name for field in self.events._meta.concrete_fields}
        return [field for field in self.model._meta.concrete_fields if field.name in kept and not field.primary_key]

    @property
    def columns(self) -> list[str]:
        """Columns of ``fields``."""
        return [str(field.column) for field in self.fields]

    def row(self, alias: str) -> str:
        """SQL row of ``columns``."""
        return "ROW(" + ", ".join(f"{alias}.{column}" for column in self.columns) + ")"

    def owned_by(self, alias: str) -> str:
        """SQL condition: the row or event belongs to the organisation ``%(organisation)s``.

        A person belongs to no organisation; those count whose members they are or were.
        """
        if self.model is Organisation:
            return f"{alias}.id = %(organisation)s"
        if self.model is User:
            members = Membership._meta.db_table
            return (
                f"EXISTS (SELECT 1 FROM {members} m WHERE m.user_id = {alias}.id "
                "AND m.organisation_id = %(organisation)s)"
            )
        return f"{alias}.organisation_id = %(organisation)s"


def field_label(field: "Field[Any, Any]") -> str:
    """What people call a field, with a capital letter."""
    own = _FIELD_NAMES.get(f"{field.model._meta.model_name}.{field.name}")
    text = str(own or _FIELD_NAMES.get(field.name, field.verbose_name))
    return text[:1].upper() + text[1:]


@cache
def tracked_models() -> tuple[TrackedModel, ...]:
    """Every model with a history, in the order of the apps."""
    return tuple(_tracked())


def _tracked() -> Iterator[TrackedModel]:
    for events in apps.get_models():
        if issubclass(events, pghistory.models.Event) and events._meta.concrete_model is events:
            tracked: Any = events.pgh_tracked_model
            yield TrackedModel(model=tracked, events=events)
