"""Agreement to the cent: page, PDF text, XLSX, CSV, JSON and command say the control figures of the demonstration.

Source: domain.md §2, control figures (95 invented rows, January to September 2024).
"""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import page
import pytest
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from funds.models import UsePlan
from fundtrack import formats
from fundtrack.periods import Month
from organisations.models import Membership
from reporting.render import Format, render
from reporting.reports import board, drawdown
from tests.reporting.conftest import AS_OF

ACTUALS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "31866.45", "3850.00", "45550.01", "49950.00"]
DRAWDOWNS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "30366.45", "5350.00", "45550.01", "49800.00"]
SEPTEMBER = Month(2024, 9)
KINDS = [board.KIND, drawdown.KIND]


def build(plan: UsePlan, kind: str = board.KIND, month: Month = SEPTEMBER) -> board.Result | drawdown.Result:
    if kind == board.KIND:
        return board.build(board.Params(plan, month), as_of=AS_OF)
    return drawdown.build(drawdown.Params(plan, month), as_of=AS_OF)


def file_of(plan: UsePlan, kind: str, format: Format, language: str = "fi") -> bytes:
    return render(build(plan, kind), format, language=language).content


def shown(amounts: list[str]) -> list[str]:
    return [formats.amount(Decimal(amount)) for amount in amounts]


@pytest.mark.parametrize("kind", KINDS)
def test_result_has_the_control_figures(kajaani: UsePlan, kind: str) -> None:
    result = build(kajaani, kind)
    assert [str(row.actual) for row in result.months] == ACTUALS
    assert [str(row.drawdown) for row in result.months] == DRAWDOWNS
    totals = result.totals
    assert (str(totals.actual_cumulative), str(totals.drawdown_cumulative)) == ("318250.00", "318100.00")
    assert (str(totals.uncovered), str(totals.remaining), str(totals.used_percent)) == ("150.00", "181750.00", "63.65")
    assert result.document.state == "proposed"


def test_headline_follows_the_definitions(kajaani: UsePlan) -> None:
    result = build(kajaani)
    assert isinstance(result, board.Result)
    first = result.headline
    assert (str(first.ceiling), str(first.used), str(first.left)) == ("500000.00", "318250.00", "181750.00")
    # 500 000 × 9 / 12 and 318 250 / 9 × 12
    assert (str(first.pace), str(first.forecast)) == ("375000.00", "424333.33")
    # The opening balance less what was posted in February to September; then September's 49 800 too.
    assert (str(result.fund.balance), str(result.fund.balance_after)) == ("931700.00", "881900.00")
    assert [row.project_code for row in result.deviations] == ["KR2406", "KR2407", "KR2405"]


@pytest.mark.parametrize(
    ("month", "drawn", "uncovered"), [(6, "1500.00", "1500.00"), (7, "-300.00", "0.00"), (9, "300.00", "150.00")]
)
def test_line_that_passes_its_amount(kajaani: UsePlan, month: int, drawn: str, uncovered: str) -> None:
    line = next(row for row in build(kajaani, month=Month(2024, month)).lines if row.project_code == "KR2402")
    assert (str(line.drawdown_month), str(line.uncovered)) == (drawn, uncovered)


