"""Records held in memory: a RecordSystem for tests, demos and tables small enough to load.

In: Records. Out: those whose field has a value, spaces and dashes aside. It never goes down, and it reads no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlp.extraction.belief import canonical
from nlp.extraction.record_forms import keys_of
from nlp.extraction.record_links import value_in
from nlp.records import Record

_INDEXED = ("order_number", "serial_number", "phone_number", "email", "tracking_number", "device_id")


class RecordTable:
    """Indexes records by the fields a ticket can name, and by customer."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._by_value: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._by_customer: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            for field in _INDEXED:
                if value_in(record, field):
                    self._by_value[field, canonical(value_in(record, field))].append(record)
            if record.values.get("customer_id"):
                self._by_customer[record.values["customer_id"]].append(record)

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records whose field has this value."""
        return tuple(record for key in keys_of(field, value) for record in self._by_value.get((field, key), ()))

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        """Return a customer's own records."""
        return tuple(self._by_customer.get(customer_id, ()))
