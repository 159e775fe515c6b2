"""``manage.py check_ledger [ORG]``: recomputes everything from rows; status 1 and a line for each difference."""

from argparse import ArgumentParser
from typing import Any

from django.db import connection, transaction

from funds.queries.check import LEDGER_CHECKS
from funds.queries.check_imports import IMPORT_CHECKS
from funds.queries.check_plan import PLAN_CHECKS
from fundtrack.checks import Check, CheckResult, differences_of, run_checks
from organisations.checks import history_checks, missing_triggers, strayed_rows
from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Organisation
from reporting.queries.check import REPORT_CHECKS


def all_checks() -> list[Check]:
    """Everything that is recomputed, in the order in which it is said."""
    return [*LEDGER_CHECKS, *IMPORT_CHECKS, *PLAN_CHECKS, *REPORT_CHECKS, *history_checks()]


class Command(OrganisationCommand):
    help = "Recomputes sums, digests, drawdowns and history from rows. Ends with status 1 when anything differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["organisation"]
        organisations = [self.organisation(slug)] if slug else list(Organisation.objects.order_by("slug"))
        found = 0
        begins = not connection.in_atomic_block
        with transaction.atomic(), connection.cursor() as cursor:
            if begins:
                # One snapshot for all checks: what is booked meanwhile is not taken for a difference.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for organisation in organisations:
                results = run_checks(all_checks(), organisation.pk)
                self._say(organisation, results)
                found += len(differences_of(results))
            installation = [] if slug else [*strayed_rows(), *missing_triggers()]
        if not slug:
            self.say(f"installation: {'DIFFERS' if installation else 'ok'}")
            for line in installation:
                self.say(f"          {line}")
            found += len(installation)
        if found:
            raise Refused(f"{found} difference{'s' if found > 1 else ''} found.")

    def _say(self, organisation: Organisation, results: list[CheckResult]) -> None:
        self.say(f"{organisation.slug}:")
        for result in results:
            state = "ok" if not result.differences else "DIFFERS"
            self.say(f"  {state:<8}{result.check.name}: {result.check.title} ({result.count})")
            for line in result.differences:
                self.say(f"          {line}")
