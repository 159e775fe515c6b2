"""The history of changes cannot be emptied, rewritten or parted from those who acted, by raw SQL with triggers on."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from fundtrack.history import acting
from fundtrack.triggers import refusal_name
from meetings.models import Body
from organisations.models import Unit
from tests.factories import make_organisation, make_world

pytestmark = pytest.mark.django_db

EVENT_TABLES = sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_there_is_history() -> None:
    assert {"funds_monthstateevent", "funds_bookingevent", "reporting_issuedreportevent"} <= set(EVENT_TABLES)


@pytest.mark.parametrize("table", EVENT_TABLES)
def test_an_event_table_is_never_emptied(table: str) -> None:
    with pytest.raises(IntegrityError, match="never emptied"):
        execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM pghistory_context",
        "TRUNCATE pghistory_context CASCADE",
        "UPDATE pghistory_context SET metadata = jsonb_set(metadata, '{user_name}', '\"Joku muu\"')",
        "UPDATE pghistory_context SET metadata = metadata - 'source'",
    ],
)
def test_who_acted_stays(statement: str) -> None:
    organisation, members = make_organisation()
    with acting(user=next(iter(members.values())).user, source="/testila/units/", request_id="1"):
        Unit.objects.create(organisation=organisation, name="Lukio")
    with pytest.raises(IntegrityError, match=r"stays as it was|never emptied"):
        execute(statement)


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("organisations_user", "id = -id", "user_keeps_identity"),
        ("organisations_membership", "id = -id", "membership_keeps_identity"),
        ("organisations_membership", "user_id = (SELECT max(id) FROM organisations_user)", "membership_keeps_identity"),
        ("organisations_organisation", "id = -id", "organisation_keeps_identity"),
        ("organisations_unit", "id = -id", "unit_keeps_identity"),
        ("meetings_body", "id = -id", "body_keeps_identity"),
    ],
)
def test_nobody_becomes_somebody_else(table: str, change: str, rule: str) -> None:
    """What was approved by one person would be approved by another, without one row of it being touched."""
    world = make_world()
    Unit.objects.create(organisation=world.organisation, name="Lukio")
    Body.objects.create(organisation=world.organisation, name="Johtokunta")
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change} WHERE id = (SELECT min(id) FROM {table})")
    assert refusal_name(error.value) == rule
