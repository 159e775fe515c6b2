"""The voucher of a drawdown: the document behind the booking, as PDF."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _

from funds.loaders import load_plan
from funds.models import Drawdown
from funds.queries.documents import document_table
from fundtrack import formats
from fundtrack.periods import Month
from organisations.http import OrganisationRequest, organisation_view

from ..pdf import render_pdf

_PEOPLE = ("prepared_by__user", "approved_by__user", "posted_by__user")


@organisation_view("view_months")
def drawdown_voucher(request: OrganisationRequest, fund: str, year: int, month: Month) -> HttpResponse:
    """The voucher of the month's standing document; ``?language=fi|sv|en``, else the organisation's language."""
    if month.year != year:
        raise Http404
    plan = load_plan(request, fund, year)
    documents = Drawdown.objects.standing().filter(plan=plan, month=month.first)
    document = get_object_or_404(documents.select_related("organisation", "plan__fund__body", *_PEOPLE))
    language = request.GET.get("language") or plan.organisation.language
    if language not in dict(settings.LANGUAGES):
        raise Http404
    content = voucher_pdf(document, language=language)
    name = f"{fund}-{month}-{document.number or document.state}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


def voucher_pdf(document: Drawdown, *, language: str) -> bytes:
    """The voucher as PDF/UA-1; the same document gives the same bytes.

    Args:
        document: with its plan, fund, organisation and people loaded.
        language: of the whole voucher.
    """
    month = Month.of(document.month)
    with translation.override(language):
        title = _("Voucher of drawdown %(month)s") % {"month": formats.month_short(month)}
    context = {
        "document": document,
        "plan": document.plan,
        "fund": document.plan.fund,
        "organisation": document.organisation,
        "month": month,
        "table": document_table(document),
    }
    return render_pdf(
        "reporting/voucher/print.html",
        context,
        language=language,
        title=title,
        made_at=document.posted_at or document.approved_at or document.prepared_at,
    )
