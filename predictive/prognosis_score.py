"""Tickets over new readings: the model's memory before them, a threshold that follows what became of earlier tickets.

A fitted model and a History go in; one ticket a device and episode comes out, with probability and reasons. Each is
decided by what readings told before it; nobody tells what failed after the fit. Does not learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from predictive.budget import ticket_rows
from predictive.budget_outcomes import Seen
from predictive.budget_pace import Pace, paced_rows
from predictive.prognosis_features import Features, carried
from predictive.prognosis_history import DAY_S, History
from predictive.prognosis_memory import Joined, is_known, join
from predictive.prognosis_model import ROWS_AT_ONCE, FailureModel, fold_of
from predictive.records import Chance, Floats, Ints, Reason

REASONS = 3
LEAST_SHARE = 0.05  # of the strongest: a weaker metric explains nothing


@dataclass(frozen=True, slots=True)
class FailureTicket:
    """A device is expected to fail within the horizon."""

    device_id: str
    at: datetime
    probability: float
    horizon_h: float
    chances: tuple[Chance, ...]  # nearest horizon first
    reasons: tuple[Reason, ...]  # strongest first; `score` is the share of the metrics that speak for a failure


def open_tickets(model: FailureModel, history: History) -> list[FailureTicket]:
    """Return the tickets in order of time."""
    if not np.isfinite(model.threshold):
        return []  # nothing showed that any threshold keeps the budget
    joined = join(model.memory, history)
    score = scored(model, joined)
    outcomes = Seen(joined.history, joined.failed_s, model.memory.end_s, model.silence)
    # In the time that the model learnt from, one threshold is known to keep the budget; later it must follow.
    is_later = ~np.isnan(joined.score) | (joined.history.at_s > model.memory.end_s)
    past = np.where(is_later, -np.inf, score)
    opened = ticket_rows(joined.history, past, model.past_threshold, open_s=model.budget.horizon_s)
    since_s = max(float(history.at_s.min()), model.memory.end_s)
    pace = Pace(since_s, float(history.at_s.max()) + 1.0, model.threshold, opened)
    rows = paced_rows(joined.history, outcomes, score, budget=model.budget, pace=pace)
    return tickets_at(model, joined.history, score, rows)


def scored(model: FailureModel, joined: Joined) -> Floats:
    """Return all rows' log-odds; what the model learnt from is scored by those trees that had not seen it."""
    history, score = joined.history, joined.score.copy()
    is_taught = is_known(model.memory, history.device_ids)[history.device] & (history.at_s <= model.memory.end_s)
    fold = fold_of(history.device_ids, len(model.forests))[history.device]
    for part in history.parts(ROWS_AT_ONCE):
        is_new = np.isnan(joined.score[part])
        if not is_new.any():
            continue
        values = model.features(history.part(part)).values[is_new]
        found = model.trees.score(values)
        for number, trees in enumerate(model.forests):
            own = is_taught[part][is_new] & (fold[part][is_new] == number)
            if own.any():
                found[own] = trees.score(values[own])
        score[np.flatnonzero(is_new) + part.start] = found
    return score


def tickets_at(model: FailureModel, history: History, score: Floats, rows: Ints) -> list[FailureTicket]:
    """Return what is to be said at some rows, in order of time."""
    ticketed = np.isin(history.device, history.device[rows])
    part = history.take(ticketed)
    places = np.cumsum(ticketed)[rows] - 1
    features = model.features(part)
    given = model.trees.contributions(features.values[places])
    horizons_h = [line.horizon_s / 3600.0 for line in model.calibrations]
    own = horizons_h.index(model.budget.horizon_s / 3600.0)
    chance = model.chances(score[rows]).round(4)
    known = part.with_metrics(model.metrics)
    found = [
        FailureTicket(
            part.device_ids[int(part.device[row])],
            _moment(float(part.at_s[row])),
            float(chance[number, own]),
            horizons_h[own],
            tuple(map(Chance, horizons_h, chance[number].tolist())),
            _reasons(known, features, row, given[number], units=model.units),
        )
        for number, row in enumerate(places.tolist())
    ]
    return sorted(found, key=lambda ticket: (ticket.at, ticket.device_id))


def _reasons(
    history: History, features: Features, row: int, given: Floats, *, units: Mapping[str, str]
) -> tuple[Reason, ...]:
    """Return the metrics that moved a row's score most, each with what it was a horizon of changes before."""
    totals: dict[str, float] = {}
    for metric, part in zip(features.metrics, given.tolist(), strict=True):
        if metric and part > 0:
            totals[metric] = totals.get(metric, 0.0) + part
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:REASONS]
    whole = sum(totals.values())
    first = int(history.first_rows[history.device[row]])
    found = []
    for metric, part in ranked:
        if part < LEAST_SHARE * ranked[0][1]:
            continue
        column = carried(history.values[first : row + 1, history.metrics.index(metric)], np.zeros(row + 1 - first, int))
        reason = _reason(metric, column, history.at_s[first : row + 1], part / whole)
        found.append(replace(reason, unit=units.get(metric, "")))
    return tuple(found)


def _reason(metric: str, values: Floats, at_s: Floats, share: float) -> Reason:
    """Say since when a metric has been leaving what it was 90 days before the last row, or since when it stands."""
    start = max(int(np.searchsorted(at_s, at_s[-1] - 90 * DAY_S, side="right")) - 1, 0)
    moved = np.flatnonzero(values[start + 1 :] != values[start]) + start + 1
    changed = np.flatnonzero(values[1:] != values[:-1]) + 1
    since = moved[0] if len(moved) else (changed[-1] if len(changed) else 0)
    return Reason(
        metric,
        _moment(float(at_s[int(since)])),
        float(values[start]),
        float(values[-1]),
        round(share, 3),
        "prognosis",
    )


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, tz=UTC)
