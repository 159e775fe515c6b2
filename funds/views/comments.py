"""A project lead's own pages: what is still to be said, and the comments of one month."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions.notes import COMMENT_LIMIT, NoteRefusal, write_comments
from ..forms.comments import CommentsForm
from ..loaders import load_plan
from ..queries.comments import comment_plans, comment_sheets, commented_months, own_lines
from ..queries.months import MonthStates, month_states
from .month_files import comment_plans_table, comment_tables
from .plan_files import about_plan


@organisation_view("comment_lines")
def comment_home(request: OrganisationRequest) -> HttpResponse:
    """All own lines over plans in force, and the months in which something is still to be said."""
    plans = comment_plans(request.membership, timezone.localdate())
    missing = sum(month.missing for plan in plans for month in plan.months)
    return render(request, "funds/comments/home.html", {"plans": plans, "missing": missing})


@organisation_view("comment_lines")
def comment_home_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """The months of the plans with own lines as a file."""
    table = comment_plans_table(comment_plans(request.membership, timezone.localdate()))
    return table_response(request, format, "comments", [table])


@organisation_view("comment_lines")
def comments_export(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """Own lines of a plan in one month, with figures and comments, as a file."""
    plan = load_plan(request, fund, year)
    if month not in commented_months(month_states(plan.organisation), year, timezone.localdate()):
        raise Http404
    lines = own_lines(request.membership).filter(plan=plan).values_list("pk", flat=True)
    tables = comment_tables(comment_sheets(plan, month, list(lines)))
    about = about_plan(plan, (_("Month"), formats.month(month)))
    return table_response(request, format, f"comments-{fund}-{month}", tables, about)


@organisation_view("comment_lines", methods=("GET", "POST"))
def comments(request: OrganisationRequest, fund: str, year: int, month: Month | None = None) -> HttpResponse:
    """Own lines of a plan in one month: figures beside the text that explains them."""
    plan = load_plan(request, fund, year)
    states = month_states(plan.organisation)
    months = commented_months(states, year, timezone.localdate())
    chosen = month or _newest(states, months) or Month(year, 1)
    if chosen.year != year or (month is not None and month not in months):
        raise Http404
    lines = {line.pk: line for line in own_lines(request.membership).filter(plan=plan)}
    sheets = comment_sheets(plan, chosen, list(lines))
    form = CommentsForm(request.POST or None, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        try:
            written = write_comments(
                month=chosen, comments=form.comments(lines), by=request.membership, at=timezone.now()
            )
        except NoteRefusal as refusal:
            form.add_error(f"text-{refusal.line_id}" if refusal.line_id else None, str(refusal))
        else:
            messages.success(request, _("Saved.") if written else _("Nothing had changed."))
            return redirect("comments", organisation=request.organisation.slug, fund=fund, year=year, month=chosen)
    return render(
        request,
        "funds/comments/comments.html",
        {
            "plan": plan,
            "month": chosen,
            "state": states.of(chosen),
            "months": months,
            "form": form,
            "limit": COMMENT_LIMIT,
        },
        status=422 if form.errors else 200,
    )


def _newest(states: MonthStates, months: list[Month]) -> Month | None:
    """The last month that is not open, else the newest that has begun."""
    closed = [month for month in months if states.last is not None and month <= states.last]
    return max(closed or months, default=None)
