"""A result as HTML context: its charts with their alternatives in words. Page and PDF share ``_body.html``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.periods import Month

from . import charts
from .pdf import data_uri
from .reports import board
from .results import CostCentre, Line, Target, pace_of
from .tables import Result, document_state, month_state, parameters_of, report_name, sources, title_of

CHARTS = ("use", "balance", "targets")
#: (name of the chart, scheme, narrow) → address
Address = Callable[[str, charts.Scheme, bool], str]


@dataclass(frozen=True)
class ChartImage:
    """A chart on a page: addresses for each scheme and width, and what it shows in words."""

    name: str
    alt: str
    caption: str
    light: str
    #: Empty on paper, as all that follow.
    light_narrow: str = ""
    dark: str = ""
    dark_narrow: str = ""


@dataclass(frozen=True)
class TargetGroup:
    """A target with its lines."""

    target: Target
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class CentreGroup:
    """A cost centre with its targets."""

    centre: CostCentre
    groups: tuple[TargetGroup, ...]


def context_of(result: Result, images: dict[str, ChartImage]) -> dict[str, Any]:
    """Context of ``_body.html``."""
    return {
        "result": result,
        "parameters": result.parameters,
        "title": title_of(result),
        "report_label": report_name(result.parameters.report),
        "charts": images,
        "groups": groups_of(result),
        "centres": centres_of(result),
        "state_words": month_state(result.month_state),
        "document_words": document_state(result.document.state),
        "sources": sources(),
        "facts": parameters_of(result),
    }


def groups_of(result: Result) -> list[TargetGroup]:
    """Targets with their lines, in the plan's order."""
    lines: dict[tuple[str, str], list[Line]] = {}
    for line in result.lines:
        lines.setdefault((line.target, line.cost_centre), []).append(line)
    return [TargetGroup(target, tuple(lines[target.name, target.cost_centre])) for target in result.targets]


def centres_of(result: Result) -> list[CentreGroup]:
    """Cost centres with their targets, in the plan's order."""
    targets: dict[str, list[TargetGroup]] = {}
    for group in groups_of(result):
        targets.setdefault(group.target.cost_centre, []).append(group)
    return [CentreGroup(centre, tuple(targets[centre.code])) for centre in result.cost_centres]


# --- charts


def page_images(result: board.Result, address: Address) -> dict[str, ChartImage]:
    """The charts of a page, each at its own addresses."""
    return {
        name: ChartImage(
            name,
            *_words(result, name),
            address(name, "light", False),
            address(name, "light", True),
            address(name, "dark", False),
            address(name, "dark", True),
        )
        for name in CHARTS
    }


def print_images(result: board.Result) -> dict[str, ChartImage]:
    """The charts of a document, which carries them itself: two beside each other, the targets in full width."""
    return {
        name: ChartImage(
            name, *_words(result, name), data_uri(chart_svg(result, name, narrow=name != "targets"), "image/svg+xml")
        )
        for name in CHARTS
    }


def chart_svg(result: board.Result, name: str, *, scheme: charts.Scheme = "light", narrow: bool = False) -> str:
    """Draw one chart of a board report."""
    match name:
        case "use":
            return charts.use_chart(_use_points(result), ceiling=result.headline.ceiling, scheme=scheme, narrow=narrow)
        case "balance":
            return charts.balance_chart(_balance_points(result), scheme=scheme, narrow=narrow)
        case "targets":
            return charts.targets_chart(_target_bars(result), scheme=scheme, narrow=narrow)
    raise KeyError(name)


def _use_points(result: board.Result) -> list[charts.MonthPoint]:
    used = {row.month: row.actual_cumulative for row in result.months}
    return [
        charts.MonthPoint(month, used.get(month), pace_of(result.totals.amount, month.number))
        for month in Month.year_of(result.parameters.year)
    ]


def _balance_points(result: board.Result) -> list[charts.BalancePoint]:
    ends = [charts.BalancePoint(str(end.month.number), end.balance) for end in result.fund.months]
    if not result.fund.pending:
        return ends
    return [*ends, charts.BalancePoint(_("After drawdowns"), result.fund.balance_after, expected=True)]


def _target_bars(result: board.Result) -> list[charts.TargetBar]:
    return [
        charts.TargetBar(row.name, row.amount, row.actual_cumulative - row.uncovered, row.uncovered)
        for row in result.targets
    ]


def _words(result: board.Result, name: str) -> tuple[str, str]:
    """(alternative text, caption) of a chart."""
    first, fund, month = result.headline, result.fund, formats.month(result.parameters.month)
    match name:
        case "use":
            alt = _(
                "Line chart: %(used)s is used by the end of %(month)s, the pace is %(pace)s, the ceiling %(ceiling)s."
            ) % {
                "month": month,
                "used": formats.eur(first.used),
                "pace": formats.eur(first.pace),
                "ceiling": formats.eur(first.ceiling),
            }
            return alt, _("Cumulative use by month, with the pace (dashed) and the ceiling. Figures: Months.")
        case "balance":
            alt = _(
                "Bar chart: the balance at the end of %(month)s is %(balance)s, after known drawdowns %(after)s."
            ) % {
                "month": month,
                "balance": formats.eur(fund.balance),
                "after": formats.eur(fund.balance_after),
            }
            return alt, _("Balance of the fund at the end of each month; outlined: after known drawdowns.")
    bars = "; ".join(
        _("%(target)s %(used)s of %(amount)s")
        % {"target": row.name, "used": formats.eur(row.actual_cumulative), "amount": formats.eur(row.amount)}
        for row in result.targets[:12]
    )
    alt = _("Bar chart of targets: %(bars)s.") % {"bars": bars}
    return alt, _("Budget (grey, to the line) and use (blue) of the targets; orange: uncovered. Figures: Targets.")
