"""Laying out a use plan in a real browser: by keyboard alone, without a script, in two browsers, without a session."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.server import ServedInstallation

FUND = "/kajaani/funds/kehittamisrahasto"
#: target, cost centre, name of a new cost centre, lines
KAJAANI = [
    (
        "Tietohallinto",
        "2918300002",
        "",
        [
            ("Identiteetinhallinta", "KR1", "50 000"),
            ("Laitehallinta", "KR2", "10000"),
            ("Palveluhallinnan alusta", "KR3", "30.000,00"),
            ("Tietojohtaminen", "KR4", "10 000,00 €"),
        ],
    ),
    (
        "Ammattiopisto",
        "2918319999",
        "Uusi kustannuspaikka",
        [("Opiskelijahyvinvointi", "KR5", "150000"), ("Maahanmuuttajat", "KR6", "100000")],
    ),
    ("Kajaanin lukio", "2918350001", "", [("Hyvinvointi", "KR7", "150000")]),
]


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").strip()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _press in range(150):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}, but {focused(page)}")


def new_draft(page: Page, year: int) -> None:
    """Create a draft by keyboard; the editor opens with the focus in its first target."""
    page.goto(f"{FUND}/plans/new/")
    tab_to(page, "#id_year")
    page.keyboard.press("Control+A")
    page.keyboard.type(str(year))
    page.keyboard.press("Tab")
    page.keyboard.type("500 000")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/edit/")
    expect(page.locator(".plan-row.target input").first).to_be_attached()


def codes(installation: ServedInstallation, year: int) -> list[tuple[str, str]]:
    return installation.rows(
        "SELECT t.name, l.project_code FROM funds_budgetline l JOIN funds_target t ON t.id = l.target_id "
        "WHERE l.year = %s ORDER BY t.position, l.position",
        year,
    )


@pytest.fixture
def admin(sign_in: Callable[..., Page]) -> Page:
    return sign_in("admin")


def test_kajaani_is_laid_out_by_keyboard_alone(admin: Page, installation: ServedInstallation) -> None:
    new_draft(admin, 2031)
    keys = admin.keyboard
    for number, (target, centre, centre_name, lines) in enumerate(KAJAANI):
        if number:
            keys.press("Alt+Enter")
        assert focused(admin).endswith("-name")
        keys.type(target)
        keys.press("Tab")
        keys.type(centre)
        if centre_name:
            keys.press("Tab")
            keys.type(centre_name)
        keys.press("Enter")
        for position, (name, code, amount) in enumerate(lines):
            if position:
                keys.press("Enter")
            keys.type(name)
            keys.press("Tab")
            keys.type(f"{code}-31")
            keys.press("Tab")
            keys.type(amount)
    expect(admin.get_by_test_id("editor-total")).to_have_text("500\u00a0000,00")
    expect(admin.get_by_test_id("editor-unallocated")).to_have_text("0,00")
    expect(admin.locator(".plan-row.target [data-sum]")).to_have_text(
        ["100\u00a0000,00", "250\u00a0000,00", "150\u00a0000,00"]
    )
    expect(admin.get_by_test_id("editor-state")).to_have_attribute("data-problems", "0")
    keys.press("Control+Enter")
    admin.wait_for_url("**/2031/plan/")
    assert plain(admin.get_by_test_id("plan-total").text_content()) == "500 000,00"
    assert len(codes(installation, 2031)) == 7
    tab_to(admin, "[data-testid=activate] summary")
    keys.press("Enter")
    tab_to(admin, "[data-testid=activate] button")
    keys.press("Enter")
    expect(admin.locator("[data-state=active]").first).to_be_visible()


def test_broken_rules_show_while_typing_and_stay_until_mended(admin: Page, watch: Watch) -> None:
    watch.allow("status of 422")
    new_draft(admin, 2032)
    keys = admin.keyboard
    keys.type("Kohde")
    keys.press("Tab")
    keys.type("2918300002")
    expect(admin.locator("[data-centre]").first).to_have_text("KLL tietohallinto")
    keys.press("Enter")
    for name, code, amount in (("Yksi", "X1", "600 000"), ("Kaksi", "X1", "1.234")):
        keys.type(name)
        keys.press("Tab")
        keys.type(code)
        keys.press("Tab")
        keys.type(amount)
        keys.press("Enter")
    expect(admin.locator("#ceiling-error")).to_contain_text("100\u00a0000,00")
    expect(admin.locator(".plan-row.line input[aria-invalid]")).to_have_count(3)
    expect(admin.get_by_test_id("editor-unallocated")).to_have_class("over")
    # The error of an amount stands below the amount.
    wrong = admin.locator(".plan-row.line input.amount[aria-invalid]").last
    error = admin.locator(f"#{wrong.get_attribute('id')}-error")
    field_box, error_box = wrong.bounding_box(), error.bounding_box()
    assert field_box and error_box
    assert abs(error_box["x"] - field_box["x"]) < 2 and error_box["y"] >= field_box["y"] + field_box["height"] - 1
    # The reading of a finished amount is shown back; what cannot be read stays as it was typed.
    amounts = admin.locator(".plan-row.line input.amount")
    expect(amounts.nth(0)).to_have_value("600\u00a0000,00")
    expect(amounts.nth(1)).to_have_value("1.234")
    violations = Axe().run(admin).response["violations"]
    assert not violations, violations
    keys.press("Control+Enter")
    expect(admin.get_by_test_id("form-errors")).to_be_focused()
    assert amounts.nth(1).input_value() == "1.234"
    amounts.nth(0).fill("1000")
    amounts.nth(1).fill("1234,00")
    admin.locator(".plan-row.line input[name$=project_code]").nth(1).fill("X2")
    expect(admin.get_by_test_id("editor-state")).to_have_attribute("data-problems", "0")
    admin.keyboard.press("Control+Enter")
    admin.wait_for_url("**/2032/plan/")


def three_lines(page: Page, year: int) -> None:
    new_draft(page, year)
    keys = page.keyboard
    keys.type("Kohde")
    keys.press("Tab")
    keys.type("2918300002")
    for name in ("A", "B", "C"):
        keys.press("Enter")
        keys.type(name)
        keys.press("Tab")
        keys.type(f"{name}-{year}")
        keys.press("Tab")
        keys.type("1")


def test_rows_move_and_go_by_keyboard(admin: Page, installation: ServedInstallation) -> None:
    three_lines(admin, 2033)
    keys = admin.keyboard
    keys.press("Alt+ArrowUp")
    keys.press("Alt+ArrowUp")
    keys.press("Alt+ArrowUp")
    assert admin.locator(".plan-row.line input[name$='-name']").nth(0).input_value() == "C"
    assert focused(admin).endswith("-amount")
    keys.press("Alt+ArrowDown")
    keys.press("Alt+Enter")
    keys.type("Toinen")
    keys.press("Tab")
    keys.type("2918310001")
    keys.press("Alt+ArrowUp")
    # The empty line that came with the target is left out by itself.
    tab_to(admin, ".plan-row.target button[value^=remove]")
    keys.press("Shift+Tab")
    admin.locator(".plan-row.line button[value^=remove]").last.focus()
    keys.press("Enter")
    expect(admin.locator(".plan-row.line")).to_have_count(3)
    keys.press("Control+Enter")
    admin.wait_for_url("**/2033/plan/")
    assert codes(installation, 2033) == [("Kohde", "A-2033"), ("Kohde", "C-2033")]


def test_a_lost_session_and_a_server_away_cost_nothing(
    admin: Page, installation: ServedInstallation, watch: Watch
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    three_lines(admin, 2034)
    admin.context.set_offline(True)
    admin.keyboard.press("Control+Enter")
    expect(admin.locator("#live .message")).to_be_visible()
    admin.context.set_offline(False)
    kept = admin.context.cookies()
    admin.context.clear_cookies(name="sessionid")
    admin.keyboard.type("0")
    admin.keyboard.press("Control+Enter")
    expect(admin.locator("#live a[href*=login]")).to_be_visible()
    assert admin.locator(".plan-row.line input[name$='-name']").nth(2).input_value() == "C"
    admin.context.add_cookies(kept)
    admin.keyboard.press("Control+Enter")
    admin.wait_for_url("**/2034/plan/")
    assert len(codes(installation, 2034)) == 3


@pytest.mark.parametrize(("cookies", "year"), [("sessionid", 2038), (None, 2039)], ids=["session", "all cookies"])
def test_who_signs_in_again_in_another_tab_saves_what_was_written(
    admin: Page, installation: ServedInstallation, watch: Watch, cookies: str | None, year: int
) -> None:
    watch.allow("status of 403")
    three_lines(admin, year)
    admin.context.clear_cookies(name=cookies) if cookies else admin.context.clear_cookies()
    admin.keyboard.press("Control+Enter")
    with admin.context.expect_page() as opened:
        admin.locator("#live a[href*=login]").click()
    other = opened.value
    other.locator("[name=login]").fill("admin@kajaani.example")
    other.locator("[name=password]").fill(installation.password())
    other.locator("[name=password]").press("Enter")
    other.wait_for_url(lambda url: "/accounts/login/" not in url)
    assert admin.locator(".plan-row.line input[name$='-name']").nth(2).input_value() == "C"
    admin.locator(".plan-row.line input.amount").nth(2).focus()
    admin.keyboard.press("Control+Enter")
    admin.wait_for_url(f"**/{year}/plan/")
    assert len(codes(installation, year)) == 3


def test_a_refusal_does_not_advise_to_throw_the_layout_away(admin: Page, watch: Watch) -> None:
    watch.allow("status of 400")
    three_lines(admin, 2040)
    admin.route("**/plan/check/", lambda route: route.fulfill(status=400, body="no"))
    admin.keyboard.press("Control+Enter")
    message = admin.locator("#live .message")
    expect(message).to_be_visible()
    said = admin.locator("body").get_attribute("data-text-refused") or ""
    assert said in plain(message.text_content())
    assert not any(word in said.lower() for word in ("reload", "lataa", "ladda"))


def test_two_people_see_each_others_changes(
    admin: Page, sign_in: Callable[..., Page], installation: ServedInstallation, watch: Watch
) -> None:
    watch.allow("status of 409")
    three_lines(admin, 2035)
    admin.keyboard.press("Control+Enter")
    admin.wait_for_url("**/2035/plan/")
    other = sign_in("admin")
    for page in (admin, other):
        page.goto(f"{FUND}/2035/plan/edit/")
    first = ".plan-row.line input[name$='-name']"
    other.locator(first).nth(0).fill("Toisen nimi")
    other.keyboard.press("Control+Enter")
    other.wait_for_url("**/2035/plan/")
    admin.locator(first).nth(0).fill("Minun nimi")
    admin.keyboard.press("Control+Enter")
    conflict = admin.get_by_test_id("conflict")
    expect(conflict).to_contain_text("Toisen nimi")
    expect(conflict).to_contain_text("Minun nimi")
    assert admin.locator(first).nth(0).input_value() == "Minun nimi"
    admin.locator("#save").focus()
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/2035/plan/")
    names = installation.rows("SELECT name FROM funds_budgetline WHERE project_code = %s", "A-2035")
    assert names == [("Minun nimi",)]


def test_everything_works_without_a_script(sign_in: Callable[..., Page], installation: ServedInstallation) -> None:
    page = sign_in("admin", java_script_enabled=False, width=390)
    page.goto(f"{FUND}/plans/new/")
    page.fill("#id_year", "2036")
    page.fill("#id_ceiling", "100")
    page.press("#id_ceiling", "Enter")
    page.fill(".plan-row.target input[name$='-name']", "Kohde")
    page.fill(".plan-row.target input[name$='-cost_centre']", "77")
    page.click("button[value^=add-line]")
    for number, name in enumerate(("A", "B")):
        row = page.locator(".plan-row.line").nth(number)
        row.locator("input[name$='-name']").fill(name)
        row.locator("input[name$='-project_code']").fill(f"{name}-2036")
        row.locator("input[name$='-amount']").fill("50")
    page.locator(".plan-row.line").nth(1).locator("button[value^=up]").click()
    assert page.locator(".plan-row.line input[name$='-name']").nth(0).input_value() == "B"
    # Enter saves: the first button of the form is Save.
    page.locator(".plan-row.line input[name$='-name']").nth(0).press("Enter")
    expect(page.get_by_test_id("plan-total")).to_have_text("100,00")
    assert codes(installation, 2036) == [("Kohde", "B-2036"), ("Kohde", "A-2036")]


def test_a_file_is_imported_after_its_preview(admin: Page, installation: ServedInstallation) -> None:
    new_draft(admin, 2037)
    admin.goto(f"{FUND}/2037/plan/import/")
    content = "kohde;kustannuspaikka;rivi;tunniste;summa\nKohde;2918300002;Rivi;F-2037;12 345,60\n"
    admin.set_input_files("#id_file", {"name": "plan.csv", "mimeType": "text/csv", "buffer": content.encode()})
    admin.locator("[data-testid=import-form] button").focus()
    admin.keyboard.press("Enter")
    expect(admin.locator("[data-change=new]")).to_have_count(1)
    assert not Axe().run(admin).response["violations"]
    admin.locator("[data-testid=import-commit] button").focus()
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/2037/plan/")
    assert plain(admin.get_by_test_id("plan-total").text_content()) == "12 345,60"
    assert codes(installation, 2037) == [("Kohde", "F-2037")]
