"""Every pair of text and ground in the style sheet meets WCAG 2.2 AA (contrast of 4.5:1), light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

AA_TEXT = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
PAIRS = (
    ("text", "ground"), ("text", "surface"), ("text", "sunken"), ("text", "accent-soft"), ("text", "bad-soft"),
    ("muted", "ground"), ("muted", "surface"), ("muted", "sunken"),
    ("muted", "accent-soft"), ("accent", "surface"), ("accent", "ground"), ("accent", "accent-soft"),
    ("accent", "sunken"), ("on-accent", "accent"),
    ("good", "good-soft"), ("warn", "warn-soft"), ("bad", "bad-soft"), ("bad", "surface"), ("still", "still-soft"),
    ("on-mark", "mark"),
)  # fmt: skip


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of #rrggbb."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(scope="module")
def palettes(root: Path) -> dict[str, dict[str, str]]:
    css = (root / "api" / "console" / "static" / "console.css").read_text(encoding="utf-8")
    tokens = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", css)
    assert len(tokens) > 20
    return {"light": {name: light for name, light, _ in tokens}, "dark": {name: dark for name, _, dark in tokens}}


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS, ids=lambda name: name)
def test_text_can_be_read_on_its_ground(
    palettes: dict[str, dict[str, str]], scheme: str, ink: str, ground: str
) -> None:
    palette = palettes[scheme]
    assert contrast(palette[ink], palette[ground]) >= AA_TEXT
