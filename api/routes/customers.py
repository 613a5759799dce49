"""DELETE /v1/customers/{customer_id}: forget one customer."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, Request

from api.routes.documentation import problems
from api.routes.erasure import erase_customer
from api.routes.wiring import JobsOf, MayAdminister, Now, SpoolOf, TenantOf
from api.schemas.audit import CustomerErased
from api.schemas.text import Name
from api.store.past_drafts import PastDrafts

router = APIRouter(tags=["customers"])


class RemembersDrafts(Protocol):
    """Something that holds drafts in memory, `app.state.past_tickets`."""

    def drop_erased(self, tenant: str, past: PastDrafts) -> None:
        """Forget what is no longer kept of a tenant."""


@router.delete("/v1/customers/{customer_id}", responses=problems(401, 403, 422))
def delete_customer(
    customer_id: Name, caller: MayAdminister, tenant: TenantOf, jobs: JobsOf, spool: SpoolOf, at: Now, request: Request
) -> CustomerErased:
    """Delete drafts, suggestions, feedback, media, changes, messages, kept answers and jobs of one customer; twice is
    once."""
    actor = f"key:{caller.key_id}"
    deleted = erase_customer(customer_id, tenant=tenant, jobs=jobs, spool=spool, actor=actor, at=at)
    memory: RemembersDrafts = request.app.state.past_tickets
    memory.drop_erased(tenant.name, PastDrafts(tenant.store.database, tenant.name))
    return CustomerErased(customer_id=customer_id, deleted=deleted)
