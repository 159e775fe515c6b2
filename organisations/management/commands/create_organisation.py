"""``manage.py create_organisation SLUG --name NAME [--language fi|sv|en]``"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from organisations.actions import create_organisation
from organisations.management.base import OrganisationCommand


class Command(OrganisationCommand):
    help = "Creates an empty organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="first part of its addresses, such as kajaani")
        parser.add_argument("--name", required=True, help="name as documents show it")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="fi")

    def handle(self, *args: Any, **options: Any) -> None:
        with self.acting():
            made = create_organisation(slug=options["slug"], name=options["name"], language=options["language"])
        self.say(f"Created the organisation {made.slug} ({made.name}).")
