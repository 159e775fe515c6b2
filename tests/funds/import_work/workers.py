"""Workers that take the steps of imports, and what has become of them."""

from decimal import Decimal

from django.db.models import Sum
from django.test import Client
from procrastinate.contrib.django import app

from funds.models import Actual, ImportWork
from tests.factories import World

from ..import_files import csv
from ..import_pages import ROWS, batch_of, fields_of, to, upload


def work() -> None:
    """A worker that takes what waits, and ends."""
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["imports"])


def newest(world: World) -> ImportWork:
    """The step that was asked for last, of the only import."""
    return batch_of(world).works.first()


def booked(world: World) -> tuple[int, Decimal]:
    """How many actuals there are, and their sum in EUR."""
    rows = Actual.objects.filter(organisation=world.organisation)
    return rows.count(), rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def read_by_worker(client: Client, world: World) -> None:
    """Upload a small file and let workers look at it and read it."""
    upload(client, world, csv(*ROWS))
    work()
    form = fields_of(client.get(to("import-read", world)), "read-form")
    client.post(to("import-read", world), {**form, "step": "read"})
    work()
