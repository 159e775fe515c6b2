"""The audit page: every change of plan, month, drawdown, membership, with what was before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, Column, Table, download, to_csv, to_xlsx

from ..forms import AuditFilterForm
from ..http import OrganisationRequest, organisation_view
from ..queries.audit import AuditEvent, AuditFilter, audit_events

PAGE_SIZE = 50
#: Most changes in one file; who needs more narrows the dates.
EXPORT_LIMIT = 20_000
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
            "exports": _exports(request),
        },
    )


@organisation_view("view_audit")
def audit_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The same changes as a file, one row per changed field."""
    form = AuditFilterForm(request.GET, organisation=request.organisation)
    if format not in ("csv", "xlsx") or not form.is_valid():
        raise Http404
    events = audit_events(request.organisation, _filter(form), limit=EXPORT_LIMIT)
    parameters = [
        (_("Organisation"), request.organisation.name),
        (_("Made"), formats.moment(timezone.now())),
        (_("Changes"), str(len(events))),
    ]
    table = audit_table(events)
    if format == "csv":
        return download(to_csv(table, parameters), "history.csv", CSV_TYPE)
    return download(to_xlsx([table], parameters), "history.xlsx", XLSX_TYPE)


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
    rows = [
        (
            event.at, event.person, event.email, event.source, event.request, event.table.label, event.object_id,
            event.title, kinds.get(event.kind, event.kind), change.label, change.before, change.after,
        )
        for event in events
        for change in event.changes
    ]  # fmt: skip
    return Table(_("History"), columns, rows)


def _filter(form: AuditFilterForm) -> AuditFilter:
    return AuditFilter(**form.cleaned_data)


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 7 else 1


def _exports(request: OrganisationRequest) -> list[dict[str, Any]]:
    kept = {name: value for name, value in request.GET.items() if name != "page" and value}
    return [
        {
            "label": format.upper(),
            "url": reverse("audit-export", kwargs={"organisation": request.organisation.slug, "format": format})
            + (f"?{urlencode(kept)}" if kept else ""),
        }
        for format in ("csv", "xlsx")
    ]
