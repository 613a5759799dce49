"""How every device is, at one glance: columns over device codes, ready for a page of ten thousand.

The series table, what was heard, the evidence and the open alerts go in; a status, the newest reading and the strongest
evidence a device come out. Judges nothing that was not judged before.

    alarm      an episode is open            offline    all that reported live stopped, or a silence is open
    learning   not enough was heard to know what is normal
    watch      something departs, not yet for long enough            ok         none of these
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from predictive.alerts import AlertBook
from predictive.detector import Ensemble
from predictive.evidence import Evidence
from predictive.records import Batch, Floats, Ints
from predictive.series import SeriesTable

Status = Literal["alarm", "offline", "watch", "learning", "ok"]
STATUSES: tuple[Status, ...] = ("alarm", "offline", "watch", "learning", "ok")
"""In the order of what wants a person first; a status is an index into it."""
ALARM, OFFLINE, WATCH, LEARNING, OK = range(len(STATUSES))
WATCHED = 0.5
"""Share of what would make a series fire. At half of it a person who looks anyway should look here."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Aligned columns, one entry a device."""

    device_ids: Sequence[str]
    status: Ints  # (n,) index into STATUSES
    newest_s: Floats  # (n,) time of the newest reading; -inf where there was none
    strain: Floats  # (n,) strongest evidence of any metric, 1 where it fires
    learned: Floats  # (n,) share of the normal that the slowest metric has learned
    metrics: Ints  # (n,) how many there are
    strongest: Sequence[str]  # the metric with the strongest evidence
    dropped: Ints  # (n,) readings that were not taken: repeated, late, from the future or refused


def fleet_of(
    table: SeriesTable, *, evidence: Evidence, book: AlertBook, newest_s: Floats, silent: Ints, dropped: Ints
) -> Fleet:
    """Return how the devices of a series table are; `silent` are the rows that stopped reporting, `newest_s` says when
    each row was last heard: evidence forgets that with a repair."""
    devices, rows = len(table.devices), min(len(table), evidence.used)
    code = table.device_of[:rows]
    options = evidence.options
    strain = np.maximum(evidence["level"][:rows] / options.fire_at, evidence["burden"][:rows] / options.burden_at).clip(
        0.0, 1.0
    )
    strain = np.where(evidence["firing"][:rows] > 0, 1.0, strain)
    heard_s, worst, learned = np.full(devices, -np.inf), np.zeros(devices), np.full(devices, np.inf)
    np.fmax.at(heard_s, table.device_of[: len(newest_s)], newest_s)
    np.maximum.at(worst, code, strain)
    np.minimum.at(learned, code, evidence.learned()[:rows])
    count, gone = np.bincount(code, minlength=devices), np.bincount(table.device_of[silent], minlength=devices)
    status = np.full(devices, OK, dtype=np.int64)
    status[worst >= WATCHED] = WATCH
    status[learned < 1.0] = LEARNING
    status[(gone > 0) & (gone >= count)] = OFFLINE
    for number, silence in book.silences.items():
        if silence.alert.state == "open":
            status[number] = WATCH if silence.alert.is_flapping and gone[number] == 0 else OFFLINE
    status[[number for number, episode in book.episodes.items() if episode.alert.state == "open"]] = ALARM
    return Fleet(
        tuple(table.devices),
        status,
        heard_s,
        worst,
        np.minimum(learned, 1.0),
        count,
        _strongest(table, strain, code),
        dropped,
    )


def without_ticket(fleet: Fleet, device_ids: Collection[str]) -> Fleet:
    """Return a fleet in which these devices' alarms are only watched: they bring too little for a ticket."""
    if not device_ids:
        return fleet
    held = np.array([device_id in device_ids for device_id in fleet.device_ids], dtype=np.bool_)
    return replace(fleet, status=np.where(held & (fleet.status == ALARM), WATCH, fleet.status))


def strain_of(evidence: Evidence) -> Floats:
    """Return for each series the share of what would make it fire, 1 while it does."""
    used, options = evidence.used, evidence.options
    level, burden = evidence["level"][:used] / options.fire_at, evidence["burden"][:used] / options.burden_at
    return np.where(evidence["firing"][:used] > 0, 1.0, np.maximum(level, burden).clip(0.0, 1.0))


def _strongest(table: SeriesTable, strain: Floats, code: Ints) -> tuple[str, ...]:
    """Return each device's metric with the strongest evidence; its first one where all are calm."""
    order = np.lexsort((-np.arange(len(code)), strain, code))  # the last of each device is its strongest
    last = np.flatnonzero(np.diff(code[order], append=-1))
    names = [""] * len(table.devices)
    for row in order[last].tolist():
        names[int(code[row])] = table.metrics[row]
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one detector thinks of a series' latest reading."""

    detector: str
    score: float
    expected: float  # nan where it has none


@dataclass(frozen=True, slots=True)
class SeriesView:
    """What the monitor sees of one metric."""

    metric: str
    unit: str
    count: int  # readings learned since it was new, or since it was forgotten
    learned: float
    strain: float  # share of the evidence that would open an alert
    is_firing: bool
    opinions: tuple[Opinion, ...]


def views_of(
    rows: Ints, *, table: SeriesTable, evidence: Evidence, ensemble: Ensemble, batch: Batch | None
) -> tuple[SeriesView, ...]:
    """Return what is seen of some rows; `batch` holds their latest readings."""
    strain, learned = strain_of(evidence), evidence.learned()
    scores = {one.name: one.score(batch) for one in ensemble.detectors} if batch is not None else {}
    return tuple(
        SeriesView(
            metric=table.metrics[row],
            unit=table.units[row],
            count=int(evidence["count"][row]),
            learned=float(learned[row]),
            strain=float(strain[row]),
            is_firing=bool(evidence["firing"][row] > 0),
            opinions=tuple(
                Opinion(name, float(told.score[index]), float(told.expected[index])) for name, told in scores.items()
            ),
        )
        for index, row in enumerate(rows.tolist())
        if row < evidence.used
    )
