"""A data folder's knowledge bases: a name in, the one knowledge base of that name out, found by words and by meaning.

Opened when first asked for and kept open. It ranks nothing: nlp.search does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from api.stored_names import require_stored_name

if TYPE_CHECKING:
    from nlp import KnowledgeBase
    from nlp.encoders.embed import Embedder
    from nlp.search.rerank import Reranker

log = structlog.get_logger(__name__)


class KnowledgeBases:
    """The knowledge bases of one folder; safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        *,
        default: str,
        find_embedder: Callable[[], Embedder | None],
        find_reranker: Callable[[], Reranker | None] = lambda: None,
    ) -> None:
        self._folder = folder
        self.default = default
        self._find_embedder = find_embedder
        self._find_reranker = find_reranker
        self._lock = threading.Lock()
        self._open: dict[str, KnowledgeBase] = {}
        self._is_closed = threading.Event()
        self._embedding: threading.Thread | None = None
        self._is_embedded = False

    def get(self, name: str | None = None) -> KnowledgeBase:
        """Return the knowledge base of that name, by default the default one; it is made where there is none yet.

        Raises:
            Problem: no file can have that name.
        """
        from nlp import KnowledgeBase
        from nlp.search.article_dates import watch_dates

        name = name or self.default
        require_stored_name(name, "knowledge_base")
        with self._lock:
            if name not in self._open:
                path = self.path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._open[name] = KnowledgeBase(path, embedder=self._find_embedder(), reranker=self._find_reranker())
                watch_dates(path)
            return self._open[name]

    def names(self) -> tuple[str, ...]:
        """Return the names of those there are."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.sqlite3")))

    def path(self, name: str) -> Path:
        """Return the file that a knowledge base is."""
        return self._folder / f"{name}.sqlite3"

    def start_embedding(self) -> None:
        """Begin to embed, beside everything else, what the encoder has not seen: after another encoder was chosen, or
        an older release wrote the articles. The words find them meanwhile; a stop loses a second of work."""
        if self._embedding is None and self.names() and self._find_embedder() is not None:
            self._embedding = threading.Thread(target=self._embed_all, name="embed-missing", daemon=True)
            self._embedding.start()

    def finish_embedding(self) -> bool:
        """Wait until what was begun is done; say whether everything has its vectors."""
        if self._embedding is not None:
            self._embedding.join()
        return self._is_embedded

    def close(self) -> None:
        """Release files."""
        self._is_closed.set()
        self.finish_embedding()
        with self._lock:
            for base in self._open.values():
                base.close()
            self._open.clear()

    def _embed_all(self) -> None:
        try:
            for name in self.names():
                if embedded := self.get(name).embed_missing(on_progress=self._go_on):
                    log.info("embedded_missing", knowledge_base=name, passages=embedded)
            self._is_embedded = True
        except _Stopped:
            return
        except Exception:  # the words find the rest all the same, and the next start tries again
            log.exception("embedding_failed", knowledge_base=name)

    def _go_on(self, embedded: int, passages: int) -> None:
        if self._is_closed.is_set():
            raise _Stopped


class _Stopped(Exception):
    """The process ends."""
