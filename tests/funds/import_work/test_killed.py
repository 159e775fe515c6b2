"""A worker that is killed in the middle of a step leaves nothing of it, or everything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import Client

from funds.actions.import_work import cancel_work
from funds.models import Booking, ImportBatch, ImportWork
from funds.queries.import_work import newest_work
from organisations.models import Membership
from tests.e2e.server import ROOT, environment_of
from tests.factories import NOW, World

from ..import_files import csv
from ..import_pages import batch_of, commit_form, fields_of, to, upload
from .workers import booked, newest, work

PATIENCE = 60
MANY = 4_000


def big_file() -> bytes:
    rows = [
        (f"{1 + n % 28}.{1 + n % 9}.2024", str(n), "1000", ("A1", "A2")[n % 2], "4000", f"Rivi {n}", f"{n % 90},37")
        for n in range(MANY)
    ]
    return csv(*rows)


def worker(folder: Path) -> subprocess.Popen[bytes]:
    """A worker in a process of its own, on this module's database."""
    environment = environment_of(connection.settings_dict["NAME"], folder)
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot", "--no-listen-notify"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_in(process: subprocess.Popen[bytes], pk: int, phase: str, later: float, by: Membership) -> None:
    """Kill the worker without a warning, ``later`` seconds after its work has come to the phase, or has ended."""
    until = time.monotonic() + PATIENCE
    works = ImportWork.objects.filter(pk=pk)
    while time.monotonic() < until and not works.filter(phase=phase).exists():
        if works.filter(ended_at__isnull=False).exists():
            break
    try:
        process.wait(timeout=later)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    while time.monotonic() < until and (standing := newest_work(batch_by(pk))) and standing.standing == "running":
        # The database notices that nobody waits for the answer any more.
        time.sleep(0.05)
    # Killed before it began: somebody gives up waiting.
    cancel_work(batch=batch_by(pk), by=by, at=NOW)


def rows_read(batch: ImportBatch) -> int:
    return batch.rows.filter(kind="row").count()


def batch_by(pk: int) -> ImportBatch:
    return ImportBatch.objects.get(works=pk)


@pytest.mark.slow
def test_a_killed_worker_leaves_nothing_or_everything(world: World, client: Client, tmp_path: Path) -> None:
    upload(client, world, big_file())
    work()
    form = fields_of(client.get(to("import-read", world)), "read-form")
    for phase, later in (("reading", 0), ("reading", 0.2)):
        client.post(to("import-read", world), {**form, "step": "read"})
        process = worker(tmp_path)
        kill_in(process, newest(world).pk, phase, later, world.finance)
        batch = batch_of(world)
        assert (batch.state, rows_read(batch)) in (("uploaded", 0), ("read", MANY))
    if batch_of(world).state == "uploaded":
        client.post(to("import-read", world), {**form, "step": "read"})
        work()
    assert rows_read(batch_of(world)) == MANY
    sums = batch_of(world).rows.aggregate(total=Sum("amount"))["total"]
    seen = set()
    for phase, later in (("comparing", 0), ("comparing", 0.1), ("booking", 0), ("booking", 0.2), ("booking", 0.6)):
        client.post(to("import-commit", world), commit_form(client, world))
        kill_in(worker(tmp_path), newest(world).pk, phase, later, world.finance)
        seen.add(batch_of(world).state)
        assert (batch_of(world).state, *booked(world)) in (("read", 0, 0), ("committed", MANY, sums))
        assert Booking.objects.filter(organisation=world.organisation).count() == (batch_of(world).state == "committed")
        if batch_of(world).state == "committed":
            break
    assert "read" in seen, "no kill came in time"
    if batch_of(world).state == "read":
        client.post(to("import-commit", world), commit_form(client, world))
        work()
    assert (batch_of(world).state, *booked(world)) == ("committed", MANY, sums)
