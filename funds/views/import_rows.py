"""The rows of an import: lists by what became of them, one row beside its raw cells, errors, and the file itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack import exports
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..file_bytes import content_of
from ..forms.import_labels import COLUMN_LABELS
from ..imports.headings import letters_of, places_of
from ..imports.profiles import ProfileRefusal
from ..loaders import load_import, load_import_row
from ..models import Actual, ImportFile, ImportRow
from ..queries.import_rows import ListedRows, booked_from, errors_of, has_ended
from .import_files import (
    about_import,
    booked_rows_table,
    cells_table,
    errors_table,
    remarks_of,
    removed_table,
    rows_table,
    sheet_of,
)
from .import_page import OUTCOME_LABELS, actual_url, batch_context, sees_file, shown_errors, values_of

ROWS_A_PAGE = 100


@dataclass(frozen=True)
class RowView:
    """One row of the file, with what became of it."""

    row: ImportRow
    #: Why it is not booked, or what is wrong with it; one sentence each.
    remarks: list[str | Promise]
    #: (ledger row, its address)
    booked: list[tuple[Actual, str]]


def _outcome(request: OrganisationRequest) -> str:
    outcome = request.GET.get("outcome", "")
    if outcome and outcome not in OUTCOME_LABELS:
        raise Http404
    return outcome


@organisation_view("view_imports")
def rows(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Rows of the file by ``?outcome=``; without one, all of them."""
    found, outcome = load_import(request, batch), _outcome(request)
    rows = ListedRows(found, outcome, whole=sees_file(request))
    page: Page[Any] = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    listed = list(page)
    if outcome == "removed":
        views: dict[str, Any] = {"removed": [(actual, actual_url(request, actual)) for actual in listed]}
    else:
        views = {"rows": _views(request, listed)}
    context = batch_context(
        request,
        found,
        page=page,
        outcome=outcome,
        label=OUTCOME_LABELS.get(outcome, ""),
        choices=OUTCOME_LABELS.items(),
        **views,
    )
    return render(request, "funds/imports/rows.html", context)


@organisation_view("view_imports")
def rows_export(request: OrganisationRequest, batch: int, format: str) -> HttpResponse:
    """The rows of ``?outcome=`` as a file, each with its cells as the file has them."""
    found, outcome = load_import(request, batch), _outcome(request)
    whole = sees_file(request)
    listed = ListedRows(found, outcome, whole=whole)
    table = removed_table(listed) if outcome == "removed" else rows_table(found, listed, cells=whole)
    about = about_import(found, *([(_("What becomes of them"), OUTCOME_LABELS[outcome])] if outcome else []))
    return table_response(request, format, f"import-{found.number}-rows", [table], about)


def _views(request: OrganisationRequest, rows: Sequence[ImportRow]) -> list[RowView]:
    booked = booked_from(rows)
    return [
        RowView(
            row,
            remarks_of(row.problems, row.reason),
            [(actual, actual_url(request, actual)) for actual in booked.get(row.pk, [])],
        )
        for row in rows
    ]


@organisation_view("view_imports")
def row(request: OrganisationRequest, batch: int, row: int) -> HttpResponse:
    """One row: its raw cells under the file's headings, what they were read as, and what was booked from it."""
    found = load_import_row(request, batch, row)
    context = batch_context(
        request,
        found.batch,
        row=found,
        cells=_cells(found) if (sees := _sees_row(request, found)) else [],
        remarks=remarks_of(found.problems, found.reason) if sees else [],
        booked=[(actual, actual_url(request, actual)) for actual in _booked(found)],
    )
    return render(request, "funds/imports/row.html", context)


@organisation_view("view_imports")
def row_export(request: OrganisationRequest, batch: int, row: int, format: str) -> HttpResponse:
    """The page of a row as a file."""
    found = load_import_row(request, batch, row)
    cells = _cells(found) if _sees_row(request, found) else []
    tables = [cells_table(cells), booked_rows_table(_booked(found))]
    about = about_import(found.batch, (_("Row of the file"), str(found.number)))
    return table_response(request, format, f"import-{found.batch.number}-row-{found.number}", tables, about)


def _sees_row(request: OrganisationRequest, row: ImportRow) -> bool:
    """True for who may see the file, and of a row of the ledger for everybody: others may be of balance or payroll."""
    return sees_file(request) or (row.kind == ImportRow.Kind.ROW and has_ended(row.batch))


def _booked(row: ImportRow) -> list[Actual]:
    return booked_from([row]).get(row.pk, [])


def _cells(row: ImportRow) -> list[dict[str, Any]]:
    """The cells in the order of the file, each with what it was read as."""
    headings = row.batch.reading.get("headings", [])
    keys: dict[int, list[str]] = {}
    try:
        for key, place in places_of(row.batch.profile.get("columns", {}), headings).items():
            keys.setdefault(place, []).append(key)
    except ProfileRefusal:
        keys = {}
    values = values_of(row)
    width = max(len(headings), len(row.cells))
    return [
        {
            "letters": letters_of(place),
            "heading": headings[place] if place < len(headings) else "",
            "raw": row.cells[place] if place < len(row.cells) else "",
            "read": [(COLUMN_LABELS[key], key, values.get(key)) for key in keys.get(place, [])],
        }
        for place in range(width)
    ]


@organisation_view("view_imports")
def errors(request: OrganisationRequest, batch: int, format: str) -> HttpResponse:
    """Everything that hinders the import, all of it, as a file."""
    found = load_import(request, batch)
    table = errors_table(shown_errors(request, errors_of(found)), sheet_of(found))
    return table_response(request, format, f"import-{found.number}-errors", [table], about_import(found))


@organisation_view("view_import_files")
def file(request: OrganisationRequest, batch: int) -> HttpResponse:
    """The file as it was uploaded, byte for byte; never shown by the browser."""
    files = ImportFile.objects.filter(organisation=request.organisation)
    stored = get_object_or_404(files, batch__number=batch)
    response = exports.download(content_of(stored), stored.name, "application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
