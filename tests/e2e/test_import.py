"""Importing actuals in a real browser: by keyboard alone from the file to the ledger and back, and without a script."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Watch
from tests.e2e.server import ServedInstallation
from tests.e2e.test_every_page import choose_language, faults

#: A new row, one over its line's amount, one without a project code, and one of a closed month.
FILE = """Kirjauspäivä;Tositenumero;Kustannuspaikka;Projekti;Tili;Selite;Summa EUR
18.10.2024;25001;2918300002;KR2403;4320;Palveluhallinnan alusta;2 500,00
19.10.2024;25002;2918300002;KR2402;4320;Laitteita;52 500,00
19.10.2024;25003;2918300002;;4400;Muuta;100,00
21.9.2024;25004;2918300002;KR2401;4320;Myöhäinen;10,00
"""


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").strip()


def press_at(page: Page, selector: str, key: str) -> None:
    """Press Tab until the element has the focus, then the key."""
    for _press in range(200):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def look(page: Page) -> None:
    """Axe, one heading, and nothing wider than the window, on a desktop and on a phone."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page, width) == [], f"{page.url} at {width}"


def choose_file(page: Page, name: str, text: str) -> None:
    # The system's own window for files is not part of the page.
    page.locator("#id_file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_from_the_file_to_the_ledger_and_back_by_keyboard(
    sign_in: Callable[..., Page], installation: ServedInstallation, watch: Watch
) -> None:
    watch.allow("status of 422")
    page = sign_in("finance")
    choose_language(page, "fi")
    page.goto("/kajaani/imports/")
    look(page)
    press_at(page, "a[href$='/imports/new/'].primary", "Enter")
    page.wait_for_url("**/imports/new/")
    look(page)
    choose_file(page, "lokakuu.csv", FILE)
    press_at(page, "#id_control_total", "5")
    page.keyboard.type("5 110,00")
    press_at(page, "[data-testid=upload-form] button[type=submit]", "Enter")
    page.wait_for_url("**/read/")
    expect(page.locator("#id_column-amount")).to_have_value("Summa EUR")
    look(page)
    # Enter in a field is "read", not "look again" or "more rows".
    press_at(page, "#id_save_as", "K")
    page.keyboard.type("ajaani")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=import-preview]")
    assert plain(page.get_by_test_id("our-total").locator(".value").text_content()) == "55 110,00 €"
    look(page)
    # A row without a code gets its line by a rule.
    press_at(page, "[data-testid=map-form] select", "K")
    page.keyboard.press("Tab")
    press_at(page, "[data-testid=map]", "Enter")
    page.wait_for_selector(".message.ok")
    expect(page.locator("[data-outcome=outside]")).to_have_count(0)
    press_at(page, "[data-testid=commit]", "Enter")
    page.wait_for_selector("[data-testid=form-errors]")
    look(page)
    boxes = page.locator("[data-testid=warnings] input")
    assert boxes.count() >= 2
    for number in range(1, boxes.count() + 1):
        press_at(page, f"#warning-{number}", "Space")
    press_at(page, "[data-testid=commit]", "Enter")
    page.wait_for_selector("[data-testid=import-batch][data-state=committed]")
    assert plain(page.get_by_test_id("booked-total").locator(".value").text_content()) == "55 110,00 €"
    look(page)
    home = page.url
    from_a_figure_to_its_row(page, home)
    page.goto(home)
    press_at(page, "[data-testid=undo] summary", "Enter")
    press_at(page, "[data-testid=undo] button", "Enter")
    page.wait_for_selector("[data-testid=import-batch][data-state=undone]")
    look(page)
    query = "SELECT sum(amount) FROM funds_actual WHERE voucher LIKE '2500%'"
    assert installation.rows(query) == [(0,)]


def from_a_figure_to_its_row(page: Page, home: str) -> None:
    """From the board report to the rows of a figure, from there to the row of the file."""
    page.goto("/kajaani/funds/kehittamisrahasto/2024/reports/2024-10/board/")
    press_at(page, "[data-testid=lines] [data-code=KR2403] [data-figure=actual_month] a", "Enter")
    page.wait_for_url("**/actuals/rows/KR2403/2024-10/")
    press_at(page, "a[data-testid=import-row]", "Enter")
    page.wait_for_url(f"{home}rows/2/")
    expect(page.get_by_test_id("raw").filter(has_text="2 500,00")).to_have_count(1)
    look(page)
    page.goto(f"{home}rows/")
    look(page)


def test_a_long_file_is_taken_by_a_worker(
    sign_in: Callable[..., Page], installation: ServedInstallation, watch: Watch
) -> None:
    """The page says how far the worker is, and goes on by itself when it has finished."""
    head, *rows = FILE.splitlines()
    long = "\n".join([head, *(rows[0].replace("25001", f"3{n:05}").replace("2 500,00", "0,01") for n in range(15_000))])
    assert len(long) > 1_000_000
    page = sign_in("finance")
    page.goto("/kajaani/imports/new/")
    choose_file(page, "pitka.csv", long)
    press_at(page, "[data-testid=upload-form] button[type=submit]", "Enter")
    page.wait_for_url("**/progress/")
    expect(page.locator("[data-testid=work][data-standing=waiting] .message.warning")).to_have_count(1)
    look(page)
    work(installation)
    page.wait_for_url("**/read/")
    press_at(page, "[data-testid=read]", "Enter")
    page.wait_for_url("**/progress/")
    work(installation)
    page.wait_for_selector("[data-testid=import-preview]")
    assert plain(page.get_by_test_id("our-total").locator(".value").text_content()) == "150,00 €"
    for box in page.locator("[data-testid=warnings] input").all():
        box.check()
    press_at(page, "[data-testid=commit]", "Enter")
    page.wait_for_url("**/progress/")
    press_at(page, "[data-testid=cancel-work]", "Enter")
    page.wait_for_selector("[data-testid=import-preview]")
    press_at(page, "[data-testid=commit]", "Enter")
    page.wait_for_url("**/progress/")
    work(installation)
    page.wait_for_selector("[data-testid=import-batch][data-state=committed]")
    assert plain(page.get_by_test_id("booked-total").locator(".value").text_content()) == "150,00 €"


def work(installation: ServedInstallation) -> None:
    """A worker that takes what waits, and ends."""
    installation.manage("procrastinate", "worker", "--one-shot")


def test_profiles(sign_in: Callable[..., Page]) -> None:
    page = sign_in("finance")
    page.goto("/kajaani/imports/profiles/import/")
    look(page)
    page.locator("#id_name").fill("Selaimesta")
    page.locator("#id_text").fill('{"rules": [{"cost_centre": "29*", "project_code": "KR2401"}]}')
    page.locator("[data-testid=profile-import] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=versions]")
    look(page)
    page.goto(f"{page.url}edit/")
    look(page)
    page.goto("/kajaani/imports/profiles/")
    look(page)


def test_the_journey_without_a_script(sign_in: Callable[..., Page]) -> None:
    sign_in("finance")
    page = sign_in("finance", java_script_enabled=False, width=390)
    page.goto("/kajaani/imports/new/")
    choose_file(page, "toinen.csv", FILE.replace("2500", "2600"))
    page.locator("[data-testid=upload-form] button[type=submit]").click()
    page.locator("button[value=more]").click()
    expect(page.locator("[data-testid=rules] tbody tr")).to_have_count(7)
    page.get_by_test_id("read").click()
    for box in page.locator("[data-testid=warnings] input").all():
        box.check()
    page.get_by_test_id("commit").click()
    expect(page.locator("[data-testid=import-batch][data-state=committed]")).to_have_count(1)
