"""Histories of many devices as columns, in the order of device and time, and until when each was watched.

Rows of a table go in; a History comes out, sorted, with failures beside it. A device that was watched until a moment
and did not fail is censored there: what came later is not known, and is no evidence of health. Knows no features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from predictive.records import Floats, Ints, Mask, PredictiveError

DAY_S = 86_400.0
SILENCE = 0.99
"""A device of a sparse history is silent between changes: the quantile of gaps that is still no sign of leaving."""


class HistoryError(PredictiveError):
    """The columns are no history; the message says what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Rows sorted by device and time. `device` numbers `device_ids`, each of which has a row."""

    device_ids: tuple[str, ...]
    device: Ints  # (n,)
    at_s: Floats  # (n,)
    metrics: tuple[str, ...]
    values: Floats  # (n, m) nan where not measured

    @property
    def first_rows(self) -> Ints:
        """Return the first row of each device."""
        return np.searchsorted(self.device, np.arange(len(self.device_ids)))

    @property
    def last_rows(self) -> Ints:
        """Return the last row of each device."""
        return np.searchsorted(self.device, np.arange(len(self.device_ids)), side="right") - 1

    def __len__(self) -> int:
        return len(self.device)

    def with_metrics(self, names: tuple[str, ...]) -> History:
        """Return the same rows with these metrics in this order; one that is absent was never measured."""
        columns = [
            self.values[:, self.metrics.index(name)] if name in self.metrics else np.full(len(self), np.nan)
            for name in names
        ]
        return History(self.device_ids, self.device, self.at_s, names, np.column_stack(columns))

    def take(self, keep: Mask) -> History:
        """Return the rows that are kept; devices without rows are forgotten."""
        left, device = np.unique(self.device[keep], return_inverse=True)
        return History(
            tuple(self.device_ids[number] for number in left.tolist()),
            device.astype(np.int64),
            self.at_s[keep],
            self.metrics,
            self.values[keep],
        )

    def parts(self, rows: int) -> Iterator[slice]:
        """Yield the rows of whole devices, some `rows` at once."""
        starts = self.first_rows
        begin = 0
        while begin < len(self):
            following = starts[np.searchsorted(starts, begin + rows) :]
            end = int(following[0]) if len(following) else len(self)
            yield slice(begin, end)
            begin = end

    def part(self, rows: slice) -> History:
        """Return the rows of whole devices."""
        first, last = int(self.device[rows.start]), int(self.device[rows.stop - 1])
        names = self.device_ids[first : last + 1]
        return History(names, self.device[rows] - first, self.at_s[rows], self.metrics, self.values[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """Of each device of a History: when it failed, else nan, and until when it was watched."""

    failed_s: Floats  # (d,) nan: not seen to fail
    until_s: Floats  # (d,) the failure, where there is one

    def cut(self, at_s: float) -> Fates:
        """Return what was known at a moment: a later failure was not."""
        known = self.failed_s <= at_s
        return Fates(np.where(known, self.failed_s, np.nan), np.minimum(self.until_s, at_s))

    def take(self, devices: Ints) -> Fates:
        """Return the fates of these devices, in this order."""
        return Fates(self.failed_s[devices], self.until_s[devices])


def history_of(device_ids: Sequence[str], at_s: Floats, metrics: Mapping[str, Floats]) -> History:
    """Sort columns into a History. Rows of one device at one time stay, in the order they came.

    Raises
    ------
    HistoryError
        No rows, no metrics, columns of unequal length, or a time that is none.
    """
    names, device = np.unique(np.asarray(device_ids, dtype=str), return_inverse=True)
    return history_from(names.tolist(), device.astype(np.int64), at_s, metrics)


def history_from(names: Sequence[str], device: Ints, at_s: Floats, metrics: Mapping[str, Floats]) -> History:
    """Do as `history_of`, of devices given by number; each name has a row at least."""
    lengths = {len(device), len(at_s), *(len(column) for column in metrics.values())}
    if not metrics or lengths == {0} or len(lengths) > 1:
        raise HistoryError(f"a history needs rows and metrics of equal length, got {sorted(lengths)}, {len(metrics)}")
    if not np.isfinite(at_s).all():
        raise HistoryError(f"row {int(np.flatnonzero(~np.isfinite(at_s))[0]) + 1} has no time; give each row one")
    ranked = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), np.int64)
    rank[ranked] = np.arange(len(names))
    order = np.lexsort((at_s, rank[device]))
    values = np.empty((len(order), len(metrics)))
    for position, column in enumerate(metrics.values()):
        values[:, position] = np.where(np.isfinite(column), column, np.nan)[order]
    numbers = rank[device][order]
    return History(tuple(names[number] for number in ranked), numbers, at_s[order], tuple(metrics), values)


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """A device that goes on after a failure begins anew, its past forgotten: each row's life, and when lives ended."""

    names: list[str]  # the device's name, # and how many failures it had before
    life: Ints  # (n,) numbers of `names`
    ended: dict[str, float]


def lives_of(names: Sequence[str], device: Ints, at_s: Floats, failures: Mapping[str, Sequence[float]]) -> Lives:
    """Split each device's rows at its failures.

    >>> lives = lives_of(["a"], np.zeros(3, np.int64), np.array([1.0, 2.0, 3.0]), {"a": [2.0], "b": [7.0]})
    >>> lives.names, lives.life.tolist(), lives.ended
    (['a#0', 'a#1'], [0, 0, 1], {'a#0': 2.0})
    """
    times = [(number, at) for number, name in enumerate(names) for at in sorted(failures.get(name, ()))]
    owner = np.array([number for number, _ in times], np.int64)
    moment = np.array([at for _, at in times], np.float64)
    # Rows and failures in one line, a failure after the readings of its moment: so many failures came before a row.
    at = np.concatenate([at_s, moment])
    who = np.concatenate([device, owner])
    is_failure = np.arange(len(at)) >= len(at_s)
    order = np.lexsort((is_failure, at, who))
    counted = np.cumsum(is_failure[order])
    before = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(names)))])[who[order]]
    number = np.empty(len(at), np.int64)
    number[order] = counted - before
    pairs, life = np.unique(np.column_stack([device, number[: len(at_s)]]), axis=0, return_inverse=True)
    found = [f"{names[int(owned)]}#{int(nth)}" for owned, nth in pairs]
    known = set(found)
    # A failure counts itself.
    ends = zip(owner.tolist(), (number[len(at_s) :] - 1).tolist(), moment.tolist(), strict=True)
    ended = {f"{names[owned]}#{nth}": moment for owned, nth, moment in ends if f"{names[owned]}#{nth}" in known}
    return Lives(found, life.reshape(-1).astype(np.int64), ended)


def fates_of(history: History, failures: Mapping[str, float], *, until: Mapping[str, float] | None = None) -> Fates:
    """Return each device's fate; where nobody says until when it was watched, by how long the fleet is silent."""
    failed = np.array([failures.get(name, np.nan) for name in history.device_ids])
    last = history.at_s[history.last_rows]
    gaps = np.diff(history.at_s)[np.diff(history.device) == 0]
    silence = float(np.quantile(gaps, SILENCE)) if len(gaps) else 0.0
    watched = np.minimum(last + silence, max(float(last.max()), np.nanmax(failed, initial=-np.inf)))
    if until is not None:
        watched = np.array([until.get(name, end) for name, end in zip(history.device_ids, watched, strict=True)])
    return Fates(failed, np.where(np.isnan(failed), np.maximum(watched, last), failed))
