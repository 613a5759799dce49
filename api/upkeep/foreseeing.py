"""Failures foreseen day by day: what devices report in, alerts with a probability out, and what was foreseen kept.

    once a day: newest readings -> a row a device -> the fitted model -> who is newly foreseen
    every beat: a device that failed or was repaired closes its ticket

Tickets are kept before what was foreseen is: a look that was broken off is taken again and finds its tickets by key and
place. Fits nothing, reads no clock.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import structlog

from api.schemas.telemetry import Ticket
from api.settings import Settings
from api.store import DEFAULT_TENANT, Store
from api.store.foreseen import DayRow, Foreseen, Watch
from api.upkeep.budget import budget_of
from api.upkeep.foreseen_alerts import alert_again, alert_of, alert_over
from api.upkeep.verdicts import BEGINS_ANEW
from predictive.budget_pace import WINDOW_S
from predictive.records import Alert
from predictive.units import Conversion, conversion

if TYPE_CHECKING:
    from predictive import Monitor
    from predictive.prognosis_model import FailureModel
    from predictive.prognosis_watch import Days, Known, Outlook

log = structlog.get_logger(__name__)

KIND = "maintenance"
DAY, WINDOW = timedelta(days=1), timedelta(seconds=WINDOW_S)
LIFE_ENDS = frozenset({"failure", "repair", "replaced"})
"""After these a device is another one to the model."""
CLOSES = LIFE_ENDS | BEGINS_ANEW
FALSE = "false_alarm"
PRECISION = ".7g"
"""The monitor keeps single precision; a counter that stands still must not seem to move from what was learnt of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """Alerts to keep, what was foreseen of each, and what is to be kept once their tickets are."""

    alerts: tuple[Alert, ...] = ()
    foreseen: tuple[Foreseen, ...] = ()
    watch: Watch | None = None
    scored: tuple[DayRow, ...] = ()


