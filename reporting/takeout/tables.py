"""Which tables an organisation's take-out holds, found from the models, and which it does not, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db.models import BinaryField, BooleanField, DateTimeField, Field, JSONField, Model

from organisations.history import TrackedModel, tracked_models
from organisations.models import Membership, Organisation, User
from organisations.models.organisation import RESERVED_SLUGS

from .layout import FILE_SUFFIX, files_of

#: Table → why nothing of it is taken out.
LEFT_OUT = {
    "account_emailaddress": "signing in; the person's address stands in organisations_user",
    "account_emailconfirmation": "signing in: links that were sent by mail",
    "auth_group": "not used: rights come from the roles in organisations_membership",
    "auth_group_permissions": "not used: rights come from the roles in organisations_membership",
    "auth_permission": "not used: rights come from the roles in organisations_membership",
    "django_content_type": "names of tables, belongs to the program",
    "django_migrations": "versions of tables, belongs to the program",
    "django_session": "signing in: who is signed in just now",
    "fundtrack_cache": "counts attempts to sign in",
    "funds_importwork": "how far workers are; what their work did stands in funds_importbatch and its history",
    "mfa_authenticator": "signing in: secrets of the second step",
    "procrastinate_events": "what workers do just now, belongs to the program",
    "procrastinate_jobs": "what workers do just now, belongs to the program",
    "procrastinate_periodic_defers": "what workers do just now, belongs to the program",
    "procrastinate_workers": "what workers do just now, belongs to the program",
}

#: Table → column → why it is not taken out.
COLUMNS_LEFT_OUT = {
    "organisations_user": {"password": "signing in: digest of the password", "last_login": "signing in"},
}

CONTEXTS = "pghistory_context"


class UnknownTable(Exception):
    """A table of which nobody said to whom its rows belong."""


@dataclass(frozen=True)
class TakenTable:
    """A table that is taken out."""

    name: str
    #: SQL of the rows of organisation ``%(organisation)s``, one text or number per column.
    sql: str
    #: SQL of (path, bytes) of every file in the table; empty for a table without files.
    files_sql: str = ""


@cache
def taken_tables() -> tuple[TakenTable, ...]:
    """Every table that is taken out, in the order of the apps.

    Raises:
        UnknownTable: a model belongs to no organisation and is not left out with a reason.
    """
    return tuple(_taken())


def _taken() -> Iterator[TakenTable]:
    history = {tracked.event_table: tracked for tracked in tracked_models()}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table not in LEFT_OUT and model._meta.managed and not model._meta.proxy:
            yield _table(model, _condition(model, history.get(table)))


def _condition(model: type[Model], tracked: TrackedModel | None) -> str:
    """SQL condition on ``t``: the row belongs to the organisation ``%(organisation)s``."""
    if tracked is not None:
        return _people_since_they_came(tracked) if tracked.model is User else tracked.owned_by("t")
    if model in (Organisation, User):
        return TrackedModel(model=model, events=model).owned_by("t")
    if model._meta.db_table == CONTEXTS:
        return _contexts()
    field = next((field for field in model._meta.concrete_fields if field.name == "organisation"), None)
    if field is None or field.related_model is not Organisation:
        raise UnknownTable(f"{model._meta.label} belongs to no organisation: say in LEFT_OUT why, or give it one.")
    return "t.organisation_id = %(organisation)s"


def _people_since_they_came(tracked: TrackedModel) -> str:
    """People's history from the state in which they joined: what they were called elsewhere before is not ours."""
    events = tracked.event_table
    members = next(other.event_table for other in tracked_models() if other.model is Membership)
    return f"""{tracked.owned_by("t")} AND NOT EXISTS (
        SELECT 1 FROM {events} later WHERE later.pgh_obj_id = t.pgh_obj_id AND later.pgh_id > t.pgh_id
        AND later.pgh_created_at <= (SELECT min(j.pgh_created_at) FROM {members} j
            WHERE j.user_id = t.pgh_obj_id AND j.organisation_id = %(organisation)s))"""


def _contexts() -> str:
    """Contexts of the organisation's own history, and of its people's where no other organisation shows in them."""
    people = next(tracked for tracked in tracked_models() if tracked.model is User)
    own = " UNION ALL ".join(
        f"SELECT e.pgh_context_id FROM {tracked.event_table} e WHERE {tracked.owned_by('e')}"
        for tracked in tracked_models()
        if tracked is not people
    )
    # A person's row is written from their own settings, from the members of an organisation, or by the operator.
    places = ", ".join(f"'{slug}'" for slug in sorted(RESERVED_SLUGS))
    return f"""t.id IN ({own}) OR (
        t.id IN (SELECT e.pgh_context_id FROM {people.event_table} e WHERE {people.owned_by("e")})
        AND split_part(t.metadata->>'source', '/', 2) IN ({places})
        AND EXISTS (SELECT 1 FROM {Membership._meta.db_table} m WHERE m.organisation_id = %(organisation)s
            AND m.user_id::text = t.metadata->>'user'))"""


# --- columns


def _table(model: type[Model], condition: str) -> TakenTable:
    table, fields = model._meta.db_table, model._meta.concrete_fields
    assert model._meta.pk is not None
    key = model._meta.pk.column
    left_out = COLUMNS_LEFT_OUT.get(table, {})
    columns = ", ".join(_column(table, key, field) for field in fields if field.column not in left_out)
    files = [field for field in fields if isinstance(field, BinaryField)]
    rows = f"FROM {table} t WHERE {condition}"
    return TakenTable(
        name=table,
        sql=f"SELECT {columns} {rows} ORDER BY t.{key}",
        files_sql=" UNION ALL ".join(
            f"SELECT {_path(table, key, field)}, t.{field.column} {rows} AND t.{field.column} IS NOT NULL"
            for field in files
        ),
    )


def _column(table: str, key: str | None, field: "Field[Any, Any]") -> str:
    """SQL of a column: dates and moments ISO, a moment with its zone; lists as JSON; bytes as the path of a file."""
    column = f"t.{field.column}"
    match field:
        case DateTimeField():
            return f'to_char({column} AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"\') AS "{field.column}"'
        case BinaryField():
            return (
                f'CASE WHEN {column} IS NOT NULL THEN {_path(table, key, field)} END AS "{field.column}{FILE_SUFFIX}"'
            )
        case ArrayField():
            return f'to_json({column})::text AS "{field.column}"'
        case BooleanField() | JSONField():
            return f'{column}::text AS "{field.column}"'
        case _:
            assert not str(field.column).endswith(FILE_SUFFIX), "taken for the path of a file"
            return f'{column} AS "{field.column}"'


def _path(table: str, key: str | None, field: "Field[Any, Any]") -> str:
    """SQL of the path of a row's file; the ending is that of the row's format, where it has one."""
    formats = any(other.column == "format" for other in field.model._meta.concrete_fields)
    ending = "CASE WHEN t.format ~ '^[a-z0-9]{1,8}$' THEN t.format ELSE 'bin' END" if formats else "'bin'"
    name = f"t.{key}::text" if field.column == "content" else f"t.{key}::text || '-{field.column}'"
    return f"'{files_of(table)}/' || {name} || '.' || {ending}"
