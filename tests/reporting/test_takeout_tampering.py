"""What was changed in a take-out folder is named: file, row, booking, entry, sum."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from reporting.takeout import csvfile, digests
from tests.reporting.takeouts import differences, edit_manifest, replace, rows_of, seal_anew, the_file


def replace_digest(taken: Path) -> None:
    """Forge a row's amount together with its own digest."""
    row = rows_of(taken, "funds_actual")[0]
    forged = {**row, "amount": "301.00"}
    digest = sha256(f"{digests.array_text(digests.ACTUAL, forged)}]".encode()).hexdigest()
    replace(taken, "tables/funds_actual.csv", ",300.00,", ",301.00,")
    replace(taken, "tables/funds_actual.csv", row["digest"] or "", digest)


def remove_row(taken: Path, table: str, number: int) -> None:
    path = taken / f"tables/{table}.csv"
    with path.open("rb") as file:
        records = [record + b"\n" for record in csvfile._records(file, table)]
    path.write_bytes(b"".join(records[:number] + records[number + 1 :]))


def change_totals(name: str, value: object) -> Callable[[Path], None]:
    return lambda taken: edit_manifest(taken, lambda manifest: manifest["totals"].update({name: value}))


# --- tampering that nobody covered up


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(
            lambda taken: replace(taken, "tables/funds_actual.csv", ",300.00,", ",300.01,"),
            ["tables/funds_actual.csv: was changed: it does not have the digest", "of booking 1 was changed: 2024-01",
             "booking 1 holds 1 rows, 300.01 EUR; sealed with 1 rows, 300.00 EUR", "totals: actuals is"],
            id="a cent",
        ),
        pytest.param(
            lambda taken: remove_row(taken, "funds_actual", 1),
            ["funds_actual.csv: was changed: it has", "has 6 rows, the manifest says 7", "booking 1 holds 0 rows"],
            id="a row removed",
        ),
        pytest.param(
            lambda taken: remove_row(taken, "funds_comment", 1), ["funds_comment.csv: has 0 rows, the manifest says 1"],
            id="a comment removed",
        ),
        pytest.param(
            lambda taken: (taken / "files/extra.pdf").write_bytes(b"x"),
            ["files/extra.pdf: is not in the manifest", "files/extra.pdf: no row names this file"],
            id="a file added",
        ),
        pytest.param(
            lambda taken: (taken / "tables/funds_fund.csv").unlink(),
            ["tables/funds_fund.csv: is missing", "The ledger was not checked"],
            id="a table removed",
        ),
        pytest.param(
            lambda taken: (taken / the_file(taken)).unlink(),
            [".pdf: is missing", ".pdf: a row names this file, and it is missing"],
            id="a PDF removed",
        ),
        pytest.param(
            lambda taken: replace(taken, the_file(taken), "not a", "not b"),
            [".pdf: was changed: it does not have the digest in the manifest",
             ".pdf: was changed: it does not have the size and digest of its row"],
            id="a byte of a PDF",
        ),
        pytest.param(
            lambda taken: replace(taken, "README.txt", "SUOMEKSI", "suomeksi"), ["README.txt: was changed"], id="README"
        ),
        pytest.param(
            lambda taken: replace(taken, "manifest.json", '"made_at": "2', '"made_at": "3'),
            ["manifest.json: was changed: it does not have the digest in manifest.sha256"],
            id="the manifest",
        ),
        pytest.param(
            lambda taken: (taken / "manifest.sha256").unlink(), ["manifest.sha256: cannot be read"], id="its digest"
        ),
        pytest.param(
            lambda taken: (taken / "manifest.json").unlink(), ["manifest.json: cannot be read: no such file"],
            id="no manifest",
        ),
        pytest.param(
            change_totals("actuals", "558.10"), ['actuals is "582.10", the manifest says "558.10"'], id="a total"
        ),
        pytest.param(change_totals("last_booking", None), ["totals: last_booking is"], id="the last booking"),
        pytest.param(
            change_totals("fund_balances", {}), ['fund_balances is {"rahasto-vesila": "99710.00"}'], id="a balance"
        ),
        pytest.param(
            lambda taken: edit_manifest(taken, lambda manifest: manifest["organisation"].update(slug="muula")),
            ["manifest.json: names another organisation than the tables"],
            id="the organisation",
        ),
    ],
)  # fmt: skip
def test_tampering_is_named(taken: Path, tamper: Callable[[Path], object], expected: list[str]) -> None:
    assert differences(taken) == []
    tamper(taken)
    found = "\n".join(differences(taken))
    for text in expected:
        assert text in found, found


