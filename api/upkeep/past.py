"""The most similar earlier ticket of a device or its model, and what fixed it.

Likeness is the share of metrics that both have, each counted with the way it went; of two alike the one whose fix is
known counts more, then the device's own, then the newer. Knows tickets and verdicts, no readings.
"""

from __future__ import annotations

from collections.abc import Sequence

from api.schemas.telemetry import PastEpisode, Ticket, TicketReason
from api.store import Store
from api.upkeep.advice import direction_of

LOOKED_AT = 100
ALIKE = 0.34
"""One metric of three in common; below that a person sees no likeness."""


def past_episode(ticket: Ticket, *, store: Store) -> PastEpisode | None:
    """Return the nearest past episode; None where nothing is alike."""
    kind = ticket.kind
    own = store.tickets.list(kind=kind, device_id=ticket.device_id, state="resolved", limit=LOOKED_AT)
    model = ticket.device.model
    others = store.tickets.resolved_of_model(model, limit=LOOKED_AT) if model else ()
    before = {one.id: one for one in (*own, *others) if one.id != ticket.id and not one.devices}
    verdicts = store.devices.verdicts(list(before))
    ranked = []
    for one in before.values():
        likeness = likeness_of(ticket.reasons, one.reasons)
        verdict = verdicts.get(one.id)
        is_fixed = verdict is not None and bool(verdict.fixed_by)
        if likeness >= ALIKE:
            ranked.append((likeness + 0.2 * is_fixed, one.device_id == ticket.device_id, one.opened_at, one.id))
    if not ranked:
        return None
    best, verdict = before[max(ranked)[3]], verdicts.get(max(ranked)[3])
    mine = {reason.metric for reason in ticket.reasons}
    return PastEpisode(
        ticket_id=best.id,
        device_id=best.device_id,
        title=best.title,
        opened_at=best.opened_at,
        resolved_at=best.resolved_at,
        metrics=[reason.metric for reason in best.reasons if reason.metric in mine],
        likeness=round(likeness_of(ticket.reasons, best.reasons), 2),
        verdict=verdict.verdict if verdict else "",
        fixed_by=verdict.fixed_by if verdict else "",
    )


def likeness_of(left: Sequence[TicketReason], right: Sequence[TicketReason]) -> float:
    """Return the share of metrics, with the way each went, that both have."""
    mine, other = _went(left), _went(right)
    return len(mine & other) / len(mine | other) if mine | other else 0.0


def _went(reasons: Sequence[TicketReason]) -> frozenset[str]:
    return frozenset(f"{reason.metric}/{direction_of(reason)}" for reason in reasons)
