"""Funds, their entries, cost centres and members as tables to download."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import Column, Row, Table, euros
from organisations.models import Membership

from ..models import BudgetLine, CostCentreName, FundEntry, UsePlan
from ..queries.funds import CostCentreRow, FundSummary
from ..queries.plans import PlanSummary


def funds_table(funds: Iterable[FundSummary], on: date | None) -> Table:
    """Funds, with their balances at the end of the day ``on``; None where the reader does not see balances."""
    columns = [Column(_("Fund")), Column(_("Governing body"))]
    if on is not None:
        columns.append(euros(_("Balance %(day)s") % {"day": formats.day(on)}))
    rows: list[Row] = [
        [found.fund.name, found.fund.body.name if found.fund.body else "", *([] if on is None else [found.balance])]
        for found in funds
    ]
    return Table(_("Funds"), columns, rows)


def plans_table(plans: Iterable[tuple[str, PlanSummary]], *, sums: bool) -> Table:
    """Use plans of funds, each with the name of its fund; without sums for who sees own lines only."""
    columns = [Column(_("Fund")), Column(_("Use plan"), "integer"), Column(_("State"))]
    if sums:
        columns += [euros(_("Ceiling")), euros(_("Lines")), euros(_("Unallocated"))]
    rows: list[Row] = [
        [
            fund,
            plan.year,
            UsePlan.State(plan.state).label,
            *([plan.ceiling, plan.planned, plan.unallocated] if sums else []),
        ]
        for fund, plan in plans
    ]
    return Table(_("Use plans"), columns, rows)


def entries_table(entries: Iterable[FundEntry]) -> Table:
    """Entries of a fund (``queries.funds.entries_with_balance``)."""
    columns = [
        Column(_("Number"), "integer"),
        Column(_("Date"), "date"),
        Column(_("Kind")),
        Column(_("Description")),
        Column(_("Decision")),
        Column(_("Amount (€)"), "amount"),
        Column(_("Balance after it (€)"), "amount"),
        Column(_("Entered by")),
        Column(_("Entered at"), "moment"),
    ]
    return Table(_("Entries of the fund"), columns, map(_entry_row, entries))


def _entry_row(entry: FundEntry) -> Row:
    month = entry.drawdown.month if entry.drawdown else None
    return [
        entry.number,
        entry.entry_on,
        entry.get_kind_display(),
        _("Drawdown of %(month)s") % {"month": formats.month_short(month)} if month else entry.description,
        entry.decision_reference,
        entry.amount,
        entry.balance,  # type: ignore[attr-defined]
        entry.entered_by.user.name if entry.entered_by else _("Command line"),
        entry.entered_at,
    ]


def cost_centres_table(centres: Iterable[CostCentreRow], on: date) -> Table:
    """Cost centres with the names of a date."""
    name = _("Name on %(day)s") % {"day": formats.day(on)}
    columns = [Column(_("Code")), Column(name), Column(_("Aliases")), Column(_("Budget lines"), "integer")]
    rows: list[Row] = [[centre.code, centre.name, ", ".join(centre.aliases), centre.lines] for centre in centres]
    return Table(_("Cost centres"), columns, rows)


def names_table(names: Iterable[tuple[CostCentreName, bool]]) -> Table:
    """Names and aliases of a cost centre, and whether each is valid today."""
    columns = [
        Column(_("Name")),
        Column(_("Kind")),
        Column(_("Valid from"), "date"),
        Column(_("Valid to"), "date"),
        Column(_("Today")),
    ]
    rows: list[Row] = [
        [name.name, name.get_kind_display(), name.starts_on, name.ends_on, _("valid") if is_valid else ""]
        for name, is_valid in names
    ]
    return Table(_("Names and aliases"), columns, rows)


def centre_lines_table(lines: Iterable[BudgetLine]) -> Table:
    """Budget lines of a cost centre, of all plans."""
    columns = [
        Column(_("Project code")),
        Column(_("Budget line")),
        Column(_("Target")),
        Column(_("Fund")),
        Column(_("Year"), "integer"),
    ]
    rows: list[Row] = [
        [line.project_code, line.name, line.target.name, line.plan.fund.name, line.year] for line in lines
    ]
    return Table(_("Budget lines"), columns, rows)


def members_table(members: Sequence[Membership]) -> Table:
    """Members with their roles and, for project leads, cost centres."""
    columns = [
        Column(_("Name")),
        Column(_("E-mail address")),
        Column(_("Roles")),
        Column(_("Cost centres of a project lead")),
        Column(_("Unit")),
        Column(_("Title")),
        Column(_("Last signed in"), "moment"),
        Column(_("State")),
    ]
    rows: list[Row] = [
        [
            member.user.name,
            member.user.email,
            ", ".join(str(label) for label in member.role_labels),
            ", ".join(scope.cost_centre.code for scope in member.lead_scopes.all()),
            member.unit.name if member.unit else "",
            member.title,
            member.user.last_login,
            _("Active") if member.is_active and member.user.is_active else _("Disabled"),
        ]
        for member in members
    ]
    return Table(_("Members"), columns, rows)
