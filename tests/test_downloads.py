"""Every table of every page can be downloaded as CSV and XLSX: the same figures, the same rows, the same rights."""

import re
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funds.actions.drawdowns import withdraw_drawdown
from funds.actions.funds import add_fund_entry
from funds.actions.notes import add_interface, record_judgement, write_comment
from funds.actions.plans import record_amendment
from funds.models import BudgetLine, CostCentreName, Fund, Judgement, Target
from fundtrack.periods import Month
from organisations.models import Organisation, Unit, User
from organisations.rights import Role
from tests.addresses import Address, organisation_addresses, url_of, values_for
from tests.factories import NOW, make_member
from tests.factories.pages import PageWorld, make_page_world
from tests.page_tables import blocks_of, cells_of, client_of, format_of, name_of, numbers_in, pages_of, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_typesetting")]

#: Pages whose files are not made from what the page shows: stored for good when the report was issued.
STORED = {"issued"}
HOSTILE = '=HYPERLINK("http://x.example")'
EXPORTS = [address for address in organisation_addresses() if "<table:format>" in address.route]


@pytest.fixture
def page() -> PageWorld:
    """A world with something in every table."""
    made = make_page_world("testila")
    world = made.world
    world.book(made.own_code, "2024-03", "1234.56", centre=made.own_centre)
    amend(made, "100.25")
    judge(made)
    return made


def amend(page: PageWorld, amount: str, reason: str = "Siirto") -> None:
    world, change = page.world, Decimal(amount)
    changes = {world.line(page.own_code).pk: -change, world.line(page.hidden_code).pk: change}
    record_amendment(
        plan=world.plan,
        effective_on=date(2024, 4, 1),
        changes=changes,
        reason=reason,
        by=world.admin,
        at=NOW,
        key=uuid4(),
    )


def judge(page: PageWorld, grounds: str = "Koska") -> None:
    record_judgement(
        line=page.world.line(page.own_code),
        rule=Judgement.Rule.OTHER_FUNDING,
        verdict=Judgement.Verdict.FITS,
        grounds=grounds,
        judged_on=date(2024, 3, 3),
        by=page.world.admin,
        at=NOW,
    )


def file_of(page: PageWorld, address: Address | str, format: str, query: str = "") -> bytes:
    """An export as everybody gets it."""
    found = next(each for each in EXPORTS if each.name == address) if isinstance(address, str) else address
    values = {**values_for(found, page), "format": format}
    response = client_of(page.everybody).get(url_of(found, values) + query)
    assert response.status_code == 200, found
    assert response["Content-Disposition"].endswith(f'.{format}"')
    return response.content


# --- every page


@pytest.mark.parametrize("role", [None, *Role])
def test_every_table_has_its_files_with_the_figures_of_the_page(page: PageWorld, role: Role | None) -> None:
    member = page.world.members[role] if role else page.everybody
    client, problems, found = client_of(member), [], set()
    for name, url, seen in pages_of(member):
        files = {file: client.get(file) for file in seen.files(url)}
        problems += [f"{file}: {answer.status_code}" for file, answer in files.items() if answer.status_code != 200]
        found |= {name_of(file) for file in files}
        if seen.tables and {format_of(file) for file in files} != {"csv", "xlsx"}:
            problems.append(f"{url}: a table without its files")
        elif seen.tables and name not in STORED:
            books = [workbook(answer.content) for file, answer in files.items() if format_of(file) == "xlsx"]
            missing = seen.numbers - set[Decimal]().union(*map(numbers_in, books))
            problems += [f"{url}: {sorted(missing)} are not in the files"] if missing else []
    assert not problems, "\n".join(problems)
    # Only a project lead has lines of one's own to comment on; only a file with errors has a list of them
    # (tests/funds/test_import_pages.py).
    if role in (None, Role.LEAD):
        comments = {"comment-home-export", "comments-export"}
        assert (comments if role else {address.name for address in EXPORTS} - comments - {"import-errors"}) <= found


def test_an_export_has_the_right_of_its_page() -> None:
    permissions = {address.name: address.permission for address in organisation_addresses()}
    parts = {
        "unit-export": "unit-list",
        "right-export": "help",
        "member-export": "member-list",
        "outside-export": "outside-list",
        "fund-plans-export": "fund",
        "plan-lines-export": "plan",
        # The entries are a part of the fund's page, for who sees months.
        "fund-entries-export": "month-list",
    }
    for address in EXPORTS:
        whole = parts.get(address.name, address.name.removesuffix("-export"))
        assert address.permission == permissions[whole], address.name


# --- every file


