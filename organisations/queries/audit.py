"""The history of changes of an organisation, newest first: who, when, in which request, what before and after."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, DateField, DateTimeField, Field, ForeignKey, JSONField, Model
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.money import MoneyField

from ..history import TrackedModel, field_label, tracked_models
from ..models import Organisation

#: Fields that name an object, the most telling first; the first two that it has are its title.
_TITLE_FIELDS = (
    "project_code", "code", "name", "email", "user", "membership", "line", "cost_centre", "month", "fund", "plan",
    "number", "report", "entry_on", "kind", "source", "year", "rule", "theme", "effective_on",
)  # fmt: skip
#: Written by the application for itself; nobody's change.
_SILENT_FIELDS = frozenset({"organisation", "version", "key"})
#: Characters of a structured value that are shown; all of it stands in the history itself.
_LONGEST_JSON = 300

#: Events that are read, and whose references are named, at a time.
CHUNK = 2000
#: (name of the referenced model, key) → what people call it.
Names = dict[tuple[type[Model], int], str]


@dataclass(frozen=True)
class AuditFilter:
    """Which changes are asked for. Both days are included; everything is optional."""

    first: date | None = None
    last: date | None = None
    #: Key of the person who made the change.
    person: int | None = None
    #: Name of a tracked model.
    table: str = ""
    #: Key of one object of that table.
    object: int | None = None


@dataclass(frozen=True)
class FieldChange:
    """One field of one object, as text in the reader's language."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class AuditEvent:
    """One object changed once."""

    #: Key of the event in its table.
    pk: int
    at: datetime
    table: TrackedModel
    object_id: int
    #: "insert", "update" or "delete".
    kind: str
    #: What people call the object.
    title: str
    #: Name and address as they were then; empty for the operator of the server.
    person: str
    email: str
    #: Address of the page, or the command.
    source: str
    #: What tells one request from another.
    request: str
    #: Changed fields; all that have a value for a new or removed object.
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True)
class _Row:
    table: TrackedModel
    pk: int
    at: datetime
    kind: str
    object_id: int
    context: dict[str, Any]
    data: dict[str, Any]
    before: dict[str, Any]


def audit_events(organisation: Organisation, wanted: AuditFilter, *, limit: int, offset: int = 0) -> list[AuditEvent]:
    """Changes that fit ``wanted``, newest first.

    One query for the events and their previous versions, and one for the names of each kind of object that they
    mention.
    """
    rows = _rows(organisation, wanted, limit, offset)
    names = _names(rows)
    return [_event(row, names) for row in rows]


def all_audit_events(organisation: Organisation, wanted: AuditFilter) -> Iterator[AuditEvent]:
    """All changes that fit ``wanted``, newest first, read from the database as they are taken.

    Within a transaction only. One query for the events, and for every ``CHUNK`` of them one for the names of each kind
    of object that they mention.
    """
    tables = _tables(wanted)
    if not tables:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(*_statement(organisation, wanted, tables, None, 0))
        while found := cursor.fetchmany(CHUNK):
            rows = [_row(tables, *values) for values in found]
            names = _names(rows)
            yield from (_event(row, names) for row in rows)


def _tables(wanted: AuditFilter) -> dict[str, TrackedModel]:
    return {table.name: table for table in tracked_models() if wanted.table in ("", table.name)}


def _rows(organisation: Organisation, wanted: AuditFilter, limit: int, offset: int) -> list[_Row]:
    tables = _tables(wanted)
    if not tables:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*_statement(organisation, wanted, tables, limit, offset))
        return [_row(tables, *values) for values in cursor.fetchall()]


def _row(
    tables: dict[str, TrackedModel],
    table: str,
    pk: int,
    at: datetime,
    kind: str,
    object_id: int,
    context: str | None,
    data: str | None,
    before: str | None,
) -> _Row:
    return _Row(tables[table], pk, at, kind, object_id, _load(context), _load(data), _load(before))


def _statement(
    organisation: Organisation, wanted: AuditFilter, tables: dict[str, TrackedModel], limit: int | None, offset: int
) -> tuple[str, dict[str, Any]]:
    """The query and its parameters; no limit gives everything."""
    parameters: dict[str, Any] = {
        "organisation": organisation.pk,
        "person": str(wanted.person),
        "object": wanted.object,
        "first": wanted.first and datetime.combine(wanted.first, time(), formats.HELSINKI),
        "before": wanted.last and datetime.combine(wanted.last + timedelta(days=1), time(), formats.HELSINKI),
        "limit": limit,
        "offset": offset,
        "reach": None if limit is None else limit + offset,
    }
    branches = "\nUNION ALL\n".join(_branch(table, wanted) for table in tables.values())
    previous = "\n".join(
        f"WHEN '{table.name}' THEN (SELECT to_jsonb(p) FROM {table.event_table} p "
        "WHERE p.pgh_obj_id = s.pgh_obj_id AND p.pgh_id < s.pgh_id ORDER BY p.pgh_id DESC LIMIT 1)"
        for table in tables.values()
    )
    # The events that are shown are chosen first; previous versions are read for them alone.
    sql = f"""
        SELECT s.kind, s.pgh_id, s.pgh_created_at, s.pgh_label, s.pgh_obj_id, coalesce(c.metadata, '{{}}')::text,
            s.data::text, (CASE WHEN s.pgh_label <> 'update' THEN NULL ELSE CASE s.kind {previous} END END)::text
        FROM (SELECT * FROM ({branches}) b ORDER BY pgh_created_at DESC, pgh_context_id, kind, pgh_id DESC
              LIMIT %(limit)s OFFSET %(offset)s) s
        LEFT JOIN pghistory_context c ON c.id = s.pgh_context_id
        ORDER BY s.pgh_created_at DESC, s.pgh_context_id, s.kind, s.pgh_id DESC
    """
    return sql, parameters


