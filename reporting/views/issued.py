"""Issued reports: issuing one, the list, the page, the files and the proof."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tables2 import RequestConfig

from funds.loaders import load_plan
from funds.models import UsePlan
from fundtrack.exceptions import Refusal
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, download
from fundtrack.periods import Month
from organisations.downloads import table_response
from organisations.http import OrganisationRequest, organisation_view

from ..actions import issue_report
from ..forms import IssueForm
from ..lists import IssuedTable
from ..models import IssuedFile, IssuedReport
from ..presentation import context_of, page_images
from ..queries.issued import issued_result, prove
from ..queries.overview import latest_month
from .files import issued_table, proof_table
from .reports import svg

_TYPES = {"pdf": "application/pdf", "xlsx": XLSX_TYPE, "csv": CSV_TYPE}


@organisation_view("issue_report", methods=("GET", "POST"))
def issue(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """Ask for the meeting, then issue the board report of a month for good."""
    plan = load_plan(request, fund, year)
    if month.year != year or month > latest_month(plan):
        raise Http404
    if request.method != "POST":
        body = plan.fund.body.name if plan.fund.body else ""
        return _issue_page(request, plan, month, IssueForm(initial={"key": uuid4(), "body": body}))
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _issue_page(request, plan, month, form, status=422)
    try:
        report = issue_report(
            plan=plan,
            month=month,
            meeting_on=form.cleaned_data["meeting_on"],
            body=form.cleaned_data["body"],
            by=request.membership,
            at=timezone.now(),
            key=form.cleaned_data["key"],
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _issue_page(request, plan, month, form, status=422)
    messages.success(request, _("The report is issued and stored for good."))
    return redirect("issued", organisation=request.organisation.slug, number=report.number)


@organisation_view("view_issued_reports")
def issued_list(request: OrganisationRequest) -> HttpResponse:
    """All issued reports, the newest first."""
    table = IssuedTable(_reports(request), organisation=request.organisation.slug)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(request, "reporting/issued/list.html", {"table": table})


@organisation_view("view_issued_reports")
def issued_list_export(request: OrganisationRequest, format: str) -> HttpResponse:
    """All issued reports as a file, in the order of the page."""
    table = IssuedTable(_reports(request), organisation=request.organisation.slug)
    RequestConfig(request, paginate=False).configure(table)
    return table_response(request, format, "issued-reports", [issued_table(table.data.data)])


@organisation_view("view_issued_reports")
def issued(request: OrganisationRequest, number: int) -> HttpResponse:
    """An issued report, as it was issued."""
    report = get_object_or_404(_reports(request, whole=True), number=number)
    result = issued_result(report)
    where = {"organisation": request.organisation.slug, "number": number}

    def address(name: str, scheme: str, narrow: bool) -> str:
        url = reverse("issued-chart", kwargs={**where, "name": name})
        return f"{url}?scheme={scheme}&width={'narrow' if narrow else 'wide'}"

    files = list(report.files.defer("content").order_by("language", "format"))
    return render(
        request,
        "reporting/issued/page.html",
        {
            **context_of(result, page_images(result, address)),
            "report": report,
            "files": _in_readers_order(files),
            "linked": request.membership.may("view_reports"),
            "may_prove": request.membership.may("view_reports"),
        },
    )


@organisation_view("view_reports")
def proof(request: OrganisationRequest, number: int) -> HttpResponse:
    """Check digests and make every file of an issued report again."""
    report = get_object_or_404(_reports(request, whole=True), number=number)
    return render(request, "reporting/issued/proof.html", {"report": report, "proof": prove(report)})


@organisation_view("view_reports")
def proof_export(request: OrganisationRequest, number: int, format: str) -> HttpResponse:
    """What the proof finds, as a file."""
    report = get_object_or_404(_reports(request, whole=True), number=number)
    about = [(_("Issued report"), str(report.number)), (_("Fund"), report.plan.fund.name)]
    return table_response(request, format, f"{_stem(report)}-proof", [proof_table(prove(report))], about)


@organisation_view("view_issued_reports")
def issued_chart(request: OrganisationRequest, number: int, name: str) -> HttpResponse:
    """One chart of an issued report as SVG."""
    report = get_object_or_404(_reports(request, whole=True), number=number)
    return svg(request, issued_result(report), name)


@organisation_view("view_issued_reports")
def issued_file(request: OrganisationRequest, number: int, language: str, format: str) -> HttpResponse:
    """A file of an issued report: the bytes that were issued."""
    file = get_object_or_404(
        IssuedFile.objects.select_related("report"),
        organisation=request.organisation,
        report__number=number,
        language=language,
        format=format,
    )
    return download(bytes(file.content), f"{_stem(file.report)}-{language}.{format}", _TYPES[format])


@organisation_view("view_issued_reports")
def issued_result_file(request: OrganisationRequest, number: int) -> HttpResponse:
    """The stored result of an issued report: the JSON whose digest is printed on the page."""
    report = get_object_or_404(_reports(request, whole=True), number=number)
    return download(report.result.encode(), f"{_stem(report)}.json", "application/json")


def _stem(report: IssuedReport) -> str:
    return f"{report.kind}-{report.number}-{Month.of(report.month)}"


def _reports(request: OrganisationRequest, *, whole: bool = False) -> QuerySet[IssuedReport]:
    reports = IssuedReport.objects.filter(organisation=request.organisation).select_related(
        "plan__fund", "issued_by__user"
    )
    return reports if whole else reports.defer("result")


def _in_readers_order(files: list[IssuedFile]) -> list[IssuedFile]:
    """The reader's own language first, PDF first."""
    own = get_language()
    return sorted(files, key=lambda file: (file.language != own, file.language, file.format != "pdf", file.format))


def _issue_page(
    request: OrganisationRequest, plan: UsePlan, month: Month, form: Any, *, status: int = 200
) -> HttpResponse:
    earlier = IssuedReport.objects.filter(plan=plan, month=month.first).order_by("-number").first()
    context = {"plan": plan, "month": month, "form": form, "earlier": earlier}
    return render(request, "reporting/issued/issue.html", context, status=status)
