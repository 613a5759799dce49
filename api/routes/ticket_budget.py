"""/v1/ticket-budget: how many false maintenance tickets are borne, and whether that is kept."""

from __future__ import annotations

from fastapi import APIRouter

from api.routes.documentation import problems
from api.routes.wiring import MayAdminister, MaySendTelemetry, Now, SettingsOf, StoreOf
from api.schemas.budget import BudgetBody, BudgetIn
from api.upkeep.budget import body_of, set_budget

router = APIRouter(tags=["tickets"])


@router.get("/v1/ticket-budget", responses=problems(401, 403))
def get_budget(_: MaySendTelemetry, store: StoreOf, settings: SettingsOf, at: Now) -> BudgetBody:
    """Return the budget of false tickets and how it stands."""
    return body_of(store, settings, at=at)


@router.put("/v1/ticket-budget", responses=problems(400, 401, 403, 413, 422))
def put_budget(wanted: BudgetIn, caller: MayAdminister, store: StoreOf, settings: SettingsOf, at: Now) -> BudgetBody:
    """Set the budget; it counts from the next alert on."""
    set_budget(wanted, store=store, settings=settings, actor=f"key:{caller.key_id}", at=at)
    return body_of(store, settings, at=at)
