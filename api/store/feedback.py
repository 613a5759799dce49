"""What a person did with a value or a suggestion in, kept to learn from; what it is about must be known here."""

from __future__ import annotations

from datetime import datetime

from api.errors import Problem, say
from api.schemas.prefill import Feedback
from api.store.store import Store


def keep_feedback(feedback: Feedback, *, feedback_id: str, store: Store, at: datetime) -> None:
    """Keep one piece of feedback.

    Raises:
        Problem: nothing of that id is kept, or the prefill has no such field.
    """
    _check_subject(feedback, store)
    store.drafts.add_feedback(feedback_id, feedback, at=at)


def _check_subject(feedback: Feedback, store: Store) -> None:
    """Raise the Problem of feedback on something that is not kept here."""
    if feedback.prefill_id is not None:
        stored = store.drafts.prefill(feedback.prefill_id)
        if stored is None:
            raise _unknown("what.prefill", feedback.prefill_id, "/prefill_id")
        if feedback.field not in stored.response.fields:
            detail = say("detail.field_unknown", field=repr(feedback.field))
            raise Problem("validation_failed", detail, where="/field")
    if feedback.suggestion_id is not None and store.drafts.suggestions(feedback.suggestion_id) is None:
        raise _unknown("what.suggestions", feedback.suggestion_id, "/suggestion_id")


def _unknown(what: str, subject_id: str, where: str) -> Problem:
    return Problem("not_found", say("detail.unknown", what=say(what), name=repr(subject_id)), where=where)
