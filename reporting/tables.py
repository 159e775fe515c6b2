"""Results as tables for XLSX and CSV, and the parameters that every format prints; texts in the active language."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from funds.models import Amendment, Drawdown, FundEntry, MonthState
from fundtrack import formats
from fundtrack.exports import Column, Row, Table

from .queries.changes import Changes
from .reports import board, drawdown
from .results import Figures, Line, MonthRow, OutsideRow

Result = board.Result | drawdown.Result


def title_of(result: Result) -> str:
    """Name of the report: ``Board report, September 2024``."""
    return f"{report_name(result.parameters.report)}, {formats.month(result.parameters.month)}"


def report_name(report: str) -> str:
    """Name of a kind of report."""
    return _("Board report") if report == board.KIND else _("Drawdown report")


def parameters_of(result: Result) -> list[tuple[str, str]]:
    """What was asked, as of when, made when, from what."""
    asked = result.parameters
    rows = [
        (_("Report"), report_name(asked.report)),
        (_("Organisation"), asked.organisation_name),
        (_("Fund"), asked.fund_name),
        (_("Year of the plan"), str(asked.year)),
        (_("Month"), formats.month(asked.month)),
        (_("State of the month"), month_state(result.month_state)),
        (_("Drawdown of the month"), document_state(result.document.state)),
        (_("As of"), formats.moment(result.as_of)),
        (_("Made"), formats.moment(result.made_at)),
        (_("Sources"), sources()),
    ]
    if result.issue:
        rows += [
            (_("Issued report"), str(result.issue.number)),
            (_("Meeting"), f"{result.issue.body} {formats.day(result.issue.meeting_on)}"),
            (_("Issued by"), result.issue.issued_by),
        ]
    if asked.is_demonstration:
        rows.append((_("Note"), _("Demonstration: the actuals are invented.")))
    return rows


def sources() -> str:
    """Where the figures come from."""
    return _("Ledger rows, amendments, drawdown documents and fund entries of FundTrack, as known at the moment given.")


def month_state(state: str) -> str:
    """State of a month in words."""
    return str(MonthState.State(state).label)


def document_state(state: str) -> str:
    """State of a drawdown document in words."""
    return _("Computed, no document yet") if state == "computed" else str(Drawdown.State(state).label)


def entry_kind(kind: str) -> str:
    """Kind of a fund entry in words."""
    return str(FundEntry.Kind(kind).label)


def amendment_kind(kind: str) -> str:
    """Kind of an amendment in words."""
    return str(Amendment.Kind(kind).label)


def _day(moment: datetime) -> date:
    return timezone.localdate(moment, formats.HELSINKI)


# --- tables


def tables_of(result: Result) -> list[Table]:
    """Every table of a report, the lines first."""
    tables = [lines_table(result), targets_table(result), centres_table(result), months_table(result)]
    if isinstance(result, board.Result):
        tables += [headline_table(result), deviations_table(result), changes_table(result.changes)]
        tables += [fund_table(result), remarks_table(result)]
    if result.outside:
        tables.append(outside_table(result.outside))
    return tables


def csv_tables_of(result: Result) -> list[Table]:
    """The same tables for a CSV file: lines and months first, which programs read."""
    lines, targets, centres, months, *more = tables_of(result)
    return [lines, months, targets, centres, *more]


def _figure_columns() -> list[Column]:
    return [
        Column(_("Amount"), "amount"),
        Column(_("Actuals of the month"), "amount"),
        Column(_("Actuals in total"), "amount"),
        Column(_("Remaining"), "amount"),
        Column(_("Used %"), "percent"),
        Column(_("Drawdown of the month"), "amount"),
        Column(_("Drawdowns in total"), "amount"),
        Column(_("Uncovered"), "amount"),
        Column(_("Pace"), "amount"),
    ]


def _figure_cells(figures: Figures) -> Row:
    return (
        figures.amount,
        figures.actual_month,
        figures.actual_cumulative,
        figures.remaining,
        figures.used_percent,
        figures.drawdown_month,
        figures.drawdown_cumulative,
        figures.uncovered,
        figures.pace,
    )


def lines_table(result: Result) -> Table:
    """Lines in the plan's order, and their sum."""
    names = [_("Project code"), _("Budget line"), _("Target"), _("Cost centre"), _("Responsible person")]

    def row(line: Line) -> Row:
        return (line.project_code, line.name, line.target, line.cost_centre, line.responsible, *_figure_cells(line))

    return Table(
        _("Budget lines"),
        [*map(Column, names), *_figure_columns()],
        [row(line) for line in result.lines],
        totals=[(_("Total"), None, None, None, None, *_figure_cells(result.totals))],
    )


def targets_table(result: Result) -> Table:
    """Targets, and their sum."""
    return Table(
        _("Targets"),
        [Column(_("Target")), Column(_("Cost centre")), *_figure_columns()],
        [(target.name, target.cost_centre, *_figure_cells(target)) for target in result.targets],
        totals=[(_("Total"), None, *_figure_cells(result.totals))],
    )


def centres_table(result: Result) -> Table:
    """Cost centres, and their sum."""
    return Table(
        _("Cost centres"),
        [Column(_("Cost centre")), Column(_("Name")), *_figure_columns()],
        [(centre.code, centre.name, *_figure_cells(centre)) for centre in result.cost_centres],
        totals=[(_("Total"), None, *_figure_cells(result.totals))],
    )


