"""The frame of every command: one clear line on refusal, exit status 1, and a history that says which command."""

import re
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from fundtrack.days import FIRST_DAY, LAST_DAY, is_day
from fundtrack.exceptions import Refusal
from fundtrack.history import acting
from fundtrack.money import parse_amount
from fundtrack.periods import Month
from fundtrack.texts import tidy
from organisations.models import Membership, Organisation


class Refused(CommandError):
    """What a command says when it is refused; Django prints ``Refused: <sentence>`` and ends with status 1.

    It is one line, whatever it quotes.
    """

    def __init__(self, message: str) -> None:
        super().__init__(tidy(message))


class OrganisationCommand(BaseCommand):
    """A command on an organisation's data.

    Whatever action refuses (``fundtrack.exceptions.Refusal``) becomes one line on standard error and exit status 1.
    Messages are in English, whatever the installation's language.
    """

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Build the parser so that ``-500,50`` and ``-12.00`` are amounts and not options."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser._negative_number_matcher = re.compile(r"^-[\d.,  ]+$")
        return parser

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run the command in English; turn a refusal into one line."""
        self.request_id = uuid.uuid4().hex
        with translation.override("en"):
            _refuse_unreadable(options)
            try:
                return super().execute(*args, **options)
            except Refusal as refusal:
                raise Refused(str(refusal)) from refusal

    # --- arguments

    def add_organisation(self, parser: ArgumentParser, **options: Any) -> None:
        """Declare the argument ``ORG``, found again as ``options["organisation"]``."""
        parser.add_argument("organisation", metavar="ORG", help="address (slug) of the organisation", **options)

    def add_by(self, parser: ArgumentParser) -> None:
        """Declare the option ``--by EMAIL``: the member in whose name the command acts."""
        parser.add_argument("--by", metavar="EMAIL", required=True, help="the member in whose name this is done")

    # --- what arguments mean

    def organisation(self, slug: str) -> Organisation:
        """The organisation of that address.

        Raises:
            Refused: there is none.
        """
        found = Organisation.objects.filter(slug=slug).first()
        if found is None:
            raise Refused(f"There is no organisation {slug}.")
        return found

    def member(self, organisation: Organisation, email: str) -> Membership:
        """The member with that e-mail address who can act today.

        Raises:
            Refused: the person is no member, or is disabled.
        """
        found = (
            Membership.objects.filter(organisation=organisation, user__email=email.strip().lower())
            .select_related("user", "organisation")
            .first()
        )
        if found is None:
            raise Refused(f"{email} is not a member of {organisation.slug}.")
        if not (found.is_active and found.user.is_active):
            raise Refused(f"{email} is disabled in {organisation.slug}.")
        return found

    def amount(self, text: str) -> Decimal:
        """Read an amount in EUR as people write it; raises ``AmountError``, a refusal."""
        return parse_amount(text)

    def month(self, text: str) -> Month:
        """Read ``2024-09``."""
        try:
            return Month.parse(text)
        except ValueError as error:
            raise Refused(f"{text} is not a month: write it like 2024-09.") from error

    def day(self, text: str) -> date:
        """Read ``2024-09-30`` or ``30.9.2024``."""
        try:
            if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text.strip()):
                day = date(int(match[3]), int(match[2]), int(match[1]))
            else:
                day = date.fromisoformat(text.strip())
        except ValueError as error:
            raise Refused(f"{text} is not a date: write it like 2024-09-30 or 30.9.2024.") from error
        if not is_day(day):
            raise Refused(f"{text} is not between the years {FIRST_DAY.year} and {LAST_DAY.year}.")
        return day

    def now(self) -> datetime:
        """The time of the run; actions take it as ``at``."""
        return timezone.now()

    # --- history

    @contextmanager
    def acting(self, by: Membership | None = None) -> Iterator[None]:
        """Within it everything written says which command wrote it and in whose name.

        Args:
            by: None where the operator of the server acts.
        """
        source = f"manage.py {self.name}"
        if by is not None:
            with acting(user=by.user, source=source, request_id=self.request_id):
                yield
            return
        with pghistory.context(user=None, user_name="", user_email="", source=source, request=self.request_id):
            yield

    @property
    def name(self) -> str:
        """Name of the command, from its module."""
        return type(self).__module__.rpartition(".")[2]

    def say(self, line: str) -> None:
        """Print one line for the person who ran the command."""
        self.stdout.write(line)


def _refuse_unreadable(options: Mapping[str, Any]) -> None:
    """Refuse arguments whose bytes are no UTF-8: neither the database nor a terminal takes them."""
    for name, value in options.items():
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and any("\ud800" <= char <= "\udfff" for char in text):
                raise Refused(f"The text of {name.replace('_', '-')} is not UTF-8.")
