"""An event in, a job's payload out, and back: JSON, with the files of the event beside it in the spool.

A payload is kept in a database and shown to administrators, so bytes do not belong in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue, TypeAdapter

from api.connectors.records import EventKind, ExternalTicket, HookEvent, Listed
from api.jobs.spool import Spool, SpooledFile

EVENT = TypeAdapter(HookEvent)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a job is told of an event."""

    connector: str
    event: HookEvent

    @property
    def kind(self) -> EventKind:
        return self.event.kind


def key_of(connector: str, event: HookEvent) -> str:
    """Return what makes two events the same work. A ticket is created once, however often and in whatever way that is
    told; of anything else the sender's id decides."""
    if event.kind == "ticket_created" and event.ticket_id:
        return f"{connector}/ticket/{event.ticket_id}"
    return f"{connector}/event/{event.id}"


def pack(parcel: Parcel, *, spool: Spool) -> Mapping[str, JsonValue]:
    """Return the payload; the event's files are on disk when it returns."""
    event, spool_id = parcel.event, ""
    if event.ticket is not None and event.ticket.attachments:
        attachments = event.ticket.attachments
        spool_id = spool.put([SpooledFile(attached.name, attached.content) for attached in attachments])
        bare = tuple(replace(attached, content=b"") for attached in attachments)
        event = replace(event, ticket=replace(event.ticket, attachments=bare))
    return {"connector": parcel.connector, "event": EVENT.dump_python(event, mode="json"), "spool": spool_id}


def unpack(payload: Mapping[str, JsonValue], *, spool: Spool) -> Parcel:
    """Return what a payload was made of."""
    event = EVENT.validate_python(payload["event"])
    files = spool.files(spool_of(payload))
    if event.ticket is not None and files:
        pairs = zip(event.ticket.attachments, files, strict=True)
        whole = tuple(replace(attached, content=file.content) for attached, file in pairs)
        event = replace(event, ticket=replace(event.ticket, attachments=whole))
    return Parcel(str(payload["connector"]), event)


def spool_of(payload: Mapping[str, JsonValue]) -> str:
    """Return the name that an event's files are spooled by; "" where it has none."""
    return str(payload.get("spool") or "")


def found_event(found: ExternalTicket | Listed, *, is_told: bool = True) -> HookEvent:
    """Return the event that a ticket found there stands for. A system that tells us nothing by itself (a mailbox) is
    only heard by looking, so there each further message is an event of its own."""
    if not is_told and isinstance(found, ExternalTicket) and found.messages:
        return HookEvent(id=f"found-{found.id}-{found.messages[-1].id}", kind="message", ticket_id=found.id)
    return HookEvent(id=f"found-{found.id}", kind="ticket_created", ticket_id=found.id)
