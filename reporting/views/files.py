"""The overview and the lists of reports as tables to download."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Row, Table, euros
from fundtrack.periods import Month

from ..models import IssuedReport
from ..queries.issued import ReportProof
from ..queries.overview import IssuedSummary, Overview, Standing, Task


def overview_tables(overview: Overview) -> list[Table]:
    """What waits for a person, how the funds stand, and the newest issued reports."""
    tables = [_tasks(overview.tasks), _issued_summaries(overview.issued)]
    return [tables[0], _standings(overview.standings), tables[1]] if overview.standings else tables


def _tasks(tasks: Iterable[Task]) -> Table:
    columns = [
        Column(_("Task")),
        Column(_("Fund")),
        Column(_("Year"), "integer"),
        Column(_("Month")),
        Column(_("Count"), "integer"),
        Column(_("Prepared by")),
        euros(_("Drawdown")),
    ]
    rows: list[Row] = [
        [
            _task(task),
            task.fund_name,
            task.year,
            formats.month_short(task.month) if task.month else "",
            task.count,
            task.person,
            task.total,
        ]
        for task in tasks
    ]
    return Table(_("Waiting for you"), columns, rows)


def _task(task: Task) -> str:
    words = {
        "close": _("Close %(month)s"),
        "propose": _("Prepare the drawdown of %(month)s"),
        "approve": _("Approve the drawdown of %(month)s"),
        "post": _("Post the drawdown of %(month)s"),
        "settle": _("Settle rows outside the plan"),
        "comment": _("Comment on %(month)s for the board"),
        "complete": _("Name responsible persons and use plans"),
        "issue": _("Issue the board report of %(month)s"),
    }
    return words[task.kind] % {"month": formats.month(task.month)} if task.month else words[task.kind]


def _standings(standings: Iterable[Standing]) -> Table:
    columns = [
        Column(_("Fund")),
        Column(_("Year"), "integer"),
        Column(_("Month")),
        euros(_("Ceiling")),
        euros(_("Used")),
        Column(_("Used %"), "percent"),
        euros(_("Left")),
        euros(_("Pace")),
        euros(_("Deviation from the pace")),
        euros(_("Balance of the fund")),
    ]
    rows: list[Row] = [
        [
            found.fund_name,
            found.year,
            formats.month_short(found.month),
            found.ceiling,
            found.used,
            found.used_percent,
            found.left,
            found.pace,
            found.deviation,
            found.balance,
        ]
        for found in standings
    ]
    return Table(_("Funds"), columns, rows)


def _issued_summaries(issued: Iterable[IssuedSummary]) -> Table:
    rows: list[Row] = [
        [
            found.number,
            formats.month_short(found.month),
            found.fund_name,
            found.body,
            found.meeting_on,
            found.issued_at,
        ]
        for found in issued
    ]
    return Table(_("Issued reports"), _issued_columns(), rows)


def _issued_columns() -> list[Column]:
    return [
        Column(_("Number"), "integer"),
        Column(_("Month")),
        Column(_("Fund")),
        Column(_("Body")),
        Column(_("Meeting"), "date"),
        Column(_("Issued"), "moment"),
    ]


def issued_table(reports: Iterable[IssuedReport]) -> Table:
    """Issued reports with who issued them, and the digests that prove them."""
    columns = [
        Column(_("Report")),
        *_issued_columns(),
        Column(_("Issued by")),
        Column(_("SHA-256 of the result")),
    ]
    rows: Iterable[Row] = (
        [
            found.get_kind_display(),
            found.number,
            formats.month_short(found.month),
            found.plan.fund.name,
            found.body,
            found.meeting_on,
            found.issued_at,
            found.issued_by.user.name,
            found.sha256,
        ]
        for found in reports
    )
    return Table(_("Issued reports"), columns, rows)


def report_months_table(months: Sequence[tuple[Month, list[int]]]) -> Table:
    """The months of a plan, each with the numbers of its issued reports."""
    rows = [[formats.month_short(month), ", ".join(str(number) for number in numbers)] for month, numbers in months]
    return Table(_("Reports"), [Column(_("Month")), Column(_("Issued"))], rows)


def proof_table(proof: ReportProof) -> Table:
    """What the proof of an issued report found."""
    answers = {True: _("yes"), False: _("no")}
    columns = [Column(_("File")), Column(_("Digest fits")), Column(_("Made again"))]
    rows = [
        [f"{_('Result')} (JSON)", answers[proof.is_intact], ""],
        *(
            [f"{file.format.upper()} {file.language}", answers[file.is_intact], answers[file.is_made_again]]
            for file in proof.files
        ),
    ]
    return Table(_("Proof"), columns, rows)
