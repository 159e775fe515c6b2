"""HTML templates as accessible PDFs (PDF/UA-1), by WeasyPrint; the same data give the same bytes.

The print templates extend ``base_print.html``. Nothing is fetched over a network or from the disk at large: the
fetcher reads our own static files and ``data:`` addresses, and refuses everything else.
"""

import mimetypes
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from django.utils import translation

#: Base of relative addresses; the name can never be resolved (RFC 2606).
_BASE = "https://documents.invalid/"


#: Tags of a document, whose templates write ``>`` in attributes as ``&gt;``, and styles with all that is in them.
_TAG = re.compile(r"(<style\b.*?</style>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_LETTER = r"(?:&#?\w{1,10};|[^\s&\u200b])"
#: Words longer than any real one; and the pieces into which they may break.
_ENDLESS = re.compile(rf"{_LETTER}{{61,}}")
_PIECE = re.compile(rf"{_LETTER}{{15}}(?=.)")


class FetchRefused(ValueError):
    """A document asked for something that is neither a static file of ours nor part of itself."""


def render_pdf(
    template: str, context: Mapping[str, Any], *, language: str, title: str, made_at: datetime | None = None
) -> bytes:
    """Render a template that extends ``base_print.html`` as PDF/UA-1.

    Args:
        template: name of the template.
        context: what it shows; ``organisation`` is needed by the frame.
        language: language code of the document; activated while the template renders.
        title: title in the document's properties.
        made_at: aware moment in the document's properties; none is written when it is missing. The clock is
            never read.

    Raises:
        FetchRefused: the document refers to a file outside the static files.
    """
    with translation.override(language):
        html = with_soft_breaks(render_to_string(template, dict(context)))
    return html_to_pdf(html, title=title, made_at=made_at, static_prefix=static_prefix())


def with_soft_breaks(html: str) -> str:
    """Let words that no language has break anywhere: an invisible break every few letters of their text.

    Without one, hyphenation would try every place in such a word, for minutes, and a table would grow off the page.
    Tags and their attributes stay as they are.
    """
    parts = _TAG.split(html)
    # Texts and tags take turns; the first is a text.
    parts[::2] = [_ENDLESS.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text) for text in parts[::2]]
    return "".join(parts)


def html_to_pdf(html: str, *, title: str, made_at: datetime | None, static_prefix: str) -> bytes:
    """Turn HTML into PDF/UA-1; see ``render_pdf``."""
    import weasyprint  # type: ignore[import-untyped]

    refused: list[str] = []

    class StaticFetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            try:
                content, kind = _read(url, static_prefix)
            except FetchRefused:
                refused.append(url)
                raise
            return weasyprint.urls.URLFetcherResponse(url, content, {"Content-Type": kind})

    document = weasyprint.HTML(string=html, base_url=_BASE, url_fetcher=StaticFetcher()).render()
    if refused:
        # WeasyPrint itself only warns, and would print a page without its figure.
        raise FetchRefused(f"The document refers to {', '.join(sorted(set(refused)))}")
    document.metadata.title = title
    moment = None if made_at is None else made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document.metadata.created = document.metadata.modified = moment
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"FundTrack")
    return content


def static_prefix() -> str:
    """Where the addresses of static files begin, such as ``/static/``."""
    storage: Any = staticfiles_storage
    return str(urlsplit(storage.base_url).path)


def data_uri(content: bytes | str, kind: str) -> str:
    """Return content as an address that the document carries itself: ``data:image/svg+xml;base64,…``."""
    raw = content.encode() if isinstance(content, str) else content
    return f"data:{kind};base64,{b64encode(raw).decode()}"


def static_text(name: str) -> str:
    """Text of a static file, such as ``css/print.css``."""
    return _static_path(name).read_text(encoding="utf-8")


def _read(url: str, static_prefix: str) -> tuple[bytes, str]:
    parts = urlsplit(url)
    if parts.scheme == "data":
        from urllib.request import DataHandler, Request

        with DataHandler().data_open(Request(url)) as response:  # noqa: S310 - data: only, checked above
            return response.read(), response.headers.get_content_type()
    if not url.startswith(_BASE) or not parts.path.startswith(static_prefix):
        raise FetchRefused(url)
    path = _static_path(unquote(parts.path[len(static_prefix) :]))
    return path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _static_path(name: str) -> Path:
    """Where a static file lies: collected (production, perhaps under a hashed name) or in a source folder."""
    storage: Any = staticfiles_storage
    try:
        if hasattr(storage, "stored_name") and not storage.exists(name):
            name = storage.stored_name(name)
        if storage.exists(name):
            return Path(storage.path(name))
        found = finders.find(name)
    except (SuspiciousFileOperation, ValueError) as error:
        raise FetchRefused(name) from error
    if not isinstance(found, str) or not Path(found).is_file():
        raise FetchRefused(name)
    return Path(found)
