"""The tabs of a use plan: the same on every page of one fund and year."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import UsePlan

register = template.Library()

#: (key, URL name, label, permission)
PLAN_TABS = (
    ("plan", "plan", _("Use plan"), "view_plan"),
    ("actuals", "actuals", _("Actuals"), "view_actuals"),
    ("months", "month-list", _("Months and drawdowns"), "view_months"),
    ("amendments", "amendment-list", _("Amendments"), "view_months"),
    ("comments", "comments", _("Comments"), "comment_lines"),
    ("reports", "report-list", _("Reports"), "view_reports"),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def plan_tabs(context: dict[str, Any], plan: UsePlan, current: str) -> dict[str, Any]:
    """Tabs that the signed-in member may open; ``current`` is the key of the page's own tab."""
    membership = context["request"].membership
    kwargs = {"organisation": membership.organisation.slug, "fund": plan.fund.slug, "year": plan.year}
    return {
        "label": _("Pages of the plan"),
        "tabs": [
            {"label": label, "url": reverse(name, kwargs=kwargs), "current": key == current}
            for key, name, label, permission in PLAN_TABS
            if membership.may(permission)
        ],
    }
