"""What the panel asks of past drafts: their texts for a search, what was suggested for them, what people made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import Feedback
from api.store.database import Database
from api.store.tables import FeedbackRow, Prefill, SuggestionSet


@dataclass(frozen=True, slots=True)
class DraftText:
    """A draft's ticket and what was said in it."""

    prefill_id: str
    ticket_id: str
    connector: str
    created_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class KeptSuggestions:
    response: SuggestionResponse
    created_at: datetime


class PastDrafts:
    """One tenant's drafts, as a panel looks at them."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def texts(self, *, limit: int, since: datetime | None = None) -> tuple[DraftText, ...]:
        """Return the newest drafts that name a ticket, made at or after a moment, oldest first."""
        query = select(Prefill.id, Prefill.ticket_id, Prefill.connector, Prefill.created_at, Prefill.text).where(
            Prefill.tenant == self._tenant, Prefill.ticket_id.is_not(None), Prefill.text != ""
        )
        if since is not None:
            query = query.where(Prefill.created_at >= since)
        query = query.order_by(Prefill.created_at.desc(), Prefill.id.desc()).limit(limit)
        with self._database.transaction() as session:
            rows = session.execute(query).all()
        return tuple(
            DraftText(name, ticket or "", connector, at, text) for name, ticket, connector, at, text in reversed(rows)
        )

    def newest(self, ticket_id: str, *, connector: str) -> str:
        """Return the id of a ticket's newest draft, made through its connector or asked for over the API; "" for none.
        Without a connector, that of any."""
        query = select(Prefill.id).where(Prefill.tenant == self._tenant, Prefill.ticket_id == ticket_id)
        if connector:
            query = query.where(Prefill.connector.in_((connector, "")))
        with self._database.transaction() as session:
            return session.scalar(query.order_by(Prefill.created_at.desc(), Prefill.id).limit(1)) or ""

    def known(self, prefill_ids: list[str]) -> set[str]:
        """Return which of these drafts are still kept."""
        query = select(Prefill.id).where(Prefill.tenant == self._tenant, Prefill.id.in_(prefill_ids))
        with self._database.transaction() as session:
            return set(session.scalars(query))

    def suggestions_for(self, prefill_id: str) -> KeptSuggestions | None:
        """Return the newest set of suggestions that was made for a draft."""
        query = (
            select(SuggestionSet)
            .where(SuggestionSet.tenant == self._tenant, SuggestionSet.prefill_id == prefill_id)
            .order_by(SuggestionSet.created_at.desc())
            .limit(1)
        )
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        if row is None:
            return None
        return KeptSuggestions(SuggestionResponse.model_validate_json(row.body), row.created_at)

    def opinions(self, suggestion_id: str) -> dict[str, str]:
        """Return the newest action of people on each article of a set of suggestions."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.tenant == self._tenant, FeedbackRow.subject_id == suggestion_id)
            .order_by(FeedbackRow.created_at)
        )
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        kept = (Feedback.model_validate_json(row.body) for row in rows)
        return {feedback.article_id: feedback.action for feedback in kept if feedback.article_id is not None}

    def used_article(self, prefill_id: str) -> str:
        """Return the id of the article that somebody used for a draft's ticket; "" where none is known."""
        query = select(SuggestionSet.id).where(
            SuggestionSet.tenant == self._tenant, SuggestionSet.prefill_id == prefill_id
        )
        with self._database.transaction() as session:
            sets = session.scalars(query).all()
        used = (article for one in sets for article, action in self.opinions(one).items() if action == "used")
        return next(used, "")
