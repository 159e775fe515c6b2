"""Codes with their names or in other letters: the plan tells which code is meant, or nothing is guessed."""

from typing import Any

import pytest

from funds.imports.rows import KnownCodes

from .import_files import changed, csv, reading, rows_of

KNOWN = KnownCodes(
    cost_centres=frozenset({"2918300002", "2918", "0042", "7 8"}),
    project_codes=frozenset({"KR2403", "KR2403-01", "Ab1", "aB1"}),
    accounts=frozenset({"4320"}),
)
#: The column, the cell, and the code that is read.
CELLS = [
    ("project_code", "KR2403 Palveluhallinnan alusta", "KR2403"),
    ("project_code", "KR2403  Palveluhallinnan alusta ja vielä monta muuta asiaa", "KR2403"),
    ("project_code", "KR2403 - Palveluhallinnan alusta", "KR2403"),
    ("project_code", "KR2403 : alusta", "KR2403"),
    ("project_code", "KR2403: alusta", "KR2403"),
    ("project_code", "'KR2403 alusta", "KR2403"),
    ("project_code", "kr2403", "KR2403"),
    ("project_code", " kr2403 Alusta", "KR2403"),
    ("cost_centre", "2918300002 KLL tietohallinto", "2918300002"),
    ("account", "4320 Lisenssit", "4320"),
    # The whole text is a code, or none is known.
    ("project_code", "KR2403-01", "KR2403-01"),
    ("project_code", "KR2403-02", "KR2403-02"),
    ("project_code", "KR2403-02 Alusta", "KR2403-02 Alusta"),
    ("project_code", "KR2403 A", "KR2403 A"),
    ("project_code", "KR2403 02", "KR2403 02"),
    ("project_code", "KR2404 Alusta", "KR2404 Alusta"),
    ("project_code", "Alusta KR2403", "Alusta KR2403"),
    ("project_code", "AB1", "AB1"),
    ("project_code", "AB1 Alusta", "AB1 Alusta"),
    ("cost_centre", "2918 300 002", "2918 300 002"),
    ("cost_centre", "7 8", "7 8"),
    ("voucher", "kr2403 Alusta", "kr2403 Alusta"),
]
FIELDS = {"cost_centre": "cost_centre_code"}


@pytest.mark.parametrize(("key", "cell", "code"), CELLS)
def test_codes_with_names_and_in_other_letters(key: str, cell: str, code: str) -> None:
    (row,) = rows_of(csv(changed(**{key: cell})), {"date_format": "d.m.yyyy"}, known=KNOWN)
    assert row.kind == "row" and getattr(row, FIELDS.get(key, key)) == code
    assert cell in row.cells


@pytest.mark.parametrize("cell", ["KR2403 Alusta", "kr2403"])
def test_nothing_is_guessed_without_a_plan(cell: str) -> None:
    (row,) = rows_of(csv(changed(project_code=cell)), {"date_format": "d.m.yyyy"})
    assert row.project_code == cell


def test_a_code_that_a_rule_means_stays_as_it_is() -> None:
    rules: dict[str, Any] = {"rules": [{"cost_centre": "2918300002 KLL tietohallinto", "project_code": "KR2403"}]}
    content = csv(changed(cost_centre="2918300002 KLL tietohallinto", project_code=""))
    found = [row for row in reading(content, {"date_format": "d.m.yyyy", **rules}, known=KNOWN) if row.kind == "row"]
    assert [(row.cost_centre_code, row.project_code) for row in found] == [("2918300002 KLL tietohallinto", "KR2403")]
