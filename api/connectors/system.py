"""What a ticket system must be able to do for us, and what can go wrong there.

One file a system in this folder; it exports

    KIND: str                                                 the name in connectors.toml
    build(options: ConnectorOptions, *, client: httpx.Client) -> Connector

`client` is the SSRF-proof outgoing client; nothing else may open a connection, and building opens none.

    ConnectorError            the message says which connector, what, and what to do
    ├── ConnectorDown         no answer, a time-out, 429 or 5xx: worth trying again, `after_s` where it said when
    ├── ConnectorRefused      it answered and said no: 4xx, an unknown field, a wrong password; trying again is no use
    ├── SignatureWrong        a webhook that is not from who it says, or too old
    └── OptionsInvalid        connectors.toml does not fit; every mistake of the file is listed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from api.connectors.records import ExternalTicket, FieldWrite, HookAnswer, HookCall, HookEvent, Listed, NewTicket


class ConnectorError(Exception):
    """Something with a connector went wrong."""


class ConnectorDown(ConnectorError):
    """The system did not answer; the same call may work later."""

    def __init__(self, message: str, *, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class ConnectorRefused(ConnectorError):
    """The system answered and refused; the same call will be refused again."""


class SignatureWrong(ConnectorError):
    """A webhook cannot be believed."""


class OptionsInvalid(ConnectorError):
    """The connectors' settings do not fit."""


class TicketSystem(Protocol):
    """A system whose tickets are read and written. Every write may be repeated: a crash can come between it and the
    note that it was done. Values are read back before they are written; comments and tickets are looked up by their
    mark or key."""

    def read(self, ticket_id: str) -> ExternalTicket: ...

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None: ...

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add an internal comment, once for each mark."""
        ...

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the ticket with that key; open it where there is none."""
        ...

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Comment and resolve."""
        ...

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets created since a moment, oldest first, as they stand now."""
        ...

    def check(self) -> str:
        """Return one line about the far side, e.g. its version and who we are there."""
        ...


@runtime_checkable
class Completes(Protocol):
    """A system whose events name files without holding them, and that has no history to read."""

    def complete(self, ticket: ExternalTicket) -> ExternalTicket:
        """Return the ticket with the files fetched that it names."""
        ...


@runtime_checkable
class ReadsFields(Protocol):
    """A system that tells a ticket's mapped fields cheaper than the whole ticket."""

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return our fields' values as they are now; one the ticket cannot hold is left out."""
        ...


@runtime_checkable
class ListsNew(Protocol):
    """A system that names the tickets created since a moment cheaper than it tells them whole."""

    def new_since(self, at: datetime) -> Iterator[Listed]:
        """Yield them, oldest first."""
        ...


class Door(Protocol):
    """What lets a system's webhooks in."""

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the genuine event, or what to answer at once (a challenge). Does no I/O.

        Raises:
            SignatureWrong: not genuine, or too old.
            ConnectorRefused: genuine, but not of a shape we know.
        """
        ...

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        """Return what this system wants to hear once an event is safe with us."""
        ...


@dataclass(frozen=True, slots=True)
class Connector:
    """One configured system; either half may be missing (a messenger has a door and comments, no fields)."""

    system: TicketSystem | None
    door: Door | None
