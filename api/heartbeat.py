"""A running service in; time passes for its monitors, snapshots are written, what is old enough is forgotten.

One thread, woken every half minute; a beat that fails is logged and the next one comes all the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from api.routes.erasure import forget_old
from api.routes.learn import learn_daily
from api.routes.work import DurableWork
from api.settings import Settings
from api.store import DEFAULT_TENANT, Store
from api.tenants import Tenants

log = structlog.get_logger(__name__)

REPLY_KEEP = timedelta(days=1)
"""How long an Idempotency-Key is remembered: a client that retries for longer has another problem."""

SNAPSHOT_REST = 20.0
"""Times as long as the last snapshots took: a large fleet's state is written for a twentieth of the time at most."""
FOLLOW_EVERY_S = 0.25
"""An alert is to come within a second of its reading, whichever process took that in."""


class Heartbeat:
    """Beats from start to stop."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        tenants: Tenants,
        store: Store,
        work: DurableWork,
        settings: Settings,
    ) -> None:
        self._clock = clock
        self._tenants = tenants
        self._store = store
        self._work = work
        self._settings = settings
        self._stopped = threading.Event()
        self._forgot_on: date | None = None
        self._threads = (
            threading.Thread(target=self._beat, name="heartbeat", daemon=True),
            threading.Thread(target=self._follow, name="follow", daemon=True),
        )

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop, and wait until the beat under way is done."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _follow(self) -> None:
        """Judge what other processes on this database take in, soon after they do."""
        while not self._stopped.wait(FOLLOW_EVERY_S):
            for tenant in self._tenants.open():
                try:
                    tenant.foresight.follow()
                except Exception:
                    log.exception("follow_failed", tenant=tenant.name)

    def _beat(self) -> None:
        snapshot_at = self._clock() + timedelta(seconds=self._settings.snapshot_every_s)
        pause_s = min(self._settings.advance_every_s, self._settings.snapshot_every_s)
        while not self._stopped.wait(pause_s):
            now = self._clock()
            try:
                self._advance(now)
                if now >= snapshot_at:
                    started_s = time.monotonic()
                    self._keep(now)
                    pause = max(self._settings.snapshot_every_s, SNAPSHOT_REST * (time.monotonic() - started_s))
                    snapshot_at = now + timedelta(seconds=pause)
            except Exception:
                log.exception("heartbeat_failed")

    def _advance(self, now: datetime) -> None:
        for tenant in self._tenants.open():
            tenant.foresight.advance(now)
        self._tenants.get(DEFAULT_TENANT).engines.unload_idle()

    def _keep(self, now: datetime) -> None:
        for tenant in self._tenants.open():
            tenant.foresight.snapshot(at=now)
        self._store.replies.forget_before(now - REPLY_KEEP)
        self._store.sessions.forget_before(now)
        self._work.forget(now)
        if self._forgot_on != now.date():
            self._daily(now)
            self._forgot_on = now.date()

    def _daily(self, now: datetime) -> None:
        """Delete what settings no longer keep, and learn what people said since yesterday."""
        for tenant in self._tenants.open():
            forget_old(self._settings, tenant=tenant, at=now)
        self._work.sweep()
        learn_daily(self._work.jobs, tenants=self._tenants, at=now)
