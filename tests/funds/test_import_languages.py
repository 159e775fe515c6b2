"""What was found in a file is told in the language of who looks, whoever uploaded it."""

from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from funds.models import ImportBatch
from fundtrack.sentences import told
from tests.factories import World

from .import_files import csv
from .import_pages import ROWS, batch_of, commit, read, to, upload
from .pages import browser_of

pytestmark = pytest.mark.django_db

#: A row without a date, an amount of no number, a code that a spreadsheet has changed, one total that is wrong.
BAD = (
    *ROWS,
    ("", "104", "1000", "A1", "4000", "Palkat", "1,00"),
    ("9.1.2024", "105", "1000", "A1", "4000", "Palkat", "sata"),
    ("9.1.2024", "106", "1,00E+03", "A1", "4000", "Palkat", "1,00"),
)
ODD = (*ROWS, ("9.1.2024", "107", "1000", "A1", "4000", "x" * 600, "1,00"), ("", "", "", "", "", "Yhteensä", "1,00"))


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


def sentences_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every sentence of some JSON."""
    if isinstance(value, dict) and {"text", "id", "values"} <= value.keys():
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from sentences_in(each)


def page_in(client: Client, world: World, language: str, address: str) -> str:
    world.finance.user.language = language
    world.finance.user.save()
    return client.get(address).content.decode()


def assert_told(client: Client, world: World, address: str, stored: Any, *, least: int = 1) -> None:
    """In each language the page has the sentences in that language, and not as they were first said."""
    sentences = list(sentences_in(stored))
    assert len(sentences) >= least
    for language in ("fi", "sv"):
        page = page_in(client, world, language, address)
        shown = page if "text/csv" in client.get(address)["Content-Type"] else None
        for each in sentences:
            with translation.override(language):
                again = str(told(each))
            assert again != each["text"], each
            for text, is_there in ((again, True), (each["text"], False)):
                wanted = text if shown is None else text.replace('"', '""')
                assert ((escape(wanted) if shown is None else wanted) in page) is is_there, (language, text)


def problems_of(batch: ImportBatch) -> list[Any]:
    return list(batch.rows.filter(kind="error").order_by("number").values_list("problems", flat=True))


def test_errors_of_rows(world: World, client: Client) -> None:
    upload(client, world, csv(*BAD))
    read(client, world)
    batch = batch_of(world)
    problems = problems_of(batch)
    # Where the place stands beside it, only the reason is said.
    reasons = [problem["message"]["values"]["message"] for found in problems for problem in found]
    assert_told(client, world, to("import-preview", world), reasons, least=3)
    assert_told(client, world, to("import-errors", world, format="csv"), reasons)
    assert_told(client, world, to("import-rows", world), problems)
    assert_told(client, world, to("import-rows-export", world, format="csv"), problems)
    number = batch.rows.filter(kind="error").values_list("number", flat=True)[0]
    assert_told(client, world, to("import-row", world, row=number), problems[0])


def test_what_was_found_out_about_the_file(world: World, client: Client) -> None:
    upload(client, world, csv(*BAD))
    proposal = batch_of(world).reading["proposal"]
    assert_told(client, world, to("import-read", world), [proposal["warnings"], proposal["choices"]], least=5)


def test_notes_and_acknowledged_warnings(world: World, client: Client) -> None:
    upload(client, world, csv(*ODD))
    read(client, world)
    assert_told(client, world, to("import-preview", world), batch_of(world).reading["notes"])
    browser_of(world.finance)
    assert commit(client, world).status_code == 302
    batch = batch_of(world)
    assert batch.state == ImportBatch.State.COMMITTED
    assert_told(client, world, to("import-preview", world), batch.result["warnings"], least=2)


def test_what_reads_files_makes_sentences() -> None:
    forgetful = [
        path.name
        for path in (settings.BASE_DIR / "funds" / "imports").glob("*.py")
        if "import gettext as _" in path.read_text() and path.name != "plan_files.py"
    ]
    # Plans are read and shown at once; nothing of them is kept.
    assert forgetful == []
