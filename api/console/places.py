"""Where somebody may go in the console: scopes in, the tabs that they see and their first page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A tab. Its name is in the messages; `scope` "" is for everybody who is signed in."""

    name: str
    address: str
    scope: str


PLACES = (
    Place("overview", "/console/", "admin"),
    Place("prefill", "/console/prefill", "prefill"),
    Place("live", "/console/live", "prefill"),
    Place("read", "/console/read", "prefill"),
    Place("ask", "/console/ask", "suggest"),
    Place("knowledge", "/console/gaps", "admin"),
    Place("tickets", "/console/tickets", "telemetry"),
    Place("devices", "/console/devices", "telemetry"),
    Place("quality", "/console/quality", "admin"),
    Place("sources", "/console/sources", "admin"),
    Place("templates", "/console/templates", "admin"),
    Place("connectors", "/console/connectors", "admin"),
    Place("jobs", "/console/jobs", "admin"),
    Place("keys", "/console/keys", "admin"),
    Place("audit", "/console/audit", "admin"),
    Place("status", "/console/status", ""),
)


def places_of(scopes: Sequence[str]) -> tuple[Place, ...]:
    """Return the tabs that a key's scopes open.

    >>> [place.name for place in places_of(["suggest"])]
    ['ask', 'status']
    """
    return tuple(place for place in PLACES if not place.scope or place.scope in scopes or "admin" in scopes)


def home_of(scopes: Sequence[str]) -> str:
    """Return the first page that a key's scopes open."""
    return places_of(scopes)[0].address
