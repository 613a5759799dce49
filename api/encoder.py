"""Texts from many requests in, unit vectors out: one sentence encoder, its texts batched, cut where they are too long.

Built when first used, forgotten when idle. Knows no HTTP and no model: the engine is built by a function that is given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from api.batching import Batched, Batcher, BatchOptions
from api.schemas.ops import EngineState
from api.shared import Shared

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nlp.encoders.embed import Embedder, EncoderInput, Role, Vectors

    Vector = npt.NDArray[np.float32]  # (width,), length 1

log = structlog.get_logger(__name__)

ANSWER_S = 60.0
"""Longer than everything that may wait takes (api.batching.BatchOptions.waiting) on the slowest machine tried."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of some texts. `cut` names those whose end was not read."""

    engine: str
    vectors: tuple[Vector, ...]
    tokens: int
    cut: tuple[int, ...]


class Encoder:
    """One encoder of one process; shared by all threads and tenants."""

    def __init__(
        self,
        build: Callable[[], Embedder],
        *,
        options: BatchOptions | None = None,
        on_batch: Callable[[Batched], None] = lambda batched: None,
    ) -> None:
        self._shared: Shared[Embedder] = Shared("encoder", build)
        self._batcher: Batcher[EncoderInput, Vector] = Batcher(
            self._embed, size_of=lambda one: len(one.ids), options=options, on_batch=on_batch, name="encoder"
        )
        self._lock = threading.Lock()
        self._is_started = False

    @property
    def waiting(self) -> int:
        """Return how many texts wait."""
        return self._batcher.waiting

    @property
    def is_loaded(self) -> bool:
        return self._shared.is_loaded

    @property
    def width(self) -> int:
        """Return how long a vector is; the model is loaded for it."""
        return self._shared.get().width

    def encode(self, texts: Sequence[str], *, role: Role | None = None) -> Encoded:
        """Encode texts, each together with whatever else waits.

        Raises:
            Problem: too many wait already.
            model_cards.ModelCardError: there is no such model here.
        """
        inputs = [self.prepare(text, role=role) for text in texts]
        vectors = self.encode_prepared(inputs)
        cut = tuple(index for index, one in enumerate(inputs) if one.is_cut)
        return Encoded(self._shared.get().engine, tuple(vectors), sum(len(one.ids) for one in inputs), cut)

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        """Cut a text into tokens."""
        return self._shared.get().prepare(text, role=role)

    def encode_prepared(self, inputs: Sequence[EncoderInput]) -> Sequence[Vector]:
        """Encode what was prepared, together with whatever else waits."""
        with self._lock:
            if not self._is_started:
                self._batcher.start()
                self._is_started = True
        return self._batcher.run(inputs, timeout_s=ANSWER_S)

    def unload_idle(self, idle_s: float) -> bool:
        """Forget the model if nothing was encoded for so long."""
        return not self._batcher.waiting and self._shared.unload_idle(idle_s)

    def close(self) -> None:
        """Finish what waits and take no more."""
        self._batcher.stop()

    def _embed(self, inputs: Sequence[EncoderInput]) -> Sequence[Vector]:
        return list(self._shared.get().embed_prepared(inputs))


class SearchEmbedder:
    """An Embedder of nlp for knowledge bases: the shared encoder, loaded at the first text, batched with all others."""

    def __init__(self, encoder: Encoder, engine: str) -> None:
        self._encoder = encoder
        self.engine = engine

    @property
    def width(self) -> int:
        return self._encoder.width

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        return self._encoder.prepare(text, role=role)

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        import numpy as np

        return np.stack(self._encoder.encode_prepared(inputs))

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        return self.embed_prepared([self.prepare(text, role=role) for text in texts])


def search_embedder(encoder: Encoder, state: EngineState) -> Embedder | None:
    """Return what finds articles by meaning; None where there is no encoder: their words find them alone."""
    if not state.engine:
        log.warning("search_by_words_alone", reason=state.reason, fix=state.fix)
        return None
    return SearchEmbedder(encoder, state.engine)


def search_state(encoder: EngineState) -> EngineState:
    """Say whether articles are found by their words alone, and then what mends it."""
    engine = f"lexical:bm25+{encoder.engine}" if encoder.engine else "lexical:bm25"
    return EngineState(name="search", engine=engine, rung="built_in", reason=encoder.reason, fix=encoder.fix)
