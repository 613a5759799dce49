"""How far each field's confidence can be trusted: a tenant's promises, corrections and drafts in, figures a field out.

What is filled in, offered and asked is counted over a period; whether a promise is held, and how confidence compares
with what was right, over all corrections that were learnt from. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.learned import Learned
from api.prefill.promises import calibration_for, promised_by
from api.prefill.templates import find_template
from api.promises import promise_bodies
from api.report.share import Share
from api.schemas.promises import PromiseBody
from api.store import Store
from api.store.outcomes import FieldCount

if TYPE_CHECKING:
    from nlp import Calibration

BINS = 10
"""Of a tenth each: a hundred corrections leave some ten in each, which is as fine as they can tell."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Corrected values whose confidence lies in one tenth."""

    confidence: float  # mean
    right: Share


@dataclass(frozen=True, slots=True)
class FieldConfidence:
    field: str
    body: PromiseBody
    filled: int
    offered: int
    conflicts: int
    missing: int
    accepted: int
    changed: int  # edited or cleared
    bins: tuple[Bin, ...] = ()

    @property
    def drafted(self) -> int:
        """Return how many drafts had the field empty when the ticket came."""
        return self.filled + self.offered + self.conflicts + self.missing

    @property
    def coverage(self) -> Share:
        """Return the share that was filled in unasked."""
        return Share(self.filled, self.drafted)

    @property
    def accept_rate(self) -> Share:
        """Return the share of reviewed values that people left as they were."""
        return Share(self.accepted, self.accepted + self.changed)


def confidences(store: Store, *, learned: Learned, since: datetime, until: datetime) -> tuple[FieldConfidence, ...]:
    """Return the figures of every field; the drafts of [since, until)."""
    bodies = promise_bodies(store, learned=learned)
    promised = promised_by(store)
    calibration = calibration_for((), promised, learned=learned)
    kinds = _kinds_by_name(store)
    counts: dict[str, list[FieldCount]] = {}
    for count in store.outcomes.field_counts(since, until):
        counts.setdefault(kinds.get(count.field, count.field), []).append(count)
    return tuple(_figures(body, counts.get(body.field, ()), calibration) for body in bodies)


def _figures(body: PromiseBody, counts: Iterable[FieldCount], calibration: Calibration) -> FieldConfidence:
    of_status: dict[str, int] = {}
    of_verdict: dict[str, int] = {}
    for count in counts:
        if not count.was_filled:
            of_status[count.status] = of_status.get(count.status, 0) + count.count
        of_verdict[count.verdict] = of_verdict.get(count.verdict, 0) + count.count
    return FieldConfidence(
        field=body.field,
        body=body,
        filled=of_status.get("auto", 0),
        offered=of_status.get("suggest", 0),
        conflicts=of_status.get("conflict", 0),
        missing=of_status.get("missing", 0),
        accepted=of_verdict.get("accepted", 0),
        changed=of_verdict.get("edited", 0) + of_verdict.get("cleared", 0),
        bins=bins_of(calibration, body.field),
    )


def bins_of(calibration: Calibration, field: str) -> tuple[Bin, ...]:
    """Return a field's corrections in tenths of the confidence that their values would be shown with now."""
    taught = calibration.taught.get(field)
    found: dict[int, list[float]] = {}
    for row in taught.rows if taught else ():
        confidence = calibration.confidence(field, row.raw)
        sums = found.setdefault(min(int(confidence * BINS), BINS - 1), [0.0, 0.0, 0.0])
        sums[0] += confidence * row.count
        sums[1] += row.right
        sums[2] += row.count
    return tuple(
        Bin(total / count, Share(int(right), int(count))) for _, (total, right, count) in sorted(found.items())
    )


def _kinds_by_name(store: Store) -> Mapping[str, str]:
    import nlp

    names = sorted({*nlp.template_names(), *store.templates.names()}, reverse=True)
    return {field.name: field.kind for name in names for field in find_template(name, store=store).fields}
