"""Report pages: the list of months, the two reports as page and file, and their charts."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from funds.loaders import load_plan
from funds.models import UsePlan
from funds.views.plan_files import about_plan
from fundtrack.exports import download
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..models import IssuedReport
from ..presentation import CHARTS, chart_svg, context_of, page_images
from ..queries.overview import latest_month
from ..render import FORMATS
from ..render import render as render_file
from ..reports import board, drawdown
from ..tables import Result
from .files import report_months_table

#: Formats offered on a page; HTML is the page itself.
DOWNLOADS = ("pdf", "xlsx", "csv", "json")


@organisation_view("view_issued_reports")
def home(request: OrganisationRequest) -> HttpResponse:
    """Where reports are found: current ones for those who may see them, issued ones for everybody."""
    plans: list[UsePlan] = []
    if request.membership.may("view_reports"):
        plans = list(request.organisation.plans.select_related("fund").order_by("fund__name", "-year"))
    else:
        return redirect("issued-list", organisation=request.organisation.slug)
    return render(request, "reporting/home.html", {"plans": plans})


@organisation_view("view_reports")
def report_list(request: OrganisationRequest, fund: str, year: int) -> HttpResponse:
    """The months of a plan, each with its two reports."""
    plan = load_plan(request, fund, year)
    return render(request, "reporting/list.html", {"plan": plan, "months": _months(plan)})


@organisation_view("view_reports")
def report_list_export(request: OrganisationRequest, fund: str, year: int, format: str) -> HttpResponse:
    """The months of a plan with their issued reports, as a file."""
    plan = load_plan(request, fund, year)
    table = report_months_table(_months(plan))
    return table_response(request, format, f"reports-{fund}-{year}", [table], about_plan(plan))


def _months(plan: UsePlan) -> list[tuple[Month, list[int]]]:
    """The months that have a report, the newest first, each with the numbers of its issued reports."""
    issued: dict[Month, list[int]] = {}
    for number, month in IssuedReport.objects.filter(plan=plan).order_by("number").values_list("number", "month"):
        issued.setdefault(Month.of(month), []).append(number)
    months = Month.range(Month(plan.year, 1), latest_month(plan))
    return [(month, issued.get(month, [])) for month in reversed(months)]


@organisation_view("view_reports")
def drawdown_page(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """The monthly drawdown report."""
    plan, result = _build(request, drawdown.KIND, fund, year, month)
    return _page(request, plan, result, {})


@organisation_view("view_reports")
def board_page(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """The board report."""
    plan, result = _build(request, board.KIND, fund, year, month)
    assert isinstance(result, board.Result)
    where = {"organisation": request.organisation.slug, "fund": fund, "year": year, "month": month}

    def address(name: str, scheme: str, narrow: bool) -> str:
        url = reverse("chart", kwargs={**where, "name": name})
        return f"{url}?scheme={scheme}&width={'narrow' if narrow else 'wide'}"

    return _page(request, plan, result, page_images(result, address))


@organisation_view("view_reports")
def drawdown_file(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """The monthly drawdown report as a file."""
    return _file(request, drawdown.KIND, fund, year, month, format)


@organisation_view("view_reports")
def board_file(request: OrganisationRequest, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    """The board report as a file."""
    return _file(request, board.KIND, fund, year, month, format)


@organisation_view("view_reports")
def chart(request: OrganisationRequest, fund: str, year: int, month: Month, name: str) -> HttpResponse:
    """One chart of the current board report as SVG."""
    _plan, result = _build(request, board.KIND, fund, year, month)
    assert isinstance(result, board.Result)
    return svg(request, result, name)


def svg(request: OrganisationRequest, result: board.Result, name: str) -> HttpResponse:
    """Answer with a chart in the scheme and width that the address asks for."""
    if name not in CHARTS:
        raise Http404
    scheme = "dark" if request.GET.get("scheme") == "dark" else "light"
    picture = chart_svg(result, name, scheme=scheme, narrow=request.GET.get("width") == "narrow")  # type: ignore[arg-type]
    return HttpResponse(picture, content_type="image/svg+xml")


def language_of(request: OrganisationRequest) -> str:
    """Language of a file: the one asked for, else the reader's."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def _build(request: OrganisationRequest, kind: str, fund: str, year: int, month: Month) -> tuple[UsePlan, Result]:
    plan = load_plan(request, fund, year)
    if month.year != year:
        raise Http404
    if kind == board.KIND:
        return plan, board.build(board.Params(plan, month), as_of=timezone.now())
    return plan, drawdown.build(drawdown.Params(plan, month), as_of=timezone.now())


def _page(request: OrganisationRequest, plan: UsePlan, result: Result, images: dict[str, Any]) -> HttpResponse:
    kind, month = result.parameters.report, result.parameters.month
    where = {"organisation": request.organisation.slug, "fund": plan.fund.slug, "year": plan.year}
    latest = latest_month(plan)
    return render(
        request,
        f"reporting/{kind}/page.html",
        {
            **context_of(result, images),
            "plan": plan,
            "linked": True,
            # A month after the last one with actuals has nothing to issue.
            "may_issue": request.membership.may("issue_report") and month <= latest,
            "months": Month.range(Month(plan.year, 1), max(latest, month)),
            "page_url": f"report-{kind}",
            "exports": [
                {
                    "label": format.upper(),
                    "url": reverse(f"report-{kind}-file", kwargs={**where, "month": month, "format": format}),
                }
                for format in DOWNLOADS
            ],
        },
    )


def _file(request: OrganisationRequest, kind: str, fund: str, year: int, month: Month, format: str) -> HttpResponse:
    if format not in FORMATS:
        raise Http404
    _plan, result = _build(request, kind, fund, year, month)
    file = render_file(result, format, language=language_of(request))
    return download(file.content, file.filename, file.content_type)
