"""The first page after sign-in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from fundtrack.formats import HELSINKI
from organisations.http import OrganisationRequest, organisation_view

from ..queries.overview import build_overview


@organisation_view("view_overview")
def overview(request: OrganisationRequest) -> HttpResponse:
    """What waits for this person, and how the funds stand."""
    today = timezone.localdate(timezone.now(), HELSINKI)
    found = build_overview(request.organisation, request.membership, today=today)
    context = {"overview": found, "may_edit_fund": request.membership.may("edit_fund")}
    return render(request, "reporting/overview.html", context)
