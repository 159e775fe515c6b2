"""Subtotals that have codes and a month like any row: a warning names them, and costs alone never raise it."""

import json
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given, settings
from hypothesis import strategies as st

from funds.demonstration.ledger import FILE
from funds.imports.rows import ReadRow
from funds.imports.subtotals import Subtotals
from funds.models import Actual
from tests.factories import World

from .import_files import csv, reading

pytestmark = pytest.mark.usefixtures("english")

HEADER = ("Kustannuspaikka", "Projekti", "Kausi", "Tili", "Tosite", "Selite", "Summa")
LEFT_OUT = {"leave_out": [{"column": "Selite", "equals": "Ei"}]}


def _row(amount: str, voucher: str = "7", text: str = "Kahvi", account: str = "4000") -> tuple[str, ...]:
    return ("2000", "KR1", "202410", account, voucher, text, amount)


def _sum(amount: str, voucher: str = "", text: str = "", account: str = "") -> tuple[str, ...]:
    return _row(amount, voucher, text, account)


A, B, C = [_row("10,35"), _row("20,41")], [_row("100,07"), _row("7,77"), _row("-3,00")], [_row("55,55")]
UNDATED = ("2000", "KR1", "?", *B[0][3:])
SUM_A, SUM_B, SUM_C = "30,76", "104,84", "55,55"


