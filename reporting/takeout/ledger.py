"""The ledger of a take-out against its own digests, chains and sums. Standard library only.

Says in the same words as ``check_ledger`` what differs, from the files alone.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

from . import digests
from .contents import Contents, Record
from .folder import Folder
from .layout import FILE_SUFFIX, ZERO, shown, to_amount, to_number


def ledger_differences(contents: Contents, folder: Folder) -> list[str]:
    """One line for every difference; empty when all is well."""
    checks = (_bookings, _imports, _entries, _drawdowns, _reports)
    found = list(contents.differences)
    for check in checks:
        try:
            found += check(contents)
        except ValueError as error:
            # A number or an amount that no row can hold; the rest of this check has no meaning then.
            found.append(f"{check.__name__.strip('_')}: {error}")
    return [*found, *_files(contents, folder)]


def totals_of(contents: Contents) -> dict[str, Any]:
    """Sums that a reader can check against the tables, as they stand in the manifest. EUR.

    Raises:
        ValueError: an amount cannot be read.
    """
    posted = [to_amount(row["total"]) for row in contents.rows("funds_drawdown") if row["state"] == "posted"]
    balances: dict[str, Decimal] = {row["id"] or "": ZERO for row in contents.rows("funds_fund")}
    for row in contents.rows("funds_fundentry"):
        balances[row["fund_id"] or ""] = balances.get(row["fund_id"] or "", ZERO) + to_amount(row["amount"])
    slugs = {row["id"]: row["slug"] for row in contents.rows("funds_fund")}
    last = max(contents.rows("funds_booking"), key=lambda row: to_number(row["number"]), default=None)
    return {
        "actuals": str(sum(contents.actuals.values(), ZERO)),
        "drawdowns_posted": str(sum(posted, ZERO)),
        "fund_balances": {slugs.get(fund) or fund: str(balance) for fund, balance in sorted(balances.items())},
        "last_booking": last and {"number": to_number(last["number"]), "digest": last["digest"]},
        "issued_reports": len(contents.rows("reporting_issuedreport")),
    }


def _bookings(contents: Contents) -> Iterator[str]:
    before, digest_before = 0, ""
    for row in sorted(contents.rows("funds_booking"), key=lambda row: to_number(row["number"])):
        rows, number = contents.bookings[row["id"]], to_number(row["number"])
        if (rows.count, rows.total) != (to_number(row["row_count"]), to_amount(row["total"])):
            yield (
                f"bookings: booking {number} holds {rows.count} rows, {rows.total} EUR; "
                f"sealed with {row['row_count']} rows, {row['total']} EUR"
            )
        if rows.digest() != row["digest"]:
            yield f"bookings: booking {number} was changed: its digest differs"
        if number != before + 1:
            yield f"bookings: booking {number} does not follow booking {before}"
        if row["previous_digest"] != digest_before:
            yield f"bookings: booking {number} is not chained to the one before it"
        before, digest_before = number, row["digest"] or ""


def _imports(contents: Contents) -> Iterator[str]:
    files = contents.by_id("funds_importfile")
    for row in sorted(contents.rows("funds_importbatch"), key=lambda row: to_number(row["number"])):
        if row["file_id"] not in files:
            yield f"imports: import {shown(row['number'])} has no file"
        elif row["state"] in ("committed", "undone"):
            read = contents.imports.get(row["id"])
            if read is None or read.hasher.hexdigest() != row["digest"]:
                yield (
                    f"imports: import {shown(row['number'])} is not as it was committed: its rows were changed, or its "
                    "file's name, content, sender or time"
                )


def _entries(contents: Contents) -> Iterator[str]:
    funds = contents.by_id("funds_fund")
    by_fund: dict[str | None, list[Record]] = defaultdict(list)
    for row in contents.rows("funds_fundentry"):
        by_fund[row["fund_id"]].append(row)
    for fund_id, rows in by_fund.items():
        if fund_id not in funds:
            yield f"fund entries: {len(rows)} entries belong to no fund"
        yield from _chain(shown(funds.get(fund_id, {}).get("slug")), rows)


def _chain(fund: str, rows: list[Record]) -> Iterator[str]:
    before, digest_before = 0, ""
    for row in sorted(rows, key=lambda row: to_number(row["number"])):
        number = to_number(row["number"])
        if hashlib.sha256(f"{digests.array_text(digests.ENTRY, row)}]".encode()).hexdigest() != row["digest"]:
            told = ", ".join(shown(row[name]) for name in ("entry_on", "kind", "amount"))
            yield f"fund entries: entry {number} of {fund} was changed: {told}"
        if number != before + 1:
            yield f"fund entries: entry {number} of {fund} does not follow entry {before}"
        if row["previous_digest"] != digest_before:
            yield f"fund entries: entry {number} of {fund} is not chained to the one before it"
        before, digest_before = number, row["digest"] or ""
    days: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        days[row["entry_on"] or ""] += to_amount(row["amount"])
    for day, balance in zip(sorted(days), accumulate(days[day] for day in sorted(days)), strict=True):
        if balance < 0:
            yield f"fund entries: the balance of {fund} on {shown(day)} is {balance}"


def _drawdowns(contents: Contents) -> Iterator[str]:
    sums: dict[str | None, Decimal] = defaultdict(lambda: ZERO)
    for row in contents.rows("funds_drawdownrow"):
        sums[row["drawdown_id"]] += to_amount(row["drawdown_amount"])
    paid: dict[str | None, Decimal] = defaultdict(lambda: ZERO)
    for row in contents.rows("funds_fundentry"):
        paid[row["drawdown_id"]] -= to_amount(row["amount"])
    for row in contents.rows("funds_drawdown"):
        name, total = f"drawdowns: drawdown of {shown((row['month'] or '')[:7])}", to_amount(row["total"])
        if sums[row["id"]] != total:
            yield f"{name} says {total} EUR; its rows sum to {sums[row['id']]}"
        if row["state"] == "posted" and paid[row["id"]] != total:
            yield f"{name} is posted with {total} EUR; its fund entry says {paid[row['id']]}"


def _reports(contents: Contents) -> Iterator[str]:
    reports = contents.by_id("reporting_issuedreport")
    for row in reports.values():
        if row["result"] != row["sha256"]:
            yield f"issued reports: report {shown(row['number'])} was changed: its result does not have its digest"
    for before, number in enumerate(sorted(to_number(row["number"]) for row in reports.values())):
        if number != before + 1:
            yield f"issued reports: report {number} does not follow report {before}"
            break
    for row in contents.rows("reporting_issuedfile"):
        if row["report_id"] not in reports:
            yield f"issued reports: file {shown(row[f'content{FILE_SUFFIX}'])} belongs to no report"


def _files(contents: Contents, folder: Folder) -> Iterator[str]:
    """Every file that a row names is there with the size and digest of the row, and no row names another."""
    for path, (size, sha256) in contents.files.items():
        if path not in folder.sizes or not path.startswith("files/"):
            yield f"{shown(path)}: a row names this file, and it is missing"
        elif (sha256 and folder.sha256(path) != sha256) or (size and str(folder.sizes[path]) != size):
            yield f"{path}: was changed: it does not have the size and digest of its row"
    for path in folder.sizes:
        if path.startswith("files/") and path not in contents.files:
            yield f"{shown(path)}: no row names this file"
