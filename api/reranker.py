"""A cross-encoder for knowledge bases, where settings name one: built at the first question, forgotten when idle.

It orders what both legs found, and its scores stand for theirs: in how far the first stands before the next, too, which
nlp.search.abstain judges by with a rule that was fitted without it. None was to be had to fit it with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from api.schemas.ops import EngineState
from api.settings import Settings
from api.shared import Shared
from model_cards import ModelCardError, locate

if TYPE_CHECKING:
    from nlp.records import Hit
    from nlp.search.rerank import Reranker

log = structlog.get_logger(__name__)


class SharedReranker:
    """A Reranker of nlp: one cross-encoder of one process, for all threads and tenants."""

    def __init__(self, build: Callable[[], Reranker], engine: str) -> None:
        self._shared: Shared[Reranker] = Shared("reranker", build)
        self.engine = engine

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        return self._shared.get().rerank(question, hits)

    def unload_idle(self, idle_s: float) -> bool:
        """Forget the model if nothing was ordered for so long."""
        return self._shared.unload_idle(idle_s)


def reranker_state(settings: Settings) -> EngineState | None:
    """Say which cross-encoder orders what was found; None where none is asked for: nothing is missing then."""
    name = settings.cross_encoder_model
    if not name:
        return None
    try:
        located = locate(name, models_dir=settings.models_folder)
    except ModelCardError as error:
        fix = "BEFOREHAND_CROSS_ENCODER_MODEL="
        return EngineState(name="reranker", engine="", rung="none", degraded=True, reason=str(error), fix=fix)
    return EngineState(name="reranker", engine=f"onnx:{located.card.name}", rung=located.rung)


def open_reranker(settings: Settings) -> SharedReranker | None:
    """Return it; None, with a line in the log, where it is asked for and not here."""
    state = reranker_state(settings)
    if state is None:
        return None
    if not state.engine:
        log.warning("search_without_cross_encoder", reason=state.reason, fix=state.fix)
        return None

    def build() -> Reranker:
        from nlp.encoders.onnx_cross_encoder import build as build_cross_encoder

        return build_cross_encoder(
            model=settings.cross_encoder_model, models_dir=settings.models_folder, threads=settings.threads
        )

    return SharedReranker(build, state.engine)
