"""What a file leaves open is answered by a person: a guess is never sent as the answer, and is not kept for later."""

import re

import pytest
from django.test import Client

from funds.actions.imports import save_profile
from funds.imports.profiles import Profile
from funds.models import ImportProfile
from tests.factories import NOW, World

from .import_files import HEADER, csv, sheets
from .import_pages import ROWS, batch_of, fields_of, read, text_of, to, upload
from .pages import address, browser_of

pytestmark = pytest.mark.django_db

TWO_AMOUNTS = (*HEADER[:-1], "Toteuma 2023", "Toteuma 2024")
BOTH = [(*row[:-1], "1,00", row[-1]) for row in ROWS]


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


def summary_of(page: str) -> str:
    return page.split('data-testid="form-errors"')[1].split("</ul>")[0]


def test_a_column_that_is_asked_for_is_not_chosen_beforehand(world: World, client: Client) -> None:
    upload(client, world, csv(*BOTH, header=TWO_AMOUNTS))
    page = client.get(to("import-read", world))
    assert fields_of(page, "read-form")["column-amount"] == ""
    row = text_of(page).split('data-column="amount"')[1].split("</tr>")[0]
    assert ">Choose</option>" in row and 'aria-required="true"' in row and "to be chosen" in row
    assert " required" not in row
    answer = read(client, world)
    assert answer.status_code == 422 and batch_of(world).state == "uploaded"
    assert "Several columns can have the amounts" in summary_of(text_of(answer))
    assert 'id="id_column-amount_error"' in text_of(answer)
    assert read(client, world, **{"column-amount": "Toteuma 2024"}).status_code == 302
    assert batch_of(world).profile["columns"]["amount"] == "Toteuma 2024"
    # What was answered once is not asked again.
    page = client.get(to("import-read", world))
    assert fields_of(page, "read-form")["column-amount"] == "Toteuma 2024"
    assert 'data-testid="questions"' not in text_of(page) and read(client, world).status_code == 302


def test_expenses_and_income_are_an_answer_as_well(world: World, client: Client) -> None:
    header = (*HEADER[:-1], "Menot", "Tulot")
    upload(client, world, csv(*((*row[:-1], "100,00", "0,00") for row in ROWS), header=header))
    assert read(client, world).status_code == 422
    assert read(client, world, **{"column-debit": "Menot", "column-credit": "Tulot"}).status_code == 302


def test_that_there_is_no_such_column_is_an_answer_as_well(world: World, client: Client) -> None:
    rows = [(*row, word) for row, word in zip(ROWS, ("Hyvä", "Paha", "Hyvä"), strict=True)]
    upload(client, world, csv(*rows, header=(*HEADER, "Debet/Kredit")))
    page = client.get(to("import-read", world))
    assert fields_of(page, "read-form")["column-side"] == "" and 'data-question="column"' in text_of(page)
    assert read(client, world).status_code == 422
    # Kept while something else is mended.
    again = read(client, world, **{"column-side": "::none", "control_total": "abc"})
    assert again.status_code == 422 and fields_of(again, "read-form")["column-side"] == "::none"
    assert read(client, world, **{"column-side": "::none"}).status_code == 302
    assert batch_of(world).state == "read" and batch_of(world).profile["columns"]["side"] == ""


def test_that_there_is_no_such_column_is_kept(world: World, client: Client) -> None:
    rows = [(*row, "Hyvä") for row in ROWS]
    content = csv(*rows, header=(*HEADER, "Debet/Kredit"))
    upload(client, world, content)
    # Another look keeps the answer, and so does a profile.
    assert read(client, world, step="look", **{"column-side": "::none"}).status_code == 302
    page = client.get(to("import-read", world))
    assert fields_of(page, "read-form")["column-side"] == "::none" and "data-question" not in text_of(page)
    assert read(client, world, save_as="Oma").status_code == 302
    stored = ImportProfile.objects.get()
    assert stored.content["columns"]["side"] == ""
    answer = upload(client, world, content + b"\r\n", profile=str(stored.pk))
    assert answer["Location"] == to("import-preview", world)
    # The profile's own pages show it and keep it.
    shown = text_of(client.get(address("profile", world, profile=stored.pk)))
    assert "Debit or credit (D/K)" in shown and '"side": ""' in shown.replace("&quot;", '"')
    form = fields_of(client.get(address("profile-edit", world, profile=stored.pk)), "profile-form")
    client.post(address("profile-edit", world, profile=stored.pk), {**form, "step": "save"})
    assert ImportProfile.objects.order_by("-version")[0].content["columns"]["side"] == ""


def test_an_amount_cannot_lack(world: World, client: Client) -> None:
    upload(client, world, csv(*BOTH, header=TWO_AMOUNTS))
    assert read(client, world, **{"column-amount": "::none"}).status_code == 422
    assert "::none" not in text_of(client.get(to("import-read", world)))


