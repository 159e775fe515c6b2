"""Every tracked row against the newest event of its history: what was changed past the triggers shows here."""

from collections.abc import Iterator

import pgtrigger
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection

from fundtrack.checks import Check

from .history import TrackedModel, tracked_models


def history_checks() -> list[Check]:
    """One check per tracked model, in the order of the apps."""
    return [_check(tracked) for tracked in tracked_models()]


def _check(tracked: TrackedModel) -> Check:
    table, events = tracked.table, tracked.event_table
    stored = f"SELECT t.* FROM {table} t WHERE {tracked.owned_by('t')}"
    newest = f"SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM {events} e ORDER BY e.pgh_obj_id, e.pgh_id DESC"
    known = f"SELECT n.* FROM ({newest}) n WHERE {tracked.owned_by('n')}"
    pairs = ", ".join(f"('{column}', to_jsonb(e.{column}), to_jsonb(t.{column}))" for column in tracked.columns)
    return Check(
        name=f"history of {tracked.name}",
        title="every row is as its newest event says",
        counted=f"SELECT count(*) FROM ({stored}) t",
        differences=f"""
            SELECT '{tracked.name} ' || coalesce(t.id, e.pgh_obj_id) || CASE
                WHEN e.pgh_id IS NULL THEN ' is stored, and no event says that it was made'
                WHEN t.id IS NULL THEN ' is gone, and no event says that it was removed'
                WHEN e.pgh_label = 'delete' THEN ' is stored, and its newest event says that it was removed'
                ELSE ' was changed past its history: ' || (
                    SELECT string_agg(
                        p.name || ' was ' || coalesce(p.told::text, '–') || ', is ' || coalesce(p.found::text, '–'),
                        '; ' ORDER BY p.name)
                    FROM (VALUES {pairs}) p(name, told, found) WHERE p.told IS DISTINCT FROM p.found)
                END
            FROM ({stored}) t FULL JOIN ({known}) e ON e.pgh_obj_id = t.id
            WHERE e.pgh_id IS NULL
               OR (t.id IS NULL AND e.pgh_label <> 'delete')
               OR (t.id IS NOT NULL AND e.pgh_label = 'delete')
               OR (t.id IS NOT NULL AND ({tracked.row("t")}) IS DISTINCT FROM ({tracked.row("e")}))
            UNION ALL
            SELECT '{tracked.name} ' || e.pgh_obj_id || ': an event no longer says who made it'
            FROM {events} e WHERE {tracked.owned_by("e")} AND e.pgh_context_id IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM pghistory_context c WHERE c.id = e.pgh_context_id)
            ORDER BY 1
        """,
    )


def strayed_rows() -> Iterator[str]:
    """Rows of organisations that are not there any more; no check of one organisation sees them."""
    for model in apps.get_models():
        try:
            model._meta.get_field("organisation")
        except FieldDoesNotExist:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} t WHERE t.organisation_id IS NOT NULL AND NOT EXISTS "
                "(SELECT 1 FROM organisations_organisation o WHERE o.id = t.organisation_id)"
            )
            (count,) = cursor.fetchone()
        if count:
            yield f"{model._meta.db_table} has rows of an organisation that is gone: {count}"


def missing_triggers() -> Iterator[str]:
    """Triggers that the program counts on and the database does not have, or has switched off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
        stored = {(table, name): enabled for table, name, enabled in cursor.fetchall()}
    for model, trigger in pgtrigger.registered():
        table, name = model._meta.db_table, trigger.get_pgid(model)
        state = stored.get((table, name))
        if state is None:
            yield f"{table} lacks its trigger {trigger.name}"
        elif state != "O":
            yield f"{table} has its trigger {trigger.name} switched off"
