"""A customer's id in, everything kept of them gone: rows, files, jobs; a row in the audit log without their name."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from api.engines import Engines
from api.jobs import Job, Jobs
from api.jobs.spool import Spool
from api.prefill.kept_media import media_of
from api.settings import Settings
from api.store import Store
from api.store.retention import Erased, TicketPlace
from api.tenants import Tenant


def erase_customer(
    customer_id: str, *, tenant: Tenant, jobs: Jobs, spool: Spool, actor: str, at: datetime
) -> dict[str, int]:
    """Delete what is kept of one customer of a tenant; return what is gone, by kind.

    The entry in the audit log names a digest of the id: it can be shown later that this erasure was made, and the log
    keeps no name.
    """
    erased = tenant.store.retention.erase_customer(customer_id)
    counts = dict(erased.counts)
    counts["media"] = forget_media(erased.prefill_ids, settings=tenant.engines.settings)
    counts["learned"] = forget_questions(erased, engines=tenant.engines)
    gone = jobs.erase(tenant=tenant.name, is_theirs=lambda job: _is_of(job, customer_id, erased))
    for job in gone:
        spool.remove(str(job.payload.get("spool") or ""))
    counts["jobs"] = len(gone)
    tenant.store.retention.compact()
    subject = "sha256:" + hashlib.sha256(f"{tenant.name}/{customer_id}".encode()).hexdigest()[:16]
    detail = {kind: str(count) for kind, count in counts.items()}
    tenant.store.audit.add(at=at, actor=actor, action="customer.erased", subject=subject, detail=detail)
    return counts


def forget_old(settings: Settings, *, tenant: Tenant, at: datetime) -> None:
    """Delete one tenant's rows and files that are kept longer than settings say; 0 days keep for ever."""
    store = tenant.store
    for kind, days in (
        ("prefills", settings.prefill_keep_days),
        ("suggestions", settings.suggestion_keep_days),
        ("feedback", settings.feedback_keep_days),
        ("changes", settings.change_keep_days),
        ("tickets", settings.ticket_keep_days),
    ):
        if days:
            erased = store.retention.forget_before(at - timedelta(days=days), kinds=(kind,))
            forget_media(erased.prefill_ids, settings=tenant.engines.settings)
            forget_questions(erased, engines=tenant.engines)
            _note(store, erased, kind=kind, at=at)
    media = media_of(tenant.engines.settings)
    if media.folder.is_dir():
        media.let_go(at=at)
    if settings.audit_keep_days:
        store.audit.forget_before(at - timedelta(days=settings.audit_keep_days), now=at)


def forget_media(prefill_ids: Collection[str], *, settings: Settings) -> int:
    """Delete what drafts were made of; return how many had something kept."""
    folder = media_of(settings).folder
    kept: list[Path] = [folder / prefill_id for prefill_id in prefill_ids if (folder / prefill_id).is_dir()]
    for path in kept:
        shutil.rmtree(path)
    return len(kept)


def forget_questions(erased: Erased, *, engines: Engines) -> int:
    """Forget what was learned from questions that are gone; return how many were kept."""
    ids: dict[str, list[str]] = {}
    for asked in erased.questions:
        ids.setdefault(asked.knowledge_base or engines.settings.default_knowledge_base, []).extend(asked.experience_ids)
    return sum(engines.learned.forget(name, some) for name, some in ids.items())


def _note(store: Store, erased: Erased, *, kind: str, at: datetime) -> None:
    counts = {name: str(count) for name, count in erased.counts.items() if count}
    if counts:
        store.audit.add(at=at, actor="retention", action="retention.forgotten", subject=kind, detail=counts)


def _is_of(job: Job, customer_id: str, erased: Erased) -> bool:
    """Return whether a job's request or result is of a customer: names them, a draft or a ticket of theirs."""
    if _ticket_of(job) in erased.tickets:
        return True
    whole = json.dumps([dict(job.payload), job.result], ensure_ascii=False)
    named = json.dumps(json.dumps(customer_id, ensure_ascii=False), ensure_ascii=False)[1:-1]
    return named in whole or any(prefill_id in whole or prefill_id in job.id for prefill_id in erased.prefill_ids)


def _ticket_of(job: Job) -> TicketPlace:
    """Return the ticket elsewhere that a job is about; one of empty names where it is about none."""
    event = job.payload.get("event")
    named = event if isinstance(event, dict) else job.payload
    return TicketPlace(str(job.payload.get("connector") or ""), str(named.get("ticket_id") or ""))
