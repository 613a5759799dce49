"""Whether a picture shows a device's display, and what it shows: pixels, lines of print and codes in, lines out.

Only pictures with little print and no bar code are looked at, and only digits as high as a display in a photograph of
it. What the segments say takes the place of what a reader of print made of them; where both agree the line is sure, for
they look at different things. What this does not know: whether it is an error code or the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.lines.layout import enclosing
from vision.readers.seven_segment import display_lines
from vision.records import Box, Code, Line, Pixels

MOST_PRINT = 60
"""Characters of print beside a display: a brand and the names of its keys."""
MIN_SHARE, MAX_SHARE = 0.08, 0.8
"""Of the picture's longer side: how high a display's digits are when a person photographs it."""
MIN_CONFIDENCE = 0.8
"""Of 62 displays read right in the train split of training.render_displays all stood above; on 109 photographs,
posters, receipts and bar codes without a display, what seemed to be one stood below or was excluded by the rest."""
SURE = 0.99
ALIKE = str.maketrans("SOIBGoDsbq", "50186005" + "69")


def with_displays(pixels: Pixels, lines: Sequence[Line], codes: Sequence[Code]) -> tuple[Line, ...]:
    """Add what a display shows."""
    outside = sum(len(line.text) for line in lines)
    if codes or outside > MOST_PRINT:
        return tuple(lines)
    kept = list(lines)
    for shown in display_lines(pixels):
        height = (shown.box[3][1] - shown.box[0][1]) / max(pixels.shape[:2])
        is_display = MIN_SHARE <= height <= MAX_SHARE and shown.confidence >= MIN_CONFIDENCE
        if not is_display or not set(shown.text) - {"1", "-"}:
            continue
        under = [line for line in kept if max(_share(line.box, shown.box), _share(shown.box, line.box)) > 0.5]
        if any(_folded(line.text) == _folded(shown.text) for line in under):
            shown = Line(shown.text, shown.box, SURE)
        kept = [line for line in kept if line not in under] + [shown]
    return tuple(kept)


def _folded(text: str) -> str:
    plain = "".join(character for character in text if character.isalnum() or character == "-")
    return plain.translate(ALIKE).upper()


def _share(box: Box, area: Box) -> float:
    """Return how much of a box lies inside an area."""
    (left, top), _, (right, bottom), _ = enclosing([box])
    (area_left, area_top), _, (area_right, area_bottom), _ = enclosing([area])
    wide = min(right, area_right) - max(left, area_left)
    high = min(bottom, area_bottom) - max(top, area_top)
    return max(0.0, wide) * max(0.0, high) / max(1.0, (right - left) * (bottom - top))
