"""POST /v1/feedback: what a person did with a value or a suggestion."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.learn import take_feedback
from api.routes.documentation import problems
from api.routes.idempotency import answer_once, digest_of_parts
from api.routes.wiring import EnginesOf, IdempotencyKey, MayPrefill, Now, StoreOf
from api.schemas.prefill import Feedback, FeedbackTaken

router = APIRouter(tags=["feedback"])


@router.post(
    "/v1/feedback", status_code=201, response_model=FeedbackTaken, responses=problems(400, 401, 403, 404, 409, 413, 422)
)
def create_feedback(
    caller: MayPrefill, feedback: Feedback, engines: EnginesOf, store: StoreOf, at: Now, key: IdempotencyKey = None
) -> Response:
    """Keep what a person did, to learn from."""

    def keep(feedback_id: str) -> FeedbackTaken:
        take_feedback(feedback, feedback_id=feedback_id, engines=engines, store=store, at=at)
        return FeedbackTaken(id=feedback_id)

    digest = digest_of_parts(feedback.model_dump_json().encode())
    return answer_once(keep, key=key, owner=caller.key_id, digest=digest, store=store, at=at, status=201)
