"""What passes between Beforehand and a ticket system: tickets read, writes asked for, events received. Plain values.

Every system's own words (custom fields, follow-ups, conversations) are translated into these in its one file, and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Author = Literal["customer", "agent", "system"]
EventKind = Literal["ticket_created", "ticket_updated", "message", "feedback", "ignored"]
WriteMode = Literal["off", "shadow", "suggest", "fill_if_empty", "fill"]
"""off: events are taken and dropped. shadow: everything is worked out and kept here, nothing is written there.
suggest: an internal comment says what would be filled in. fill_if_empty: empty fields are filled. fill: values that
we wrote earlier are brought up to date too. A person's value is never overwritten, whatever the mode."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a ticket. Its content is empty where only a `reference` came in: `Completes.complete` fetches it."""

    name: str
    content: bytes
    media_type: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TicketMessage:
    id: str
    author: Author
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomerOf:
    """Who a ticket is from; empty where the system does not say."""

    id: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ExternalTicket:
    """A ticket as it stands in its own system. `fields` holds what our fields are mapped to: "" where empty there."""

    id: str
    subject: str
    queue: str = ""
    status: str = ""
    created_at: datetime | None = None
    messages: tuple[TicketMessage, ...] = ()
    attachments: tuple[Attached, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    customer: CustomerOf = CustomerOf()
    channel: str = ""
    locale: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket as a list names it."""

    id: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FieldWrite:
    """A value for one field. `field` is our name, `target` the system's."""

    field: str
    target: str
    value: str


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to open. `key` is the same whenever the same ticket is asked for: at most one is made for it."""

    key: str
    title: str
    text: str
    queue: str = ""
    severity: str = ""
    fields: tuple[FieldWrite, ...] = ()


@dataclass(frozen=True, slots=True)
class HookCall:
    """A webhook as it came in, before anything is believed. Header names are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class CommentVerdict:
    """What an agent says of a comment of ours by a click. `mark` is the comment's."""

    mark: str
    is_useful: bool
    actor: str = ""


@dataclass(frozen=True, slots=True)
class HookEvent:
    """A webhook that is genuine. `id` is the sender's own: the same event sent again has the same.

    `ticket` is given where the body holds all of it; otherwise it is read by its id when the event is worked.
    `verdict` is given with a feedback.
    """

    id: str
    kind: EventKind
    ticket_id: str = ""
    ticket: ExternalTicket | None = None
    verdict: CommentVerdict | None = None


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What to say at once: a platform's challenge answered, or an acknowledgement in its own form."""

    body: bytes = b""
    content_type: str = "application/json"
    status: int = 200
