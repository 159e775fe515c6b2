"""Import actuals: ``manage.py import_actuals kajaani kehittamisrahasto export.csv --by finance@kajaani.example``."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction

from funds.actions.imports import (
    HasErrors,
    NotAcknowledged,
    commit_batch,
    current_profile,
    read_batch,
    summary_of,
    upload_file,
)
from funds.imports.limits import ACTUALS_LIMITS, too_large
from funds.imports.profiles import Profile
from funds.management.plans import find_fund
from funds.models import ImportBatch, ImportProfile
from funds.queries.imports import preview_batch
from fundtrack.exceptions import Refusal
from fundtrack.sentences import told
from organisations.management.base import OrganisationCommand, Refused
from organisations.models import Organisation


class Command(OrganisationCommand):
    help = "Import actuals from an accounting system's export; shows what changes and books it as one batch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("file", metavar="FILE", help="CSV or XLSX, in whatever manners")
        profile = parser.add_mutually_exclusive_group()
        profile.add_argument("--profile", metavar="NAME", default="", help="a stored profile; found out without one")
        profile.add_argument("--profile-file", metavar="FILE.json", default="", help="a profile as JSON")
        parser.add_argument("--month", metavar="YYYY-MM", default="", help="the month, for a file that names none")
        parser.add_argument(
            "--whole-months", action="store_true", help="the file is the truth for its months and cost centres"
        )
        parser.add_argument("--control-total", metavar="AMOUNT", help="EUR that the file must sum to")
        parser.add_argument("--acknowledge-warnings", action="store_true", help="book in spite of the warnings")
        parser.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        self.add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        by = self.member(organisation, options["by"])
        by.require("enter_actuals")
        fund = find_fund(organisation, options["fund"])
        profile, stored = self._profile(organisation, options)
        path = Path(options["file"])
        content = _content(path)
        month = self.month(options["month"]) if options["month"] else None
        # Given and empty is a mistake (an unset variable), not the wish to check nothing.
        control_total = None if options["control_total"] is None else self.amount(options["control_total"])
        manner = ImportBatch.Manner.WHOLE_MONTHS if options["whole_months"] else ImportBatch.Manner.MOVEMENTS
        # All or nothing: a refused import leaves no batch behind.
        with self.acting(by), transaction.atomic():
            batch = upload_file(fund=fund, name=path.name, content=content, by=by, at=self.now())
            batch = read_batch(
                batch=batch,
                profile=profile,
                by=by,
                manner=manner,
                month=month,
                control_total=control_total,
                stored=stored,
            )
            if options["dry_run"]:
                preview = preview_batch(batch)
                transaction.set_rollback(True)
                self._show(summary_of(preview) | {"batch": None}, options)
                if preview.error_count:
                    raise Refused(f"{path.name}: {' '.join(str(preview.errors[0].message).split())}")
                return
            try:
                acknowledged = None if options["acknowledge_warnings"] else ()
                batch = commit_batch(batch=batch, by=by, at=self.now(), acknowledged=acknowledged)
            except (HasErrors, NotAcknowledged) as refusal:
                self._show(summary_of(refusal.preview) | {"batch": None}, options)
                raise Refused(f"{path.name}: {_first_reason(refusal)} Nothing was booked.") from refusal
        self._show(told(batch.result) | {"batch": batch.number}, options)

    def _profile(self, organisation: Organisation, options: dict[str, Any]) -> tuple[Profile, ImportProfile | None]:
        if options["profile_file"]:
            return Profile.from_json(_content(Path(options["profile_file"]))), None
        if not options["profile"]:
            return Profile(), None
        stored = current_profile(organisation, options["profile"])
        if stored is None or stored.is_retired:
            raise Refused(f"{organisation.slug} has no profile {options['profile']}.")
        return Profile.from_json(stored.content), stored

    def _show(self, summary: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.say(json.dumps(summary, ensure_ascii=False, indent=2))
            return
        counts = ("rows", "new", "known", "changed", "removed", "left_out", "outside_plan")
        self.say(", ".join(f"{name.replace('_', ' ')} {summary[name]}" for name in counts))
        self.say(f"file total {summary['file_total']}, booked {summary['imported_total']}")
        for month, amount in summary["by_month"].items():
            self.say(f"  {month} {amount:>15}")
        for code, amount in summary["by_line"].items():
            self.say(f"  {code or '(outside the plan)'} {amount:>15}")
        for warning in summary["warnings"]:
            self.say(f"warning {warning['key']}: {warning['message']}")
        for error in summary["errors"]:
            self.say(f"error   {error['message']}")
        if summary["batch"] is None:
            self.say("Nothing was booked.")
        elif not (summary["new"] or summary["changed"] or summary["removed"]):
            self.say(f"Import {summary['batch']}: the ledger has all of this already.")
        else:
            self.say(f"Import {summary['batch']} is booked.")


def _first_reason(refusal: Refusal) -> str:
    if isinstance(refusal, NotAcknowledged):
        return f"{refusal} Add --acknowledge-warnings when that is right."
    return " ".join(str(refusal).split())


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > ACTUALS_LIMITS.bytes:
            raise Refused(f"{path.name}: {too_large(size, ACTUALS_LIMITS)}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Refused(f"{path} cannot be read: {reason}.") from error
