"""The digit networks of a folder, run by onnxruntime.

In: words of one stretch. Out: log probabilities, the mean of several looks at every warp that digits.json names. Two
views are joined. `digits-*.onnx`, ours, say whether a word is a digit at all, and which. `spelling.onnx`, Moonshine's
network of letters and digits, heard many more people: `head.npz`, a linear layer of ours, reads which digit it is from
that network's features, measured against their mean over the string.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_cards import ModelMissing, locate
from speech.records import ModelUnavailable, Samples
from speech.spoken_digits.decode import OTHER, LogProbabilities
from speech.spoken_digits.log_mel import log_mels
from speech.spoken_digits.word_picture import pictures

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

MODELS = {"en": "spoken-digits-en", "zh": "spoken-digits-zh"}
SPELLING, HEAD = "spelling.onnx", "head.npz"


@dataclass(frozen=True, slots=True)
class SpelledHead:
    """A linear layer from the spelling network's features, less their mean in the string, to ten digits."""

    weight: LogProbabilities  # (896, 10)
    bias: LogProbabilities  # (10,)


@dataclass(frozen=True, slots=True)
class LookOptions:
    """How a folder's networks want to be asked; see digits.json."""

    warps: tuple[float, ...] = (1.0,)
    network_weight: float = 1.0
    spelling_weight: float = 1.0


class OnnxDigits:
    """Networks of one language behind one seam."""

    def __init__(
        self,
        name: str,
        networks: Sequence[InferenceSession],
        *,
        spelling: InferenceSession | None = None,
        head: SpelledHead | None = None,
        options: LookOptions | None = None,
    ) -> None:
        self.engine = f"digits:{name}"
        self._networks = tuple(networks)
        self._spelling = spelling
        self._head = head
        self._options = options or LookOptions()

    def tell(self, words: Sequence[Samples], *, beside: Sequence[Samples] = ()) -> LogProbabilities:
        if not words:
            return np.zeros((0, OTHER + 1), dtype=np.float32)
        seen = [pictures(words, beside=beside, warp=warp) for warp in self._options.warps]
        told = _mean(_ran(network, one) for one in seen for network in self._networks)
        if self._spelling is None or self._head is None:
            return told
        return _joined(told, self._spelled(words, beside, self._spelling, self._head), self._options)

    def _spelled(
        self, words: Sequence[Samples], beside: Sequence[Samples], spelling: InferenceSession, head: SpelledHead
    ) -> LogProbabilities:
        """Return which digit each word is by the spelling network, (n, 10)."""
        seen = [_ran(spelling, log_mels(words, warp=warp)) for warp in self._options.warps]
        around = _ran(spelling, log_mels(beside or words))
        features = np.mean(seen, axis=0) - around.mean(axis=0)
        return log_softmax(features @ head.weight + head.bias)


def _ran(network: InferenceSession, seen: LogProbabilities) -> LogProbabilities:
    logits: LogProbabilities = network.run(None, {network.get_inputs()[0].name: seen})[0]
    return logits


def _mean(looks: Iterable[LogProbabilities]) -> LogProbabilities:
    """Return the mean of what several looks say, each as likely to be right."""
    return log_softmax(np.mean([log_softmax(look) for look in looks], axis=0))


def _joined(told: LogProbabilities, spelled: LogProbabilities, options: LookOptions) -> LogProbabilities:
    """Return which digit both say it is, and whether it is one as our own say: (n, 11)."""
    no_digit = told[:, OTHER:]
    which = log_softmax(options.network_weight * log_softmax(told[:, :OTHER]) + options.spelling_weight * spelled)
    is_digit = np.log(-np.expm1(np.minimum(no_digit, -1e-4)))
    return np.concatenate([which + is_digit, no_digit], axis=1)


def log_softmax(logits: LogProbabilities) -> LogProbabilities:
    """Return log probabilities of each row.

    Examples
    --------
    >>> np.exp(log_softmax(np.zeros((1, 4), dtype=np.float32))).round(3).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    raised = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(raised - np.log(np.exp(raised).sum(axis=1, keepdims=True)), dtype=np.float32)


def build(*, language: str, models_dir: Path | None = None, threads: int = 1) -> OnnxDigits:
    """Load the networks of a language.

    Raises
    ------
    ModelUnavailable
        There are none for this language, or the files are not here, or not whole.
    """
    if language not in MODELS:
        raise ModelUnavailable(f"There is no digit network for {language[:40]!r}. Choose one of: {', '.join(MODELS)}.")
    try:
        located = locate(MODELS[language], models_dir=models_dir)
    except ModelMissing as error:
        raise ModelUnavailable(str(error)) from error
    return from_folder(located.path, name=MODELS[language], threads=threads)


def from_folder(folder: Path, *, name: str, threads: int = 1) -> OnnxDigits:
    """Load every network of a folder, in name order, with its digits.json.

    Raises
    ------
    ModelUnavailable
        The folder holds no network.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads

    def opened(path: Path) -> InferenceSession:
        return InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    networks = [opened(path) for path in sorted(folder.glob("digits-*.onnx"))]
    if not networks:
        raise ModelUnavailable(f"{folder} holds no digits-*.onnx: make one with `python -m training.fit_digits`.")
    asked = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    spelling = opened(folder / SPELLING) if (folder / SPELLING).is_file() else None
    look = LookOptions(tuple(asked["warps"]), asked["network_weight"], asked["spelling_weight"])
    return OnnxDigits(name, networks, spelling=spelling, head=_head(folder / HEAD) if spelling else None, options=look)


def _head(path: Path) -> SpelledHead:
    with np.load(path, allow_pickle=False) as held:
        return SpelledHead(held["weight"].astype(np.float32), held["bias"].astype(np.float32))
