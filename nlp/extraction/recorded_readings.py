"""Let the business's records say which likely reading of a number, on a page or in a call, is meant.

In: mentions, their document, a RecordLookup. Out: the mentions, those that no record has but one likely spelling has
changed to it, with a check that names both. A value that a record has as it was read is never changed, and where two
spellings stand in records nobody chooses. It does not weigh (see belief.py) nor look further (see record_belief.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.document import origins_of
from nlp.extraction.belief import canonical
from nlp.extraction.doubtful_readings import spellings_of
from nlp.extraction.field import FieldSpec
from nlp.extraction.record_links import value_in
from nlp.extraction.record_lookup import RecordLookup
from nlp.extraction.registry import ticket_field
from nlp.records import Check, Document, Mention, Record

LOOKED_UP = frozenset(("order_number", "serial_number", "tracking_number"))
"""Numbers that stand in records as they stand on paper; a phone number on a photo is seldom the customer's."""


def as_recorded(mentions: Sequence[Mention], document: Document, lookup: RecordLookup) -> tuple[Mention, ...]:
    """Return the mentions, doubtful numbers as the records have them."""
    if not lookup.is_there:
        return tuple(mentions)
    return tuple(_as_recorded(mention, document, lookup) for mention in mentions)


def _as_recorded(mention: Mention, document: Document, lookup: RecordLookup) -> Mention:
    if mention.field not in LOOKED_UP:
        return mention
    spellings = spellings_of(document, mention.start, mention.end)
    if not spellings or lookup.find(mention.field, mention.value):
        return mention
    recorded: dict[str, str] = {}
    for spelling in spellings:
        value = _normalised(mention.field, spelling.text, document)
        recorded |= _values(lookup.find(mention.field, value), mention.field) if value else {}
    if len(recorded) != 1:
        return mention
    (value,) = recorded.values()
    is_heard = any(origin.part.kind == "audio" for origin in origins_of(document, mention.start, mention.end))
    check = _heard_check(mention.value, value) if is_heard else _read_check(mention.value, value)
    return replace(mention, value=value, why=f"{mention.why}, records", checks=(*mention.checks, check))


def _read_check(read: str, value: str) -> Check:
    return Check(
        "read_as_recorded",
        True,
        f"the picture reads {read}, a record has {value}, and the reader was not sure",
        f"图片识别为 {read}，记录中有 {value}，识别时对个别字符没有把握",
    )


def _heard_check(heard: str, value: str) -> Check:
    return Check(
        "heard_as_recorded",
        True,
        f"the recogniser heard {heard}, a record has {value}, and so may have been said",
        f"语音识别为 {heard}，记录中有 {value}，第二次听辨认为可能说的就是它",
    )


def _values(records: Iterable[Record], field: str) -> dict[str, str]:
    written = (value_in(record, field) for record in records)
    return {canonical(value): value for value in written if value}


def _normalised(field: str, text: str, document: Document) -> str | None:
    spec = ticket_field(field)
    return spec.normalise(text, document) if isinstance(spec, FieldSpec) else text
