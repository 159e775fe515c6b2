"""One budget line: facts, story, judgements on rules R4–R6 and interfaces."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.notes import add_interface, may_comment, record_judgement, remove_interface
from ..forms.plans import InterfaceForm, JudgementForm
from ..loaders import load_line, load_plan
from ..models import BudgetLine
from ..queries.lines import line_page
from ..queries.plans import cost_centre_names
from .plan_files import about_plan, line_tables
from .plans import day_in_year


@organisation_view("view_plan")
def line(request: OrganisationRequest, fund: str, year: int, code: str) -> HttpResponse:
    """One line with its amounts, months, drawdowns, comments, judgements and interfaces."""
    return _page(request, _load(request, fund, year, code))


@organisation_view("view_plan")
def line_export(request: OrganisationRequest, fund: str, year: int, code: str, format: str) -> HttpResponse:
    """Months, amounts, judgements and interfaces of a line as a file."""
    found = _load(request, fund, year, code)
    tables = line_tables(line_page(found), found.interfaces.all())
    about = about_plan(found.plan, (_("Budget line"), f"{found.project_code} {found.name}"))
    return table_response(request, format, f"line-{fund}-{year}-{code}", tables, about)


@organisation_view("edit_plan", methods=("POST",))
def judgement_create(request: OrganisationRequest, fund: str, year: int, code: str) -> HttpResponse:
    """Record a judgement on a rule."""
    found = _load(request, fund, year, code)
    form = JudgementForm(request.POST)
    if form.is_valid():
        try:
            record_judgement(line=found, by=request.membership, at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The judgement was recorded."))
            return _back(request, found, "judgements")
    return _page(request, found, judgement_form=form)


@organisation_view("edit_plan", methods=("POST",))
def interface_create(request: OrganisationRequest, fund: str, year: int, code: str) -> HttpResponse:
    """Link the line with a measure that is paid from another source."""
    found = _load(request, fund, year, code)
    form = InterfaceForm(request.POST)
    if form.is_valid():
        try:
            add_interface(line=found, by=request.membership, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The interface was added."))
            return _back(request, found, "interfaces")
    return _page(request, found, interface_form=form)


@organisation_view("edit_plan", methods=("POST",))
def interface_remove(request: OrganisationRequest, fund: str, year: int, code: str, interface: int) -> HttpResponse:
    """Remove a link; its history stays."""
    found = _load(request, fund, year, code)
    remove_interface(interface=get_object_or_404(found.interfaces, pk=interface), by=request.membership)
    messages.success(request, _("The interface was removed."))
    return _back(request, found, "interfaces")


def _load(request: OrganisationRequest, fund: str, year: int, code: str) -> BudgetLine:
    plan = load_plan(request, fund, year)
    found = load_line(request, plan, code)
    found.plan = plan
    return found


def _back(request: OrganisationRequest, found: BudgetLine, section: str) -> HttpResponse:
    page = redirect(
        "line",
        organisation=request.organisation.slug,
        fund=found.plan.fund.slug,
        year=found.year,
        code=found.project_code,
    )
    page["Location"] += f"#{section}"
    return page


def _page(
    request: OrganisationRequest,
    found: BudgetLine,
    judgement_form: JudgementForm | None = None,
    interface_form: InterfaceForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    day = day_in_year(found.year, today)
    page = line_page(found)
    refused = judgement_form is not None or interface_form is not None
    context = {
        "plan": found.plan,
        "line": found,
        "page": page,
        "day": day,
        "amount": page.amount_on(day),
        "centre_name": cost_centre_names(request.organisation, day).get(found.target.cost_centre.code, ""),
        "person": found.responsible or found.target.responsible,
        "interfaces": found.interfaces.all(),
        "judgement_form": judgement_form or JudgementForm(initial={"judged_on": today}),
        "interface_form": interface_form or InterfaceForm(),
        "may_edit": request.membership.may("edit_plan"),
        "may_comment": may_comment(request.membership, found),
    }
    return render(request, "funds/lines/line.html", context, status=422 if refused else 200)
