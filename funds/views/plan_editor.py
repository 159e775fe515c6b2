"""The plan editor: one page for the whole plan, and the check that a script asks while somebody types."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.http import OrganisationRequest, organisation_view
from organisations.models import Membership

from ..actions.plans import PlanConflict, save_layout
from ..forms.plan_editor import EditorRow, PlanEditor
from ..loaders import load_plan
from ..queries.plans import cost_centre_names
from .plans import day_in_year, to_plan


@organisation_view("edit_plan", methods=("GET", "POST"))
def plan_edit(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Lay out the whole plan. Every button posts the page; only Save writes."""
    plan = load_plan(request, fund, year)
    if request.method != "POST":
        editor = PlanEditor(plan)
        if not editor.rows:
            editor.obey("add-target")
        return _page(request, editor)
    editor = PlanEditor(plan, request.POST)
    command = request.POST.get("do", "save")
    if command != "save":
        editor.obey(command)
        return _page(request, editor)
    if editor.version == plan.version and editor.check():
        return _page(request, editor, refused=True)
    try:
        editor.check()
        save_layout(
            plan=plan,
            ceiling=editor.ceiling,
            targets=editor.targets,
            seen_version=editor.version,
            by=request.membership,
        )
    except PlanConflict:
        now = load_plan(request, fund, year)
        if not editor.problems and editor.is_stored(now):
            return to_plan(now)
        editor.rebase(now)
        return _page(request, editor, conflict=True)
    except Refusal as refusal:
        return _page(request, editor, refused=True, refusal=str(refusal))
    messages.success(request, _("The plan was saved."))
    return to_plan(plan)


@organisation_view("edit_plan", methods=("POST",))
def plan_check(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Sums, readings and broken rules of what is on the page, as JSON. Writes nothing."""
    plan = load_plan(request, fund, year)
    editor = PlanEditor(plan, request.POST)
    editor.check()
    _name_centres(request, editor)
    targets = [row for row in editor.rows if row.kind == "target"]
    return JsonResponse(
        {
            "total": formats.amount(editor.total),
            "unallocated": formats.amount(editor.unallocated),
            "over": editor.unallocated < 0,
            "ceiling": "" if ("", "ceiling") in editor.unread else formats.amount(editor.ceiling),
            "sums": {row.key: formats.amount(row.amount) for row in targets},
            "centres": {row.key: row.centre_name for row in targets},
            "amounts": {row.key: formats.amount(row.amount) for row in editor.rows if _has_amount(editor, row)},
            "problems": editor.messages,
        }
    )


def _has_amount(editor: PlanEditor, row: EditorRow) -> bool:
    """True for a line whose amount was typed and read."""
    return row.kind == "line" and bool(row.values["amount"].strip()) and (row.key, "amount") not in editor.unread


def _name_centres(request: OrganisationRequest, editor: PlanEditor) -> dict[str, str]:
    """Put today's names of cost centres beside their codes; returns every cost centre for the list of suggestions."""
    names = cost_centre_names(request.organisation, day_in_year(editor.plan.year, timezone.localdate()))
    known = {code: names.get(code, "") for code in request.organisation.cost_centres.values_list("code", flat=True)}
    for row in editor.rows:
        if row.kind == "target":
            code = row.values["cost_centre"].strip()
            row.centre_name = known[code] or code if code in known else ""
    return known


def _page(
    request: OrganisationRequest,
    editor: PlanEditor,
    *,
    refused: bool = False,
    conflict: bool = False,
    refusal: str = "",
) -> HttpResponse:
    if not refused:
        # Sums are shown from the start; what is not finished yet is not called an error.
        editor.check()
        for row in editor.rows:
            row.errors = {}
    context: dict[str, Any] = {
        "plan": editor.plan,
        "editor": editor,
        "centres": _name_centres(request, editor),
        "members": _members(request, editor),
        "refused": refused,
        "refusal": refusal,
        "conflict": conflict,
        "new_rows": [EditorRow("__key__", "target", None, {}), EditorRow("__key__", "line", None, {})],
    }
    return render(request, "funds/plans/edit.html", context, status=409 if conflict else 422 if refused else 200)


def _members(request: OrganisationRequest, editor: PlanEditor) -> list[tuple[str, str]]:
    """Members who can be named responsible: the working ones, and those who are named already."""
    named = {row.values["responsible"] for row in editor.rows}
    members = Membership.objects.filter(organisation=request.organisation).select_related("user")
    return [
        (str(member.pk), member.user.name)
        for member in members
        if (member.is_active and member.user.is_active) or str(member.pk) in named
    ]
