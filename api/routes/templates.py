"""GET, PUT and DELETE /v1/templates: which fields a ticket needs, as JSON Schema."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import JsonValue

from api.errors import Problem, say
from api.prefill.templates import drop_template, find_schema, keep_template, template_names
from api.routes.documentation import problems
from api.routes.wiring import MayAdminister, MayPrefill, Now, StoreOf
from api.schemas.ops import TemplateBody
from api.schemas.text import Key
from nlp.records import TemplateUnknown

router = APIRouter(tags=["templates"])


@router.get("/v1/templates", responses=problems(401, 403))
def list_templates(_: MayPrefill, store: StoreOf) -> list[str]:
    """List the names of templates, built-in and own."""
    return list(template_names(store=store))


@router.get("/v1/templates/{name}", responses=problems(401, 403, 404, 422))
def get_template(name: Key, _: MayPrefill, store: StoreOf) -> TemplateBody:
    """Return a template."""
    try:
        return TemplateBody(name=name, schema=find_schema(name, store=store))
    except TemplateUnknown as error:
        raise _unknown(name) from error


@router.put("/v1/templates/{name}", responses=problems(400, 401, 403, 413, 422))
def put_template(
    name: Key, schema: Annotated[dict[str, JsonValue], Body()], _: MayAdminister, store: StoreOf, at: Now
) -> TemplateBody:
    """Add a template, or replace the one of that name; a built-in one is hidden by an own one of its name."""
    keep_template(name, schema, store=store, at=at)
    return TemplateBody(name=name, schema=schema)


@router.delete("/v1/templates/{name}", status_code=204, responses=problems(401, 403, 404, 422))
def delete_template(name: Key, _: MayAdminister, store: StoreOf) -> None:
    """Forget an own template; a built-in one of its name is in force again."""
    try:
        drop_template(name, store=store)
    except TemplateUnknown as error:
        raise _unknown(name) from error


def _unknown(name: str) -> Problem:
    return Problem("not_found", say("detail.unknown", what=say("what.template"), name=repr(name)), where="name")
