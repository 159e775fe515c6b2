"""Writing an imported plan: what its preview showed, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pghistory

from fundtrack.actions import action
from organisations.models import Membership

from ..imports.plan_files import PlanRow
from ..models import Fund, UsePlan
from ..queries.plan_imports import ImportPreview, preview_import
from .plans import LayoutRefusal, activate_plan, create_plan, save_layout


@dataclass(frozen=True)
class ImportResult:
    """What an import wrote."""

    plan: UsePlan
    preview: ImportPreview
    #: True when the import made the plan.
    created: bool
    #: True when the import brought the plan into force.
    activated: bool


@action
def import_plan(
    *,
    fund: Fund,
    year: int,
    rows: Sequence[PlanRow],
    by: Membership,
    at: datetime,
    file_name: str,
    file_sha256: str,
    ceiling: Decimal | None = None,
    whole: bool = False,
    activate: bool = False,
    seen_version: int | None = None,
) -> ImportResult:
    """Bring the rows of a file into the plan of ``year``; create the plan, targets and cost centres that are missing.

    The history of every changed row carries the file's name and SHA-256.

    Args:
        ceiling: EUR; None keeps the plan's, and takes the sum of the lines for a new plan.
        whole: lines that are not in the file are removed (refused for a plan in force).
        activate: bring the plan into force; nothing happens when it is in force already.
        seen_version: version of the plan that the preview showed; None where nobody saw one.

    Raises:
        PlanConflict: somebody saved the plan after the preview.
        LayoutRefusal: the result would break rules; all of them are in ``problems``.
        Refusal: the plan cannot come into force.
    """
    by.require("edit_plan")
    plan = UsePlan.objects.select_related("organisation", "fund").filter(fund=fund, year=year).first()
    preview = preview_import(
        organisation=fund.organisation, year=year, plan=plan, rows=rows, ceiling=ceiling, whole=whole
    )
    if preview.problems:
        raise LayoutRefusal(preview.problems)
    with pghistory.context(file=file_name, sha256=file_sha256):
        created = plan is None
        if plan is None:
            plan = create_plan(fund=fund, year=year, ceiling=preview.ceiling, by=by)
        version = plan.version if seen_version is None else seen_version
        plan = save_layout(plan=plan, ceiling=preview.ceiling, targets=preview.targets, seen_version=version, by=by)
        activated = activate and not plan.is_active
        if activated:
            plan = activate_plan(plan=plan, by=by, at=at)
    return ImportResult(plan=plan, preview=preview, created=created, activated=activated)
