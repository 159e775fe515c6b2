"""What the grid says about typed figures that a person should look at once more, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fundtrack import formats

from ..actions.cells import CellChange
from ..forms.actuals import cell_name
from ..models import UsePlan
from ..queries.unusual import unusual_figures
from .actuals_page import amounts_on

#: Notices that are shown; of the others only the number.
MOST_NOTICES = 20


@dataclass(frozen=True)
class Notice:
    """One sentence; ``about`` names the cell (``c-12-2024-10``) or the line (``l-12``) that it is about."""

    about: str
    text: str


def notices_of(plan: UsePlan, changes: Sequence[CellChange]) -> list[Notice]:
    """Sentences about lines that go over their amount and months that are many times the usual one. Three queries."""
    unusual = unusual_figures(plan, changes, on=amounts_on(plan.year, timezone.localdate()))
    over = [
        Notice(
            f"l-{found.line_id}",
            _("%(code)s goes over its amount by %(over)s.")
            % {"code": found.project_code, "over": formats.eur(found.uncovered)},
        )
        for found in unusual.over
    ]
    many = [
        Notice(
            cell_name(found.line_id, found.month),
            _("%(code)s, %(month)s: %(total)s is ten times the usual month (%(usual)s) or more. Is the figure right?")
            % {
                "code": found.project_code,
                "month": formats.month_short(found.month),
                "total": formats.eur(found.total),
                "usual": formats.eur(found.usual),
            },
        )
        for found in unusual.many_times
    ]
    return [*over, *many]


def said(notices: Sequence[Notice]) -> list[dict[str, str]]:
    """The notices for the grid's script: the first ones, and how many more there are."""
    listed = [{"about": notice.about, "text": notice.text} for notice in notices[:MOST_NOTICES]]
    if more := len(notices) - len(listed):
        text = ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more}
        listed.append({"about": "more", "text": text})
    return listed
