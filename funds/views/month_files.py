"""Months, drawdowns and comments as tables to download."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fundtrack import formats
from fundtrack.exports import Column, Row, Table, euros
from fundtrack.money import ZERO

from ..models import Drawdown, MonthState
from ..queries.checklist import MonthChecklist
from ..queries.comments import CommentPlan, CommentSheet, LineComment
from ..queries.documents import DrawdownTable, Figures
from ..queries.months import MonthGate, MonthSummary


def _state(state: str) -> str:
    return str(MonthState.State(state).label)


def _document(state: str) -> str:
    return str(Drawdown.State(state).label) if state else ""


def months_table(months: Sequence[MonthSummary]) -> Table:
    """The months of a plan's year."""
    steps = {
        "close": _("Check and close"),
        "draw": _("Propose the drawdown"),
        "approve": _("Approve the drawdown"),
        "post": _("Post the drawdown"),
        "wait": _("Earlier drawdown first"),
        "done": _("Nothing: done"),
    }
    columns = [
        Column(_("Month")),
        Column(_("State")),
        euros(_("Actuals")),
        euros(_("Outside the plan")),
        Column(_("Rows outside the plan"), "integer"),
        Column(_("Not settled"), "integer"),
        Column(_("Drawdown document")),
        euros(_("Drawdown")),
        Column(_("Voucher"), "integer"),
        Column(_("What to do next")),
    ]
    rows: list[Row] = [
        [
            formats.month_short(found.month),
            _state(found.state),
            found.actuals,
            found.outside,
            found.outside_rows,
            found.unsettled_rows,
            _document(found.drawdown_state),
            found.drawdown_total,
            found.drawdown_number,
            steps.get(found.next_step, ""),
        ]
        for found in months
    ]
    total: Row = [
        _("Whole year"),
        "",
        sum((found.actuals for found in months), ZERO),
        sum((found.outside for found in months), ZERO),
        sum(found.outside_rows for found in months),
        sum(found.unsettled_rows for found in months),
        "",
        sum((found.drawdown_total or ZERO for found in months), ZERO),
        None,
        "",
    ]
    return Table(_("Months"), columns, rows, totals=[total])


# --- one month


def month_tables(checklist: MonthChecklist, comments: Iterable[LineComment], gate: MonthGate) -> list[Table]:
    """What a month's page shows: findings, rows outside the plan, late corrections, comments, history."""
    return [
        _findings(checklist),
        _outside(checklist),
        _corrections(checklist),
        _comments(comments),
        _month_documents(gate),
        _events(gate),
    ]


def _findings(checklist: MonthChecklist) -> Table:
    columns = [
        Column(_("Finding")),
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Target")),
        euros(_("Month")),
        euros(_("Amount of the line")),
        euros(_("Uncovered")),
        euros(_("Usual month")),
    ]
    rows: list[Row] = []
    for found in checklist.findings:
        is_over = found.uncovered is not None
        compared = [found.compared, found.uncovered, None] if is_over else [None, None, found.compared]
        label = found.label
        rows.append([found.check.label, label.project_code, label.name, label.target, found.month_total, *compared])
    return Table(_("Checklist"), columns, rows)


def _outside(checklist: MonthChecklist) -> Table:
    columns = [
        Column(_("Row"), "integer"),
        Column(_("Cost centre")),
        Column(_("Project code")),
        euros(pgettext("row", "Amount")),
        Column(_("Description")),
    ]
    rows: list[Row] = [
        [row.actual_id, row.cost_centre_code, row.project_code, row.amount, row.description]
        for row in checklist.outside
    ]
    total: Row = [None, _("Total"), "", checklist.outside_total, ""]
    return Table(_("Rows outside the plan"), columns, rows, totals=[total] if rows else ())


def _corrections(checklist: MonthChecklist) -> Table:
    columns = [
        Column(_("Row"), "integer"),
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Concerns month")),
        euros(pgettext("row", "Amount")),
        Column(_("Description")),
        Column(_("Booked by")),
    ]
    rows: list[Row] = [
        [
            row.actual_id,
            row.label.project_code if row.label else "",
            row.label.name if row.label else _("Outside the plan"),
            formats.month_short(row.concerns),
            row.amount,
            row.description,
            row.by,
        ]
        for row in checklist.corrections
    ]
    return Table(_("Late corrections"), columns, rows)


def _comments(comments: Iterable[LineComment]) -> Table:
    columns = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Comment")),
        Column(_("Written by")),
        Column(_("Written at"), "moment"),
    ]
    rows: list[Row] = [
        [found.label.project_code, found.label.name, found.version.text, found.version.by, found.version.at]
        for found in comments
    ]
    return Table(_("Comments"), columns, rows)


