"""A request's bytes and content type in, readings out; one parser a format."""

from __future__ import annotations

from api.errors import Problem, say
from api.ingest.arrow_stream import parse_arrow
from api.ingest.json_readings import parse_json
from api.ingest.line_protocol import parse_line_protocol
from api.ingest.ndjson import parse_ndjson
from api.ingest.readings import Readings

NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
ARROW = "application/vnd.apache.arrow.stream"
UTF8_MARK = b"\xef\xbb\xbf"
MEDIA_TYPES = (*NDJSON, "application/json", "text/plain", ARROW)


def parse_telemetry(
    content: bytes, *, media_type: str, limit: int, received_at_s: float, precision: str = "ns"
) -> Readings:
    """Parse a request.

    Raises:
        Problem: unsupported_media, malformed_json, telemetry_unreadable, too_many_items.
    """
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
    text = _decode(content)
    if media_type == "application/json":
        return parse_json(text, limit=limit)
    if media_type == "text/plain":
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
