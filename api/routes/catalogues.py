"""The catalogues over HTTP: an administrator puts one, and the next prefill matches against it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from api.errors import Problem, say
from api.ingest.formats import NDJSON
from api.prefill import Attachment
from api.routes.documentation import problems
from api.routes.wiring import EnginesOf, MayAdminister, MayPrefill
from api.schemas.catalogue import CatalogueWritten, RejectedRow
from api.schemas.text import StoredName

router = APIRouter(tags=["catalogues"])

CSV = "text/csv"
LISTED_REJECTIONS = 100
SUFFIXES = {CSV: ".csv", **dict.fromkeys(NDJSON, ".jsonl")}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in SUFFIXES},
    }
}


async def _read_file(request: Request) -> Attachment:
    """Return the body as a file whose suffix its media type names."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = SUFFIXES.get(media_type)
    if suffix is None:
        given = media_type[:100] or say("detail.no_content_type")
        raise Problem("unsupported_media", say("detail.media_not", given=given, wanted=", ".join(SUFFIXES)))
    return Attachment(suffix, await request.body())


CatalogueFile = Annotated[Attachment, Depends(_read_file)]


@router.get("/v1/catalogues", responses=problems(401, 403))
def list_catalogues(_: MayPrefill, engines: EnginesOf) -> list[str]:
    """List the names of catalogues."""
    return list(engines.catalogues.names())


@router.put("/v1/catalogues/{name}", openapi_extra=BODY, responses=problems(400, 401, 403, 413, 415, 422))
def put_catalogue(name: StoredName, _: MayAdminister, file: CatalogueFile, engines: EnginesOf) -> CatalogueWritten:
    """Add a catalogue, or replace the one of that name: csv or jsonl with the columns code, names, brand."""
    products = engines.catalogues.put(name, file.content, suffix=file.name)
    rejected = engines.catalogues.get(name).rejected
    listed = [RejectedRow(row=one.row, reason=one.reason) for one in rejected[:LISTED_REJECTIONS]]
    return CatalogueWritten(name=name, products=products, rejected_count=len(rejected), rejected=listed)
