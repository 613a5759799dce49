"""What a panel has done in the ticket system: comments and filling in as durable work, a value put back at once.

An agent's click in, a job out; the same click twice is the same job. In shadow mode and with a connector that is off
nothing is written. Doing it is the connectors' and the enrichment's affair.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from api.connectors.options import ConnectorOptions
from api.connectors.records import HookEvent
from api.connectors.system import ConnectorDown
from api.console.panel_desk import PanelDesk
from api.enrich import Connectors, Enrichment, Live, revert_change
from api.errors import Problem, say
from api.jobs import Job, Jobs, JsonValue, Task, TryLater
from api.store.changes import Change

COMMENT = "panel_comment"
ATTEMPTS = 8
"""With a doubling pause of BACKOFF_S a ticket system may be away for ten minutes."""
BACKOFF_S = 5.0
SILENT = ("off", "shadow")
ONCE_IN_S = 60
"""A ticket is filled in once a minute, however often somebody clicks."""


class PanelWork:
    """The work that panels order."""

    def __init__(self, *, jobs: Jobs, connectors: Connectors, enrichment: Enrichment) -> None:
        self._jobs = jobs
        self._connectors = connectors
        self._enrichment = enrichment

    def define(self) -> None:
        """Say how it is worked; before the jobs start."""
        self._jobs.define(COMMENT, self._comment, attempts=ATTEMPTS, backoff_s=BACKOFF_S)

    def can_read(self, options: ConnectorOptions | None) -> bool:
        """Return whether tickets can be fetched from a connector."""
        live = self._connectors.get(options.name) if options else None
        return live is not None and live.connector.system is not None and live.options.mode != "off"

    def can_comment(self, options: ConnectorOptions | None) -> bool:
        """Return whether something may be written to its tickets."""
        return options is not None and options.mode not in SILENT and self.can_read(options)

    def comment(self, panel: PanelDesk, text: str, *, mark: str) -> Job | None:
        """Have an internal comment written; None where nothing may be written."""
        if not self.can_comment(panel.options):
            return None
        payload = {"connector": panel.sight.connector, "ticket_id": panel.sight.ticket, "text": text, "mark": mark}
        return self._jobs.submit(COMMENT, payload, tenant=panel.sight.tenant, key=f"{panel.sight.connector}/{mark}")

    def undo(self, panel: PanelDesk, change_id: str) -> Change:
        """Put back what a field held before.

        Raises:
            Problem: it is not ours to put back, or the system does not answer.
        """
        store, at = panel.desk.store, panel.desk.now
        return revert_change(change_id, connectors=self._connectors, store=store, actor=panel.actor, at=at)

    def fill(self, panel: PanelDesk) -> Job:
        """Have the ticket read and filled in, as if somebody had just written in it.

        Raises:
            Problem: the connector reads no tickets.
        """
        live = self._connectors.get(panel.sight.connector)
        if live is None or not self.can_read(panel.options):
            raise Problem("not_found", say("detail.connector_gone", name=panel.sight.connector))
        asked_at = int(panel.desk.now.timestamp()) // ONCE_IN_S
        event = HookEvent(f"panel/{panel.sight.ticket}/{asked_at}", "message", panel.sight.ticket)
        job = self._enrichment.take(live, event)
        assert job is not None, "a connector that is not off takes a message"
        if job.state == "failed":
            return self._jobs.retry(job.id, tenant=panel.sight.tenant) or job
        return job

    def job(self, panel: PanelDesk, job_id: str) -> Job:
        """Return a job of this ticket.

        Raises:
            Problem: there is none of that id.
        """
        job = self._jobs.get(job_id, tenant=panel.sight.tenant)
        if job is None or _ticket_of(job) != panel.sight.ticket:
            raise Problem("not_found", say("detail.unknown", what=say("what.job"), name=repr(job_id[:60])))
        return job

    def _comment(self, task: Task) -> JsonValue:
        live = self._live(task.text("connector"))
        system = live.connector.system
        assert system is not None
        try:
            with live.heard():
                system.comment(task.text("ticket_id"), task.text("text"), mark=task.text("mark"))
        except ConnectorDown as error:
            raise TryLater(str(error), error.after_s) from error
        return {"commented": True}

    def _live(self, name: str) -> Live:
        live = self._connectors.get(name)
        if live is None or live.connector.system is None:
            raise Problem("not_found", say("detail.unknown", what=say("what.connector"), name=repr(name)))
        return live


def open_panel_work(jobs: Jobs, connectors: Connectors, enrichment: Enrichment) -> PanelWork:
    """Return the work that panels order, defined; before the jobs start."""
    work = PanelWork(jobs=jobs, connectors=connectors, enrichment=enrichment)
    work.define()
    return work


def panel_work_of(request: Request) -> PanelWork:
    """Return the app's."""
    work: PanelWork = request.app.state.panel_work
    return work


def left_alone(job: Job) -> str:
    """Return why a ticket that was to be filled in was left alone: off, queue or percentage; "" where it was not."""
    result = job.result if isinstance(job.result, dict) else {}
    return str(result.get("reason", "")) if result.get("outcome") == "left_alone" else ""


def _ticket_of(job: Job) -> str:
    event = job.payload.get("event", job.payload)
    return str(event.get("ticket_id", "")) if isinstance(event, Mapping) else ""
