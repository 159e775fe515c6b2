"""Opening pages in tests: whose browser, which address."""

from typing import Any

from django.test import Client
from django.urls import reverse

from organisations.models import Membership
from tests.factories import World


def browser_of(member: Membership) -> Client:
    """A signed-in browser that shows English."""
    member.user.language = "en"
    member.user.save()
    client = Client()
    client.force_login(member.user)
    return client


def address(name: str, world: World, /, **more: Any) -> str:
    """Address of a page of the world's organisation."""
    return reverse(name, kwargs={"organisation": world.organisation.slug, **more})


def plan_address(name: str, world: World, /, **more: Any) -> str:
    """Address of a page of the world's plan."""
    return address(name, world, fund=world.fund.slug, year=world.plan.year, **more)
