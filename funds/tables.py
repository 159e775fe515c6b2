"""Lists of the funds app (django-tables2)."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fundtrack import formats

from .models import FundEntry

_NUM = {"th": {"class": "num"}, "td": {"class": "num"}}
_TEXT = {"th": {"class": "text"}, "td": {"class": "text"}}


class EntryTable(tables.Table):  # type: ignore[misc]
    """Entries of a fund with the balance after each."""

    region_label = _("Entries of the fund")
    empty_title = _("No entries")
    empty_text = _("No entry fits the filters.")

    number = tables.Column(_("Number"), attrs=_NUM)
    entry_on = tables.Column(_("Date"), order_by=("entry_on", "number"))
    kind = tables.Column(_("Kind"))
    description = tables.Column(_("Description"), attrs=_TEXT, orderable=False, empty_values=())
    decision_reference = tables.Column(_("Decision"), default="–", orderable=False)
    amount = tables.Column(_("Amount (€)"), attrs=_NUM)
    balance = tables.Column(_("Balance after it (€)"), attrs=_NUM, orderable=False)
    entered_by = tables.Column(_("Entered by"), order_by=("entered_by__user__name",), empty_values=())
    entered_at = tables.Column(_("Entered at"))

    class Meta:
        attrs = {"class": "table", "data-testid": "fund-entries"}
        order_by = ("-entry_on",)
        row_attrs = {"data-kind": lambda record: record.kind, "data-number": lambda record: record.number}

    def __init__(self, *args: Any, organisation: str, fund: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation, self.fund = organisation, fund

    def render_entry_on(self, record: FundEntry) -> str:
        return formats.day(record.entry_on)

    def render_kind(self, record: FundEntry) -> str:
        return record.get_kind_display()

    def render_description(self, record: FundEntry) -> str:
        if record.drawdown is None:
            return record.description or formats.NOTHING
        kwargs = {
            "organisation": self.organisation,
            "fund": self.fund,
            "year": record.drawdown.plan.year,
            "month": record.drawdown.month,
        }
        month = formats.month_short(record.drawdown.month)
        label = _("Drawdown of %(month)s") % {"month": month}
        return format_html('<a href="{}">{}</a>', reverse("drawdown", kwargs=kwargs), label)

    def render_amount(self, record: FundEntry) -> str:
        return formats.signed_amount(record.amount)

    def render_balance(self, value: Any) -> str:
        return formats.amount(value)

    def render_entered_by(self, record: FundEntry) -> str:
        return record.entered_by.user.name if record.entered_by else str(_("Command line"))

    def render_entered_at(self, record: FundEntry) -> str:
        return formats.moment(record.entered_at)
