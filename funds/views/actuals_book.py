"""One row at a time: booking it, and settling what is outside the plan."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.actuals import correction_month, lines_by_pair, record_actuals, settle_outside
from ..forms.actuals import BookForm, SettleForm
from ..loaders import load_plan
from ..models import Actual, Booking, BudgetLine, UsePlan
from ..queries.actuals import month_columns
from ..queries.outside import centres_in_scope, outside_reason, outside_rows, settled_rows
from .actuals_files import outside_tables
from .actuals_page import outside_reasons, plan_context, settled_as
from .plan_files import about_plan


@organisation_view("enter_actuals", methods=("GET", "POST"))
def book(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """One row with account, voucher, supplier and description; ``?line=`` and ``?month=`` choose beforehand."""
    plan = load_plan(request, fund, year)
    form = BookForm(
        request.POST or None,
        lines=list(plan.lines.select_related("target__cost_centre")),
        months=month_columns(plan.organisation, year),
        initial={name: request.GET[name] for name in ("line", "month") if name in request.GET},
    )
    if request.method == "POST" and form.is_valid() and _pair_is_settled(plan, form):
        try:
            booking = record_actuals(
                organisation=request.organisation,
                rows=[form.row],
                by=request.membership,
                at=timezone.now(),
                source=Booking.Source.FORM,
                key=form.sent_key,
            )
        except Refusal as refusal:
            form.add_error("booked_on" if refusal.code == "actual_date_in_month" else None, str(refusal))
        else:
            messages.success(request, _("The row was saved in booking %(number)s.") % {"number": booking.number})
            return redirect(_after_booking(request, plan, booking.rows.select_related("line__plan__fund").get()))
    return render(request, "funds/actuals/book.html", plan_context(plan, form=form), status=422 if form.errors else 200)


def _pair_is_settled(plan: UsePlan, form: BookForm) -> bool:
    """True when the row finds a line, or the person has said that it goes outside the plan."""
    row = form.row
    if row.pair in lines_by_pair(plan.organisation, [row.month.year]) or form.cleaned_data["outside"]:
        return True
    reason = outside_reasons()[
        outside_reason(plan.organisation, row.month.year, row.cost_centre_code, row.project_code)
    ]
    form.ask_outside(_("%(reason)s The row can be booked outside the plan and settled later.") % {"reason": reason})
    return False


def _after_booking(request: OrganisationRequest, plan: UsePlan, row: Actual) -> str:
    address = {"organisation": request.organisation.slug, "fund": plan.fund.slug, "year": plan.year}
    if row.line is None:
        return f"{reverse('outside-list', kwargs=address)}#row-{row.pk}"
    address |= {"fund": row.line.plan.fund.slug, "code": row.line.project_code, "month": str(Month.of(row.month))}
    return f"{reverse('actual-rows', kwargs=address)}#row-{row.pk}"


@organisation_view("view_actuals")
def outside_list(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Rows of the year outside the plan: what waits, and what was settled."""
    plan = load_plan(request, fund, year)
    centres = centres_in_scope(plan, request.membership)
    reasons = outside_reasons()
    context = plan_context(
        plan,
        waiting=[(row, reasons[row.reason]) for row in outside_rows(plan.organisation, year, centres)],
        settled=[(row, *settled_as(row)) for row in settled_rows(plan.organisation, year, centres)],
        may_settle=request.membership.may("enter_actuals"),
        may_see_imports=request.membership.may("view_imports"),
    )
    return render(request, "funds/actuals/outside_list.html", context)


@organisation_view("view_actuals")
def outside_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """Rows of the year outside the plan as a file: all that wait, and all that were settled."""
    plan = load_plan(request, fund, year)
    centres = centres_in_scope(plan, request.membership)
    tables = outside_tables(
        outside_rows(plan.organisation, year, centres), settled_rows(plan.organisation, year, centres, most=None)
    )
    return table_response(request, format, f"outside-{fund}-{year}", tables, about_plan(plan))


@organisation_view("enter_actuals", methods=("GET", "POST"))
def outside_settle(request: OrganisationRequest, fund: str, year: int, actual: int) -> HttpResponse:
    """Settle one row: onto a line, or leave it to the ordinary budget."""
    plan = load_plan(request, fund, year)
    outside = Actual.objects.outside_plan().filter(organisation=plan.organisation, month__year=year, corrects=None)
    actual_row = get_object_or_404(outside, pk=actual)
    row = next((found for found in outside_rows(plan.organisation, year) if found.actual.pk == actual), None)
    back = f"{reverse('outside-list', args=[request.organisation.slug, fund, year])}#row-{actual}"
    if row is None:
        messages.info(request, _("This row is settled already."))
        return redirect(back)
    where = correction_month(request.organisation, Month.of(actual_row.month))
    form = SettleForm(request.POST or None, row=row, lines=_destinations(plan, where.year))
    if request.method == "POST" and form.is_valid():
        try:
            settle_outside(
                organisation=request.organisation,
                actual=actual_row,
                line=form.line,
                by=request.membership,
                at=timezone.now(),
                key=form.sent_key,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The row is settled."))
            return redirect(back)
    context = plan_context(plan, row=row, reason=outside_reasons()[row.reason], form=form, where=where)
    return render(request, "funds/actuals/outside_settle.html", context, status=422 if form.errors else 200)


def _destinations(plan: UsePlan, year: int) -> list[BudgetLine]:
    """Lines in force in the year in which the settlement would stand, this fund's first."""
    lines = BudgetLine.objects.filter(
        organisation=plan.organisation, year=year, plan__state=UsePlan.State.ACTIVE
    ).select_related("target__cost_centre")
    return sorted(lines, key=lambda line: line.plan_id != plan.pk)