def _branch(table: TrackedModel, wanted: AuditFilter) -> str:
    conditions = [table.owned_by("e")]
    if wanted.first:
        conditions.append("e.pgh_created_at >= %(first)s")
    if wanted.last:
        conditions.append("e.pgh_created_at < %(before)s")
    if wanted.object:
        conditions.append("e.pgh_obj_id = %(object)s")
    if wanted.person:
        conditions.append("x.metadata->>'user' = %(person)s")
    context = "JOIN pghistory_context x ON x.id = e.pgh_context_id" if wanted.person else ""
    return f"""(SELECT '{table.name}' AS kind, e.pgh_id, e.pgh_created_at, e.pgh_label, e.pgh_obj_id, e.pgh_context_id,
        to_jsonb(e) AS data FROM {table.event_table} e {context} WHERE {" AND ".join(conditions)}
        ORDER BY e.pgh_created_at DESC, e.pgh_context_id, e.pgh_id DESC LIMIT %(reach)s)"""


def _load(text: str | None) -> dict[str, Any]:
    # Amounts stay exact: a float never stands in between.
    loaded: dict[str, Any] = json.loads(text, parse_float=Decimal) if text else {}
    return loaded


# --- names of what is referred to


def _names(rows: Sequence[_Row]) -> Names:
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for row in rows:
        for field in row.table.fields:
            if isinstance(field, ForeignKey):
                values = (row.data.get(str(field.column)), row.before.get(str(field.column)))
                wanted[_target(field)].update(value for value in values if value is not None)
    return {
        (model, pk): str(found)
        for model, keys in wanted.items()
        for pk, found in model._default_manager.select_related().in_bulk(keys).items()
    }


def _target(field: "ForeignKey[Any, Any]") -> type[Model]:
    model = field.related_model
    assert isinstance(model, type)
    return model


# --- words


def _event(row: _Row, names: Names) -> AuditEvent:
    return AuditEvent(
        pk=row.pk,
        at=row.at,
        table=row.table,
        object_id=row.object_id,
        kind=row.kind,
        title=_title(row, names),
        person=row.context.get("user_name") or "",
        email=row.context.get("user_email") or "",
        source=row.context.get("source") or "",
        request=row.context.get("request") or "",
        changes=tuple(_changes(row, names)),
    )


def _title(row: _Row, names: Names) -> str:
    fields = {field.name: field for field in row.table.fields}
    shown = [fields[name] for name in _TITLE_FIELDS if name in fields]
    texts = [_text(field, row.data.get(str(field.column)), names) for field in shown]
    return " ".join([text for text in texts if text][:2]) or f"#{row.object_id}"


def _changes(row: _Row, names: Names) -> Iterable[FieldChange]:
    before = row.data if row.kind == "delete" else row.before
    after = {} if row.kind == "delete" else row.data
    for field in row.table.fields:
        old, new = before.get(str(field.column)), after.get(str(field.column))
        if field.name in _SILENT_FIELDS or old == new:
            continue
        texts = _text(field, old, names), _text(field, new, names)
        if texts != ("", ""):
            yield FieldChange(field_label(field), *texts)


def _text(field: "Field[Any, Any]", value: Any, names: Names) -> str:
    """A stored value as people read it; empty for none."""
    if value in (None, "", []):
        return ""
    if isinstance(field, ForeignKey):
        return names.get((_target(field), value), f"#{value}")
    if isinstance(field, MoneyField):
        return formats.eur(Decimal(value))
    if isinstance(field, BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, DateTimeField):
        return formats.moment(datetime.fromisoformat(value))
    if isinstance(field, DateField):
        day = date.fromisoformat(value)
        return formats.month_short(day) if field.name.endswith("month") else formats.day(day)
    if isinstance(field, JSONField):
        text = json.dumps(value, ensure_ascii=False, default=str) if value else ""
        return text if len(text) <= _LONGEST_JSON else f"{text[:_LONGEST_JSON]}…"
    if isinstance(field, ArrayField):
        return ", ".join(_choice(field.base_field, part) for part in value)
    return _choice(field, value)


def _choice(field: "Field[Any, Any]", value: Any) -> str:
    return str(dict(field.flatchoices).get(value, value))
