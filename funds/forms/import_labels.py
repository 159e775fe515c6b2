"""What people call the columns of a file of actuals and the forms of its dates."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..imports.profile_values import EXAMPLES

COLUMN_LABELS: Mapping[str, str | Promise] = {
    "date": _("Date"),
    "month": _("Month"),
    "year": _("Year"),
    "period": _("Period (1–12)"),
    "cost_centre": _("Cost centre"),
    "project_code": _("Project code"),
    "amount": pgettext_lazy("row", "Amount"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "side": _("Debit or credit (D/K)"),
    "account": _("Account"),
    "voucher": _("Voucher"),
    "description": _("Description"),
    "supplier": _("Supplier"),
}
DATE_LABELS: Mapping[str, str | Promise] = {
    **EXAMPLES,
    "excel": _("Dates of a spreadsheet"),
    "yyyymm": _("202106 (month)"),
    "yyyy-mm": _("2021-06 (month)"),
    "m/yyyy": _("6/2021 (month)"),
    "m.yyyy": _("6.2021 (month)"),
    "month yyyy": _("June 2021 (month by its name)"),
    "year_period": _("Year and period in two columns"),
    "none": _("None: the month is chosen"),
}
