"""Issuing a board report: computed, written in every language and format, stored whole, once."""

from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from funds.models import UsePlan
from fundtrack import formats
from fundtrack.actions import action, explain, reserve_key
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from fundtrack.texts import one_line
from fundtrack.triggers import LOCK_ISSUED_REPORTS
from organisations.models import Membership

from .canonical import to_json
from .models import IssuedFile, IssuedReport
from .render import Format, render
from .reports import board
from .results import Issue

#: Formats that are stored; JSON is the stored result itself.
STORED: tuple[Format, ...] = ("pdf", "xlsx", "csv")

explain(
    {
        "issued_report_append_only": _("An issued report is never changed."),
        "issued_file_append_only": _("An issued report is never changed."),
        "issued_report_is_sealed": _("An issued report takes no more files."),
    }
)


class IssueRefusal(Refusal):
    """The report cannot be issued like this."""

    code = "issue_report"


#: Months after the reported one in which a meeting can still read the report.
LATEST_MEETING = 24


@action
def issue_report(
    *, plan: UsePlan, month: Month, meeting_on: date, body: str, by: Membership, at: datetime, key: UUID
) -> IssuedReport:
    """Issue the board report of a month to a meeting; it is stored for good.

    Args:
        plan: with its fund and organisation.
        meeting_on: date of the meeting.
        body: the body that meets.
        key: made by the sender; the same key issues once.

    Returns:
        The issued report; the earlier one when the key came before.

    Raises:
        Refusal: the month is not of the plan's year, the plan is a draft, or the body is missing.
    """
    by.require("issue_report")
    if month.year != plan.year or not plan.is_active:
        raise IssueRefusal(_("A report is issued of a plan in force and a month of its year."))
    if not month.first <= meeting_on <= (month + LATEST_MEETING).last:
        raise IssueRefusal(
            _("A meeting that reads this report is held between %(first)s and %(last)s.")
            % {"first": formats.day(month.first), "last": formats.day((month + LATEST_MEETING).last)},
            code="meeting_on",
        )
    body = one_line(IssuedReport, "body", body)
    if not body:
        raise IssueRefusal(_("Say which body meets."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s)", [plan.organisation_id, LOCK_ISSUED_REPORTS])
        # Behind the lock: a second click finds the first one's report.
        if earlier := IssuedReport.objects.filter(organisation=plan.organisation_id, key=key).first():
            return earlier
    report_id = reserve_key(IssuedReport)
    last = IssuedReport.objects.filter(organisation=plan.organisation_id).aggregate(last=Max("number"))["last"]
    issue = Issue(number=(last or 0) + 1, meeting_on=meeting_on, body=body, issued_by=by.user.name, issued_at=at)
    result = replace(board.build(board.Params(plan, month), as_of=at), issue=issue)
    IssuedFile.objects.bulk_create(_files(report_id, plan, result))
    text = to_json(result)
    return IssuedReport.objects.create(
        pk=report_id,
        organisation_id=plan.organisation_id,
        plan=plan,
        number=issue.number,
        kind=IssuedReport.Kind.BOARD,
        month=month.first,
        meeting_on=meeting_on,
        body=issue.body,
        result=text,
        sha256=sha256(text.encode()).hexdigest(),
        as_of=at,
        issued_by=by,
        issued_at=at,
        key=key,
    )


def _files(report_id: int, plan: UsePlan, result: board.Result) -> list[IssuedFile]:
    files = []
    for language, _name in settings.LANGUAGES:
        for format in STORED:
            content = render(result, format, language=language).content
            files.append(
                IssuedFile(
                    organisation_id=plan.organisation_id,
                    report_id=report_id,
                    language=language,
                    format=format,
                    content=content,
                    sha256=sha256(content).hexdigest(),
                    size=len(content),
                )
            )
    return files
