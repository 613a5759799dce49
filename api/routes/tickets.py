"""GET /v1/tickets: maintenance tickets and their plots."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.errors import Problem, say
from api.routes.documentation import problems
from api.routes.wiring import MaySendTelemetry, Now, SettingsOf, StoreOf
from api.schemas.telemetry import KeptVerdict, Ticket, TicketVerdict
from api.upkeep.budget import hear_verdict
from api.upkeep.pictures import plot_in

router = APIRouter(tags=["tickets"])

SVG_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/v1/tickets", responses=problems(401, 403, 422))
def list_tickets(
    _: MaySendTelemetry,
    store: StoreOf,
    response: Response,
    kind: Literal["maintenance"] = "maintenance",
    state: Literal["open", "resolved"] | None = None,
    device_id: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(max_length=32, description="Id of the last ticket of the page before")] = None,
) -> list[Ticket]:
    """List tickets, newest first; the header Link names the next page."""
    tickets = store.tickets.list(kind=kind, state=state, device_id=device_id, limit=limit, after=after)
    if len(tickets) == limit:
        response.headers["Link"] = f'</v1/tickets?kind={kind}&limit={limit}&after={tickets[-1].id}>; rel="next"'
    return list(tickets)


@router.get("/v1/tickets/{ticket_id}", responses=problems(401, 403, 404, 422))
def get_ticket(ticket_id: str, _: MaySendTelemetry, store: StoreOf) -> Ticket:
    """Return a ticket by its id."""
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem(
            "not_found", say("detail.unknown", what=say("what.ticket"), name=repr(ticket_id[:50])), where="ticket_id"
        )
    return ticket


@router.get(
    "/v1/tickets/{ticket_id}/plot.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}, **problems(401, 403, 404, 422)},
)
def get_plot(
    ticket_id: str,
    _: MaySendTelemetry,
    store: StoreOf,
    settings: SettingsOf,
    lang: Literal["zh", "en"] | None = None,
) -> Response:
    """Return the plot of a ticket's strongest reason, in the house's language or in `lang`."""
    plot = store.tickets.plot(ticket_id)
    if not plot:
        raise Problem(
            "not_found", say("detail.unknown", what=say("what.plot"), name=repr(ticket_id[:50])), where="ticket_id"
        )
    drawn = plot_in(plot, lang, house=settings.default_locale, zone=settings.time_zone)
    return Response(drawn, media_type="image/svg+xml", headers=SVG_HEADERS)


@router.post("/v1/tickets/{ticket_id}/feedback", status_code=201, responses=problems(400, 401, 403, 404, 422))
def create_ticket_feedback(
    ticket_id: str, caller: MaySendTelemetry, verdict: TicketVerdict, store: StoreOf, settings: SettingsOf, at: Now
) -> KeptVerdict:
    """Say whether a ticket was right, a false alarm, or what fixed it; the last word counts."""
    actor = f"key:{caller.key_id}"
    return hear_verdict(ticket_id, verdict, store=store, settings=settings, actor=actor, at=at)
