"""What a prefill request may hold; a Problem says which limit and where. Knows sizes and the calendar, no engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from api.errors import Problem
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
        raise Problem(
            "validation_failed", "Neither messages nor files were given.", fix="Send a message, a recording or a photo."
        )
    if len(request.messages) > limits.messages:
        raise Problem("too_many_items", f"{len(request.messages)} messages; at most {limits.messages} are taken.")
    if len(files) > limits.files:
        raise Problem("too_many_items", f"{len(files)} files; at most {limits.files} are taken.")
    chars = sum(len(message.text) for message in request.messages)
    if chars > limits.text_chars:
        raise Problem(
            "text_too_long",
            f"The messages hold {chars} characters together; at most {limits.text_chars} are taken.",
            where="/messages",
        )
    _check_time(request.reference_time, "/reference_time", at)
    for index, message in enumerate(request.messages):
        _check_time(message.at, f"/messages/{index}/at", at)


def _check_time(moment: datetime | None, where: str, at: datetime) -> None:
    if moment is not None and not EARLIEST_AT <= moment <= at + FUTURE_TOLERANCE:
        raise Problem(
            "timestamp_out_of_range",
            f"{moment.isoformat()} is before {EARLIEST_AT:%Y} or after tomorrow.",
            where=where,
        )
