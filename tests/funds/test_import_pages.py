"""Importing actuals page by page: upload, confirm, preview, commit, undo; what the ledger leads back to."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from funds.actions.imports import commit_batch, current_profile, save_profile, upload_file
from funds.imports.profiles import Profile
from funds.models import Actual, Booking, ImportBatch
from funds.queries.imports import preview_batch
from tests.factories import NOW, World
from tests.factories.imports import FileRow, make_batch

from .import_files import HEADER, csv, xlsx
from .import_pages import ROWS, batch_of, commit, commit_form, fields_of, read, sums, text_of, to, upload
from .pages import address, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


# --- the journey


def test_from_the_file_to_the_ledger_and_back(world: World, client: Client) -> None:
    answer = upload(client, world, csv(*ROWS))
    assert (answer.status_code, answer["Location"]) == (302, to("import-read", world))
    page = text_of(client.get(answer["Location"]))
    assert 'data-column="amount"' in page and "row 2" in page and "100,00" in page and "Palkat" in page
    answer = read(client, world)
    assert (answer.status_code, answer["Location"]) == (302, to("import-preview", world))
    assert not Actual.objects.exists()
    preview = text_of(client.get(answer["Location"]))
    assert re.search(r'data-outcome="new".*?>3<.*?330,00', preview, re.DOTALL)
    assert re.search(r'data-code="A1".*?data-month="2024-01".*?\+350,50.*?350,50', preview, re.DOTALL)
    assert commit(client, world).status_code == 302
    batch = batch_of(world)
    assert (batch.state, sums(world)) == ("committed", Decimal("330.00"))
    done = text_of(client.get(to("import-preview", world)))
    assert batch.file.sha256 in done and "330,00 €" in done and 'data-testid="undo"' in done
    assert client.post(to("import-undo", world)).status_code == 302
    assert (batch_of(world).state, sums(world), Actual.objects.count()) == ("undone", Decimal(0), 6)
    assert 'data-state="undone"' in text_of(client.get(to("import-preview", world)))


def test_the_same_file_again_says_that_the_ledger_has_it(world: World, client: Client) -> None:
    for _time in range(2):
        upload(client, world, csv(*ROWS))
        read(client, world)
        page = text_of(client.get(to("import-preview", world)))
        assert commit(client, world).status_code == 302
    assert "The ledger has all of this already" in page
    assert Booking.objects.count() == 1 and batch_of(world).booking is None
    assert "The ledger had all of this already" in text_of(client.get(to("import-preview", world)))


def test_a_double_click_commits_once(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    form = commit_form(client, world)
    for _click in range(2):
        answer = client.post(to("import-commit", world), form, follow=True)
        assert answer.status_code == 200 and 'class="message error"' not in answer.content.decode()
    assert Booking.objects.count() == 1
    for _click in range(2):
        answer = client.post(to("import-undo", world), follow=True)
        assert answer.status_code == 200 and 'class="message error"' not in answer.content.decode()
    assert Booking.objects.count() == 2


def test_warnings_are_acknowledged_by_name(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, ("8.1.2024", "104", "1000", "A1", "4000", "Laite", "60 000,00"), ROWS[2]))
    read(client, world)
    page = client.get(to("import-preview", world))
    keys = re.findall(r'type="checkbox" name="([^"]+)" id="warning', page.content.decode())
    assert "passes_amount:A1:2024-01" in keys and len(keys) > 1
    form = fields_of(page, "commit-form")
    answer = client.post(to("import-commit", world), {**form, keys[0]: "on"})
    assert answer.status_code == 422 and 'data-testid="form-errors"' in answer.content.decode()
    assert answer.content.decode().count('aria-invalid="true"') == len(keys) - 1
    assert re.search(rf'name="{keys[0]}"[^>]* checked', answer.content.decode())
    assert not Actual.objects.exists()
    assert client.post(to("import-commit", world), {**form, **dict.fromkeys(keys, "on")}).status_code == 302
    assert batch_of(world).acknowledged == sorted(keys)
    assert 'data-testid="acknowledged"' in text_of(client.get(to("import-preview", world)))


def test_what_was_not_shown_is_not_booked(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    form = fields_of(client.get(to("import-preview", world)), "commit-form")
    world.book("A1", "2024-01", "5.00")
    other = make_batch(world, [FileRow("A1", "2024-01", "100.00", "101", day=5, description="Palkat")])
    commit_batch(batch=other, by=world.finance, at=NOW, acknowledged=None)
    where = address("import-commit", world, batch=1)
    assert client.post(where, form).status_code == 409
    assert client.post(where, {}).status_code == 409
    assert ImportBatch.objects.get(number=1).state == "read"


def test_errors_block_and_are_downloaded(world: World, client: Client) -> None:
    bad = [
        ROWS[0],
        ("9.1.2024", "105", "1000", "A1", "4000", "Virhe", "=1+1"),
        ("x", "106", "1000", "A1", "4000", "Y", "7"),
    ]
    upload(client, world, csv(*bad))
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    assert to("import-errors", world, format="csv") in page
    assert 'data-testid="errors"' in page and 'data-row="3"' in page and 'data-row="4"' in page
    assert 'data-testid="commit"' not in page
    seen = {"seen": preview_batch(batch_of(world)).digest}
    assert client.post(to("import-commit", world), seen).status_code == 422
    rows = client.get(to("import-errors", world, format="csv")).content.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("3;Summa;'=1+1;") and rows[2].startswith("4;Päivä;x;")
    book = client.get(to("import-errors", world, format="xlsx")).content
    sheet = load_workbook(BytesIO(book))["Errors"]
    assert [sheet.cell(2, column).value for column in (1, 2, 3)] == [3, "Summa", "=1+1"]
    row = text_of(client.get(to("import-row", world, row=3)))
    assert "=1+1" in row and 'class="message error"' in row
    listed = text_of(client.get(to("import-rows", world) + "?outcome=error"))
    assert listed.count('data-kind="error"') == 2


def test_the_control_total_must_agree(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS), control_total="330,01")
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    assert "330,01 €" in page and "does not agree" in page and 'data-testid="commit"' not in page
    first = client.get(to("import-errors", world, format="csv")).content.decode("utf-8-sig").splitlines()[1]
    assert first.startswith(";;") and "0,01" in first
    read(client, world, control_total="330,00")
    assert "agrees" in text_of(client.get(to("import-preview", world)))
    assert commit(client, world).status_code == 302


def test_a_file_without_months_asks_for_one(world: World, client: Client) -> None:
    header, rows = HEADER[1:], [row[1:] for row in ROWS]
    upload(client, world, csv(*rows, header=header))
    page = text_of(client.get(to("import-read", world)))
    assert 'data-question="month"' in page
    answer = read(client, world, **{"rule-0-cost_centre": "9*", "rule-0-project_code": "A1"})
    content = answer.content.decode()
    assert answer.status_code == 422 and 'id="id_month_error"' in content and 'value="9*"' in content
    assert read(client, world, month="2024-03").status_code == 302
    assert set(batch_of(world).rows.filter(kind="row").values_list("month", flat=True)) == {
        NOW.date().replace(month=3, day=1)
    }


def test_another_column_is_chosen_and_none_is_none(world: World, client: Client) -> None:
    header = (*HEADER, "Brutto")
    upload(client, world, csv(*((*row, "1,00") for row in ROWS), header=header))
    read(client, world, **{"column-amount": "Brutto", "column-description": ""})
    batch = batch_of(world)
    assert batch.profile["columns"]["amount"] == "Brutto" and "description" not in batch.profile["columns"]
    assert set(batch.rows.filter(kind="row").values_list("amount", "description")) == {(Decimal("1.00"), "")}


def test_read_again_keeps_what_was_confirmed(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world, **{"leave-0-column": "Tili", "leave-0-equals": "4340", "column-supplier": "Selite"})
    preview = text_of(client.get(to("import-preview", world)))
    assert 'data-outcome="left_out"' in preview
    form = fields_of(client.get(to("import-read", world)), "read-form")
    assert (form["leave-0-column"], form["leave-0-equals"], form["column-supplier"]) == ("Tili", "4340", "Selite")


def test_a_workbook_and_another_sheet(world: World, client: Client) -> None:
    upload(client, world, xlsx(*ROWS, hidden=True), "ote.xlsx")
    form = fields_of(client.get(to("import-read", world)), "read-form")
    assert form["sheet"] == "Ote" and read(client, world).status_code == 302
    assert batch_of(world).state == "read"
    again = client.post(to("import-read", world), {**form, "step": "read", "header_row": "2"})
    # The headings are elsewhere: the file is looked at again, and nothing is read before that is confirmed.
    assert again["Location"] == to("import-read", world) and batch_of(world).state == "uploaded"


def test_more_rows_without_a_script(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    form = fields_of(client.get(to("import-read", world)), "read-form")
    answer = client.post(to("import-read", world), {**form, "step": "more", "rule-1-account": "4*", "month": "2024-05"})
    again = fields_of(answer, "read-form")
    assert answer.status_code == 200 and int(again["rule-TOTAL_FORMS"]) == int(form["rule-TOTAL_FORMS"]) + 5
    assert (again["rule-1-account"], again["month"]) == ("4*", "2024-05")


# --- the same file, a second window


def test_the_same_file_is_named_before_anything_is_read(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    first = client.get(to("import-read", world)).content.decode()
    assert 'data-testid="same-file"' not in first
    read(client, world)
    commit(client, world)
    # By another name, and nothing else.
    upload(client, world, csv(*ROWS), "toinen.csv")
    for name in ("import-read", "import-preview"):
        page = text_of(client.get(to(name, world)))
        notice = page.split('data-testid="same-file"')[1].split("</ul>")[0]
        assert address("import-preview", world, batch=1) in notice and "Committed" in notice
        assert world.finance.user.name in notice
        read(client, world)
    client.post(to("import-discard", world))
    upload(client, world, csv(*ROWS))
    page = text_of(client.get(to("import-read", world)))
    assert page.split('data-testid="same-file"')[1].split("</ul>")[0].count("<li>") == 1
    upload(client, world, csv(*ROWS[:2]))
    assert 'data-testid="same-file"' not in client.get(to("import-read", world)).content.decode()


def test_many_imports_of_one_file_are_not_all_listed(world: World, client: Client) -> None:
    for _time in range(7):
        upload(client, world, csv(*ROWS))
    notice = text_of(client.get(to("import-read", world))).split('data-testid="same-file"')[1]
    assert notice.split("</ul>")[0].count("<li>") == 5
    assert address("import-list", world) in notice.split("</ul>")[1].split("</div>")[0]


@pytest.mark.parametrize("name", ["import-read", "import-map", "import-commit"])
def test_a_second_window_is_told_who_committed_the_import(world: World, client: Client, name: str) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    client.get(to("import-preview", world))
    answer = client.post(to(name, world), {"seen": "x"}, follow=True)
    page = text_of(answer)
    assert answer.redirect_chain and 'class="message error"' not in page
    assert f"This import was already committed by {world.finance.user.name}" in page
    assert Booking.objects.count() == 1


def test_the_committed_page_keeps_the_steps(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    assert _current_step(client.get(to("import-preview", world))) == "Preview"
    commit(client, world)
    assert _current_step(client.get(to("import-preview", world))) == "Commit"


def _current_step(answer: HttpResponse) -> str:
    return re.findall(r'<li aria-current="step"><svg.*?</svg>([^<]+)</li>', answer.content.decode(), re.DOTALL)[0]


def test_both_downloads_of_a_preview_say_what_they_are(world: World, client: Client) -> None:
    upload(client, world, csv(ROWS[0], ("x", "106", "1000", "A1", "4000", "Y", "7")))
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    labels = re.findall(r'<div class="toolbar">\s*<span class="muted">([^<]*)</span>', page)
    assert labels == ["Errors as a file:", "Preview as a file:"]


def test_what_a_cell_holds_stands_apart_from_its_row_and_is_not_broken(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    page = text_of(client.get(to("import-read", world)))
    assert re.search(r'row 2:</span>\s*<span class="nowrap">100,00</span>', page)


# --- rows outside the plan


def test_rows_outside_the_plan_are_mapped_and_the_rule_is_kept(world: World, client: Client) -> None:
    rows = [(*row[:2], centre, "", *row[4:]) for row, centre in zip(ROWS, ("1000", "1000", "2000"), strict=True)]
    upload(client, world, csv(*rows))
    read(client, world)
    page = client.get(to("import-preview", world))
    assert 'data-outcome="outside"' in page.content.decode()
    form = fields_of(page, "map-form")
    pairs = {form[f"centre-{index}"]: index for index in range(2)}
    empty = client.post(to("import-map", world), form)
    assert empty.status_code == 422
    nameless = client.post(to("import-map", world), {**form, f"code-{pairs['1000']}": "A1", "keep": "on"})
    assert nameless.status_code == 422 and 'id="id_keep_as_error"' in nameless.content.decode()
    assert '<option value="A1" selected' in nameless.content.decode()
    sent = {**form, f"code-{pairs['1000']}": "A1", f"code-{pairs['2000']}": "A2", "keep": "on", "keep_as": "Testi"}
    assert client.post(to("import-map", world), sent).status_code == 302
    batch = batch_of(world)
    assert set(batch.rows.filter(kind="row").values_list("project_code", flat=True)) == {"A1", "A2"}
    assert (batch.profile_name, batch.profile_version) == ("Testi", 1)
    stored = current_profile(world.organisation, "Testi")
    assert stored is not None and {rule["project_code"] for rule in stored.content["rules"]} == {"A1", "A2"}
    assert 'data-outcome="outside"' not in client.get(to("import-preview", world)).content.decode()


def test_a_code_that_the_plan_does_not_know_is_mapped_and_the_rule_is_kept(world: World, client: Client) -> None:
    rows = [(*row[:3], code, *row[4:]) for row, code in zip(ROWS, ("KR9999", "KR9999", "A1"), strict=True)]
    upload(client, world, csv(*rows))
    read(client, world)
    commit(client, world)
    # One more of them: what waits outside the plan already stays there, whatever the rule says.
    upload(client, world, csv(*rows, rows[0]))
    read(client, world)
    form = fields_of(client.get(to("import-preview", world)), "map-form")
    assert (form["said-0"], form["centre-0"]) == ("KR9999", "1000") and "code-1" not in form
    sent = {**form, "code-0": "A2", "keep": "on", "keep_as": "Testi"}
    assert client.post(to("import-map", world), {**sent, "said-0": ""}).status_code == 422
    assert client.post(to("import-map", world), sent).status_code == 302
    preview = preview_batch(batch_of(world))
    assert (preview.known.count, preview.new.count, preview.by_line) == (3, 1, {"A2": preview.imported_total})
    stored = current_profile(world.organisation, "Testi")
    assert stored is not None
    assert stored.content["rules"] == [{"replaces": "KR9999", "cost_centre": "1000", "project_code": "A2"}]
    commit(client, world)
    page = text_of(client.get(address("profile", world, profile=stored.pk)))
    assert "KR9999" in page and "Code of the file" in page
    row = text_of(client.get(to("import-row", world, row=5)))
    assert "KR9999" in row and "A2" in row


def test_what_the_ledger_has_outside_the_plan_is_not_offered_to_rules(world: World, client: Client) -> None:
    rows = [(*row[:3], "", *row[4:]) for row in ROWS]
    upload(client, world, csv(rows[0]))
    read(client, world)
    commit(client, world)
    upload(client, world, csv(rows[0], rows[1], rows[2]))
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    form = fields_of(client.get(to("import-preview", world)), "map-form")
    # Account 4340 can be mapped; the cost centre as a whole and account 4000 have a row that is booked already.
    assert (form["centre-0"], form["account-0"]) == ("1000", "4340") and "centre-1" not in form
    assert 'data-testid="unmapped"' in page


def test_an_undo_says_which_later_imports_lose_rows(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    assert "booked nothing for" not in text_of(client.get(to("import-preview", world)))
    first = batch_of(world)
    upload(client, world, csv(*ROWS[:2], (*ROWS[2][:6], "1,00")))
    read(client, world)
    commit(client, world)
    page = text_of(client.get(address("import-preview", world, batch=first.number)))
    assert "Import 2 found 2 of these rows in the ledger and booked nothing for them" in page


# --- from a figure to its row


def test_a_figure_leads_to_its_row_of_the_file(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    where = {"fund": world.fund.slug, "year": 2024, "code": "A1", "month": "2024-01"}
    cell = text_of(client.get(address("actual-rows", world, **where)))
    link = address("import-row", world, batch=1, row=2)
    assert link in cell and "vienti.csv, row 2" in cell
    row = text_of(client.get(link))
    assert ">100,00</td>" in row and "100,00 €" in row and "Kustannuspaikka" in row
    actual = Actual.objects.get(amount=100)
    assert f'data-actual="{actual.pk}"' in row
    assert f"#row-{actual.pk}" in text_of(client.get(address("import-rows", world, batch=1) + "?outcome=new"))
    lead = browser_of(world.lead)
    world.plan.targets.update(responsible=world.lead)
    seen = text_of(lead.get(address("actual-rows", world, **where)))
    assert link not in seen and "vienti.csv, row 2" in seen


def test_rows_by_outcome(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    file = [ROWS[0], (*ROWS[1][:-1], "300,00"), ("9.1.2024", "109", "1000", "ZZ", "4000", "Muu", "5,00")]
    upload(client, world, csv(*file, ("10.1.2024", "110", "1000", "A2", "4000", "Uusi", "1,00")), manner="whole_months")
    read(client, world)
    counts = {"new": 2, "known": 1, "changed": 1, "outside": 1, "removed": 0, "skipped": 1, "error": 0, "": 5}
    for committed in (False, True):
        for outcome, count in counts.items():
            page = text_of(client.get(f"{to('import-rows', world)}?outcome={outcome}"))
            assert len(re.findall(r"<tr data-(?:row|actual)", page)) == count, (committed, outcome)
        if not committed:
            commit(client, world)
    removing = csv(ROWS[0], ("6.1.2024", "102", "1000", "A1", "4000", "Palkat", "300,00"))
    upload(client, world, removing, manner="whole_months")
    read(client, world)
    for committed in (False, True):
        page = text_of(client.get(f"{to('import-rows', world)}?outcome=removed"))
        assert len(re.findall("<tr data-actual", page)) == 2
        if not committed:
            commit(client, world)
    assert client.get(f"{to('import-rows', world)}?outcome=nonsense").status_code == 404
    assert client.get(f"{to('import-rows', world)}?outcome=new&page=99999999999999999999").status_code == 200


# --- queries


@pytest.mark.parametrize("state", ["read", "committed"])
@pytest.mark.parametrize("name", ["import-preview", "import-rows", "import-list"])
def test_as_many_queries_for_two_rows_as_for_two_hundred(world: World, client: Client, name: str, state: str) -> None:
    counted = []
    for size in (2, 200):
        rows = [FileRow("A1", "2024-01", f"{number}.00", f"{size}-{number}", day=5) for number in range(1, size + 1)]
        rows += [
            FileRow("X1", "2024-02", f"{number}.00", f"{size}-{number}", day=5) for number in range(1, size // 2 + 1)
        ]
        batch = make_batch(world, rows)
        if state == "committed":
            commit_batch(batch=batch, by=world.finance, at=NOW, acknowledged=None)
        where = address(name, world, **({} if name == "import-list" else {"batch": batch.number}))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(where).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_profile_of_the_command_line_is_shown(world: World, client: Client) -> None:
    said = Profile(date_format="yyyymm")
    stored = save_profile(organisation=world.organisation, name="a/b ; <c>", profile=said, by=None, at=NOW)
    page = text_of(client.get(address("profile", world, profile=stored.pk)))
    assert "a/b ; &lt;c&gt;" in page and "<dd>202106 (month)</dd>" in page
    assert client.get(address("profile-json", world, profile=stored.pk)).status_code == 200


def test_an_upload_that_was_never_looked_at_can_be_read(world: World, client: Client) -> None:
    upload_file(fund=world.fund, name="vienti.csv", content=csv(*ROWS), by=world.finance, at=NOW)
    assert client.get(to("import-read", world)).status_code == 200
    answer = client.post(
        to("import-read", world), {**fields_of(client.get(to("import-read", world)), "read-form"), "step": "look"}
    )
    assert answer.status_code == 302 and batch_of(world).reading["proposal"]["labels"]
