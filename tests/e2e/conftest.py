"""A browser and a served demonstration for the tests in this folder. See docs/architecture.md, "Tests"."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests import databases
from tests.e2e import server as installations
from tests.e2e.server import ServedInstallation
from tools.chromium import chromium_path

SWITCHES = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def pytest_sessionfinish(session: pytest.Session) -> None:
    # The leading process tidies up after all workers.
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        installations.drop_databases()


# --- what is served


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Load the demonstration once per test run; returns its database (a template, never used itself) and folder."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, database = shared / "demonstration", f"{installations.PREFIX}{installations.run_id()}"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            databases.create(database, template=databases.migrated_template())
            environment = installations.environment_of(database, folder)
            for command in ("createcachetable", "demo"):
                installations.run_manage(environment, command)
            (folder / "loaded").touch()
    return database, folder


@pytest.fixture(scope="module")
def installation(
    demonstration: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedInstallation]:
    """Serve a fresh copy of the demonstration to the tests of one file."""
    template, original = demonstration
    folder = tmp_path_factory.mktemp("installation")
    database = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{folder.name}".lower()
    databases.create(database, template=template)
    shutil.copytree(original, folder, dirs_exist_ok=True)
    try:
        with installations.served(database, folder) as running:
            yield running
    finally:
        databases.drop(database)


# --- the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium; fails, never skips, where there is none.

    While Playwright runs there is an event loop in this thread, for which Django keeps other connections and refuses
    queries. So it ends with each file, and its tests look at data through ``installation``.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path(), args=SWITCHES)
        yield running
        running.close()


class Watch:
    """What must not happen on a page: errors on the console or in scripts, requests to another host."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.problems: list[str] = []
        self._allowed: list[str] = []

    def allow(self, text: str) -> None:
        """Expect problems that contain ``text``, such as ``status of 409``."""
        self._allowed.append(text)

    def follow(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._note(f"error in a script: {error}"))
        page.on("request", self._on_request)

    def unexpected(self) -> list[str]:
        """Return the problems that were not allowed."""
        return [problem for problem in self.problems if not any(text in problem for text in self._allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"{message.type} on the console: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and f"{address.scheme}://{address.netloc}" != self.url:
            self._note(f"request to another host: {request.url}")

    def _note(self, problem: str) -> None:
        self.problems.append(problem)


@pytest.fixture
def watch(installation: ServedInstallation) -> Iterator[Watch]:
    """Collect problems of all pages of a test; the test fails at its end when there were any."""
    watching = Watch(installation.url)
    yield watching
    problems = watching.unexpected()
    assert not problems, "\n".join(problems)


@pytest.fixture
def new_page(browser: Browser, installation: ServedInstallation, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page of another person: own cookies, any width (``new_page(width=390)``)."""
    contexts: list[BrowserContext] = []

    def open_page(*, width: int = 1440, height: int = 900, **options: Any) -> Page:
        settings = {"locale": "fi-FI", "timezone_id": "Europe/Helsinki", "reduced_motion": "reduce", **options}
        context = browser.new_context(
            base_url=installation.url, viewport={"width": width, "height": height}, **settings
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("page", watch.follow)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """Open a page with the width of a desktop."""
    return new_page()


@pytest.fixture
def sign_in(new_page: Callable[..., Page], installation: ServedInstallation) -> Callable[..., Page]:
    """Return a function that signs a person of the demonstration in, by the first part of the address.

    ``sign_in("finance", width=390)`` gives the first page; each call is another browser.
    """

    def sign_in_as(person: str, **options: Any) -> Page:
        page = new_page(storage_state=installation.signed_in.get(person), **options)
        page.goto("/")
        if "/accounts/login/" in page.url:
            page.locator("[name=login]").fill(f"{person}@kajaani.example")
            page.locator("[name=password]").fill(installation.password())
            page.locator("[name=password]").press("Enter")
            page.wait_for_url(lambda url: "/accounts/login/" not in url)
            installation.signed_in[person] = page.context.storage_state()
        return page

    return sign_in_as
