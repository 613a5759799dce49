"""A time as a browser's form sends it, local and without a zone, in; UTC out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from api.errors import Problem, say


def local_time(text: str, utc_offset: int) -> datetime | None:
    """Return a browser's local time as UTC; None where none was given."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem("validation_failed", say("detail.time_unreadable", text=repr(text))) from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC) - timedelta(minutes=utc_offset)
