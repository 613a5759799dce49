"""What people say of tickets and what happens to devices in; verdicts, failure times and lead times out.

A failure is told once, from a ticket or for a device: the device's tickets of the weeks before it were right, and how
long before is the lead time. Where a person said something of a ticket, that stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from api.errors import Problem, say
from api.schemas.telemetry import KeptVerdict, Ticket, TicketVerdict
from api.security import make_id
from api.store import Store
from api.store.devices import Event, Verdict

KIND = "maintenance"
BEGINS_ANEW = frozenset({"repair", "maintenance", "replaced", "firmware", "installed"})
"""Events after which the device's normal is another."""
LONGEST_AHEAD = timedelta(days=90)
"""An alert longer before a failure was about something else."""
TICKETS = 200
EVENT_ACTOR = "event"
CLOCKS_DIFFER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Of the failures of a period: how many had an alert before, how long before."""

    failures: int
    warned: int
    in_time: int  # so long before that it was useful
    hours: tuple[float, ...]  # by failure, from its first alert on

    @property
    def median_h(self) -> float | None:
        """Return half of the warned failures' lead times; None where none was warned of."""
        return float(np.median(self.hours)) if self.hours else None


def take_verdict(ticket_id: str, told: TicketVerdict, *, store: Store, actor: str, at: datetime) -> KeptVerdict:
    """Keep what a person says of a ticket, in place of what they said before.

    Raises:
        Problem: there is no such ticket, or the failure lies in the future.
    """
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.ticket"), name=repr(ticket_id[:50])))
    if told.failed_at is not None:
        require_past(told.failed_at, now=at)
        failure = Event(make_id(), ticket.device_id, "failure", told.failed_at, actor=actor)
        store.devices.note_event(failure)
    verdict = verdict_on(ticket, told.verdict, at=at)
    store.devices.judge(replace(verdict, fixed_by=told.fixed_by.strip(), failed_at=told.failed_at, actor=actor))
    return KeptVerdict(ticket_id=ticket_id, actor=actor, at=at, **told.model_dump())


def verdict_on(ticket: Ticket, verdict: str, *, at: datetime) -> Verdict:
    """Return a verdict with the ticket as it is."""
    first = ticket.reasons[0] if ticket.reasons else None
    return Verdict(
        ticket_id=ticket.id,
        verdict=verdict,
        device_id=ticket.device_id,
        model=ticket.device.model,
        metric=first.metric if first else "",
        detector=first.detector if first else "",
        severity=ticket.severity,
        opened_at=ticket.opened_at,
        at=at,
    )


def note_failure(event: Event, *, store: Store) -> None:
    """Count the tickets before a device's failure as right, where nobody said otherwise."""
    if event.kind != "failure":
        return
    for ticket in _before(event, store.tickets.list(kind=KIND, device_id=event.device_id, limit=TICKETS)):
        if store.devices.verdict(ticket.id) is None:
            verdict = verdict_on(ticket, "right", at=event.at)
            store.devices.judge(replace(verdict, failed_at=event.at, actor=EVENT_ACTOR))


def lead_times(store: Store, since: datetime, until: datetime, *, useful_h: float) -> LeadTimes:
    """Return how long before the failures of a period their first alert came."""
    failures = store.devices.failures(since, until)
    hours = []
    for event in failures:
        tickets = _before(event, store.tickets.list(kind=KIND, device_id=event.device_id, limit=TICKETS))
        refuted = store.devices.verdicts([ticket.id for ticket in tickets])
        opened = [
            ticket.opened_at
            for ticket in tickets
            if ticket.id not in refuted or refuted[ticket.id].verdict != "false_alarm"
        ]
        if opened:
            hours.append((event.at - min(opened)).total_seconds() / 3600)
    in_time = sum(lead >= useful_h for lead in hours)
    return LeadTimes(len(failures), len(hours), in_time, tuple(hours))


def _before(event: Event, tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
    """Return the tickets that a failure may have been foreseen by."""
    return tuple(one for one in tickets if event.at - LONGEST_AHEAD <= one.opened_at <= event.at)


def require_past(at: datetime, *, now: datetime) -> None:
    """Refuse what has not happened yet.

    Raises:
        Problem: it lies in the future.
    """
    if at > now + CLOCKS_DIFFER:
        raise Problem(
            "validation_failed",
            say("detail.event_in_future", at=at.isoformat(timespec="minutes")),
            fix=say("fix.event_in_future"),
        )
