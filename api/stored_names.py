"""Names that people give to what becomes a file: no separator, no leading dot."""

from __future__ import annotations

import re

from api.errors import Problem, say

STORED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,99}\Z")


def require_stored_name(name: str, noun: str) -> None:
    """Raises Problem for a name that cannot be a file's; `noun` says what of ("what.<noun>" of the messages)."""
    if not STORED_NAME.match(name):
        raise Problem(
            "validation_failed",
            say("detail.name_unusable", name=repr(name[:50]), what=say(f"what.{noun}")),
            fix=say("fix.name_unusable"),
        )
