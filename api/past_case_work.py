"""A ticket system's solved tickets made into past cases, as durable work: a connector's name in, a job out.

Done twice it changes nothing more: the knowledge base is brought up to date with what the system says now. Knows no
HTTP and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from api.backtest.past_cases import SOLVED, source_name, system_cases
from api.enrich import Connectors
from api.enrich.live import Live
from api.enrich.troubles import system_errors
from api.errors import LANGUAGES, Problem, problem_of, say
from api.jobs import Job, Jobs, JsonValue, Task
from api.tenants import Tenants

KIND = "past_cases"
CASES_PREFIX = source_name("")
"""Of the names of sources that are a connector's solved tickets."""
ATTEMPTS = 4
BACKOFF_S = 60.0
"""A ticket system that is restarted is back within a few minutes."""
LISTED_REJECTIONS = 200


class PastCaseWork:
    """Orders past cases, and works what was ordered."""

    def __init__(self, *, jobs: Jobs, connectors: Connectors, tenants: Tenants) -> None:
        self._jobs = jobs
        self._connectors = connectors
        self._tenants = tenants

    def define(self) -> None:
        """Say how it is worked; before the jobs start."""
        self._jobs.define(KIND, self._run, attempts=ATTEMPTS, backoff_s=BACKOFF_S)

    def readable(self, tenant: str) -> tuple[str, ...]:
        """Name the tenant's connectors whose tickets can be read."""
        return tuple(live.options.name for live in self._connectors.of(tenant) if live.connector.system is not None)

    def order(
        self, connector: str, *, tenant: str, since: datetime, allowed: Sequence[str] = (), kb: str | None = None
    ) -> Job:
        """Have the solved tickets since a moment made into past cases.

        Raises:
            Problem: the tenant has no such connector, or it has no tickets to read.
        """
        self._live(connector, tenant=tenant)
        payload: dict[str, JsonValue] = {
            "connector": connector,
            "name": connector,
            "since": since.isoformat(),
            "allowed": list(allowed),
            "kb": kb,
        }
        return self._jobs.submit(KIND, payload, tenant=tenant)

    def _run(self, task: Task) -> JsonValue:
        from nlp import bring_up_to_date

        live = self._live(task.text("connector"), tenant=task.tenant)
        engines, kb, groups = (
            self._tenants.get(task.tenant).engines,
            task.payload.get("kb"),
            task.payload.get("allowed"),
        )
        rejected: list[JsonValue] = []
        assert live.connector.system is not None
        with (
            system_errors(),
            live.heard(),
            system_cases(
                live.connector.system,
                live.options,
                engines=engines,
                since=datetime.fromisoformat(task.text("since")),
                allowed=[str(group) for group in groups] if isinstance(groups, list) else (),
                solved=SOLVED,
                on_problem=lambda problem: rejected.append(_told(problem)),
                on_ticket=lambda count, ticket_id: task.report(count, count, ticket_id),
            ) as cases,
        ):
            base = engines.knowledge_base(kb if isinstance(kb, str) else None)
            report = bring_up_to_date(
                base, cases.source, on_rejected=lambda problem: rejected.append(_told(problem)), on_file=task.report
            ).index
        return {
            "indexed": report.added,
            "updated": report.updated,
            "deleted": report.deleted,
            "unchanged": report.unchanged,
            "passages": report.passages,
            "untold": cases.report.untold,
            "unsolved": cases.report.unsolved,
            "rejected": rejected[:LISTED_REJECTIONS],
        }

    def _live(self, name: str, *, tenant: str) -> Live:
        live = self._connectors.get(name)
        if live is None or live.options.tenant != tenant or live.connector.system is None:
            raise Problem("not_found", say("detail.connector_unknown", name=repr(name)))
        return live


def _told(error: Exception) -> JsonValue:
    """Return why something was not taken, in both languages."""
    problem = problem_of(error)
    said = {language: problem.detail_in(language) for language in LANGUAGES}
    return {"reason": said["en"], "reason_zh": said["zh"]}


def open_past_case_work(jobs: Jobs, connectors: Connectors, tenants: Tenants) -> PastCaseWork:
    """Return the work, defined; before the jobs start."""
    work = PastCaseWork(jobs=jobs, connectors=connectors, tenants=tenants)
    work.define()
    return work
