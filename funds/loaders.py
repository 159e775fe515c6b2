"""Loading with rights: every view gets its fund, plan and lines here, always from the organisation."""

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from organisations.http import OrganisationRequest
from organisations.models import Membership

from .models import BudgetLine, Fund, ImportBatch, ImportProfile, ImportRow, UsePlan


def load_fund(request: OrganisationRequest, fund: str) -> Fund:
    """The organisation's fund of that address, or 404."""
    return get_object_or_404(request.organisation.funds.select_related("organisation", "body"), slug=fund)


def load_plan(request: OrganisationRequest, fund: str, year: int) -> UsePlan:
    """The organisation's plan of that fund and year, or 404."""
    plans = request.organisation.plans.select_related("organisation", "fund__body")
    return get_object_or_404(plans, fund__slug=fund, year=year)


def lines_in_scope(plan: UsePlan, membership: Membership) -> QuerySet[BudgetLine]:
    """Lines of ``plan`` that the member sees: all, or a project lead's own (by cost centre, or named responsible)."""
    lines = plan.lines.select_related("target__cost_centre", "target__responsible__user", "responsible__user")
    if not membership.sees_own_lines_only:
        return lines
    own = Q(responsible=membership) | Q(target__responsible=membership)
    return lines.filter(own | Q(target__cost_centre__lead_scopes__membership=membership)).distinct()


def load_line(request: OrganisationRequest, plan: UsePlan, code: str) -> BudgetLine:
    """The plan's line of that project code, within the member's scope, or 404."""
    return get_object_or_404(lines_in_scope(plan, request.membership), project_code=code)


#: The file itself and what only one page shows are fetched where they are needed.
_IMPORT_PEOPLE = ("file__uploaded_by__user", "committed_by__user", "undone_by__user")


def load_import(request: OrganisationRequest, number: int) -> ImportBatch:
    """The organisation's import of that number without the content of its file, or 404."""
    batches = request.organisation.import_batches.select_related(
        "organisation", "fund", "booking", "undo_booking", *_IMPORT_PEOPLE
    )
    return get_object_or_404(batches.defer("file__content"), number=number)


def load_import_row(request: OrganisationRequest, batch: int, row: int) -> ImportRow:
    """The row of that number in the file of an import, or 404."""
    rows = ImportRow.objects.filter(organisation=request.organisation, batch__number=batch)
    return get_object_or_404(
        rows.select_related("batch__file", "batch__fund").defer("batch__file__content"), number=row
    )


def load_profile(request: OrganisationRequest, profile: int) -> ImportProfile:
    """One version of a profile of the organisation, or 404."""
    return get_object_or_404(request.organisation.import_profiles.select_related("made_by__user"), pk=profile)
