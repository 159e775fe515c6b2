"""Signing in and out, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.server import ServedInstallation

SignIn = Callable[..., Page]

PEOPLE = ["viewer", "board", "lead", "finance", "approver", "admin", "auditor"]


@pytest.mark.parametrize("person", PEOPLE)
def test_every_role_signs_in(sign_in: SignIn, person: str) -> None:
    page = sign_in(person)
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_test_id("demonstration")).to_be_visible()


def test_a_wrong_password_is_explained(page: Page, installation: ServedInstallation) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("finance@kajaani.example")
    page.locator("[name=password]").fill("not the password")
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_test_id("form-errors")).to_be_visible()
    expect(page.locator("[name=login]")).to_have_value("finance@kajaani.example")


def test_a_forgotten_password_is_sent_by_mail(page: Page, installation: ServedInstallation) -> None:
    page.goto("/accounts/password/reset/")
    page.locator("[name=email]").fill("finance@kajaani.example")
    page.locator("[name=email]").press("Enter")
    page.wait_for_url("**/accounts/password/reset/done/")
    (mail,) = installation.mails()
    assert "To: finance@kajaani.example" in mail
    assert f"{installation.url}/accounts/password/reset/key/" in mail
