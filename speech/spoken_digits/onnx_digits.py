"""The digit networks of a folder, run by onnxruntime.

In: words of one stretch. Out: log probabilities, the mean of several looks: every network of the folder, at every warp
that its digits.json names. Weights are whole numbers of 8 bits, turned back when loaded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model_cards import ModelMissing, locate
from speech.records import ModelUnavailable, Samples
from speech.spoken_digits.decode import LogProbabilities
from speech.spoken_digits.word_picture import pictures

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

MODELS = {"en": "spoken-digits-en", "zh": "spoken-digits-zh"}


@dataclass(frozen=True, slots=True)
class LookOptions:
    """How a folder's networks want to be asked; see digits.json."""

    warps: tuple[float, ...] = (1.0,)


class OnnxDigits:
    """Networks of one language behind one seam."""

    def __init__(self, name: str, sessions: Sequence[InferenceSession], options: LookOptions) -> None:
        self.engine = f"digits:{name}"
        self._sessions = tuple(sessions)
        self._options = options

    def tell(self, words: Sequence[Samples], *, beside: Sequence[Samples] = ()) -> LogProbabilities:
        if not words:
            return np.zeros((0, 11), dtype=np.float32)
        looks = [
            _log_softmax(session.run(["logits"], {"pictures": seen})[0])
            for warp in self._options.warps
            for seen in [pictures(words, beside=beside, warp=warp)]
            for session in self._sessions
        ]
        return _log_softmax(np.mean(looks, axis=0))


def _log_softmax(logits: LogProbabilities) -> LogProbabilities:
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
    """Load every network of a folder, in name order, with its digits.json."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    sessions = [
        InferenceSession(str(path), options, providers=["CPUExecutionProvider"]) for path in sorted(folder.glob("*.onnx"))
    ]
    if not sessions:
        raise ModelUnavailable(f"{folder} holds no network (*.onnx): fit one with `python -m training.fit_digits`.")
    asked = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    return OnnxDigits(name, sessions, LookOptions(warps=tuple(map(float, asked["warps"]))))
