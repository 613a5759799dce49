"""What a prefill request may hold; a Problem says which limit and where. Knows sizes and the calendar, no engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from api.errors import Problem, say
from api.prefill.files import Attachment
from api.schemas.prefill import PrefillRequest
from api.settings import Limits

EARLIEST_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any ticket that is still worked on; 1970 is a clock that was never set."""
FUTURE_TOLERANCE = timedelta(days=1)
"""A sender's clock may be wrong by its time zone, not by more."""


def check_request(request: PrefillRequest, files: Sequence[Attachment], *, limits: Limits, at: datetime) -> None:
    """Raise the Problem of the first limit that is broken."""
    if not request.messages and not files:
        raise Problem("validation_failed", say("detail.nothing_given"), fix=say("fix.nothing_given"))
    if len(request.messages) > limits.messages:
        raise _too_many("what.messages", len(request.messages), limits.messages)
    if len(files) > limits.files:
        raise _too_many("what.files", len(files), limits.files)
    chars = sum(len(message.text) for message in request.messages)
    if chars > limits.text_chars:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_messages"), count=chars, limit=limits.text_chars),
            where="/messages",
        )
    _check_time(request.reference_time, "/reference_time", at)
    for index, message in enumerate(request.messages):
        _check_time(message.at, f"/messages/{index}/at", at)


def _too_many(what: str, count: int, limit: int) -> Problem:
    return Problem("too_many_items", say("detail.too_many", count=count, what=say(what), limit=limit))


def _check_time(moment: datetime | None, where: str, at: datetime) -> None:
    if moment is not None and not EARLIEST_AT <= moment <= at + FUTURE_TOLERANCE:
        raise Problem(
            "timestamp_out_of_range",
            say("detail.time_implausible", moment=moment.isoformat(), earliest=EARLIEST_AT.year),
            where=where,
        )
