"""Constraints that Django does not have: a child agrees with its parent on more than the key.

``MatchesParent`` is a composite foreign key. It holds that a row and the row it points to belong to the same
organisation (and, where named, to the same year or plan). Being a plain PostgreSQL constraint it holds for every
path, raw SQL included, and cannot be forgotten by a query.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import BaseConstraint, Field, Model
from django.utils.translation import gettext_lazy as _


class MatchesParent(BaseConstraint):
    """``FOREIGN KEY (field, *shared) REFERENCES parent (id, *shared)``, checked at commit.

    Args:
        field: name of the foreign key field.
        shared: names of the fields (the same on both models) that must be equal. The parent needs a
            ``UniqueConstraint`` on ``("id", *shared)``; see ``parent_key``.
    """

    def __init__(self, *, field: str, shared: Sequence[str] = ("organisation",), name: str) -> None:
        super().__init__(name=name, violation_error_message=_("The parts belong to different organisations."))
        self.field = field
        self.shared = tuple(shared)

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        # Deferred to the end of the migration: the parent, or its unique constraint, may not be there yet.
        assert model is not None and schema_editor is not None
        schema_editor.deferred_sql.append(Statement(self._sql(model, schema_editor)))
        return ""

    def constraint_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        return self.create_sql(model, schema_editor)

    def _sql(self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        parent = model._meta.get_field(self.field).related_model
        assert isinstance(parent, type) and issubclass(parent, Model) and parent._meta.pk is not None
        quote = schema_editor.quote_name
        own = [_column(model, name) for name in (self.field, *self.shared)]
        theirs = [parent._meta.pk.attname, *(_column(parent, name) for name in self.shared)]
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({', '.join(quote(column) for column in own)}) "
            f"REFERENCES {quote(parent._meta.db_table)} ({', '.join(quote(column) for column in theirs)}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self,
        model: type[Model],
        instance: Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Say the same in Python, for forms that call ``full_clean``."""
        parent = getattr(instance, self.field, None)
        if parent is None:
            return
        attnames = [_column(model, name) for name in self.shared]
        if any(getattr(instance, name) != getattr(parent, name) for name in attnames):
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path = f"{self.__class__.__module__}.{self.__class__.__name__}"
        return path, (), {"field": self.field, "shared": self.shared, "name": self.name}

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MatchesParent):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = BaseConstraint.__hash__


def _column(model: type[Model], name: str) -> str:
    """Column of a field; for a foreign key its attribute and its column have one name (``organisation_id``)."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field.attname
