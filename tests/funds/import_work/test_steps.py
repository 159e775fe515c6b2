"""Steps of long imports that a worker takes: as at once, watched, cancelled and refused."""

import re
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape

from funds.actions.import_work import ask_for, run_work
from funds.actions.imports import ImportRefusal, known_codes
from funds.imports.recognise import KnownCodes
from funds.models import Booking, ImportBatch, ImportWork
from funds.queries.import_work import newest_work, take_lock
from funds.tasks import take_over_jobs
from organisations.models import Membership, Organisation
from organisations.rights import Role
from tests.factories import NOW, World

from ..import_files import csv
from ..import_pages import ROWS, batch_of, commit_form, fields_of, text_of, to, upload
from ..pages import browser_of
from .workers import booked, newest, read_by_worker, work

PATIENCE = 60


# --- as at once


def test_the_whole_way_by_a_worker(world: World, client: Client) -> None:
    answer = upload(client, world, csv(*ROWS))
    assert answer["Location"] == to("import-progress", world)
    assert batch_of(world).reading == {} and newest(world).state == "waiting"
    waits = text_of(client.get(to("import-progress", world)))
    assert 'data-standing="waiting"' in waits and "No worker is running" in waits and "noscript" in waits
    for name in ("import-read", "import-preview"):
        assert client.get(to(name, world))["Location"] == to("import-progress", world)
    work()
    assert client.get(to("import-progress", world))["Location"] == to("import-read", world)
    form = fields_of(client.get(to("import-read", world)), "read-form")
    answer = client.post(to("import-read", world), {**form, "step": "read", "save_as": "Pitkät"})
    assert answer["Location"] == to("import-progress", world)
    work()
    script = {"HX-Request": "true"}
    piece = client.get(to("import-progress", world), headers=script).content.decode()
    assert "every" not in piece and f"{to('import-progress', world)}?finished" in piece, "asks once more, and no more"
    done = client.get(f"{to('import-progress', world)}?finished", headers=script)
    assert done["HX-Redirect"] == to("import-preview", world)
    assert batch_of(world).profile_name == "Pitkät" and booked(world) == (0, 0)
    assert client.post(to("import-commit", world), commit_form(client, world))["Location"] == waits_at(world)
    work()
    assert (batch_of(world).state, booked(world)) == ("committed", (3, Decimal("330.00")))
    assert client.post(to("import-undo", world))["Location"] == waits_at(world)
    work()
    assert (batch_of(world).state, booked(world)) == ("undone", (6, Decimal(0)))
    assert [each.state for each in batch_of(world).works.all()] == ["done"] * 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'funds.take_step'")
        assert cursor.fetchone() == (0,)


def waits_at(world: World) -> str:
    return to("import-progress", world)


def test_what_a_worker_writes_names_who_asked_and_where(world: World, client: Client) -> None:
    read_by_worker(client, world)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata->>'user_email', c.metadata->>'source', c.metadata->>'request' "
            "FROM funds_importbatchevent e JOIN pghistory_context c ON c.id = e.pgh_context_id "
            "WHERE e.id = %s AND e.state = 'read'",
            [batch_of(world).pk],
        )
        found = cursor.fetchall()
    assert found == [(world.finance.user.email, to("import-read", world), newest(world).request)]


def test_a_known_profile_leads_to_the_preview_by_a_worker(world: World, client: Client) -> None:
    read_by_worker(client, world)
    form = fields_of(client.get(to("import-read", world)), "read-form")
    client.post(to("import-read", world), {**form, "step": "read", "save_as": "Oma"})
    work()
    stored = world.organisation.import_profiles.get(name="Oma")
    upload(client, world, csv(*ROWS), profile=str(stored.pk))
    work()
    assert client.get(to("import-progress", world))["Location"] == to("import-preview", world)
    assert batch_of(world).number == 2 and batch_of(world).state == "read"


def test_what_is_no_table_is_refused_before_a_worker_is_asked(world: World, client: Client) -> None:
    answer = upload(client, world, b"%PDF-1.7" + b" " * 100, name="lasku.csv")
    assert answer.status_code == 422
    assert not ImportBatch.objects.filter(organisation=world.organisation).exists()


# --- refused


