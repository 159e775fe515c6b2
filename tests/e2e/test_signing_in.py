"""Signing in and out, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch
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


def test_a_comment_outlives_the_session(sign_in: SignIn, watch: Watch, installation: ServedInstallation) -> None:
    watch.allow("status of 401")
    page = sign_in("lead")
    page.goto("/kajaani/funds/kehittamisrahasto/2024/comments/2024-09/")
    comment = page.locator("form[data-testid=comments] textarea").first
    comment.fill("Kilpailutus siirtyi marraskuulle.\nLasku tulee joulukuussa.")
    page.context.clear_cookies(name="sessionid")
    page.locator("form[data-testid=comments] button[type=submit]").click()
    kept = page.get_by_test_id("signed-out")
    expect(kept).to_contain_text("Lasku tulee joulukuussa.")
    with page.context.expect_page() as opened:
        kept.locator("a").click()
    other = opened.value
    other.locator("[name=login]").fill("lead@kajaani.example")
    other.locator("[name=password]").fill(installation.password())
    other.locator("[name=password]").press("Enter")
    other.wait_for_url(lambda url: "/accounts/login/" not in url)
    kept.locator("button").click()
    page.wait_for_url("**/comments/2024-09/")
    written = "SELECT text FROM funds_comment ORDER BY id DESC LIMIT 1"
    assert installation.rows(written) == [("Kilpailutus siirtyi marraskuulle.\nLasku tulee joulukuussa.",)]
