"""Firing series in, alerts out: one open alert a device and episode.

Evidence per series goes in, with the time; alerts that opened, changed or resolved come out. An episode begins when a
series of the device fires, takes in the device's other series as they join, and ends after a calm time; within the
cool-down it opens again under the same key. One that comes and goes flaps: it stays open until it was calm for longer.
Does not know why, nor what to advise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from predictive.evidence import Evidence
from predictive.records import Alert, Floats, Ints, Prognosis, Reason, Severity
from predictive.series import SeriesTable

SILENCE = "gap"  # the fault mode, and the detector name in reasons, of a device that stopped reporting
CRITICAL_METRICS = 3  # so many metrics of one device off at once is not one bad sensor
CRITICAL_SCORE = 0.9  # three times the tolerable distance; see baseline.squash
MOST_RETURNS = 99  # kept of an alert that comes and goes; more say nothing new
MOST_REASONS = 16  # a ticket names the strongest; a device with 500 metrics does not make a book
SOON_H = 24.0  # a technician has to be sent today
SURE_DETECTORS = frozenset({"threshold"})  # a person's limit was crossed


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """How episodes are cut."""

    resolve_after_s: float = 12 * 3600.0  # calm for so long: over. Half a day covers the other half of a daily cycle
    cool_down_s: float = 72 * 3600.0  # an episode that returns within the useful lead time is the same episode
    refresh_s: float = 3600.0  # an open alert tells its latest anomalous readings at most so often
    flap_returns: int = 3  # so many within the window: it flaps. Twice is a fault that was looked at and came back
    flap_window_s: float = 7 * 86_400.0  # a working week and its weekend
    flap_calm_s: float = 72 * 3600.0  # then it is over only after so long: a message each time would teach to look away


@dataclass(frozen=True, slots=True)
class Episode:
    """What is kept of a device's latest alert."""

    alert: Alert
    rows: frozenset[int]  # series that have taken part
    returned_s: tuple[float, ...] = ()  # when one of them fired again, within the window


