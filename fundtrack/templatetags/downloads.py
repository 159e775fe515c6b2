"""The downloads above a table: CSV and XLSX of what the page shows."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise

register = template.Library()


@register.inclusion_tag("components/toolbar.html", takes_context=True)
def exports(
    context: dict[str, Any], address: str, name: str | Promise, text: str | Promise = "", **arguments: Any
) -> dict[str, Any]:
    """Links to the export of a page, with the filters and the order that the page has.

    Args:
        address: name of the export's URL; it has the arguments of the page's own URL, and ``format``.
        name: what is downloaded, for screen readers.
        text: a sentence at the left.
        arguments: of the export's URL, where they are not the page's.
    """
    request = context["request"]
    filters = request.GET.copy()
    filters.pop("page", None)
    query = f"?{filters.urlencode()}" if filters else ""
    kwargs = {**request.resolver_match.kwargs, **arguments}
    links = [
        {"label": format.upper(), "url": reverse(address, kwargs={**kwargs, "format": format}) + query}
        for format in ("csv", "xlsx")
    ]
    return {"text": text, "name": name, "exports": links}
