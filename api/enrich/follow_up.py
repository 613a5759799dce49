"""A ticket that was drafted for, some days later; what people typed into it in the end, kept as feedback.

A resolved ticket is learnt from when its event comes. Not every system tells of that, so each drafted ticket is read
again after `follow_up_days`: one durable job a draft. Only the newest draft of a ticket is held against its values.
What we wrote ourselves and nobody touched says nothing while the ticket is open. It does not know of values typed
later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import JsonValue

from api.connectors.records import ExternalTicket
from api.connectors.system import ConnectorRefused
from api.enrich.lessons import Same, is_closed, learn_from, learn_from_values
from api.enrich.live import Connectors, Live
from api.enrich.plan import is_same
from api.enrich.troubles import system_errors
from api.jobs import Jobs, Task
from api.prefill.templates import find_template
from api.report.sameness import Sameness
from api.store.changes import Change
from api.tenants import Tenant, Tenants
from nlp.records import TemplateUnknown

log = structlog.get_logger(__name__)

KIND = "follow_up"
QUEUE = "connect"
ATTEMPTS = 12
BACKOFF_S = 5.0
"""As the loop's: a ticket system may be away for nearly six hours."""
DRAFTS = 500
"""Scheduled at one look; the rest at the next. 100,000 tickets a month are 12 in the usual five minutes."""
FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class FollowUps:
    """Schedules and works the second look at drafted tickets. `define` tells the jobs how."""

    def __init__(
        self,
        *,
        connectors: Connectors,
        jobs: Jobs,
        tenants: Tenants,
        clock: Callable[[], datetime],
        after: timedelta,
    ) -> None:
        self._connectors = connectors
        self._jobs = jobs
        self._tenants = tenants
        self._clock = clock
        self._after = after

    def define(self) -> None:
        """Tell the jobs how a draft is followed up; before they start."""
        self._jobs.define(KIND, self.work, queue=QUEUE, attempts=ATTEMPTS, backoff_s=BACKOFF_S)

    def schedule(self, live: Live) -> int:
        """Submit the drafts of a system that are old enough by now; return how many. The same draft is the same job."""
        if live.connector.system is None or not live.options.fields:
            return 0
        name, tenant = live.options.name, live.options.tenant
        store = self._tenants.get(tenant).store
        until = self._clock() - self._after
        since = store.links.caught_up(_mark(name)) or FIRST_DAY
        due = store.drafts.drafted(name, since=since, until=until, limit=DRAFTS)
        for draft in due:
            payload = {"connector": name, "ticket_id": draft.ticket_id, "prefill_id": draft.id}
            self._jobs.submit(KIND, payload, tenant=tenant, key=f"{name}/follow_up/{draft.id}")
        reached = due[-1].created_at if len(due) == DRAFTS else until
        store.links.catch_up(_mark(name), at=max(reached, since))
        return len(due)

    def work(self, task: Task) -> JsonValue:
        """Read one draft's ticket again and learn from it."""
        name, ticket_id = str(task.payload["connector"]), str(task.payload["ticket_id"])
        live = self._connectors.get(name)
        if live is None or live.options.tenant != task.tenant or live.connector.system is None:
            return {"outcome": "connector_gone"}
        tenant = self._tenants.get(task.tenant)
        drafts = tenant.store.drafts.of_ticket(ticket_id, connector=name)
        if not drafts or drafts[-1].response.id != task.payload["prefill_id"]:
            return {"outcome": "superseded"}
        with system_errors():
            try:
                with live.heard():
                    ticket = live.connector.system.read(ticket_id)
            except ConnectorRefused as error:
                log.warning("follow_up_refused", connector=name, ticket_id=ticket_id, reason=str(error))
                return {"outcome": "refused", "reason": str(error)[:500]}
        newest = tenant.store.changes.newest(connector=name, ticket_id=ticket_id)
        learnt = learn_of(ticket, newest, connector=name, tenant=tenant, at=self._clock(), is_due=True)
        return {"outcome": "followed_up", "learnt": learnt}


def learn_of(
    ticket: ExternalTicket,
    newest: Mapping[str, Change],
    *,
    connector: str,
    tenant: Tenant,
    at: datetime,
    is_due: bool = False,
) -> int:
    """Keep what a ticket's values say of ours; return how many verdicts are new.

    While it is open, that is what people did with what we wrote or said; once it is closed, or `is_due`, also what they
    typed where we did neither.
    """
    is_over = is_due or is_closed(ticket)
    if not newest and not is_over:
        return 0
    drafts = tenant.store.drafts.of_ticket(ticket.id, connector=connector)
    if not drafts:
        return 0
    draft = drafts[-1].response
    same = same_in(draft.template, tenant)
    learnt = learn_from(ticket, newest, is_same=same, store=tenant.store, at=at)
    if is_over:
        learnt += learn_from_values(ticket, draft, newest, is_same=same, store=tenant.store, at=at)
    return learnt


def same_in(template_name: str, tenant: Tenant) -> Same:
    """Return how values of a template's fields are compared. Where the template is there no more, as they are written:
    its values were filled in by it all the same."""
    try:
        template = find_template(template_name, store=tenant.store)
    except TemplateUnknown:
        log.warning("template_gone", template=template_name, fix="values are compared as they are written")
        return lambda _, one, other: is_same(one, other)
    engines = tenant.engines
    sameness = Sameness(engines.settings.default_region, engines.catalogues.of_devices())

    def same(name: str, one: str, other: str) -> bool:
        field = template.field(name)
        if is_same(one, other) or field is None or not one or not other:
            return is_same(one, other)
        return sameness.is_same(field, one, other)

    return same


def _mark(connector: str) -> str:
    """Return the name under which it is noted how far a connector's drafts have been scheduled; no connector has it."""
    return f"{connector}/follow_up"
