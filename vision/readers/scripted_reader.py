"""A reader that says what it was told: lines by image name go in, the same lines come out.

For tests and demonstrations of everything behind a reader. It knows nothing of pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from vision.records import Image, Line


@dataclass(frozen=True, slots=True)
class ScriptedReader:
    """Gives `lines[image.name]`, or nothing for a name it was not told about."""

    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    engine: str = "scripted"

    def read(self, image: Image) -> tuple[Line, ...]:
        return self.lines.get(image.name, ())


def build(*, lines: Mapping[str, tuple[Line, ...]] | None = None) -> ScriptedReader:
    """Make a reader from what it shall say."""
    return ScriptedReader(lines=lines or {})
