"""A sequence tagger of one's own: text in, labelled stretches out, by a linear-chain model of plain numbers.

A tagger is fitted on labelled titles or addresses of a business (`python -m training.fit_tagger`) and read from a
folder: `tagger.npz` holds weights, `tagger.json` the features, labels, lexicon and words they belong to, `CARD.md`
says what it was fitted on. Nothing in them is code. It does not know what the labels are for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from model_cards import locate_folder
from nlp.entities.chunks import Chunk, chunks_of
from nlp.entities.tag_features import Lexicon, features_of, split_tokens
from nlp.entities.word_cut import NO_WORDS, WordEntry, WordTable
from nlp.records import NlpError

WEIGHTS_FILE = "tagger.npz"
TEXTS_FILE = "tagger.json"
MAX_TOKENS = 400
"""A title or an address line is a tenth of it; longer text is cut before it is looked at."""

Weights = npt.NDArray[np.float32]


class TaggerInvalid(NlpError):
    """The files in a tagger's folder do not fit together."""


@dataclass(frozen=True, slots=True)
class SequenceTagger:
    """A loaded tagger; shared by threads, never changed."""

    name: str
    labels: tuple[str, ...]  # of one token: "O", "B-city", ...
    rows: Mapping[str, int]  # a feature -> its row of weights
    weights: Weights  # (features + 1, labels); the last row is zero
    transitions: Weights  # (labels, labels): from, to
    lexicon: Lexicon
    words: WordTable
    joins_digits: bool

    def tags(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """Return one tag a token."""
        if not tokens:
            return ()
        path = _best_path(self._scores(tokens), self.transitions)
        return tuple(self.labels[at] for at in path)

    def chunks(self, text: str) -> tuple[Chunk, ...]:
        """Return the labelled stretches of a text, in code points."""
        tokens = split_tokens(text, joins_digits=self.joins_digits)[:MAX_TOKENS]
        starts = [0]
        for token in tokens:
            starts.append(starts[-1] + len(token))
        found = chunks_of(self.tags(tokens))
        return tuple(Chunk(starts[one.start], starts[one.end], one.label) for one in found)

    def _scores(self, tokens: Sequence[str]) -> Weights:
        """Return (tokens, labels): the sum of the weights of each token's features."""
        nothing = len(self.rows)
        known = [
            [self.rows[feature] for feature in features if feature in self.rows] or [nothing]
            for features in features_of(tokens, self.lexicon, self.words)
        ]
        starts = np.cumsum([0, *(len(one) for one in known[:-1])])
        flat = np.fromiter((row for one in known for row in one), dtype=np.int64)
        return np.add.reduceat(self.weights[flat], starts, axis=0)


def load_tagger(folder: Path) -> SequenceTagger:
    """Read a tagger from its folder.

    Raises:
        model_cards.ModelCardError: the folder has no card, or lacks a file that the card names.
        TaggerInvalid: the files do not make a tagger.
    """
    located = locate_folder(folder)
    try:
        texts = json.loads((folder / TEXTS_FILE).read_text(encoding="utf-8"))
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as numbers:
            weights = numbers["weights"].astype(np.float32)
            transitions = numbers["transitions"].astype(np.float32)
        labels, features = tuple(map(str, texts["labels"])), list(map(str, texts["features"]))
        words = {word: WordEntry(float(row[0]), str(row[1])) for word, row in texts["words"].items()}
        lexicon = {str(word): tuple(map(str, marks)) for word, marks in texts["lexicon"].items()}
        unknown, joins_digits = float(texts["unknown"]), bool(texts["joins_digits"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TaggerInvalid(f"{folder} holds no tagger: {error!r}. Fit it again.") from error
    if weights.shape != (len(features), len(labels)) or transitions.shape != (len(labels), len(labels)):
        raise TaggerInvalid(
            f"{folder}: weights {weights.shape} and transitions {transitions.shape} do not fit "
            f"{len(features)} features and {len(labels)} labels. Fit it again."
        )
    return SequenceTagger(
        name=located.card.name,
        labels=labels,
        rows={feature: row for row, feature in enumerate(features)},
        weights=np.vstack([weights, np.zeros((1, len(labels)), dtype=np.float32)]),
        transitions=transitions,
        lexicon=lexicon,
        words=WordTable(words, unknown) if words else NO_WORDS,
        joins_digits=joins_digits,
    )


def _best_path(scores: Weights, transitions: Weights) -> list[int]:
    """Return the likeliest label of each token (Viterbi)."""
    count = len(scores)
    came_from = np.zeros(scores.shape, dtype=np.int64)
    best = scores[0]
    for at in range(1, count):
        through = best[:, None] + transitions  # (from, to)
        came_from[at] = through.argmax(axis=0)
        best = through.max(axis=0) + scores[at]
    path = [int(best.argmax())]
    for at in range(count - 1, 0, -1):
        path.append(int(came_from[at, path[-1]]))
    return path[::-1]