def _month_documents(gate: MonthGate) -> Table:
    columns = [Column(_("Fund")), Column(_("Year"), "integer"), Column(_("State"))]
    return Table(
        _("Drawdowns of the month"),
        columns,
        [[found.fund, found.year, _document(found.state)] for found in gate.drawdowns],
    )


def _events(gate: MonthGate) -> Table:
    columns = [Column(_("Time"), "moment"), Column(_("State")), Column(_("Person")), Column(_("Reason"))]
    rows: list[Row] = [[event.at, _state(event.state), event.by, event.reason] for event in gate.events]
    return Table(_("History"), columns, rows)


# --- drawdown


def drawdown_table(table: DrawdownTable) -> Table:
    """The rows of a drawdown document, or of its preview, with the sums of its cost centres."""
    columns = [
        Column(_("Cost centre")),
        Column(_("Name of the cost centre")),
        Column(_("Target")),
        Column(_("Project code")),
        Column(_("Budget line")),
        euros(_("Amount")),
        euros(_("Actuals, cumulative")),
        euros(_("Covered")),
        euros(_("Drawn before")),
        euros(_("Drawdown")),
        euros(_("Uncovered")),
    ]
    rows: list[Row] = [
        [
            centre.code,
            centre.name,
            target.name,
            row.label.project_code,
            row.label.name,
            *_figures(row.figures),
        ]
        for centre in table.centres
        for target in centre.targets
        for row in target.rows
    ]
    totals: list[Row] = [[centre.code, centre.name, "", "", "", *_figures(centre.sums)] for centre in table.centres]
    totals.append([_("Total"), "", "", "", "", *_figures(table.sums)])
    return Table(_("Drawdown"), columns, rows, totals=totals)


def _figures(figures: Figures) -> list[Decimal]:
    return [
        figures.amount,
        figures.actual_cumulative,
        figures.covered,
        figures.drawn_before,
        figures.drawdown,
        figures.uncovered,
    ]


def withdrawn_table(documents: Iterable[Drawdown]) -> Table:
    """Withdrawn documents of a month."""
    columns = [
        Column(_("Prepared by")),
        Column(_("Prepared at"), "moment"),
        euros(_("Drawdown")),
        Column(_("Withdrawn by")),
        Column(_("Withdrawn at"), "moment"),
        Column(_("Reason")),
    ]
    rows: list[Row] = [
        [
            found.prepared_by.user.name,
            found.prepared_at,
            found.total,
            found.withdrawn_by.user.name if found.withdrawn_by else "",
            found.withdrawn_at,
            found.withdrawal_reason,
        ]
        for found in documents
    ]
    return Table(_("Withdrawn documents"), columns, rows)


# --- comments of a project lead


def comment_plans_table(plans: Iterable[CommentPlan]) -> Table:
    """The months of the plans with own lines: how much is said."""
    columns = [
        Column(_("Fund")),
        Column(_("Year"), "integer"),
        Column(_("Month")),
        Column(_("State")),
        Column(_("Own lines with actuals"), "integer"),
        Column(_("Commented"), "integer"),
        Column(_("Comments still missing"), "integer"),
    ]
    rows: list[Row] = [
        [
            found.plan.fund.name,
            found.plan.year,
            formats.month_short(month.month),
            _state(month.state),
            month.lines,
            month.commented,
            month.missing,
        ]
        for found in plans
        for month in found.months
    ]
    return Table(_("My comments"), columns, rows)


def comment_tables(sheets: Sequence[CommentSheet]) -> list[Table]:
    """Own lines in one month with their newest comments, and all versions."""
    columns = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Target")),
        Column(_("Cost centre")),
        euros(_("Actuals of the month")),
        euros(_("Actuals, cumulative")),
        euros(_("Amount of the line")),
        Column(_("Used %"), "percent"),
        euros(_("Deviation from pace")),
        Column(_("Comment")),
    ]
    rows: list[Row] = [
        [
            sheet.label.project_code,
            sheet.label.name,
            sheet.label.target,
            sheet.label.centre_code,
            sheet.actual_month,
            sheet.actual_cumulative,
            sheet.amount,
            sheet.used_percent,
            sheet.deviation,
            sheet.text,
        ]
        for sheet in sheets
    ]
    versions: list[Row] = [
        [sheet.label.project_code, sheet.label.name, version.text, version.by, version.at]
        for sheet in sheets
        for version in sheet.versions
    ]
    said = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Comment")),
        Column(_("Written by")),
        Column(_("Written at"), "moment"),
    ]
    return [Table(_("Comments"), columns, rows), Table(_("Saved versions"), said, versions)]
