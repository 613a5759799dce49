"""Whether a ticket is enriched: mode, queue and share of tickets in, the reason against it out. Pure."""

from __future__ import annotations

import hashlib
from typing import Literal

from api.connectors.options import ConnectorOptions

Refusal = Literal["", "off", "queue", "percentage"]


def refusal(options: ConnectorOptions, *, ticket_id: str, queue: str) -> Refusal:
    """Return why a ticket is left alone; "" where it is enriched.

    >>> options = ConnectorOptions(name="rt", kind="request_tracker", queues=["General"])
    >>> refusal(options, ticket_id="1", queue="General"), refusal(options, ticket_id="1", queue="Spam")
    ('', 'queue')
    """
    if options.mode == "off":
        return "off"
    if options.queues and queue not in options.queues:
        return "queue"
    return "" if share_of(options.name, ticket_id) < options.percentage else "percentage"


def share_of(connector: str, ticket_id: str) -> float:
    """Return where in [0, 100) a ticket falls; always the same, so that a ticket is in or out for good, and raising the
    percentage only ever adds tickets.

    >>> share_of("rt", "1") == share_of("rt", "1"), 0 <= share_of("rt", "2") < 100
    (True, True)
    """
    digest = hashlib.sha256(f"{connector}\0{ticket_id}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 * 100
