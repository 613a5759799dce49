"""The budget of false tickets: what is borne, how that stands, by which rule it is held, and what is held back.

The figures are api/upkeep/budget's; here they are laid out, and a budget is set.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.schemas.budget import BudgetIn
from api.upkeep.budget import set_budget, standing

HELD_SHOWN = 50
"""On the page; the newest. A person looks at some of them, not at a thousand."""

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
ReaderDesk = Annotated[Desk, Depends(Entry("telemetry"))]
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@router.get("/budget")
def show_budget(desk: ReaderDesk) -> Response:
    """Show the budget and how it stands."""
    scopes = desk.visitor.scopes if desk.visitor else ()
    return desk.page(
        "budget.html",
        here="devices",
        stands=standing(desk.store, desk.settings, at=desk.now),
        held=desk.store.budgets.held_back(limit=HELD_SHOWN),
        may_set="admin" in scopes,
    )


@router.post("/budget")
def keep_budget(
    desk: AdminDesk,
    false_per_1000: Annotated[float, Form(gt=0, le=1000)],
    useful_lead_h: Annotated[float, Form(ge=0, le=2160)],
) -> Response:
    """Set the budget."""
    wanted = BudgetIn(false_per_1000=false_per_1000, useful_lead_h=useful_lead_h)
    set_budget(wanted, store=desk.store, settings=desk.settings, actor=desk.actor, at=desk.now)
    desk.store.audit.add(at=desk.now, actor=desk.actor, action="budget.put", subject="ticket-budget")
    return desk.go("/console/budget")
