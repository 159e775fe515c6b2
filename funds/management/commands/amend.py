"""Record a decided amendment: ``manage.py amend kajaani kehittamisrahasto 2024 … KR2401=-500.00 KR2402=+500.00``."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any
from uuid import uuid4

from funds.actions.plans import record_amendment
from funds.management.plans import find_plan
from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.money import ZERO
from organisations.management.base import OrganisationCommand, Refused


class Command(OrganisationCommand):
    help = "Record a decided amendment of a plan in force. A sum of zero is a transfer between lines."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Build the parser so that changes may stand before, between and after the options, or be missing."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("year", metavar="YEAR", type=int, help="year of the plan")
        parser.add_argument("changes", metavar="CODE=±AMOUNT", nargs="*", help="change of one line, EUR")
        parser.add_argument("--effective", metavar="DATE", required=True, help="first day of the new amounts")
        parser.add_argument("--reason", metavar="TEXT", required=True, help="why")
        parser.add_argument("--decision", metavar="TEXT", default="", help="reference of the decision")
        parser.add_argument("--ceiling-change", metavar="AMOUNT", default="", help="EUR added to the ceiling")
        self.add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        plan = find_plan(organisation, options["fund"], options["year"])
        lines = dict(plan.lines.values_list("project_code", "pk"))
        changes: dict[int, Decimal] = {}
        for text in options["changes"]:
            code, amount = self._change(text)
            if code not in lines:
                raise Refused(f"The plan has no line {code}.")
            if lines[code] in changes:
                raise Refused(f"{code} is named twice.")
            changes[lines[code]] = amount
        with self.acting(by):
            amendment = record_amendment(
                plan=plan,
                effective_on=self.day(options["effective"]),
                changes=changes,
                ceiling_change=self.amount(options["ceiling_change"]) if options["ceiling_change"] else ZERO,
                reason=options["reason"],
                decision_reference=options["decision"],
                by=by,
                at=self.now(),
                key=uuid4(),
            )
        total = sum(changes.values(), ZERO)
        self.say(
            f"Recorded amendment {amendment.number} of {plan.year}: {amendment.get_kind_display()}, "
            f"{len(changes)} lines, sum {formats.machine(total)}, from {amendment.effective_on.isoformat()}."
        )

    def _change(self, text: str) -> tuple[str, Decimal]:
        code, mark, amount = text.partition("=")
        if not mark or not code.strip():
            raise Refused(f"{text} is not a change: write it like KR2401=-500.00.")
        try:
            return code.strip(), self.amount(amount)
        except Refusal as refusal:
            raise Refused(f"{code.strip()}: {refusal}") from refusal
