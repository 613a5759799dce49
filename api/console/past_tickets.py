"""Past tickets like this one: a ticket's words in, the tenant's own earlier tickets out, the likest first.

An index in memory over the newest drafts, one a tenant, built at the first question and caught up at each: nothing of a
customer's is written to a second place. A draft that is no longer kept is dropped at the next question, and at once
where somebody says that drafts were erased. Lexical: it does not know that two tickets mean the same in other words.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from api.store.past_drafts import DraftText, PastDrafts
from nlp import KnowledgeBase
from nlp.records import Article

KEPT_TEXTS = 2_000
"""Of a thousand characters at most: a few megabytes, and less than two seconds to index."""
QUESTION_CHARS = 600
"""Of the ticket's words; what a customer says first tells what it is about."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class PastTicket:
    draft: DraftText
    quote: str  # where it is most like
    score: float


class PastTickets:
    """One tenant's index. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = KnowledgeBase(":memory:")
        self._drafts: dict[str, DraftText] = {}  # by ticket: its newest draft
        self._seen_to: datetime | None = None

    def like(self, text: str, *, ticket_id: str, past: PastDrafts) -> tuple[PastTicket, ...]:
        """Return the tickets that are most like a text, without the ticket itself."""
        question = text[:QUESTION_CHARS].strip()
        if not question:
            return ()
        with self._lock:
            self._drop_erased(past)
            self._catch_up(past)
            hits = self._index.search(question, top_k=4 * SHOWN, allowed=())
            found: dict[str, PastTicket] = {}
            for hit in hits:
                name = hit.passage.article_id
                if name != ticket_id and name not in found and name in self._drafts:
                    found[name] = PastTicket(self._drafts[name], hit.passage.text, hit.score)
        return tuple(found.values())[:SHOWN]

    def tickets(self) -> frozenset[str]:
        """Return which tickets are remembered."""
        with self._lock:
            return frozenset(self._drafts)

    def drop_erased(self, past: PastDrafts) -> None:
        """Forget what is no longer kept."""
        with self._lock:
            self._drop_erased(past)

    def _drop_erased(self, past: PastDrafts) -> None:
        kept = past.known([draft.prefill_id for draft in self._drafts.values()])
        for name in [name for name, draft in self._drafts.items() if draft.prefill_id not in kept]:
            self._forget(name)

    def _catch_up(self, past: PastDrafts) -> None:
        for draft in past.texts(limit=KEPT_TEXTS, since=self._seen_to):
            known = self._drafts.get(draft.ticket_id)
            if known is None or known.prefill_id != draft.prefill_id:
                self._drafts[draft.ticket_id] = draft
                self._index.put(Article(draft.ticket_id, "", draft.text))
            self._seen_to = draft.created_at
        for name in list(self._drafts)[: max(0, len(self._drafts) - KEPT_TEXTS)]:
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._index.delete(name)
        del self._drafts[name]

    def close(self) -> None:
        self._index.close()


class PastTicketsOf:
    """The index of each tenant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._indexes: dict[str, PastTickets] = {}

    def __getitem__(self, tenant: str) -> PastTickets:
        with self._lock:
            return self._indexes.setdefault(tenant, PastTickets())

    def drop_erased(self, tenant: str, past: PastDrafts) -> None:
        """Forget what is no longer kept of a tenant; one that nobody asked about has no index."""
        with self._lock:
            index = self._indexes.get(tenant)
        if index is not None:
            index.drop_erased(past)

    def close(self) -> None:
        """Let go of every index."""
        with self._lock:
            for index in self._indexes.values():
                index.close()
            self._indexes.clear()
