"""Funds: the list, one fund with its entries and plans, and entering money."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, Column, Row, Table, download, to_csv, to_xlsx
from organisations.http import OrganisationRequest, organisation_view

from ..actions.funds import add_fund_entry, create_fund, governing_body, update_fund
from ..forms.funds import EntryFilter, FundCreateForm, FundEntryForm, FundForm
from ..loaders import load_fund
from ..models import Fund, FundEntry
from ..queries.drawdowns import balance_on
from ..queries.funds import entries_with_balance, fund_summaries
from ..queries.plans import plan_summaries
from ..tables import EntryTable


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
        entries = EntryFilter(request.GET, queryset=entries_with_balance(found))
        table = EntryTable(entries.qs, organisation=request.organisation.slug, fund=found.slug)
        RequestConfig(request, paginate={"per_page": 50}).configure(table)
        last = found.entries.order_by("-entry_on").values_list("entry_on", flat=True).first()
        context |= {
            "balance": balance_on(found, today),
            "last_day": last,
            "last_balance": balance_on(found, last) if last else None,
            "filter": entries,
            "table": table,
            "exports": _exports(request, found),
        }
    return render(request, "funds/funds/fund.html", context)


def _exports(request: OrganisationRequest, found: Fund) -> list[dict[str, str]]:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return [
        {
            "label": label,
            "url": reverse("fund-entries-export", args=[request.organisation.slug, found.slug, file_format]) + query,
        }
        for label, file_format in (("XLSX", "xlsx"), ("CSV", "csv"))
    ]


@organisation_view("view_months")
def fund_entries_export(request: OrganisationRequest, fund: str, format: str) -> HttpResponse:
    """The filtered entries as XLSX or CSV."""
    found = load_fund(request, fund)
    entries = EntryFilter(request.GET, queryset=entries_with_balance(found)).qs
    columns = [
        Column(_("Number"), "integer"),
        Column(_("Date"), "date"),
        Column(_("Kind")),
        Column(_("Description")),
        Column(_("Decision")),
        Column(_("Amount (€)"), "amount"),
        Column(_("Balance after it (€)"), "amount"),
        Column(_("Entered by")),
        Column(_("Entered at"), "moment"),
    ]
    table = Table(_("Entries of the fund"), columns, [_entry_row(entry) for entry in entries])
    parameters = [
        (_("Organisation"), request.organisation.name),
        (_("Fund"), found.name),
        (_("Filters"), ", ".join(f"{name}={value}" for name, value in request.GET.items() if value) or "–"),
        (_("Made at"), formats.moment(timezone.now())),
    ]
    if format == "csv":
        return download(to_csv(table, parameters), f"{found.slug}.csv", CSV_TYPE)
    if format == "xlsx":
        return download(to_xlsx([table], parameters), f"{found.slug}.xlsx", XLSX_TYPE)
    raise Http404


def _entry_row(entry: FundEntry) -> Row:
    month = entry.drawdown.month if entry.drawdown else None
    return [
        entry.number,
        entry.entry_on,
        entry.get_kind_display(),
        _("Drawdown of %(month)s") % {"month": formats.month_short(month)} if month else entry.description,
        entry.decision_reference,
        entry.amount,
        entry.balance,  # type: ignore[attr-defined]
        entry.entered_by.user.name if entry.entered_by else _("Command line"),
        entry.entered_at,
    ]


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