def _like_rows(amounts: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows that differ in nothing but their amounts: only these tell."""
    return [_row(amount) for amount in amounts]


ABOVE = "of the rows above them (rows {}, together {} €). Leave them out if they are."
BELOW = "of the rows below them (rows {}, together {} €). Leave them out if they are."
#: Rows, and the end of what is said of them.
FILES: list[tuple[list[tuple[str, ...]], str]] = [
    # Below their rows, above them, of one row, with a voucher of nothing, a text and an account of their own.
    ([*A, _sum(SUM_A), *B, _sum(SUM_B)], ABOVE.format("4, 8", "135,60")),
    ([_sum(SUM_A), *A, _sum(SUM_B), *B], BELOW.format("2, 5", "135,60")),
    ([*A, _sum(SUM_A), *C, _sum(SUM_C), *B, _sum(SUM_B), *C, _sum(SUM_C)], ABOVE.format("4, 6, 10 …", "246,70")),
    ([*A, _sum(SUM_A, "0"), *B, _sum(SUM_B, "0")], ABOVE.format("4, 8", "135,60")),
    ([*A, _row(SUM_A, "7", "Kainuu", "4999"), *B, _row(SUM_B, "7", "Kaino", "4999")], ABOVE.format("4, 8", "135,60")),
    # By the amounts alone: of groups, of several groups, and of all.
    ([*A, _row(SUM_A), *B, _row(SUM_B)], ABOVE.format("4, 8", "135,60")),
    ([*A, _row(SUM_A), *B, _row(SUM_B), _row("135,60")], ABOVE.format("4, 8, 9", "271,20")),
    ([_row("135,60"), _row(SUM_A), *A, _row(SUM_B), *B], BELOW.format("2, 3, 6", "271,20")),
    ([*B, _row(SUM_B)], "of the rows above it (row 5, 104,84 €). Leave it out if it is one."),
    ([_row(SUM_B), *B], "of the rows below it (row 2, 104,84 €). Leave it out if it is one."),
    # Other rows below them, and rows that cannot be read or are left out.
    ([*A, _row(SUM_A), *B, _row(SUM_B), _row("1,23"), _row("4,44")], ABOVE.format("4, 8", "135,60")),
    ([*A, _row(SUM_A), *B[1:], UNDATED, _row(SUM_B)], ABOVE.format("4, 8", "135,60")),
    ([*A, _row("9,99", text="Ei"), _row("40,75"), *B, _row(SUM_B)], ABOVE.format("5, 9", "145,59")),
    ([*A, _row("9,99", text="Ei"), _row(SUM_A), *B, _row(SUM_B)], ABOVE.format("5, 9", "135,60")),
    # One of them is wrong: rows without voucher, and all others have one.
    ([*A, _sum(SUM_A), *C, _sum("99,99"), *[*B, _sum(SUM_B)] * 3], ABOVE.format("4, 10, 14 …", "345,28")),
    ([_sum(SUM_A), *A, _sum("99,99"), *C, *[_sum(SUM_B), *B] * 3], BELOW.format("2, 7, 11 …", "345,28")),
    ([row for n in (1, 2, 3) for row in (_row(f"{n},05"), _sum(f"{n},05"))], ABOVE.format("3, 5, 7", "6,15")),
    # Costs.
    (_like_rows(["10,00", "10,00", "10,00"]), ""),
    (_like_rows(["10,00"] * 30), ""),
    (_like_rows(["10,00", "-10,00", "25,50", "-25,50"]), ""),
    (_like_rows(["70,00", "100,00", "-100,00", "70,00"]), ""),
    (_like_rows(["10,00", "-10,00", "12,00"]), ""),
    (_like_rows(["10,00", "20,00", "30,00", "30,00", "10,00", "20,00", "5,00"]), ""),
    ([*A, _row(SUM_A), *B, *B, *B], ""),
    ([_row("50,00"), _sum("50,00", account="4000")] * 3, ""),
    ([*A, _sum("9,99"), *B, _sum("8,88")], ""),
    ([*A, _sum(SUM_A, text="Ei"), *B, _sum(SUM_B, text="Ei")], ""),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "said"), FILES)
def test_rows_that_sum_the_rows_beside_them_are_said(rows: list[Any], said: str) -> None:
    found = reading(csv(*rows, header=HEADER), {"date_format": "yyyymm", "decimal_mark": ",", **LEFT_OUT})
    booked = [row for row in found if row.kind == "row"]
    assert len(booked) + found.totals.counts["left_out"] + found.totals.counts["error"] == len(rows)
    assert len(found.warnings) == bool(said) and "".join(found.warnings).replace("\xa0", " ").endswith(said)


def test_subtotals_that_notes_name_are_not_said_twice() -> None:
    rows = [*A, _sum(SUM_A, text="Yhteensä"), *B, _sum(SUM_B, text="Yhteensä")]
    found = reading(csv(*rows, header=HEADER), {"date_format": "yyyymm", "decimal_mark": ","})
    assert [note.code for row in found for note in row.notes] == ["may_be_total"] * 2 and not found.warnings


def test_the_demonstration_has_none() -> None:
    found = reading(FILE.read_bytes())
    assert sum(row.kind == "row" for row in found) == 95 and not found.warnings


def _said(cents: Sequence[int]) -> list[str]:
    subtotals = Subtotals()
    for number, amount in enumerate(cents, start=2):
        subtotals.add(ReadRow(number, (), "row", amount=Decimal(amount) / 100))
    return subtotals.warnings()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 300), credits=st.booleans())
def test_random_costs_are_no_subtotals(seed: int, rows: int, credits: bool) -> None:
    random = Random(seed)
    assert not _said([random.randrange(-(10**7) if credits else 1, 10**7) for _ in range(rows)])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), sizes=st.lists(st.integers(1, 6), min_size=1, max_size=20), above=st.booleans())
def test_every_subtotal_of_random_groups_is_found(seed: int, sizes: list[int], above: bool) -> None:
    random, cents = Random(seed), list[int]()
    for size in [2, 3, *sizes]:
        group = [random.randrange(1, 10**7) for _ in range(size)]
        cents += [*group, sum(group)] if above else [sum(group), *group]
    assert f"{len(sizes) + 2} rows look like subtotals of the rows {'above' if above else 'below'}" in str(_said(cents))


@pytest.mark.django_db
def test_subtotals_are_booked_only_by_who_acknowledges_them(world: World, tmp_path: Path) -> None:
    rows = [("4123", "A1", "202401", *row[3:]) for row in (*A, _sum(SUM_A), *B, _sum(SUM_B))]
    path = tmp_path / "kirjanpito.csv"
    path.write_bytes(csv(*rows, header=HEADER))
    out = StringIO()
    command = ("import_actuals", "testila", "rahasto", str(path), "--by", "finance@testila.example", "--json")
    with pytest.raises(CommandError):
        call_command(*command, stdout=out)
    assert not Actual.objects.exists()
    call_command(*command, "--acknowledge-warnings", "--dry-run", stdout=(out := StringIO()))
    assert "look like subtotals of the rows above them" in str(json.loads(out.getvalue())["warnings"])
