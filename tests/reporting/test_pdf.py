"""PDF: reads nothing but static files and itself, and does not know the clock."""

import logging
from time import process_time

import pytest

from reporting.pdf import FetchRefused, data_uri, html_to_pdf, with_soft_breaks


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


def test_a_word_that_no_language_has_may_break_and_nothing_else_changes() -> None:
    link = f'<a href="{"u" * 200}" title="{"t" * 100}">'
    kept = f"<style>{'s' * 100}</style>{link}Kehittämissuunnitelma {'k' * 60} &lt;b&gt;</a>"
    assert with_soft_breaks(kept) == kept
    broken = with_soft_breaks(f"{kept}<p>{'a' * 70} {'&amp;' * 70}</p>")
    pieces = "\u200b".join(["a" * 15] * 4 + ["a" * 10]), "\u200b".join(["&amp;" * 15] * 4 + ["&amp;" * 10])
    assert broken == f"{kept}<p>{pieces[0]} {pieces[1]}</p>"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_thousands_of_letters_without_a_blank_are_typeset_at_once(language: str) -> None:
    word = "pykälä" * 833
    html = f"""<html lang="{language}"><head><title>x</title><link rel="stylesheet" href="/static/css/print.css"></head>
        <body><table><tr><td>{word}</td><td class="num">1</td></tr></table><ul><li>{word}</li></ul></body></html>"""
    started = process_time()
    html_to_pdf(with_soft_breaks(html), title="x", made_at=None, static_prefix="/static/")
    assert process_time() - started < 15
