"""What the files of imports say: where a ledger row came from, the cells of the file, what was booked."""

import csv as csv_reader
import io
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funds.models import Actual
from organisations.rights import Role
from tests.factories import World
from tests.page_tables import workbook

from .import_files import HEADER, csv
from .import_pages import ROWS, batch_of, commit, read, text_of, to, upload
from .pages import address, browser_of, plan_address

pytestmark = pytest.mark.django_db


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


def test_rows_of_a_file_come_with_their_cells(world: World, client: Client) -> None:
    rows = [(*ROWS[0][:5], "=1+1", " 100,00 "), ROWS[1], ROWS[2]]
    upload(client, world, csv(*rows))
    read(client, world)
    for outcome, count in (("", 4), ("?outcome=new", 3)):
        table = table_of(client, f"{to('import-rows-export', world, format='csv')}{outcome}")
        assert list(table[0])[13:] == list(HEADER)
        assert len(table) == count
        found = [list(row.values())[13:] for row in table[-3:]]
        assert found == [["5.1.2024", "101", "1000", "A1", "4000", "'=1+1", " 100,00 "], [*ROWS[1]], [*ROWS[2]]]
    commit(client, world)
    booked = list(Actual.objects.order_by("pk").values_list("pk", flat=True))
    url = to("import-rows-export", world, format="xlsx")
    for outcome in ("", "?outcome=new"):
        sheet = workbook(client.get(url + outcome).content).worksheets[0]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()][-3:]
        assert [row[12] for row in cells] == [str(pk) for pk in booked]
        assert [row[18:20] for row in cells] == [["=1+1", " 100,00 "], ["Palkat", "250,50"], ["Ostot", "-20,50"]]
        assert {cell.data_type for row in sheet.iter_rows(min_row=2, min_col=14) for cell in row if cell.value} == {"s"}


def test_cells_beyond_the_headings_stand_under_letters(world: World, client: Client) -> None:
    upload(client, world, csv(ROWS[0], (*ROWS[1], "-2", "yli")))
    read(client, world)
    table = table_of(client, to("import-rows-export", world, format="csv"))
    assert list(table[0])[13:] == [*HEADER, "Column H", "Column I"]
    assert [list(row.values())[13:] for row in table[-2:]] == [[*ROWS[0], "", ""], [*ROWS[1], "-2", "yli"]]


def test_rows_that_need_no_comparison_are_not_compared(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [ROWS[0], ("9.1.2024", "105", "1000", "A1", "4000", "Virhe", "kaksi")]
    upload(client, world, csv(*bad), control_total="100,00")
    read(client, world)
    compared = Mock(side_effect=AssertionError("compared"))
    monkeypatch.setattr("funds.queries.import_rows.outcome_query", compared)
    monkeypatch.setattr("funds.queries.import_groups.outcome_query", compared)
    (error,) = table_of(client, to("import-errors", world, format="csv"))
    assert (error["Row"], error["Value"]) == ("3", "kaksi")
    for outcome in ("", "error", "left_out", "total", "skipped"):
        for url in (to("import-rows", world), to("import-rows-export", world, format="csv")):
            assert client.get(f"{url}?outcome={outcome}").status_code == 200


def test_what_hinders_the_file_as_a_whole_is_among_its_errors(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS), manner="whole_months", control_total="330,01")
    read(client, world)
    (error,) = table_of(client, to("import-errors", world, format="csv"))
    assert (error["Row"], error["Value"]) == ("", "330,01\xa0€")


def test_a_refused_commit_compares_once(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS, ("5.1.2024", "101", "1000", "A1", "4000", "Virhe", "kaksi")))
    read(client, world)
    with CaptureQueriesContext(connection) as captured:
        assert client.post(to("import-commit", world), {"seen": _seen(client, world)}).status_code == 422
    compared = [query for query in captured.captured_queries if "file_counted AS" in query["sql"]]
    assert len(compared) == 2, "once for the page before it, once for the refusal"


