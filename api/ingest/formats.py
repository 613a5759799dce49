"""A request's bytes and content type in, readings out; one parser a format, CloudEvents around any of them."""

from __future__ import annotations

from functools import partial

from api.errors import Problem, say
from api.ingest.arrow_stream import parse_arrow
from api.ingest.cloud_events import BATCH, STRUCTURED, parse_events
from api.ingest.json_readings import parse_json
from api.ingest.line_protocol import parse_line_protocol
from api.ingest.ndjson import parse_ndjson
from api.ingest.readings import Readings

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
ARROW = "application/vnd.apache.arrow.stream"
JSON = "application/json"
LINES = "text/plain"
UTF8_MARK = b"\xef\xbb\xbf"
MEDIA_TYPES = (*NDJSON, JSON, LINES, ARROW, STRUCTURED, BATCH)


def parse_telemetry(
    content: bytes, *, media_type: str, limit: int, received_at_s: float, precision: str = "ns"
) -> Readings:
    """Parse a request.

    Raises:
        Problem: unsupported_media, malformed_json, telemetry_unreadable, too_many_items.
    """
    parse = partial(_parse_plain, received_at_s=received_at_s, precision=precision)
    if media_type in (STRUCTURED, BATCH):
        return parse_events(content, is_batch=media_type == BATCH, limit=limit, parse=parse)
    return parse(content, media_type, limit)


def _parse_plain(content: bytes, media_type: str, limit: int, *, received_at_s: float, precision: str) -> Readings:
    if media_type not in MEDIA_TYPES:
        raise Problem(
            "unsupported_media",
            say(
                "detail.media_not",
                given=media_type[:100] or say("detail.no_content_type"),
                wanted=", ".join(MEDIA_TYPES),
            ),
        )
    if media_type == ARROW:
        return parse_arrow(content, limit=limit)
    if media_type in NDJSON and content.isascii():
        return parse_ndjson(content, limit=limit)
    text = _decode(content)
    if media_type == JSON:
        return parse_json(text, limit=limit, received_at_s=received_at_s)
    if media_type == LINES:
        return parse_line_protocol(text, limit=limit, received_at_s=received_at_s, precision=precision)
    return parse_ndjson(text.encode() if content[:3] == UTF8_MARK else content, limit=limit)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(
            "telemetry_unreadable",
            say("detail.not_utf8", what=say("what.the_body"), at=error.start),
            fix=say("fix.utf8"),
        ) from error
