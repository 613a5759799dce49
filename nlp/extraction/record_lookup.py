"""Ask the business's own records, once, and say so when they do not answer.

In: a RecordSystem, which may be away. Out: Records, or none and a warning. After the first silence nothing more is
asked, so a draft is never late by more than one time-out. It does not judge what the records say (see
record_belief.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nlp.records import Record, RecordSystem, RecordSystemDown


class RecordLookup:
    """Remembers answers and the first silence of one resolve(); made anew for each."""

    def __init__(self, records: RecordSystem | None) -> None:
        self._records = records
        self._known: dict[tuple[str, str], tuple[Record, ...]] = {}
        self.warnings: list[str] = []

    @property
    def is_answering(self) -> bool:
        return self._records is not None and not self.warnings

    def find(self, field: str, value: str) -> tuple[Record, ...]:
        """Return the records whose field has this value."""
        records = self._records
        return self._ask((field, value), lambda: records.find(field, value)) if records is not None and value else ()

    def of_customer(self, customer_id: str | None) -> tuple[Record, ...]:
        """Return a customer's own records."""
        records = self._records
        if records is None or not customer_id:
            return ()
        return self._ask(("of_customer", customer_id), lambda: records.of_customer(customer_id))

    def _ask(self, key: tuple[str, str], ask: Callable[[], Sequence[Record]]) -> tuple[Record, ...]:
        if key in self._known:
            return self._known[key]
        if not self.is_answering:
            return ()
        try:
            self._known[key] = tuple(ask())
        except RecordSystemDown as error:
            self.warnings.append(
                f"The record system did not answer, so values are less sure than they could be: {error}"
            )
            return ()
        return self._known[key]
