"""``manage.py takeout ORG --output FOLDER``: all of one organisation as files; status 1 when its ledger differs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from organisations.management.base import OrganisationCommand, Refused
from reporting.takeout.layout import CHECKSUM
from reporting.takeout.verify import count_line
from reporting.takeout.write import Takeout, write_takeout


class Command(OrganisationCommand):
    help = "Writes everything of an organisation into a new folder: tables, files, readable documents, a manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("--output", metavar="FOLDER", required=True, help="a folder that is new or empty")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, folder = self.organisation(options["organisation"]), Path(options["output"])
        takeout = write_takeout(organisation=organisation, output=folder, at=self.now())
        self._say(folder, takeout)
        if takeout.differences:
            for line in takeout.differences:
                self.say(f"  {line}")
            raise Refused(f"The take-out is whole, its ledger is not: {count_line(len(takeout.differences))}")

    def _say(self, folder: Path, takeout: Takeout) -> None:
        totals = takeout.totals
        self.say(f"{folder}: {takeout.files} files, {takeout.rows} rows, {takeout.size_bytes} bytes.")
        self.say(f"Actuals {totals['actuals']} EUR, drawdowns posted {totals['drawdowns_posted']} EUR.")
        for fund, balance in totals["fund_balances"].items():
            self.say(f"Balance of {fund}: {balance} EUR.")
        self.say(f"Keep {CHECKSUM} elsewhere too: it shows that the folder is as it was.")
