"""A use plan: the page, creating, bringing into force, deleting a draft, exporting."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, Column, Row, Table, download, to_csv, to_xlsx
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.plans import activate_plan, create_plan, delete_plan
from ..forms.funds import asked_date
from ..forms.plans import PlanForm
from ..imports.plan_files import COLUMNS, LABELS
from ..loaders import lines_in_scope, load_fund, load_plan
from ..models import UsePlan
from ..queries.plans import PlanOverview, plan_overview
from .plan_files import about_overview, about_plan, plan_lines_table


def to_plan(plan: UsePlan) -> HttpResponse:
    """Redirect to the plan's page."""
    return redirect("plan", organisation=plan.organisation.slug, fund=plan.fund.slug, year=plan.year)


@organisation_view("edit_plan", methods=("GET", "POST"))
def plan_create(request: OrganisationRequest, fund: str) -> HttpResponse:
    """Create an empty draft for a year."""
    found = load_fund(request, fund)
    form = PlanForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and form.is_valid():
        try:
            plan = create_plan(
                fund=found, year=form.cleaned_data["year"], ceiling=form.cleaned_data["ceiling"], by=request.membership
            )
        except Refusal as refusal:
            form.add_error("year" if refusal.code == "one_plan_a_year" else None, str(refusal))
        else:
            messages.success(request, _("The draft was created. Lay out its targets and lines, or import a file."))
            return redirect("plan-edit", organisation=request.organisation.slug, fund=found.slug, year=plan.year)
    return render(request, "funds/plans/create.html", {"form": form, "fund": found}, status=422 if form.errors else 200)


def day_in_year(year: int, today: date) -> date:
    """Today, or the nearest day of the plan's year."""
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


@organisation_view("view_plan")
def plan(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """The plan as it stands on a date."""
    found = load_plan(request, fund, year)
    context = {
        "plan": found,
        "overview": _overview(request, found),
        "may_edit": request.membership.may("edit_plan"),
        "may_audit": request.membership.may("view_audit"),
        "may_months": request.membership.may("view_months"),
        "exports": [
            {"label": label, "url": reverse("plan-export", args=[request.organisation.slug, fund, year, file_format])}
            for label, file_format in (("XLSX", "xlsx"), ("CSV", "csv"))
        ],
    }
    return render(request, "funds/plans/plan.html", context)


@organisation_view("view_plan")
def plan_lines_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The lines as they stand on a date, as a file."""
    found = load_plan(request, fund, year)
    overview = _overview(request, found)
    parameters = about_plan(found, *about_overview(overview))
    return table_response(request, format, f"plan-{fund}-{year}", [plan_lines_table(overview)], parameters)


def _overview(request: OrganisationRequest, found: UsePlan) -> PlanOverview:
    """The plan on the day of the address, with the lines that the reader sees."""
    on = asked_date(request.GET, "on", day_in_year(found.year, timezone.localdate()))
    lines = list(lines_in_scope(found, request.membership))
    return plan_overview(found, on, lines, partial=request.membership.sees_own_lines_only)


@organisation_view("edit_plan", methods=("POST",))
def plan_activate(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Bring a draft into force."""
    found = load_plan(request, fund, year)
    try:
        activate_plan(plan=found, by=request.membership, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The plan is in force. From now on amounts change by amendments."))
    return to_plan(found)


@organisation_view("edit_plan", methods=("POST",))
def plan_delete(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Delete a draft."""
    found = load_plan(request, fund, year)
    try:
        delete_plan(plan=found, by=request.membership)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return to_plan(found)
    messages.success(request, _("The draft was deleted."))
    return redirect("fund", organisation=request.organisation.slug, fund=found.fund.slug)


@organisation_view("view_plan")
def plan_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The plan's first amounts, persons and use plans in the columns that the import reads."""
    found = load_plan(request, fund, year)
    table = export_table(found, request)
    name = f"{found.fund.slug}-{found.year}"
    if format == "csv":
        return download(to_csv(table), f"{name}.csv", CSV_TYPE)
    if format == "xlsx":
        return download(to_xlsx([table]), f"{name}.xlsx", XLSX_TYPE)
    raise Http404


def export_table(plan: UsePlan, request: OrganisationRequest) -> Table:
    """The lines that the reader sees; the import knows the headings in every language."""
    columns = [Column(str(LABELS[name]), "amount" if name == "amount" else "text") for name in COLUMNS]
    rows: list[Row] = [
        [
            line.target.name,
            line.target.cost_centre.code,
            line.name,
            line.project_code,
            line.first_amount,
            line.responsible.user.email if line.responsible else "",
            line.use_plan,
            line.target.responsible.user.email if line.target.responsible else "",
            line.target.use_plan,
        ]
        for line in lines_in_scope(plan, request.membership).order_by("target__position", "target_id", "position", "pk")
    ]
    return Table(str(plan.year), columns, rows)
