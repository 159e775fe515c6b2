"""Import of a whole plan: a file, its preview, and the commit of exactly what the preview showed.

Between the two steps the rows that were read travel in a signed field of the page, together with the file's SHA-256,
the plan and its version, and the person. Nothing is kept on the server, and nothing can be changed on the way.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack.exceptions import Refusal
from fundtrack.money import parse_amount
from organisations.http import OrganisationRequest, organisation_view

from ..actions.plan_imports import import_plan
from ..actions.plans import LayoutRefusal, PlanConflict
from ..forms.plans import PlanFileForm
from ..imports.files import MAX_BYTES, too_large
from ..imports.plan_files import OPTIONAL, REQUIRED, PlanFile, PlanRow, labels_of, read_plan
from ..loaders import load_plan
from ..models import UsePlan
from ..queries.plan_imports import ImportPreview, preview_import
from .plans import to_plan

_SALT = "funds.plan-import"
_HOURS_VALID = 4


@organisation_view("edit_plan", methods=("GET", "POST"))
def plan_import(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Upload a file, see its preview, commit it. Only the last step writes."""
    plan = load_plan(request, fund, year)
    if request.method != "POST":
        return _page(request, plan, PlanFileForm(plan=plan))
    if "payload" in request.POST:
        return _commit(request, plan, request.POST["payload"])
    form = PlanFileForm(request.POST, request.FILES, plan=plan)
    if not form.is_valid():
        return _page(request, plan, form)
    found = _read(form)
    if found is None:
        return _page(request, plan, form)
    values = form.cleaned_data
    preview = preview_import(
        organisation=request.organisation,
        year=plan.year,
        plan=plan,
        rows=found.rows,
        ceiling=values.get("ceiling"),
        whole=values.get("whole", False),
    )
    payload = "" if found.problems or preview.problems else _signed(request, plan, found, values)
    return _preview(request, plan, found, preview, payload)


def _read(form: PlanFileForm) -> PlanFile | None:
    """The file of a valid form; None when it was refused, with the reason beside the field."""
    upload: UploadedFile[Any] = form.cleaned_data["file"]
    try:
        if (upload.size or 0) > MAX_BYTES:
            raise Refusal(too_large(upload.size or 0), code="file_too_large")
        name = (upload.name or "")[-100:]
        return read_plan(name, upload.read(MAX_BYTES + 1), decimal_mark=form.cleaned_data["decimal_mark"] or None)
    except Refusal as refusal:
        form.add_error("file", forms.ValidationError(str(refusal), code=refusal.code))
        return None


def _signed(request: OrganisationRequest, plan: UsePlan, found: PlanFile, values: dict[str, Any]) -> str:
    ceiling = values.get("ceiling")
    payload = {
        "plan": plan.pk,
        "version": plan.version,
        "member": request.membership.pk,
        "name": found.name,
        "sha256": found.sha256,
        "ceiling": None if ceiling is None else f"{ceiling:f}",
        "whole": values.get("whole", False),
        "rows": [row.as_payload() for row in found.rows],
    }
    return signing.dumps(payload, salt=_SALT, compress=True)


def _commit(request: OrganisationRequest, plan: UsePlan, signed: str) -> HttpResponse:
    try:
        payload = signing.loads(signed, salt=_SALT, max_age=_HOURS_VALID * 3600)
    except signing.BadSignature:
        payload = {}
    if (payload.get("plan"), payload.get("member")) != (plan.pk, request.membership.pk):
        messages.error(request, _("The preview is too old. Choose the file again."))
        return _page(request, plan, PlanFileForm(plan=plan), status=422)
    rows = [PlanRow.from_payload(row) for row in payload["rows"]]
    try:
        result = import_plan(
            fund=plan.fund,
            year=plan.year,
            rows=rows,
            ceiling=None if payload["ceiling"] is None else parse_amount(payload["ceiling"], decimal_mark="."),
            whole=payload["whole"],
            seen_version=payload["version"],
            file_name=payload["name"],
            file_sha256=payload["sha256"],
            by=request.membership,
            at=timezone.now(),
        )
    except PlanConflict:
        if _is_done(plan, rows, payload):
            # The second click of a double click: the first one has written exactly this.
            messages.success(request, _("The file was imported."))
            return to_plan(plan)
        messages.error(request, _("Somebody saved the plan after the preview. Choose the file again."))
        return _page(request, plan, PlanFileForm(plan=plan), status=409)
    except LayoutRefusal as refusal:
        messages.error(request, str(refusal))
        return _page(request, plan, PlanFileForm(plan=plan), status=422)
    done = _("The file was imported: %(new)s lines new, %(changed)s changed, %(removed)s removed.")
    preview = result.preview
    messages.success(request, done % {"new": preview.new, "changed": preview.changed, "removed": preview.removed})
    return to_plan(plan)


def _is_done(plan: UsePlan, rows: list[PlanRow], payload: dict[str, Any]) -> bool:
    preview = preview_import(
        organisation=plan.organisation, year=plan.year, plan=plan, rows=rows, whole=payload["whole"]
    )
    return not (preview.new or preview.changed or preview.removed or preview.problems)


def _page(request: OrganisationRequest, plan: UsePlan, form: PlanFileForm, *, status: int = 0) -> HttpResponse:
    context = {
        "plan": plan,
        "form": form,
        "required": labels_of(REQUIRED),
        "optional": labels_of(OPTIONAL),
        "limit": MAX_BYTES // 1024 // 1024,
    }
    return render(request, "funds/plans/import.html", context, status=status or (422 if form.errors else 200))


def _preview(
    request: OrganisationRequest, plan: UsePlan, found: PlanFile, preview: ImportPreview, payload: str
) -> HttpResponse:
    context = {"plan": plan, "file": found, "preview": preview, "payload": payload}
    return render(request, "funds/plans/import_preview.html", context, status=200 if payload else 422)
