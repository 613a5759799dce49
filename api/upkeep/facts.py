"""A device's id in, what is known of it out: what somebody told, what the business's records say.

A person's word comes before the records', theirs before the telemetry's. A record system that is down is no reason to
lose a ticket: what it would have said stays empty, and the log says why.
"""

from __future__ import annotations

from datetime import date, datetime

import structlog

from api.schemas.telemetry import DeviceFacts
from api.store import Store
from api.store.devices import Device
from nlp.records import Record, RecordSystem, RecordSystemDown

log = structlog.get_logger(__name__)

ID_FIELDS = ("device_id", "serial_number", "equipment_number")
"""What a record may call the id that a device sends."""
COLUMNS = {
    "model": ("device_model", "model"),
    "serial_number": ("serial_number",),
    "site": ("site", "store", "plant", "location", "address"),
    "gateway": ("gateway", "gateway_id"),
    "customer_id": ("customer_id",),
    "customer": ("customer_name", "customer"),
    "installed_on": ("installed_on", "purchase_date"),
    "warranty_until": ("warranty_until",),
}
"""What businesses call the column of each fact, the surest first."""
LENGTH = 200


def facts_of(device_id: str, *, store: Store, records: RecordSystem | None, at: datetime) -> DeviceFacts:
    """Return what is known of a device, and remember its site and model for the fleet."""
    read = recorded_facts(device_id, records=records, at=at)
    told = Device(device_id, read.site, read.gateway, read.model, "records", read.customer_id)
    known = store.devices.put(told, at=at)
    return read.model_copy(update={"site": known.site, "gateway": known.gateway, "model": known.model})


def recorded_facts(device_id: str, *, records: RecordSystem | None, at: datetime) -> DeviceFacts:
    """Return what the records say of a device; nothing is kept."""
    record = _record_of(device_id, records)
    read = {name: _value(record, names) for name, names in COLUMNS.items()}
    return DeviceFacts(
        **read,
        in_warranty=_is_before(at, read["warranty_until"]),
        source=f"{record.kind}/{record.id}" if record is not None else "",
    )


def _record_of(device_id: str, records: RecordSystem | None) -> Record | None:
    if records is None:
        return None
    for field in ID_FIELDS:
        try:
            found = records.find(field, device_id)
        except RecordSystemDown as error:
            log.warning("records_down", device_id=device_id, reason=str(error), fix="the ticket opens without them")
            return None
        if found:
            return found[0]
    return None


def _value(record: Record | None, names: tuple[str, ...]) -> str:
    if record is None:
        return ""
    return next((record.values[name][:LENGTH] for name in names if record.values.get(name)), "")


def _is_before(at: datetime, until: str) -> bool | None:
    """Return whether a moment is within a warranty; None where its end is not told, or is no date.

    >>> from datetime import UTC
    >>> _is_before(datetime(2026, 6, 1, tzinfo=UTC), "2026-06-01"), _is_before(datetime(2026, 6, 1, tzinfo=UTC), "?")
    (True, None)
    """
    try:
        return at.date() <= date.fromisoformat(until.strip()[:10])
    except ValueError:
        return None
