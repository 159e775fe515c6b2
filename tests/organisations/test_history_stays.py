"""The history of changes cannot be emptied, rewritten or parted from those who acted, by raw SQL with triggers on."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from fundtrack.history import acting
from organisations.models import Unit
from tests.factories import make_organisation

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
