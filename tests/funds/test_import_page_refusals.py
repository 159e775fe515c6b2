"""Importing by pages: profiles, files and forms that are refused, who may do what, and what ends."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from funds.actions.imports import current_profile
from funds.models import Actual, ImportBatch, ImportFile, ImportProfile
from funds.queries.imports import preview_batch
from tests.factories import World

from .import_files import HEADER, csv
from .import_pages import ROWS, batch_of, commit, fields_of, read, text_of, to, upload
from .pages import address, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


# --- profiles


def test_a_saved_profile_leads_straight_to_the_preview(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world, save_as="Testijärjestelmä")
    stored = ImportProfile.objects.get()
    assert (stored.name, stored.version, batch_of(world).profile_name) == ("Testijärjestelmä", 1, "Testijärjestelmä")
    answer = upload(client, world, csv(*ROWS), profile=str(stored.pk))
    assert answer["Location"] == to("import-preview", world)
    # One that does not fit is explained, and the file is looked at without it.
    answer = upload(client, world, csv(*ROWS, header=(*HEADER[:-1], "Nettosumma")), profile=str(stored.pk))
    assert answer["Location"] == to("import-read", world)
    page = text_of(client.get(answer["Location"]))
    assert "no column with the heading “Summa”" in page
    assert fields_of(client.get(answer["Location"]), "read-form")["column-amount"] == "Nettosumma"


def test_profiles_are_versioned_edited_exported_and_imported(world: World, client: Client) -> None:
    content = {"decimal_mark": ",", "columns": {"amount": "Summa"}, "rules": [{"account": "4*", "project_code": "A1"}]}
    answer = client.post(address("profile-import", world), {"name": "Oma", "text": json.dumps(content)})
    first = ImportProfile.objects.get()
    assert answer["Location"] == address("profile", world, profile=first.pk) and first.content == content
    edit = address("profile-edit", world, profile=first.pk)
    form = fields_of(client.get(edit), "profile-form")
    assert form["column-amount"] == "Summa" and form["rule-0-account"] == "4*"
    bad = client.post(edit, {**form, "leave-0-column": "Tili", "header_row": "0"})
    assert bad.status_code == 422 and 'value="Tili"' in bad.content.decode()
    client.post(
        edit,
        {**form, "rule-1-cost_centre": "29*", "rule-1-project_code": "A2", "rule-1-ORDER": "1", "rule-0-ORDER": "2"},
    )
    second = current_profile(world.organisation, "Oma")
    assert second is not None and second.version == 2
    assert [rule["project_code"] for rule in second.content["rules"]] == ["A2", "A1"]
    # Somebody else has saved meanwhile: what was open before is refused and kept.
    assert client.post(edit, form).status_code == 422
    exported = client.get(address("profile-json", world, profile=second.pk))
    assert json.loads(exported.content) == second.content and "attachment" in exported["Content-Disposition"]
    for step, offered in (({}, False), ({"again": "yes"}, True)):
        client.post(address("profile-retire", world, profile=first.pk), step)
        assert (
            '<option value="' in text_of(client.get(address("import-upload", world))).split('name="profile"')[1]
        ) or not offered
        newest = current_profile(world.organisation, "Oma")
        assert newest is not None and newest.is_retired is not offered
    assert text_of(client.get(address("profile", world, profile=first.pk))).count("<tr") >= 4
    assert 'data-testid="profiles"' in text_of(client.get(address("profile-list", world)))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"columns": 1}', '{"nonsense": 1}', '{"header_row": 0}', "[" * 50_000, '{"sheet": "\\u0000"}'],
)
def test_a_bad_profile_is_answered_in_words(world: World, client: Client, text: str) -> None:
    answer = client.post(address("profile-import", world), {"name": "Oma", "text": text})
    assert answer.status_code == 422 and 'data-testid="form-errors"' in answer.content.decode()
    assert not ImportProfile.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{\n"rules": [\n{"account" "4"}]}', "row 3, column 12"),
        ("[" * 50_000, "nested too deep"),
        ('{"sheet": "\\ud800"}', "half of a character"),
        ('{"sheet": ' + "9" * 5000 + "}", "number that is too long"),
    ],
)
def test_what_is_no_json_is_said_in_the_own_language(world: World, client: Client, text: str, said: str) -> None:
    answer = client.post(address("profile-import", world), {"name": "Oma", "text": text})
    page = text_of(answer)
    assert answer.status_code == 422 and said in page
    assert not any(english in page for english in ("delimiter", "codec", "recursion", "Exceeds"))


def test_a_profile_file_in_another_encoding_is_refused_in_words(world: World, client: Client) -> None:
    file = SimpleUploadedFile("p.json", '{"sheet": "Ä"}'.encode("latin-1"))
    page = text_of(client.post(address("profile-import", world), {"name": "Oma", "file": file}))
    assert "not a text in UTF-8" in page and "codec" not in page


def test_a_profile_is_found_whatever_its_case(world: World, client: Client) -> None:
    send = address("profile-import", world)
    client.post(send, {"name": "Kajaani", "text": '{"header_row": 2}'})
    client.post(send, {"name": " kaJAANI ", "text": '{"header_row": 3}'})
    assert list(ImportProfile.objects.order_by("version").values_list("name", "version")) == [
        ("Kajaani", 1),
        ("Kajaani", 2),
    ]
    upload(client, world, csv(*ROWS))
    answer = read(client, world, save_as="KAJAANI")
    assert answer.status_code == 422 and "There is the profile “Kajaani” already" in text_of(answer)
    assert read(client, world, save_as="Kajaani ").status_code == 302
    assert set(ImportProfile.objects.values_list("name", flat=True)) == {"Kajaani"}


def test_rules_are_not_kept_in_a_profile_that_differs_by_case(world: World, client: Client) -> None:
    client.post(address("profile-import", world), {"name": "Kajaani", "text": '{"header_row": 1}'})
    upload(client, world, csv(*((*row[:3], "", *row[4:]) for row in ROWS)))
    read(client, world)
    form = fields_of(client.get(to("import-preview", world)), "map-form")
    for name, refused in (("kajaani", "There is the profile “Kajaani” already"), ("x" * 101, "at most 100")):
        answer = client.post(to("import-map", world), {**form, "code-0": "A1", "keep": "on", "keep_as": name})
        page = text_of(answer)
        assert answer.status_code == 422 and refused in page
        # One error, in the summary and beside the field.
        assert page.split('id="id_keep_as_error"')[1].split("</ul>")[0].count("<li>") == 1
        assert page.split('data-testid="form-errors"')[1].split("</ul>")[0].count("<li>") == 1


STORED = [
    {"sheet": 2, "header_row": 3, "delimiter": "\t", "encoding": "utf-8", "decimal_mark": ",", "date_format": "excel"},
    {"sheet": " Ote  1 ", "columns": {"amount": "Summa\nEUR", "date": "  Päivä "}},
    {"leave_out": [{"column": "Selite", "equals": ""}, {"column": " Tili ", "from": "", "to": "2 999"}]},
    {"leave_out": [{"column": "a\r\nb", "equals": " x "}], "rules": [{"account": "4" * 90, "project_code": "A1"}]},
    {"rules": [{"description_contains": "a\n b", "project_code": "A2"}, {"cost_centre": "1*"}]},
]


@pytest.mark.parametrize("content", STORED)
def test_a_profile_saved_unchanged_gets_no_new_version(
    world: World, client: Client, content: dict[str, object]
) -> None:
    client.post(address("profile-import", world), {"name": "Oma", "text": json.dumps(content)})
    stored = ImportProfile.objects.get()
    edit = address("profile-edit", world, profile=stored.pk)
    client.get(address("profile", world, profile=stored.pk))
    shown = {name: unescape(value) for name, value in fields_of(client.get(edit), "profile-form").items()}
    assert not any(char in value for value in shown.values() for char in "\r\n"), "a browser would drop them"
    answer = client.post(edit, shown, follow=True)
    assert "Nothing has changed: version 1" in text_of(answer)
    assert ImportProfile.objects.get().content == stored.content
    # A change elsewhere leaves the rest to the letter.
    client.post(edit, {**shown, "column-supplier": "Toimittaja"})
    newest = current_profile(world.organisation, "Oma")
    assert newest is not None and newest.version == 2 and newest.content["columns"].pop("supplier") == "Toimittaja"
    assert {key: value for key, value in newest.content.items() if value} == stored.content


def test_editing_a_retired_profile_does_not_offer_it_again(world: World, client: Client) -> None:
    client.post(address("profile-import", world), {"name": "Oma", "text": '{"header_row": 2}'})
    client.post(address("profile-retire", world, profile=ImportProfile.objects.get().pk))
    newest = current_profile(world.organisation, "Oma")
    assert newest is not None
    edit = address("profile-edit", world, profile=newest.pk)
    client.post(edit, {**fields_of(client.get(edit), "profile-form"), "header_row": "4"})
    newest = current_profile(world.organisation, "Oma")
    assert newest is not None and (newest.content["header_row"], newest.is_retired) == (4, True)


def test_an_error_of_a_rule_names_its_row(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    changes = {"rule-1-account": "4*", "rule-1-ORDER": "x", "leave-0-column": "Tili"}
    summary = text_of(read(client, world, **changes)).split('data-testid="form-errors"')[1].split("</ul>")[0]
    assert "Rule 2, Order: " in summary and "Left-out rows, row 1, Is: " in summary


# --- files


@pytest.mark.parametrize("length", [200, 201, 250])
def test_a_long_name_is_shortened_and_its_ending_kept(world: World, client: Client, length: int) -> None:
    name = "tammikuu-" + "x" * (length - 24) + "-2024-01-31.csv"
    answer = upload(client, world, csv(*ROWS), name)
    assert answer.status_code == 302
    kept = batch_of(world).file.name
    assert len(kept) == 200 and kept.startswith("tammikuu-xx") and kept.endswith("xx-2024-01-31.csv")
    assert (kept == name) is (length == 200)
    page = text_of(client.get(answer["Location"]))
    assert (f"The name of the file is very long. It is kept as “{kept}”" in page) is (length > 200)


BAD = {
    "empty": (b"", "a.csv"),
    "PDF": (b"%PDF-1.7 x", "a.xlsx"),
    "not a workbook": (b"PK\x03\x04 broken", "a.xlsx"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv"),
    "only headings": (csv(), "a.csv"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_table_leaves_nothing_behind(world: World, client: Client, name: str) -> None:
    content, filename = BAD[name]
    answer = upload(client, world, content, filename, control_total="12,00")
    page = answer.content.decode()
    assert answer.status_code == 422 and 'data-testid="form-errors"' in page and 'value="12,00"' in page
    assert not ImportBatch.objects.exists() and not ImportFile.objects.exists()


def test_headings_that_are_not_known_can_be_pointed_at(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, header=("a1", "b2", "c3", "d4", "e5", "f6", "g7")))
    page = text_of(client.get(to("import-read", world)))
    assert "Say in which row the headings are" in page and "g7" in page
    form = fields_of(client.get(to("import-read", world)), "read-form")
    client.post(to("import-read", world), {**form, "step": "look", "header_row": "1"})
    form = fields_of(client.get(to("import-read", world)), "read-form")
    answer = client.post(to("import-read", world), {**form, "column-amount": "g7", "column-date": "a1"})
    assert answer.status_code == 302


def test_the_original_is_an_attachment(world: World, client: Client) -> None:
    content = csv(*ROWS, encoding="windows-1252")
    upload(client, world, content, "<script>.csv")
    answer = client.get(to("import-file", world))
    assert answer.content == content
    assert answer["Content-Type"] == "application/octet-stream" and answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"<script>.csv" not in client.get(to("import-preview", world), follow=True).content


# --- rights and hostility


def test_who_may_do_what(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    for role, page, file in (
        ("finance", 200, 200),
        ("approver", 200, 200),
        ("admin", 200, 200),
        ("auditor", 200, 200),
        ("viewer", 200, 403),
        ("lead", 403, 403),
        ("board", 403, 403),
    ):
        other = browser_of(getattr(world, role))
        assert other.get(to("import-preview", world)).status_code == page, role
        assert other.get(to("import-file", world)).status_code == file, role
        if role != "finance":
            assert other.post(to("import-commit", world)).status_code == 403
            assert other.get(to("import-read", world)).status_code == 403
            shown = other.get(to("import-preview", world)).content.decode()
            assert 'data-testid="commit-form"' not in shown and 'data-testid="map-form"' not in shown


def test_a_closed_month_says_why_there_is_no_undo(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    world.close("2024-01")
    page = text_of(client.get(to("import-preview", world)))
    assert 'data-testid="no-undo"' in page and "1/2024 is closed" in page and 'data-testid="undo"' not in page
    answer = client.post(to("import-undo", world), follow=True)
    assert 'class="message error"' in answer.content.decode() and batch_of(world).state == "committed"


def test_what_is_ended_stays_so(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    assert client.post(to("import-commit", world)).status_code == 302
    assert batch_of(world).state == "uploaded"
    assert client.post(to("import-discard", world)).status_code == 302
    for name in ("import-commit", "import-undo", "import-discard", "import-map"):
        assert client.post(to(name, world)).status_code in (302, 422), name
    assert client.get(to("import-read", world))["Location"] == to("import-preview", world)
    assert client.post(to("import-read", world))["Location"] == to("import-preview", world)
    assert batch_of(world).state == "discarded" and not Actual.objects.exists()


@pytest.mark.parametrize(
    "path", ["imports/0/", "imports/99999999999999999999/", "imports/1/rows/99999999999999999999/", "imports/1/rows/0/",
             "imports/x/", "imports/profiles/99999999999999999999/", "imports/1/errors/%00/"]
)  # fmt: skip
def test_addresses_that_do_not_exist(world: World, client: Client, path: str) -> None:
    upload(client, world, csv(*ROWS))
    assert client.get(f"/testila/{path}").status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"column-amount": "Ei ole"},
        {"column-amount": ""},
        {"header_row": "9" * 40},
        {"encoding": "klingon"},
        {"delimiter": "x"},
        {"rule-TOTAL_FORMS": "x"},
        {"rule-TOTAL_FORMS": "999999999"},
        {"rule-0-project_code": "x" * 31},
        {"leave-0-column": "Tili"},
        {"leave-0-column": "Ei ole", "leave-0-equals": "1"},
        {"month": "2024-13"},
        {"manner": "nonsense"},
        {"control_total": "1.234"},
        {"save_as": "x" * 101},
        {"decimal_mark": ";"},
        {"date_format": "yymmdd", "rule-0-account": "\x00"},
    ],
)
def test_hostile_settings_are_refused_and_kept(world: World, client: Client, changes: dict[str, str]) -> None:
    upload(client, world, csv(*ROWS))
    answer = read(client, world, **changes)
    assert answer.status_code == 422 and 'data-testid="form-errors"' in answer.content.decode()
    assert batch_of(world).state == "uploaded" and not ImportProfile.objects.exists()


def test_a_file_is_kept_when_only_the_control_total_is_wrong(world: World, client: Client) -> None:
    answer = upload(client, world, csv(*ROWS), control_total="1.234")
    assert answer.status_code == 302 and answer["Location"] == to("import-read", world)
    page = client.get(answer["Location"])
    assert "The file was kept, its control total was not: “1.234”" in text_of(page)
    assert batch_of(world).control_total is None and fields_of(page, "read-form")["control_total"] == ""


def test_a_stored_profile_does_not_read_on_without_the_control_total(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world, save_as="Kirjanpito")
    profile = ImportProfile.objects.get()
    assert upload(client, world, csv(*ROWS), profile=str(profile.pk))["Location"] == to("import-preview", world)
    answer = upload(client, world, csv(*ROWS), profile=str(profile.pk), control_total="abc")
    assert answer["Location"] == to("import-read", world) and batch_of(world).state == "uploaded"


def test_a_form_that_is_not_ours(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    for name in ("import-read", "import-map"):
        assert client.post(to(name, world), {"step": "look"}).status_code in (302, 422)
    assert client.post(address("import-upload", world), {"profile": "x", "fund": "y"}).status_code == 422
    assert client.post(address("import-upload", world), {}).status_code == 422


def test_an_organisation_without_a_fund(world: World) -> None:
    from organisations.models import Organisation
    from organisations.rights import Role
    from tests.factories import make_member

    member = make_member(Organisation.objects.create(slug="uusi", name="Uusi"), Role.FINANCE)
    other = browser_of(member)
    assert 'data-testid="empty"' in other.get("/uusi/imports/new/").content.decode()
    assert 'data-testid="empty"' in other.post("/uusi/imports/new/", {}).content.decode()
    assert 'data-testid="empty"' in other.get("/uusi/imports/").content.decode()


def test_what_a_minus_in_the_credit_column_means_is_asked_and_answered(world: World, client: Client) -> None:
    header = ("Päivä", "Tosite", "Kustannuspaikka", "Projekti", "Debet", "Kredit")
    rows = [
        ("5.1.2024", "1", "1000", "A1", "100,00", ""),
        ("6.1.2024", "2", "1000", "A1", "", "-30,00"),
        ("7.1.2024", "3", "1000", "A1", "", "-10,00"),
    ]
    for answer, total in (("credit", "60.00"), ("reversal", "140.00")):
        upload(client, world, csv(*rows, header=header))
        assert 'name="negative_credit"' in text_of(client.get(to("import-read", world)))
        asked = read(client, world)
        assert asked.status_code == 422 and "negative (first in row 3" in text_of(asked)
        assert 'aria-invalid="true"' in re.findall(r'<select name="negative_credit".*?>', text_of(asked))[0]
        assert read(client, world, negative_credit=answer, save_as=f"Puolet {answer}").status_code == 302
        preview = preview_batch(batch_of(world))
        assert f"{preview.rows_total}" == total
        stored = ImportProfile.objects.get(name=f"Puolet {answer}")
        assert stored.content["negative_credit"] == answer
        page = text_of(client.get(address("profile", world, profile=stored.pk)))
        assert "A minus sign in the credit column" in page
        # The same answer serves the next file at once.
        again = upload(client, world, csv(*rows, header=header), profile=str(stored.pk))
        assert again["Location"] == to("import-preview", world)


def test_lines_to_map_to_say_their_cost_centre(world: World, client: Client) -> None:
    upload(client, world, csv(*((*row[:3], "", *row[4:]) for row in ROWS)))
    read(client, world)
    assert "Rivi A1 · 1000" in text_of(client.get(to("import-preview", world)))
