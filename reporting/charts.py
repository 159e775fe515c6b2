"""Charts as SVG, made on the server from Vega-Lite; they know amounts and labels, and no report by name.

Amounts go in as whole cents (``int``), so that no float of ours stands between the ledger and the picture. Texts are in
the language that is active. A chart never stands alone: its figures are in a table beside it, and ``Chart.alt`` says
what it shows. Series differ by shape, line and label as well as by colour (colours: Okabe and Ito).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from django.utils.translation import gettext as _

from fundtrack import embedded, formats
from fundtrack.money import ZERO
from fundtrack.periods import Month

Scheme = Literal["light", "dark"]
Spec = dict[str, Any]

#: What the reader's system has; an image cannot load the page's own font. In the PDF the first one is there.
FONTS = "Source Sans, Source Sans Pro, Segoe UI, Helvetica Neue, Arial, sans-serif"
#: Finnish numbers on the axes.
_NUMBERS = {"decimal": ",", "thousands": formats.NBSP, "grouping": [3], "currency": ["", f"{formats.NBSP}€"]}
_WIDE, _NARROW = 620, 330
_MOST_TARGETS = 12
#: Words beside a line.
_BOLD: Spec = {"fontWeight": 600}
_LABEL: Spec = {"text": {"field": "label"}}


@dataclass(frozen=True)
class Palette:
    """Colours of one scheme; contrast to the paper at least 3:1 for marks, 4.5:1 for text."""

    paper: str
    ink: str
    muted: str
    grid: str
    use: str
    pace: str
    over: str
    budget: str


_PALETTES: dict[str, Palette] = {
    "light": Palette("#ffffff", "#18222a", "#4d5c67", "#dfe5e8", "#0072b2", "#4d5c67", "#b84a00", "#c3ced5"),
    "dark": Palette("#192126", "#e5ebee", "#a6b4bd", "#36434b", "#56b4e9", "#a6b4bd", "#f0a35e", "#4b5a64"),
}


@dataclass(frozen=True)
class MonthPoint:
    """Cumulative use and pace at the end of a month; use is None for months that are still ahead. EUR."""

    month: Month
    use: Decimal | None
    pace: Decimal


@dataclass(frozen=True)
class TargetBar:
    """Budget and use of a target. EUR."""

    name: str
    amount: Decimal
    covered: Decimal
    uncovered: Decimal


@dataclass(frozen=True)
class BalancePoint:
    """Balance at the end of a month. EUR."""

    label: str
    balance: Decimal
    #: True for a balance that is only expected.
    expected: bool = False


def use_chart(points: Sequence[MonthPoint], *, ceiling: Decimal, scheme: Scheme = "light", narrow: bool = False) -> str:
    """Draw cumulative use against pace and ceiling; returns SVG.

    Args:
        points: January to December, in order.
        narrow: for a phone's width.
    """
    colours = _PALETTES[scheme]
    used = [point for point in points if point.use is not None]
    last = used[-1]
    rows: list[Spec] = [
        {
            "month": point.month.number,
            "use": None if point.use is None else _cents(point.use),
            "pace": _cents(point.pace),
        }
        for point in points
    ]
    end = {"month": last.month.number}
    month_axis: Spec = {
        "field": "month",
        "type": "quantitative",
        # Room for the words beside the last point.
        "scale": {"domain": [0.6, max(13, last.month.number + (3.6 if narrow else 3.2))], "nice": False},
        "axis": {"title": None, "values": list(range(1, 13)), "format": "d", "grid": False},
    }
    top = max([ceiling, *(point.use or ZERO for point in points), *(point.pace for point in points)])
    layers: list[Spec] = [
        _layer(
            {"type": "rule", "strokeWidth": 2, "color": colours.over}, {"y": _amount("ceiling")}, [_ceiling(ceiling)]
        ),
        _layer(
            {"type": "text", "align": "left", "dy": -8, "color": colours.over, **_BOLD},
            {"x": {"datum": 0.7}, "y": _amount("ceiling"), **_LABEL},
            [{**_ceiling(ceiling), "label": _series(_("Ceiling"), ceiling, narrow)}],
        ),
        _layer(
            {"type": "line", "strokeDash": [6, 4], "strokeWidth": 2, "color": colours.pace},
            {"x": month_axis, "y": _amount("pace", top=top)},
        ),
        _layer(
            {"type": "line", "strokeWidth": 3, "color": colours.use, "point": {"size": 55, "color": colours.use}},
            {"x": month_axis, "y": _amount("use")},
            [row for row in rows if row["use"] is not None],
        ),
        _layer(
            {"type": "text", "align": "left", "baseline": "top", "dx": 8, "dy": 6, "color": colours.use, **_BOLD},
            {"x": month_axis, "y": _amount("use"), **_LABEL},
            [{**end, "use": _cents(last.use or ZERO), "label": _series(_("Used"), last.use or ZERO, narrow)}],
        ),
        _layer(
            {
                "type": "text",
                "align": "right",
                "baseline": "bottom",
                "dx": -8,
                "dy": -6,
                "color": colours.pace,
                **_BOLD,
            },
            {"x": month_axis, "y": _amount("pace"), **_LABEL},
            [{**end, "pace": _cents(last.pace), "label": _series(_("Pace"), last.pace, narrow)}],
        ),
    ]
    return _svg({"data": {"values": rows}, "layer": layers, "height": 200 if narrow else 250}, colours, narrow)


def _series(name: str, amount: Decimal, narrow: bool) -> str:
    """What stands beside a line; on a phone the name alone, the amounts are in the figures above the chart."""
    return name if narrow else f"{name} {formats.whole_eur(amount)}"


def targets_chart(bars: Sequence[TargetBar], *, scheme: Scheme = "light", narrow: bool = False) -> str:
    """Draw budget and use of targets, the uncovered part apart; returns SVG."""
    colours = _PALETTES[scheme]
    shown = _biggest(bars)
    rows: list[Spec] = [
        {
            "place": place,
            "amount": _cents(bar.amount),
            "covered": _cents(bar.covered),
            "end": _cents(bar.covered + bar.uncovered),
            "name": bar.name,
            "figures": _bar_words(bar),
        }
        for place, bar in enumerate(shown)
    ]
    place: Spec = {
        "field": "place",
        "type": "ordinal",
        "axis": None,
        "scale": {"paddingInner": 0.55, "paddingOuter": 0.45},
    }
    text: Spec = {"type": "text", "baseline": "bottom", "dy": -13, "color": colours.ink}
    layers: list[Spec] = [
        _layer({"type": "bar", "color": colours.budget, "height": 14}, {"y": place, "x": _amount("amount")}),
        _layer({"type": "bar", "color": colours.use, "height": 14}, {"y": place, "x": _amount("covered")}),
        _layer(
            {"type": "bar", "color": colours.over, "stroke": colours.ink, "strokeWidth": 1.5, "height": 14},
            {"y": place, "x": _amount("covered"), "x2": {"field": "end_eur"}},
            [row for row in rows if row["end"] != row["covered"]],
        ),
        _layer(
            {"type": "tick", "color": colours.ink, "thickness": 2, "height": 22},
            {"y": place, "x": _amount("amount")},
        ),
        _layer(
            {
                **text,
                "align": "left",
                "fontWeight": 600,
                "limit": (_NARROW if narrow else _WIDE) * (2 if narrow else 1) // 2,
            },
            {"y": place, "x": {"value": 0}, "text": {"field": "name"}},
        ),
        _layer(
            {**text, "align": "right", "dy": 27 if narrow else -13},
            {"y": place, "x": {"value": {"expr": "width"}}, "text": {"field": "figures"}},
        ),
    ]
    step = 66 if narrow else 48
    return _svg({"data": {"values": rows}, "layer": layers, "height": step * max(1, len(rows))}, colours, narrow)


def balance_chart(points: Sequence[BalancePoint], *, scheme: Scheme = "light", narrow: bool = False) -> str:
    """Draw the fund's balance at the end of each month; what is only expected is an outline. Returns SVG."""
    colours = _PALETTES[scheme]
    rows: list[Spec] = [
        {
            "place": place,
            "label": "​" if narrow and point.expected else point.label,
            "balance": _cents(point.balance),
            "expected": point.expected,
        }
        for place, point in enumerate(points)
    ]
    edges = {0, len(rows) - 1, len(rows) - 2}
    month: Spec = {
        "field": "label",
        "type": "ordinal",
        "sort": None,
        "axis": {
            "title": None,
            "labelAngle": 0,
            "labelLimit": 100,
            "labelOverlap": False,
            "labelExpr": "indexof(datum.label, ' ') < 0 ? datum.label : split(datum.label, ' ', 2)",
        },
        "scale": {"paddingInner": 0.35},
    }
    layers: list[Spec] = [
        _layer(
            {"type": "bar", "color": colours.use},
            {"x": month, "y": _amount("balance")},
            [row for row in rows if not row["expected"]],
        ),
        _layer(
            {"type": "bar", "filled": False, "stroke": colours.use, "strokeWidth": 2, "strokeDash": [5, 3]},
            {"x": month, "y": _amount("balance")},
            [row for row in rows if row["expected"]],
        ),
        _layer(
            {"type": "text", "baseline": "bottom", "dy": -4, "color": colours.ink, "fontSize": 11},
            {"x": month, "y": _amount("balance"), "text": {"field": "words"}},
            [
                {**row, "words": formats.whole_eur(points[row["place"]].balance)}
                for row in rows
                # On a phone the words would cover the bars beside them.
                if not narrow and (row["place"] in edges or len(rows) <= 6)
            ],
        ),
    ]
    return _svg({"data": {"values": rows}, "layer": layers, "height": 200}, colours, narrow)


