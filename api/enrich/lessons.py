"""A ticket's values now and what we recorded of it in; what people did with our values, kept as feedback.

A value that still stands when the ticket is closed was accepted, one that was changed was edited, one that is gone was
cleared. The same verdict is kept once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from api.connectors.records import CommentVerdict, ExternalTicket
from api.enrich.plan import is_same
from api.schemas.prefill import Feedback
from api.store import Store
from api.store.changes import Change
from api.store.feedback import keep_feedback

CLOSED = frozenset({"resolved", "closed", "solved", "rejected", "done", "duplicate", "已解决", "已关闭"})
"""What the systems known here call a ticket that is over, in small letters."""


def learn_from(ticket: ExternalTicket, newest: Mapping[str, Change], *, store: Store, at: datetime) -> int:
    """Keep a verdict on each of our values that a person has decided about; return how many are new."""
    is_closed = ticket.status.casefold() in CLOSED
    kept = 0
    for name, change in newest.items():
        if name in ticket.fields and change.state in ("suggested", "filled"):
            feedback = verdict_on(change, held=ticket.fields[name], is_closed=is_closed)
            kept += feedback is not None and keep_once(feedback, store=store, at=at)
    return kept


def verdict_on(change: Change, *, held: str, is_closed: bool) -> Feedback | None:
    """Return what a person did with a value; None while nobody has decided."""
    if is_same(held, change.after):
        is_decided = is_closed or change.state == "suggested"
        return _feedback(change, "accepted", held) if is_decided else None
    if held:
        return _feedback(change, "edited", held)
    return _feedback(change, "cleared", None) if change.state == "filled" else None


def keep_once(feedback: Feedback, *, store: Store, at: datetime) -> bool:
    """Keep feedback unless the newest verdict on the field is the same; return whether it was new."""
    assert feedback.prefill_id is not None
    assert feedback.field is not None
    known = store.drafts.verdicts(feedback.prefill_id).get(feedback.field)
    if known is not None and (known.action, known.final) == (feedback.action, feedback.final):
        return False
    text = f"{feedback.prefill_id}\0{feedback.field}\0{feedback.action}\0{feedback.final}\0{at.isoformat()}"
    keep_feedback(feedback, feedback_id=hashlib.sha256(text.encode()).hexdigest()[:24], store=store, at=at)
    return True


def learn_from_verdict(verdict: CommentVerdict, *, store: Store, at: datetime) -> int:
    """Keep what an agent said of a whole comment by a click: a useful one accepts what it was sure of. That it was not
    useful says nothing of a single value. The comment's mark is its draft's id."""
    stored = store.drafts.prefill(verdict.mark)
    if stored is None or not verdict.is_useful:
        return 0
    sure = [(name, field.value) for name, field in stored.response.fields.items() if field.status == "auto"]
    return sum(
        keep_once(Feedback(prefill_id=verdict.mark, field=name, final=value, action="accepted"), store=store, at=at)
        for name, value in sure
    )


def _feedback(change: Change, action: str, final: str | None) -> Feedback:
    return Feedback.model_validate(
        {"prefill_id": change.prefill_id, "field": change.field, "action": action, "final": final and final[:2_000]}
    )
