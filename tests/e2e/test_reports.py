"""Reports in a browser: a figure leads to its rows, a report is issued once, a board member reads and downloads it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

BOARD = "/kajaani/funds/kehittamisrahasto/2024/reports/2024-09/board/"


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_board_report_is_accessible_and_fits(sign_in: Callable[..., Page], width: int) -> None:
    page = sign_in("finance", width=width)
    page.goto(BOARD)
    expect(page.get_by_test_id("used")).to_contain_text("318\u00a0250,00\u00a0€")
    for name in ("use", "balance", "targets"):
        picture = page.get_by_test_id(f"chart-{name}").locator("img")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
        assert "€" in (picture.get_attribute("alt") or "")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert Axe().run(page).violations_count == 0


def test_figure_leads_to_its_rows(sign_in: Callable[..., Page]) -> None:
    page = sign_in("finance")
    page.goto(BOARD)
    page.locator('[data-code="KR2402"] [data-figure="actual_month"] a').first.click()
    expect(page.locator("main")).to_contain_text("450,00")
    assert "KR2402" in page.url and "2024-09" in page.url


def test_report_is_issued_once_and_read_by_the_board(sign_in: Callable[..., Page]) -> None:
    page = sign_in("finance")
    page.goto(BOARD + "issue/")
    page.fill("[name=meeting_on]", "2024-10-15")
    page.set_default_timeout(90_000)
    page.get_by_test_id("issue-form").locator("button[type=submit]").dblclick(no_wait_after=True)
    page.wait_for_url("**/reports/issued/*/")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    reader = sign_in("board")
    reader.goto("/kajaani/")
    reader.get_by_test_id("issued").locator("a").first.click()
    assert reader.url.endswith(f"/reports/issued/{number}/")
    with reader.expect_download() as started:
        reader.get_by_test_id("issued-files").locator("a").first.click()
    assert started.value.suggested_filename.endswith("-fi.pdf")
    assert Axe().run(reader).violations_count == 0
