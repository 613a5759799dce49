"""A maintenance ticket of ours in; one ticket in each system that wants them opened, commented on and resolved.

Every job brings the other side to how our ticket stands now, whichever event it came for, so that jobs may repeat, fail
and overtake each other. At most one ticket a key: it is looked up by its key before it is opened, and the link kept.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime

import structlog
from pydantic import JsonValue

from api.connectors.records import FieldWrite, NewTicket
from api.connectors.system import TicketSystem
from api.enrich.live import Connectors, Live
from api.enrich.loop import ATTEMPTS, BACKOFF_S, QUEUE
from api.enrich.maintenance import closing_of, news_of, opening_of, signature_of
from api.enrich.plan import ACTOR
from api.enrich.troubles import system_errors
from api.errors import Words, language_of_locale, words
from api.jobs import Jobs, Task
from api.outbox import Order
from api.schemas.telemetry import Ticket
from api.store import Store
from api.store.changes import Link
from api.store.outbox import Message
from api.tenants import Tenants

log = structlog.get_logger(__name__)

KIND = "mirror_ticket"
RESOLVED = "resolved"
SILENT = ("off", "shadow")


class Mirror:
    """Our maintenance tickets in other systems. `define` tells the jobs how."""

    def __init__(self, *, connectors: Connectors, jobs: Jobs, tenants: Tenants, clock: Callable[[], datetime]) -> None:
        self._connectors = connectors
        self._jobs = jobs
        self._tenants = tenants
        self._clock = clock
        self._turn = threading.Lock()

    def define(self) -> None:
        """Tell the jobs how a ticket is mirrored; before they start."""
        self._jobs.define(KIND, self.work, queue=QUEUE, attempts=ATTEMPTS, backoff_s=BACKOFF_S)

    def wanted(self, tenant: str) -> tuple[Live, ...]:
        """Return the tenant's connectors that want maintenance tickets."""
        return tuple(
            live
            for live in self._connectors.of(tenant)
            if live.options.maintenance is not None
            and live.connector.system is not None
            and live.options.mode not in SILENT
        )

    def orders_of(self, message: Message) -> tuple[Order, ...]:
        """Return the job that a message of the outbox asks for: one for each change of a maintenance ticket."""
        if not message.type.startswith("ticket.") or not self.wanted(message.tenant):
            return ()
        ticket_id = json.loads(message.body)["data"]["id"]
        return (Order(KIND, {"ticket_id": ticket_id}, message.message_id),)

    def work(self, task: Task) -> JsonValue:
        """Bring every system to how a ticket of ours stands; the payload's `ticket_id` names it."""
        tenant = self._tenants.get(task.tenant)
        ticket = tenant.store.tickets.get(task.text("ticket_id"))
        if ticket is None:
            return {"outcome": "gone"}
        said = words(language_of_locale(tenant.engines.settings.default_locale))
        done: dict[str, JsonValue] = {}
        for live in self.wanted(task.tenant):
            with self._turn, system_errors(), live.heard():
                done[live.options.name] = self._bring(live, ticket, store=tenant.store, said=said)
        return done

    def _bring(self, live: Live, ticket: Ticket, *, store: Store, said: Words) -> str:
        """Open, comment or resolve; return the id over there."""
        system, name, at = live.connector.system, live.options.name, self._clock()
        assert system is not None
        link = store.links.get(connector=name, key=ticket.key)
        if link is None or not link.external_id:
            if ticket.state == "resolved" and link is None:
                return ""  # over before it could be told
            link = self._open(live, system, ticket, store=store, said=said, at=at)
        if ticket.state == "resolved":
            if link.state != RESOLVED:
                system.close(link.external_id, closing_of(ticket, said), mark=f"{ticket.id}-resolved")
                self._keep(store, name, ticket, external_id=link.external_id, state=RESOLVED, at=at)
        elif link.state != signature_of(ticket):
            system.comment(link.external_id, news_of(ticket, said), mark=f"{ticket.id}-{signature_of(ticket)}")
            self._keep(store, name, ticket, external_id=link.external_id, state=signature_of(ticket), at=at)
        return link.external_id

    def _open(
        self, live: Live, system: TicketSystem, ticket: Ticket, *, store: Store, said: Words, at: datetime
    ) -> Link:
        self._keep(store, live.options.name, ticket, external_id="", state="opening", at=at)
        external_id = system.create(new_ticket(ticket, live=live, said=said))
        link = self._keep(store, live.options.name, ticket, external_id=external_id, state=signature_of(ticket), at=at)
        store.audit.add(
            at=at,
            actor=ACTOR,
            action="maintenance.opened",
            subject=f"{live.options.name}/{external_id}",
            detail={"key": ticket.key, "device_id": ticket.device_id},
        )
        log.info("maintenance_ticket_opened", connector=live.options.name, key=ticket.key, external_id=external_id)
        return link

    def _keep(
        self, store: Store, connector: str, ticket: Ticket, *, external_id: str, state: str, at: datetime
    ) -> Link:
        link = Link(connector, ticket.key, external_id, state, at)
        store.links.put(link)
        return link


def new_ticket(ticket: Ticket, *, live: Live, said: Words) -> NewTicket:
    """Return what is to be opened for a ticket of ours."""
    maintenance = live.options.maintenance
    assert maintenance is not None
    values = {
        "device_id": ticket.device_id,
        "metric": ticket.reasons[0].metric if ticket.reasons else "",
        "severity": ticket.severity,
        "key": ticket.key,
    }
    return NewTicket(
        key=ticket.key,
        title=ticket.title,
        text=opening_of(ticket, said),
        queue=maintenance.queue,
        severity=ticket.severity,
        fields=tuple(
            FieldWrite(ours, theirs, values[ours]) for ours, theirs in maintenance.fields.items() if values.get(ours)
        ),
    )
