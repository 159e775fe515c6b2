"""The months of a plan: the year's list, one month with its checklist, and its three steps."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.months import close_month, lock_month, reopen_month
from ..forms.months import ReasonForm
from ..loaders import load_plan
from ..models import UsePlan
from ..queries.checklist import month_checklist
from ..queries.comments import comments_of_month
from ..queries.drawdowns import balance_on
from ..queries.months import month_gate, months_of_year
from .month_files import month_tables, months_table
from .plan_files import about_plan


def load_month(request: OrganisationRequest, fund: str, year: int, month: Month) -> UsePlan:
    """The plan that ``month`` belongs to; 404 for a month of another year."""
    if month.year != year:
        raise Http404
    return load_plan(request, fund, year)


@organisation_view("view_months")
def month_list(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """The twelve months of a plan: state, sums, drawdown and what is to be done next."""
    plan = load_plan(request, fund, year)
    today = timezone.localdate()
    months = months_of_year(plan)
    return render(
        request,
        "funds/months/list.html",
        {
            "plan": plan,
            "months": months,
            "actuals": sum(month.actuals for month in months),
            "outside": sum(month.outside for month in months),
            "drawn": sum(month.drawdown_total or 0 for month in months),
            "today": today,
            "balance": balance_on(plan.fund, today),
            "current": Month.of(today),
        },
    )


@organisation_view("view_months")
def month_list_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The months of a plan as a file."""
    plan = load_plan(request, fund, year)
    table = months_table(months_of_year(plan))
    return table_response(request, format, f"months-{fund}-{year}", [table], about_plan(plan))


@organisation_view("view_months")
def month(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """One month: checklist, comments, and the steps that are open or what blocks them."""
    return _month_page(request, load_month(request, fund, year, month), month)


@organisation_view("view_months")
def month_export(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """What the month's page shows as a file; every row where the page shows the first ones."""
    plan = load_month(request, fund, year, month)
    tables = month_tables(
        month_checklist(plan, month, listed=None),
        comments_of_month(plan, month),
        month_gate(plan.organisation, month, timezone.localdate()),
    )
    about = about_plan(plan, (_("Month"), formats.month(month)))
    return table_response(request, format, f"month-{fund}-{month}", tables, about)


def _month_page(
    request: OrganisationRequest, plan: UsePlan, month: Month, reopen_form: ReasonForm | None = None
) -> HttpResponse:
    gate = month_gate(plan.organisation, month, timezone.localdate())
    return render(
        request,
        "funds/months/month.html",
        {
            "plan": plan,
            "month": month,
            "gate": gate,
            "checklist": month_checklist(plan, month),
            "comments": comments_of_month(plan, month),
            "reopen_form": reopen_form or ReasonForm(),
            "may_close": request.membership.may("close_month"),
            "may_reopen": request.membership.may("reopen_month"),
            "may_lock": request.membership.may("lock_month"),
            "previous": month.previous() if month.number > 1 else None,
            "next": month.next() if month.number < 12 else None,
        },
        status=422 if reopen_form is not None else 200,
    )


@organisation_view("close_month", methods=("POST",))
def month_close(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Close the month."""
    plan = load_month(request, fund, year, month)
    attempt(
        request,
        lambda: close_month(organisation=plan.organisation, month=month, by=request.membership, at=timezone.now()),
        _("%(month)s is closed.") % {"month": formats.month_short(month)},
    )
    return _to_month(request, plan, month)


@organisation_view("reopen_month", methods=("POST",))
def month_reopen(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Reopen a closed month with a reason."""
    plan = load_month(request, fund, year, month)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            reopen_month(
                organisation=plan.organisation,
                month=month,
                by=request.membership,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(month)s is open again.") % {"month": formats.month_short(month)})
            return _to_month(request, plan, month)
    return _month_page(request, plan, month, form)


@organisation_view("lock_month", methods=("POST",))
def month_lock(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Lock a closed month, and those before it, for good."""
    plan = load_month(request, fund, year, month)
    attempt(
        request,
        lambda: lock_month(organisation=plan.organisation, month=month, by=request.membership, at=timezone.now()),
        _("%(month)s is locked.") % {"month": formats.month_short(month)},
    )
    return _to_month(request, plan, month)


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do it and say so, or say in plain words why it was refused. True when it was done."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def _to_month(request: OrganisationRequest, plan: UsePlan, month: Month) -> HttpResponse:
    return redirect("month", organisation=request.organisation.slug, fund=plan.fund.slug, year=plan.year, month=month)
