"""The editable rows of a profile: blank cells, headings of the file, and forms that no page has sent."""

from time import perf_counter

import pytest
from django.test import Client

from funds.actions.imports import save_profile
from funds.imports.profiles import LeaveOut, Profile
from funds.models import ImportProfile
from tests.factories import NOW, World

from .import_files import HEADER, csv
from .import_pages import ROWS, batch_of, fields_of, read, text_of, to, upload
from .pages import address, browser_of

pytestmark = pytest.mark.django_db

WITH_PERIOD = (*HEADER, "Jakso")


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


def stored_of(world: World, *left_out: LeaveOut) -> ImportProfile:
    said = Profile(leave_out=left_out)
    return save_profile(organisation=world.organisation, name="Oma", profile=said, by=world.finance, at=NOW)


def test_rows_with_a_blank_cell_are_left_out(world: World, client: Client) -> None:
    rows = [(*row, period) for row, period in zip(ROWS, ("1", "", " "), strict=True)]
    upload(client, world, csv(*rows, header=WITH_PERIOD))
    answer = read(client, world, **{"leave-0-column": "Jakso", "leave-0-blank": "on", "save_as": "Oma"})
    assert answer.status_code == 302
    assert list(batch_of(world).rows.filter(kind="left_out").values_list("number", flat=True)) == [3, 4]
    assert text_of(client.get(f"{to('import-rows', world)}?outcome=left_out")).count("Jakso: blank") == 2
    stored = ImportProfile.objects.get()
    assert stored.content["leave_out"] == [{"column": "Jakso", "equals": ""}]
    form = fields_of(client.get(to("import-read", world)), "read-form")
    assert (form["leave-0-column"], form["leave-0-blank"], form["leave-0-equals"]) == ("Jakso", "on", "")
    # The page of the profile and its export say it, and its form leads back to the same JSON.
    assert 'data-label="Is">blank</td>' in text_of(client.get(address("profile", world, profile=stored.pk)))
    exported = client.get(address("profile-export", world, profile=stored.pk, format="csv"))
    assert "Jakso;blank;;" in exported.content.decode("utf-8-sig")
    edit = address("profile-edit", world, profile=stored.pk)
    form = fields_of(client.get(edit), "profile-form")
    assert form["leave-0-blank"] == "on"
    client.post(edit, form)
    assert ImportProfile.objects.count() == 1
    client.post(edit, {key: value for key, value in {**form, "leave-0-equals": "13"}.items() if key != "leave-0-blank"})
    assert ImportProfile.objects.get(version=2).content["leave_out"] == [{"column": "Jakso", "equals": "13"}]


@pytest.mark.parametrize(
    "cells",
    [{}, {"blank": "on", "equals": "x"}, {"blank": "on", "first": "1"}, {"equals": "x", "last": "1"}],
)
def test_a_row_says_one_thing(world: World, client: Client, cells: dict[str, str]) -> None:
    upload(client, world, csv(*ROWS))
    sent = {f"leave-0-{name}": value for name, value in cells.items()}
    answer = read(client, world, **{"leave-0-column": "Tili", **sent})
    assert answer.status_code == 422 and "Give one of the three" in text_of(answer)


def test_the_column_is_chosen_from_the_headings_of_the_file(world: World, client: Client) -> None:
    left_out = (LeaveOut("tili", equals="1"), LeaveOut("account", equals="2"), LeaveOut("Vanha", equals="3"))
    stored = stored_of(world, *left_out)
    upload(client, world, csv(*ROWS), profile=str(stored.pk))
    page = client.get(to("import-read", world))
    form = fields_of(page, "read-form")
    assert [form[f"leave-{number}-column"] for number in range(3)] == ["Tili", "account", "Vanha"]
    assert "Vanha (not in this file)" in text_of(page) and "Account (account)" in text_of(page)
    table = text_of(page).split('data-testid="left-out"')[1].split("</table>")[0]
    assert "Order" not in table and "leave-0-ORDER" not in form
    read(client, world, **{"leave-2-DELETE": "on", "save_as": "Oma"})
    kept = ImportProfile.objects.get(version=2).content["leave_out"]
    assert kept == [entry.as_json() for entry in left_out[:2]]
    # Where no file is known, a heading is typed.
    form_page = text_of(client.get(address("profile-edit", world, profile=stored.pk)))
    assert '<input type="text" name="leave-0-column"' in form_page


# --- forms that no page has sent


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"leave-TOTAL_FORMS": None, "rule-TOTAL_FORMS": None}, "The form was incomplete"),
        ({"rule-INITIAL_FORMS": None}, "The form was incomplete"),
        ({"leave-TOTAL_FORMS": "-1"}, "The form was incomplete"),
        ({"rule-TOTAL_FORMS": "0"}, "The form was incomplete"),
        ({"leave-TOTAL_FORMS": "99999999"}, "more rows than it had"),
        ({"rule-TOTAL_FORMS": "25"}, "more rows than it had"),
        ({"rule-TOTAL_FORMS": "25", "step": "more"}, "more rows than it had"),
    ],
)
@pytest.mark.parametrize("name", ["profile-edit", "import-read"])
def test_counts_of_rows_that_no_page_has_sent(
    world: World, client: Client, name: str, changes: dict[str, str | None], said: str
) -> None:
    stored = stored_of(world, LeaveOut("Tili", equals="1"))
    where, form_id = address("profile-edit", world, profile=stored.pk), "profile-form"
    if name == "import-read":
        upload(client, world, csv(*ROWS))
        where, form_id = to("import-read", world), "read-form"
    form = {"step": "read", **fields_of(client.get(where), form_id), "header_row": "1", **changes}
    began = perf_counter()
    answer = client.post(where, {key: value for key, value in form.items() if value is not None})
    assert answer.status_code == 422 and perf_counter() - began < 2 and len(answer.content) < 200_000
    summary = text_of(answer).split('data-testid="form-errors"')[1].split("</ul>")[0]
    assert summary.count("<li>") == 1 and said in summary and "ManagementForm" not in text_of(answer)
    assert ImportProfile.objects.count() == 1
    # The rows are as they were, so that the form can be sent again.
    if name == "profile-edit":
        assert fields_of(answer, form_id)["leave-0-equals"] == "1"


def test_rows_that_were_added_one_by_one_are_no_hostile_form(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    form = fields_of(client.get(to("import-read", world)), "read-form")
    for _time in range(8):
        form = fields_of(client.post(to("import-read", world), {**form, "step": "more"}), "read-form")
    assert int(form["rule-TOTAL_FORMS"]) > 40
    sent = {**form, "step": "read", "rule-39-account": "4*", "rule-39-project_code": "A1"}
    assert client.post(to("import-read", world), sent).status_code == 302
    assert batch_of(world).profile["rules"] == [{"account": "4*", "project_code": "A1"}]
