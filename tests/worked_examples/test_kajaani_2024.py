"""The control figures of the demonstration: Kajaani 2024, January to September. Source: domain, S1."""

import csv
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import Sum

from funds.demonstration import load as demonstration
from funds.models import Actual, Drawdown, DrawdownRow, MonthState
from funds.queries.drawdowns import balance_on
from fundtrack.periods import Month
from organisations.models import Organisation
from tests.own_database import own_database

ROWS = Path(demonstration.__file__).with_name("kajaani-2024-actuals.csv")
MONTHS = [str(month) for month in Month.range(Month(2024, 1), Month(2024, 9))]
ACTUALS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "31866.45", "3850.00", "45550.01", "49950.00"]
DRAWDOWNS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "30366.45", "5350.00", "45550.01", "49800.00"]


@pytest.fixture(scope="module")
def kajaani(django_test_environment: None, django_db_blocker: object) -> Iterator[Organisation]:
    """The demonstration, loaded through the actions that people use."""
    with own_database("kajaani", django_db_blocker), transaction.atomic():
        demonstration.load(
            acting=lambda member: nullcontext(), password="kajaani-test", after_month=lambda state, month: None
        )
        yield Organisation.objects.get(slug="kajaani")


def test_the_file_has_the_control_figures() -> None:
    """Added up from the file alone, with nothing of ours in between."""
    sums: dict[str, Decimal] = {}
    with ROWS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for row in rows:
        _day, month, year = row["Kirjauspäivä"].split(".")
        text = row["Summa EUR"].replace("\u00a0", "").replace(" ", "").replace("−", "-").replace(",", ".")
        amount = Decimal(text.rstrip("-")) * (-1 if text.endswith("-") else 1)
        sums[f"{year}-{month}"] = sums.get(f"{year}-{month}", Decimal(0)) + amount
    assert len(rows) == 95
    assert {month: str(total) for month, total in sums.items()} == dict(zip(MONTHS, ACTUALS, strict=True))


def test_actuals_by_month(kajaani: Organisation) -> None:
    booked = Actual.objects.filter(organisation=kajaani).order_by("month").values_list("month")
    sums = {str(Month.of(month)): str(total) for month, total in booked.annotate(Sum("amount"))}
    assert sums == dict(zip(MONTHS, ACTUALS, strict=True))
    assert Actual.objects.filter(organisation=kajaani).aggregate(s=Sum("amount"))["s"] == Decimal("318250.00")


def test_drawdowns_by_month(kajaani: Organisation) -> None:
    documents = Drawdown.objects.standing().filter(organisation=kajaani).order_by("month")
    totals = {str(Month.of(document.month)): str(document.total) for document in documents}
    assert totals == dict(zip(MONTHS, DRAWDOWNS, strict=True))
    assert sum(document.total for document in documents) == Decimal("318100.00")
    assert [(document.state, document.number) for document in documents] == [
        *(("posted", number) for number in range(1, 9)),
        ("proposed", None),
    ]


def test_the_line_that_passes_its_amount_twice(kajaani: Organisation) -> None:
    rows = DrawdownRow.objects.filter(organisation=kajaani, line__project_code="KR2402").order_by("drawdown__month")
    got = {str(Month.of(row.drawdown.month)): row for row in rows.select_related("drawdown")}
    assert {month for month, row in got.items() if row.uncovered} == {"2024-06", "2024-09"}
    assert (got["2024-06"].uncovered, got["2024-09"].uncovered) == (Decimal("1500.00"), Decimal("150.00"))
    assert got["2024-07"].drawdown_amount == Decimal("-300.00")
    assert sum(row.drawdown_amount for row in got.values()) == got["2024-09"].amount == Decimal("10000.00")


def test_months_and_balance(kajaani: Organisation) -> None:
    states = dict(MonthState.objects.filter(organisation=kajaani).values_list("month", "state"))
    assert states == {date(2024, number, 1): "locked" if number < 9 else "closed" for number in range(1, 10)}
    # 1 200 000 less what was drawn for January to August: 318 100 − 49 800 = 268 300.
    fund = kajaani.funds.get()
    assert balance_on(fund, date(2024, 9, 30)) == Decimal("931700.00")
    assert balance_on(fund, date(2024, 1, 31)) == Decimal("1200000.00")
