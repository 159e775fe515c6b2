"""Lists of issued reports (django-tables2)."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fundtrack import formats

from .models import IssuedReport


class IssuedTable(tables.Table):  # type: ignore[misc]
    """Issued reports, the newest first."""

    region_label = _("Issued reports")
    empty_title = _("No issued reports yet")
    empty_text = _("A report appears here when finance issues it to a meeting.")

    number = tables.Column(_("Report"), attrs={"th": {"scope": "col"}})
    month = tables.Column(_("Month"))
    fund = tables.Column(_("Fund"), accessor="plan__fund__name")
    body = tables.Column(_("Body"))
    meeting_on = tables.Column(_("Meeting"))
    issued_at = tables.Column(_("Issued"))
    issued_by = tables.Column(_("Issued by"), order_by=("issued_by__user__name",))

    class Meta:
        attrs = {"class": "table", "data-testid": "issued-reports"}
        order_by = ("-number",)
        row_attrs = {"data-number": lambda record: record.number}

    def __init__(self, *args: Any, organisation: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def render_number(self, record: IssuedReport) -> str:
        url = reverse("issued", kwargs={"organisation": self.organisation, "number": record.number})
        return format_html('<a href="{}">{} {}</a>', url, record.get_kind_display(), record.number)

    def render_month(self, record: IssuedReport) -> str:
        return formats.month(record.month)

    def render_meeting_on(self, record: IssuedReport) -> str:
        return formats.day(record.meeting_on)

    def render_issued_at(self, record: IssuedReport) -> str:
        return formats.moment(record.issued_at)
