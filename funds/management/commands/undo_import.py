"""Undo an import: ``manage.py undo_import kajaani 12 --by finance@kajaani.example``."""

from argparse import ArgumentParser
from typing import Any

from funds.actions.imports import undo_batch
from funds.models import ImportBatch
from funds.queries.import_undo import undo_consequences
from fundtrack import formats
from organisations.management.base import OrganisationCommand, Refused


class Command(OrganisationCommand):
    help = "Reverse everything that a committed import booked, while its months are open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("batch", metavar="BATCH", type=int, help="number of the import")
        self.add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        number = options["batch"]
        in_range = 0 < number < 2**31
        batch = ImportBatch.objects.filter(organisation=organisation, number=number).first() if in_range else None
        if batch is None:
            raise Refused(f"{organisation.slug} has no import {number}.")
        consequences = undo_consequences(batch) if batch.booking_id is not None else []
        with self.acting(by):
            undone = undo_batch(batch=batch, by=by, at=self.now())
        if undone.undo_booking is None:
            self.say(f"Import {number} is undone: nothing of it stood any more.")
        else:
            total = formats.machine(undone.undo_booking.total)
            self.say(f"Import {number} is undone: {undone.undo_booking.row_count} rows, {total}.")
        for sentence in consequences:
            self.say(sentence)
