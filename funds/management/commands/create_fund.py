"""Create a fund with its opening balance: ``manage.py create_fund kajaani kehittamisrahasto --name … ``."""

import re
from argparse import ArgumentParser
from typing import Any

from funds.actions.funds import create_fund
from funds.models import Fund
from fundtrack import formats
from organisations.management.base import OrganisationCommand, Refused


class Command(OrganisationCommand):
    help = "Create a fund with its opening balance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("slug", metavar="SLUG", help="address of the fund: small letters a–z, digits and hyphens")
        parser.add_argument("--name", required=True, help="name of the fund")
        parser.add_argument("--opening-balance", metavar="AMOUNT", required=True, help="EUR, for example 1200000.00")
        parser.add_argument("--opening-date", metavar="DATE", required=True, help="for example 2024-01-01")
        parser.add_argument(
            "--december",
            choices=Fund.DecemberRule.values,
            default=Fund.DecemberRule.SAME_YEAR,
            help="when December is drawn down: 31.12. of the same year, or in January of the following year",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        slug = options["slug"]
        if len(slug) > 50 or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug):
            raise Refused(f"{slug} is not an address: use small letters a–z, digits and hyphens.")
        name = " ".join(options["name"].split())
        if not name or len(name) > 200:
            raise Refused("A fund needs a name of at most 200 characters.")
        with self.acting():
            fund = create_fund(
                organisation=organisation,
                slug=slug,
                name=name,
                opening_balance=self.amount(options["opening_balance"]),
                opening_on=self.day(options["opening_date"]),
                december_rule=options["december"],
                by=None,
                at=self.now(),
            )
        entry = fund.entries.get()
        self.say(f"Created the fund {slug}: {formats.machine(entry.amount)} on {entry.entry_on.isoformat()}.")
