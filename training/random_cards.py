"""Write the card of a folder whose networks have random weights: what it holds, and that it means nothing.

In: a folder that is whole but for its card. Out: the card, under the name that a folder from elsewhere brings it by.
"""

from __future__ import annotations

from pathlib import Path

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of


def write_random_card(folder: Path, *, title: str, languages: str, seed: int, task: str = "speech-recognition") -> Path:
    """Write the card of every file in `folder` and return the folder; `languages` as in "zh, en"."""
    files = "\n".join(
        f"  - {{path: {path.name}, sha256: {sha256_of(path)}, bytes: {path.stat().st_size}}}"
        for path in sorted(folder.iterdir())
        if path.name != OWN_CARD
    )
    card = f"""---
name: {folder.name}
title: {title}
task: {task}
languages: [{languages}]
licence: Apache-2.0
source: {{}}
files:
{files}
data: None; the weights are drawn with seed {seed}.
recommended: false
metrics: []
---
# {folder.name}
Proves the path from a folder to a transcript. It must not be used for anything else: what it says means nothing.
"""
    (folder / OWN_CARD).write_text(card, encoding="utf-8")
    return folder
