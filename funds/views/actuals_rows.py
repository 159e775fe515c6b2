"""The rows behind a figure, and the correction of one row."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.http import OrganisationRequest, organisation_view

from ..actions.actuals import correct_actual, correction_month
from ..forms.actuals import CorrectForm
from ..loaders import lines_in_scope, load_line, load_plan
from ..models import Actual, UsePlan
from ..queries.actuals import corrected_figure, ledger_rows, month_columns, total_of
from .actuals_page import columns_by_month, plan_context

ROWS_A_PAGE = 100


@dataclass(frozen=True)
class ChosenRows:
    """Rows that the address asks for, and what it asks for in words."""

    rows: QuerySet[Actual]
    #: (label, value)
    parameters: list[tuple[str, str]]


def chosen_rows(request: OrganisationRequest, plan: UsePlan) -> ChosenRows:
    """Rows of the plan by ``?line=CODE``, ``?target=ID`` and ``?month=2024-10``; unknown values find nothing."""
    lines = lines_in_scope(plan, request.membership)
    parameters = []
    code, target, month = (request.GET.get(name, "").replace("\0", "?") for name in ("line", "target", "month"))
    if code:
        parameters.append((_("Budget line"), code))
    if target:
        found = plan.targets.filter(pk=int(target) if target.isdecimal() and len(target) < 18 else 0).first()
        parameters.append((_("Target"), found.name if found else target))
        lines = lines.filter(target=found) if found else lines.none()
    chosen_month = read_month(month)
    if month:
        parameters.append((_("Month"), formats.month(chosen_month) if chosen_month else month))
        lines = lines if chosen_month else lines.none()
    return ChosenRows(ledger_rows(lines, code=code, month=chosen_month), parameters)


def read_month(text: str) -> Month | None:
    """A month of an address; None for anything else."""
    try:
        return Month.parse(text)
    except ValueError:
        return None


@organisation_view("view_actuals")
def row_list(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Rows behind a total of the grid."""
    plan = load_plan(request, fund, year)
    chosen = chosen_rows(request, plan)
    page = Paginator(chosen.rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = plan_context(
        plan,
        page=page,
        total=total_of(chosen.rows),
        parameters=chosen.parameters,
        may_correct=request.membership.may("enter_actuals"),
        may_see_imports=request.membership.may("view_imports"),
        exports=export_links(request, plan),
    )
    return render(request, "funds/actuals/row_list.html", context)


@organisation_view("view_actuals")
def rows(request: OrganisationRequest, fund: str, year: int, code: str, month: Month) -> HttpResponse:
    """Rows behind one cell of the grid."""
    plan = load_plan(request, fund, year)
    line = load_line(request, plan, code)
    found = ledger_rows(lines_in_scope(plan, request.membership), code=code, month=month)
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = plan_context(
        plan,
        line=line,
        month=month,
        column=columns_by_month(month_columns(plan.organisation, month.year))[month],
        page=page,
        total=total_of(found),
        may_correct=request.membership.may("enter_actuals"),
        may_see_imports=request.membership.may("view_imports"),
        exports=export_links(request, plan, line=code, month=str(month)),
    )
    return render(request, "funds/actuals/rows.html", context)


def export_links(request: OrganisationRequest, plan: UsePlan, **filters: str) -> list[dict[str, str]]:
    """Downloads of the rows on the page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in {**filters, "rows": "1"}.items():
        query[name] = value
    address = [request.organisation.slug, plan.fund.slug, plan.year]
    return [
        {"label": label, "url": f"{reverse('actuals-export', args=[*address, kind])}?{query.urlencode()}"}
        for label, kind in (("CSV", "csv"), ("XLSX", "xlsx"))
    ]


@organisation_view("enter_actuals", methods=("GET", "POST"))
def correct(request: OrganisationRequest, fund: str, year: int, actual: int) -> HttpResponse:
    """One row with its history, and the form that corrects it."""
    plan = load_plan(request, fund, year)
    row = get_object_or_404(ledger_rows(plan.lines.all()), pk=actual)
    form = CorrectForm(request.POST or None)
    figure = corrected_figure(row)
    if request.method == "POST" and form.is_valid():
        # A double click: the figure has changed by the first one, so the difference would be another.
        if earlier := request.organisation.bookings.filter(key=form.sent_key).first():
            return redirect(_home_of(request, plan, earlier.rows.get()))
        try:
            booking = correct_actual(
                organisation=request.organisation,
                actual=row,
                amount=form.difference_from(figure),
                by=request.membership,
                at=timezone.now(),
                key=form.sent_key,
                description=form.cleaned_data["description"],
                voucher=form.cleaned_data["voucher"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The correction was saved in booking %(number)s.") % {"number": booking.number})
            return redirect(_home_of(request, plan, booking.rows.get()))
    may_see = request.membership.may("view_imports")
    context = plan_context(plan, row=row, figure=figure, form=form, may_see_imports=may_see, **_where(request, row))
    return render(request, "funds/actuals/correct.html", context, status=422 if form.errors else 200)


def _where(request: OrganisationRequest, row: Actual) -> dict[str, Any]:
    month = Month.of(row.month)
    where = correction_month(request.organisation, month)
    return {"where": where, "moves": where != month}


def _home_of(request: OrganisationRequest, plan: UsePlan, row: Actual) -> str:
    """Address of a row among the rows of its cell, which may belong to the next year's plan."""
    assert row.line is not None
    home = row.line.plan
    kwargs = {"organisation": request.organisation.slug, "fund": home.fund.slug, "year": home.year}
    cell = {"code": row.line.project_code, "month": Month.of(row.month)}
    return f"{reverse('actual-rows', kwargs={**kwargs, **cell})}#row-{row.pk}"
