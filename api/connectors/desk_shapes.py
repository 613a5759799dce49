"""What the help desks' files share: marks, moments, text out of HTML, bodies of webhooks, files fetched within limits.

It knows no system. A mark is what makes a repeat harmless: short, the same for the same key, found again by a plain
comparison.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import structlog
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from api.connectors.http_calls import CallRefused, HttpCalls
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, FieldWrite, HookCall
from api.connectors.system import ConnectorRefused, OptionsInvalid, SignatureWrong
from nlp.loaders.html_kb import text_of_page

log = structlog.get_logger(__name__)

TOLERANCE_S = 300
"""Between a webhook's own time and now, as in the Standard Webhooks libraries: two clocks and one slow network."""
FILES = 20
"""What one prefill takes (api/settings.py)."""
FILES_BYTES = 100 * 1024 * 1024
"""Of one ticket; one file is bounded in http_calls."""
TEXT_CHARS = 200_000
"""Of one message: what a prefill takes of all of them."""
READABLE = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream")
"""Files that may hold something to hear or see; their first bytes decide later."""
LATEST_S = 253_402_300_799.0
"""The last second of the year 9999, after which there is no datetime."""


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no moment of a ticket") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
"""A time with its zone, in UTC."""
Shape = TypeVar("Shape")
Extra = TypeVar("Extra", bound=BaseModel)


class ExtraOptions(BaseModel):
    """What one kind knows of a connector's `extra`; an unknown name is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Linked:
    """A file that a ticket names."""

    name: str
    url: str
    media_type: str
    size_bytes: int = 0


def mark_of(key: str) -> str:
    """Return what stands in a subject or a last line for a key.

    >>> mark_of("prefill-1")
    'bh-dd3574eed068df0a'
    """
    return f"bh-{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:16]}"


def signed_off(text: str, mark: str) -> str:
    """Return a comment with its mark as the last line."""
    return f"{text.rstrip()}\n\n[Beforehand {mark_of(mark)}]"


def titled(title: str, key: str, *, limit: int) -> str:
    """Return a title of one line that ends with the mark of its key."""
    tail = f" [{mark_of(key)}]"
    return " ".join(title.split())[: limit - len(tail)] + tail


def moment_of(text: str) -> datetime | None:
    """Return an ISO time in UTC; None where there is none.

    >>> moment_of("2026-11-22T04:52:18-06:00"), moment_of("soon")
    (datetime.datetime(2026, 11, 22, 10, 52, 18, tzinfo=datetime.timezone.utc), None)
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_of_unix(seconds: float) -> datetime | None:
    """Return a Unix time in UTC; None where it is 0 or no time.

    >>> moment_of_unix(1763805138)
    datetime.datetime(2025, 11, 22, 9, 52, 18, tzinfo=datetime.timezone.utc)
    """
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < LATEST_S else None


def message_text(body: str, *, is_html: bool = False) -> str:
    """Return what a message says.

    >>> message_text("<p>热水器<br>E4 &amp; 不加热</p>", is_html=True)
    '热水器\\nE4 & 不加热'
    """
    body = body[: 10 * TEXT_CHARS]
    text = text_of_page(body) if is_html else body.replace("\r\n", "\n").replace("\x00", "").strip()
    return text[:TEXT_CHARS]


def field_text(value: JsonValue) -> str:
    """Return a field's value as text; "" where it is empty.

    >>> field_text(None), field_text(True), field_text(["E4", 5])
    ('', 'true', 'E4, 5')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(field_text(one) for one in value)
    return str(value)


def extra_of(options: ConnectorOptions, shape: type[Extra]) -> Extra:
    """Return a connector's own options.

    Raises:
        OptionsInvalid: with every mistake by its name.
    """
    try:
        return shape.model_validate(options.extra)
    except ValidationError as error:
        entries = error.errors(include_input=False, include_context=False, include_url=False)
        mistakes = "; ".join(f"extra.{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in entries)
        raise OptionsInvalid(f"connector {options.name}: {mistakes}") from None


def body_of(call: HookCall, shape: type[Shape], *, name: str) -> Shape:
    """Return a genuine webhook's body as its shape."""
    try:
        return TypeAdapter(shape).validate_json(call.body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise ConnectorRefused(f"connector {name}: {place}: {first['msg'][:200]}") from None


def check_equal(given: str, expected: str, *, name: str) -> None:
    """Raise SignatureWrong unless both are the same; takes as long either way."""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace")):
        raise SignatureWrong(f"connector {name}: the signature or token is not made with this connector's secret")


def check_recent(signed_at: datetime | None, at: datetime, *, name: str) -> None:
    """Raise SignatureWrong where a webhook's own time is missing or not of now."""
    if signed_at is None or abs((at - signed_at).total_seconds()) > TOLERANCE_S:
        raise SignatureWrong(
            f"connector {name}: the timestamp is missing or over {TOLERANCE_S} s away; set both clocks"
        )


def fetch_files(calls: HttpCalls, linked: Iterable[Linked], *, hosts: Sequence[str] = ()) -> tuple[Attached, ...]:
    """Return a ticket's files; one that we may not have, or that is too large, is left out and logged."""
    wanted = [one for one in linked if one.url and one.media_type.startswith(READABLE)]
    files: list[Attached] = []
    total = 0
    for one in wanted[:FILES]:
        try:
            content = calls.file(one.url, hosts=hosts)
        except CallRefused as refused:
            log.warning("file_left_out", connector=calls.name, name=one.name, reason=str(refused))
            continue
        total += len(content)
        if total > FILES_BYTES:
            log.warning("file_left_out", connector=calls.name, name=one.name, reason="the ticket's files are too large")
            break
        files.append(Attached(one.name, content, one.media_type))
    return tuple(files)


def changed_fields(
    raw: Mapping[str, JsonValue], writes: Iterable[FieldWrite], *, connector: str
) -> dict[str, JsonValue]:
    """Return what a ticket whose fields stand beside its own must be told, leaving out what it holds already.

    Raises:
        ConnectorRefused: its API knows no such field.
    """
    writes = tuple(writes)
    if unknown := [write.target for write in writes if write.target not in raw]:
        raise ConnectorRefused(f"connector {connector}: tickets have no {', '.join(unknown)} in the API")
    return {write.target: write.value for write in writes if field_text(raw[write.target]) != write.value}


def check_taken(answer: JsonValue, body: Mapping[str, JsonValue], *, connector: str) -> None:
    """See that a ticket's answer to a write holds what was written: some systems answer 200 and drop a field."""
    taken = answer if isinstance(answer, dict) else {}
    if refused := [target for target in body if not field_text(taken.get(target))]:
        raise ConnectorRefused(f"connector {connector}: it did not take {', '.join(refused)}")