class Foreseeing:
    """The house's own model of failures at work; does nothing where none is set. It is the default tenant's: a model
    names the devices that it learnt from."""

    def __init__(self, settings: Settings, *, store: Store) -> None:
        self._folder: Path | None = settings.failures_model if store.tenant == DEFAULT_TENANT else None
        self._settings = settings
        self._store = store
        self._model: FailureModel | None = None
        self._name = ""
        self._misfits = set[tuple[str, str]]()  # metrics in units that cannot be brought to the model's

    def start(self) -> None:
        """Read the model.

        Raises:
            HistoryError: there is none, or it is damaged.
        """
        from predictive.prognosis_model import ARRAYS, CARD, FailureModel

        if self._folder is None or self._model is not None:
            return
        self._model = FailureModel.load(self._folder)
        content = b"".join((self._folder / name).read_bytes() for name in (CARD, ARRAYS))
        self._name = hashlib.sha256(content).hexdigest()[:32]
        if not math.isfinite(self._model.threshold):
            log.warning("failures_model_opens_nothing", folder=str(self._folder), fix="fit it with a larger budget")

    def is_due(self, *, at: datetime) -> bool:
        """Tell whether this day was not looked at yet."""
        if self._model is None:
            return False
        watch = self._store.foreseen.watch()
        return watch is None or watch.model != self._name or watch.scored_at.date() < at.date()

    def reported(self, monitor: Monitor, *, at: datetime) -> list[DayRow]:
        """Return what devices reported since the last look, a row a device; the caller holds the monitor still."""
        watch = self._store.foreseen.watch()
        since = watch.scored_at if watch is not None else at - DAY
        devices = monitor.fleet(at).device_ids
        return [row for name in devices if (row := self._row(monitor, name, at)) is not None and row.at > since]

    def _row(self, monitor: Monitor, device_id: str, at: datetime) -> DayRow | None:
        """Return the newest reading of each metric that the model knows."""
        assert self._model is not None
        readings, newest_s = dict[str, float](), -np.inf
        for metric in sorted(set(monitor.metrics_of(device_id)) & set(self._model.metrics)):
            points = monitor.series_window(device_id, metric)
            known = self._conversion(metric, points.unit)
            if len(points.at_s) and known is not None:
                readings[metric] = float(f"{points.values[-1]:{PRECISION}}") * known.factor + known.offset
                newest_s = max(newest_s, float(points.at_s[-1]))
        if not readings:
            return None
        return DayRow(device_id, min(datetime.fromtimestamp(newest_s, UTC), at), readings)

    def _conversion(self, metric: str, unit: str) -> Conversion | None:
        """Return how to bring a metric to the unit that the model was taught; None where it measures something else."""
        assert self._model is not None
        taught = self._model.units.get(metric, "")
        known = conversion(unit or taught, taught or unit)
        if known is None and (metric, unit) not in self._misfits:
            self._misfits.add((metric, unit))
            log.warning("unit_unfit_for_failures", metric=metric, unit=unit, taught=taught, fix="send the taught unit")
        return known

    def look(self, reported: Sequence[DayRow], *, at: datetime) -> Look:
        """Keep what devices reported and score it with what is kept of them."""
        from predictive.prognosis_watch import look_ahead

        assert self._model is not None
        store = self._store.foreseen
        store.put_days(reported)
        store.forget_days(at - WINDOW)
        gathered, watch = _columns_of(store.days(model=self._name), self._model.metrics), store.watch()
        foreseen = store.since(at - max(WINDOW, timedelta(seconds=self._model.budget.horizon_s)))
        if not gathered.days.names:
            return Look()
        budget = replace(self._model.budget, false_per_1000_months=self._borne())
        known = self._known(watch, foreseen, at=at)
        asked = {one.device_id for one in foreseen}
        found = look_ahead(self._model, gathered.days, known, budget=budget, asked=asked)
        alerts, kept = self._changes(found, foreseen, at=at)
        log.info(
            "failures_looked_ahead",
            devices=len(gathered.days.names),
            opened=len(found.opens),
            threshold=found.threshold.score,
        )
        return Look(
            tuple(alerts),
            tuple(kept),
            _watch_of(found, self._name, begun_at=watch.begun_at if watch else at, at=at),
            tuple(replace(row, score=float(found.score[place])) for place, row in gathered.rows.items()),
        )

    def over(self, *, at: datetime) -> Look:
        """Return the open ones whose device failed or was worked on since."""
        if self._model is None:
            return Look()
        is_open = [one for one in self._store.foreseen.since(at) if one.state == "open"]
        devices = {one.device_id for one in is_open}
        endings = self._store.foreseen.endings(CLOSES, device_ids=devices) if devices else ()
        alerts, kept = list[Alert](), list[Foreseen]()
        for one in is_open:
            kind = next((told.kind for told in endings if _ends(told.device_id, told.at, one)), "")
            ticket = self._store.tickets.by_key(KIND, one.key) if kind else None
            if ticket is not None:
                kept.append(replace(one, state="resolved", closed_by=kind))
                alerts.append(alert_over(ticket, at=at))
        return Look(tuple(alerts), tuple(kept))

    def note(self, look: Look, tickets: Sequence[Ticket]) -> None:
        """Keep what a look found, now that its tickets are kept; one may have another's key, whose place it took."""
        taken = {ticket.device_id: ticket.key for ticket in tickets if ticket.state == "open"}
        foreseen = [
            replace(one, key=taken.get(one.device_id, one.key)) if one.state == "open" else one for one in look.foreseen
        ]
        if look.watch is None:
            self._store.foreseen.put(foreseen)
        else:
            self._store.foreseen.keep(look.watch, scored=look.scored, foreseen=foreseen)

    def _borne(self) -> float:
        """Return the lesser of the budgets: the model's, and what the tenant bears of all tickets."""
        assert self._model is not None
        return min(self._model.budget.false_per_1000_months, budget_of(self._store, self._settings).false_per_1000)

    def _known(self, watch: Watch | None, foreseen: Sequence[Foreseen], *, at: datetime) -> Known:
        from predictive.prognosis_watch import Foreseen as Seen
        from predictive.prognosis_watch import Known, Threshold

        ended: dict[str, list[float]] = {}
        for event in self._store.foreseen.endings(LIFE_ENDS):
            ended.setdefault(event.device_id, []).append(event.at.timestamp())
        is_same = watch is not None and watch.model == self._name
        told = [
            Seen(one.device_id, one.row_at.timestamp(), one.verdict == FALSE if one.verdict else None)
            for one in foreseen
        ]
        return Known(
            at.timestamp(),
            (watch.scored_at if watch else at - DAY).timestamp(),
            (watch.begun_at if watch else at).timestamp(),
            ended,
            told,
            Threshold(watch.threshold, watch.solved_at.timestamp(), watch.judged) if watch and is_same else None,
        )

    def _changes(
        self, found: Outlook, foreseen: Sequence[Foreseen], *, at: datetime
    ) -> tuple[list[Alert], list[Foreseen]]:
        """Return the alerts that end, go on, return and begin, in this order: an ended one gives up its place."""
        assert self._model is not None
        horizon = timedelta(seconds=self._model.budget.horizon_s)
        ended, others = dict[str, Change](), dict[str, Change]()
        for one in foreseen:
            ticket = self._store.tickets.by_key(KIND, one.key)
            is_late = at - one.row_at >= horizon
            now = found.now.get(one.device_id)
            if ticket is None:
                continue
            if one.state == "open" and (is_late or one.device_id in found.is_calm):
                ended[one.key] = Change(alert_over(ticket, at=at), replace(one, state="resolved"))
            elif now is not None and _goes_on(one, is_late=is_late, is_above=one.device_id in found.is_above):
                others[one.key] = Change(alert_again(ticket, now, at=at), replace(one, state="open"))
        for device_id in sorted(found.opens):
            alert = alert_of(found.now[device_id], at=at)
            one = Foreseen(alert.key, device_id, found.now[device_id].at, at, "open")
            others[alert.key] = Change(alert, one)
        both = [*ended.values(), *others.values()]
        return [change.alert for change in both], [change.foreseen for change in both]


