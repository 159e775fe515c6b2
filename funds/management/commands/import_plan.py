"""Import a use plan: ``manage.py import_plan kajaani kehittamisrahasto 2024 plan.xlsx --by admin@kajaani.example``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from funds.actions.plan_imports import import_plan
from funds.imports.files import MAX_BYTES, too_large
from funds.imports.plan_files import PlanFile, read_plan
from funds.management.plans import find_fund
from funds.models import Fund, UsePlan
from funds.queries.plan_imports import ImportPreview, preview_import
from fundtrack import formats
from organisations.management.base import OrganisationCommand, Refused


class Command(OrganisationCommand):
    help = "Import a use plan; creates the plan, cost centres, targets and lines that are missing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("year", metavar="YEAR", type=int, help="year of the plan")
        parser.add_argument("file", metavar="FILE", help="CSV or XLSX: target, cost_centre, line, project_code, amount")
        parser.add_argument("--ceiling", metavar="AMOUNT", default="", help="EUR; a new plan takes the sum otherwise")
        parser.add_argument("--activate", action="store_true", help="bring the plan into force")
        parser.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")
        self.add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        by.require("edit_plan")
        fund = find_fund(organisation, options["fund"])
        ceiling = self.amount(options["ceiling"]) if options["ceiling"] else None
        found = self._read(Path(options["file"]))
        plan = UsePlan.objects.select_related("organisation").filter(fund=fund, year=options["year"]).first()
        preview = preview_import(
            organisation=organisation, year=options["year"], plan=plan, rows=found.rows, ceiling=ceiling
        )
        if options["dry_run"]:
            self._show(found, preview)
        problems = [str(problem) for problem in found.problems]
        problems += [f"{row}{problem.message}" for problem in preview.problems for row in [_row(problem.key)]]
        if problems:
            more = f" (and {len(problems) - 1} more; --dry-run lists them)" if len(problems) > 1 else ""
            raise Refused(f"{found.name}: {' '.join(problems[0].split())}{more}")
        if options["dry_run"]:
            self.say("Nothing was written.")
            return
        with self.acting(by):
            result = import_plan(
                fund=fund,
                year=options["year"],
                rows=found.rows,
                ceiling=ceiling,
                activate=options["activate"],
                by=by,
                at=self.now(),
                file_name=found.name,
                file_sha256=found.sha256,
            )
        self._report(fund, result.plan, result.preview)

    def _read(self, path: Path) -> PlanFile:
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise Refused(f"{path.name}: {too_large(size)}")
            return read_plan(path.name, path.read_bytes())
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}.") from error

    def _show(self, found: PlanFile, preview: ImportPreview) -> None:
        for line in preview.lines:
            changes = "; ".join(f"{change.label}: {change.before} → {change.after}" for change in line.changes)
            place = f"row {line.row}" if line.row else "not in the file"
            self.say(
                f"{line.state:8} {line.project_code} {formats.machine(line.amount):>15} {line.cost_centre} "
                f"{line.target} / {line.name} ({place}){': ' + changes if changes else ''}"
            )
        for code, name in preview.new_centres:
            self.say(f"warning  cost centre {code} does not exist yet and is created: {name}")
        for warning in found.warnings:
            self.say(f"warning  {warning}")
        for problem in found.problems:
            self.say(f"problem  {problem}")
        for broken in preview.problems:
            self.say(f"problem  {_row(broken.key)}{broken.message}")
        self.say(_sums(preview))

    def _report(self, fund: Fund, plan: UsePlan, preview: ImportPreview) -> None:
        self.say(f"Imported {fund.slug} {plan.year} ({plan.get_state_display()}): {_sums(preview)}")


def _row(key: str) -> str:
    return f"Row {key}: " if key.isdigit() else ""


def _sums(preview: ImportPreview) -> str:
    counts = ", ".join(
        f"{preview.count(state)} {state}" for state in ("new", "changed", "same", "kept") if preview.count(state)
    )
    targets = len(preview.targets)
    return (
        f"{targets} targets, {counts or 'no'} lines; sum {formats.machine(preview.total_after)}, ceiling "
        f"{formats.machine(preview.ceiling)}, unallocated {formats.machine(preview.unallocated)}."
    )
