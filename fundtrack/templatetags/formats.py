"""Template filters, each its namesake in ``fundtrack.formats``: ``{{ line.amount|eur }}``.

None becomes a dash. Anything else that is not a number or a date, a misspelt variable included, is an error
and not a blank: on a page of money a missing figure must not go unnoticed.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import template

from fundtrack import formats

register = template.Library()


def _nothing_for_none(show: Callable[..., str]) -> Callable[..., str]:
    @wraps(show)
    def shown(value: Any, *args: Any) -> str:
        return formats.NOTHING if value is None else show(value, *args)

    return shown


for _show in (
    formats.eur,
    formats.amount,
    formats.whole_eur,
    formats.count,
    formats.percent,
    formats.signed_amount,
    formats.day,
    formats.moment,
    formats.month,
    formats.month_short,
):
    register.filter(_show.__name__, _nothing_for_none(_show))