@dataclass(frozen=True, slots=True)
class Change:
    """An alert, and what was foreseen as it is from now on."""

    alert: Alert
    foreseen: Foreseen


def _goes_on(one: Foreseen, *, is_late: bool, is_above: bool) -> bool:
    """Tell whether something foreseen stands: it is open, or its device is as likely to fail again within its time."""
    return one.state == "open" or (is_above and not is_late and not one.closed_by)


def _ends(device_id: str, at: datetime, one: Foreseen) -> bool:
    return device_id == one.device_id and at > one.row_at


def _watch_of(found: Outlook, name: str, *, begun_at: datetime, at: datetime) -> Watch:
    threshold = found.threshold
    solved_at = datetime.fromtimestamp(threshold.solved_s, UTC)
    return Watch(name, begun_at, at, threshold.score, solved_at, threshold.judged)


@dataclass(frozen=True, slots=True)
class Unscored:
    """Rows as the model reads them, and those that it has not scored, by their place."""

    days: Days
    rows: Mapping[int, DayRow]


def _columns_of(rows: Iterable[DayRow], metrics: Sequence[str]) -> Unscored:
    """Put rows, which come by device, into columns: 120 days of a large fleet are a million."""
    from predictive.prognosis_watch import Days

    names, device, at_s, score = list[str](), array("q"), array("d"), array("d")
    columns = {metric: array("d") for metric in metrics}
    unscored: dict[int, DayRow] = {}
    for place, row in enumerate(rows):
        if not names or names[-1] != row.device_id:
            names.append(row.device_id)
        device.append(len(names) - 1)
        at_s.append(row.at.timestamp())
        score.append(np.nan if row.score is None else row.score)
        for metric, column in columns.items():
            column.append(row.readings.get(metric, np.nan))
        if row.score is None:
            unscored[place] = row
    readings = {metric: np.array(column, np.float64) for metric, column in columns.items()}
    days = Days(names, np.array(device, np.int64), np.array(at_s, np.float64), readings, np.array(score, np.float64))
    return Unscored(days, unscored)
