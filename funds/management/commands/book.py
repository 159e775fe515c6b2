"""``manage.py book ORG FUND CODE YYYY-MM AMOUNT --by EMAIL``: one row of the ledger."""

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from funds.actions.actuals import NewActual, record_actuals
from funds.models import Booking, BudgetLine, Fund, UsePlan
from fundtrack import formats
from fundtrack.periods import Month
from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Organisation


class Command(OrganisationCommand):
    help = "Books one row on a line of the fund's plan; a credit is negative (-12,00)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("code", metavar="CODE", help="project code of the line")
        parser.add_argument("month", metavar="YYYY-MM", help="booking month")
        parser.add_argument("amount", metavar="AMOUNT", help="EUR, for example 1234,56 or -12.00")
        self.add_by(parser)
        parser.add_argument("--date", help="date of the voucher, in the booking month")
        parser.add_argument("--voucher", default="", metavar="V")
        parser.add_argument("--account", default="", metavar="A")
        parser.add_argument("--description", default="", metavar="TEXT")
        parser.add_argument("--corrects", type=int, metavar="ID", help="number of the row that this one corrects")
        parser.add_argument(
            "--cost-centre",
            metavar="CODE",
            help="the row's cost centre, by default the line's; a pair without a line is booked outside the plan",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        month = self.month(options["month"])
        row = NewActual(
            month=month,
            amount=self.amount(options["amount"]),
            cost_centre_code=self._cost_centre(organisation, options, month),
            project_code=options["code"].strip(),
            booked_on=self.day(options["date"]) if options["date"] else None,
            account=options["account"].strip(),
            voucher=options["voucher"].strip(),
            description=options["description"].strip(),
            corrects_id=options["corrects"],
        )
        with self.acting(by):
            booking = record_actuals(
                organisation=organisation,
                rows=[row],
                by=by,
                at=self.now(),
                source=Booking.Source.COMMAND,
                key=uuid4(),
            )
        booked = booking.rows.get()
        amount = formats.machine(booked.amount)
        self.say(f"booking {booking.number}: row {booked.pk} {row.project_code} {month} {amount}")

    def _cost_centre(self, organisation: Organisation, options: dict[str, Any], month: Month) -> str:
        """The cost centre to book on: the one given, else the one of the line with the code in the fund's plan."""
        fund = Fund.objects.filter(organisation=organisation, slug=options["fund"]).first()
        if fund is None:
            raise Refused(f"There is no fund {options['fund']} in {organisation.slug}.")
        if options["cost_centre"]:
            return str(options["cost_centre"]).strip()
        plan = UsePlan.objects.filter(fund=fund, year=month.year).first()
        if plan is None:
            raise Refused(f"{fund.slug} has no use plan for {month.year}.")
        if not plan.is_active:
            raise Refused(
                f"The use plan of {fund.slug} for {month.year} is a draft: actuals are booked when it is in force."
            )
        lines = BudgetLine.objects.filter(plan=plan).select_related("target__cost_centre")
        line = lines.filter(project_code=options["code"].strip()).first()
        if line is None:
            codes = ", ".join(lines.values_list("project_code", flat=True)[:20])
            raise Refused(f"{fund.slug} {month.year} has no line {options['code']}. Its lines: {codes}.")
        return line.target.cost_centre.code
