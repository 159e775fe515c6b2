"""PDF: reads nothing but static files and itself, and does not know the clock."""

import logging

import pytest

from reporting.pdf import FetchRefused, data_uri, html_to_pdf


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "/static/../fundtrack/settings.py",
        "/static/%2e%2e/fundtrack/settings.py",
        "/static/css/",
        "https://example.org/a.png",
        "//example.org/a.png",
        "http://127.0.0.1/static/css/print.css",
    ],
)
def test_other_addresses_are_refused(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(FetchRefused):
        html_to_pdf(f'<html lang="fi"><img alt="x" src="{address}">', title="x", made_at=None, static_prefix="/static/")


def test_a_picture_that_the_document_carries_is_read() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="5" height="5"/></svg>'
    html = f'<html lang="fi"><title>x</title><img alt="x" src="{data_uri(svg, "image/svg+xml")}">'
    first = html_to_pdf(html, title="x", made_at=None, static_prefix="/static/")
    assert first.startswith(b"%PDF-1.7")
    assert html_to_pdf(html, title="x", made_at=None, static_prefix="/static/") == first
