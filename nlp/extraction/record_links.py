"""Walk from record to record by what they share: an order names a device, a device its model, both their customer.

In: records that are meant, a RecordLookup. Out: the same and those they lead to. It does not judge them (see
record_belief.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.extraction.record_lookup import RecordLookup
from nlp.records import Record

# What each field is called in records, first name first.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "phone_number": ("phone_number", "phone", "mobile"),
    "email": ("email", "e_mail"),
}
LINKS = ("order_number", "serial_number", "device_id")
"""What names one purchase or one device. A customer has many of them: their other records are not walked to."""
MAX_LINKS = 6
"""Look-ups on the way; an order leads to its device and its parcel, and both to nothing new."""


def value_in(record: Record, field: str) -> str:
    """Return a record's value of a field, under any of the names records give it."""
    return next((record.values[name] for name in _COLUMNS.get(field, (field,)) if record.values.get(name)), "")


def merged(records: Iterable[Record]) -> tuple[Record, ...]:
    """Return each record once, in order."""
    return tuple({_identity(record): record for record in records}.values())


def _identity(record: Record) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """Tell rows apart that share an id: the items of one order."""
    return (record.kind, record.id, frozenset(record.values.items()))


def one_customer(records: Iterable[Record]) -> str | None:
    """Return the customer whom all these records name; None where they name nobody or several."""
    owners = {value_in(record, "customer_id") for record in records} - {""}
    return owners.pop() if len(owners) == 1 else None


def linked(records: Sequence[Record], lookup: RecordLookup) -> tuple[Record, ...]:
    """Return the records and what they lead to: by number to the same purchase, by owner to who the customer is."""
    found = list(merged(records))
    walked: set[tuple[str, str]] = set()
    for record in found:  # grows while it is walked
        for field in LINKS:
            link = (field, value_in(record, field))
            if link[1] and link not in walked and len(walked) < MAX_LINKS:
                walked.add(link)
                known = {_identity(one) for one in found}
                found += [one for one in merged(lookup.find(*link)) if _identity(one) not in known]
    owner = lookup.of_customer(one_customer(found))
    return merged((*found, *(record for record in owner if not any(value_in(record, field) for field in LINKS))))
