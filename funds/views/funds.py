"""Funds: the list, one fund with its entries and plans, and entering money."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.downloads import chosen_filters, table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.funds import add_fund_entry, create_fund, governing_body, update_fund
from ..forms.funds import EntryFilter, FundCreateForm, FundEntryForm, FundForm
from ..loaders import load_fund
from ..models import Fund
from ..queries.drawdowns import balance_on
from ..queries.funds import entries_with_balance, fund_summaries
from ..queries.plans import plan_summaries
from ..tables import EntryTable
from .fund_files import entries_table, funds_table, plans_table

#: Rows that an export reads from the database at a time.
ROWS_AT_A_TIME = 2000


@organisation_view("view_plan")
def fund_list(request: OrganisationRequest) -> HttpResponse:
    """The organisation's funds with their balances and plans."""
    today = timezone.localdate()
    context = {
        "funds": fund_summaries(request.organisation, today),
        "today": today,
        "may_create": request.membership.may("edit_fund"),
        "may_months": request.membership.may("view_months"),
    }
    return render(request, "funds/funds/list.html", context)


@organisation_view("edit_fund", methods=("GET", "POST"))
def fund_create(request: OrganisationRequest) -> HttpResponse:
    """Create a fund with its opening balance."""
    start = timezone.localdate().replace(month=1, day=1)
    form = FundCreateForm(request.POST or None, organisation=request.organisation, initial={"opening_on": start})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            fund = create_fund(
                organisation=request.organisation,
                slug=values["slug"],
                name=values["name"],
                body=governing_body(organisation=request.organisation, chosen=form.governing_body()),
                rules=values["rules"],
                debit_account=values["debit_account"],
                credit_account=values["credit_account"],
                december_rule=values["december_rule"],
                opening_balance=values["opening_balance"],
                opening_on=values["opening_on"],
                by=request.membership,
                at=timezone.now(),
                key=values["key"],
            )
        except Refusal as refusal:
            form.add_error("slug" if refusal.code == "fund_slug_once" else None, str(refusal))
        else:
            messages.success(request, _("The fund was created."))
            return redirect("fund", organisation=request.organisation.slug, fund=fund.slug)
    return render(request, "funds/funds/create.html", {"form": form}, status=422 if form.errors else 200)


@organisation_view("view_plan")
def fund(request: OrganisationRequest, fund: str) -> HttpResponse:
    """One fund: rules, balance today, plans by year, entries with filters."""
    found = load_fund(request, fund)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "fund": found,
        "plans": plan_summaries(found.pk),
        "today": today,
        "may_edit": request.membership.may("edit_fund"),
        "may_enter": request.membership.may("enter_fund_entries"),
        "may_plan": request.membership.may("edit_plan"),
    }
    if request.membership.may("view_months"):
        entries, table = _entries(request, found)
        RequestConfig(request, paginate={"per_page": 50}).configure(table)
        last = found.entries.order_by("-entry_on").values_list("entry_on", flat=True).first()
        context |= {
            "balance": balance_on(found, today),
            "last_day": last,
            "last_balance": balance_on(found, last) if last else None,
            "filter": entries,
            "table": table,
        }
    return render(request, "funds/funds/fund.html", context)


@organisation_view("view_plan")
def fund_list_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The funds and their plans as a file."""
    today = timezone.localdate()
    funds = fund_summaries(request.organisation, today)
    plans = [(found.fund.name, plan) for found in funds for plan in found.plans]
    tables = [
        funds_table(funds, today if request.membership.may("view_months") else None),
        plans_table(plans, sums=not request.membership.sees_own_lines_only),
    ]
    return table_response(request, format, "funds", tables)


@organisation_view("view_plan")
def fund_plans_export(request: OrganisationRequest, fund: str, format: str) -> HttpResponse:
    """The plans of a fund as a file."""
    found = load_fund(request, fund)
    plans = [(found.name, plan) for plan in plan_summaries(found.pk)]
    table = plans_table(plans, sums=not request.membership.sees_own_lines_only)
    return table_response(request, format, f"{found.slug}-plans", [table], [(_("Fund"), found.name)])


@organisation_view("view_months")
def fund_entries_export(request: OrganisationRequest, fund: str, format: str) -> HttpResponse:
    """The filtered entries as a file, the oldest first unless the page is sorted: balances follow each other."""
    found = load_fund(request, fund)
    entries, table = _entries(request, found)
    listed = (table.data.data if "sort" in request.GET else entries.qs).iterator(chunk_size=ROWS_AT_A_TIME)
    parameters = [(_("Fund"), found.name), *chosen_filters(entries.form)]
    return table_response(request, format, found.slug, [entries_table(listed)], parameters)


def _entries(request: OrganisationRequest, found: Fund) -> tuple[EntryFilter, EntryTable]:
    """The entries with the filters and the order of the address."""
    entries = EntryFilter(request.GET, queryset=entries_with_balance(found))
    table = EntryTable(entries.qs, organisation=request.organisation.slug, fund=found.slug)
    RequestConfig(request, paginate=False).configure(table)
    return entries, table


@organisation_view("edit_fund", methods=("GET", "POST"))
def fund_edit(request: OrganisationRequest, fund: str) -> HttpResponse:
    """Change the settings of a fund."""
    found = load_fund(request, fund)
    form = FundForm(request.POST or None, instance=found, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        try:
            changed = form.save(commit=False)
            changed.body = governing_body(organisation=request.organisation, chosen=form.governing_body())
            update_fund(fund=changed, by=request.membership)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The fund was saved."))
            return redirect("fund", organisation=request.organisation.slug, fund=found.slug)
    context = {"form": form, "fund": load_fund(request, fund)}
    return render(request, "funds/funds/edit.html", context, status=422 if form.errors else 200)


@organisation_view("enter_fund_entries", methods=("GET", "POST"))
def fund_entry_create(request: OrganisationRequest, fund: str) -> HttpResponse:
    """Record a transfer in, a return or a deficit cover."""
    found = load_fund(request, fund)
    today = timezone.localdate()
    form = FundEntryForm(request.POST or None, initial={"entry_on": today})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            entry = add_fund_entry(
                fund=found,
                kind=values["kind"],
                entry_on=values["entry_on"],
                amount=values["amount"],
                decision_reference=values["decision_reference"],
                description=values["description"],
                by=request.membership,
                at=timezone.now(),
                key=form.booking_key(),
            )
        except Refusal as refusal:
            form.add_error(_field_of(refusal), str(refusal))
        else:
            done = _("Entry %(number)s was recorded: %(amount)s on %(day)s.")
            messages.success(
                request,
                done
                % {
                    "number": entry.number,
                    "amount": formats.eur(entry.amount),
                    "day": formats.day(entry.entry_on),
                },
            )
            return redirect("fund", organisation=request.organisation.slug, fund=found.slug)
    context = {
        "form": form,
        "fund": found,
        "balance": balance_on(found, today),
        "today": today,
    }
    return render(request, "funds/funds/entry.html", context, status=422 if form.errors else 200)


def _field_of(refusal: Refusal) -> str | None:
    fields = {
        "month_is_closed": "entry_on",
        "fund_deficit_needs_decision": "decision_reference",
        "fund_balance_not_negative": "amount",
        "fund_entry_sign": "amount",
    }
    return fields.get(refusal.code)
