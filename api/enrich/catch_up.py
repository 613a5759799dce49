"""Tickets whose webhook never came, found: each system is asked what was created since it was last asked.

A ticket system sends a webhook once; while this service is away, or the network is, it is lost. At the start and every
few minutes the systems that can list tickets are asked, and what is new becomes the same job that its webhook would
have been. The first time nothing before that moment is touched. It does not know of missed messages and edits: they are
seen at the ticket's next event, or when its draft is followed up, which is scheduled here too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog

from api.connectors.records import ExternalTicket, Listed
from api.connectors.system import ConnectorError, ListsNew
from api.enrich.follow_up import FollowUps
from api.enrich.live import Connectors, Live
from api.enrich.loop import Enrichment
from api.enrich.parcel import found_event
from api.tenants import Tenants

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
"""Looked at twice: clocks differ, and a ticket is listed a moment after it is made. Jobs are the same jobs."""
NOTED_EVERY = 20
TICKETS = 5_000
"""At one look; the rest are found at the next, from the last of these on."""


class CatchUps:
    """A thread that asks every connector now and then, until stopped."""

    def __init__(
        self,
        *,
        connectors: Connectors,
        enrichment: Enrichment,
        tenants: Tenants,
        clock: Callable[[], datetime],
        every_s: float,
        follow_ups: FollowUps | None = None,
    ) -> None:
        self._connectors = connectors
        self._enrichment = enrichment
        self._tenants = tenants
        self._clock = clock
        self._every_s = every_s
        self._follow_ups = follow_ups
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Ask at once, then every so often."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="catch-up", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> int:
        """Ask every connector once; return how many tickets were found."""
        found = 0
        for live in self._connectors.all():
            if self._stopped.is_set():
                break
            if live.options.mode == "off" or live.connector.system is None:
                continue
            if self._follow_ups is not None:
                self._follow_ups.schedule(live)
            try:
                found += self._look_at(live)
            except ConnectorError as error:
                log.warning("catch_up_failed", connector=live.options.name, reason=str(error))
        return found

    def _look_at(self, live: Live) -> int:
        """Take what is new; note how far every so often, so that a crash does not send us back to the start."""
        name = live.options.name
        links = self._tenants.get(live.options.tenant).store.links
        at, since = self._clock(), links.caught_up(name)
        found = 0
        for one in _new_since(live, since - OVERLAP) if since is not None else ():
            if self._stopped.is_set() or found == TICKETS:
                at = one.created_at or since or at
                break
            self._enrichment.take(live, found_event(one, is_told=live.connector.door is not None))
            found += 1
            if found % NOTED_EVERY == 0 and one.created_at is not None:
                links.catch_up(name, at=one.created_at)
        links.catch_up(name, at=at)
        return found

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("catch_up_failed")
            if self._stopped.wait(self._every_s):
                return


def _new_since(live: Live, at: datetime) -> Iterator[ExternalTicket | Listed]:
    system = live.connector.system
    assert system is not None
    with live.heard():
        yield from system.new_since(at) if isinstance(system, ListsNew) else system.since(at)
