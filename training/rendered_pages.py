"""What a renderer makes: a picture file with its truth, its split by seed, and a folder of them.

Seeds below TEST_SEEDS are for tuning, those from there on for reporting. The test split has layouts, fonts and labels
of its own. What this does not know: how pages are drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.page_fonts import Printed

TEST_SEEDS = 10_000
Split = str  # "train" or "test"


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A picture file, and what stands on it by field. `layout` and `face` are names, for the tables.

    `printed` is every print on the flat drawing; `seen` (3, 3) takes its points to the picture before it was turned.
    """

    name: str
    kind: str
    language: str
    layout: str
    face: str
    wear: tuple[str, ...]
    turn: int
    fields: Mapping[str, str]
    content: bytes
    printed: tuple[Printed, ...] = ()
    seen: npt.NDArray[np.float64] | None = None

    @property
    def truth(self) -> dict[str, object]:
        return {
            "file": self.name,
            "kind": self.kind,
            "language": self.language,
            "layout": self.layout,
            "face": self.face,
            "wear": list(self.wear),
            "turn": self.turn,
            "fields": dict(self.fields),
        }


def split_of(seed: int) -> Split:
    """Return the split that a seed belongs to.

    >>> split_of(9_999), split_of(10_000)
    ('train', 'test')
    """
    return "train" if seed < TEST_SEEDS else "test"


def write_pages(render: Callable[[int], RenderedPage], *, seeds: range, folder: Path) -> None:
    """Write pictures, and their truth as one JSON file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        page = render(seed)
        (folder / page.name).write_bytes(page.content)
        truth = json.dumps(page.truth, ensure_ascii=False, indent=1)
        (folder / page.name).with_suffix(".json").write_text(truth + "\n", encoding="utf-8")


def main(render: Callable[[int], RenderedPage], *, prog: str, about: str | None) -> None:
    """Write the pages of `--seeds A-B` (B left out) into `--out`."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=seeds_of, default=range(20), help="A-B; the test split starts at 10000")
    options = parser.parse_args()
    write_pages(render, seeds=options.seeds, folder=options.out)


def seeds_of(text: str) -> range:
    """Read a range of seeds.

    >>> seeds_of("10000-10200")
    range(10000, 10200)
    """
    start, _, end = text.partition("-")
    return range(int(start), int(end or int(start) + 1))