@pytest.mark.parametrize("address", EXPORTS, ids=lambda address: address.name)
def test_both_files_say_the_same_in_numbers_and_words(page: PageWorld, address: Address) -> None:
    *tables, about = blocks_of(file_of(page, address, "csv"))
    book = workbook(file_of(page, address, "xlsx"))
    assert len(book.worksheets) == len(tables) + 1
    for table, sheet in zip(tables, book.worksheets, strict=False):
        rows = list(sheet.iter_rows())
        assert [str(cell.value) for cell in rows[0]] == table[0]
        assert len(rows) == len(table)
        for cells, texts in zip(rows[1:], table[1:], strict=True):
            for heading, cell, text in zip(table[0], cells, texts, strict=True):
                is_number = "€" in heading or "%" in heading
                assert not is_number or isinstance(cell.value, int | float) == bool(text), (heading, text)
                if isinstance(cell.value, int | float) and text:
                    percent = 2 if "%" in cell.number_format else 0
                    assert Decimal(str(cell.value)).scaleb(percent) == Decimal(text.replace(",", "."))
                assert "€" not in heading or re.fullmatch(r"(-?[0-9]+,[0-9]{2})?", text), (heading, text)
    values = dict(row[:2] for row in about)
    assert {"Testila", page.everybody.user.name} <= set(values.values())
    # The sheet has a heading of its own.
    assert dict(book.worksheets[-1].iter_rows(min_row=2, values_only=True)).keys() == values.keys()


@pytest.mark.parametrize("address", EXPORTS, ids=lambda address: address.name)
def test_no_text_runs_as_a_formula(page: PageWorld, address: Address) -> None:
    world, line = page.world, page.world.line(page.own_code)
    amend(page, "1", HOSTILE)
    judge(page, HOSTILE)
    write_comment(line=line, month=Month(2024, 2), text=HOSTILE, by=world.lead, at=NOW)
    write_comment(line=line, month=Month(2024, 1), text=HOSTILE, by=world.lead, at=NOW)
    add_interface(line=line, theme=HOSTILE, other_measure="x", funding_source="", note="", by=world.admin)
    with connection.cursor() as cursor:
        # Past the rule that a plan in force keeps its words.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in (Fund, Target, BudgetLine, Unit, CostCentreName, Organisation, User):
            model._default_manager.update(name=HOSTILE)
        cursor.execute("SET LOCAL session_replication_role = origin")
    texts = [text for block in blocks_of(file_of(page, address, "csv")) for row in block for text in row]
    assert f"'{HOSTILE}" in texts
    plain = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
    assert not [text for text in texts if text[:1] in tuple("=+-@\t\r") and text and not plain.fullmatch(text)]
    cells = list(cells_of(workbook(file_of(page, address, "xlsx"))))
    guarded = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert guarded
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in guarded)


@pytest.mark.parametrize("address", EXPORTS, ids=lambda address: address.name)
def test_there_are_two_formats(page: PageWorld, address: Address) -> None:
    url = url_of(address, values_for(address, page))
    for other in ("pdf", "json", "csvx", "CSV", "xls"):
        assert client_of(page.everybody).get(url.replace("csv", other)).status_code == 404


def test_the_number_of_queries_does_not_grow(page: PageWorld) -> None:
    asked = [address for address in EXPORTS if address.name != "issued-proof-export"]
    before = {address.name: queries(page, address) for address in asked}
    for number in range(5):
        more_of_everything(page, number)
    after = {address.name: queries(page, address) for address in asked}
    assert {name: (before[name], after[name]) for name in before if after[name] > before[name]} == {}


def queries(page: PageWorld, address: Address) -> int:
    client, url = client_of(page.everybody), url_of(address, values_for(address, page))
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def more_of_everything(page: PageWorld, number: int) -> None:
    world = page.world
    Unit.objects.create(organisation=world.organisation, name=f"Yksikkö {number}")
    make_member(world.organisation, Role.LEAD, email=f"lisa{number}@testila.example")
    world.book(page.own_code, "2024-03", f"{number}.50", centre=page.own_centre)
    world.book(f"MUU-{number}", "2024-03", "9.00", centre=page.own_centre)
    amend(page, f"{number + 1}.00")
    judge(page)
    entry(page, f"{number + 1}.00")
    write_comment(line=world.line(page.own_code), month=Month(2024, 3), text=f"Sana {number}", by=world.lead, at=NOW)
    CostCentreName.objects.create(
        organisation=world.organisation,
        cost_centre=world.line(page.own_code).target.cost_centre,
        kind=CostCentreName.Kind.ALIAS,
        name=f"Nimi {number}",
        starts_on=date(2031 + number, 1, 1),
    )


def entry(page: PageWorld, amount: str) -> None:
    add_fund_entry(
        fund=page.world.fund,
        kind="transfer_in",
        entry_on=date(2024, 5, 1),
        amount=Decimal(amount),
        by=page.world.finance,
        at=NOW,
        key=uuid4(),
    )


