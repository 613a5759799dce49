"""Run extractors over a document and settle who a stretch of text belongs to.

In: a Document and extractors. Out: Mentions in order: those the extractors find, those sent in pieces, those that the
dialogue makes. A stretch has one owner: an order number is not taken from a phone number or a date. It does not know
records, templates or who is right when sources disagree (see resolve.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.extraction.amendments import amended
from nlp.extraction.bursts import burst_mentions
from nlp.extraction.dialogue import follow
from nlp.extraction.field import without_overlaps
from nlp.extraction.registry import ticket_fields
from nlp.records import Document, Extractor, Mention

# Fields that read the same stretch with the same meaning: the second is the more exact name for it.
_NARROWER = {"date_time": "duration", "number": "amount"}


def needed_fields(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the fields to read where these are wanted: every identifier too, since they contend for the same
    stretches, and the more exact name of a wanted one."""
    chosen = {name for name in wanted if name}
    chosen |= {_NARROWER[name] for name in chosen & _NARROWER.keys()}
    return tuple(name for name, field in ticket_fields().items() if field.is_identifier or name in chosen)


def extract(document: Document, extractors: Iterable[Extractor]) -> tuple[Mention, ...]:
    """Find all mentions, in the order they stand in the text."""
    extractors = tuple(extractors)
    found = [mention for extractor in extractors for mention in extractor.extract(document)]
    found += burst_mentions(document, extractors)
    fields = ticket_fields()
    owners = [mention for mention in found if mention.field not in fields or fields[mention.field].is_identifier]
    others = [mention for mention in found if mention.field in fields and not fields[mention.field].is_identifier]
    kept = without_overlaps(owners)
    wanted = {extractor.name for extractor in extractors}
    following = follow([*kept, *others], document)
    following = [mention for mention in following if mention.field in wanted]
    kept = _with_following(kept, following)
    kept = _with_following(kept, amended([*kept, *others], document))
    return tuple(
        sorted([*kept, *_without_wider(others)], key=lambda mention: (mention.start, mention.end, mention.field))
    )


def _with_following(mentions: Sequence[Mention], following: Sequence[Mention]) -> tuple[Mention, ...]:
    """Let what rests on the dialogue take the stretches it stands on from what was a guess there."""
    taken: list[Mention] = []
    for mention in following:
        longer = [m for m in mentions if m.field == mention.field and m.start <= mention.start and mention.end < m.end]
        if mention.base is None and longer:  # the answer goes on in the next message
            mention = replace(longer[0], score=max(longer[0].score, mention.score), is_labelled=True)
        taken.append(mention)
    free = [m for m in mentions if not any(o.start < m.end and m.start < o.end for o in taken)]
    return (*free, *taken)


def _without_wider(mentions: Sequence[Mention]) -> list[Mention]:
    taken = {(mention.field, mention.start, mention.end) for mention in mentions}
    return [
        mention for mention in mentions if (_NARROWER.get(mention.field, ""), mention.start, mention.end) not in taken
    ]
