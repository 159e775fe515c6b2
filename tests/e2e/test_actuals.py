"""The monthly grid in a real browser: by keyboard alone, pasting, and when saving does not go well."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.server import ServedInstallation

SignIn = Callable[..., Page]

GRID = "/kajaani/funds/kehittamisrahasto/2024/actuals/"
CODES = [f"KR240{number}" for number in range(1, 8)]

PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def box(page: Page, code: str, month: str) -> Locator:
    return page.get_by_test_id(f"cell-{code}-{month}")


def field(page: Page, code: str, month: str) -> Locator:
    return box(page, code, month).locator("input[type=text]")


def expect_state(page: Page, code: str, month: str, state: str) -> None:
    expect(box(page, code, month)).to_have_attribute("data-state", state)


def ledger(installation: ServedInstallation, code: str, month: str) -> Decimal:
    query = "SELECT coalesce(sum(amount), 0) FROM funds_actual WHERE project_code = %s AND month = %s"
    return installation.rows(query, code, f"{month}-01")[0][0]


def type_and_enter(page: Page, *figures: str) -> None:
    for figure in figures:
        page.keyboard.type(figure)
        page.keyboard.press("Enter")


def test_a_month_is_entered_for_all_lines_by_keyboard_within_a_minute(
    sign_in: SignIn, installation: ServedInstallation
) -> None:
    page = sign_in("finance")
    page.goto(GRID)
    began = time.monotonic()
    field(page, "KR2401", "2024-10").focus()
    type_and_enter(page, "1234,5", "2 000", "-12,00", "1 000,00 €", "5", "", "7,07")
    for code, shown in zip(CODES, ["1 234,50", "2 000,00", "−12,00", "1 000,00", "5,00", "", "7,07"], strict=True):
        expect(field(page, code, "2024-10")).to_have_value(shown.replace(" ", "\u00a0"))
    expect_state(page, "KR2407", "2024-10", "saved")
    assert time.monotonic() - began < 60
    assert [ledger(installation, code, "2024-10") for code in CODES] == [
        Decimal(amount) for amount in ("1234.50", "2000", "-12", "1000", "5", "0", "7.07")
    ]
    total = page.locator("tfoot [data-column='2024-10'] [data-figure]")
    expect(total).to_have_text("4\u00a0234,57")
    shown = page.locator("tbody [data-figure], tfoot [data-figure]").all_text_contents()
    page.reload()
    assert page.locator("tbody [data-figure], tfoot [data-figure]").all_text_contents() == shown


def test_keys_move_restore_and_open_rows(sign_in: SignIn) -> None:
    page = sign_in("finance")
    page.goto(GRID)
    field(page, "KR2402", "2024-11").focus()
    page.keyboard.press("ArrowRight")
    expect(field(page, "KR2402", "2024-12")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(field(page, "KR2403", "2024-12")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(field(page, "KR2403", "2024-11")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(field(page, "KR2402", "2024-11")).to_be_focused()
    page.keyboard.type("99")
    expect_state(page, "KR2402", "2024-11", "unsaved")
    page.keyboard.press("Escape")
    expect(field(page, "KR2402", "2024-11")).to_have_value("")
    expect(box(page, "KR2402", "2024-11")).not_to_have_attribute("data-state", "unsaved")
    # F2 lets the arrows move inside the figure.
    page.keyboard.type("15")
    page.keyboard.press("F2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(field(page, "KR2402", "2024-11")).to_have_value("125,00")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+Enter")
    expect(page.get_by_test_id("rows-total")).to_have_text("125,00")


def test_what_can_be_read_two_ways_is_asked(sign_in: SignIn, watch: Watch, installation: ServedInstallation) -> None:
    watch.allow("status of 422")
    page = sign_in("finance")
    page.goto(GRID)
    field(page, "KR2404", "2024-11").focus()
    type_and_enter(page, "1.234")
    expect_state(page, "KR2404", "2024-11", "refused")
    expect(field(page, "KR2404", "2024-11")).to_have_attribute("aria-invalid", "true")
    assert ledger(installation, "KR2404", "2024-11") == 0
    page.keyboard.press("F8")
    expect(page.get_by_test_id("grid-panel").locator("button:focus")).to_contain_text("1\u00a0234,00")
    page.keyboard.press("Enter")
    expect_state(page, "KR2404", "2024-11", "saved")
    expect(page.get_by_test_id("grid-panel")).to_be_hidden()
    expect(field(page, "KR2404", "2024-11")).to_be_focused()
    assert ledger(installation, "KR2404", "2024-11") == Decimal("1234.00")


@pytest.mark.parametrize(("choice", "stays"), [(0, "500.00"), (1, "600.00")], ids=["theirs", "mine"])
def test_two_people_in_one_cell_see_both_figures(
    sign_in: SignIn, watch: Watch, installation: ServedInstallation, choice: int, stays: str
) -> None:
    watch.allow("status of 409")
    code = CODES[choice]
    mine, theirs = sign_in("finance"), sign_in("finance")
    mine.goto(GRID)
    theirs.goto(GRID + "?month=2024-12")
    field(theirs, code, "2024-12").fill("500")
    field(theirs, code, "2024-12").press("Enter")
    expect_state(theirs, code, "2024-12", "saved")
    field(mine, code, "2024-12").fill("600")
    field(mine, code, "2024-12").press("Enter")
    expect_state(mine, code, "2024-12", "conflict")
    panel = mine.get_by_test_id("grid-panel")
    expect(panel).to_contain_text("500,00")
    expect(panel).to_contain_text("600,00")
    panel.locator("li button").nth(choice).click()
    expect(panel).to_be_hidden()
    expect(mine.get_by_test_id("grid-state")).to_have_attribute("data-waiting", "0")
    expect(field(mine, code, "2024-12")).to_have_value(stays.replace(".", ","))
    assert ledger(installation, code, "2024-12") == Decimal(stays)


def test_nothing_is_lost_when_the_server_is_away(
    sign_in: SignIn, watch: Watch, installation: ServedInstallation
) -> None:
    watch.allow("Failed to load resource")
    page = sign_in("finance")
    page.goto(GRID)
    page.route("**/actuals/cells/**", lambda route: route.abort())
    field(page, "KR2405", "2024-11").focus()
    type_and_enter(page, "70", "80")
    expect_state(page, "KR2405", "2024-11", "offline")
    expect_state(page, "KR2406", "2024-11", "offline")
    expect(page.get_by_test_id("grid-state")).to_have_attribute("data-waiting", "2")
    # Closed by accident, opened again: the browser warns first, and the figures are offered.
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.reload()
    assert warned == ["beforeunload"]
    expect(field(page, "KR2406", "2024-11")).to_have_value("80")
    page.unroute("**/actuals/cells/**")
    page.locator("[data-retry]").click()
    expect_state(page, "KR2405", "2024-11", "saved")
    expect_state(page, "KR2406", "2024-11", "saved")
    assert ledger(installation, "KR2405", "2024-11") == Decimal("70.00")
    assert ledger(installation, "KR2406", "2024-11") == Decimal("80.00")
    page.reload()
    expect(page.get_by_test_id("grid-panel")).to_be_hidden()
    assert warned == ["beforeunload"]


@pytest.mark.parametrize(("width", "address"), [(1440, ""), (390, "?month=2024-11")])
def test_nothing_covers_the_field_that_is_typed_in(sign_in: SignIn, watch: Watch, width: int, address: str) -> None:
    watch.allow("status of 422")
    page = sign_in("finance", width=width)
    page.goto(GRID + address)
    field(page, "KR2401", "2024-11").focus()
    type_and_enter(page, "1.234", "1,2345", "abc")
    expect_state(page, "KR2403", "2024-11", "refused")
    expect(page.get_by_test_id("grid-panel")).to_be_in_viewport()
    # What the panel shows is read out, not shown a second time.
    assert page.locator("#live .message").count() == 0
    expect(page.locator("#live .sr-only")).to_contain_text("KR2403")
    for _line in range(3):
        page.wait_for_timeout(50)
        covering = page.evaluate("""() => {
            const field = document.activeElement, box = field.getBoundingClientRect();
            const points = [[box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3]];
            return points.filter(([x, y]) => !field.parentElement.contains(document.elementFromPoint(x, y))).length;
        }""")
        assert covering == 0, focused_label(page)
        page.keyboard.press("Enter")
    # At the end of the page the panel lies below the totals, not over them.
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    total, panel = page.locator("tfoot").bounding_box(), page.get_by_test_id("grid-panel").bounding_box()
    assert total and panel and total["y"] + total["height"] <= panel["y"]
    page.reload()
    page.locator("[data-discard]").click()


def focused_label(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_a_figure_that_cannot_be_meant_is_saved_and_said(sign_in: SignIn, installation: ServedInstallation) -> None:
    page = sign_in("finance")
    page.goto(GRID)
    cell = field(page, "KR2404", "2024-10")
    before = cell.input_value()
    cell.fill("99 000 000 000")
    cell.press("Enter")
    notices = page.get_by_test_id("grid-notices")
    expect(notices).to_contain_text("KR2404")
    expect(notices).to_be_in_viewport()
    expect_state(page, "KR2404", "2024-10", "saved")
    # The whole figure is seen, with its sign beside it.
    assert cell.evaluate("input => input.scrollWidth <= input.clientWidth")
    assert ledger(installation, "KR2404", "2024-10") == Decimal("99000000000.00")
    notices.locator("[data-close]").click()
    expect(notices).to_be_hidden()
    expect(cell).to_be_focused()
    page.keyboard.type(before or "0")
    page.keyboard.press("Enter")
    expect_state(page, "KR2404", "2024-10", "saved")
    expect(notices).to_be_hidden()
    cell.evaluate(PASTE, "99 000 000 000\r\n")
    cell.evaluate(PASTE, "99 000 000 000\r\n1\r\n")
    expect(page.get_by_test_id("paste-notices")).to_contain_text("KR2404")
    page.keyboard.press("Escape")


@pytest.mark.parametrize(("person", "address"), [("finance", ""), ("lead", ""), ("finance", "?month=2024-10")])
def test_a_desktop_window_shows_every_column(sign_in: SignIn, person: str, address: str) -> None:
    page = sign_in(person)
    page.goto(GRID + address)
    widths = page.locator(".grid-form > .table-scroll").evaluate(
        "region => [region.scrollWidth, region.clientWidth, region.querySelector('table').offsetWidth]"
    )
    # All of the table, and no empty frame beside it.
    assert len(set(widths)) == 1, widths


def test_an_answer_that_got_lost_is_not_booked_twice(
    sign_in: SignIn, watch: Watch, installation: ServedInstallation
) -> None:
    watch.allow("Failed to load resource")
    page = sign_in("finance")
    page.goto(GRID)

    def lose_the_answer(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/actuals/cells/**", lose_the_answer)
    field(page, "KR2407", "2024-11").focus()
    type_and_enter(page, "33")
    expect_state(page, "KR2407", "2024-11", "offline")
    page.unroute("**/actuals/cells/**")
    page.locator("[data-retry]").click()
    expect_state(page, "KR2407", "2024-11", "saved")
    assert ledger(installation, "KR2407", "2024-11") == Decimal("33.00")


@pytest.mark.parametrize("cookies", ["sessionid", None], ids=["session", "all cookies"])
def test_nothing_is_lost_when_the_session_is(
    sign_in: SignIn, watch: Watch, installation: ServedInstallation, cookies: str | None
) -> None:
    watch.allow("status of 401")
    watch.allow("status of 403")
    code = "KR2403" if cookies else "KR2404"
    page = sign_in("finance")
    page.goto(GRID + "?month=2024-12")
    page.context.clear_cookies(name=cookies) if cookies else page.context.clear_cookies()
    field(page, code, "2024-12").fill("44")
    field(page, code, "2024-12").press("Enter")
    expect_state(page, code, "2024-12", "offline")
    page.locator("[data-login]").click()
    page.locator("[name=login]").fill("finance@kajaani.example")
    page.locator("[name=password]").fill(installation.password())
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**" + GRID + "?month=2024-12")
    expect(field(page, code, "2024-12")).to_have_value("44")
    expect_state(page, code, "2024-12", "offline")
    assert ledger(installation, code, "2024-12") == 0
    page.locator("[data-retry]").click()
    expect_state(page, code, "2024-12", "saved")
    expect(field(page, code, "2024-12")).to_be_focused()
    assert ledger(installation, code, "2024-12") == Decimal("44.00")


def test_somebody_else_signing_in_gets_neither_the_figures_nor_the_booking(
    sign_in: SignIn, watch: Watch, installation: ServedInstallation
) -> None:
    watch.allow("status of 401")
    page = sign_in("finance")
    page.goto(GRID + "?month=2024-12")
    page.context.clear_cookies(name="sessionid")
    field(page, "KR2406", "2024-12").fill("66")
    field(page, "KR2406", "2024-12").press("Enter")
    expect_state(page, "KR2406", "2024-12", "offline")
    page.locator("[data-login]").click()
    page.locator("[name=login]").fill("viewer@kajaani.example")
    page.locator("[name=password]").fill(installation.password())
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**" + GRID + "?month=2024-12")
    expect(page.get_by_test_id("grid-panel")).to_have_count(0)
    assert "66" not in page.locator("table.grid").inner_text().split()
    assert ledger(installation, "KR2406", "2024-12") == 0


def test_a_block_from_a_spreadsheet_is_shown_then_saved(sign_in: SignIn, installation: ServedInstallation) -> None:
    page = sign_in("finance")
    page.goto(GRID)
    anchor = field(page, "KR2405", "2024-10")
    anchor.focus()
    anchor.evaluate(PASTE, '1 500,00\t2,5\r\n"300,00\n"\t-\r\n')
    dialog = page.get_by_test_id("paste-dialog")
    expect(dialog.locator("tbody tr")).to_have_count(4)
    expect(page.get_by_test_id("paste-confirm")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(anchor).to_be_focused()
    anchor.evaluate(PASTE, '1 500,00\t2,5\r\n"300,00\n"\t-\r\n')
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect_state(page, "KR2406", "2024-10", "saved")
    expect(anchor).to_have_value("1\u00a0500,00")
    assert ledger(installation, "KR2406", "2024-10") == Decimal("300.00")
    assert ledger(installation, "KR2406", "2024-11") == 0
    booking = "SELECT source, row_count FROM funds_booking ORDER BY number DESC LIMIT 1"
    assert installation.rows(booking) == [("paste", 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [("1\t2\n3", "2"), ("1\t2\t3\t4", "10/2024"), ("1\nabc", "KR2402"), ("\n".join(["1"] * 10_000), "10000")],
    ids=["ragged", "too wide", "text", "10 000 rows"],
)
def test_a_block_of_the_wrong_shape_changes_nothing(sign_in: SignIn, watch: Watch, text: str, said: str) -> None:
    watch.allow("status of 422")
    page = sign_in("finance")
    page.goto(GRID)
    anchor = field(page, "KR2401", "2024-10")
    before = anchor.input_value()
    anchor.focus()
    anchor.evaluate(PASTE, text)
    panel = page.get_by_test_id("grid-panel")
    expect(panel).to_contain_text(said)
    expect(anchor).to_have_value(before)
    panel.locator("li button").click()
    expect(panel).to_be_hidden()
    expect(anchor).to_be_focused()


def test_without_javascript_the_grid_is_a_form(sign_in: SignIn, watch: Watch, installation: ServedInstallation) -> None:
    watch.allow("status of 422")
    page = sign_in("finance", java_script_enabled=False)
    page.goto(GRID + "?month=2024-12")
    field(page, "KR2405", "2024-12").fill("12,345")
    field(page, "KR2407", "2024-12").fill("55")
    page.get_by_test_id("save-all").click()
    expect(page.get_by_test_id("form-errors")).to_contain_text("KR2405")
    expect(field(page, "KR2405", "2024-12")).to_have_value("12,345")
    expect(field(page, "KR2407", "2024-12")).to_have_value("55")
    assert ledger(installation, "KR2407", "2024-12") == 0
    field(page, "KR2405", "2024-12").fill("12,35")
    page.get_by_test_id("save-all").click()
    expect(page.get_by_test_id("form-errors")).to_have_count(0)
    assert page.url.endswith("?month=2024-12")
    assert ledger(installation, "KR2405", "2024-12") == Decimal("12.35")
    assert ledger(installation, "KR2407", "2024-12") == Decimal("55.00")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (768, "light"), (1440, "light"), (1440, "dark")])
def test_the_pages_are_accessible_and_fit(sign_in: SignIn, width: int, scheme: str) -> None:
    page = sign_in("finance", width=width, color_scheme=scheme)
    for address in ("", "?month=2024-10", "outside/", "rows/?line=KR2402", "rows/KR2402/2024-07/", "book/"):
        page.goto(GRID + address)
        assert not Axe().run(page).response["violations"], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
