"""What OpenAPI cannot read off the signatures: error answers, bodies of two kinds, plain-text bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.errors import PROBLEM_KINDS, words
from api.ingest import MEDIA_TYPES
from api.routes.problems import MEDIA_TYPE
from api.schemas.media import SpokenText, VerboseTranscription
from api.schemas.prefill import PrefillRequest
from api.schemas.problem import ProblemBody
from api.schemas.telemetry import MeasurementIn

REFERENCE = "#/components/schemas/{model}"
_FILES = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
# FastAPI types a route's `responses` and `openapi_extra` as dict[..., Any]; nothing of ours reads these values.
ALWAYS = (408, 429)
"""Of any address with a key: a body that drips, too many requests."""
Documented = dict[int | str, dict[str, Any]]


def problems(*statuses: int) -> Documented:
    """Return the documentation of the errors an address may answer with; whoever needs a key may also ask too often."""
    statuses = (*statuses, *ALWAYS) if 401 in statuses else statuses
    return {
        status: {
            "description": "; ".join(
                sorted(words("en")(f"title.{kind.name}") for kind in PROBLEM_KINDS.values() if kind.status == status)
            ),
            "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model="ProblemBody")}}},
        }
        for status in statuses
    }


def form_body(required: Sequence[str], **properties: dict[str, Any]) -> dict[str, Any]:
    """Return the documentation of a multipart body."""
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


PREFILL_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": REFERENCE.format(model="PrefillRequest")}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"request": {"$ref": REFERENCE.format(model="PrefillRequest")}, "files": _FILES},
                    "anyOf": [{"required": ["request"]}, {"required": ["files"]}],
                },
                "encoding": {"request": {"contentType": "application/json"}},
            },
        },
    }
}
_READINGS_JSON: dict[str, Any] = {
    "description": "A bad entry does not refuse its neighbours: it is listed in `rejected` with the reason.",
    "anyOf": [
        {
            "type": "array",
            "items": {
                "anyOf": [
                    {"$ref": REFERENCE.format(model="MeasurementIn")},
                    {"description": "Anything else is taken in and listed in `rejected`."},
                ]
            },
        },
        {"type": "object", "description": "One reading, or ThingsBoard gateway JSON: {device: [{ts, values}]}."},
    ],
}
TELEMETRY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {
                "schema": _READINGS_JSON if media_type == "application/json" else {"type": "string", "format": "binary"}
            }
            for media_type in MEDIA_TYPES
        },
    }
}
_BODIES = (PrefillRequest, MeasurementIn, ProblemBody, SpokenText, VerboseTranscription)


def install(app: FastAPI) -> None:
    """Make the app describe itself, once, with the shapes that only the above refers to."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title, version=app.version, summary=app.summary, description=app.description, routes=app.routes
    )
    schemas = described.setdefault("components", {}).setdefault("schemas", {})
    for model in _BODIES:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return described