def _seen(client: Client, world: World) -> str:
    page: Any = client.get(to("import-preview", world))
    return str(page.context["preview"].digest)


def test_the_list_tells_the_files_sum_from_what_was_booked(world: World, client: Client) -> None:
    def listed() -> list[tuple[str, ...]]:
        rows = table_of(client, address("import-list-export", world, format="csv"))
        return [tuple(row[name] for name in ("Rows", "Sum of the file (€)", "Booked (€)")) for row in rows]

    def shown() -> str:
        return client.get(address("import-list", world)).content.decode().replace("\xa0", " ")

    upload(client, world, csv(*ROWS))
    assert listed() == [("", "", "")]
    read(client, world)
    assert listed() == [("3", "330,00", "")]
    commit(client, world)
    assert listed() == [("3", "330,00", "330,00")]
    upload(client, world, csv(*ROWS, ("8.2.2024", "104", "1000", "A2", "4340", "Ostot", "5,00")))
    read(client, world)
    commit(client, world)
    assert listed()[0] == ("4", "335,00", "5,00")
    assert "335,00" in shown() and ">5,00<" in shown()
    client.post(to("import-undo", world), {})
    (first, *_), state = listed(), table_of(client, address("import-list-export", world, format="csv"))[0]["State"]
    assert (first, state) == (("4", "335,00", "5,00"), "Undone")


def test_cells_of_rows_that_are_not_booked_are_for_who_may_see_the_file(world: World, client: Client) -> None:
    secret = ("5.1.2024", "9", "1000", "A1", "1700", "Salainen palkka", "7,00")
    upload(client, world, csv(*ROWS, secret))
    read(client, world, **{"leave-0-column": "Tili", "leave-0-first": "1000", "leave-0-last": "1999"})
    commit(client, world)
    number = batch_of(world).rows.get(kind="left_out").number
    viewer = browser_of(world.members[Role.VIEWER])
    for browser, sees in ((client, True), (viewer, False)):
        rows = text_of(browser.get(to("import-rows-export", world, format="csv")))
        page = text_of(browser.get(to("import-row", world, row=number)))
        file = text_of(browser.get(to("import-row-export", world, row=number, format="csv")))
        assert [("Salainen" in text) for text in (rows, page, file)] == [sees] * 3
        assert ('data-testid="no-cells"' in page) is not sees
        # Rows of the ledger say to everybody where they come from.
        assert "Palkat" in text_of(browser.get(to("import-row", world, row=2)))


def test_rows_of_an_import_that_waits_are_for_who_may_see_the_file(world: World, client: Client) -> None:
    secret = ("5.1.2024", "9", "1000", "A1", "1700", "Salainen palkka", "=salaisuus")
    upload(client, world, csv(*ROWS, secret))
    read(client, world)
    viewer = browser_of(world.members[Role.VIEWER])
    pages = [
        to("import-preview", world),
        to("import-preview-export", world, format="csv"),
        to("import-errors", world, format="csv"),
        to("import-rows", world),
        to("import-rows", world) + "?outcome=new",
        to("import-rows", world) + "?outcome=error",
        to("import-rows-export", world, format="csv"),
        to("import-row", world, row=2),
        to("import-row", world, row=5),
        to("import-row-export", world, row=5, format="csv"),
    ]
    for page in pages:
        assert not [word for word in ("Salainen", "salaisuus", "Palkat") if word in text_of(viewer.get(page))], page
    for page in (*pages[:3], pages[5], pages[8]):
        assert "salaisuus" in text_of(client.get(page)), page
    assert "1 error hinders" in text_of(viewer.get(pages[0]))


def test_reversals_name_their_import_in_the_file(world: World, client: Client) -> None:
    upload(client, world, csv(*ROWS))
    read(client, world)
    commit(client, world)
    client.post(to("import-undo", world))
    file = client.get(plan_address("actuals-export", world, format="csv"), {"rows": "1"}).content.decode("utf-8-sig")
    lines = [line for line in file.splitlines() if "vienti.csv" in line]
    assert len(lines) == 2 * len(ROWS)
