"""Settings, store and tenants in; jobs that know their kinds, the outbox's relay and its deliverer out, as one life.

Another part adds kinds of its own to `jobs`, and jobs that messages ask for to `relay`, before the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from api.jobs import Job, Jobs, jobs_url
from api.jobs.spool import Spool
from api.outbox import Deliverer, Relay, announce_failure, define_deliveries, webhook_client
from api.routes import article_import, prefill_job
from api.routes.learn import define_learning
from api.routes.metrics import Metrics
from api.settings import Settings
from api.store import Store
from api.tenants import Tenants

log = structlog.get_logger(__name__)

DAY_S = 86_400.0
STRAY_S = 3600.0
"""Spooled files that no job names are removed after this long: from first file to job a request takes seconds."""


@dataclass(frozen=True, slots=True)
class DurableWork:
    """What is done without anybody waiting for it."""

    jobs: Jobs
    spool: Spool
    deliverer: Deliverer
    relay: Relay
    store: Store
    settings: Settings

    def start(self) -> None:
        """Take up what the last process left."""
        self.jobs.start()
        self.relay.start()
        self.sweep()

    def stop(self) -> None:
        """Let what runs end in the time that settings give; the rest is left to the next start."""
        self.relay.stop()
        self.jobs.stop(self.settings.job_drain_s)

    def sweep(self) -> int:
        """Remove files that no job names: the process ended between keeping them and the job. Return how many."""
        swept = self.spool.sweep(
            lambda: frozenset(str(job.payload.get("spool") or "") for job in self.jobs.all()), older_than_s=STRAY_S
        )
        if swept:
            log.info("spool_swept", folders=swept)
        return swept

    def forget(self, now: datetime) -> None:
        """Forget jobs, messages and files that are over long enough."""
        oldest = now - timedelta(days=self.settings.job_keep_days)
        for job in self.jobs.forget_before(oldest):
            self.spool.remove(str(job.payload.get("spool") or ""))
        self.forget_files()
        self.store.outbox.forget_before(oldest)

    def forget_files(self) -> int:
        """Delete the recordings and pictures of prefills that failed or were cancelled, once they are as old as media
        may be: such a job cannot be tried again. Return how many."""
        return self.spool.sweep(
            lambda: frozenset(str(job.payload.get("spool") or "") for job in self.jobs.all() if not _is_lost(job)),
            older_than_s=self.settings.media_keep_days * DAY_S,
        )


def _is_lost(job: Job) -> bool:
    return job.kind == prefill_job.KIND and job.is_over


def build_work(
    settings: Settings, *, store: Store, tenants: Tenants, clock: Callable[[], datetime], metrics: Metrics
) -> DurableWork:
    """Put durable work together; nothing runs yet."""

    def tell(job: Job) -> None:
        announce_failure(job, store=store.of(job.tenant))

    jobs = Jobs(jobs_url(settings), clock=clock, on_failed=tell, on_ended=metrics.note_job)
    spool = Spool(settings.data_dir / "spool")
    client = webhook_client(allow_hosts=settings.outgoing_hosts)
    deliverer = Deliverer(store=store, clock=clock, client=client, note=metrics.note_delivery)
    jobs.define(prefill_job.KIND, prefill_job.PrefillJob(tenants=tenants, spool=spool, clock=clock).run)
    jobs.define(article_import.KIND, article_import.ImportJob(tenants=tenants, spool=spool).run)
    define_deliveries(jobs, deliverer)
    define_learning(jobs, tenants=tenants, clock=clock)
    relay = Relay(store=store, jobs=jobs, clock=clock)
    return DurableWork(jobs, spool, deliverer, relay, store, settings)
