"""Every page of the application as its readers find it: by following links, on a desktop and on a phone.

Axe finds nothing, nothing is wider than the window, each page has one heading, and (by the fixture ``watch``) nothing
is on the console and nothing leaves for another host.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.addresses import all_addresses

#: Addresses that answer with a file, a picture, JSON or a redirect, not with a page.
NOT_PAGES = {"home", "health", "chart", "issued-chart", "issued-result", "import-file", "profile-json"}
AXE = Axe()
FILE_ENDINGS = (".pdf", ".csv", ".xlsx", ".json", ".svg")


@pytest.mark.parametrize(
    ("role", "language"),
    [("admin", "fi"), ("finance", "sv"), ("approver", "fi"), ("lead", "sv"), ("board", "fi"), ("auditor", "sv")],
)
def test_pages_are_accessible_and_fit(sign_in: Callable[..., Page], role: str, language: str) -> None:
    page = sign_in(role)
    # The proof of an issued report makes all its documents again.
    page.set_default_timeout(90_000)
    choose_language(page, language)
    waiting, seen, problems = ["/kajaani/"], set(), []
    while waiting:
        path = waiting.pop(0)
        name = page_name(path)
        if name is None or name in seen:
            continue
        seen.add(name)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        waiting += page.eval_on_selector_all("main a[href], nav a[href]", "links => links.map(link => link.href)")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            problems += [f"{path} at {width}: {problem}" for problem in faults(page, width)]
    assert not problems, "\n".join(problems)
    assert "overview" in seen
    if role == "admin":
        assert {"plan", "plan-edit", "member-list", "audit", "month", "drawdown", "line", "help"} <= seen


@pytest.mark.parametrize(
    ("person", "addresses"),
    [
        ("", ["login/", "password/reset/", "password/reset/done/", "password/reset/key/1-broken/", "inactive/"]),
        ("viewer", ["../settings/", "password/change/", "2fa/", "2fa/totp/activate/", "logout/"]),
    ],
)
def test_pages_of_the_account(
    sign_in: Callable[..., Page], new_page: Callable[..., Page], person: str, addresses: list[str]
) -> None:
    page = sign_in(person) if person else new_page()
    problems = []
    for address in addresses:
        path = f"/accounts/{address}"
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            problems += [f"{path} at {width}: {problem}" for problem in faults(page, width)]
    assert not problems, "\n".join(problems)


def choose_language(page: Page, language: str) -> None:
    if page.locator("html").get_attribute("lang") != language:
        page.locator(f"button[name=language][value={language}]").first.click()
        page.wait_for_function("language => document.documentElement.lang === language", arg=language)


def page_name(address: str) -> str | None:
    """Name of the page at an address, or None when it is no page of an organisation."""
    path = urlsplit(address).path
    if path.endswith(FILE_ENDINGS):
        return None
    try:
        name = resolve(path).url_name
    except Resolver404:
        return None
    known = {each.name: each for each in all_addresses()}
    if name not in known or name in NOT_PAGES or name.endswith("-export") or "GET" not in known[name].methods:
        return None
    return name if "organisation" in known[name].arguments else None


def faults(page: Page, width: int) -> list[str]:
    found = [
        f"{violation['id']}: {[node['target'] for node in violation['nodes']][:3]}"
        for violation in AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("wider than the window")
    if page.locator("h1").count() != 1:
        found.append("not exactly one h1")
    return found
