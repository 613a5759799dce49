"""The maintenance pages: tickets that the monitor opened, each with its plot, its reasons and what helped before."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Response

from api.console.ask_pages import quoted
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_view import percent
from api.console.language import Words
from api.console.local_time import local_time
from api.errors import Language, Problem, say
from api.errors import words as error_words
from api.schemas.telemetry import Ticket, TicketVerdict
from api.tickets import quantity as quantity
from api.tickets import text_of
from api.tickets import title_of as title_in
from api.upkeep.advice import suggestions_for
from api.upkeep.budget import hear_verdict
from api.upkeep.pictures import plot_in

PAGE_SIZE = 25
KIND = "maintenance"
PLOT_HEADERS = {
    # Opened by itself an SVG is a document: nothing in it may run or load.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, no-store",
}

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
TicketDesk = Annotated[Desk, Depends(Entry("telemetry"))]


@router.get("/tickets")
def list_tickets(
    desk: TicketDesk, state: Literal["open", "resolved"] | None = None, after: str | None = None
) -> Response:
    """List tickets, newest first."""
    found = desk.store.tickets.list(kind=KIND, limit=PAGE_SIZE + 1, state=state, after=after)
    tickets = found[:PAGE_SIZE]
    older = ""
    if len(found) > PAGE_SIZE:
        asked = {"after": tickets[-1].id, **({"state": state} if state else {})}
        older = f"/console/tickets?{urlencode(asked)}"
    return desk.page(
        "tickets.html", here="tickets", tickets=tickets, state=state or "all", older=older, title_of=title_of
    )


@router.get("/tickets/{ticket_id}")
def show_ticket(desk: TicketDesk, ticket_id: str) -> Response:
    """Show one ticket."""
    stored = _stored(desk, ticket_id)
    model = stored.device.model
    found = suggestions_for(stored.reasons, engines=desk.engines, locale=desk.words.locale, model=model)
    ticket = stored.model_copy(update={"suggestions": found})
    return desk.page(
        "ticket.html",
        here="tickets",
        ticket=ticket,
        text=text_of(ticket, desk.words.language, zone=desk.settings.time_zone),
        group=desk.store.tickets.get(ticket.group_id) if ticket.group_id else None,
        verdict=desk.store.devices.verdict(ticket.id),
        quoted=quoted,
        percent=percent,
        title_of=title_of,
    )


@router.post("/tickets/{ticket_id}/verdict")
def judge_ticket(
    desk: TicketDesk,
    ticket_id: str,
    verdict: Annotated[Literal["right", "false_alarm", "fixed"], Form()],
    fixed_by: Annotated[str, Form(max_length=2000)] = "",
    failed_at: Annotated[str, Form(max_length=40)] = "",
    utc_offset: Annotated[int, Form(ge=-840, le=840)] = 0,
) -> Response:
    """Keep what a person says of a ticket."""
    told = TicketVerdict(verdict=verdict, fixed_by=fixed_by, failed_at=local_time(failed_at, utc_offset))
    hear_verdict(ticket_id, told, store=desk.store, settings=desk.settings, actor=desk.actor, at=desk.now)
    return desk.go(f"/console/tickets/{ticket_id}#verdict")


@router.get("/tickets/{ticket_id}/plot.svg")
def show_plot(desk: TicketDesk, ticket_id: str) -> Response:
    """Send a ticket's plot."""
    plot = desk.store.tickets.plot(_stored(desk, ticket_id).id)
    if not plot:
        raise Problem("not_found", say("detail.unknown", what=say("what.plot"), name=repr(ticket_id)))
    return plot_answer(plot, desk.words.language, zone=desk.settings.time_zone)


def plot_answer(plot: str, language: Language, *, zone: tzinfo) -> Response:
    """Return a plot in the reader's language, with the times of the house."""
    return Response(plot_in(plot, language, zone=zone), media_type="image/svg+xml", headers=PLOT_HEADERS)


def title_of(ticket: Ticket, words: Words) -> str:
    """Say in the person's language what the stored title says in the house's."""
    return title_in(ticket, error_words(words.language))


def _stored(desk: Desk, ticket_id: str) -> Ticket:
    ticket = desk.store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.ticket"), name=repr(ticket_id)))
    return ticket
