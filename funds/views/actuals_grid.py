"""The monthly grid as a page, as a plain form, and as files."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fundtrack import formats
from fundtrack.exceptions import Refusal
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.cells import CellConflict, enter_cells
from ..forms.actuals import PlainEntry
from ..loaders import load_plan
from ..models import Booking, UsePlan
from ..queries.actuals import total_of
from .actuals_files import grid_tables, rows_table
from .actuals_notices import notices_of, said
from .actuals_page import GridPageBuilder, plan_context
from .actuals_rows import chosen_rows
from .plan_files import about_plan


@organisation_view("view_actuals")
def grid(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """Budget lines by target × months; ``?month=2024-10``, ``?target=`` and ``?responsible=`` show a part of them."""
    return _render_grid(request, load_plan(request, fund, year), key=uuid4())


def _render_grid(
    request: OrganisationRequest,
    plan: UsePlan,
    *,
    key: UUID,
    entry: PlainEntry | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    page = GridPageBuilder(request, plan, entry.cells if entry else None).build()
    context = plan_context(
        plan,
        page=page,
        key=key,
        refusal=refusal,
        query=request.GET.urlencode(),
        export_kinds=(("csv", "CSV"), ("xlsx", "XLSX")),
    )
    return render(request, "funds/actuals/grid.html", context, status=status)


@organisation_view("enter_actuals", methods=("POST",))
def save(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """The grid as a plain form: every changed cell or none; what was typed stays on the page."""
    plan = load_plan(request, fund, year)
    entry, key = PlainEntry.read(request.POST), read_key(request.POST.get("key", ""))
    refusal = ""
    if not entry.has_errors:
        try:
            booking = enter_cells(
                plan=plan,
                cells=entry.changes,
                by=request.membership,
                at=timezone.now(),
                source=Booking.Source.GRID,
                key=key,
            )
        except CellConflict as conflict:
            entry.mark_clashes(conflict.clashes)
            refusal = _("Somebody changed figures meanwhile. Nothing was saved: choose which figures stay.")
        except Refusal as refused:
            refusal = str(refused)
        else:
            messages.success(request, saved_sentence(booking))
            for notice in said(notices_of(plan, entry.changes)):
                messages.warning(request, notice["text"])
            query = request.GET.urlencode()
            return redirect(f"{grid_url(request, plan)}?{query}" if query else grid_url(request, plan))
    return _render_grid(request, plan, key=key, entry=entry, refusal=refusal, status=422)


def saved_sentence(booking: Booking | None) -> str:
    """What was saved, in one sentence."""
    if booking is None:
        return _("Nothing had changed.")
    return ngettext(
        "%(count)s figure was saved in booking %(number)s.",
        "%(count)s figures were saved in booking %(number)s.",
        booking.row_count,
    ) % {"count": booking.row_count, "number": booking.number}


def grid_url(request: OrganisationRequest, plan: UsePlan) -> str:
    """Address of the plan's grid."""
    return reverse("actuals", args=[request.organisation.slug, plan.fund.slug, plan.year])


def read_key(text: str) -> UUID:
    """The key of a form; anything else is not our form."""
    try:
        return UUID(text)
    except ValueError as error:
        raise SuspiciousOperation("a form without its key") from error


@organisation_view("view_actuals")
def export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The grid as CSV or XLSX with the page's filters; ``?rows=1`` gives the rows behind it."""
    plan = load_plan(request, fund, year)
    if "rows" in request.GET:
        chosen = chosen_rows(request, plan)
        tables = [rows_table(chosen.rows, total_of(chosen.rows).total)]
        return table_response(request, format, f"rows-{fund}-{year}", tables, about_plan(plan, *chosen.parameters))
    page = GridPageBuilder(request, plan).build()
    labels = [(str(page.filter.fields[key].label), value) for key, value in page.filter.labels.items()]
    about = about_plan(plan, *labels, (_("Amounts on"), formats.day(page.grid.on)))
    return table_response(request, format, f"actuals-{fund}-{year}", grid_tables(page.grid), about)
