"""What a person chose about a field of a draft in, the same feedback out that POST /v1/feedback takes."""

from __future__ import annotations

from pydantic import ValidationError

from api.errors import Problem, invalid_problem, say
from api.schemas.prefill import Feedback, PrefillResponse


def verdict_on(response: PrefillResponse, *, field: str, action: str, final: str) -> Feedback:
    """Return the feedback; an edit that changes nothing is an acceptance, a cleared field holds no value.

    Raises:
        Problem: the action is none of accepted, edited, cleared, or an edit gives no value.
    """
    proposed = response.fields[field].value if field in response.fields else None
    if action in ("accepted", "edited"):
        final = final or (proposed or "" if action == "accepted" else "")
        if not final:
            raise Problem("validation_failed", say("detail.no_final"), where=field, fix=say("fix.no_final"))
        action = "accepted" if final == proposed else "edited"
    chosen = {"prefill_id": response.id, "field": field, "action": action, "final": final or None}
    if action == "cleared":
        chosen["final"] = None
    try:
        verdict = Feedback.model_validate(chosen)
    except ValidationError as error:
        raise invalid_problem(error.errors()) from error
    return verdict
