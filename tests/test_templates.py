"""What holds for every template: nothing inline (strict CSP), icons and tokens that exist, frames without context."""

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template.loader import get_template, render_to_string
from django.utils import translation

from organisations.context import NAVIGATION

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
NAMES = {path: str(path.relative_to(ROOT)) for path in TEMPLATES + STYLES}
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons" / "icons.svg").read_text(encoding="utf-8")))

INLINE_STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
INLINE_HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=|javascript:|\shx-on", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES.get)
def test_nothing_is_inline(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    if NAMES[path] == "templates/reporting/print.html":
        # The HTML file of a report stands alone on somebody's disk: the command writes its style sheet into it.
        text = text.replace("{% if inline_css %}<style>{{ inline_css|safe }}</style>", "")
    for pattern in (INLINE_STYLE, INLINE_HANDLER, INLINE_SCRIPT):
        assert not pattern.search(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES.get)
def test_icons_exist(path: Path) -> None:
    used = set(re.findall(r'components/icon\.html" with name="([^"]+)"', path.read_text(encoding="utf-8")))
    assert used <= ICONS


def test_icons_of_the_navigation_exist() -> None:
    assert {icon for *_, icon in NAVIGATION} <= ICONS


@pytest.mark.parametrize("path", STYLES, ids=NAMES.get)
def test_tokens_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    defined = set(re.findall(r"(--[a-z-]+[0-9]?)\s*:", text))
    if path.name != "print.css":  # complete in itself
        defined |= set(
            re.findall(r"(--[a-z-]+[0-9]?)\s*:", (ROOT / "static/css/tokens.css").read_text(encoding="utf-8"))
        )
    assert set(re.findall(r"var\((--[a-z-]+[0-9]?)", text)) <= defined


@pytest.mark.parametrize("name", ["400.html", "500.html", "base_print.html"])
def test_frame_needs_no_context(name: str) -> None:
    assert "<html lang=" in get_template(name).render()


@pytest.mark.parametrize(
    "state", ["open", "closed", "locked", "draft", "active", "proposed", "approved", "posted", "withdrawn"]
)
def test_badge_says_its_state_in_a_word(state: str) -> None:
    with translation.override("en"):
        html = render_to_string("components/badge.html", {"state": state})
    assert f'data-state="{state}"' in html
    assert f">{state}</span>" in html


def test_progress_writes_numbers_for_svg() -> None:
    with translation.override("fi"):
        html = render_to_string("components/progress.html", {"value": Decimal("63.65"), "mark": 75})
    assert 'width="63.65"' in html
    assert "aria-hidden" in html


@pytest.mark.parametrize(("value", "bars"), [(None, 0), (0, 0), (-3, 0), (12, 1)])
def test_progress_of_nothing_is_empty(value: int | None, bars: int) -> None:
    assert render_to_string("components/progress.html", {"value": value}).count('class="fill"') == bars


def test_message_speaks_by_its_tone() -> None:
    trouble = render_to_string("components/message.html", {"tone": "error", "text": "x", "live": True})
    news = render_to_string("components/message.html", {"tone": "success", "text": "x", "live": True})
    assert 'role="alert"' in trouble
    assert 'role="status"' in news


def test_change_shows_a_dash_for_nothing() -> None:
    html = render_to_string("components/change.html", {"before": None, "after": "KR2401"})
    assert "<del>–</del>" in html
    assert "<ins>KR2401</ins>" in html


def test_messages_of_django_are_shown() -> None:
    message = SimpleNamespace(level_tag="success", __str__=lambda: "x")
    html = render_to_string("components/messages.html", {"messages": [message]})
    assert 'class="message ok"' in html
