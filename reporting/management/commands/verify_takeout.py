"""``manage.py verify_takeout FOLDER``: a take-out against its manifest and its own digests; status 1 on differences.

``manage.py`` runs ``reporting.takeout.verify`` for it, without settings or a database; this is the same for
programs that call commands, and for ``manage.py help``.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from organisations.management.base import Refused
from reporting.takeout.folder import NoFolder
from reporting.takeout.verify import count_line, verify


class Command(BaseCommand):
    help = (
        "Verifies a take-out folder: files, rows, sums, digests. Needs no database. Ends with status 1 on differences."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="FOLDER", help="what the command takeout wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            verification = verify(options["folder"])
        except NoFolder as error:
            raise Refused(str(error)) from error
        for line in verification.found or verification.differences:
            self.stdout.write(line)
        if verification.differences:
            raise Refused(count_line(len(verification.differences)))
