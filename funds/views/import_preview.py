"""An import before and after it is committed: its preview, the deeds that end it, and what was booked."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fundtrack import formats
from fundtrack.exceptions import Refusal
from fundtrack.exports import Table
from fundtrack.money import ZERO
from fundtrack.sentences import told
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.import_work import refuse_while_worked_on
from ..actions.imports import HasErrors, NotAcknowledged, PreviewChanged, discard_batch
from ..forms.imports import MapForm, posted_pairs
from ..loaders import load_import
from ..models import ImportBatch, ImportWork
from ..queries.import_rows import booked_months, lines_to_map, outside_pairs
from ..queries.import_undo import undo_consequences, why_not_undone
from ..queries.import_work import WorkStanding
from ..queries.imports import ImportPreview, counted_kinds, preview_batch, row_errors
from .import_files import about_import, booked_table, errors_table, preview_tables, sheet_of
from .import_page import (
    MapEntry,
    batch_context,
    is_mapped_by_rules,
    line_views,
    map_entries,
    mapping_rows,
    outcome_views,
    profile_names,
    shown_errors,
)
from .import_work import home_of, reason_of, sent_before, standing_of, take_step

_STATE, _STEP = ImportBatch.State, ImportWork.Step
#: Pairs that can be mapped at once; the others come up when these are done.
PAIRS_SHOWN = 50
LINES_SHOWN = 300


@organisation_view("view_imports")
def preview(request: OrganisationRequest, batch: int) -> HttpResponse:
    """What a commit would book; of an ended import, what it did."""
    found = load_import(request, batch)
    standing = standing_of(found)
    if standing is not None and standing.goes_on:
        return home_of(request, found, waits=True)
    if found.state == _STATE.READ:
        return _after_work(request, found, standing)
    if found.state == _STATE.UPLOADED and request.membership.may("enter_actuals"):
        return home_of(request, found)
    acknowledged = told(found.result.get("warnings", []))
    context = batch_context(request, found, months=[], hindrance="", acknowledged=acknowledged)
    if found.booking is not None:
        context["months"] = booked_months(found)
        context["outside_years"] = set(found.fund.plans.values_list("year", flat=True))
    if found.state == _STATE.COMMITTED:
        context |= {"hindrance": why_not_undone(found)[1], "repeat": reason_of(standing)}
        if not context["hindrance"] and context["may_import"]:
            context["undo_text"] = " ".join([_undo_text(), *undo_consequences(found)])
    return render(request, "funds/imports/batch.html", context)


def _undo_text() -> str:
    return _("Everything that the import booked is reversed. The rows and their reversals both stay in the ledger.")


def _after_work(request: OrganisationRequest, batch: ImportBatch, standing: WorkStanding | None) -> HttpResponse:
    """The preview with what was sent for a step that a worker did not finish."""
    if mapped := sent_before(standing, _STEP.MAP):
        mapping = _mapping(request, batch, data=mapped)
        if mapping is not None and mapping.is_valid():
            mapping.add_error(None, str(reason_of(standing)))
        return _preview(request, batch, status=200, mapping=mapping)
    sent, code = sent_before(standing, _STEP.COMMIT), standing.work.code if standing else ""
    if sent is None or code == PreviewChanged.code:
        return _preview(request, batch, refusal=str(reason_of(standing)))
    if code != NotAcknowledged.code:
        return _preview(request, batch, refusal=str(reason_of(standing)), ticked=set(sent))
    preview = preview_batch(batch)
    lacking = {warning.key for warning in preview.warnings} - set(sent)
    return _preview(request, batch, refusal=_tick_all(), ticked=set(sent), lacking=lacking, preview=preview)


def _tick_all() -> str:
    return _("Nothing was booked. Tick every warning when it is right.")


def _preview(
    request: OrganisationRequest,
    batch: ImportBatch,
    *,
    status: int = 200,
    refusal: str = "",
    ticked: Collection[str] = (),
    lacking: Collection[str] = (),
    mapping: MapForm | None = None,
    preview: ImportPreview | None = None,
) -> HttpResponse:
    preview, counted = preview or preview_batch(batch), counted_kinds(batch)
    pairs = outside_pairs(batch) if preview.outside_plan.count else []
    entries = map_entries(batch, pairs)[:PAIRS_SHOWN]
    if mapping is None and entries:
        mapping = _mapping(request, batch, entries)
    lines = line_views(preview.cells)
    context = batch_context(
        request,
        batch,
        preview=preview,
        refusal=refusal,
        of_file=[error for error in preview.errors if not error.row],
        of_rows=[error for error in shown_errors(request, preview.errors) if error.row],
        warnings=[(warning, warning.key in ticked, warning.key in lacking) for warning in preview.warnings],
        outcomes=outcome_views(batch, preview, counted),
        ours=sum((counted[kind].amount for kind in ("row", "left_out", "error")), ZERO),
        lines=lines[:LINES_SHOWN],
        lines_left=max(0, len(lines) - LINES_SHOWN),
        change=preview.imported_total,
        unmapped=[pair for pair in pairs if not is_mapped_by_rules(batch, pair)][:PAIRS_SHOWN],
        mapping=mapping,
        mapping_rows=mapping_rows(mapping, entries) if mapping else [],
    )
    return render(request, "funds/imports/preview.html", context, status=status)


@organisation_view("view_imports")
def preview_export(request: OrganisationRequest, batch: int, format: str) -> HttpResponse:
    """The page of an import as a file, whole where the page shows the first lines, pairs and errors."""
    found = load_import(request, batch)
    tables = _preview_tables(request, found) if found.state == _STATE.READ else [booked_table(booked_months(found))]
    return table_response(request, format, f"import-{found.number}", tables, about_import(found))


def _preview_tables(request: OrganisationRequest, batch: ImportBatch) -> list[Table]:
    preview = preview_batch(batch)
    errors = [*(error for error in preview.errors if not error.row), *row_errors(batch)]
    return preview_tables(
        outcome_views(batch, preview, counted_kinds(batch)),
        line_views(preview.cells),
        outside_pairs(batch) if preview.outside_plan.count else [],
        preview.warnings,
        errors_table(shown_errors(request, errors), sheet_of(batch)),
    )


def _mapping(
    request: OrganisationRequest, batch: ImportBatch, entries: Sequence[MapEntry] = (), data: Any = None
) -> MapForm | None:
    if not request.membership.may("enter_actuals"):
        return None
    initial = {"keep_as": batch.profile_name, "keep": bool(batch.profile_name)}
    pairs = posted_pairs(data) if data is not None else [entry.key for entry in entries]
    lines, names = lines_to_map(request.organisation), profile_names(request)
    return MapForm(data, pairs=pairs, lines=lines, names=names, initial=initial)


@organisation_view("enter_actuals", methods=("POST",))
def map_rows(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Give rows outside the plan a line by rules, and read the file again."""
    found = load_import(request, batch)
    form = _mapping(request, found, data=request.POST)
    assert form is not None, "the right was asked for"
    if found.state != _STATE.READ:
        return home_of(request, found)
    if not form.is_valid():
        return _preview(request, found, status=422, mapping=form)
    rules = form.rules
    offered = {entry.key for entry in map_entries(found, outside_pairs(found))}
    if any((rule.replaces, rule.cost_centre, rule.account) not in offered for rule in rules):
        form.add_error(None, _("The form has rows that are not asked about here: load the page again."))
        return _preview(request, found, status=422, mapping=form)
    try:
        done = take_step(request, found, _STEP.MAP, rules=[rule.as_json() for rule in rules], keep_as=form.kept_as)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _preview(request, found, status=422, mapping=form)
    if done is None:
        return home_of(request, found, waits=True)
    text = ngettext(
        "The file was read again with %(count)s more rule.",
        "The file was read again with %(count)s more rules.",
        len(rules),
    )
    messages.success(request, text % {"count": len(rules)})
    return home_of(request, found)


