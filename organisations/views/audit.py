"""The audit page: every change of plan, month, drawdown, membership, with what was before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fundtrack.exports import Column, Table

from ..downloads import chosen_filters, table_response
from ..forms import AuditFilterForm
from ..http import OrganisationRequest, organisation_view
from ..queries.audit import AuditEvent, AuditFilter, all_audit_events, audit_events

PAGE_SIZE = 50
#: Last page that can be asked for: further back one narrows the dates.
LAST_PAGE = 400


@dataclass(frozen=True)
class AuditRequest:
    """What one request changed."""

    at: datetime
    person: str
    email: str
    source: str
    request: str
    events: tuple[AuditEvent, ...]


@organisation_view("view_audit")
def audit(request: OrganisationRequest) -> HttpResponse:
    """Changes, newest first, with filters that stand in the address."""
    form = AuditFilterForm(request.GET, organisation=request.organisation)
    page = _page(request.GET.get("page", ""))
    events: list[AuditEvent] = []
    if form.is_valid():
        # One more than is shown tells whether there is a next page.
        events = audit_events(request.organisation, _filter(form), limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    return render(
        request,
        "organisations/audit.html",
        {
            "form": form,
            "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
            "requests": by_request(events[:PAGE_SIZE]),
            "page": page,
            "has_next": len(events) > PAGE_SIZE and page < LAST_PAGE,
        },
    )


@organisation_view("view_audit")
def audit_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """All changes that fit the filters as a file, one row per changed field."""
    form = AuditFilterForm(request.GET, organisation=request.organisation)
    if not form.is_valid():
        raise Http404
    events = all_audit_events(request.organisation, _filter(form))
    filters = chosen_filters(form)
    if form.cleaned_data["object"]:
        filters.append((_("Filters"), _("Only the changes of one object are shown.")))
    return table_response(request, format, "history", [audit_table(events)], filters)


def by_request(events: Iterable[AuditEvent]) -> list[AuditRequest]:
    """Events that stand next to each other and come from one request, together."""
    return [
        AuditRequest(*key, events=tuple(group))
        for key, group in groupby(events, key=lambda e: (e.at, e.person, e.email, e.source, e.request))
    ]


def audit_table(events: Iterable[AuditEvent]) -> Table:
    """One row per changed field."""
    columns = [
        Column(_("Time"), "moment"),
        Column(_("Person")),
        Column(_("E-mail address")),
        Column(_("Page or command")),
        Column(_("Request")),
        Column(_("What was changed")),
        Column(_("Key"), "integer"),
        Column(_("Object")),
        Column(_("Change")),
        Column(_("Field")),
        Column(_("Before")),
        Column(_("After")),
    ]
    kinds = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}
    rows = (
        (
            event.at, event.person, event.email, event.source, event.request, event.table.label, event.object_id,
            event.title, kinds.get(event.kind, event.kind), change.label, change.before, change.after,
        )
        for event in events
        for change in event.changes
    )  # fmt: skip
    return Table(_("History"), columns, rows)


def _filter(form: AuditFilterForm) -> AuditFilter:
    return AuditFilter(**form.cleaned_data)


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 7 else 1
