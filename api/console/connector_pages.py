"""The connectors page: what connectors.toml holds, what came in last, and whether the far side answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.connectors.options import ConnectorOptions
from api.connectors.record_systems import RecordSystems
from api.connectors.system import ConnectorError, OptionsInvalid
from api.console.configured import connectors_in
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.job_pages import jobs_in
from api.enrich import Answer, Live, connectors_file
from api.errors import Problem, say
from api.jobs import Job

ENRICH = "enrich"
LOOKED_AT = 200
"""Jobs, the newest first, among which each connector's last event is looked for."""

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    options: ConnectorOptions
    reads: bool
    listens: bool
    last: Job | None
    answer: Answer | None

    @property
    def last_at(self) -> datetime | None:
        return self.last.updated_at if self.last else None


@router.get("/connectors")
def list_connectors(desk: AdminDesk) -> Response:
    """List the tenant's connectors."""
    jobs = jobs_in(desk.request).list(tenant=desk.store.tenant, kind=ENRICH, limit=LOOKED_AT)
    rows = [_row(live, jobs) for live in connectors_in(desk.request).of(desk.store.tenant)]
    path = connectors_file(desk.settings.data_dir)
    return desk.page("connectors.html", here="connectors", rows=rows, path=path)


@router.post("/connectors/{name}/test")
def try_connector(desk: AdminDesk, name: str) -> Response:
    """Ask the far side who it is."""
    live = connectors_in(desk.request).get(name)
    if live is None or live.options.tenant != desk.store.tenant:
        raise Problem("not_found", say("detail.unknown", what=say("what.connector"), name=repr(name[:60])))
    if live.connector.system is None:
        return desk.page("connector_tested.html", is_good=True, line=desk.words("connectors.door_only"))
    try:
        with live.heard():
            line = live.connector.system.check()
    except ConnectorError as error:
        return desk.page("connector_tested.html", is_good=False, line=str(error))
    return desk.page("connector_tested.html", is_good=True, line=line)


@router.post("/records/test")
def try_records(desk: AdminDesk) -> Response:
    """Open the tenant's record systems and say what they hold."""
    systems = RecordSystems(desk.engines.settings.data_dir, region=desk.settings.default_region)
    try:
        checks = systems.check()
    except OptionsInvalid as error:
        return desk.page("connector_tested.html", is_good=False, line=str(error))
    finally:
        systems.close()
    return desk.page("records_tested.html", checks=checks)


def _row(live: Live, jobs: Sequence[Job]) -> ConnectorRow:
    last = next((job for job in jobs if job.payload.get("connector") == live.options.name), None)
    return ConnectorRow(
        live.options, live.connector.system is not None, live.connector.door is not None, last, live.answers.last
    )