@pytest.mark.parametrize("kind", KINDS)
def test_json_is_as_promised(kajaani: UsePlan, kind: str) -> None:
    data = json.loads(file_of(kajaani, kind, "json"))
    assert data["parameters"]["month"] == "2024-09"
    assert data["as_of"] == "2024-10-20T09:00:00+00:00"
    promised = {
        "amount": "500000.00",
        "actual_month": "49950.00",
        "actual_cumulative": "318250.00",
        "drawdown_month": "49800.00",
        "drawdown_cumulative": "318100.00",
        "uncovered": "150.00",
        "remaining": "181750.00",
        "used_percent": "63.65",
    }
    assert promised.items() <= data["totals"].items()
    line = data["lines"][1]
    assert line.keys() >= {*promised, "project_code", "target", "cost_centre"}
    assert (line["project_code"], line["cost_centre"]) == ("KR2402", "2918300002")
    assert (line["remaining"], line["used_percent"]) == ("-150.00", "101.50")
    for key in set(promised) - {"used_percent"}:
        assert sum(Decimal(row[key]) for row in data["lines"]) == Decimal(data["totals"][key])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_csv_says_the_same(kajaani: UsePlan, kind: str, language: str) -> None:
    text = file_of(kajaani, kind, "csv", language).decode("utf-8-sig")
    parts = [list(csv.reader(io.StringIO(part), delimiter=";")) for part in text.split("\r\n\r\n")]
    lines, months, *_more, parameters = parts
    assert [row[0] for row in lines[1:-1]] == [f"KR240{number}" for number in range(1, 8)]
    assert lines[-1][5:9] == ["500000,00", "49950,00", "318250,00", "181750,00"]
    assert lines[-1][9:13] == ["63,65", "49800,00", "318100,00", "150,00"]
    assert [row[2].replace(",", ".") for row in months[1:]] == [*ACTUALS, "318250.00"]
    assert [row[5].replace(",", ".") for row in months[1:]] == [*DRAWDOWNS, "318100.00"]
    assert len(parameters) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_xlsx_says_the_same(kajaani: UsePlan, kind: str) -> None:
    book = load_workbook(io.BytesIO(file_of(kajaani, kind, "xlsx")))
    lines, _targets, _centres, months = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets[:4])
    assert lines[-1][5:9] == (500000, 49950, 318250, 181750)
    assert lines[-1][10:13] == (49800, 318100, 150)
    assert lines[2][3] == "2918300002"
    assert [f"{row[2]:.2f}" for row in months[1:-1]] == ACTUALS
    assert [f"{row[5]:.2f}" for row in months[1:-1]] == DRAWDOWNS


@pytest.mark.parametrize("kind", KINDS)
def test_pdf_says_the_same_is_accessible_and_is_the_same_bytes_again(kajaani: UsePlan, kind: str) -> None:
    content = file_of(kajaani, kind, "pdf")
    text = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages)
    for figure in shown([*ACTUALS, *DRAWDOWNS, "318250.00", "318100.00", "150.00", "-150.00"]):
        assert figure in text
    assert "20.10.2024 12.00" in text
    report = page.validate_pdf_bytes(content)
    assert report.is_compliant, [failure.message for failure in report.failures]
    assert file_of(kajaani, kind, "pdf") == content


@pytest.mark.parametrize("kind", KINDS)
def test_page_says_the_same(kajaani: UsePlan, kind: str, client: Client) -> None:
    member = Membership.objects.get(organisation=kajaani.organisation, roles=["finance"])
    client.force_login(member.user)
    response = client.get(f"/kajaani/funds/kehittamisrahasto/2024/reports/2024-09/{kind}/")
    html = response.content.decode()
    months = html[html.index('data-testid="months"') :]
    actuals = re.findall(r'data-figure="actual">(?:<a [^>]*>)?([^<]*)<', months)
    drawdowns = re.findall(r'data-figure="drawdown">(?:<a [^>]*>)?([^<]*)<', months)
    assert actuals == shown([*ACTUALS, "318250.00"])
    assert drawdowns == shown([*DRAWDOWNS, "318100.00"])
    kr2402 = html[html.index('data-code="KR2402"><th') :]
    assert re.search(r'data-figure="uncovered">(?:<a [^>]*>)?([^<]*)<', kr2402).group(1) == "150,00"


@pytest.mark.parametrize("kind", KINDS)
def test_command_says_the_same(kajaani: UsePlan, kind: str, tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    call_command("report", kind, "kajaani", "kehittamisrahasto", "2024-09", "--format", "json", "--output", str(output))
    data = json.loads(output.read_text())
    assert [row["actual"] for row in data["months"]] == ACTUALS
    assert [row["drawdown"] for row in data["months"]] == DRAWDOWNS
    assert data["totals"]["drawdown_cumulative"] == "318100.00"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_board_report_is_accessible_in_the_other_languages(kajaani: UsePlan, language: str) -> None:
    content = file_of(kajaani, board.KIND, "pdf", language)
    assert page.is_pdf_compliant_bytes(content)
    assert formats.amount(Decimal("318250.00")) in PdfReader(io.BytesIO(content)).pages[0].extract_text()


def test_demonstration_is_named_in_every_format(kajaani: UsePlan) -> None:
    for format in ("html", "csv"):
        assert (
            "keksi" in file_of(kajaani, board.KIND, format).decode()
            or "invented" in file_of(kajaani, board.KIND, format).decode()
        )
    assert json.loads(file_of(kajaani, board.KIND, "json"))["parameters"]["is_demonstration"] is True
