"""Units of an organisation."""

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.exports import Column, Table

from ..actions import save_unit
from ..downloads import table_response
from ..forms import UnitForm
from ..http import OrganisationRequest, organisation_view
from ..models import Unit


@organisation_view("manage_members", methods=("GET", "POST"))
def unit_list(request: OrganisationRequest) -> HttpResponse:
    """Units with their number of members; a new one is added below."""
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("unit-list", organisation=request.organisation.slug)
    return render(request, "organisations/units.html", {"form": form, "units": _units(request)})


@organisation_view("manage_members")
def unit_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The units with their number of members, as a file."""
    columns = [Column(_("Name")), Column(_("Members"), "integer")]
    rows = [(unit.name, unit.member_count) for unit in _units(request)]  # type: ignore[attr-defined]
    return table_response(request, format, "units", [Table(_("Units"), columns, rows)])


def _units(request: OrganisationRequest) -> QuerySet[Unit]:
    return request.organisation.units.annotate(member_count=Count("memberships", filter=Q(memberships__is_active=True)))


@organisation_view("manage_members", methods=("GET", "POST"))
def unit_edit(request: OrganisationRequest, unit: int) -> HttpResponse:
    """Rename a unit."""
    found = get_object_or_404(request.organisation.units, pk=unit)
    form = UnitForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        return redirect("unit-list", organisation=request.organisation.slug)
    return render(request, "organisations/unit.html", {"form": form, "unit": found})


def _saved(request: OrganisationRequest, form: UnitForm, unit: Unit | None = None) -> bool:
    try:
        saved = save_unit(
            organisation=request.organisation, name=form.cleaned_data["name"], by=request.membership, unit=unit
        )
    except Refusal as refusal:
        form.add_error("name", str(refusal))
        return False
    messages.success(request, _("The unit %(name)s is saved.") % {"name": saved.name})
    return True