def test_a_refused_reading_gives_everything_back(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    work()
    form = fields_of(client.get(to("import-read", world)), "read-form")
    changes = {"column-amount": "", "save_as": "Ei synny", "control_total": "12,34", "step": "read"}
    assert client.post(to("import-read", world), {**form, **changes}).status_code == 302
    work()
    assert newest(world).state == "refused"
    page = client.get(to("import-read", world))
    shown = fields_of(page, "read-form")
    assert 'data-testid="form-errors"' in page.content.decode()
    assert (shown["save_as"], shown["control_total"], shown["column-amount"]) == ("Ei synny", "12,34", "")
    assert not world.organisation.import_profiles.exists() and batch_of(world).state == "uploaded"
    # Who looks in another language reads it in that one; what was kept before is told as it was said.
    world.finance.user.language = "sv"
    world.finance.user.save()
    with translation.override("sv"):
        reason = newest(world).reason
    assert escape(reason) in client.get(to("import-read", world)).content.decode()
    ImportWork.objects.filter(pk=newest(world).pk).update(message="Näin sanottiin ennen.")
    assert "Näin sanottiin ennen." in client.get(to("import-read", world)).content.decode()
    assert client.post(to("import-read", world), {**form, "step": "read"}).status_code == 302
    work()
    assert batch_of(world).state == "read"


def test_a_refused_commit_names_what_lacks(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, ("8.1.2024", "104", "1000", "A1", "4000", "Laite", "60 000,00"), ROWS[2]))
    work()
    form = fields_of(client.get(to("import-read", world)), "read-form")
    client.post(to("import-read", world), {**form, "step": "read"})
    work()
    page = client.get(to("import-preview", world))
    keys = re.findall(r'type="checkbox" name="([^"]+)" id="warning', page.content.decode())
    assert len(keys) > 1
    client.post(to("import-commit", world), {**fields_of(page, "commit-form"), keys[0]: "on"})
    work()
    page = client.get(to("import-preview", world))
    assert page.content.decode().count('aria-invalid="true"') == len(keys) - 1
    assert re.search(rf'name="{keys[0]}"[^>]* checked', page.content.decode())
    assert booked(world) == (0, 0)


def test_figures_that_changed_meanwhile_are_not_booked(world: World, client: Client) -> None:
    read_by_worker(client, world)
    client.post(to("import-commit", world), commit_form(client, world))
    world.book("A1", "2024-01", "100.00", voucher="101", account="4000", description="Palkat")
    before = booked(world)
    work()
    assert (newest(world).code, batch_of(world).state, booked(world)) == ("preview_changed", "read", before)
    assert "changed after the preview" in text_of(client.get(to("import-preview", world)))


def test_who_lost_the_right_meanwhile_writes_nothing(world: World, client: Client) -> None:
    read_by_worker(client, world)
    client.post(to("import-commit", world), commit_form(client, world))
    Membership.objects.filter(pk=world.finance.pk).update(roles=[Role.VIEWER])
    work()
    assert (newest(world).state, batch_of(world).state, booked(world)) == ("refused", "read", (0, 0))


