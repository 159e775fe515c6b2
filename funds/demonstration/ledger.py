"""The invented ledger rows of the demonstration, January to September 2024."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

from fundtrack.money import parse_amount
from fundtrack.periods import Month

from ..actions.actuals import NewActual

FILE = Path(__file__).with_name("kajaani-2024-actuals.csv")


def rows_by_month() -> dict[Month, list[NewActual]]:
    """The rows of the file by booking month, months and rows in the file's order."""
    rows: dict[Month, list[NewActual]] = defaultdict(list)
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            day, month, year = map(int, row["Kirjauspäivä"].split("."))
            booked_on = date(year, month, day)
            rows[Month.of(booked_on)].append(
                NewActual(
                    month=Month.of(booked_on),
                    amount=parse_amount(row["Summa EUR"], decimal_mark=","),
                    cost_centre_code=row["Kustannuspaikka"],
                    project_code=row["Projekti"],
                    booked_on=booked_on,
                    account=row["Tili"],
                    voucher=row["Tositenumero"],
                    description=row["Selite"],
                )
            )
    return dict(rows)
