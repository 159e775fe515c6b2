"""``manage.py month ORG close|reopen|lock YYYY-MM --by EMAIL [--reason TEXT]``"""

from argparse import ArgumentParser
from typing import Any

from funds.actions.months import close_month, lock_month, reopen_month, state_of
from funds.models import Drawdown
from organisations.management.base import OrganisationCommand


class Command(OrganisationCommand):
    help = "Closes, reopens or locks a month of an organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("step", choices=("close", "reopen", "lock"))
        parser.add_argument("month", metavar="YYYY-MM")
        self.add_by(parser)
        parser.add_argument("--reason", default="", help="why it is reopened")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        month = self.month(options["month"])
        withdrawn: list[Drawdown] = []
        with self.acting(by):
            if options["step"] == "close":
                close_month(organisation=organisation, month=month, by=by, at=self.now())
            elif options["step"] == "reopen":
                standing = Drawdown.objects.standing().filter(organisation=organisation, month=month.first)
                withdrawn = list(standing.select_related("plan__fund"))
                reopen_month(organisation=organisation, month=month, by=by, at=self.now(), reason=options["reason"])
            else:
                for locked in lock_month(organisation=organisation, month=month, by=by, at=self.now()):
                    if locked != month:
                        self.say(f"{locked} is locked too.")
        for drawdown in withdrawn:
            self.say(f"The drawdown of {month} from {drawdown.plan.fund.slug} is withdrawn.")
        self.say(f"{month} is {state_of(organisation, month)}.")
