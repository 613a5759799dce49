"""/v1/promises: how often auto-filled values of a field must be right, and whether they are."""

from __future__ import annotations

from fastapi import APIRouter

from api.promises import promise_bodies, promise_body, put_promise, take_back
from api.routes.documentation import problems
from api.routes.wiring import EnginesOf, MayAdminister, Now, StoreOf
from api.schemas.promises import PromiseBody, PromiseIn
from api.schemas.text import Name

router = APIRouter(tags=["promises"])


@router.get("/v1/promises", responses=problems(401, 403))
def list_promises(_: MayAdminister, store: StoreOf, engines: EnginesOf) -> list[PromiseBody]:
    """List every field with what is promised of it and how that stands."""
    return promise_bodies(store, learned=engines.learned)


@router.get("/v1/promises/{field}", responses=problems(401, 403, 404, 422))
def get_promise(field: Name, _: MayAdminister, store: StoreOf, engines: EnginesOf) -> PromiseBody:
    """Return what is promised of a field and how that stands."""
    return promise_body(field, store=store, learned=engines.learned)


@router.put("/v1/promises/{field}", responses=problems(400, 401, 403, 404, 413, 422))
def put_own_promise(
    field: Name, wanted: PromiseIn, caller: MayAdminister, store: StoreOf, engines: EnginesOf, at: Now
) -> PromiseBody:
    """Promise something of a field, or of every other one as `default`; it holds from the next draft on."""
    return put_promise(field, wanted, store=store, learned=engines.learned, actor=f"key:{caller.key_id}", at=at)


@router.delete("/v1/promises/{field}", status_code=204, responses=problems(401, 403, 404, 422))
def delete_promise(field: Name, _: MayAdminister, store: StoreOf) -> None:
    """Take a promise back; the field is held to the one of `default` again."""
    take_back(field, store=store)
