"""A tenant's promises, and how each stands on their own corrections.

In: the store's promises, what was learned, the templates. Out: bodies for whoever administers. Knows no HTTP.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.errors import Problem, say
from api.learned import Learned
from api.prefill.promises import Promised, calibration_for, promised_by
from api.prefill.templates import find_template
from api.schemas.promises import PromiseBody, PromiseIn, StandingBody
from api.store import Store
from api.store.promises import EVERY_OTHER, Promise

if TYPE_CHECKING:
    from nlp import Calibration

GUARANTEE_DOUBT = 0.025
"""Of each end of the interval that is shown beside a realised share."""


def kinds_of(store: Store) -> tuple[str, ...]:
    """Return every kind of field that some template of a tenant has."""
    import nlp

    names = {*nlp.template_names(), *store.templates.names()}
    return tuple(sorted({field.kind for name in names for field in find_template(name, store=store).fields}))


def promise_bodies(store: Store, *, learned: Learned) -> list[PromiseBody]:
    """Return how every field stands, promised or not."""
    promised = promised_by(store)
    kinds = kinds_of(store)
    calibration = calibration_for(kinds, promised, learned=learned)
    fields = [*kinds, *sorted({row.field for row in promised.rows} - {*kinds, EVERY_OTHER})]
    return [_body(field, promised, calibration) for field in fields]


def promise_body(field: str, *, store: Store, learned: Learned) -> PromiseBody:
    """Return how one field stands.

    Raises:
        Problem: no template has such a field.
    """
    promised = promised_by(store)
    if store.promises.get(field) is None:
        check_field(field, store=store)
    return _body(field, promised, calibration_for([field], promised, learned=learned))


def put_promise(
    field: str, wanted: PromiseIn, *, store: Store, learned: Learned, actor: str, at: datetime
) -> PromiseBody:
    """Keep a promise and return how it stands.

    Raises:
        Problem: no template has such a field.
    """
    check_field(field, store=store)
    store.promises.put(Promise(field, wanted.promise, wanted.until_held, at, actor[:200]))
    return promise_body(field, store=store, learned=learned)


def take_back(field: str, *, store: Store) -> None:
    """Take a promise back: the field is held to the default one again.

    Raises:
        Problem: nothing was promised of it.
    """
    if not store.promises.delete(field):
        raise Problem(
            "not_found", say("detail.unknown", what=say("what.promise"), name=repr(field[:60])), where="field"
        )


def check_field(field: str, *, store: Store) -> None:
    """Raise the Problem of a promise about nothing."""
    known = kinds_of(store)
    if field not in (EVERY_OTHER, *known):
        detail = say("detail.promise_field_unknown", field=repr(field[:60]), known=", ".join((EVERY_OTHER, *known)))
        raise Problem("not_found", detail, where="field")


def _body(field: str, promised: Promised, calibration: Calibration) -> PromiseBody:
    from nlp.extraction.calibrate import DEFAULT_PROMISE

    row = promised.of(field)
    share = row.share if row else DEFAULT_PROMISE
    return PromiseBody(
        field=field,
        promise=share,
        until_held=row.until_held if row else "fill",
        is_own=row is not None and row.field == field,
        updated_at=row.updated_at if row else None,
        actor=row.actor if row else "",
        standing=standing_body(calibration, field, share),
    )


def standing_body(calibration: Calibration, field: str, share: float) -> StandingBody:
    """Return how a promise stands on a tenant's corrections."""
    from nlp.extraction.calibrate import MIN_AUTO_BELIEF
    from nlp.extraction.promises import interval

    standing = calibration.standing(field, share)
    threshold = calibration.threshold(field, share)
    low, high = interval(standing.right, standing.filled, doubt=GUARANTEE_DOUBT)
    return StandingBody(
        state=standing.state,
        fills=threshold < 1.0,
        threshold=max(threshold, MIN_AUTO_BELIEF),
        corrections=standing.labels,
        judged=standing.filled,
        right=standing.right,
        realised=standing.right / standing.filled if standing.filled else None,
        low=low,
        high=high,
        needed=standing.needed,
    )
