"""A use plan, its amendments and one line as tables to download."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Row, Table, euros

from ..models import Interface, UsePlan
from ..queries.amendments import RecordedAmendment
from ..queries.lines import LinePage
from ..queries.plans import PlanOverview


def about_plan(plan: UsePlan, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """What a file of a plan is about."""
    return [(_("Fund"), plan.fund.name), (_("Year"), str(plan.year)), *more]


def about_overview(overview: PlanOverview) -> list[tuple[str, str]]:
    """The day of a plan's page, and its figures above the lines, for who sees all lines."""
    on = [(_("Amounts on"), formats.day(overview.on))]
    if overview.partial:
        return on
    return [
        *on,
        (_("Ceiling"), formats.eur(overview.ceiling)),
        (_("Lines together"), formats.eur(overview.amount)),
        (_("Unallocated"), formats.eur(overview.unallocated)),
    ]


def plan_lines_table(overview: PlanOverview) -> Table:
    """The lines of a plan as they stand on a date."""
    columns = [
        Column(_("Target")),
        Column(_("Cost centre")),
        Column(_("Name of the cost centre")),
        Column(_("Budget line")),
        Column(_("Project code")),
        euros(_("Amount")),
        euros(_("First amount")),
        euros(_("Amendments")),
        Column(_("Responsible person")),
        Column(_("Use plan")),
    ]
    rows: list[Row] = [
        [
            target.name,
            target.centre_code,
            target.centre_name,
            line.name,
            line.project_code,
            line.amount,
            line.first_amount,
            line.amended,
            line.responsible,
            line.use_plan,
        ]
        for target in overview.targets
        for line in target.lines
    ]
    sums = [overview.amount, overview.first_amount, overview.amended]
    return Table(_("Budget lines"), columns, rows, totals=[[_("Total"), "", "", "", "", *sums, "", ""]])


def amendments_tables(amendments: Sequence[RecordedAmendment]) -> list[Table]:
    """The amendments of a plan, and the lines that they change."""
    documents: list[Row] = [
        [
            found.number,
            found.effective_on,
            found.kind_label,
            found.reason,
            found.decision_reference,
            found.total_change,
            found.ceiling_before,
            found.ceiling_change,
            found.ceiling_after,
            found.recorded_by,
            found.recorded_at,
        ]
        for found in amendments
    ]
    lines: list[Row] = [
        [
            found.number,
            found.effective_on,
            line.project_code,
            line.name,
            line.target,
            line.before,
            line.change,
            line.after,
        ]
        for found in amendments
        for line in found.lines
    ]
    return [
        Table(
            _("Amendments"),
            [
                Column(_("Number"), "integer"),
                Column(_("Effective from"), "date"),
                Column(_("Kind")),
                Column(_("Reason")),
                Column(_("Decision")),
                euros(_("Sum of the changes")),
                euros(_("Ceiling before")),
                euros(_("Change of the ceiling")),
                euros(_("Ceiling after")),
                Column(_("Recorded by")),
                Column(_("Recorded at"), "moment"),
            ],
            documents,
        ),
        Table(
            _("Changed lines"),
            [
                Column(_("Amendment"), "integer"),
                Column(_("Effective from"), "date"),
                Column(_("Project code")),
                Column(_("Budget line")),
                Column(_("Target")),
                euros(_("Before")),
                euros(_("Change")),
                euros(_("After")),
            ],
            lines,
        ),
    ]


# --- one line


def line_tables(page: LinePage, interfaces: Iterable[Interface]) -> list[Table]:
    """Months, amounts over time, judgements and interfaces of a line."""
    return [_line_months(page), _steps(page), _judgements(page), _interfaces(interfaces)]


def _line_months(page: LinePage) -> Table:
    columns = [
        Column(_("Month")),
        euros(_("Actuals")),
        Column(_("Rows"), "integer"),
        euros(_("Cumulative")),
        euros(_("Drawdown")),
        euros(_("Uncovered")),
        Column(_("Comment")),
        Column(_("Written by")),
        Column(_("Written at"), "moment"),
    ]
    rows: list[Row] = [
        [
            formats.month_short(found.month),
            found.actuals,
            found.rows,
            found.cumulative,
            found.drawdown,
            None if found.drawdown is None else found.uncovered,
            found.comment,
            found.commented_by,
            found.commented_at,
        ]
        for found in page.months
    ]
    booked = sum(found.rows for found in page.months)
    total: Row = [_("Total"), page.used, booked, None, page.drawn, None, "", "", None]
    return Table(_("Months"), columns, rows, totals=[total])


def _steps(page: LinePage) -> Table:
    columns = [
        Column(_("Effective from"), "date"),
        Column(_("Amendment"), "integer"),
        Column(_("Reason")),
        Column(_("Decision")),
        euros(_("Change")),
        euros(_("Amount")),
    ]
    rows: list[Row] = [
        [
            step.effective_on,
            step.number,
            step.reason if step.number else _("first amount"),
            step.decision_reference,
            step.change if step.number else None,
            step.amount,
        ]
        for step in page.steps
    ]
    return Table(_("Amount over time"), columns, rows)


def _judgements(page: LinePage) -> Table:
    columns = [
        Column(_("Rule")),
        Column(_("Judgement")),
        Column(_("Grounds")),
        Column(_("Judged by")),
        Column(_("Date"), "date"),
    ]
    rows: list[Row] = [
        [rule.label, found.get_verdict_display(), found.grounds, found.judged_by.user.name, found.judged_on]
        for rule in page.rules
        for found in rule.judgements
    ]
    return Table(_("Rules R4–R6"), columns, rows)


def _interfaces(interfaces: Iterable[Interface]) -> Table:
    labels = [_("Theme"), _("Other measure"), _("Source of its money"), _("Note")]
    rows = [[found.theme, found.other_measure, found.funding_source, found.note] for found in interfaces]
    return Table(_("Interfaces"), [Column(label) for label in labels], rows)
