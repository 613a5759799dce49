"""A tenant's name in, all that is theirs out: store, engines on their own data, foresight.

Models and their turns are shared; records, catalogues, articles, rows and the monitor are not. The default tenant's
files lie in the data folder itself, the others' in tenants/<name>/ below it. A tenant exists once it has a key.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from pathlib import Path

from api.connectors.record_systems import RecordSystems
from api.engines import Engines
from api.errors import Problem, say
from api.maintain import Foresight
from api.store import DEFAULT_TENANT, Store
from api.store.lease import open_lease

TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,49}\Z")
"""A folder's name and a part of job ids: no separator, one case, so that no two names meet on any file system."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant's part of the house."""

    name: str
    store: Store
    engines: Engines
    foresight: Foresight
    records: RecordSystems


class Tenants:
    """Every tenant's part, put together when first asked for."""

    def __init__(self, *, store: Store, engines: Engines, records: RecordSystems) -> None:
        self._store = store
        self._engines = engines
        self._lock = threading.Lock()
        self._lease = open_lease(store.database)
        self._is_started = False
        first = Tenant(
            DEFAULT_TENANT, store, engines, Foresight(engines=engines, store=store, lease=self._lease), records
        )
        self._open = {DEFAULT_TENANT: first}

    def get(self, name: str) -> Tenant:
        """Return a tenant's part.

        Raises:
            Problem: no such name can be a tenant's.
        """
        with self._lock:
            tenant = self._open.get(name)
            if tenant is None:
                tenant = self._build(name)
                if self._is_started:
                    tenant.foresight.start()
                self._open[name] = tenant
            return tenant

    def names(self) -> tuple[str, ...]:
        """Return the tenants there are: the default one, and all that hold a key."""
        return tuple(sorted({DEFAULT_TENANT, *self._store.keys.tenants()}))

    def open(self) -> tuple[Tenant, ...]:
        """Return the tenants that were asked for since the start."""
        with self._lock:
            return tuple(self._open.values())

    def start(self) -> int:
        """Take up every tenant's telemetry where it stopped; return how many batches were replayed."""
        for name in self.names():
            self.get(name)
        with self._lock:
            self._is_started = True
            return sum(tenant.foresight.start() for tenant in self._open.values())

    def close(self) -> None:
        """Release files, and let another process speak for the telemetry."""
        self._lease.release()
        for tenant in self.open():
            tenant.engines.close()
            tenant.records.close()

    def folder(self, name: str) -> Path:
        """Return where a tenant's files lie."""
        return folder_of(self._engines.settings.data_dir, name)

    def _build(self, name: str) -> Tenant:
        folder = self.folder(name)
        records = RecordSystems(folder, region=self._engines.settings.default_region)
        engines = self._engines.beside(folder, find_records=records.current)
        store = self._store.of(name)
        return Tenant(name, store, engines, Foresight(engines=engines, store=store, lease=self._lease), records)


def folder_of(data_dir: Path, tenant: str) -> Path:
    """Return where a tenant's files lie.

    >>> folder_of(Path("data"), "acme").as_posix(), folder_of(Path("data"), "default").as_posix()
    ('data/tenants/acme', 'data')
    """
    if not TENANT_NAME.match(tenant):
        raise Problem("validation_failed", say("detail.tenant_unusable", name=repr(tenant[:60])))
    return data_dir if tenant == DEFAULT_TENANT else data_dir / "tenants" / tenant