def test_a_large_file_is_sent_piece_by_piece(page: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    url = reverse("member-export", kwargs={"organisation": "testila", "format": "csv"})
    whole = client_of(page.everybody).get(url)
    monkeypatch.setattr("organisations.downloads.IN_MEMORY", 100)
    sent = client_of(page.everybody).get(url)
    assert (whole.streaming, sent.streaming) == (False, True)
    content = b"".join(sent.streaming_content)
    assert blocks_of(content)[0] == blocks_of(whole.content)[0]
    assert int(sent["Content-Length"]) == len(content)
    for name in ("Content-Type", "Content-Disposition", "Cache-Control"):
        assert sent[name] == whole[name]


# --- the whole list, with the filters and the order of the page


def rows_of(page: PageWorld, name: str, query: str = "") -> list[list[str]]:
    """Rows of an export's first table, without its heading."""
    return blocks_of(file_of(page, name, "csv", query))[0][1:]


def test_lists_are_whole_where_the_page_has_pages(page: PageWorld) -> None:
    for number in range(60):
        entry(page, "1.00")
        make_member(page.world.organisation, Role.VIEWER, email=f"m{number:02}@testila.example")
    for _number in range(110):
        page.world.book(page.own_code, "2024-03", "0.10", centre=page.own_centre)
    for _number in range(25):
        page.world.book("MUU", "2024-03", "1.00", centre=page.own_centre)
    assert len(rows_of(page, "fund-entries-export", "?page=2")) == 62
    assert len(rows_of(page, "member-export")) == 68
    ledger = rows_of(page, "actuals-export", f"?rows=1&line={page.own_code}&month=2024-03")
    assert len(ledger) == 114
    assert ledger[-1][7] == "1308,06"
    url = reverse("month-export", kwargs={**values_of(page), "month": "2024-03", "format": "csv"})
    blocks = blocks_of(client_of(page.everybody).get(url).content)
    assert len(blocks[1]) == 1 + 27 + 1


def values_of(page: PageWorld) -> dict[str, object]:
    return {"organisation": "testila", "fund": page.world.fund.slug, "year": 2024}


@pytest.mark.parametrize(
    ("name", "query", "column", "expected"),
    [
        ("member-export", "?role=lead", 0, ["Lead", "Kaikki"]),
        ("member-export", "?q=fina&sort=name", 0, ["Finance"]),
        ("member-export", "?sort=-name&role=lead", 0, ["Lead", "Kaikki"]),
        ("member-export", "?sort=name&role=lead", 0, ["Kaikki", "Lead"]),
        ("fund-entries-export", "?kind=transfer_in", 5, ["3,00", "1,00"]),
        ("fund-entries-export", "?kind=transfer_in&sort=amount", 5, ["1,00", "3,00"]),
        ("fund-entries-export", "?until=2024-01-15", 5, ["100000,00"]),
    ],
)
def test_filters_and_order_are_the_pages(
    page: PageWorld, name: str, query: str, column: int, expected: list[str]
) -> None:
    entry(page, "1.00")
    entry(page, "3.00")
    found = [row[column] for row in rows_of(page, name, query)]
    assert found == expected if "sort" in query else sorted(found) == sorted(expected)


def test_filters_are_printed_in_words(page: PageWorld) -> None:
    about = blocks_of(file_of(page, "member-export", "csv", "?role=lead&q=a"))[-1]
    assert "a" in dict(about).values()
    assert str(Role.LEAD.label) in dict(about).values() or "Hankevastaava" in str(about)
    about = blocks_of(file_of(page, "plan-lines-export", "csv", "?on=2024-03-31"))[-1]
    assert "31.3.2024" in dict(about).values()


def test_amounts_are_those_of_the_day(page: PageWorld) -> None:
    before = rows_of(page, "plan-lines-export", "?on=2024-03-31")
    after = rows_of(page, "plan-lines-export", "?on=2024-04-01")
    assert [row[5:8] for row in before] == [["1000,00", "1000,00", "0,00"]] * 2 + [["2000,00", "2000,00", "0,00"]]
    assert [row[5] for row in after] == ["899,75", "1100,25", "2000,00"]


def test_a_preview_and_withdrawn_documents_are_exported(page: PageWorld) -> None:
    withdraw_drawdown(drawdown=page.proposed, by=page.world.finance, at=NOW, reason="Uusi laskelma")
    rows, withdrawn, _about = blocks_of(file_of(page, "drawdown-export", "csv"))
    assert rows[-1][5:] == ["2000,00", "500,00", "500,00", "300,00", "200,00", "0,00"]
    assert withdrawn[1][2] == "200,00" and withdrawn[1][-1] == "Uusi laskelma"


def test_a_project_lead_gets_own_lines_and_no_sums_of_the_plan(page: PageWorld) -> None:
    client = client_of(page.world.lead)
    where = values_of(page)

    def text(name: str, **more: object) -> str:
        kwargs = {key: value for key, value in {**where, "format": "csv", **more}.items() if value is not None}
        return client.get(reverse(name, kwargs=kwargs)).content.decode("utf-8-sig")

    lines = text("plan-lines-export")
    assert page.own_code in lines and page.hidden_code not in lines and "2000,00" not in lines
    assert "100000,00" not in text("fund-list-export", fund=None, year=None)
    assert "2000,00" not in text("fund-plans-export", year=None)
    assert page.hidden_code not in text("actuals-export")
    assert (
        client.get(reverse("line-export", kwargs={**where, "code": page.hidden_code, "format": "csv"})).status_code
        == 404
    )
    assert client.get(reverse("month-list-export", kwargs={**where, "format": "csv"})).status_code == 403
