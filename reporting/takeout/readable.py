"""One document per fund and year, which a person or another program can use without knowing the tables.

Made from the tables' own files and from nothing else, so that it can be made again and compared, byte for byte.
Amounts are text with two decimals, in EUR. Standard library only.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from .contents import Contents, Record
from .layout import FILE_SUFFIX, ZERO, readable_path, to_amount, to_number

Document = dict[str, Any]


def documents(contents: Contents) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every document.

    Raises:
        ValueError: an amount cannot be read.
    """
    world = _World(contents)
    for fund in contents.rows("funds_fund"):
        years = {plan["year"] or "" for plan in world.plans[fund["id"]]}
        years |= {(entry["entry_on"] or "")[:4] for entry in world.entries[fund["id"]]}
        for year in sorted(years):
            text = json.dumps(world.document(fund, year), ensure_ascii=False, indent=2)
            yield readable_path(fund["slug"] or "", fund["id"] or "", year), f"{text}\n".encode()


def _grouped(rows: Iterable[Record], column: str) -> defaultdict[str | None, list[Record]]:
    groups: defaultdict[str | None, list[Record]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _by(row: Record, *columns: str) -> tuple[int | str, ...]:
    """Sort key: numbers as numbers, then text."""
    numbers = ("id", "position", "number")
    return tuple(to_number(row[name]) if name in numbers else row[name] or "" for name in columns)


def _told(row: Record, *columns: str) -> Document:
    """Columns as they are; a month, which is stored as its first day, as ``2024-09``."""
    return {name: (row[name] or "")[:7] if name == "month" else row[name] for name in columns}


class _World:
    """The rows of an organisation, grouped as the documents want them."""

    def __init__(self, contents: Contents) -> None:
        rows = contents.rows
        self.contents = contents
        self.centres = {row["id"]: row["code"] for row in rows("funds_costcentre")}
        self.plans = _grouped(rows("funds_useplan"), "fund_id")
        self.entries = _grouped(rows("funds_fundentry"), "fund_id")
        self.targets = _grouped(rows("funds_target"), "plan_id")
        self.lines = _grouped(rows("funds_budgetline"), "target_id")
        self.codes = {row["id"]: row["project_code"] for row in rows("funds_budgetline")}
        self.amendments = _grouped(rows("funds_amendment"), "plan_id")
        self.amendment_rows = _grouped(rows("funds_amendmentrow"), "amendment_id")
        self.amended = _grouped(rows("funds_amendmentrow"), "line_id")
        self.drawdowns = _grouped(rows("funds_drawdown"), "plan_id")
        self.drawdown_rows = _grouped(rows("funds_drawdownrow"), "drawdown_id")
        self.comments = _grouped(rows("funds_comment"), "line_id")
        self.reports = _grouped(rows("reporting_issuedreport"), "plan_id")
        self.files = _grouped(rows("reporting_issuedfile"), "report_id")

    @cached_property
    def people(self) -> Mapping[str | None, str | None]:
        """Membership → name."""
        names = {row["id"]: row["name"] for row in self.contents.rows("organisations_user")}
        return {row["id"]: names.get(row["user_id"]) for row in self.contents.rows("organisations_membership")}

    @cached_property
    def months(self) -> Mapping[str | None, list[tuple[str, Decimal]]]:
        """Line → (month, Σ actuals) in order."""
        found: defaultdict[str | None, list[tuple[str, Decimal]]] = defaultdict(list)
        for (line, month), amount in self.contents.actuals.items():
            found[line].append((month or "", amount))
        return {line: sorted(sums) for line, sums in found.items()}

    def document(self, fund: Record, year: str) -> Document:
        (organisation,) = self.contents.rows("organisations_organisation")
        plan = next((plan for plan in self.plans[fund["id"]] if plan["year"] == year), None)
        return {
            "organisation": _told(organisation, "slug", "name"),
            "fund": _told(fund, "slug", "name", "rules", "debit_account", "credit_account", "december_rule"),
            "year": year,
            "currency": "EUR",
            "plan": plan and self._plan(plan),
            "months": self._month_states(year),
            "outside_plan": self._outside(year),
            "fund_entries": self._entries(fund, year),
        }

    def _plan(self, plan: Record) -> Document:
        targets = sorted(self.targets[plan["id"]], key=lambda row: _by(row, "position", "id"))
        return {
            **_told(plan, "state", "ceiling", "activated_at"),
            "activated_by": self.people.get(plan["activated_by_id"]),
            "targets": [self._target(target) for target in targets],
            "amendments": [self._amendment(row) for row in self._in_order(self.amendments[plan["id"]], "number")],
            "drawdowns": [self._drawdown(row) for row in self._in_order(self.drawdowns[plan["id"]], "month")],
            "issued_reports": [self._report(row) for row in self._in_order(self.reports[plan["id"]], "number")],
        }

    def _in_order(self, rows: list[Record], column: str) -> list[Record]:
        return sorted(rows, key=lambda row: _by(row, column, "id"))

    def _target(self, target: Record) -> Document:
        lines = sorted(self.lines[target["id"]], key=lambda row: _by(row, "position", "id"))
        return {
            **_told(target, "name", "use_plan"),
            "cost_centre": self.centres.get(target["cost_centre_id"]),
            "responsible": self.people.get(target["responsible_id"]),
            "lines": [self._line(line) for line in lines],
        }

    def _line(self, line: Record) -> Document:
        changes = sum((to_amount(row["amount"]) for row in self.amended[line["id"]]), ZERO)
        months = self.months.get(line["id"], [])
        comments = sorted(self.comments[line["id"]], key=lambda row: _by(row, "month", "id"))
        return {
            **_told(line, "project_code", "name", "use_plan"),
            "responsible": self.people.get(line["responsible_id"]),
            "first_amount": line["first_amount"],
            "amount_after_amendments": str(to_amount(line["first_amount"]) + changes),
            "actuals": {month[:7]: str(amount) for month, amount in months},
            "actuals_total": str(sum((amount for _month, amount in months), ZERO)),
            "comments": [
                {**_told(row, "month", "text", "written_at"), "written_by": self.people.get(row["written_by_id"])}
                for row in comments
            ],
        }

    def _amendment(self, row: Record) -> Document:
        changes = sorted(self.amendment_rows[row["id"]], key=lambda change: _by(change, "id"))
        return {
            **_told(row, "number", "effective_on", "kind", "ceiling_change", "reason", "decision_reference"),
            "recorded_by": self.people.get(row["recorded_by_id"]),
            "recorded_at": row["recorded_at"],
            "rows": [
                {"project_code": self.codes.get(change["line_id"]), "amount": change["amount"]} for change in changes
            ],
        }

    def _drawdown(self, row: Record) -> Document:
        steps = {
            name: {"by": self.people.get(row[f"{name}_by_id"]), "at": row[f"{name}_at"]}
            for name in ("prepared", "approved", "posted", "withdrawn")
            if row[f"{name}_at"]
        }
        figures = ("amount", "actual_cumulative", "drawn_before", "covered", "drawdown_amount", "uncovered")
        return {
            **_told(row, "month", "state", "number", "booking_on", "total", "withdrawal_reason"),
            **steps,
            "rows": [
                {"project_code": self.codes.get(line["line_id"]), **_told(line, *figures)}
                for line in sorted(self.drawdown_rows[row["id"]], key=lambda line: _by(line, "id"))
            ],
        }

    def _report(self, row: Record) -> Document:
        files = sorted(self.files[row["id"]], key=lambda file: _by(file, "language", "format"))
        return {
            **_told(row, "number", "kind", "month", "meeting_on", "body"),
            "files": [{**_told(file, "language", "format"), "path": file[f"content{FILE_SUFFIX}"]} for file in files],
        }

    def _month_states(self, year: str) -> list[Document]:
        states = [row for row in self.contents.rows("funds_monthstate") if (row["month"] or "").startswith(f"{year}-")]
        return [
            {
                **_told(row, "month", "state", "reason", "changed_at"),
                "changed_by": self.people.get(row["changed_by_id"]),
            }
            for row in sorted(states, key=lambda row: _by(row, "month"))
        ]

    def _outside(self, year: str) -> list[Document]:
        """Rows of the organisation that found no line, whichever fund they were meant for."""
        return [
            {
                "month": month[:7],
                "cost_centre": centre,
                "project_code": code,
                "rows": str(count),
                "amount": str(amount),
            }
            for (month, centre, code), (amount, count) in sorted(self.contents.outside.items())
            if month.startswith(f"{year}-")
        ]

    def _entries(self, fund: Record, year: str) -> Document:
        rows = sorted(self.entries[fund["id"]], key=lambda row: _by(row, "entry_on", "number"))
        balance = sum((to_amount(row["amount"]) for row in rows if (row["entry_on"] or "") < year), ZERO)
        found: Document = {"balance_before": str(balance), "entries": []}
        for row in rows:
            if (row["entry_on"] or "")[:4] == year:
                balance += to_amount(row["amount"])
                told = _told(row, "number", "entry_on", "kind", "amount", "decision_reference", "description")
                found["entries"].append({**told, "balance": str(balance)})
        return {**found, "balance_after": str(balance)}
