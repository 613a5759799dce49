"""The webhooks of the Scrips in files/request_tracker in, signed in the Standard Webhooks way; genuine events out.

The body: {"type": "ticket.created" | "ticket.correspond" | "ticket.updated", "data": {"id": "12", "queue": "General"}}.
The ticket itself is read afterwards. Does no I/O.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from api.connectors.options import ConnectorOptions
from api.connectors.records import EventKind, HookAnswer, HookCall, HookEvent
from api.connectors.signed_hooks import verify_hook
from api.connectors.system import ConnectorRefused

KINDS: Mapping[str, EventKind] = {
    "ticket.created": "ticket_created",
    "ticket.correspond": "message",
    "ticket.updated": "ticket_updated",
}
ID_CHARS = 20


class RequestTrackerDoor:
    def __init__(self, options: ConnectorOptions) -> None:
        self._name = options.name
        self._secret = options.secret.get_secret_value()

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event of a genuine call."""
        event_id = verify_hook(call, secret=self._secret, name=self._name)
        try:
            body = json.loads(call.body)
            kind, ticket_id = str(body["type"]), str(body["data"]["id"])
        except (ValueError, RecursionError, TypeError, LookupError) as error:
            raise ConnectorRefused(
                f"connector {self._name}: the body is not as install_scrips.pl makes it; install the Scrips anew"
            ) from error
        if not (ticket_id.isascii() and ticket_id.isdigit() and len(ticket_id) <= ID_CHARS):
            raise ConnectorRefused(f"connector {self._name}: {ticket_id[:30]!r} is no ticket of Request Tracker")
        return HookEvent(id=event_id, kind=KINDS.get(kind, "ignored"), ticket_id=ticket_id)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')
