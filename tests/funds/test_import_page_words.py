"""What the pages of an import say: errors beside their place, warnings that wait, one message after an undo."""

import re

import pytest
from django.test import Client

from funds.models import Fund, ImportBatch
from tests.factories import World

from .import_files import HEADER, csv, sheets
from .import_pages import ROWS, batch_of, commit, fields_of, read, text_of, to, upload
from .pages import address, browser_of, plan_address

pytestmark = pytest.mark.django_db

BAD = ("9.1.2024", "105", "1000", "A1", "4000", "Virhe", "=1+1")
#: More than the line A1 has.
OVER = ("8.1.2024", "104", "1000", "A1", "4000", "Laite", "60 000,00")


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


def test_an_error_is_said_without_the_place_that_stands_beside_it(world: World, client: Client) -> None:
    upload(client, world, sheets({"Ote": [HEADER, *ROWS, BAD]}), "ote.xlsx")
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    table = page.split('class="table stacked faults"')[1].split("</table>")[0]
    assert 'data-row="5"' in table and "Sheet “" not in table and "row 5" not in table
    assert "Sheet “Ote”:" in page
    lines = client.get(to("import-errors", world, format="csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Sheet;Row;Column;Value;What is wrong"
    assert lines[1].startswith("Ote;5;Summa;'=1+1;") and "column “" not in lines[1]
    # Where nothing stands beside it, the sentence names its place.
    row = text_of(client.get(to("import-row", world, row=5)))
    assert "Sheet “Ote”, row 5, column “Summa”: " in row


def test_what_is_wrong_with_the_whole_file_is_a_sentence(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS), control_total="330,01")
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    assert "the difference is" in page.split('data-testid="file-errors"')[1].split("</div></div>")[0]
    assert "faults" not in page


def test_warnings_are_ticked_only_where_a_commit_is_possible(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, OVER, BAD))
    read(client, world)
    page = text_of(client.get(to("import-preview", world)))
    later = page.split('data-testid="warnings-later"')[1].split("</ul>")[0]
    assert "passes its amount" in later
    assert 'id="warning-1"' not in page and 'data-testid="commit-form"' not in page


def test_a_line_that_was_over_already_is_said_so(world: World, client: Client) -> None:
    for row in (OVER, ("9.2.2024", "106", "1000", "A1", "4000", "Laite", "1,00")):
        upload(client, world, csv(row))
        read(client, world)
        page = text_of(client.get(to("import-preview", world)))
        commit(client, world)
    assert "A1 was above its amount already, and its use grows in 2/2024" in page


def test_an_undo_says_why_nothing_can_be_undone(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    said = text_of(client.post(to("import-undo", world), follow=True))
    assert "has not been read yet" in said
    read(client, world)
    said = text_of(client.post(to("import-undo", world), follow=True))
    assert "Import 1 has not been committed: there is nothing to undo." in said and "any more" not in said
    client.post(to("import-discard", world))
    assert "Import 1 was discarded" in text_of(client.post(to("import-undo", world), follow=True))


def test_an_undo_is_said_once(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    page = text_of(client.post(to("import-undo", world), follow=True))
    assert page.count("stay in the ledger") == 1 and "Undone by" in page


@pytest.mark.parametrize("pair", [{}, {"centre-0": "2000"}, {"centre-0": "1000", "account-0": "9999"}])
def test_rows_that_were_not_asked_about_are_not_mapped(world: World, client: Client, pair: dict[str, str]) -> None:
    upload(client, world, csv(*((*row[:3], "", *row[4:]) for row in ROWS)))
    read(client, world)
    answer = client.post(to("import-map", world), {"code-0": "A1", **pair})
    assert answer.status_code == 422 and "not asked about here" in text_of(answer)
    assert not batch_of(world).profile.get("rules")


def test_a_file_without_cost_centres_is_mapped_as_a_whole(world: World, client: Client) -> None:
    header = [name for name in HEADER if name not in ("Kustannuspaikka", "Projekti", "Tili")]
    upload(client, world, csv(*((row[0], row[1], row[5], row[6]) for row in ROWS), header=header))
    read(client, world)
    form = fields_of(client.get(to("import-preview", world)), "map-form")
    assert client.post(to("import-map", world), {**form, "code-0": "A1"}).status_code == 302


# --- what a narrow screen needs


def test_the_fund_is_named_in_the_list_only_where_there_are_several(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    assert 'data-label="Fund"' not in text_of(client.get(address("import-list", world)))
    Fund.objects.create(organisation=world.organisation, name="Toinen rahasto", slug="toinen")
    assert 'data-label="Fund"' in text_of(client.get(address("import-list", world)))


def test_what_became_of_a_row_stands_beside_its_number(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    head = text_of(client.get(to("import-rows", world))).split("<thead>")[1].split("</thead>")[0]
    assert re.findall(r"<th[^>]*>([^<]*)</th>", head)[:2] == ["Row of the file", "What became of it"]


def test_rows_outside_the_plan_lead_to_their_list(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, ("8.3.2024", "104", "1000", "X9", "4000", "Muu", "7,00")))
    read(client, world)
    commit(client, world)
    page = text_of(client.get(to("import-preview", world)))
    assert re.search(rf'href="{plan_address("outside-list", world)}" data-testid="outside-link"', page)
    assert ImportBatch.objects.get().state == "committed"


@pytest.mark.parametrize("name", ["import-list", "actual-rows", "profile"])
def test_tables_of_a_phone_keep_their_roles(world: World, client: Client, name: str) -> None:
    """A changed display takes a table away from screen readers: its parts say what they are, and cells their label."""
    upload(client, world, csv(*ROWS))
    changes = {"leave-0-column": "Tili", "leave-0-equals": "1", "rule-0-account": "4*", "rule-0-project_code": "A1"}
    read(client, world, save_as="Oma", **changes)
    commit(client, world)
    where = {
        "import-list": address("import-list", world),
        "actual-rows": plan_address("actual-rows", world, code="A1", month="2024-01"),
        "profile": address("profile", world, profile=world.organisation.import_profiles.get().pk),
    }[name]
    page = text_of(client.get(where))
    assert "css/import.css" in page
    found = re.findall(r'<table class="[^"]*stacked labelled.*?</table>', page, re.DOTALL)
    assert found
    for table in found:
        parts = re.findall(r"<(?:table|thead|tbody|tfoot|tr|th|td)\b[^>]*>", table)
        assert all(" role=" in part for part in parts), [part for part in parts if " role=" not in part]
        cells = re.findall(r"<td[^>]*>", table.split("<tbody")[1].split("</tbody>")[0])
        assert all("data-label=" in cell or "actions" in cell for cell in cells), cells
