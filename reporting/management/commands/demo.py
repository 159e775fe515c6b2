"""``manage.py demo``: loads the demonstration; safe to repeat."""

import os
import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from funds.demonstration import load as demonstration
from funds.demonstration.people import PEOPLE
from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Organisation
from reporting.demonstration import issue_after


class Command(OrganisationCommand):
    help = "Loads the demonstration: the Kajaani development fund of 2024 with invented actuals. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="load it in a production installation too (its logins are published)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise Refused("This is a production installation: its logins would be open to everybody. Use --force.")
        password = demonstration_password()
        with one_at_a_time():
            loaded = self._load(password)
        self._say_what_is_there(password, loaded)

    def _load(self, password: str) -> bool:
        """True when it was loaded now, False when it was there already."""
        present = Organisation.objects.filter(slug=demonstration.SLUG).first()
        if present is not None and not present.is_demonstration:
            raise Refused(f"The organisation {present.slug} exists and is not a demonstration. Nothing was changed.")
        if present is None or not demonstration.is_complete(present):
            demonstration.load(acting=self.acting, password=password, after_month=issue_after)
            return True
        demonstration.give_password(present, password)
        return False

    def _say_what_is_there(self, password: str, loaded: bool) -> None:
        self.say("The demonstration is loaded." if loaded else "The demonstration is there already.")
        self.say("Its actuals, opening balance, persons and comments are invented.")
        self.say("")
        self.say("Sign in with one of these addresses:")
        width = max(len(person.email) for person in PEOPLE)
        for person in PEOPLE:
            self.say(f"  {person.email:<{width}}  {person.role.label}")
        self.say(f"The password of all of them: {password}")


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A second start at the same time waits, and then finds everything in place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('demonstration', 0))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('demonstration', 0))")


def demonstration_password() -> str:
    """The password of the demonstration's logins: ``FUNDTRACK_DEMO_PASSWORD``, else one made once per data folder.

    Raises:
        Refused: the chosen password is too weak.
    """
    if chosen := os.environ.get("FUNDTRACK_DEMO_PASSWORD", ""):
        try:
            validate_password(chosen)
        except ValidationError as error:
            raise Refused("FUNDTRACK_DEMO_PASSWORD: " + " ".join(error.messages)) from error
        return chosen
    path = Path(settings.DATA_DIR) / "demo-password"
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"demo-{secrets.token_urlsafe(12)}\n")
    return path.read_text(encoding="ascii").strip()
