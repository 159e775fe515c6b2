"""The tables of a page as a file: every list of the application can be downloaded as CSV and as XLSX."""

from collections.abc import Sequence
from datetime import date
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django import forms
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from fundtrack import formats
from fundtrack.exports import CSV_TYPE, XLSX_TYPE, Parameters, Table, download, write_csv, write_xlsx

from .http import OrganisationRequest

#: Bytes of a file that are kept in memory; more go to a temporary file.
IN_MEMORY = 2_000_000


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
    about: Parameters = [
        (_("Organisation"), request.organisation.name),
        *parameters,
        (_("Made at"), formats.moment(now)),
        (_("Made by"), request.membership.user.name),
    ]
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - a response closes it
    if format == "csv":
        write_csv(file, tables, about)
    else:
        write_xlsx(file, tables, about, made_at=now)
    return _answer(file, f"{name}.{format}", {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}[format])


def _answer(file: IO[bytes], filename: str, content_type: str) -> HttpResponse:
    """Answer with a file that was written to its end; a large one is sent piece by piece."""
    size = file.tell()
    file.seek(0)
    if size > IN_MEMORY:
        # Views say that they answer with HttpResponse; what anybody does with it can be done with this one too.
        return cast(
            "HttpResponse", FileResponse(file, as_attachment=True, filename=filename, content_type=content_type)
        )
    with file:
        return download(file.read(), filename, content_type)


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