@organisation_view("enter_actuals", methods=("POST",))
def commit(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Book exactly what the preview showed. The second click of a double click changes nothing."""
    found = load_import(request, batch)
    # The names of the ticked boxes are the keys of the warnings.
    ticked = set(request.POST)
    try:
        done = take_step(
            request, found, _STEP.COMMIT, acknowledged=sorted(ticked), seen=request.POST.get("seen") or "not seen"
        )
    except NotAcknowledged as refusal:
        lacking = {warning.key for warning in refusal.preview.warnings} - ticked
        shown = refusal.preview
        return _preview(request, found, status=422, refusal=_tick_all(), ticked=ticked, lacking=lacking, preview=shown)
    except HasErrors as refusal:
        return _preview(request, found, status=422, refusal=str(refusal), ticked=ticked, preview=refusal.preview)
    except PreviewChanged as refusal:
        # What was ticked was said about other figures.
        return _preview(request, found, status=409, refusal=str(refusal))
    except Refusal as refusal:
        return _refused(request, found, refusal)
    if done is not None:
        messages.success(request, _committed_text(done))
    return home_of(request, found, waits=done is None)


def _committed_text(batch: ImportBatch) -> str:
    if batch.booking is None:
        return _("The ledger has all of this already. Nothing was booked.")
    text = ngettext(
        "%(count)s row was booked in booking %(number)s.",
        "%(count)s rows were booked in booking %(number)s.",
        batch.booking.row_count,
    )
    return text % {"count": formats.count(batch.booking.row_count), "number": batch.booking.number}


def _refused(request: OrganisationRequest, batch: ImportBatch, refusal: Refusal) -> HttpResponse:
    """After a refusal: the import as it is now, with the reason where it is not what was wanted."""
    state = load_import(request, batch.number).state
    if (refusal.code, state) != ("import_state", _STATE.COMMITTED):
        messages.error(request, str(refusal))
    return home_of(request, batch)


@organisation_view("enter_actuals", methods=("POST",))
def discard(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Put an import aside that was not committed."""
    found = load_import(request, batch)
    try:
        refuse_while_worked_on(found)
        discard_batch(batch=found, by=request.membership)
    except Refusal as refusal:
        if found.state != _STATE.DISCARDED:
            messages.error(request, str(refusal))
    else:
        messages.success(request, _("The import was discarded. Its file is kept."))
    return home_of(request, found)


@organisation_view("enter_actuals", methods=("POST",))
def undo(request: OrganisationRequest, batch: int) -> HttpResponse:
    """Reverse what a committed import booked, while its months are open."""
    found = load_import(request, batch)
    try:
        done = take_step(request, found, _STEP.UNDO)
    except Refusal as refusal:
        if found.state != _STATE.UNDONE:
            messages.error(request, str(refusal))
    else:
        # The page of an import that was undone says so itself.
        return home_of(request, found, waits=done is None)
    return home_of(request, found)
