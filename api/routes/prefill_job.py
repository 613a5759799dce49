"""A prefill as a job: its payload in, the response as JSON out. Done twice, it is kept once.

The draft's id is the job's, so that a crash after keeping it finds it again. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from api.engines import Engines
from api.jobs import JsonValue, Task
from api.jobs.spool import Spool
from api.outbox import announce_prefill
from api.prefill import Attachment, kind_of, prefill
from api.prefill.limits import check_request
from api.prefill.templates import find_template
from api.schemas.prefill import PrefillRequest, PrefillResponse
from api.store import Store
from api.tenants import Tenants

KIND = "prefill"


def prefill_payload(request: PrefillRequest) -> dict[str, JsonValue]:
    """Return what a prefill job needs beside its files."""
    return {"request": request.model_dump_json()}


def check_call(
    request: PrefillRequest, files: Sequence[Attachment], *, engines: Engines, store: Store, at: datetime
) -> None:
    """Refuse what can be told at once to fail, before it is promised.

    Raises:
        Problem: a limit, an unknown template, or a file of no known type.
    """
    check_request(request, files, limits=engines.settings.limits, at=at)
    find_template(request.template or engines.settings.default_template, store=store)
    for file in files:
        kind_of(file)


def draft_id_of(job_id: str) -> str:
    """Return the id of the draft that a job makes."""
    return job_id.rpartition("-")[2]


class PrefillJob:
    """The work of the kind `prefill`."""

    def __init__(self, *, tenants: Tenants, spool: Spool, clock: Callable[[], datetime]) -> None:
        self._tenants = tenants
        self._spool = spool
        self._clock = clock

    def run(self, task: Task) -> JsonValue:
        tenant = self._tenants.get(task.tenant)
        draft_id = draft_id_of(task.job_id)
        response = _kept(draft_id, tenant.store)
        if response is None:
            response = prefill(
                PrefillRequest.model_validate_json(task.text("request")),
                [Attachment(file.name, file.content) for file in self._spool.files(task.text("spool"))],
                engines=tenant.engines,
                store=tenant.store,
                at=self._clock(),
                draft_id=draft_id,
                report=task.report,
            )
        announce_prefill(response, store=tenant.store, at=self._clock())
        answer: Mapping[str, JsonValue] = response.model_dump(mode="json", by_alias=True)
        self._spool.remove(task.text("spool"))
        return dict(answer)


def _kept(draft_id: str, store: Store) -> PrefillResponse | None:
    stored = store.drafts.prefill(draft_id)
    return None if stored is None else stored.response
