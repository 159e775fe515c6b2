"""A result as HTML, PDF, XLSX, CSV or JSON, in one language: every format is made from the same result."""

from dataclasses import dataclass
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils import translation

from fundtrack.exports import CSV_TYPE, XLSX_TYPE, to_csv, to_xlsx

from .canonical import to_json
from .pdf import render_pdf, static_text
from .presentation import context_of, print_images
from .reports import board
from .tables import Result, csv_tables_of, parameters_of, tables_of, title_of

Format = Literal["html", "pdf", "xlsx", "csv", "json"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "xlsx", "csv", "json")
_TYPES: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": XLSX_TYPE,
    "csv": CSV_TYPE,
    "json": "application/json",
}


@dataclass(frozen=True)
class Rendered:
    """A report as a file."""

    content: bytes
    content_type: str
    filename: str


def render(result: Result, format: Format, *, language: str) -> Rendered:
    """Make a file of a result. The bytes depend on the result, the format and the language alone.

    Args:
        language: language code of the file; JSON has none.
    """
    with translation.override(language):
        content = _MAKERS[format](result, language)
    asked = result.parameters
    parts = [asked.report, asked.organisation, asked.fund, str(asked.month)]
    if format != "json":
        parts.append(language)
    return Rendered(content, _TYPES[format], f"{'-'.join(parts)}.{format}")


def _html(result: Result, language: str) -> bytes:
    """A page that stands alone: its styles and charts are in it."""
    css = static_text("css/print.css") + static_text("css/reports-print.css")
    context = {**_print_context(result), "inline_css": css}
    return render_to_string(f"reporting/{result.parameters.report}/print.html", context).encode()


def _pdf(result: Result, language: str) -> bytes:
    return render_pdf(
        f"reporting/{result.parameters.report}/print.html",
        _print_context(result),
        language=language,
        title=title_of(result),
        made_at=result.made_at,
    )


def _xlsx(result: Result, language: str) -> bytes:
    return to_xlsx(tables_of(result), parameters_of(result), made_at=result.made_at)


def _csv(result: Result, language: str) -> bytes:
    return to_csv(csv_tables_of(result), parameters_of(result))


def _json(result: Result, language: str) -> bytes:
    return to_json(result).encode()


_MAKERS = {"html": _html, "pdf": _pdf, "xlsx": _xlsx, "csv": _csv, "json": _json}


@dataclass(frozen=True)
class _PrintedOrganisation:
    """What the frame of a document says of the organisation, from the result alone."""

    name: str
    is_demonstration: bool


def _print_context(result: Result) -> dict[str, Any]:
    images = print_images(result) if isinstance(result, board.Result) else {}
    asked = result.parameters
    return {
        **context_of(result, images),
        "organisation": _PrintedOrganisation(asked.organisation_name, asked.is_demonstration),
        "linked": False,
    }
