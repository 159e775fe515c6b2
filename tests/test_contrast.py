"""Every pair of colours that meets on a page has the contrast of WCAG 2.2 AA, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "static" / "css" / "tokens.css").read_text(encoding="utf-8")

#: Backgrounds on which ordinary text may stand.
GROUNDS = ("ground", "surface", "raised", "hover")
STATUSES = ("ok", "warning", "error", "info", "neutral")

#: (foreground, background, least contrast): 4.5 for text (1.4.3), 3 for the edges of controls and focus (1.4.11).
PAIRS = [
    *((ink, ground, 4.5) for ink in ("ink", "muted", "accent", "accent-strong") for ground in GROUNDS),
    *(("ink", f"{status}-soft", 4.5) for status in STATUSES),
    *((status, f"{status}-soft", 4.5) for status in STATUSES),
    *((status, ground, 4.5) for status in STATUSES for ground in ("ground", "surface", "hover")),
    *((ink, "accent-soft", 4.5) for ink in ("ink", "accent", "accent-strong")),
    *(("accent", f"{status}-soft", 4.5) for status in ("info", "warning", "error", "ok")),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-strong", 4.5),
    *((edge, ground, 3.0) for edge in ("line-strong", "focus") for ground in ("ground", "surface", "raised")),
]


def scheme(name: str) -> dict[str, str]:
    """Colours of the light or the dark scheme, by token."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", light))
    if name == "dark":
        colours |= dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", dark))
    return colours


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of ``#rrggbb``."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2) of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("foreground", "background", "least"), PAIRS)
def test_contrast(name: str, foreground: str, background: str, least: float) -> None:
    colours = scheme(name)
    assert contrast(colours[foreground], colours[background]) >= least


def test_dark_scheme_redefines_every_colour() -> None:
    dark = TOKENS.split("@media (prefers-color-scheme: dark)")[1]
    assert set(scheme("light")) == set(re.findall(r"--([a-z-]+):\s*#", dark))


def test_known_contrast() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
