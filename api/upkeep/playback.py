"""A file of readings in, what the monitor would have seen as time passed out: courses, bands as they were then, alerts.

Everything is judged before it is learned, by a fresh monitor, and nothing is kept. Reads NDJSON, wide csv
(timestamp,<metric>...) and long csv (device_id,metric,at,value). Shows the series that alerts name first.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from api.errors import Problem, say
from api.ingest import parse_telemetry
from api.tickets import ticket_of
from predictive.records import Alert, Columns, Floats, Ints, PredictiveError

if TYPE_CHECKING:
    from predictive import Monitor

NDJSON = "application/x-ndjson"
PARTS = 240
"""Steps of a replay: more than a scrubber 700 px wide has stops worth telling apart."""
FEWEST_AT_ONCE, MOST_AT_ONCE = 50, 5_000
MOST_READINGS = 400_000
"""About half a minute on two cores, and 60 MB while it is worked."""
SERIES_SHOWN = 12
POINTS_SHOWN = 600
BANDS_SHOWN = 60
DEVICES_BANDED = 40
"""Bands are worked out for so many devices; a file of more shows readings and alerts alone."""
LONG_COLUMNS = {"device_id", "metric", "at", "value"}


@dataclass(frozen=True, slots=True)
class PlayedSeries:
    """One series, thinned; the band is as it was at its times."""

    device_id: str
    metric: str
    unit: str
    at_s: Floats
    values: Floats
    strange: tuple[bool, ...]  # aligned: the reading was called anomalous when it came
    band_at_s: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class PlayedAlert:
    """An alert as it was told at a time."""

    at_s: float
    key: str
    device_id: str
    metric: str
    change: str  # opened | updated | resolved
    severity: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Playback:
    series: tuple[PlayedSeries, ...]
    alerts: tuple[PlayedAlert, ...]
    readings: int
    devices: int
    hidden: int  # series that are not shown
    rejected: int
    first_rejection: str


@dataclass(slots=True)
class _Seen:
    """What is gathered of one series while it plays."""

    unit: str = ""
    at_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    strange: set[float] = field(default_factory=set)
    bands: list[tuple[float, float, float]] = field(default_factory=list)


class _Player:
    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.seen: dict[tuple[str, str], _Seen] = {}
        self.alerts: list[PlayedAlert] = []
        self.rejected = 0
        self.first_rejection = ""
        self._states: dict[str, tuple[str, str, frozenset[str]]] = {}

    def play(self, columns: Columns, *, is_banded: bool) -> None:
        newest_s = float(columns.at_s.max())
        received_at = datetime.fromtimestamp(newest_s, UTC)
        observation = self.monitor.observe_columns(columns, received_at=received_at)
        for rejection in observation.rejected:
            self.refuse(rejection.reason)
        units = columns.units or [""] * len(columns.metrics)
        for device_id, metric, at_s, value, unit in zip(
            columns.device_ids, columns.metrics, columns.at_s.tolist(), columns.values.tolist(), units, strict=True
        ):
            seen = self.seen.setdefault((device_id, metric), _Seen())
            seen.unit = seen.unit or unit
            seen.at_s.append(at_s)
            seen.values.append(value)
        for anomaly in observation.anomalies:
            self.seen[anomaly.device_id, anomaly.metric].strange.add(anomaly.at.timestamp())
        for alert in (*observation.alerts, *self.monitor.advance(received_at)):
            self._tell(alert)
        if is_banded:
            self._band(newest_s)

    def refuse(self, reason: str) -> None:
        self.rejected += 1
        self.first_rejection = self.first_rejection or reason

    def _tell(self, alert: Alert) -> None:
        """Note an alert where a person would read something new."""
        told = (alert.state, alert.severity, frozenset(reason.metric for reason in alert.reasons))
        before = self._states.get(alert.key)
        self._states[alert.key] = told
        if before == told or not alert.reasons:
            return
        change = "resolved" if alert.state == "resolved" else "opened" if before is None else "updated"
        texts = ticket_of(alert, ticket_id=alert.key, locale="en").texts
        titles = (texts.zh.title, texts.en.title) if texts is not None else ("", "")
        metric = alert.reasons[0].metric
        at_s = alert.updated_at.timestamp()
        self.alerts.append(
            PlayedAlert(at_s, alert.key, alert.device_id, metric, change, alert.severity, titles[0], titles[1])
        )

    def _band(self, at_s: float) -> None:
        devices = dict.fromkeys(device_id for device_id, _ in self.seen)
        if len(devices) > DEVICES_BANDED:
            return
        for device_id in devices:
            band = self.monitor.bands(device_id, np.array([at_s]))[0]
            for index, metric in enumerate(self.monitor.metrics_of(device_id)):
                told = (at_s, float(band.lower[index]), float(band.upper[index]))
                self.seen[device_id, metric].bands.append(told)


def play(content: bytes, *, name: str, monitor: Monitor) -> Playback:
    """Play a file through a fresh monitor.

    Raises:
        Problem: it holds no readings, or too many, or is no such file.
    """
    columns, refused = read_columns(content, name=name)
    count = len(columns.at_s)
    if count == 0:
        raise Problem(
            "telemetry_unreadable", say("detail.replay_empty", name=name, reason=refused[0] if refused else "-")
        )
    player = _Player(monitor)
    for reason in refused:
        player.refuse(reason)
    order = np.argsort(columns.at_s, kind="stable")
    at_once = min(max(count // PARTS, FEWEST_AT_ONCE), MOST_AT_ONCE)
    parts = [order[start : start + at_once] for start in range(0, count, at_once)]
    every = max(1, len(parts) // BANDS_SHOWN)
    for number, part in enumerate(parts):
        player.play(_picked(columns, part), is_banded=number % every == 0 or number == len(parts) - 1)
    shown = _shown(player)
    return Playback(
        series=tuple(_series(key, player.seen[key]) for key in shown),
        alerts=tuple(sorted(player.alerts, key=lambda alert: alert.at_s)),
        readings=count,
        devices=len({device_id for device_id, _ in player.seen}),
        hidden=len(player.seen) - len(shown),
        rejected=player.rejected,
        first_rejection=player.first_rejection,
    )


def read_columns(content: bytes, *, name: str) -> tuple[Columns, tuple[str, ...]]:
    """Read a file's readings, and why some were not taken.

    Raises:
        Problem: there are too many.
        PredictiveError: a csv is no table.
    """
    if not name.lower().removesuffix(".gz").endswith(".csv"):
        readings = parse_telemetry(content, media_type=NDJSON, limit=MOST_READINGS, received_at_s=0.0)
        return readings.columns, tuple(entry.reason for entry in readings.rejected)
    header = content[: content.find(b"\n")].decode("utf-8-sig", "replace").strip().split(",")
    columns = _long(content, name) if set(header) >= LONG_COLUMNS else _wide(content, name)
    if len(columns.at_s) > MOST_READINGS:
        raise Problem("too_many_items", say("detail.replay_too_long", count=len(columns.at_s), limit=MOST_READINGS))
    return columns, ()


def _wide(content: bytes, name: str) -> Columns:
    from predictive import read_table

    table = read_table(content, name=name)
    device_id = name.removesuffix(".gz").removesuffix(".csv")[:200] or "file"
    rows, places = np.nonzero(np.isfinite(table.values))
    metrics = [table.metrics[place] for place in places.tolist()]
    return Columns([device_id] * len(metrics), metrics, table.at_s[rows], table.values[rows, places])


def _long(content: bytes, name: str) -> Columns:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"))))
    at_s, values = np.zeros(len(rows)), np.zeros(len(rows))
    for number, row in enumerate(rows):
        try:
            at = datetime.fromisoformat(row["at"])
            values[number] = float(row["value"])
        except (TypeError, ValueError) as error:
            raise PredictiveError(
                f"{name}: row {number + 2}: {error}; give at as ISO 8601 and value as a number"
            ) from error
        at_s[number] = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    units = [row.get("unit") or "" for row in rows]
    return Columns([row["device_id"] for row in rows], [row["metric"] for row in rows], at_s, values, units)


def _picked(columns: Columns, part: Ints) -> Columns:
    chosen = part.tolist()
    return Columns(
        [columns.device_ids[index] for index in chosen],
        [columns.metrics[index] for index in chosen],
        np.asarray(columns.at_s)[part],
        np.asarray(columns.values)[part],
        [columns.units[index] for index in chosen] if columns.units else (),
    )


def _shown(player: _Player) -> list[tuple[str, str]]:
    """Return the series to show: those that alerts name first, then their devices' others, then the rest."""
    named = dict.fromkeys((alert.device_id, alert.metric) for alert in player.alerts)
    devices = {device_id for device_id, _ in named}
    ranked = sorted(player.seen, key=lambda key: (key not in named, key[0] not in devices))
    return ranked[:SERIES_SHOWN]


def _series(key: tuple[str, str], seen: _Seen) -> PlayedSeries:
    order = np.argsort(seen.at_s, kind="stable")
    at_s, values = np.array(seen.at_s)[order], np.array(seen.values)[order]
    strange = np.isin(at_s, list(seen.strange))
    kept = strange.copy()
    kept[:: max(1, len(at_s) // POINTS_SHOWN)] = True
    return PlayedSeries(
        *key,
        seen.unit,
        at_s[kept],
        values[kept],
        tuple(bool(one) for one in strange[kept]),
        tuple(at for at, _, _ in seen.bands),
        tuple(low if np.isfinite(low) else None for _, low, _ in seen.bands),
        tuple(high if np.isfinite(high) else None for _, _, high in seen.bands),
    )