def _biggest(bars: Sequence[TargetBar]) -> list[TargetBar]:
    """All bars, or the biggest and the sum of the rest: a chart of forty bars says nothing."""
    if len(bars) <= _MOST_TARGETS:
        return list(bars)
    ranked = sorted(bars, key=lambda bar: (-bar.amount, bar.name))
    shown, rest = ranked[: _MOST_TARGETS - 1], ranked[_MOST_TARGETS - 1 :]
    return [
        *shown,
        TargetBar(
            name=_("%(count)s other targets") % {"count": len(rest)},
            amount=sum((bar.amount for bar in rest), ZERO),
            covered=sum((bar.covered for bar in rest), ZERO),
            uncovered=sum((bar.uncovered for bar in rest), ZERO),
        ),
    ]


def _bar_words(bar: TargetBar) -> str:
    words = {"used": formats.whole_eur(bar.covered + bar.uncovered), "amount": formats.whole_eur(bar.amount)}
    if not bar.uncovered:
        return _("%(used)s of %(amount)s") % words
    return _("%(used)s of %(amount)s, uncovered %(uncovered)s") % {
        **words,
        "uncovered": formats.whole_eur(bar.uncovered),
    }


def _cents(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def _ceiling(ceiling: Decimal) -> Spec:
    return {"ceiling": _cents(ceiling)}


def _layer(mark: Spec, encoding: Spec, values: list[Spec] | None = None) -> Spec:
    layer: Spec = {"mark": mark, "encoding": encoding}
    if values is not None:
        layer["data"] = {"values": values}
    fields = {
        part["field"].removesuffix("_eur") for part in encoding.values() if str(part.get("field", "")).endswith("_eur")
    }
    layer["transform"] = [{"calculate": f"datum['{name}'] / 100", "as": f"{name}_eur"} for name in sorted(fields)]
    return layer


def _amount(field: str, *, top: Decimal | None = None) -> Spec:
    """Encode a field of whole cents on an axis of euros."""
    scale: Spec = {"zero": True, "nice": True}
    if top is not None:
        scale["domainMax"] = int(top * 108 / 100)
    return {
        "field": f"{field}_eur",
        "type": "quantitative",
        "scale": scale,
        "axis": {"title": None, "format": "$,.0f", "tickCount": 5, "labelOverlap": True},
    }


@cache
def _converter() -> Any:
    """The converter, which measures labels with the typeface of pages and documents."""
    import vl_convert

    vl_convert.register_font_directory(str(embedded.font_directory()))
    return vl_convert


def _svg(spec: Spec, colours: Palette, narrow: bool) -> str:
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": _NARROW if narrow else _WIDE,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 6,
        "background": colours.paper,
        **spec,
        "config": {
            "font": FONTS,
            "view": {"stroke": None},
            "text": {"fontSize": 13},
            "axis": {
                "labelColor": colours.muted,
                "titleColor": colours.muted,
                "gridColor": colours.grid,
                "domainColor": colours.muted,
                "tickColor": colours.muted,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": 400,
            },
        },
    }
    svg: str = _converter().vegalite_to_svg(whole, format_locale=_NUMBERS)
    return svg