def months_table(result: Result) -> Table:
    """Months up to the month of the report, and their sum."""

    def row(month: MonthRow) -> Row:
        return (
            formats.month_short(month.month),
            month_state(month.state),
            month.actual,
            month.actual_cumulative,
            month.pace,
            month.drawdown,
            month.drawdown_cumulative,
            document_state(month.document),
        )

    last = result.months[-1]
    return Table(
        _("Months"),
        [
            Column(_("Month")),
            Column(_("State")),
            Column(_("Actuals"), "amount"),
            Column(_("Actuals in total"), "amount"),
            Column(_("Pace"), "amount"),
            Column(_("Drawdown"), "amount"),
            Column(_("Drawdowns in total"), "amount"),
            Column(_("Drawdown document")),
        ],
        [row(month) for month in result.months],
        totals=[(_("Total"), None, last.actual_cumulative, None, None, last.drawdown_cumulative, None, None)],
    )


def outside_table(rows: Iterable[OutsideRow]) -> Table:
    """Actuals outside the plan."""
    return Table(
        _("Outside the plan"),
        [
            Column(_("Cost centre")),
            Column(_("Project code")),
            Column(_("Rows"), "integer"),
            Column(_("Actuals of the month"), "amount"),
            Column(_("Actuals in total"), "amount"),
        ],
        [(row.cost_centre, row.project_code, row.rows, row.actual_month, row.actual_cumulative) for row in rows],
    )


def headline_table(result: board.Result) -> Table:
    """What the board reads first."""
    first, fund = result.headline, result.fund
    return Table(
        _("Summary"),
        [Column(_("Figure")), Column(pgettext("row", "Amount"), "amount"), Column("%", "percent")],
        [
            (_("Ceiling"), first.ceiling, None),
            (_("Used"), first.used, first.used_percent),
            (_("From the fund"), first.from_fund, None),
            (_("Uncovered"), first.uncovered, None),
            (_("Left"), first.left, None),
            (_("Unallocated"), first.unallocated, None),
            (_("Pace"), first.pace, None),
            (_("Deviation from the pace"), first.deviation, None),
            (_("Forecast"), first.forecast, None),
            (_("Balance of the fund at the end of the month"), fund.balance, None),
            (_("Drawdowns not in the balance yet"), fund.pending, None),
            (_("Balance after known drawdowns"), fund.balance_after, None),
        ],
    )


def deviations_table(result: board.Result) -> Table:
    """The biggest deviations from the pace, and the responsible persons' words."""
    return Table(
        _("Deviations"),
        [
            Column(_("Project code")),
            Column(_("Budget line")),
            Column(_("Responsible person")),
            Column(_("Actuals in total"), "amount"),
            Column(_("Pace"), "amount"),
            Column(_("Deviation from the pace"), "amount"),
            Column("%", "percent"),
            Column(_("Comment")),
        ],
        [
            (
                row.project_code,
                row.name,
                row.responsible,
                row.actual_cumulative,
                row.pace,
                row.deviation,
                row.percent,
                row.remark.text if row.remark else None,
            )
            for row in result.deviations
        ],
    )


def fund_table(result: board.Result) -> Table:
    """How the fund came from its balance at the beginning of the year to the balance after known drawdowns."""
    fund, asked = result.fund, result.parameters
    return Table(
        _("The fund"),
        [Column(_("Figure")), Column(pgettext("row", "Amount"), "amount")],
        [
            (_("Balance before 1.1.%(year)s") % {"year": asked.year}, fund.year_start),
            *((entry_kind(flow.kind), flow.amount) for flow in fund.flows),
            (_("Balance on %(day)s") % {"day": formats.day(asked.month.last)}, fund.balance),
            (_("Drawdowns not in the balance yet"), fund.pending_out),
            (_("Balance after known drawdowns"), fund.balance_after),
        ],
    )


def remarks_table(result: board.Result) -> Table:
    """The responsible persons' words on lines."""
    return Table(
        _("Comments"),
        [
            Column(_("Project code")),
            Column(_("Budget line")),
            Column(_("Comment")),
            Column(_("Written by")),
            Column(_("Date"), "date"),
        ],
        [(row.project_code, row.name, row.text, row.written_by, _day(row.written_at)) for row in result.remarks],
    )


def changes_table(changes: Changes) -> Table:
    """What changed since the previous issued report."""
    rows: list[Row] = [
        (_("Late correction"), _day(c.booked_at), f"{c.project_code} {c.line}", c.amount, c.reason)
        for c in changes.corrections
    ]
    for amendment in changes.amendments:
        label = _("Amendment %(number)s") % {"number": amendment.number}
        rows += [
            (label, amendment.effective_on, row.project_code, row.amount, amendment.reason) for row in amendment.rows
        ]
        if amendment.ceiling_change:
            rows.append((label, amendment.effective_on, _("Ceiling"), amendment.ceiling_change, amendment.reason))
    rows += [
        (entry_kind(entry.kind), entry.entry_on, _("Fund"), entry.amount, entry.description)
        for entry in changes.entries
    ]
    rows += [
        (_("Reopened month"), _day(r.reopened_at), formats.month_short(r.month), None, r.reason)
        for r in changes.reopenings
    ]
    return Table(
        _("Changes"),
        [
            Column(_("Change")),
            Column(_("Date"), "date"),
            Column(_("Concerns")),
            Column(_("Change in euros"), "amount"),
            Column(_("Reason")),
        ],
        rows,
    )
