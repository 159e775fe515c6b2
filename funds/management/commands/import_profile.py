"""Store how a system's exports are read: ``manage.py import_profile kajaani Raindance profile.json --by EMAIL``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from funds.actions.imports import save_profile
from funds.imports.profiles import Profile
from organisations.management.base import OrganisationCommand, Refused


class Command(OrganisationCommand):
    help = "Store a profile for imports of actuals as the next version of its name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("name", metavar="NAME", help="name of the profile")
        parser.add_argument("file", metavar="FILE.json", help="the profile as JSON")
        parser.add_argument("--by", metavar="EMAIL", default="", help="the member in whose name this is done")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"]) if options["by"] else None
        path = Path(options["file"])
        try:
            profile = Profile.from_json(path.read_bytes())
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}.") from error
        with self.acting(by):
            stored = save_profile(
                organisation=organisation, name=options["name"], profile=profile, by=by, at=self.now()
            )
        self.say(f"Profile {stored.name}, version {stored.version}.")
