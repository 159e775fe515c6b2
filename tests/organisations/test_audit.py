"""The history of changes: who, when, what before and after, in which request; and that nothing changes it."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.functional import Promise

from funds.actions.imports import commit_batch, undo_batch
from fundtrack import formats
from fundtrack.history import acting
from organisations.actions import update_member
from organisations.history import _FIELD_NAMES, tracked_models
from organisations.models import Membership, Unit, User
from organisations.queries.audit import _SILENT_FIELDS, AuditEvent, AuditFilter, audit_events
from organisations.rights import Role
from tests.factories import NOW, World, make_member, make_world
from tests.factories.imports import FileRow, make_batch
from tests.factories.pages import PageWorld, make_page_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def page_world() -> PageWorld:
    return make_page_world("testila")


def client_of(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def change_role(world: World) -> None:
    """The admin makes the viewer a board member too, in the browser."""
    client_of(world.admin).post(
        reverse("member-edit", kwargs={"organisation": "testila", "member": world.viewer.pk}),
        {"name": world.viewer.user.name, "roles": ["viewer", "board"], "is_active": "on"},
    )


def events(world: World, limit: int = 100, **wanted: object) -> list[AuditEvent]:
    return audit_events(world.organisation, AuditFilter(**wanted), limit=limit)  # type: ignore[arg-type]


def test_a_change_says_who_where_and_what_before_and_after(world: World) -> None:
    change_role(world)
    event = events(world, table="membership", object=world.viewer.pk)[0]
    assert (event.kind, event.person, event.email) == ("update", "Admin", "admin@testila.example")
    assert event.source == f"/testila/members/{world.viewer.pk}/"
    assert len(event.request) == 32
    (change,) = event.changes
    assert change.before == Role.VIEWER.label
    assert change.after == f"{Role.VIEWER.label}, {Role.BOARD.label}"


def test_amounts_and_references_are_words(world: World) -> None:
    line = world.line("A1")
    event = events(world, table="budgetline", object=line.pk)[0]
    texts = [change.after for change in event.changes]
    assert formats.eur(Decimal("50000.00")) in texts
    assert "Kohde" in texts
    assert event.title == "A1 Rivi A1"


def test_months_and_drawdowns_stand_in_the_history(world: World) -> None:
    world.book("A1", "2024-01", "100.00")
    world.close("2024-01")
    world.draw("2024-01")
    assert [event.kind for event in events(world, table="monthstate")] == ["update", "insert"]
    posted = events(world, table="drawdown")[0]
    assert Decimal(100) == world.plan.drawdowns.get().total
    assert posted.kind == "update" and any("–" not in change.before for change in posted.changes)


def test_filters(world: World) -> None:
    change_role(world)
    assert {event.table.name for event in events(world, table="membership")} == {"membership"}
    by_admin = events(world, person=world.admin.user_id)
    assert by_admin and {event.email for event in by_admin} == {"admin@testila.example"}
    assert events(world, person=world.viewer.user_id) == []
    today = by_admin[0].at.astimezone(formats.HELSINKI).date()
    assert events(world, first=today, last=today)
    assert events(world, last=date(2000, 1, 1)) == []
    assert events(world, table="nothing") == []


def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    everything = [(event.table.name, event.pk) for event in events(world, limit=1000)]
    paged = []
    for offset in range(0, len(everything) + 5, 5):
        found = audit_events(world.organisation, AuditFilter(), limit=5, offset=offset)
        paged += [(event.table.name, event.pk) for event in found]
    assert sorted(paged) == sorted(everything)
    assert len(set(paged)) == len(paged)


def test_the_number_of_queries_does_not_grow(world: World, django_assert_max_num_queries: object) -> None:
    for number in range(40):
        make_member(world.organisation, Role.VIEWER, email=f"uusi{number}@testila.example")
    with django_assert_max_num_queries(1 + 8):  # type: ignore[operator]
        assert len(events(world)) > 40


def test_another_organisations_changes_are_not_shown(world: World) -> None:
    other = make_world("muualla")
    Unit.objects.create(organisation=other.organisation, name="Salainen")
    assert {event.title for event in events(world, table="unit")} == set()
    people = {event.title for event in events(world, table="user")}
    assert not any("muualla" in title for title in people)


def test_disabling_a_person_changes_nothing_in_it(world: World) -> None:
    change_role(world)
    before = events(world, table="membership")
    world.admin.user.is_active = False
    world.admin.user.name = "Poistettu henkilö"
    world.admin.user.save()
    after = events(world, table="membership")
    assert [(event.person, event.email, event.at, event.changes[0].after) for event in after[:1]] == [
        (event.person, event.email, event.at, event.changes[0].after) for event in before[:1]
    ]


def test_a_person_and_a_membership_are_never_deleted(world: World) -> None:
    for row in (world.viewer, world.viewer.user):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organisations_membershipevent SET roles = '{admin}'",
        "DELETE FROM organisations_membershipevent",
        "DELETE FROM funds_monthstateevent",
        "UPDATE funds_budgetlineevent SET name = 'x'",
    ],
)
def test_events_are_never_changed(world: World, statement: str) -> None:
    world.book("A1", "2024-01", "100.00")
    world.close("2024-01")
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_command_without_a_person_is_the_operators(world: World) -> None:
    Unit.objects.create(organisation=world.organisation, name="Lukio")
    event = events(world, table="unit")[0]
    assert (event.person, event.kind, event.title) == ("", "insert", "Lukio")


def test_removed_things_keep_their_words(world: World) -> None:
    unit = Unit.objects.create(organisation=world.organisation, name="Lukio")
    with acting(user=world.admin.user, source="/testila/units/", request_id="r1"):
        unit.delete()
    event = events(world, table="unit")[0]
    assert (event.kind, event.title, event.request) == ("delete", "Lukio", "r1")
    assert [change.before for change in event.changes] == ["Lukio"]


def test_the_page_and_the_files_agree(world: World) -> None:
    change_role(world)
    client = client_of(world.auditor)
    page = client.get(reverse("audit", kwargs={"organisation": "testila"}) + "?table=membership")
    assert b'data-table="membership"' in page.content
    address = reverse("audit-export", kwargs={"organisation": "testila", "format": "csv"})
    text = client.get(f"{address}?table=membership").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text.split("\r\n\r\n")[0]), delimiter=";"))
    assert any("admin@testila.example" in row for row in rows)
    xlsx = client.get(address.replace("csv", "xlsx"))
    assert xlsx.content[:2] == b"PK"
    assert client.get(address.replace(".csv", ".exe")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?first=kukkuu",
        "?person=999999",
        "?person=x",
        "?table=nothing",
        "?object=-1",
        "?page=0",
        "?page=x",
        "?page=9999999",
    ],
)
def test_strange_addresses_are_no_errors(world: World, query: str) -> None:
    response = client_of(world.auditor).get(reverse("audit", kwargs={"organisation": "testila"}) + query)
    assert response.status_code == 200


def test_signing_in_leaves_no_event_of_the_person(world: World) -> None:
    before = len(events(world, table="user"))
    client_of(world.viewer)
    assert len(events(world, table="user")) == before
    assert User.objects.get(pk=world.viewer.user_id).last_login is not None


def test_an_update_that_changes_nothing_leaves_no_event(world: World) -> None:
    before = len(events(world, table="membership"))
    update_member(
        membership=world.viewer,
        roles=[Role.VIEWER],
        is_active=True,
        unit=None,
        title="",
        by=world.admin,
    )
    assert len(events(world, table="membership")) == before


def test_every_table_and_field_has_a_name_for_people() -> None:
    nameless = [str(table.model._meta.label) for table in tracked_models() if not isinstance(table.label, Promise)]
    for table in tracked_models():
        for field in table.fields:
            known = field.name in _FIELD_NAMES or isinstance(field._verbose_name, Promise)
            if not known and field.name not in _SILENT_FIELDS:
                nameless.append(f"{table.model._meta.label}.{field.name}")
            if isinstance(field, ForeignKey) and field.name not in _SILENT_FIELDS:
                assert "__str__" in vars(field.related_model), f"{field.related_model} needs a name for people"
    assert not nameless


def test_no_object_is_called_by_a_key_or_a_class(page_world: PageWorld) -> None:
    found = audit_events(page_world.world.organisation, AuditFilter(), limit=500)
    texts = [event.title for event in found]
    texts += [text for event in found for change in event.changes for text in (change.before, change.after)]
    assert not [text for text in texts if text.startswith("#") or "object (" in text]


def test_imports_stand_in_the_history_without_their_files(world: World) -> None:
    batch = make_batch(world, [FileRow("A1", "2024-01", "100.00", "1")])
    with acting(user=world.finance.user, source="/testila/", request_id="1"):
        batch = commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)
        undo_batch(batch=batch, by=world.finance, at=NOW)
    with CaptureQueriesContext(connection) as queries:
        undoing, committing, *_before = events(world, table="importbatch")
    assert not any('"funds_importfile"."content"' in query["sql"] for query in queries)
    assert any('"new": 1' in change.after for change in committing.changes)
    assert (len(undoing.changes), undoing.person) == (4, "Finance")
    page = client_of(world.admin).get(reverse("audit", kwargs={"organisation": "testila"}), {"table": "importbatch"})
    assert page.status_code == 200 and "vienti.csv" in page.text
