"""The whole path from readings to alerts, for any number of devices.

Readings and the time go in; what became of them, anomalies and changed alerts come out. Its state can be carried away
as bytes and taken up again. Keeps no clock, stores nothing, and does not know what a ticket is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from predictive.alerts import SURE_DETECTORS, AlertBook, AlertOptions
from predictive.band import Band, band_at
from predictive.control_chart import WarmUp
from predictive.detector import ANOMALOUS, Verdict, build_ensemble, default_detectors
from predictive.episode_values import episode_values, episodes_from
from predictive.evidence import Evidence, EvidenceOptions
from predictive.fleet import Fleet, SeriesView, fleet_of, views_of
from predictive.peer_groups import PeerGroups
from predictive.prognosis import foresee_crossing
from predictive.records import (
    Alert,
    Anomaly,
    Batch,
    Columns,
    Dropped,
    Floats,
    Limit,
    Mask,
    Measurement,
    Observation,
    PredictiveError,
    Prognosis,
    SeriesPoints,
    State,
    StateMismatch,
)
from predictive.series import codes_of_lists, distinct_of_lists
from predictive.silence import patience_s, silent_rows
from predictive.snapshot import Snapshot, pack, unpack
from predictive.stream import Stream, StreamOptions
from predictive.units import limit_in_unit
from predictive.window import RecentWindow, WindowOptions

RESTART_S = 86_400.0  # a machine that stood still for so long may come back at another load or in another place


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """Everything about a monitor that a person may set."""

    stream: StreamOptions = field(default_factory=StreamOptions)
    evidence: EvidenceOptions = field(default_factory=EvidenceOptions)
    alerts: AlertOptions = field(default_factory=AlertOptions)
    # What a series must have sent before its values may open an alert; that it is missing is known by its cadence.
    learning: WarmUp = field(default_factory=WarmUp)
    window: WindowOptions = field(default_factory=WindowOptions)
    detectors: Mapping[str, Mapping[str, object]] = field(default_factory=default_detectors)  # name -> options
    limits: Mapping[str, Limit] = field(default_factory=dict)  # by metric


class Monitor:
    """Follows many series and keeps one alert a device and episode.

    >>> monitor = Monitor()
    >>> at = datetime(2026, 5, 1, tzinfo=UTC)
    >>> monitor.observe([Measurement("AC-1", "power", at, 900.0, "W")], received_at=at).accepted
    1
    """

    def __init__(self, options: MonitorOptions | None = None) -> None:
        self.options = MonitorOptions() if options is None else options
        detectors = {name: dict(chosen) for name, chosen in self.options.detectors.items()}
        if "threshold" in detectors and self.options.limits:
            detectors["threshold"]["limits"] = self.options.limits
        self._ensemble = build_ensemble(detectors)
        self._stream = Stream(self.options.stream)
        sure = [code for code, name in enumerate(self._ensemble.names) if name in SURE_DETECTORS]
        self._evidence = Evidence(self.options.evidence, learning=self.options.learning, sure=sure)
        self._window = RecentWindow(self.options.window)
        self._book = AlertBook(self.options.alerts, detectors=self._ensemble.names)
        self._peer_groups = PeerGroups(self._ensemble, self._stream.table)
        self._introduced = 0

    @property
    def compares_models(self) -> bool:
        """Return whether a detector compares the devices of one model; if none does, `tell_models` changes nothing."""
        return self._peer_groups.are_wanted

    def tell_models(self, models: Mapping[str, str]) -> None:
        """Say of what model each device is, by id, in place of all that was said before; of one that is not named, or
        whose model is empty, it is not known. A device may be named before it sends anything."""
        self._peer_groups.tell(models)

    def observe(self, measurements: Sequence[Measurement], *, received_at: datetime) -> Observation:
        """Take in readings as records; see `observe_columns`."""
        columns = Columns(
            [measurement.device_id for measurement in measurements],
            [measurement.metric for measurement in measurements],
            np.array([_seconds(measurement.at) for measurement in measurements], dtype=np.float64),
            np.array([measurement.value for measurement in measurements], dtype=np.float64),
            [measurement.unit for measurement in measurements],
        )
        return self.observe_columns(columns, received_at=received_at)

    def observe_columns(self, columns: Columns, *, received_at: datetime) -> Observation:
        """Take in one request's readings: judge each tick, learn it, and say which alerts changed."""
        admission = self._stream.admit(columns, received_at_s=_seconds(received_at))
        warnings = self._introduce()
        anomalies: list[Anomaly] = []
        changed: dict[str, Alert] = {}
        for batch in admission.batches:
            self._learn(batch, anomalies, changed)
        return Observation(
            accepted=admission.accepted,
            duplicates=admission.duplicates,
            late=len(admission.late),
            rejected=admission.rejected,
            anomalies=tuple(anomalies),
            alerts=tuple(changed.values()),
            future=admission.future,
            warnings=warnings,
        )

    def advance(self, now: datetime) -> tuple[Alert, ...]:
        """Let time pass without readings: hand out those that waited, notice devices gone silent."""
        now_s = _seconds(now)
        changed: dict[str, Alert] = {}
        for batch in self._stream.flush(now_s=now_s):
            self._learn(batch, [], changed)
        for alert in self._notice_silence(now_s):
            changed[alert.key] = alert
        return tuple(changed.values())

    def start_anew(self, device_id: str, *, at: datetime) -> tuple[Alert, ...]:
        """Forget what is normal for a device that was repaired or changed; return its alerts that are over by that."""
        rows = np.array(self._stream.table.rows_of(device_id), dtype=np.int64)
        if len(rows) == 0:
            return ()
        table, evidence = self._stream.table, self._evidence
        closed = self._book.close(table.device_code(device_id), at_s=_seconds(at), table=table, evidence=evidence)
        self._ensemble.forget(rows)
        evidence.forget(rows)
        return tuple(closed)

    def fleet(self, now: datetime) -> Fleet:
        """Return how every device is."""
        now_s = _seconds(now)
        silent = np.flatnonzero(now_s - self._stream.newest_s() > patience_s(self._stream))
        table, stream = self._stream.table, self._stream
        dropped = stream.tally.sums(len(table.devices))
        newest_s = stream.newest_s()
        return fleet_of(
            table, evidence=self._evidence, book=self._book, newest_s=newest_s, silent=silent, dropped=dropped
        )

    def dropped(self, device_id: str) -> Dropped:
        """Return how many readings of a device were not taken, and why."""
        code = self._stream.table.device_code_or(device_id, -1)
        return Dropped() if code < 0 else self._stream.tally.of(code)

    def views(self, device_id: str) -> tuple[SeriesView, ...]:
        """Return what is seen of a device's metrics, in the order of `metrics_of`."""
        table = self._stream.table
        rows = np.array(table.rows_of(device_id), dtype=np.int64)
        latest = [self._window.points(row) for row in rows.tolist()]
        batch = None
        if len(rows) and all(len(points.at_s) for points in latest):
            newest = np.array([[points.at_s[-1], points.values[-1]] for points in latest])
            batch = Batch(rows, newest[:, 0], newest[:, 1])
        return views_of(rows, table=table, evidence=self._evidence, ensemble=self._ensemble, batch=batch)

    def bands(self, device_id: str, at_s: Floats) -> tuple[Band, ...]:
        """Return which values of a device's metrics, in the order of `metrics_of`, are usual at some times, by
        what is known now."""
        rows = np.array(self._stream.table.rows_of(device_id), dtype=np.int64)
        return tuple(band_at(self._ensemble, rows, at_s=float(moment_s)) for moment_s in at_s)

    def alerts(self) -> tuple[Alert, ...]:
        """Return the latest alert of every device that had one."""
        return self._book.alerts()

    def metrics_of(self, device_id: str) -> tuple[str, ...]:
        """Return what a device was seen to measure, in order of appearance; nothing for an unknown device."""
        table = self._stream.table
        return tuple(table.metrics[row] for row in table.rows_of(device_id))

    def series_window(self, device_id: str, metric: str, *, hours: float | None = None) -> SeriesPoints:
        """Return the recent points of a series, at most `hours` back from its newest; none for an unknown series."""
        row = self._stream.table.find(device_id, metric)
        if row < 0:
            return SeriesPoints(device_id, metric, "", np.zeros(0), np.zeros(0))
        points = self._window.points(row)
        unit = self._stream.table.units[row]
        if hours is None or len(points.at_s) == 0:
            return SeriesPoints(device_id, metric, unit, points.at_s, points.values)
        recent = points.at_s >= points.at_s[-1] - hours * 3600.0
        return SeriesPoints(device_id, metric, unit, points.at_s[recent], points.values[recent])

    def snapshot(self) -> bytes:
        """Return everything learned, as bytes that `restore` reads."""
        return b"".join(self.snapshot_frames())

    def snapshot_frames(self) -> tuple[bytes, ...]:
        """Return the same in pieces: a large fleet's state is too large for one."""
        header = {
            "detectors": list(self._ensemble.names),
            "series": self._stream.table.names(),
            "episodes": episode_values(self._book.episodes),
            "silences": episode_values(self._book.silences),
            **self._peer_groups.values(),
        }
        arrays = ((f"{part}/{name}", state[name]) for part, state in self._states() for name in sorted(state))
        return pack(header, arrays)

    @classmethod
    def restore(cls, content: bytes, *, options: MonitorOptions | None = None) -> Monitor:
        """Return the monitor that wrote the snapshot, with `options`; limits may differ, detectors may not.

        Raises:
            StateMismatch: not a snapshot, or of another version, or of other detectors or windows.
        """
        monitor = cls(options)
        snapshot = unpack(content)
        header: dict[str, object] = dict(snapshot.header)
        if header.get("detectors") != list(monitor._ensemble.names):
            raise StateMismatch(
                f"snapshot is of detectors {header.get('detectors')}, options name {list(monitor._ensemble.names)}; "
                "use the same detectors or start afresh"
            )
        monitor._take_up(snapshot)
        return monitor

    def _take_up(self, snapshot: Snapshot) -> None:
        states: dict[str, dict[str, np.typing.NDArray[np.generic]]] = {}
        try:
            for path, array in snapshot.arrays.items():
                part, _, name = path.rpartition("/")
                states.setdefault(part, {})[name] = array
            if set(states) - {"series"} != {part for part, _ in self._states()} - {"series"}:
                raise KeyError(", ".join(sorted(states)))
            self._take_up_series(states.pop("series", None), snapshot.header["series"])  # type: ignore[arg-type]
            self._stream.restore(states.pop("stream"))
            self._book.episodes = episodes_from(snapshot.header["episodes"])  # type: ignore[arg-type]
            self._book.silences = episodes_from(snapshot.header["silences"])  # type: ignore[arg-type]
        except KeyError as error:
            raise StateMismatch(f"the snapshot lacks or has too much of {error}; start afresh") from error
        self._window.restore(states["window"])
        self._evidence.restore(states["evidence"])
        for detector in self._ensemble.detectors:
            detector.restore(states[f"detector/{detector.name}"])
        self._introduce()
        self._peer_groups.take_up(snapshot.header)

    def _take_up_series(self, state: State | None, names: Mapping[str, list[str]]) -> None:
        """Restore the table of series; version 1 kept its names by row and no codes."""
        if state is None:
            state, names = codes_of_lists(names), distinct_of_lists(names)
        self._stream.table.restore(state, names)

    def _states(self) -> Iterator[tuple[str, State]]:
        """Yield the state of one part after the other, so that one at a time is held twice."""
        yield "series", self._stream.table.state()
        yield "stream", self._stream.state()
        yield "window", self._window.state()
        yield "evidence", self._evidence.state()
        for detector in self._ensemble.detectors:
            yield f"detector/{detector.name}", detector.state()

    def _introduce(self) -> tuple[str, ...]:
        table, warnings = self._stream.table, []
        for row in range(self._introduced, len(table)):
            try:
                self._ensemble.introduce(
                    row, metric=table.metrics[row], unit=table.units[row], device=int(table.device_of[row])
                )
            except PredictiveError as error:
                warnings.append(f"{table.device_ids[row]}: {error}")
            self._peer_groups.place(row)
        self._introduced = len(table)
        return tuple(warnings)

    def _learn(self, batch: Batch, anomalies: list[Anomaly], changed: dict[str, Alert]) -> None:
        self._start_anew_after_pauses(batch)
        verdict = self._ensemble.judge(batch)
        self._ensemble.learn(batch)
        self._window.learn(batch)
        anomalies.extend(self._anomalies(batch, verdict))
        started = self._evidence.learn(batch, verdict)
        for alert in self._update_book(batch, started):
            changed[alert.key] = alert

    def _start_anew_after_pauses(self, batch: Batch) -> None:
        """Forget what is normal for series that paused for longer than they had been watched: it is not known then."""
        rows, evidence = batch.series[batch.series < self._evidence.used], self._evidence
        paused_s = batch.at_s[batch.series < self._evidence.used] - evidence["newest_s"][rows]
        watched_s = evidence["newest_s"][rows] - evidence["first_s"][rows]
        restarted = rows[np.isfinite(paused_s) & (paused_s >= RESTART_S) & (paused_s > watched_s)]
        if len(restarted):
            self._ensemble.forget(restarted)
            evidence.forget(restarted)

    def _anomalies(self, batch: Batch, verdict: Verdict) -> list[Anomaly]:
        table = self._stream.table
        return [
            Anomaly(
                device_id=table.device_ids[row],
                metric=table.metrics[row],
                at=datetime.fromtimestamp(float(batch.at_s[index]), UTC),
                detector=self._ensemble.names[verdict.detector[index]],
                observed=float(batch.values[index]),
                expected=float(verdict.expected[index]),
                score=float(verdict.score[index]),
            )
            for index in np.flatnonzero(verdict.score >= ANOMALOUS).tolist()
            for row in [int(batch.series[index])]
        ]

    def _update_book(self, batch: Batch, started: Mask) -> list[Alert]:
        table, book = self._stream.table, self._book
        alerts: list[Alert] = []
        concerned = book.open_devices()
        if len(concerned):
            at_s = _device_times(table.device_of[batch.series], batch, concerned)
            alerts += book.heard(at_s, newest_s=self._stream.newest_s())
            alerts += book.calm(at_s, table=table, evidence=self._evidence)
            retold = book.refresh(at_s, table=table, evidence=self._evidence)
            alerts += [self._foresee(alert) for alert in retold]
        if started.any():
            rows = dict(zip(batch.series[started].tolist(), batch.at_s[started].tolist(), strict=True))
            alerts += [self._foresee(alert) for alert in book.fire(rows, table=table, evidence=self._evidence)]
        return alerts

    def _foresee(self, alert: Alert) -> Alert:
        """Say when a reason's metric will cross its limit, where it has a measurable trend; the soonest counts."""
        soonest = Prognosis(None, None)
        for reason in alert.reasons:
            limit = self.options.limits.get(reason.metric)
            if limit is None:
                continue
            points = self.series_window(alert.device_id, reason.metric)
            scaled = limit_in_unit(limit, points.unit)
            ahead = foresee_crossing(points.at_s, points.values, limit=scaled, since_s=reason.since.timestamp())
            if ahead.horizon_h is not None and (soonest.horizon_h is None or ahead.horizon_h < soonest.horizon_h):
                soonest = ahead
        if soonest == alert.prognosis:
            return alert
        return self._book.foresee(self._stream.table.device_code(alert.device_id), soonest)

    def _notice_silence(self, now_s: float) -> list[Alert]:
        table, alerts = self._stream.table, list[Alert]()
        for code, reasons in silent_rows(self._stream, now_s=now_s).items():
            alerts += self._book.silence(code, reasons=reasons, at_s=now_s, table=table)
        return alerts


def _device_times(
    codes: np.typing.NDArray[np.int64], batch: Batch, concerned: np.typing.NDArray[np.int64]
) -> dict[int, float]:
    """Return the batch's newest time of each concerned device that is in it."""
    newest: dict[int, float] = {}
    for index in np.flatnonzero(np.isin(codes, concerned)).tolist():
        code, at_s = int(codes[index]), float(batch.at_s[index])
        newest[code] = max(at_s, newest.get(code, at_s))
    return newest


def _seconds(at: datetime) -> float:
    if at.tzinfo is None:
        raise PredictiveError(f"time {at.isoformat()} has no zone; give an aware datetime")
    return at.timestamp()
