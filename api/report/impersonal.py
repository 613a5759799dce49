"""A table's rows in, the same rows without personal data out: a file that leaves names nobody.

A value of a field that is personal as a whole (a telephone number, an address) gives way to the field's name; free text
(a question, a quotation) to masks where something personal stands. Ids, counts, times and other values stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.store.exports import Cell, ExportRow
from nlp.personal import redacted

PERSONAL_FIELDS = frozenset({"phone_number", "email", "address", "person_name", "resident_id"})
VALUE_COLUMNS = frozenset({"value", "final", "quote"})
"""Of a row that names its field: each is that field's value, or the words that say it."""
TEXT_COLUMNS = frozenset({"question", "note", "fixed_by"})
PERSON_COLUMNS = frozenset({"customer"})
"""A person's name, whatever the row says beside it."""
PLACE_COLUMNS = frozenset({"site"})
"""A site may be where somebody lives; what looks like an address is masked, a plant's name is not."""


def impersonal(rows: Iterable[ExportRow]) -> Iterator[ExportRow]:
    """Yield the rows without personal data.

    >>> list(impersonal([{"field": "phone_number", "value": "+8613800138000"}, {"question": "回电 13800138000"}]))
    [{'field': 'phone_number', 'value': '[phone_number]'}, {'question': '回电 [mobile]'}]
    """
    for row in rows:
        field = row.get("field")
        yield {name: _cell(name, cell, str(field or "")) for name, cell in row.items()}


def _cell(name: str, cell: Cell, field: str) -> Cell:
    if not isinstance(cell, str) or not cell:
        return cell
    if name in VALUE_COLUMNS and field in PERSONAL_FIELDS:
        return f"[{field}]"
    if name in PERSON_COLUMNS:
        return f"[{name}]"
    return redacted(cell) if name in TEXT_COLUMNS | PLACE_COLUMNS else cell