def test_what_goes_wrong_otherwise_keeps_nothing(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_worker(client, world)
    client.post(to("import-commit", world), commit_form(client, world))

    def breaks(**arguments: object) -> None:
        Booking.objects.filter(organisation=world.organisation).count()
        raise RuntimeError("broken")

    monkeypatch.setattr("funds.actions.imports.summary_of", lambda preview: breaks())
    with pytest.raises(RuntimeError):
        run_work(newest(world).pk, now=timezone.now)
    assert (newest(world).state, batch_of(world).state, booked(world)) == ("failed", "read", (0, 0))
    assert "Something went wrong" in text_of(client.get(to("import-preview", world)))
    monkeypatch.undo()
    run_work(newest(world).pk, now=timezone.now)
    assert batch_of(world).state == "read", "what failed is not taken up again by itself"


# --- one at a time


def test_no_other_step_begins_meanwhile(world: World, client: Client) -> None:
    read_by_worker(client, world)
    form = commit_form(client, world)
    client.post(to("import-commit", world), form)
    for name in ("import-commit", "import-discard"):
        answer = client.post(to(name, world), form, follow=True)
        assert "A worker is at this import" in answer.content.decode(), name
    assert batch_of(world).works.filter(step="commit").count() == 1
    with pytest.raises(ImportRefusal):
        ask(world, "undo")
    work()
    assert batch_of(world).state == "committed"


def ask(world: World, step: str, **arguments: object) -> ImportWork:
    return ask_for(
        batch=batch_of(world),
        step=step,
        arguments=arguments,
        form={},
        by=world.finance,
        at=NOW,
        source="/testi/",
        request="0" * 32,
    )


def test_the_same_work_twice_is_taken_once(world: World, client: Client) -> None:
    read_by_worker(client, world)
    client.post(to("import-commit", world), commit_form(client, world))
    pk = newest(world).pk
    for _time in range(2):
        run_work(pk, now=timezone.now)
    assert Booking.objects.filter(organisation=world.organisation).count() == 1


class Holder(threading.Thread):
    """A worker in the middle of a work: it holds the lock until it is let go."""

    def __init__(self, pk: int) -> None:
        super().__init__()
        self.pk, self.held, self.free = pk, threading.Event(), threading.Event()

    def run(self) -> None:
        with transaction.atomic():
            assert take_lock(self.pk)
            self.held.set()
            self.free.wait(PATIENCE)
        connection.close()


def test_a_work_runs_as_long_as_its_worker_lives(world: World, client: Client) -> None:
    read_by_worker(client, world)
    client.post(to("import-commit", world), commit_form(client, world))
    pk = newest(world).pk
    ImportWork.objects.filter(pk=pk).update(state="running", phase="reading", rows_done=2)
    holder = Holder(pk)
    holder.start()
    assert holder.held.wait(PATIENCE)
    run_work(pk, now=timezone.now)
    page = text_of(client.get(to("import-progress", world)))
    assert 'data-standing="running"' in page and "2 of 3 rows are read" in page and "No worker" not in page
    piece = client.get(to("import-progress", world), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece and 'value="2" max="3"' in piece
    assert "cancel-work" not in text_of(browser_of(world.viewer).get(to("import-progress", world)))
    holder.free.set()
    holder.join()
    standing = newest_work(batch_of(world))
    assert standing is not None and standing.standing == "stopped"
    assert "The worker stopped before the end" in text_of(client.get(to("import-preview", world)))
    # Asked again, the dead one is over.
    client.post(to("import-commit", world), commit_form(client, world))
    work()
    assert batch_of(world).state == "committed"
    assert [each.state for each in batch_of(world).works.filter(step="commit")] == ["done", "failed"]


# --- cancelled


def test_a_waiting_work_is_cancelled(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    assert browser_of(world.viewer).post(to("import-cancel", world)).status_code == 403
    client.post(to("import-cancel", world))
    work()
    assert (newest(world).state, batch_of(world).reading) == ("failed", {})
    assert "It was cancelled" in text_of(client.get(to("import-read", world)))


def test_reading_is_cancelled_at_the_next_word(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funds.actions.import_work._PAUSE", 0)
    monkeypatch.setattr("funds.actions.import_rows._TOLD_EVERY", 1)
    upload(client, world, csv(*ROWS))
    work()
    form = fields_of(client.get(to("import-read", world)), "read-form")
    client.post(to("import-read", world), {**form, "step": "read", "save_as": "Pidetään"})
    ImportWork.objects.filter(pk=newest(world).pk).update(is_cancelled=True)
    run_work(newest(world).pk, now=timezone.now)
    assert (newest(world).code, batch_of(world).state, batch_of(world).rows.count()) == ("cancelled", "uploaded", 0)
    page = client.get(to("import-read", world))
    assert "It was cancelled" in page.content.decode() and 'data-testid="form-errors"' not in page.content.decode()
    assert fields_of(page, "read-form")["save_as"] == "Pidetään"


def test_a_look_is_cancelled_at_the_next_word(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled_meanwhile(organisation: Organisation) -> KnownCodes:
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute("UPDATE funds_importwork SET is_cancelled = true")
        beside.close()
        return known_codes(organisation)

    monkeypatch.setattr("funds.actions.import_work._PAUSE", 0)
    monkeypatch.setattr("funds.imports.files._TOLD_EVERY", 1)
    monkeypatch.setattr("funds.actions.import_steps.known_codes", cancelled_meanwhile)
    upload(client, world, csv(*ROWS))
    work()
    assert (newest(world).code, newest(world).phase, batch_of(world).reading) == ("cancelled", "looking", {})
    assert "It was cancelled" in text_of(client.get(to("import-read", world)))


def test_jobs_of_workers_that_died_before_they_began_are_taken_over(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [NOW - timedelta(days=1)]
        )
        dead = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    take_over_jobs.defer(timestamp=0)
    work()
    assert newest(world).state == "done"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == (0,)
