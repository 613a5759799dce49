"""Texts from many requests in, unit vectors out: one sentence encoder, its texts batched, cut where they are too long.

Built when first used, forgotten when idle. Knows no HTTP and no model: the engine is built by a function that is given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.batching import Batched, Batcher, BatchOptions
from api.shared import Shared

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nlp.search.embed import Embedder, EncoderInput

    Vector = npt.NDArray[np.float32]  # (width,), length 1

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

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Encode texts, each together with whatever else waits.

        Raises:
            Problem: too many wait already.
            model_cards.ModelCardError: there is no such model here.
        """
        embedder = self._shared.get()
        with self._lock:
            if not self._is_started:
                self._batcher.start()
                self._is_started = True
        inputs = [embedder.prepare(text) for text in texts]
        vectors = self._batcher.run(inputs, timeout_s=ANSWER_S)
        cut = tuple(index for index, one in enumerate(inputs) if one.is_cut)
        return Encoded(embedder.engine, tuple(vectors), sum(len(one.ids) for one in inputs), cut)

    def unload_idle(self, idle_s: float) -> bool:
        """Forget the model if nothing was encoded for so long."""
        return not self._batcher.waiting and self._shared.unload_idle(idle_s)

    def close(self) -> None:
        """Finish what waits and take no more."""
        self._batcher.stop()

    def _embed(self, inputs: Sequence[EncoderInput]) -> Sequence[Vector]:
        return list(self._shared.get().embed_prepared(inputs))
