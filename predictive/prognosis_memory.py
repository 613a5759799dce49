"""What a model of failures keeps of the readings it learnt from, so that scoring goes on where the fit ended.

Histories, fates and scores go in; the last rows of each device that still reported come out, thinned to one a day.
Joined with later readings they give those a past: changes are changes, a fleet's rate is known from the first day, and
a device that says nothing new is still watched. Knows no trees.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from predictive.budget_pace import WINDOW_S
from predictive.prognosis_history import DAY_S, Fates, History, history_from
from predictive.records import Floats, Ints, Mask

SCORE = "\0score"  # no metric can bear this name


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Rows before `end_s`. A life that failed keeps its number, so that what comes later is not taken for its own."""

    history: History
    score: Floats  # (n,) log-odds, from trees that had not seen the device
    failed_s: Floats  # (d,) nan: had not failed by end_s
    end_s: float
    known: Ints  # (k,) rising: marks of all devices learnt from


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Readings with their past."""

    history: History
    score: Floats  # (n,) nan: a new reading
    failed_s: Floats  # (d,)


def marks_of(names: Sequence[str]) -> Ints:
    """Return a number for each device's name, the same in every process."""
    return np.array([zlib.crc32(name.encode()) for name in names], np.int64)


def device_of(life: str) -> str:
    """Return the device of a life, which is written device#number."""
    return life.rpartition("#")[0]


def remember(history: History, fates: Fates, score: Floats, *, end_s: float, silent_s: float) -> Memory:
    """Keep the rows of the pace's window and the one before it, of devices not silent for longer than `silent_s`."""
    since_s = end_s - WINDOW_S
    last_s = history.at_s[history.last_rows]
    is_alive = np.isnan(fates.failed_s) & (last_s >= end_s - max(silent_s, WINDOW_S))
    is_kept = is_alive | (fates.failed_s >= since_s)
    inside = history.at_s >= since_s
    is_before = ~inside & np.append(inside[1:] | (np.diff(history.device) != 0), True)
    keep = (inside | is_before) & is_kept[history.device]
    daily, highest = _thinned(history.take(keep), score[keep])
    lives = daily.device_ids
    number = {name: position for position, name in enumerate(history.device_ids)}
    failed_s = fates.failed_s[[number[life] for life in lives]]
    names = tuple(device_of(life) if np.isnan(at) else life for life, at in zip(lives, failed_s.tolist(), strict=True))
    known = np.unique(marks_of([device_of(life) for life in history.device_ids]))
    kept = History(names, daily.device, daily.at_s, daily.metrics, daily.values)
    return Memory(kept, highest, failed_s, end_s, known)


def join(memory: Memory, history: History) -> Joined:
    """Put what is remembered from before the first reading before the readings, without those who report twice."""
    past = memory.history
    earlier = past.at_s < history.at_s.min()
    names = list(history.device_ids)
    number = {name: position for position, name in enumerate(names)}
    owner = np.empty(len(past.device_ids), np.int64)
    for position, (name, failed_s) in enumerate(zip(past.device_ids, memory.failed_s.tolist(), strict=True)):
        goes_on = failed_s != failed_s and name in number
        owner[position] = number[name] if goes_on else len(names)
        if not goes_on:
            names.append(name)
    failed = np.full(len(names), np.nan)
    failed[owner] = memory.failed_s
    before = past.with_metrics(history.metrics)
    columns = {
        name: np.concatenate([history.values[:, column], before.values[earlier, column]])
        for column, name in enumerate(history.metrics)
    }
    columns[SCORE] = np.concatenate([np.full(len(history), np.nan), memory.score[earlier]])
    device = np.concatenate([history.device, owner[past.device[earlier]]])
    left, rank = np.unique(device, return_inverse=True)
    # Numbers keep their order, so names that repeat (a life that failed) stay apart.
    both = history_from(
        [f"{position:012d}" for position in left.tolist()],
        rank.astype(np.int64),
        np.concatenate([history.at_s, past.at_s[earlier]]),
        columns,
    )
    joined = History(
        tuple(names[position] for position in left.tolist()),
        both.device,
        both.at_s,
        history.metrics,
        both.values[:, :-1],
    )
    return Joined(joined, both.values[:, -1], failed[left])


def is_known(memory: Memory, names: Sequence[str]) -> Mask:
    """Return of each device whether the model learnt from it."""
    return np.isin(marks_of(names), memory.known)


def _thinned(history: History, score: Floats) -> tuple[History, Floats]:
    """Return each device's last row of each day, with the day's highest score."""
    day = np.floor(history.at_s / DAY_S)
    is_last = np.append((np.diff(history.device) != 0) | (np.diff(day) != 0), True) if len(day) else np.zeros(0, bool)
    starts = np.append(0, np.flatnonzero(is_last)[:-1] + 1) if len(day) else np.zeros(0, np.int64)
    highest = np.maximum.reduceat(score, starts) if len(day) else score
    return history.take(is_last), highest
