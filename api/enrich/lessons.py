"""A ticket's values now and what we recorded of it in; what people did with our values, kept as feedback.

A value that we wrote and that was changed was edited, one that is gone was cleared; one that still stands says nothing,
resolved or not: nobody need have looked at it. A value that a person typed themselves says whether ours would have been
right, written or not. The same verdict is kept once. It does not know who typed what is not ours: any value of another
hand counts as a person's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from api.connectors.records import CommentVerdict, ExternalTicket
from api.schemas.prefill import Feedback, PrefillResponse
from api.store import Store
from api.store.changes import Change
from api.store.feedback import keep_feedback

CLOSED = frozenset({"resolved", "closed", "solved", "done", "已解决", "已关闭", "rejected", "duplicate"})
"""What the systems known here call a ticket that is over, worked or not, in small letters."""

Same = Callable[[str, str, str], bool]
"""A field's name and two values in, whether people would call them the same out."""


def is_closed(ticket: ExternalTicket) -> bool:
    """Return whether a ticket is over."""
    return ticket.status.casefold() in CLOSED


def learn_from(
    ticket: ExternalTicket, newest: Mapping[str, Change], *, is_same: Same, store: Store, at: datetime
) -> int:
    """Keep a verdict on each value that we wrote or said and a person has decided about; return how many are new."""
    kept = 0
    for name, change in newest.items():
        if name in ticket.fields and change.state in ("suggested", "filled"):
            same = is_same(name, ticket.fields[name], change.after)
            feedback = verdict_on(change, held=ticket.fields[name], is_same=same)
            kept += feedback is not None and keep_once(feedback, store=store, at=at)
    return kept


def verdict_on(change: Change, *, held: str, is_same: bool) -> Feedback | None:
    """Return what a person did with a value; None where nobody did anything. What we suggested and now stands there was
    typed or taken by a person."""
    if is_same:
        is_taken = change.state == "suggested"
        return _feedback(change.prefill_id, change.field, "accepted", held) if is_taken else None
    if held:
        return _feedback(change.prefill_id, change.field, "edited", held)
    is_cleared = change.state == "filled"
    return _feedback(change.prefill_id, change.field, "cleared", None) if is_cleared else None


def learn_from_values(
    ticket: ExternalTicket,
    draft: PrefillResponse,
    newest: Mapping[str, Change],
    *,
    is_same: Same,
    store: Store,
    at: datetime,
) -> int:
    """Keep a verdict on each drafted value that was never written or said, by what a person typed in its place."""
    kept = 0
    for name, value in draft.fields.items():
        held, change = ticket.fields.get(name, ""), newest.get(name)
        if not held or not value.value or value.status not in ("auto", "suggest"):
            continue
        if change is not None and change.state == "filled" and is_same(name, held, change.after):
            continue  # ours, still standing: nobody typed it
        if change is not None and change.state in ("suggested", "filled") and change.after == value.value:
            continue  # judged as what we wrote or said
        action = "accepted" if is_same(name, held, value.value) else "edited"
        kept += keep_once(_feedback(draft.id, name, action, held), store=store, at=at)
    return kept


def keep_once(feedback: Feedback, *, store: Store, at: datetime) -> bool:
    """Keep feedback unless the newest verdict on the field is the same, or its draft is kept no more; return whether it
    was new."""
    assert feedback.prefill_id is not None
    assert feedback.field is not None
    known = store.drafts.verdicts(feedback.prefill_id).get(feedback.field)
    if known is not None and (known.action, known.final) == (feedback.action, feedback.final):
        return False
    if store.drafts.prefill(feedback.prefill_id) is None:
        return False
    text = f"{feedback.prefill_id}\0{feedback.field}\0{feedback.action}\0{feedback.final}\0{at.isoformat()}"
    keep_feedback(feedback, feedback_id=hashlib.sha256(text.encode()).hexdigest()[:24], store=store, at=at)
    return True


def learn_from_verdict(verdict: CommentVerdict, *, store: Store, at: datetime) -> int:
    """Keep what an agent said of a whole comment by a click: a useful one accepts what it was sure of. That it was not
    useful says nothing of a single value; so that such clicks can only praise, and teach no confidence. The comment's
    mark is its draft's id."""
    stored = store.drafts.prefill(verdict.mark)
    if stored is None or not verdict.is_useful:
        return 0
    sure = [(name, field.value) for name, field in stored.response.fields.items() if field.status == "auto"]
    return sum(
        keep_once(
            Feedback(prefill_id=verdict.mark, field=name, final=value, action="accepted", is_of_all=True),
            store=store,
            at=at,
        )
        for name, value in sure
    )


def _feedback(prefill_id: str, field: str, action: str, final: str | None) -> Feedback:
    return Feedback.model_validate(
        {"prefill_id": prefill_id, "field": field, "action": action, "final": final and final[:2_000]}
    )
