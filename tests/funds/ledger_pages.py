"""Addresses, forms and sums that the tests of the actuals' pages share."""

from decimal import Decimal
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from funds.models import Actual
from fundtrack.periods import Month
from organisations.models import Membership
from tests.factories import World


def signed_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def address(world: World, name: str = "actuals", **more: object) -> str:
    kwargs = {"organisation": world.organisation.slug, "fund": world.fund.slug, "year": world.plan.year, **more}
    return reverse(name, kwargs=kwargs)


def cell(world: World, code: str, month: str) -> str:
    return f"c-{world.line(code).pk}-{month}"


def form_of(world: World, cells: dict[tuple[str, str], tuple[str, str]]) -> dict[str, str]:
    """A plain form: (code, month) → (shown, typed)."""
    data = {"key": str(uuid4())}
    for (code, month), (shown, typed) in cells.items():
        name = cell(world, code, month)
        data |= {name: typed, f"s{name[1:]}": shown}
    return data


def sums(world: World) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for row in Actual.objects.filter(organisation=world.organisation):
        place = (row.project_code, str(Month.of(row.month)))
        found[place] = found.get(place, Decimal(0)) + row.amount
    return found
