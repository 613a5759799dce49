"""A tenant's promises in, what a draft must hold to out.

That is a share for each kind of field, and the calibration that fills in nothing of what is owed and not yet proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.learned import Learned
from api.schemas.prefill import PrefillResponse, PromiseSeen
from api.store import Store
from api.store.promises import EVERY_OTHER, Promise

if TYPE_CHECKING:
    from nlp import Calibration, Template


@dataclass(frozen=True, slots=True)
class Promised:
    """What one tenant promises."""

    rows: Sequence[Promise] = ()

    def shares(self) -> dict[str, float]:
        """Return the promised share by kind of field, "" for every kind without its own."""
        return {"" if row.field == EVERY_OTHER else row.field: row.share for row in self.rows}

    def of(self, kind: str) -> Promise | None:
        """Return the promise that a kind of field is held to; None is the house's."""
        by_field = {row.field: row for row in self.rows}
        return by_field.get(kind, by_field.get(EVERY_OTHER))

    def held_back(self, kinds: Iterable[str]) -> frozenset[str]:
        """Return the kinds of which nothing is filled in before their promise is held: what was promised by somebody is
        owed, where nobody promised anything the house's table may be assumed."""
        rows = {kind: self.of(kind) for kind in kinds}
        return frozenset(kind for kind, row in rows.items() if row is not None and row.until_held == "suggest")


def promised_by(store: Store) -> Promised:
    """Return what a tenant promises."""
    return Promised(store.promises.list())


def calibration_for(kinds: Iterable[str], promised: Promised, *, learned: Learned) -> Calibration:
    """Return what turns belief into confidence and promises into thresholds for a template's kinds of field."""
    from nlp import shipped_calibration

    return (learned.calibration() or shipped_calibration()).holding_back(promised.held_back(kinds))


def with_promises(
    draft: PrefillResponse, template: Template, *, calibration: Calibration, shares: Mapping[str, float]
) -> PrefillResponse:
    """Say of each value that is filled in what is promised of it, and on how many corrections that rests."""
    from nlp.extraction.corrections import promise_of

    fields = dict(draft.fields)
    for field in template.fields:
        if field.name in fields and fields[field.name].status == "auto":
            share = promise_of(field.kind, shares)
            stands = calibration.standing(field.kind, share)
            seen = PromiseSeen(promise=share, state=stands.state, corrections=stands.labels)
            fields[field.name] = fields[field.name].model_copy(update={"promise": seen})
    return draft.model_copy(update={"fields": fields})


NOTHING_PROMISED = Promised()
