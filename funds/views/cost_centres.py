"""Cost centres: the list on a date, one with its names and aliases, and changing them."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.cost_centres import create_cost_centre, remove_cost_centre_name, save_cost_centre_name
from ..forms.funds import CostCentreForm, CostCentreNameForm, asked_date
from ..models import BudgetLine, CostCentre, CostCentreName
from ..queries.funds import cost_centre_rows
from .fund_files import centre_lines_table, cost_centres_table, names_table


@organisation_view("view_months")
def cost_centre_list(request: OrganisationRequest) -> HttpResponse:
    """Cost centres with the names of a date."""
    on = asked_date(request.GET, "on", timezone.localdate())
    context = {
        "centres": cost_centre_rows(request.organisation, on),
        "on": on,
        "may_edit": request.membership.may("edit_fund"),
    }
    return render(request, "funds/cost_centres/list.html", context)


@organisation_view("view_months")
def cost_centre_list_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The cost centres with the names of a date, as a file."""
    on = asked_date(request.GET, "on", timezone.localdate())
    table = cost_centres_table(cost_centre_rows(request.organisation, on), on)
    return table_response(request, format, "cost-centres", [table], [(_("As of"), formats.day(on))])


@organisation_view("view_months")
def cost_centre_export(request: OrganisationRequest, code: str, format: str) -> HttpResponse:
    """Names and lines of a cost centre as a file."""
    centre = _load(request, code)
    tables = [names_table(_names(centre, timezone.localdate())), centre_lines_table(_lines(centre))]
    return table_response(request, format, f"cost-centre-{centre.code}", tables, [(_("Cost centre"), centre.code)])


@organisation_view("edit_fund", methods=("GET", "POST"))
def cost_centre_create(request: OrganisationRequest) -> HttpResponse:
    """Create a cost centre with its first name."""
    start = timezone.localdate().replace(month=1, day=1)
    form = CostCentreForm(request.POST or None, initial={"starts_on": start})
    if request.method == "POST" and form.is_valid():
        try:
            centre = create_cost_centre(organisation=request.organisation, by=request.membership, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("code" if refusal.code.startswith("code") else None, str(refusal))
        else:
            messages.success(request, _("The cost centre was created."))
            return redirect("cost-centre", organisation=request.organisation.slug, code=centre.code)
    return render(request, "funds/cost_centres/create.html", {"form": form}, status=422 if form.errors else 200)


@organisation_view("view_months")
def cost_centre(request: OrganisationRequest, code: str) -> HttpResponse:
    """One cost centre: names and aliases over time, and the lines that use it."""
    return _page(request, _load(request, code))


@organisation_view("edit_fund", methods=("POST",))
def cost_centre_name_add(request: OrganisationRequest, code: str) -> HttpResponse:
    """Add a name or alias."""
    centre = _load(request, code)
    name = CostCentreName(organisation=request.organisation, cost_centre=centre)
    form = CostCentreNameForm(request.POST, instance=name)
    if _saved(request, form):
        return redirect("cost-centre", organisation=request.organisation.slug, code=centre.code)
    return _page(request, centre, form)


@organisation_view("edit_fund", methods=("GET", "POST"))
def cost_centre_name_edit(request: OrganisationRequest, code: str, name: int) -> HttpResponse:
    """Change a name or alias, or the days on which it is valid."""
    centre = _load(request, code)
    form = CostCentreNameForm(request.POST or None, instance=get_object_or_404(centre.names, pk=name))
    if request.method == "POST" and _saved(request, form):
        return redirect("cost-centre", organisation=request.organisation.slug, code=centre.code)
    context = {"form": form, "centre": centre, "name": get_object_or_404(centre.names, pk=name)}
    return render(request, "funds/cost_centres/name.html", context, status=422 if form.errors else 200)


@organisation_view("edit_fund", methods=("POST",))
def cost_centre_name_remove(request: OrganisationRequest, code: str, name: int) -> HttpResponse:
    """Remove a name or alias that was entered by mistake."""
    centre = _load(request, code)
    remove_cost_centre_name(name=get_object_or_404(centre.names, pk=name), by=request.membership)
    messages.success(request, _("The name was removed."))
    return redirect("cost-centre", organisation=request.organisation.slug, code=centre.code)


def _load(request: OrganisationRequest, code: str) -> CostCentre:
    return get_object_or_404(request.organisation.cost_centres, code=code)


def _saved(request: OrganisationRequest, form: CostCentreNameForm) -> bool:
    if not form.is_valid():
        return False
    try:
        save_cost_centre_name(name=form.save(commit=False), by=request.membership)
    except Refusal as refusal:
        form.add_error("starts_on", str(refusal))
        return False
    messages.success(request, _("The name was saved."))
    return True


def _page(request: OrganisationRequest, centre: CostCentre, form: CostCentreNameForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "centre": centre,
        "names": _names(centre, today),
        "lines": _lines(centre),
        "form": form or CostCentreNameForm(initial={"starts_on": today}),
        "may_edit": request.membership.may("edit_fund"),
    }
    return render(request, "funds/cost_centres/page.html", context, status=422 if form is not None else 200)


def _names(centre: CostCentre, day: date) -> list[tuple[CostCentreName, bool]]:
    """Names and aliases, each with whether it is valid on ``day``."""
    names = centre.names.order_by("-kind", "-starts_on")
    return [(name, name.starts_on <= day and (name.ends_on is None or name.ends_on >= day)) for name in names]


def _lines(centre: CostCentre) -> QuerySet[BudgetLine]:
    lines = BudgetLine.objects.filter(target__cost_centre=centre).select_related("plan__fund", "target")
    return lines.order_by("-year", "project_code")