# --- tampering with a manifest made anew


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        pytest.param(
            lambda taken: replace(taken, "tables/funds_actual.csv", "Toimittaja", "Toimitettu"),
            ["of booking 3 was changed: 2024-03"],
            id="supplier of a row",
        ),
        pytest.param(replace_digest, ["booking 1 was changed: its digest differs"], id="a row with its digest"),
        pytest.param(
            lambda taken: remove_row(taken, "funds_booking", 2),
            ["row 2 belongs to no booking", "booking 3 does not follow booking 1", "booking 3 is not chained"],
            id="a booking removed",
        ),
        pytest.param(
            lambda taken: [remove_row(taken, "funds_actual", 7), remove_row(taken, "funds_booking", 6)],
            ["totals: actuals is", "totals: last_booking is"],
            id="the newest booking removed with its row",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/funds_booking.csv", "09:30:00.000000", "09:30:00.000001"),
            ["booking 1 was changed: its digest differs"],
            id="moment of a booking",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/funds_fundentry.csv", ",10.00,", ",11.00,"),
            ["entry 3 of rahasto-vesila was changed: 2024-03-05, transfer_in, 11.00", "totals: fund_balances"],
            id="a fund entry",
        ),
        pytest.param(
            lambda taken: remove_row(taken, "funds_fundentry", 2),
            ["entry 3 of rahasto-vesila does not follow entry 1", "is not chained", "its fund entry says 0.00"],
            id="a fund entry removed",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/funds_drawdownrow.csv", ",300.00,0.00\n", ",301.00,0.00\n"),
            ["drawdown of 2024-01 says 300.00 EUR; its rows sum to 301.00"],
            id="a row of a drawdown",
        ),
        pytest.param(
            lambda taken: replace(taken, the_file(taken), "not a", "not b"),
            ["was changed: it does not have the size and digest of its row"],
            id="a byte of a PDF",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/reporting_issuedreport.csv", '""Johtokunta""', '""Lautakunta""'),
            ["issued reports: report 1 was changed: its result does not have its digest"],
            id="text of an issued report",
        ),
        pytest.param(
            lambda taken: replace(taken, "readable/rahasto-vesila/2024.json", '"300.00"', '"301.00"'),
            ["readable/rahasto-vesila/2024.json: does not say what the tables say"],
            id="a readable document",
        ),
        pytest.param(
            lambda taken: (taken / "readable/rahasto-vesila/2031.json").write_text("{}"),
            ["readable/rahasto-vesila/2031.json: no fund and year has this document"],
            id="a readable document added",
        ),
        pytest.param(
            lambda taken: (taken / "readable/rahasto-vesila/2024.json").unlink(),
            ["readable/rahasto-vesila/2024.json: is missing"],
            id="a readable document removed",
        ),
        pytest.param(
            lambda taken: (taken / "files/reporting_issuedfile/99.pdf").write_bytes(b"x"),
            ["files/reporting_issuedfile/99.pdf: no row names this file"],
            id="a file added",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/funds_importrow.csv", '""', '"" '),
            ["imports: import 1 is not as it was committed"],
            id="a raw cell of an import",
        ),
        pytest.param(
            lambda taken: remove_row(taken, "funds_importrow", 1),
            ["imports: import 1 is not as it was committed"],
            id="a row of a file that was not booked",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/funds_importfile.csv", ".csv", ".txt"),
            ["imports: import 1 is not as it was committed"],
            id="the name of an imported file",
        ),
        pytest.param(
            lambda taken: replace(taken, "tables/organisations_unit.csv", "1,1,", "1,77,"),
            ["tables/organisations_unit.csv: row 1 belongs to another organisation"],
            id="a row of another organisation",
        ),
    ],
)  # fmt: skip
def test_tampering_is_named_with_a_manifest_made_anew(
    taken: Path, tamper: Callable[[Path], object], expected: list[str]
) -> None:
    seal_anew(taken)
    assert differences(taken) == []
    tamper(taken)
    seal_anew(taken)
    found = "\n".join(differences(taken))
    for text in expected:
        assert text in found, found
