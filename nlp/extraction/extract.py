"""Run extractors over a document and settle who a stretch of text belongs to.

In: a Document and extractors. Out: Mentions in order. A stretch has one owner: an order number is not taken from a
phone number or a date. It does not know records, templates or who is right when sources disagree (see resolve.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlp.extraction.field import without_overlaps
from nlp.extraction.registry import ticket_fields
from nlp.records import Document, Extractor, Mention

# Fields that read the same stretch with the same meaning: the second is the more exact name for it.
_NARROWER = {"date_time": "duration", "number": "amount"}


def extract(document: Document, extractors: Iterable[Extractor]) -> tuple[Mention, ...]:
    """Find all mentions, in the order they stand in the text."""
    found = [mention for extractor in extractors for mention in extractor.extract(document)]
    fields = ticket_fields()
    owners = [mention for mention in found if mention.field not in fields or fields[mention.field].is_identifier]
    others = [mention for mention in found if mention.field in fields and not fields[mention.field].is_identifier]
    kept = without_overlaps(owners)
    return tuple(
        sorted([*kept, *_without_wider(others)], key=lambda mention: (mention.start, mention.end, mention.field))
    )


def _without_wider(mentions: Sequence[Mention]) -> list[Mention]:
    taken = {(mention.field, mention.start, mention.end) for mention in mentions}
    return [
        mention for mention in mentions if (_NARROWER.get(mention.field, ""), mention.start, mention.end) not in taken
    ]
