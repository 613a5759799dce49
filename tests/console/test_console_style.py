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
    # What the panel adds: what became of a value, the state of a comment, an item in focus.
    ("still", "surface"), ("still", "accent-soft"), ("good", "surface"), ("good", "accent-soft"),
    ("bad", "accent-soft"), ("accent", "bad-soft"), ("muted", "bad-soft"),
)  # fmt: skip
SHAPES = (
    ("accent", "ground"), ("accent", "surface"), ("accent", "accent-soft"), ("wave", "sunken"), ("wave-2", "sunken"),
    ("wave-2", "surface"),
)  # fmt: skip
AA_SHAPE = 3.0
"""WCAG 2.2, success criterion 1.4.11: the ring around what is in focus, and lines that say something."""
SHEETS = ("console.css", "panel.css")
RULE = re.compile(r"[^{}]+\{([^{}]*)\}")
INK = re.compile(r"(?<![\w-])color: var\(--([\w-]+)\)")
GROUND = re.compile(r"background: var\(--([\w-]+)\)")


def luminance(colour: str) -> float:
    """Return WCAG's relative luminance of #rrggbb."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def css_of(root: Path, sheet: str) -> str:
    return (root / "api" / "console" / "static" / sheet).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def palettes(root: Path) -> dict[str, dict[str, str]]:
    css = css_of(root, "console.css")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), SHAPES, ids=lambda name: name)
def test_shapes_can_be_told_from_their_ground(
    palettes: dict[str, dict[str, str]], scheme: str, line: str, ground: str
) -> None:
    palette = palettes[scheme]
    assert contrast(palette[line], palette[ground]) >= AA_SHAPE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_rule_that_sets_text_and_ground_can_be_read(
    root: Path, palettes: dict[str, dict[str, str]], scheme: str, sheet: str
) -> None:
    palette = palettes[scheme]
    bodies = [rule for rule in RULE.findall(css_of(root, sheet)) if INK.search(rule) and GROUND.search(rule)]
    pairs = {(ink, ground) for rule in bodies for ink in INK.findall(rule) for ground in GROUND.findall(rule)}
    assert [pair for pair in pairs if contrast(palette[pair[0]], palette[pair[1]]) < AA_TEXT] == []
    assert pairs or sheet == "panel.css"


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_colour_that_is_used_is_declared(root: Path, palettes: dict[str, dict[str, str]], sheet: str) -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", css_of(root, sheet)))
    assert used - palettes["light"].keys() <= {"shadow"}
    assert palettes["light"].keys() == palettes["dark"].keys()


@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_moves_unless_it_may(root: Path, sheet: str) -> None:
    text = css_of(root, sheet)
    assert re.search(r"(?<![\w-])(animation|transition)[\w-]*:", text) is None
    assert "scroll-behavior: smooth" not in text or "prefers-reduced-motion: reduce" in text
