"""Finding the fund and the plan that a command names."""

from funds.models import Fund, UsePlan
from organisations.management.base import Refused
from organisations.models import Organisation


def find_fund(organisation: Organisation, slug: str) -> Fund:
    """The organisation's fund of that address, or a refusal."""
    found = Fund.objects.select_related("organisation").filter(organisation=organisation, slug=slug).first()
    if found is None:
        raise Refused(f"{organisation.slug} has no fund {slug}.")
    return found


def find_plan(organisation: Organisation, slug: str, year: int) -> UsePlan:
    """The plan of that fund and year, or a refusal."""
    fund = find_fund(organisation, slug)
    found = UsePlan.objects.select_related("organisation", "fund").filter(fund=fund, year=year).first()
    if found is None:
        raise Refused(f"The fund {slug} has no use plan for {year}.")
    return found