class AlertBook:
    """Keeps the latest episode of every device that ever had one, and apart from them the latest silence."""

    def __init__(self, options: AlertOptions, *, detectors: Sequence[str]) -> None:
        self.options = options
        self._detectors = tuple(detectors)
        self.episodes: dict[int, Episode] = {}  # by device code
        self.silences: dict[int, Episode] = {}  # by device code

    def fire(self, rows: Mapping[int, float], *, table: SeriesTable, evidence: Evidence) -> list[Alert]:
        """Open or extend the episodes of the devices whose series start to fire; `rows` says when each did."""
        by_device: dict[int, dict[int, float]] = {}
        for row, at_s in rows.items():
            by_device.setdefault(int(table.device_of[row]), {})[row] = at_s
        return [self._extend(code, joined, table, evidence) for code, joined in by_device.items()]

    def calm(self, at_s: Mapping[int, float], *, table: SeriesTable, evidence: Evidence) -> list[Alert]:
        """Resolve the open episodes among these devices, now at `at_s`, that have been calm for long enough."""
        resolved = []
        for code, now_s in at_s.items():
            episode = self.episodes.get(code)
            if episode is None or episode.alert.state != "open":
                continue
            rows = sorted(episode.rows)
            quiet_s = now_s - float(evidence["hot_s"][rows].max())
            if quiet_s >= self._calm_s(episode) and not evidence["firing"][rows].any():
                self.episodes[code] = _resolved(episode, now_s, until=self._until(episode.rows, table, evidence))
                resolved.append(self.episodes[code].alert)
        return resolved

    def close(self, code: int, *, at_s: float, table: SeriesTable, evidence: Evidence) -> list[Alert]:
        """Resolve whatever is open of a device: somebody worked on it, and what was normal is no more."""
        closed = []
        for kept, is_silence in ((self.episodes, False), (self.silences, True)):
            episode = kept.get(code)
            if episode is not None and episode.alert.state == "open":
                until = {} if is_silence else self._until(episode.rows, table, evidence)
                told_s = episode.alert.updated_at.timestamp()  # an event is often told later than it happened
                kept[code] = _resolved(episode, max(at_s, told_s), until=until)
                closed.append(kept[code].alert)
        return closed

    def refresh(self, at_s: Mapping[int, float], *, table: SeriesTable, evidence: Evidence) -> list[Alert]:
        """Bring the open episodes among these devices, now at `at_s`, up to their latest anomalous readings.

        Those that lessen are left alone: they resolve, or get worse again.
        """
        refreshed = []
        for code, now_s in at_s.items():
            episode = self.episodes.get(code)
            if episode is None or episode.alert.state != "open":
                continue
            told_s = episode.alert.updated_at.timestamp()
            news_s = float(evidence["hot_s"][sorted(episode.rows)].max())
            if now_s - told_s < self.options.refresh_s or news_s <= told_s:
                continue
            reasons = _following(episode.alert.reasons, self._reasons(episode.rows, table, evidence))
            if _lasts(episode.alert.reasons, reasons):
                refreshed.append(self._retell(code, self.episodes, now_s, reasons))
        return refreshed

    def silence(self, code: int, *, reasons: Mapping[int, Reason], at_s: float, table: SeriesTable) -> list[Alert]:
        """Open an alert for a device whose series stopped reporting, unless one is open."""
        known = self.silences.get(code)
        if known is not None and known.alert.state == "open":
            return []
        device_id, at = table.devices[code], _time(at_s)
        ordered = tuple(reasons[row] for row in sorted(reasons))[:MOST_REASONS]
        if known is not None and not self._is_over(known.alert, at_s):
            self.silences[code] = replace(known, rows=frozenset(reasons), returned_s=self._returns(known, at_s))
            return [self._retell(code, self.silences, at_s, ordered)]
        key = alert_key(device_id, SILENCE, min(reason.since for reason in ordered))
        alert = Alert(key, device_id, "open", "warning", at, at, None, ordered)
        self.silences[code] = Episode(alert, frozenset(reasons))
        return [alert]

    def heard(self, at_s: Mapping[int, float], *, newest_s: Floats) -> list[Alert]:
        """Resolve the silence of those devices whose silent series all report again."""
        resolved = []
        for code, now_s in at_s.items():
            silent = self.silences.get(code)
            if silent is None or silent.alert.state != "open":
                continue
            since = {reason.since.timestamp() for reason in silent.alert.reasons}
            if silent.alert.is_flapping and now_s - silent.returned_s[-1] < self.options.flap_calm_s:
                continue
            if newest_s[sorted(silent.rows)].min() > max(since):
                until = {reason.metric: now_s for reason in silent.alert.reasons}
                self.silences[code] = _resolved(silent, now_s, until=until)
                resolved.append(self.silences[code].alert)
        return resolved

    def open_devices(self) -> Ints:
        """Return the codes of devices with an open alert or silence."""
        both = (*self.episodes.items(), *self.silences.items())
        return np.unique(np.array([code for code, kept in both if kept.alert.state == "open"], dtype=np.int64))

    def alerts(self) -> tuple[Alert, ...]:
        """Return every alert kept, open or resolved."""
        return tuple(kept.alert for kept in (*self.episodes.values(), *self.silences.values()))

    def foresee(self, code: int, prognosis: Prognosis) -> Alert:
        """Give the device's episode a prognosis."""
        episode = self.episodes[code]
        soon = prognosis.horizon_h is not None and prognosis.horizon_h <= SOON_H
        severity = _worse(episode.alert.severity, "critical" if soon else "info")
        alert = replace(episode.alert, prognosis=prognosis, severity=severity)
        self.episodes[code] = replace(episode, alert=alert)
        return alert

    def _extend(self, code: int, joined: Mapping[int, float], table: SeriesTable, evidence: Evidence) -> Alert:
        episode, at_s = self.episodes.get(code), max(joined.values())
        if episode is not None and not self._is_over(episode.alert, at_s):
            rows, again = episode.rows | frozenset(joined), bool(episode.rows & frozenset(joined))
            returned_s = self._returns(episode, at_s) if again else episode.returned_s
            self.episodes[code] = replace(episode, rows=rows, returned_s=returned_s)
            return self._retell(code, self.episodes, at_s, self._reasons(rows, table, evidence))
        rows = frozenset(joined)
        reasons = self._reasons(rows, table, evidence)
        device_id, at = table.devices[code], _time(at_s)
        # When the first series fired, not when the change began: estimates of the latter move.
        key = alert_key(device_id, reasons[0].detector, at)
        alert = Alert(key, device_id, "open", _severity(reasons), at, at, None, reasons)
        self.episodes[code] = Episode(alert, rows)
        return alert

    def _retell(self, code: int, kept: dict[int, Episode], at_s: float, reasons: tuple[Reason, ...]) -> Alert:
        """Give an episode, open again if it was not, these reasons."""
        episode = kept[code]
        now = "info" if kept is self.silences else _severity(reasons)
        alert = replace(
            episode.alert,
            state="open",
            severity=_worse(episode.alert.severity, now),
            updated_at=_time(at_s),
            resolved_at=None,
            reasons=reasons,
            returns=len(episode.returned_s),
            is_flapping=len(episode.returned_s) >= self.options.flap_returns,
        )
        kept[code] = replace(episode, alert=alert)
        return alert

    def _returns(self, episode: Episode, at_s: float) -> tuple[float, ...]:
        """Return when an episode's series fired again, now included, as far as the window goes back."""
        recent = [one for one in episode.returned_s if at_s - one < self.options.flap_window_s]
        return (*recent[-MOST_RETURNS:], at_s)

    def _calm_s(self, episode: Episode) -> float:
        """Return for how long an episode must be calm to be over."""
        return self.options.flap_calm_s if episode.alert.is_flapping else self.options.resolve_after_s

    def _until(self, rows: frozenset[int], table: SeriesTable, evidence: Evidence) -> Mapping[str, float]:
        """Return when each metric of an episode was last strange."""
        return {table.metrics[row]: float(evidence["hot_s"][row]) for row in sorted(rows)}

    def _is_over(self, alert: Alert, at_s: float) -> bool:
        if alert.resolved_at is None:
            return False
        return at_s - alert.resolved_at.timestamp() >= self.options.cool_down_s

    def _reasons(self, rows: frozenset[int], table: SeriesTable, evidence: Evidence) -> tuple[Reason, ...]:
        reasons = [
            Reason(
                metric=table.metrics[row],
                since=_time(float(evidence["since_s"][row])),
                expected=float(evidence["expected"][row]),
                observed=float(evidence["observed"][row]),
                score=float(evidence["score"][row]),
                detector=self._detectors[int(evidence["detector"][row])],
                unit=table.units[row],
            )
            for row in sorted(rows)
        ]
        return tuple(sorted(reasons, key=lambda reason: (-reason.score, reason.metric))[:MOST_REASONS])


