"""Figures that lead to the rows behind them."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html

from .. import tables

register = template.Library()

register.filter("document_state", tables.document_state)
register.filter("entry_kind", tables.entry_kind)
register.filter("amendment_kind", tables.amendment_kind)


@register.simple_tag(takes_context=True)
def leads(context: dict[str, Any], text: str, page: str, **kwargs: Any) -> str:
    """Write a figure as a link to ``page`` where the reader may follow it, else as plain text.

    Organisation, fund and year come from the report's parameters (``linked`` in the context says whether to link);
    ``kwargs`` are the rest of the address.
    """
    if not context.get("linked"):
        return text
    asked = context["parameters"]
    where = {"organisation": asked.organisation, "fund": asked.fund, "year": asked.year, **kwargs}
    if page == "fund":
        del where["year"]
    return format_html('<a href="{}">{}</a>', reverse(page, kwargs=where), text)
