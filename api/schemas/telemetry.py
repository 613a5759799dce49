"""Telemetry in, maintenance tickets out."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.knowledge import SuggestionBody


def _is_none(count: int) -> bool:
    return count == 0


class MeasurementIn(BaseModel):
    """One reading; only the shape for the documentation, parsing is columnar in api/ingest."""

    device_id: str = Field(min_length=1, max_length=200)
    metric: str = Field(min_length=1, max_length=200)
    at: datetime | float = Field(description="ISO 8601 with an offset, or seconds or milliseconds since 1970")
    value: float
    unit: str = ""


class RejectedReading(BaseModel):
    index: int = Field(description="Position in the request, from 0; -1 for the entry that counts the rest")
    reason: str
    reason_zh: str = ""


class TelemetryTaken(BaseModel):
    accepted: int
    duplicates: int
    late: int
    rejected: list[RejectedReading]
    future: int = Field(
        default=0, description="Of the rejected, those from a clock that goes ahead; absent: none", exclude_if=_is_none
    )


class TicketReason(BaseModel):
    metric: str
    since: datetime
    expected: float | None
    observed: float | None
    score: float
    detector: str = ""
    unit: str = ""
    contribution: float | None = Field(default=None, description="Share of the alert that is this metric's, 0 to 1")
    until: datetime | None = Field(default=None, description="Of a resolved ticket: the last strange reading")
    latest: float | None = Field(default=None, description="Of a resolved ticket: the reading when it was resolved")


class TicketText(BaseModel):
    title: str
    explanation: str


class TicketTexts(BaseModel):
    zh: TicketText
    en: TicketText


class DeviceFacts(BaseModel):
    """What the records know of a device; empty where they do not say."""

    model: str = ""
    serial_number: str = ""
    site: str = ""
    gateway: str = ""
    customer_id: str = ""
    customer: str = ""
    installed_on: str = ""
    warranty_until: str = ""
    in_warranty: bool | None = Field(default=None, description="On the day the ticket opened")
    source: str = Field(default="", description="The record this was read from")


class SeverityBasis(BaseModel):
    """Why a ticket is as severe as it is."""

    basis: Literal["history", "default"] = "default"
    alike: str = Field(default="", description="Which past alerts were looked at: model, metric, detector or all")
    count: int = Field(default=0, description="Past alerts that somebody judged")
    right: int = Field(default=0, description="Of them, those that were right")
    lead_h: list[float] = Field(default=[], description="Hours from alert to failure: a quarter, half, three quarters")


class PastEpisode(BaseModel):
    """The most similar earlier ticket of this device or its model, and what fixed it."""

    ticket_id: str
    device_id: str
    title: str
    opened_at: datetime
    resolved_at: datetime | None
    metrics: list[str] = Field(description="Those that both have")
    likeness: float
    verdict: str = ""
    fixed_by: str = ""


class LocalText(BaseModel):
    zh: str
    en: str


class Procedure(BaseModel):
    """Parts to take along and steps to work through, from the template."""

    template: str = ""
    parts: list[LocalText] = []
    steps: list[LocalText] = []


Change = Literal["opened", "grouped", "escalated", "eased", "updated", "resolved", "reopened"]


class TicketChange(BaseModel):
    at: datetime
    change: Change
    severity: Literal["info", "warning", "critical"]
    metrics: list[str] = []


class GroupedDevice(BaseModel):
    """One device of a ticket that stands for a site."""

    device_id: str
    ticket_id: str
    state: Literal["open", "resolved"]
    severity: Literal["info", "warning", "critical"]
    metric: str
    opened_at: datetime


class TicketVerdict(BaseModel):
    """What a person says of a maintenance ticket."""

    verdict: Literal["right", "false_alarm", "fixed"]
    fixed_by: str = Field(default="", max_length=2000, description="What mended it; shown with the next such ticket")
    failed_at: datetime | None = Field(default=None, description="When the device failed, where it did")


class KeptVerdict(TicketVerdict):
    ticket_id: str
    actor: str
    at: datetime


EventKind = Literal["failure", "repair", "maintenance", "replaced", "firmware", "installed", "note"]
"""All but failure and note begin a new normal."""


class DeviceEvent(BaseModel):
    kind: EventKind
    at: datetime | None = Field(default=None, description="Now where absent; not in the future")
    note: str = Field(default="", max_length=2000)


class KeptEvent(BaseModel):
    id: str
    device_id: str
    kind: EventKind
    at: datetime
    note: str
    is_new: bool = Field(description="False where the same event was told before")


class DeviceTold(BaseModel):
    """What somebody tells of a device; it counts more than the records."""

    site: str = Field(default="", max_length=200)
    gateway: str = Field(default="", max_length=200)
    model: str = Field(default="", max_length=200)


class DeviceBody(BaseModel):
    """How a device is."""

    device_id: str
    status: Literal["alarm", "offline", "watch", "learning", "ok"]
    learned: float = Field(description="Share of its normal that is learned; below 1 nothing is opened, only limits")
    newest_at: datetime | None
    metrics: int
    dropped: int = Field(default=0, description="Readings not taken: repeated, late, from the future or refused")
    site: str = ""
    gateway: str = ""
    model: str = ""


class HorizonChance(BaseModel):
    horizon_h: float
    probability: float


class Ticket(BaseModel):
    id: str
    key: str = Field(description="Same for the same device and episode, whatever is repeated or replayed")
    kind: Literal["maintenance"] = "maintenance"
    device_id: str
    state: Literal["open", "resolved"]
    severity: Literal["info", "warning", "critical"]
    title: str
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    reasons: list[TicketReason]
    probability: float | None = None
    horizon_h: float | None = None
    soonest_h: float | None = Field(default=None, description="A trend crosses its limit in horizon_h; nine in ten")
    latest_h: float | None = Field(
        default=None, description="cross from soonest_h to latest_h; null: no end can be told"
    )
    chances: list[HorizonChance] = Field(
        default=[], description="Of a failure foreseen by the house's own model: how likely within each horizon"
    )
    suggestions: list[SuggestionBody] = []
    plot_url: str = ""
    texts: TicketTexts | None = None
    device: DeviceFacts = DeviceFacts()
    severity_basis: SeverityBasis = SeverityBasis()
    past_episode: PastEpisode | None = None
    procedure: Procedure = Procedure()
    history: list[TicketChange] = []
    returns: int = Field(default=0, description="How often it came back within a week")
    is_flapping: bool = Field(default=False, description="It comes and goes, and stays open until calm for three days")
    closed_by: str = Field(default="", description="What was done to the device, where that closed the ticket")
    group_id: str = Field(default="", description="The ticket of the site that lists this one")
    devices: list[GroupedDevice] = Field(default=[], description="Of a site's ticket: who alarmed together")