def alert_key(device_id: str, mode: str, since: datetime) -> str:
    """Return the same key for the same device, fault mode and start of the episode.

    >>> alert_key("AC-003", "drift", datetime(2026, 1, 1, tzinfo=UTC))
    '6f5340d682c9d2c0fbf52945'
    """
    named = "\x1f".join([device_id, mode, since.astimezone(UTC).isoformat(timespec="seconds")])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _resolved(episode: Episode, at_s: float, *, until: Mapping[str, float]) -> Episode:
    """Return an episode that is over; `until` says when each metric was last strange."""
    at = _time(at_s)
    reasons = tuple(
        replace(reason, until=_time(until[reason.metric]) if np.isfinite(until.get(reason.metric, np.nan)) else None)
        for reason in episode.alert.reasons
    )
    alert = replace(episode.alert, state="resolved", resolved_at=at, updated_at=at, reasons=reasons)
    return replace(episode, alert=alert)


def _severity(reasons: Sequence[Reason]) -> Severity:
    sure = any(reason.detector in SURE_DETECTORS for reason in reasons)
    strong = [reason for reason in reasons if reason.score >= CRITICAL_SCORE]
    return "critical" if sure or len(strong) >= CRITICAL_METRICS else "warning"


def _following(told: Sequence[Reason], now: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return what was told with the values of now: in the same order and since the same time, as it is one story."""
    latest = {reason.metric: reason for reason in now}
    return tuple(
        replace(latest[reason.metric], since=min(reason.since, latest[reason.metric].since))
        for reason in told
        if reason.metric in latest
    )


def _departure(reason: Reason) -> float:
    return abs(reason.observed - reason.expected)


def _lasts(told: Sequence[Reason], now: Sequence[Reason]) -> bool:
    """Tell whether any metric's score rose, or its departure is still at least half of what was told."""
    before = {reason.metric: reason for reason in told}
    return any(
        reason.score > before[reason.metric].score or _departure(reason) >= _departure(before[reason.metric]) / 2
        for reason in now
    )


def _worse(left: Severity, right: Severity) -> Severity:
    order: tuple[Severity, ...] = ("info", "warning", "critical")
    return max(left, right, key=order.index)


def _time(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
