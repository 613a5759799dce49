"""The loop put together: settings, jobs and tenants in; connectors, events, mirrored tickets and catching up out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.enrich.catch_up import CatchUps
from api.enrich.follow_up import FollowUps
from api.enrich.live import Connectors, connectors_file
from api.enrich.loop import Enrichment
from api.enrich.mirror import Mirror
from api.enrich.turnstile import Turnstile
from api.jobs import Jobs
from api.jobs.spool import Spool
from api.settings import Settings
from api.tenants import Tenants


@dataclass(frozen=True, slots=True)
class Loop:
    """Everything between us and ticket systems."""

    connectors: Connectors
    enrichment: Enrichment
    mirror: Mirror
    turnstile: Turnstile
    catch_ups: CatchUps

    def start(self) -> None:
        """Look for tickets that came while nobody listened; after the jobs have started."""
        self.enrichment.launch()
        self.catch_ups.start()

    def stop(self) -> None:
        """Stop looking; before the jobs stop."""
        self.catch_ups.stop()


def open_loop(settings: Settings, *, jobs: Jobs, spool: Spool, tenants: Tenants, clock: Callable[[], datetime]) -> Loop:
    """Read the connectors and tell the jobs how their events are worked; before the jobs start.

    Raises:
        OptionsInvalid: connectors.toml does not fit; every mistake is listed.
    """
    connectors = Connectors(connectors_file(settings.data_dir))
    enrichment = Enrichment(
        connectors=connectors, jobs=jobs, tenants=tenants, spool=spool, clock=clock, public_url=settings.public_url
    )
    mirror = Mirror(connectors=connectors, jobs=jobs, tenants=tenants, clock=clock)
    enrichment.define()
    mirror.define()
    follow_ups = FollowUps(
        connectors=connectors,
        jobs=jobs,
        tenants=tenants,
        clock=clock,
        after=timedelta(days=settings.follow_up_days),
    )
    follow_ups.define()
    catch_ups = CatchUps(
        connectors=connectors,
        enrichment=enrichment,
        tenants=tenants,
        clock=clock,
        every_s=settings.catch_up_every_s,
        follow_ups=follow_ups,
    )
    return Loop(connectors, enrichment, mirror, Turnstile(), catch_ups)