def test_all_open_questions_are_said_at_once(world: World, client: Client) -> None:
    content = csv(*(row[1:] for row in BOTH), header=TWO_AMOUNTS[1:])
    upload(client, world, content)
    summary = summary_of(text_of(read(client, world)))
    assert summary.count("<li>") == 2 and "#id_column-amount" in summary and "#id_month" in summary
    form = text_of(client.get(to("import-read", world)))
    assert ">Choose</option>" in form.split('<select name="month"')[1].split("</select>")[0]
    # A month that was said with the file is no question any more.
    upload(client, world, content, month="2024-01")
    assert text_of(client.get(to("import-read", world))).count("data-question=") == 1
    assert summary_of(text_of(read(client, world))).count("<li>") == 1


def test_a_sheet_is_chosen_and_the_file_is_not_looked_at_again_for_it(world: World, client: Client) -> None:
    upload(client, world, sheets({"Ote": [HEADER, *ROWS], "Toinen": [HEADER, *ROWS]}), "ote.xlsx")
    form = fields_of(client.get(to("import-read", world)), "read-form")
    assert form["sheet"] == ""
    answer = read(client, world)
    assert answer.status_code == 422 and "amounts on several sheets" in summary_of(text_of(answer))
    assert read(client, world, sheet="Ote", save_as="Oma").status_code == 302
    assert (batch_of(world).state, batch_of(world).reading["sheet"]) == ("read", "Ote")
    # Chosen by a person, so it is kept for the next file.
    assert ImportProfile.objects.get().content["sheet"] == "Ote"


def test_another_look_needs_no_answers(world: World, client: Client) -> None:
    upload(client, world, csv(*BOTH, header=TWO_AMOUNTS))
    assert read(client, world, step="look").status_code == 302
    assert read(client, world, header_row="2").status_code == 302
    assert batch_of(world).state == "uploaded"
    upload(client, world, csv(*BOTH, header=TWO_AMOUNTS))
    upload(client, world, csv(*(row[1:] for row in BOTH), header=TWO_AMOUNTS[1:]))
    assert read(client, world, step="look").status_code == 302
    more = read(client, world, step="more")
    assert more.status_code == 200 and 'class="errors"' not in text_of(more)


def test_marks_and_dates_that_are_asked_for_are_chosen(world: World, client: Client) -> None:
    rows = [("1/31/2024", *row[1:-1], "1.234") for row in ROWS]
    upload(client, world, csv(*rows))
    page = text_of(client.get(to("import-read", world)))
    assert set(re.findall(r'data-question="(\w+)"', page)) == {"decimal_mark", "date_format"}
    answer = read(client, world)
    assert answer.status_code == 422 and summary_of(text_of(answer)).count("<li>") == 2


# --- what is kept for the next file


def test_what_was_only_found_out_is_not_kept(world: World, client: Client) -> None:
    upload(client, world, b"Ote\r\n\r\n" + csv(*ROWS, encoding="windows-1252"))
    read(client, world, save_as="Oma")
    stored = ImportProfile.objects.get()
    assert not {"encoding", "delimiter", "header_row", "sheet"} & set(stored.content)
    assert stored.content["columns"]["amount"] == "Summa" and stored.content["date_format"] == "d.m.yyyy"
    # Next month's file has no title, another encoding and another delimiter.
    answer = upload(client, world, csv(*ROWS, delimiter="\t"), profile=str(stored.pk))
    assert answer["Location"] == to("import-preview", world)
    assert (batch_of(world).state, batch_of(world).profile_name) == ("read", "Oma")


def test_what_a_person_said_of_the_place_is_kept(world: World, client: Client) -> None:
    upload(client, world, b"Ote\n" + csv(*ROWS, encoding="windows-1252"))
    # Sent again as it was found out, and then changed: what is changed is said.
    assert read(client, world, delimiter=";", step="look").status_code == 302
    assert read(client, world, encoding="iso-8859-15").status_code == 302
    assert read(client, world, save_as="Oma").status_code == 302
    content = ImportProfile.objects.get().content
    assert content["encoding"] == "iso-8859-15" and "delimiter" not in content and "sheet" not in content


def test_what_a_stored_profile_says_of_the_place_stays(world: World, client: Client) -> None:
    said = Profile(delimiter=";", header_row=1)
    stored = save_profile(organisation=world.organisation, name="Oma", profile=said, by=world.finance, at=NOW)
    upload(client, world, csv(*BOTH, header=TWO_AMOUNTS), profile=str(stored.pk))
    read(client, world, save_as="Oma", **{"column-amount": "Toteuma 2024"})
    newest = ImportProfile.objects.get(version=2)
    assert (newest.content["delimiter"], newest.content["header_row"]) == (";", 1)
    assert "encoding" not in newest.content


def test_rules_are_kept_without_the_place_of_this_file(world: World, client: Client) -> None:
    upload(client, world, csv(*((*row[:3], "", *row[4:]) for row in ROWS)))
    read(client, world)
    form = fields_of(client.get(to("import-preview", world)), "map-form")
    client.post(to("import-map", world), {**form, "code-0": "A1", "keep": "on", "keep_as": "Oma"})
    content = ImportProfile.objects.get().content
    assert content["rules"] and not {"encoding", "delimiter", "header_row", "sheet"} & set(content)
