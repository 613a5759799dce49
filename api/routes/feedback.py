"""POST /v1/feedback: what a person did with a value or a suggestion."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.errors import Problem, say
from api.routes.documentation import problems
from api.routes.idempotency import answer_once, digest_of_parts
from api.routes.wiring import IdempotencyKey, MayPrefill, Now, StoreOf
from api.schemas.prefill import Feedback, FeedbackTaken
from api.security import make_id
from api.store import Store

router = APIRouter(tags=["feedback"])


@router.post(
    "/v1/feedback", status_code=201, response_model=FeedbackTaken, responses=problems(400, 401, 403, 404, 409, 413, 422)
)
def create_feedback(
    owner: MayPrefill, feedback: Feedback, store: StoreOf, at: Now, key: IdempotencyKey = None
) -> Response:
    """Keep what a person did, to learn from."""
    _check_subject(feedback, store)

    def keep() -> FeedbackTaken:
        taken = FeedbackTaken(id=make_id())
        store.drafts.add_feedback(taken.id, feedback, at=at)
        return taken

    digest = digest_of_parts(feedback.model_dump_json().encode())
    return answer_once(keep, key=key, owner=owner, digest=digest, store=store, at=at, status=201)


def _check_subject(feedback: Feedback, store: Store) -> None:
    if feedback.prefill_id is not None:
        stored = store.drafts.prefill(feedback.prefill_id)
        if stored is None:
            raise Problem(
                "not_found",
                say("detail.unknown", what=say("what.prefill"), name=repr(feedback.prefill_id)),
                where="/prefill_id",
            )
        if feedback.field not in stored.response.fields:
            raise Problem("validation_failed", say("detail.field_unknown", field=repr(feedback.field)), where="/field")
    if feedback.suggestion_id is not None and store.drafts.suggestions(feedback.suggestion_id) is None:
        raise Problem(
            "not_found",
            say("detail.unknown", what=say("what.suggestions"), name=repr(feedback.suggestion_id)),
            where="/suggestion_id",
        )
