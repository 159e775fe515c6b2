"""What files say of imports: where a ledger row came from."""

import csv as csv_reader
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funds.models import Actual
from tests.factories import World, make_world
from tests.page_tables import workbook

from .import_files import csv
from .import_pages import ROWS, commit, read, upload
from .pages import browser_of, plan_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Client:
    return browser_of(world.finance)


def table_of(client: Client, url: str) -> list[dict[str, str]]:
    """The first table of a CSV file, each row by its headings."""
    text = client.get(url).content.decode("utf-8-sig").split("\r\n\r\n")[0]
    return list(csv_reader.DictReader(io.StringIO(text), delimiter=";"))


def test_a_row_of_the_ledger_names_its_file_and_row(world: World, client: Client) -> None:
    world.book("A1", "2024-01", "7.00")
    upload(client, world, csv(*ROWS), name="=vienti.csv")
    read(client, world)
    commit(client, world)
    url = plan_address("actuals-export", world, format="csv")
    rows = table_of(client, f"{url}?rows=1")
    origin = ("Number of the import", "File", "Row of the file")
    assert {row["Amount, €"]: tuple(row[name] for name in origin) for row in rows} == {
        "7,00": ("", "", ""),
        "100,00": ("1", "'=vienti.csv", "2"),
        "250,50": ("1", "'=vienti.csv", "3"),
        "-20,50": ("1", "'=vienti.csv", "4"),
        "337,00": ("", "", ""),
    }
    # The rows behind one cell are a part of the same file.
    assert [row["Row of the file"] for row in table_of(client, f"{url}?rows=1&line=A2&month=2024-02")] == ["4", ""]
    sheet = workbook(client.get(f"{plan_address('actuals-export', world, format='xlsx')}?rows=1").content).worksheets[0]
    last = {tuple(row[-3:]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert last == {(None, None, None), *((1, "=vienti.csv", number) for number in (2, 3, 4))}


def test_the_number_of_files_does_not_change_the_number_of_queries(world: World, client: Client) -> None:
    url = f"{plan_address('actuals-export', world, format='csv')}?rows=1"

    def counted() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    found = []
    for number in range(3):
        upload(client, world, csv(*((*row[:1], f"{number}{row[1]}", *row[2:]) for row in ROWS)))
        read(client, world)
        commit(client, world)
        found.append(counted())
    assert Actual.objects.count() == 9
    assert found[0] == found[1] == found[2]


def test_a_row_outside_the_plan_names_its_file(world: World, client: Client) -> None:
    upload(client, world, csv(("5.1.2024", "101", "1000", "ZZ", "4000", "Palkat", "100,00")))
    read(client, world)
    commit(client, world)
    row, _total = table_of(client, plan_address("outside-export", world, format="csv"))
    assert (row["Number of the import"], row["File"], row["Row of the file"]) == ("1", "vienti.csv", "2")
