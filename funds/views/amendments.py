"""Amendments of a plan: the list with amounts before and after, and recording one after its preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.plans import AmendmentRefusal, record_amendment
from ..forms.plans import AmendmentForm
from ..layout import Problem
from ..loaders import lines_in_scope, load_plan
from ..models import UsePlan
from ..queries.amendments import AmendmentEffect, amendment_effect, recorded_amendments
from ..queries.plans import PlanOverview, plan_overview
from .plan_files import about_plan, amendments_tables
from .plans import day_in_year


@organisation_view("view_months")
def amendment_list(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """The plan's amendments, the newest first."""
    plan = load_plan(request, fund, year)
    context = {
        "plan": plan,
        "amendments": list(reversed(recorded_amendments(plan))),
        "may_edit": request.membership.may("edit_plan"),
    }
    return render(request, "funds/amendments/list.html", context)


@organisation_view("view_months")
def amendment_list_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The plan's amendments and the lines that they change, as a file."""
    plan = load_plan(request, fund, year)
    tables = amendments_tables(list(reversed(recorded_amendments(plan))))
    return table_response(request, format, f"amendments-{fund}-{year}", tables, about_plan(plan))


@organisation_view("edit_plan", methods=("GET", "POST"))
def amendment_create(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Write an amendment, see its effect, then record it. Only the last step writes."""
    plan = load_plan(request, fund, year)
    lines = list(lines_in_scope(plan, request.membership).order_by("target__position", "target_id", "position", "pk"))
    today = day_in_year(year, timezone.localdate())
    form = AmendmentForm(request.POST or None, lines=lines, initial={"effective_on": today})
    effect: AmendmentEffect | None = None
    step = request.POST.get("step", "edit")
    if request.method == "POST" and step != "edit" and form.is_valid():
        effect = amendment_effect(
            plan=plan,
            effective_on=form.cleaned_data["effective_on"],
            changes=form.changes(),
            ceiling_change=form.ceiling(),
        )
        _show_problems(form, effect.problems)
        if step == "record" and not form.errors and _record(request, plan, form):
            return redirect("amendment-list", organisation=request.organisation.slug, fund=fund, year=year)
    if request.method == "POST" and step == "edit":
        # Back from the preview: the same values, not yet judged.
        form = AmendmentForm(lines=lines, initial=request.POST.dict())
    overview = plan_overview(plan, effect.effective_on if effect else today, lines)
    context = {"plan": plan, "form": form, "rows": _rows(overview, form), "overview": overview, "effect": effect}
    template = "funds/amendments/preview.html" if effect and not form.errors else "funds/amendments/create.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _record(request: OrganisationRequest, plan: UsePlan, form: AmendmentForm) -> bool:
    try:
        amendment = record_amendment(
            plan=plan,
            effective_on=form.cleaned_data["effective_on"],
            changes=form.changes(),
            ceiling_change=form.ceiling(),
            reason=form.cleaned_data["reason"],
            decision_reference=form.cleaned_data["decision_reference"],
            by=request.membership,
            at=timezone.now(),
            key=form.booking_key(),
        )
    except AmendmentRefusal as refusal:
        _show_problems(form, refusal.problems)
        return False
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Amendment %(number)s was recorded.") % {"number": amendment.number})
    return True


def _show_problems(form: AmendmentForm, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        field = f"{problem.field}-{problem.key}" if problem.key else problem.field
        form.add_error(field if field in form.fields else None, str(problem.message))


def _rows(overview: PlanOverview, form: AmendmentForm) -> list[dict[str, Any]]:
    """The plan's targets with a field per line, for the template."""
    return [
        {
            "target": target,
            "lines": [(line, form[f"change-{line.line_id}"]) for line in target.lines],
        }
        for target in overview.targets
    ]
