"""POST /v1/suggestions."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes.documentation import problems
from api.routes.wiring import EndableTurn, EnginesOf, MaySuggest, Now, StoreOf
from api.schemas.knowledge import SuggestionRequest, SuggestionResponse
from api.suggest import suggest

router = APIRouter(tags=["suggestions"])


@router.post("/v1/suggestions", responses=problems(400, 401, 403, 404, 413, 422))
def create_suggestions(
    request: SuggestionRequest, _: MaySuggest, engines: EnginesOf, store: StoreOf, at: Now, turn: EndableTurn
) -> SuggestionResponse:
    """Rank cited solutions for a question, a prefill or a ticket; abstain where nothing fits."""
    return suggest(request, engines=engines, store=store, at=at, end_turn=turn.end)
