"""The maintenance pages: tickets that the monitor opened, each with its plot, its reasons and what helped before."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response

from api.console.ask_pages import quoted
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_view import percent
from api.console.language import Words
from api.errors import Problem, say
from api.schemas.telemetry import Ticket
from api.upkeep.advice import suggestions_for

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
    metrics = [reason.metric for reason in stored.reasons]
    found = suggestions_for(metrics, engines=desk.engines, locale=desk.words.locale)
    ticket = stored.model_copy(update={"suggestions": found})
    return desk.page("ticket.html", here="tickets", ticket=ticket, quoted=quoted, percent=percent, title_of=title_of)


@router.get("/tickets/{ticket_id}/plot.svg")
def show_plot(desk: TicketDesk, ticket_id: str) -> Response:
    """Send a ticket's plot."""
    plot = desk.store.tickets.plot(_stored(desk, ticket_id).id)
    if not plot:
        raise Problem("not_found", say("detail.unknown", what=say("what.plot"), name=repr(ticket_id)))
    return plot_answer(plot, desk.words)


def plot_answer(plot: str, words: Words) -> Response:
    """Return a plot in the reader's language."""
    from predictive import plot_in_language

    return Response(plot_in_language(plot, locale=words.locale), media_type="image/svg+xml", headers=PLOT_HEADERS)


def title_of(ticket: Ticket, words: Words) -> str:
    """Say in the person's language what the stored title says in the house's."""
    reason = ticket.reasons[0] if ticket.reasons else None
    if reason is None or reason.observed is None:
        return ticket.title
    shown = {"device": ticket.device_id, "metric": reason.metric, "observed": quantity(reason.observed, reason.unit)}
    if reason.expected is None:
        return words("tickets.unusual", **shown)
    return words("tickets.off", **shown, expected=quantity(reason.expected, reason.unit))


def quantity(value: float, unit: str) -> str:
    """Write a reading with its unit.

    >>> quantity(848.1105, "kPa")
    '848.1 kPa'
    """
    return f"{value:.4g} {unit}".rstrip()


def _stored(desk: Desk, ticket_id: str) -> Ticket:
    ticket = desk.store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.ticket"), name=repr(ticket_id)))
    return ticket
