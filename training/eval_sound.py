"""Measure what stands before a recogniser: decoding, the voice gate, memory, and the two sides of a call.

In: a folder of clips with their manifest.jsonl and spoken digits (`fsdd/*.zip`). Out: a table a part.

    python -m training.eval_sound lengths --data ../shared/data/speech
    python -m training.eval_sound gate --words --data ../shared/data/speech
    python -m training.eval_sound memory --hours 3
    python -m training.eval_sound stereo --data ../shared/data/speech
    python -m training.eval_sound dual_mono --data ../shared/data/speech
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console

from training.sound_gate import gate
from training.sound_lengths import lengths
from training.sound_memory import memory
from training.sound_sides import dual_mono, stereo

Part = Callable[[argparse.Namespace, Console], None]
PARTS: Mapping[str, Part] = {
    "lengths": lambda asked, console: lengths(asked.data, console),
    "gate": lambda asked, console: gate(asked.data, console, is_heard=asked.words),
    "memory": lambda asked, console: memory(console, hours=asked.hours, engine=asked.engine),
    "stereo": lambda asked, console: stereo(asked.data, console, is_heard=asked.words),
    "dual_mono": lambda asked, console: dual_mono(asked.data, console),
}


def main() -> None:
    """Measure one part and show it."""
    parser = argparse.ArgumentParser(prog="python -m training.eval_sound", description="Measure sound and the gate.")
    parser.add_argument("part", choices=tuple(PARTS))
    parser.add_argument("--data", type=Path, default=Path("../shared/data/speech"))
    parser.add_argument("--words", action="store_true", help="let the floor recogniser hear, too")
    parser.add_argument("--hours", type=float, default=3.0, help="memory: length of the call that is made")
    parser.add_argument("--engine", action="store_true", help="memory: the whole command with the floor, too")
    asked = parser.parse_args()
    PARTS[asked.part](asked, Console())


if __name__ == "__main__":
    main()
