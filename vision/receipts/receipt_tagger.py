"""A tagger of receipts of one's own: head lines in, which of them are the company's and the address's out.

It is fitted on a business's own labelled receipts (`python -m training.fit_receipts`) and read from its folder in the
models folder: `receipts.npz` holds the numbers of a linear chain, `receipts.json` its features and tags, `CARD.md` what
it was fitted on. Nothing in them is code. What this does not know: dates and totals; those stay with the rules.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from model_cards import locate_folder
from vision.records import VisionError

MODEL = "receipt-tagger"
"""The folder's name in the models folder."""
WEIGHTS_FILE, TEXTS_FILE = "receipts.npz", "receipts.json"
TAGS = frozenset({"O", "C", "A"})
FIELDS = ("company", "address")
"""What it reads; C and A are their lines."""
MAX_BYTES = 50_000_000
"""Of a file: one fitted on 2,500 receipts has 12 kB; a thousand times as much is none of ours."""

Weights = npt.NDArray[np.float32]


class ReceiptTaggerInvalid(VisionError):
    """The files in a tagger's folder do not fit together."""


@dataclass(frozen=True, slots=True)
class ReceiptTagger:
    """A loaded tagger; shared by threads, never changed."""

    name: str
    tags: tuple[str, ...]
    rows: Mapping[str, int]  # a feature -> its row of weights
    weights: Weights  # (features, tags)
    transitions: Weights  # (tags, tags): from, to

    def tag(self, features: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """Return the likeliest run of tags, one a line (Viterbi)."""
        if not features:
            return ()
        scores = np.zeros((len(features), len(self.tags)), dtype=np.float32)
        for at, names in enumerate(features):
            known = [self.rows[name] for name in names if name in self.rows]
            scores[at] = self.weights[known].sum(axis=0)
        came_from = np.zeros(scores.shape, dtype=np.int64)
        best = scores[0]
        for at in range(1, len(scores)):
            through = best[:, None] + self.transitions
            came_from[at] = through.argmax(axis=0)
            best = through.max(axis=0) + scores[at]
        path = [int(best.argmax())]
        for at in range(len(scores) - 1, 0, -1):
            path.append(int(came_from[at][path[-1]]))
        return tuple(self.tags[one] for one in reversed(path))


def load_receipt_tagger(folder: Path) -> ReceiptTagger:
    """Read a tagger from its folder.

    Raises:
        model_cards.ModelCardError: the folder has no card, or lacks a file that the card names.
        ReceiptTaggerInvalid: the files do not make a tagger.
    """
    located = locate_folder(folder)
    try:
        _refuse_large(folder)
        texts = json.loads((folder / TEXTS_FILE).read_text(encoding="utf-8"))
        tags, features = tuple(map(str, texts["tags"])), list(map(str, texts["features"]))
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as numbers:
            weights = numbers["weights"].astype(np.float32)
            transitions = numbers["transitions"].astype(np.float32)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error) as error:
        raise ReceiptTaggerInvalid(f"{folder} holds no tagger of receipts: {error!r}. Fit it again.") from error
    fits = weights.shape == (len(features), len(tags)) and transitions.shape == (len(tags), len(tags))
    if not fits or set(tags) != TAGS or not np.isfinite(weights).all() or not np.isfinite(transitions).all():
        raise ReceiptTaggerInvalid(
            f"{folder}: weights {weights.shape} and transitions {transitions.shape} do not fit {len(features)} "
            f"features and the tags {', '.join(tags)}. Fit it again."
        )
    rows = {feature: row for row, feature in enumerate(features)}
    return ReceiptTagger(located.card.name, tags, rows, weights, transitions)


def _refuse_large(folder: Path) -> None:
    """Look at sizes, unpacked ones too, before anything is read into memory."""
    with ZipFile(folder / WEIGHTS_FILE) as packed:
        unpacked = sum(part.file_size for part in packed.infolist())
    size = max(unpacked, (folder / TEXTS_FILE).stat().st_size)
    if size > MAX_BYTES:
        raise ValueError(f"{size:,} bytes, {MAX_BYTES:,} at most")
