"""Issued reports: stored whole, once, numbered, unchangeable, and made again byte for byte."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from reporting import actions
from reporting.actions import issue_report
from reporting.models import IssuedFile, IssuedReport
from reporting.queries.issued import issued_result, prove
from reporting.render import Rendered
from reporting.reports import board
from tests.factories import NOW, World, make_world


def issue(world: World, month: str = "2024-01", *, key=None, by=None, at=NOW) -> IssuedReport:
    return issue_report(
        plan=world.plan,
        month=Month.parse(month),
        meeting_on=date(2024, 10, 15),
        body="Johtokunta",
        by=by or world.finance,
        at=at,
        key=key or uuid4(),
    )


@pytest.fixture
def world(db: None) -> World:
    world = make_world()
    world.book("A1", "2024-01", "12000.00")
    return world


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Store small files instead of laid-out ones, where the test is not about them."""

    def small(result, format, *, language):
        return Rendered(f"{format} {language} {result.issue.number}".encode(), "", "")

    monkeypatch.setattr(actions, "render", small)


def test_report_is_stored_whole_and_made_again(world: World) -> None:
    report = issue(world)
    assert (report.number, report.files.count()) == (1, 9)
    assert issued_result(report).issue.body == "Johtokunta"
    # What happens afterwards does not touch it.
    world.book("A1", "2024-01", "1.00")
    proof = prove(IssuedReport.objects.get())
    assert proof.holds, proof


def test_double_click_issues_once(world: World, quick: None) -> None:
    key = uuid4()
    assert issue(world, key=key).pk == issue(world, key=key).pk
    assert IssuedReport.objects.count() == 1
    assert issue(world).number == 2


def test_numbers_are_per_organisation(world: World, quick: None) -> None:
    issue(world)
    assert issue(make_world("toinen")).number == 1


def test_next_report_says_what_changed_since(world: World, quick: None) -> None:
    issue(world)
    world.close("2024-01")
    result = board.build(board.Params(world.plan, Month(2024, 2)), as_of=NOW + timedelta(hours=1))
    assert (result.changes.since.number, str(result.changes.since.month)) == (1, "2024-01")
    assert result.changes.is_empty


def test_only_finance_and_approver_issue(world: World) -> None:
    for member in (world.viewer, world.board, world.admin, world.auditor, world.lead):
        with pytest.raises(Refusal):
            issue(world, by=member)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reporting_issuedreport SET body = 'x'",
        "DELETE FROM reporting_issuedreport",
        "TRUNCATE reporting_issuedreport CASCADE",
        "UPDATE reporting_issuedfile SET content = 'x'",
        "DELETE FROM reporting_issuedfile",
        "INSERT INTO reporting_issuedfile (organisation_id, report_id, language, format, content, sha256, size) "
        "SELECT organisation_id, report_id, language, 'html', content, sha256, size FROM reporting_issuedfile LIMIT 1",
        "INSERT INTO reporting_issuedreport (organisation_id, plan_id, number, kind, month, meeting_on, body, result, "
        "sha256, as_of, issued_by_id, issued_at, key) SELECT organisation_id, plan_id, 7, kind, month, meeting_on, "
        "body, result, sha256, as_of, issued_by_id, issued_at, gen_random_uuid() FROM reporting_issuedreport",
        "INSERT INTO reporting_issuedreport (organisation_id, plan_id, number, kind, month, meeting_on, body, result, "
        "sha256, as_of, issued_by_id, issued_at, key) SELECT organisation_id, plan_id, 2, kind, month, meeting_on, "
        "body, result || ' ', sha256, as_of, issued_by_id, issued_at, gen_random_uuid() FROM reporting_issuedreport",
    ],
)
def test_raw_sql_cannot_change_it(world: World, quick: None, statement: str) -> None:
    issue(world)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert IssuedReport.objects.count() == 1 and IssuedFile.objects.count() == 9


def test_board_member_reads_issued_reports_and_nothing_else(world: World, client: Client) -> None:
    issue(world)
    client.force_login(world.board.user)
    assert client.get("/testila/reports/").url == "/testila/reports/issued/"
    assert client.get("/testila/reports/issued/").status_code == 200
    page = client.get("/testila/reports/issued/1/").content.decode()
    assert "12\u00a0000,00" in page and "/funds/" not in page.split("<main")[1]
    file = client.get("/testila/reports/issued/1/sv.pdf")
    assert file.content == bytes(IssuedFile.objects.get(language="sv", format="pdf").content)
    assert client.get("/testila/reports/issued/1/result.json").content.decode() == IssuedReport.objects.get().result
    assert client.get("/testila/funds/rahasto/2024/reports/2024-01/board/").status_code == 403
    assert client.get("/testila/reports/issued/2/").status_code == 404


def test_page_issues_and_says_what_is_missing(world: World, quick: None, client: Client) -> None:
    client.force_login(world.finance.user)
    url = "/testila/funds/rahasto/2024/reports/2024-01/board/issue/"
    form = {"key": uuid4(), "meeting_on": "2024-10-15", "body": "Johtokunta"}
    assert client.post(url, {**form, "body": " "}).status_code == 422
    assert client.post(url, {**form, "meeting_on": ""}).status_code == 422
    assert IssuedReport.objects.count() == 0
    for _click in range(2):
        assert client.post(url, form).url == "/testila/reports/issued/1/"
    assert IssuedReport.objects.count() == 1


def test_other_organisation_sees_nothing(world: World, quick: None, client: Client) -> None:
    issue(world)
    client.force_login(make_world("toinen").finance.user)
    assert client.get("/testila/reports/issued/1/").status_code == 404
    assert client.get("/toinen/reports/issued/1/").status_code == 404
