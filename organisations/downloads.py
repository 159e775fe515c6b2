"""The tables of a page as a file: every list of the application can be downloaded as CSV and as XLSX."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, Parameters, Table, download, to_csv, to_xlsx

from .http import OrganisationRequest


def table_response(
    request: OrganisationRequest, format: str, name: str, tables: Sequence[Table], parameters: Parameters = ()
) -> HttpResponse:
    """Answer with tables as a file, and with what it is about: organisation, filters, when and by whom it was made.

    The rows are read here, within the request's transaction: a table may take them from the database as it goes.

    Args:
        format: "csv" (one table below the other) or "xlsx" (one sheet each), from ``<table:format>``.
        name: of the file, without ending.
        parameters: what the reader chose, between the organisation and the maker.
    """
    now = timezone.now()
    about = [
        (_("Organisation"), request.organisation.name),
        *parameters,
        (_("Made at"), formats.moment(now)),
        (_("Made by"), request.membership.user.name),
    ]
    if format == "csv":
        return download(to_csv(tables, about), f"{name}.csv", CSV_TYPE)
    return download(to_xlsx(tables, about, made_at=now), f"{name}.xlsx", XLSX_TYPE)


def chosen_filters(form: forms.BaseForm) -> list[tuple[str, str]]:
    """The filters of a form that are in force, in words; hidden ones and those that filter nothing are left out."""
    if not form.is_bound:
        return []
    form.is_valid()
    return [
        (str(field.label), _in_words(field.field, form.cleaned_data[field.name]))
        for field in form
        if not field.is_hidden and form.cleaned_data.get(field.name) not in (None, "")
    ]


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)
