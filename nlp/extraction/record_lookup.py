"""Ask the business's own records, each thing once, and say so when they do not answer.

In: a RecordSystem, which may be away. Out: Records, or none and a warning. After a silence that no other system filled,
nothing more is asked: a draft is never late by more than one time-out. It does not judge what the records say (see
record_belief.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from nlp.extraction.belief import canonical
from nlp.extraction.field import Localised
from nlp.records import Record, RecordSystem, RecordSystemDown

SILENT = Localised(
    "业务记录没有回应，所以有关的值不如平时可靠：{reason}",
    "The record system did not answer, so values are less sure than they could be: {reason}",
)


class RecordLookup:
    """Remembers answers and the first silence of one resolve(); made anew for each."""

    def __init__(self, records: RecordSystem | None, *, locale: str = "en") -> None:
        self._records = records
        self._locale = locale
        self._known: dict[tuple[str, str], tuple[Record, ...]] = {}
        self._is_silent = False
        self.warnings: list[str] = []

    @property
    def is_there(self) -> bool:
        """Return whether there are records at all, answering or not."""
        return self._records is not None

    @property
    def is_answering(self) -> bool:
        """Return whether all was answered so far: only then does "no such record" mean anything."""
        return self._records is not None and not self.warnings

    def heard(self) -> dict[str, Record]:
        """Return every record that was answered, by its place ("orders/20240518936")."""
        return {f"{record.kind}/{record.id}": record for found in self._known.values() for record in found}

    def find(self, field: str, value: str) -> tuple[Record, ...]:
        """Return the records whose field has this value."""
        records = self._records
        return (
            self._ask((field, canonical(value)), lambda: records.find(field, value))
            if records is not None and value
            else ()
        )

    def of_customer(self, customer_id: str | None) -> tuple[Record, ...]:
        """Return a customer's own records."""
        records = self._records
        if records is None or not customer_id:
            return ()
        return self._ask(("of_customer", customer_id), lambda: records.of_customer(customer_id))

    def _ask(self, key: tuple[str, str], ask: Callable[[], Sequence[Record]]) -> tuple[Record, ...]:
        if key in self._known:
            return self._known[key]
        if self._is_silent:
            return ()
        try:
            self._known[key] = tuple(ask())
        except RecordSystemDown as error:
            self._note(error)
            self._known[key] = tuple(error.found or ())
        return self._known[key]

    def _note(self, error: RecordSystemDown) -> None:
        self._is_silent = self._is_silent or error.found is None
        reason = (error.zh if self._locale.lower().startswith("zh") else "") or str(error)
        warning = SILENT.in_locale(self._locale).format(reason=reason)
        if warning not in self.warnings:
            self.warnings.append(warning)
