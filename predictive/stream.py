"""Readings in, ordered ticks out.

A request's columns go in with the time it was received; batches of at most one reading a series come out, oldest first,
with what was dropped and why. Bounded series, one unit a series, no reading twice, none from a clock that is not set.
Does not know the time of day, nor what a value should be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.names import coded
from predictive.records import ONLINE, Batch, Columns, Floats, Ints, Mask, Rejection, SeriesFull, State, Values
from predictive.series import NO_UNIT, NO_UNIT_CODE, UNKNOWN, SeriesName, SeriesTable
from predictive.tally import Tally
from predictive.units import conversion

# Clocks without battery start at 1970-01-01, 1980-01-06 (GPS) or 2000-01-01 (most RTC chips).
EARLIEST_AT_S = datetime(2001, 1, 1, tzinfo=UTC).timestamp()
RECENT_TIMES = 64  # source times kept a series, to tell a repeated reading from a late one; neither is learned
CADENCE_RATE = 0.1  # share of a new interval in the learned cadence; it settles within about 20 readings
LONGEST_FORGET = 0.9995  # by half in about 1,400 readings
UNIT_LENGTH = 32  # the longest names in use have about 12
CADENCE_WARM_UP = 10  # intervals seen before a cadence counts as known


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What is taken from gateways."""

    max_series: int = 1_000_000
    allowed_lateness_s: float = 0.0  # readings wait this long for earlier ones; 0: ticks are out at once
    future_tolerance_s: float = (
        900.0  # gateways' clocks differ; NTP keeps them within seconds, hand-set ones in minutes
    )
    tick_s: float = 60.0  # readings of one tick lie within one such interval


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a request: ticks to learn from and what was not taken."""

    batches: tuple[Batch, ...]
    accepted: int
    duplicates: int
    late: tuple[int, ...]  # indices, given back
    rejected: tuple[Rejection, ...]  # by index
    future: int = 0  # of the rejected, those from a clock that goes ahead


@dataclass(frozen=True, slots=True)
class _Readings:
    series: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    at_s: Floats = field(default_factory=lambda: np.zeros(0))
    values: Floats = field(default_factory=lambda: np.zeros(0))
    received_s: Floats = field(default_factory=lambda: np.zeros(0))

    def where(self, kept: Mask | Ints) -> _Readings:
        return _Readings(self.series[kept], self.at_s[kept], self.values[kept], self.received_s[kept])

    def and_then(self, other: _Readings) -> _Readings:
        return _Readings(
            np.concatenate([self.series, other.series]),
            np.concatenate([self.at_s, other.at_s]),
            np.concatenate([self.values, other.values]),
            np.concatenate([self.received_s, other.received_s]),
        )


class Stream:
    """Admits readings and orders them.

    >>> stream = Stream(StreamOptions())
    >>> hour = 1_700_000_000.0
    >>> twice = Columns(["a", "a"], ["power", "power"], np.array([hour, hour]), np.array([5.0, 5.0]))
    >>> admission = stream.admit(twice, received_at_s=hour)
    >>> admission.accepted, admission.duplicates
    (1, 1)
    """

    def __init__(self, options: StreamOptions) -> None:
        self.options = options
        self.table = SeriesTable(limit=options.max_series)
        self.tally = Tally()
        self._pending = _Readings()
        self._away: dict[int, float] = {}  # device code -> since when a gateway says that it is not connected
        self._cells = SeriesArrays(
            {
                "newest_s": Column(fill=-np.inf),  # newest source time seen
                "released_s": Column(fill=-np.inf),  # newest source time handed out
                "cadence_s": Column(fill=0.0, dtype="f4"),
                "intervals": Column(fill=0.0, dtype="f4"),
                "longest_s": Column(fill=0.0, dtype="f4"),  # longest interval between readings, slowly forgotten
                "lag_s": Column(fill=np.inf, dtype="f4"),  # received minus source time of the newest reading
                "recent": Column(width=RECENT_TIMES, dtype="u2"),  # source times, hashed: one late reading in a
                # thousand is called repeated; either is left out
                "slot": Column(dtype="u1"),  # of `recent` that is written next
            }
        )

    def admit(self, columns: Columns, *, received_at_s: float) -> Admission:
        """Check, convert, deduplicate and order a request's readings."""
        reasons: dict[int, Rejection] = {}
        usable = self._check_numbers(columns, received_at_s, reasons)
        series = self._find_series(columns, usable, reasons)
        self._cells.touch(series)
        values = self._convert_units(columns, series, usable, reasons)
        indices = np.flatnonzero(usable)
        at_s = np.asarray(columns.at_s, dtype=np.float64)[indices]
        fresh = _Readings(series[indices], at_s, values[indices], np.full(len(indices), received_at_s))
        repeated, late = self._find_stale(fresh)
        kept = ~(repeated | late)
        self._count_dropped(columns, fresh, repeated, late, reasons)
        batches = self._release(fresh.where(kept), received_at_s)
        return Admission(
            batches=batches,
            accepted=int(kept.sum()),
            duplicates=int(repeated.sum()),
            late=tuple(int(index) for index in indices[late]),
            rejected=tuple(reasons[index] for index in sorted(reasons)),
            future=int(np.sum(np.asarray(columns.at_s) > received_at_s + self.options.future_tolerance_s)),
        )

    def _count_dropped(
        self, columns: Columns, fresh: _Readings, repeated: Mask, late: Mask, reasons: dict[int, Rejection]
    ) -> None:
        device_of, table = self.table.device_of, self.table
        self.tally.add("duplicates", device_of[fresh.series[repeated]])
        self.tally.add("late", device_of[fresh.series[late]])
        refused = {"future": list[int](), "refused": list[int]()}
        for index, rejection in reasons.items():
            code = table.device_code_or(columns.device_ids[index], UNKNOWN)
            if code >= 0:
                refused["future" if rejection.kind == "at_future" else "refused"].append(code)
        self.tally.add("future", np.array(refused["future"], dtype=np.int64))
        self.tally.add("refused", np.array(refused["refused"], dtype=np.int64))

    def flush(self, *, now_s: float) -> tuple[Batch, ...]:
        """Hand out readings that have waited for `allowed_lateness_s` since they came, however old they are."""
        return self._hand_out(self._pending.received_s <= now_s - self.options.allowed_lateness_s)

    def cadence_s(self) -> Floats:
        """Return the learned interval between readings by row, nan while it is not known."""
        known = (self._cells["intervals"][: len(self.table)] >= CADENCE_WARM_UP) & ~self.table.measures(ONLINE)
        return np.where(known, self._cells["cadence_s"][: len(self.table)], np.nan)

    def longest_s(self) -> Floats:
        """Return the longest interval between readings by row."""
        return self._cells["longest_s"][: len(self.table)]

    def newest_s(self) -> Floats:
        """Return the newest source time by row."""
        return self._cells["newest_s"][: len(self.table)]

    def lag_s(self) -> Floats:
        """Return how old the newest reading was when it came, by row: large for a backfill."""
        return self._cells["lag_s"][: len(self.table)]

    def away_s(self) -> Floats:
        """Return since when the device of each row is said not to be connected, nan where it is not said."""
        devices = np.full(len(self.table.devices), np.nan)
        devices[list(self._away)] = list(self._away.values())
        return np.where(self.table.measures(ONLINE), np.nan, devices[self.table.device_of])

    def state(self) -> State:
        """Return the arrays; the names are in `table.state()`."""
        waiting = {
            "away_device": np.fromiter(self._away.keys(), np.int64, len(self._away)),
            "away_s": np.fromiter(self._away.values(), np.float64, len(self._away)),
            "pending_series": self._pending.series,
            "pending_at_s": self._pending.at_s,
            "pending_values": self._pending.values,
            "pending_received_s": self._pending.received_s,
        }
        dropped = {f"dropped_{name}": array for name, array in self.tally.state().items()}
        return {**self._cells.state(), **waiting, **dropped}

    def restore(self, state: State) -> None:
        """Take over `state`; the table of series is restored apart from it."""
        arrays = dict(state)
        dropped = {name: arrays.pop(name) for name in list(arrays) if name.startswith("dropped_")}
        if dropped:
            self.tally.restore({name.removeprefix("dropped_"): array for name, array in dropped.items()})
        if "released" in arrays:  # of snapshots before there was `slot`
            arrays["slot"] = arrays.pop("released") % RECENT_TIMES
        names_of = ("series", "at_s", "values", "received_s")
        series, at_s, values, received_s = (np.asarray(arrays.pop(f"pending_{name}")) for name in names_of)
        self._pending = _Readings(
            series.astype(np.int64), at_s.astype(np.float64), values.astype(np.float64), received_s.astype(np.float64)
        )
        devices, since_s = arrays.pop("away_device"), arrays.pop("away_s")
        self._away = dict(zip(devices.tolist(), since_s.tolist(), strict=True))
        self._cells.restore(arrays)

    def _check_numbers(self, columns: Columns, received_at_s: float, reasons: dict[int, Rejection]) -> Mask:
        at_s, values = np.asarray(columns.at_s, dtype=np.float64), np.asarray(columns.values, dtype=np.float64)
        latest = received_at_s + self.options.future_tolerance_s
        not_number = ~np.isfinite(values)
        no_time = ~np.isfinite(at_s)
        with np.errstate(invalid="ignore"):
            early = ~no_time & (at_s < EARLIEST_AT_S)
            future = ~no_time & (at_s > latest)
        told = f"at is later than {_iso(latest)}; set the gateway's clock"
        _note(reasons, future, told, "at_future", ("latest", _iso(latest)))
        _note(reasons, early, "at is before 2001: the gateway's clock is not set; set it and send again", "at_early")
        _note(reasons, no_time, "at is not a time", "at_finite")
        _note(reasons, not_number, "value is not a finite number", "value_finite")
        return ~(not_number | no_time | early | future)

    def _find_series(self, columns: Columns, usable: Mask, reasons: dict[int, Rejection]) -> Ints:
        series = self.table.find_all(columns.device_ids, columns.metrics)
        for index in np.flatnonzero((series < 0) & usable).tolist():
            try:
                series[index] = self.table.add(columns.device_ids[index], columns.metrics[index])
            except (SeriesFull, SeriesName) as error:
                reasons[index] = Rejection(index, str(error), error.kind, error.values)
                usable[index] = False
        return series

    def _convert_units(self, columns: Columns, series: Ints, usable: Mask, reasons: dict[int, Rejection]) -> Floats:
        values = np.array(columns.values, dtype=np.float64)
        if not columns.units:
            return values
        units = coded(columns.units)
        sent, names = units.codes, [unit[:UNIT_LENGTH] for unit in units.distinct]
        self._adopt_units(series, sent, names, usable)
        kept = np.full(len(series), NO_UNIT_CODE)
        kept[usable] = self.table.unit_of[series[usable]]
        codes = np.array([self.table.unit_code(name) for name in names])[sent]
        differs = np.flatnonzero(usable & (codes != NO_UNIT_CODE) & (codes != kept))
        unit_names = self.table.unit_names
        pairs = sent[differs] * len(unit_names) + kept[differs]
        for pair in np.unique(pairs).tolist():
            source, unit = names[pair // len(unit_names)], unit_names[pair % len(unit_names)]
            of_pair = differs[pairs == pair]
            known = conversion(source, unit)
            if known is not None:
                values[of_pair] = values[of_pair] * known.factor + known.offset
                continue
            usable[of_pair] = False
            reason = f"unit {source!r} cannot be brought to this series' unit {unit!r}"
            told: Values = (("given", repr(source)), ("own", repr(unit)))
            reasons.update({index: Rejection(index, reason, "unit_differs", told) for index in of_pair.tolist()})
        return values

    def _adopt_units(self, series: Ints, sent: Ints, names: Sequence[str], usable: Mask) -> None:
        """Give each series without a unit the first one sent for it."""
        named = np.array([name != NO_UNIT for name in names])[sent]
        wanting = np.flatnonzero(usable & named)
        wanting = wanting[self.table.unit_of[series[wanting]] == NO_UNIT_CODE]
        rows, first = np.unique(series[wanting], return_index=True)
        chosen = sent[wanting[first]]
        for code in np.unique(chosen).tolist():
            self.table.set_unit(rows[chosen == code], names[code])

    def _find_stale(self, fresh: _Readings) -> tuple[Mask, Mask]:
        """Tell which readings were seen before, and which come after their series has moved on."""
        old = fresh.at_s <= self._cells["released_s"][fresh.series]
        seen = np.zeros(len(fresh.series), dtype=np.bool_)
        rows = np.flatnonzero(old)
        seen[rows] = (self._cells["recent"][fresh.series[rows]] == _hashed(fresh.at_s[rows])[:, None]).any(axis=1)
        late = old & ~seen
        waiting = self._pending.and_then(fresh)
        order = np.lexsort((waiting.at_s, waiting.series))  # stable: what waits already comes first
        again = np.zeros(len(order), dtype=np.bool_)
        same = (np.diff(waiting.series[order]) == 0) & (np.diff(waiting.at_s[order]) == 0)
        again[order[1:][same]] = True
        repeated = seen | again[len(self._pending.series) :]
        return repeated, late & ~repeated

    def _release(self, fresh: _Readings, received_at_s: float) -> tuple[Batch, ...]:
        newest = self._cells["newest_s"]
        np.maximum.at(newest, fresh.series, fresh.at_s)
        self._cells["lag_s"][fresh.series] = received_at_s - newest[fresh.series]
        self._pending = self._pending.and_then(fresh)
        watermark = newest[self._pending.series] - self.options.allowed_lateness_s
        return self._hand_out(self._pending.at_s <= watermark)

    def _hand_out(self, ready: Mask) -> tuple[Batch, ...]:
        batches = tuple(_ticks(self._pending.where(ready), self.options.tick_s))
        self._pending = self._pending.where(~ready)
        for batch in batches:
            self._learn_cadence(batch)
        return tuple(measured for batch in batches if len((measured := self._measured(batch)).series))

    def _measured(self, batch: Batch) -> Batch:
        """Return what was measured; note what was said of connections."""
        said = self.table.measures(ONLINE, batch.series)
        if not said.any():
            return batch
        devices = self.table.device_of[batch.series[said]].tolist()
        for device, at_s, value in zip(devices, batch.at_s[said].tolist(), batch.values[said].tolist(), strict=True):
            if value > 0:
                self._away.pop(device, None)
            else:
                self._away[device] = at_s
        return Batch(batch.series[~said], batch.at_s[~said], batch.values[~said])

    def _learn_cadence(self, batch: Batch) -> None:
        rows, cells = batch.series, self._cells
        interval = batch.at_s - cells["released_s"][rows]
        known = np.isfinite(interval)
        cadence, intervals = cells["cadence_s"][rows], cells["intervals"][rows]
        # A gap is one long interval: it may stretch the cadence by half at most.
        step = np.where(intervals > 0, np.minimum(interval, 1.5 * cadence), interval)
        rate = np.maximum(1.0 / (intervals + 1.0), CADENCE_RATE)
        cells["cadence_s"][rows] = np.where(known, cadence + rate * (np.where(known, step, 0.0) - cadence), cadence)
        cells["intervals"][rows] = intervals + known
        longest = cells["longest_s"][rows] * LONGEST_FORGET
        cells["longest_s"][rows] = np.where(known, np.maximum(longest, interval), longest)
        cells["released_s"][rows] = batch.at_s
        slot = cells["slot"][rows].astype(np.int64)
        cells["recent"][rows, slot] = _hashed(batch.at_s)
        cells["slot"][rows] = (slot + 1) % RECENT_TIMES


def _ticks(readings: _Readings, tick_s: float) -> Iterator[Batch]:
    """Cut readings into batches: by interval first, then by each series' order inside it."""
    if len(readings.series) == 0:
        return
    bucket = np.floor(readings.at_s / tick_s)
    ordered = np.lexsort((readings.at_s, readings.series, bucket))
    series, slot = readings.series[ordered], bucket[ordered]
    starts = np.flatnonzero(np.r_[True, (np.diff(series) != 0) | (np.diff(slot) != 0)])
    rank = np.arange(len(series)) - np.repeat(starts, np.diff(np.r_[starts, len(series)]))
    by_tick = np.lexsort((series, rank, slot))
    picked = ordered[by_tick]
    cuts = np.flatnonzero((np.diff(slot[by_tick]) != 0) | (np.diff(rank[by_tick]) != 0)) + 1
    for part in np.split(picked, cuts):
        yield Batch(readings.series[part], readings.at_s[part], readings.values[part])


def _hashed(at_s: Floats) -> Ints:
    """Return 16 bits of each time in milliseconds, spread by Knuth's multiplicative hash (TAOCP 3, 6.4)."""
    milliseconds = np.round(at_s * 1e3).astype(np.int64) & 0xFFFF_FFFF
    return (milliseconds * 2_654_435_761 >> 16) & 0xFFFF


def _note(reasons: dict[int, Rejection], refused: Mask, reason: str, kind: str, *values: tuple[str, object]) -> None:
    for index in np.flatnonzero(refused).tolist():
        reasons[index] = Rejection(index, reason, kind, values)


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
