"""A ticket system's event in; its ticket read, learnt from, filled in and commented on. One durable job an event.

    read -> learn -> gate -> draft -> plan -> write -> record -> comment

Each arrow may be cut by a crash: the draft has the job's own id, the plan is written down before the first write, a
value is read right before it is written, a comment carries the draft's id as its mark. Two events of one ticket take
turns within this process; it does not know of other processes that work the same ticket at the same moment.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

import structlog
from pydantic import JsonValue, TypeAdapter

from api.connectors.records import ExternalTicket, HookEvent
from api.connectors.system import Completes, ConnectorRefused, ReadsFields, TicketSystem
from api.enrich.follow_up import learn_of
from api.enrich.gate import refusal
from api.enrich.lessons import learn_from_verdict
from api.enrich.live import Connectors, Live
from api.enrich.parcel import Parcel, key_of, pack, spool_of, unpack
from api.enrich.plan import ACTOR, WRITING, Planned, changes_of, is_ours, is_same, plan
from api.enrich.remark import Remark, locale_of, remark_on, told_by
from api.enrich.request import Asked, bounded_messages, draft_of, filled_of
from api.enrich.troubles import system_errors
from api.errors import Problem, say
from api.jobs import Job, Jobs, Task
from api.jobs.spool import Spool
from api.prefill.templates import find_template
from api.schemas.prefill import PrefillResponse
from api.store import DraftOrigin
from api.store.changes import Change
from api.tenants import Tenant, Tenants

log = structlog.get_logger(__name__)

KIND = "enrich"
QUEUE = "connect"
ATTEMPTS = 12
BACKOFF_S = 5.0
"""5 s doubled eleven times: a ticket system may be away for nearly six hours; after that the job is a dead letter."""
TURNS = 64
"""Locks that tickets share by hash: more than jobs at once."""
PLANS = TypeAdapter(tuple[Planned, ...])


@dataclass(frozen=True, slots=True)
class Work:
    """What one job works with."""

    task: Task
    live: Live
    tenant: Tenant
    at: datetime

    @property
    def name(self) -> str:
        return self.live.options.name

    @property
    def draft_id(self) -> str:
        return hashlib.sha256(self.task.job_id.encode()).hexdigest()[:24]


class Enrichment:
    """The loop of every connector. `define` tells the jobs how an event is worked."""

    def __init__(
        self,
        *,
        connectors: Connectors,
        jobs: Jobs,
        tenants: Tenants,
        spool: Spool,
        clock: Callable[[], datetime],
        public_url: str = "",
    ) -> None:
        self._connectors = connectors
        self._jobs = jobs
        self._tenants = tenants
        self._spool = spool
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._turns = tuple(threading.Lock() for _ in range(TURNS))

    def define(self) -> None:
        """Tell the jobs how an event is worked; before they start."""
        self._jobs.define(KIND, self.work, queue=QUEUE, attempts=ATTEMPTS, backoff_s=BACKOFF_S)

    def launch(self) -> None:
        """Be ready to take an event at once, where there is a system that may send one."""
        if self._connectors.all():
            self._jobs.launch()

    def take(self, live: Live, event: HookEvent) -> Job | None:
        """Keep an event, on disk when this returns; the same event again is the same job. None: nothing to do."""
        if event.kind == "ignored" or live.options.mode == "off":
            return None
        payload = pack(Parcel(live.options.name, event), spool=self._spool)
        return self._jobs.submit(KIND, payload, tenant=live.options.tenant, key=key_of(live.options.name, event))

    def work(self, task: Task) -> JsonValue:
        """Work one event."""
        parcel = unpack(task.payload, spool=self._spool)
        live = self._connectors.get(parcel.connector)
        if live is None or live.options.tenant != task.tenant:
            raise Problem("not_found", say("detail.connector_gone", name=parcel.connector))
        work = Work(task, live, self._tenants.get(task.tenant), self._clock())
        with self._turn(parcel), system_errors(), live.heard():
            done = self._work(work, parcel.event)
        self._spool.remove(spool_of(task.payload))
        log.info("event_worked", connector=parcel.connector, kind=parcel.kind, **done)
        return dict(done)

    def _work(self, work: Work, event: HookEvent) -> Mapping[str, str | int]:
        store = work.tenant.store
        if event.verdict is not None:
            return {"outcome": "feedback", "learnt": learn_from_verdict(event.verdict, store=store, at=work.at)}
        ticket = read_ticket(work.live, event)
        newest = store.changes.newest(connector=work.name, ticket_id=ticket.id)
        learnt = learn_of(ticket, newest, connector=work.name, tenant=work.tenant, at=work.at)
        if event.kind not in ("ticket_created", "message"):
            return {"outcome": "read", "learnt": learnt}
        if reason := refusal(work.live.options, ticket_id=ticket.id, queue=ticket.queue):
            return {"outcome": "left_alone", "reason": reason, "learnt": learnt}
        return {**self._enrich(work, ticket, newest), "learnt": learnt}

    def _enrich(self, work: Work, ticket: ExternalTicket, newest: Mapping[str, Change]) -> Mapping[str, str | int]:
        options, store = work.live.options, work.tenant.store
        ours = [name for name, change in newest.items() if is_ours(ticket.fields.get(name, ""), change)]
        origin = DraftOrigin(
            connector=work.name,
            queue=ticket.queue,
            mode="shadow" if options.mode == "shadow" else "live",
            filled_before=filled_of(tuple(ticket.fields.items()), ours=ours),
            customer_id=ticket.customer.id or None,
        )
        earlier = [
            stored.response
            for stored in store.drafts.of_ticket(ticket.id, connector=work.name)
            if stored.response.id != work.draft_id
        ]
        draft = draft_of(
            Asked(ticket, options, origin, work.draft_id, work.at), engines=work.tenant.engines, store=store
        )
        planned = self._write(work, ticket, draft, newest)
        is_told = options.mode != "shadow" and options.comment and self._remark(work, ticket, draft, planned, earlier)
        filled = sum(one.state == "filled" for one in planned)
        return {"outcome": "enriched", "prefill_id": draft.id, "filled": filled, "commented": int(is_told)}

    def _write(
        self, work: Work, ticket: ExternalTicket, draft: PrefillResponse, newest: Mapping[str, Change]
    ) -> tuple[Planned, ...]:
        """Write what the plan says; return what really became of each field."""
        options, system = work.live.options, work.live.connector.system
        mode = "suggest" if system is None and options.mode in WRITING else options.mode
        written_down = work.task.step(
            "plan",
            lambda: PLANS.dump_python(
                plan(draft, options=options, held=ticket.fields, newest=newest, mode=mode), mode="json"
            ),
        )
        planned = PLANS.validate_python(written_down)
        if system is not None and any(one.state == "filled" for one in planned):
            held = held_now(system, ticket.id)
            planned = tuple(_as_held(one, held) for one in planned)
            writes = [one.write for one in planned if one.state == "filled" and held.get(one.field, "") != one.after]
            if writes:
                system.write(ticket.id, writes)
        self._record(work, ticket, draft, planned)
        return planned

    def _record(self, work: Work, ticket: ExternalTicket, draft: PrefillResponse, planned: Sequence[Planned]) -> None:
        """Keep what was done, attributed, and say so in the audit log, once."""

        def record() -> JsonValue:
            store = work.tenant.store
            changes = changes_of(planned, connector=work.name, ticket_id=ticket.id, prefill_id=draft.id, at=work.at)
            store.changes.add(changes)
            for change in changes:
                if change.state == "filled":
                    store.audit.add(
                        at=work.at,
                        actor=ACTOR,
                        action="field.filled",
                        subject=f"{work.name}/{ticket.id}",
                        detail={"field": change.field, "change": change.id},
                    )
            return len(changes)

        work.task.step("record", record)

    def _remark(
        self,
        work: Work,
        ticket: ExternalTicket,
        draft: PrefillResponse,
        planned: Sequence[Planned],
        earlier: Sequence[PrefillResponse],
    ) -> bool:
        """Comment, where there is anything new to say; return whether there was."""
        system, options = work.live.connector.system, work.live.options
        settings = work.tenant.engines.settings
        remark: Remark = remark_on(
            draft,
            planned,
            template=find_template(draft.template, store=work.tenant.store),
            held={**ticket.fields, **{one.field: one.after for one in planned if one.state == "filled"}},
            told=told_by(earlier),
            locale=locale_of(draft, configured=options.locale, said=ticket.locale, default=settings.default_locale),
            texts={one.id: one.text for one in bounded_messages(ticket, settings.limits)},
            panel_url=self._panel_url(work.name, ticket.id),
        )
        if system is None or not remark.is_new:
            return False
        system.comment(ticket.id, remark.text, mark=draft.id)
        return True

    def _panel_url(self, connector: str, ticket_id: str) -> str:
        if not self._public_url:
            return ""
        return f"{self._public_url}/panel?{urlencode({'ticket': ticket_id, 'connector': connector})}"

    def _turn(self, parcel: Parcel) -> threading.Lock:
        text = f"{parcel.connector}\0{parcel.event.ticket_id or parcel.event.id}"
        return self._turns[int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8], 16) % TURNS]


def read_ticket(live: Live, event: HookEvent) -> ExternalTicket:
    """Return an event's ticket: as the system has it now, else as the event told it."""
    system = live.connector.system
    if event.ticket is not None:
        return system.complete(event.ticket) if isinstance(system, Completes) else event.ticket
    if system is None:
        raise ConnectorRefused(f"connector {live.options.name}: the event holds no ticket and none can be read")
    return system.read(event.ticket_id)


def held_now(system: TicketSystem, ticket_id: str) -> Mapping[str, str]:
    """Return the values of a ticket's mapped fields at this moment."""
    return system.fields(ticket_id) if isinstance(system, ReadsFields) else system.read(ticket_id).fields


def _as_held(one: Planned, held: Mapping[str, str]) -> Planned:
    """Return a plan as it may be carried out now: whoever wrote since it was made keeps what they wrote."""
    now = held.get(one.field, "")
    if one.state != "filled" or now in (one.before, one.after) or is_same(now, one.after):
        return one
    return replace(one, before=now, state="kept")
