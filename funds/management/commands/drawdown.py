"""``manage.py drawdown ORG FUND propose|approve|post|withdraw YYYY-MM --by EMAIL [--date DATE] [--reason TEXT]``"""

from argparse import ArgumentParser
from typing import Any

from funds.actions.drawdowns import approve_drawdown, post_drawdown, propose_drawdown, withdraw_drawdown
from funds.management.plans import find_plan
from funds.models import Drawdown, UsePlan
from fundtrack import formats
from fundtrack.periods import Month
from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Membership


class Command(OrganisationCommand):
    help = "Proposes, approves, posts or withdraws the drawdown of a fund's month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("step", choices=("propose", "approve", "post", "withdraw"))
        parser.add_argument("month", metavar="YYYY-MM")
        self.add_by(parser)
        parser.add_argument("--date", help="booking date of a proposal; the first that the fund's rule allows")
        parser.add_argument("--reason", default="", help="why it is withdrawn")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        month = self.month(options["month"])
        plan = find_plan(organisation, options["fund"], month.year)
        with self.acting(by):
            document = self.step(plan, month, by, options)
        number = f"voucher {document.number}/{document.booking_on.year}" if document.number else "no voucher number yet"
        total = formats.machine(document.total)
        self.say(f"Drawdown {month}: {document.state}, {total} EUR, booking date {document.booking_on}, {number}.")

    def step(self, plan: UsePlan, month: Month, by: Membership, options: dict[str, Any]) -> Drawdown:
        """Take one step with the month's standing document."""
        if options["step"] == "propose":
            day = self.day(options["date"]) if options["date"] else None
            return propose_drawdown(plan=plan, month=month, by=by, at=self.now(), booking_on=day)
        document = Drawdown.objects.standing().filter(plan=plan, month=month.first).first()
        if document is None:
            raise Refused(f"The month {month} has no drawdown: propose it first.")
        if options["step"] == "withdraw":
            return withdraw_drawdown(drawdown=document, by=by, at=self.now(), reason=options["reason"])
        act = approve_drawdown if options["step"] == "approve" else post_drawdown
        return act(drawdown=document, by=by, at=self.now())
