"""POST /v1/prefill and what came of it."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from api.errors import Problem, say
from api.prefill import prefill
from api.routes.documentation import PREFILL_BODY, problems
from api.routes.idempotency import answer_once
from api.routes.jobs import ACCEPTED, Preference, wants_async
from api.routes.later import LaterOf
from api.routes.prefill_call import ReadPrefillCall
from api.routes.prefill_job import check_call
from api.routes.wiring import EnginesOf, IdempotencyKey, MayPrefill, Now, StoreOf, TextTurn
from api.schemas.prefill import PrefillResponse

router = APIRouter(tags=["prefill"])


@router.post(
    "/v1/prefill",
    response_model=PrefillResponse,
    openapi_extra=PREFILL_BODY,
    responses={**ACCEPTED, **problems(400, 401, 403, 409, 413, 415, 422, 503)},
)
def create_prefill(
    caller: MayPrefill,
    call: ReadPrefillCall,
    engines: EnginesOf,
    store: StoreOf,
    at: Now,
    later: LaterOf,
    turn: TextTurn,
    key: IdempotencyKey = None,
    prefer: Preference = None,
) -> Response:
    """Fill a ticket in from messages, recordings and photos."""
    if wants_async(prefer):
        check_call(call.request, call.files, engines=engines, store=store, at=at)
        return later.accept(call.later(), key=key)

    def fill_in(draft_id: str) -> PrefillResponse:
        kept = store.drafts.prefill(draft_id) if key is not None else None
        if kept is not None:
            return kept.response
        return prefill(call.request, call.files, engines=engines, store=store, at=at, draft_id=draft_id)

    return answer_once(
        fill_in,
        key=key,
        owner=caller.key_id,
        digest=call.digest(),
        store=store,
        at=at,
    )


@router.get("/v1/prefills/{prefill_id}", responses=problems(401, 403, 404, 422))
def get_prefill(prefill_id: str, _: MayPrefill, store: StoreOf) -> PrefillResponse:
    """Return a draft by its id."""
    stored = store.drafts.prefill(prefill_id)
    if stored is None:
        raise Problem(
            "not_found", say("detail.unknown", what=say("what.prefill"), name=repr(prefill_id[:50])), where="prefill_id"
        )
    return stored.response
