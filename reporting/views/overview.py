"""The first page after sign-in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from fundtrack.formats import HELSINKI
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..queries.overview import Overview, build_overview
from .files import overview_tables


@organisation_view("view_overview")
def overview(request: OrganisationRequest) -> HttpResponse:
    """What waits for this person, and how the funds stand."""
    context = {"overview": _build(request), "may_edit_fund": request.membership.may("edit_fund")}
    return render(request, "reporting/overview.html", context)


@organisation_view("view_overview")
def overview_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The same as a file."""
    return table_response(request, format, "overview", overview_tables(_build(request)))


def _build(request: OrganisationRequest) -> Overview:
    today = timezone.localdate(timezone.now(), HELSINKI)
    return build_overview(request.organisation, request.membership, today=today)
