"""The drawdown document: preview, proposal, approval, posting, withdrawal, and its rows for the accounting system."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, download, to_csv, to_xlsx
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.drawdowns import (
    approve_drawdown,
    booking_dates,
    post_drawdown,
    propose_drawdown,
    withdraw_drawdown,
)
from ..forms.months import ProposalForm, ReasonForm
from ..models import Drawdown, UsePlan
from ..models.drawdown import DrawdownQuerySet
from ..queries.documents import document_table, fund_effect, preview_table, proposal_obstacle
from ..queries.exports import accounting_table
from ..queries.months import month_states
from .month_files import drawdown_table, withdrawn_table
from .months import load_month
from .plan_files import about_plan

State = Drawdown.State


@organisation_view("view_months")
def drawdown(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """The standing document of a month, or the preview of one that can be proposed."""
    return _page(request, load_month(request, fund, year, month), month)


def _page(
    request: OrganisationRequest,
    plan: UsePlan,
    month: Month,
    *,
    proposal_form: ProposalForm | None = None,
    withdraw_form: ReasonForm | None = None,
) -> HttpResponse:
    """Draw the page; with a form that was sent and refused, the page says so and keeps what was typed."""
    found = documents(plan).filter(month=month.first)
    document = found.standing().first()
    table = document_table(document) if document else preview_table(plan, month)
    days = booking_dates(plan.fund, month)
    booking_on = document.booking_on if document else days[0]
    total = document.total if document else table.sums.drawdown
    may = request.membership.may
    context = {
        "plan": plan,
        "month": month,
        "document": document,
        "table": table,
        "total": total,
        "effect": fund_effect(
            plan.fund,
            total=total,
            booking_on=booking_on,
            posted=document is not None and document.state == State.POSTED,
        ),
        "obstacle": None if document else proposal_obstacle(plan, month),
        "month_state": month_states(plan.organisation).of(month),
        "withdrawn": list(found.filter(state=State.WITHDRAWN).order_by("-pk")),
        "proposal_form": proposal_form or ProposalForm(days=days),
        "withdraw_form": withdraw_form or ReasonForm(),
        "prepared_it": document is not None and document.prepared_by.user_id == request.membership.user_id,
        "may_propose": may("propose_drawdown"),
        "may_approve": may("approve_drawdown"),
        "may_post": may("post_drawdown"),
        "may_withdraw": may("withdraw_drawdown"),
        "previous": month.previous() if month.number > 1 else None,
        "next": month.next() if month.number < 12 else None,
    }
    refused = proposal_form is not None or withdraw_form is not None
    return render(request, "funds/drawdowns/drawdown.html", context, status=422 if refused else 200)


@organisation_view("view_months")
def drawdown_export(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """The rows of the standing document, or of its preview, and the withdrawn documents, as a file."""
    plan = load_month(request, fund, year, month)
    found = documents(plan).filter(month=month.first)
    document = found.standing().first()
    table = document_table(document) if document else preview_table(plan, month)
    about = about_plan(
        plan,
        (_("Month"), formats.month(month)),
        (_("State"), str(document.get_state_display() if document else _("Preview"))),
        (_("Voucher"), str(document.number or "–") if document else "–"),
    )
    tables = [drawdown_table(table), withdrawn_table(found.filter(state=State.WITHDRAWN).order_by("-pk"))]
    return table_response(request, format, f"drawdown-{fund}-{month}", tables, about)


@organisation_view("propose_drawdown", methods=("POST",))
def drawdown_propose(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Make the document from the ledger. A second click finds it made and changes nothing."""
    plan = load_month(request, fund, year, month)
    if documents(plan).standing().filter(month=month.first, prepared_by=request.membership).exists():
        return _to_document(request, plan, month)
    form = ProposalForm(request.POST, days=booking_dates(plan.fund, month))
    if form.is_valid():
        try:
            propose_drawdown(
                plan=plan,
                month=month,
                by=request.membership,
                at=timezone.now(),
                booking_on=form.cleaned_data["booking_on"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The drawdown is proposed. Another person approves it."))
            return _to_document(request, plan, month)
    return _page(request, plan, month, proposal_form=form)


@organisation_view("approve_drawdown", methods=("POST",))
def drawdown_approve(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Approve the document that the person saw."""
    plan = load_month(request, fund, year, month)
    return _step(request, plan, month, approve_drawdown, State.APPROVED, _("The drawdown is approved."))


@organisation_view("post_drawdown", methods=("POST",))
def drawdown_post(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Post the document that the person saw: fund entry, voucher number, locked month."""
    plan = load_month(request, fund, year, month)
    return _step(
        request, plan, month, post_drawdown, State.POSTED, _("The drawdown is posted and the month is locked.")
    )


@organisation_view("withdraw_drawdown", methods=("POST",))
def drawdown_withdraw(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Withdraw a document that is not posted, with a reason."""
    plan = load_month(request, fund, year, month)
    document = _seen(request, plan, month)
    form = ReasonForm(request.POST)
    if document.state == State.WITHDRAWN and document.withdrawn_by_id == request.membership.pk:
        return _to_document(request, plan, month)
    if form.is_valid():
        try:
            withdraw_drawdown(
                drawdown=document, by=request.membership, at=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The drawdown is withdrawn."))
            return _to_document(request, plan, month)
    return _page(request, plan, month, withdraw_form=form)


def _step(
    request: OrganisationRequest,
    plan: UsePlan,
    month: Month,
    act: Callable[..., Drawdown],
    wanted: str,
    done: str | Promise,
) -> HttpResponse:
    """Take one step with the document that the person saw; a second click on a done step is no error."""
    document = _seen(request, plan, month)
    by = document.approved_by_id if wanted == State.APPROVED else document.posted_by_id
    if document.state != wanted or by != request.membership.pk:
        try:
            act(drawdown=document, by=request.membership, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, str(done))
    return _to_document(request, plan, month)


@organisation_view("view_months")
def drawdown_rows(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """The standing document's rows for the accounting system, as CSV or XLSX."""
    plan = load_month(request, fund, year, month)
    document = get_object_or_404(documents(plan).standing(), month=month.first)
    table = accounting_table(document)
    name = f"{plan.fund.slug}-{month}" + ("" if document.number else f"-{document.state}")
    if format == "csv":
        return download(to_csv(table), f"{name}.csv", CSV_TYPE)
    if format == "xlsx":
        return download(to_xlsx([table], made_at=document.prepared_at), f"{name}.xlsx", XLSX_TYPE)
    raise Http404


def documents(plan: UsePlan) -> DrawdownQuerySet:
    """Documents of a plan with the people of each step."""
    people = ("prepared_by__user", "approved_by__user", "posted_by__user", "withdrawn_by__user")
    return Drawdown.objects.filter(plan=plan).select_related("plan__fund", "plan__organisation", "entry", *people)


def _seen(request: OrganisationRequest, plan: UsePlan, month: Month) -> Drawdown:
    """The document that the form names: a newer one is never approved in its place."""
    number = request.POST.get("drawdown", "")
    if not number.isdecimal():
        raise Http404
    return get_object_or_404(documents(plan), pk=int(number), month=month.first)


def _to_document(request: OrganisationRequest, plan: UsePlan, month: Month) -> HttpResponse:
    return redirect(
        "drawdown", organisation=request.organisation.slug, fund=plan.fund.slug, year=plan.year, month=month
    )
