"""From texts to vectors: the seam behind which every sentence encoder stands.

In: texts. Out: one unit row a text. A backend is `<name>_embedder.py` beside this file and exports `build(**options)`;
nothing is loaded until it is chosen. Some models were trained with a question and a passage written differently; the
`role` says which it is, and no role encodes the text as it stands. It does not know what vectors are compared for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from nlp.records import EncoderUnavailable

Vectors = npt.NDArray[np.float32]
FOLDER = Path(__file__).resolve().parent
SUFFIX = "_embedder"
Role = Literal["question", "passage"]


@dataclass(frozen=True, slots=True)
class EncoderInput:
    """A text as the encoder takes it. `is_cut`: it was longer than the encoder reads, and the end is not in it."""

    ids: tuple[int, ...]
    is_cut: bool = False


@runtime_checkable
class Embedder(Protocol):
    """Encodes texts. One embedder is shared by threads; `prepare` is cheap, `embed_prepared` is what wants batches."""

    @property
    def engine(self) -> str:
        """Say which encoder and model answers, as in "onnx:all-minilm-l6-v2"."""
        ...

    @property
    def width(self) -> int:
        """Return how long a vector is."""
        ...

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        """Cut a text into tokens, at most as many as the encoder reads; with what its role is announced by."""
        ...

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        """Return (n, width) float32, unit rows."""
        ...

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        """Return (n, width) float32, unit rows."""
        ...


def embedder_names() -> tuple[str, ...]:
    """Return the encoders that can be built.

    >>> embedder_names()
    ('hashed', 'onnx')
    """
    return tuple(sorted(path.stem.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}.py")))


def build_embedder(name: str, **options: object) -> Embedder:
    """Build an encoder by name and load its weights.

    Raises:
        EncoderUnavailable: there is no such encoder, or its files are not here.
    """
    if name not in embedder_names():
        raise EncoderUnavailable(
            f"There is no encoder named {name[:80]!r}. Choose one of: {', '.join(embedder_names())}."
        )
    build: Callable[..., Embedder] = import_module(f"nlp.encoders.{name}{SUFFIX}").build
    return build(**options)


def unit_rows(rows: Vectors) -> Vectors:
    """Scale rows to length 1; a row of zeros stays.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return scaled
