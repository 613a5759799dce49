"""One day of a fleet that is watched live: scores of its newest rows, and whose failure is newly foreseen.

A model, the rows of the days since it was put to use, when devices failed or were repaired, what was foreseen before
and what people said of that go in; the rows' scores, the threshold in force and how devices stand now come out. Nothing
later than the moment decides, and the same days give the same answer. Keeps nothing, reads no clock.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from predictive.budget import Budget
from predictive.budget_outcomes import Seen
from predictive.budget_pace import STEP_S, WINDOW_S, Pace, paced_threshold
from predictive.prognosis_history import DAY_S, History, history_from, lives_of
from predictive.prognosis_memory import Joined, Memory, join
from predictive.prognosis_model import FailureModel
from predictive.prognosis_score import FailureTicket, scored, tickets_at
from predictive.records import Floats, Ints

LEAST_FALSE = 1.0
"""False tickets in a window. A fleet whose budget is less cannot show that a threshold keeps it: the one that the model
was fitted with stands, until more than that were false."""
CALM = math.log(2.0)  # of log-odds below the threshold: half as likely is no longer the same story
CALM_S = 7 * DAY_S  # and for a week: counters that stand still are no recovery
SCORE, PLACE = "\0score", "\0place"  # no metric can bear these names


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """What devices reported since the model was put to use, a row a device and day, in any order."""

    names: Sequence[str]
    device: Ints  # (n,) numbers of `names`
    at_s: Floats  # (n,)
    metrics: Mapping[str, Floats]  # each (n,), nan where unknown
    score: Floats  # (n,) log-odds, nan where this model has not scored the row


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A failure that was foreseen at a row of a device; `is_false` None: nobody judged."""

    device_id: str
    at_s: float
    is_false: bool | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """In log-odds, when it was solved, and how many verdicts there were then."""

    score: float
    solved_s: float
    judged: int


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known at a moment beside the rows."""

    at_s: float
    since_s: float  # rows after it are new: at them failures may be foreseen
    begun_s: float  # when watching began
    ended_s: Mapping[str, Sequence[float]] = field(default_factory=dict)  # by device: failures and repairs, rising
    foreseen: Sequence[Foreseen] = ()
    threshold: Threshold | None = None

    def life_of(self, device_id: str, at_s: float) -> str:
        """Return the name of the life that a moment of a device lies in; the one that goes on bears the device's."""
        ends = self.ended_s.get(device_id, ())
        before = sum(end_s < at_s for end_s in ends)
        return device_id if before == len(ends) else f"{device_id}\0{before}"


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What was found, of devices that reported since they last failed or were repaired."""

    score: Floats  # (n,) of the days' rows, in their order
    threshold: Threshold
    opens: frozenset[str]  # their failure is newly foreseen
    is_above: frozenset[str]  # their newest row reaches the threshold
    is_calm: frozenset[str]  # they have been well below it
    now: Mapping[str, FailureTicket]  # of those that open, and of those asked for


def look_ahead(
    model: FailureModel, days: Days, known: Known, *, budget: Budget, asked: Collection[str] = ()
) -> Outlook:
    """Score the new rows and say whose failure is foreseen; of the devices `asked`, too, how they stand now."""
    table = _table_of(model, days, known)
    joined = _with_past(model.memory, table.with_metrics(model.metrics), known)
    is_own = np.isnan(joined.score)
    joined.score[is_own] = table.values[:, table.metrics.index(SCORE)]
    score = scored(model, joined)
    history = joined.history
    threshold = _threshold(model, joined, score, known, budget)
    goes_on = set(days.names)
    last = np.array([row for row in history.last_rows.tolist() if is_own[row] and _name(history, row) in goes_on], int)
    above = last[score[last] >= threshold.score]
    opens = frozenset(_name(history, row) for row in _fresh(history, above, known, budget))
    told = [row for row in last.tolist() if _name(history, row) in opens or _name(history, row) in asked]
    back = np.empty(len(days.at_s))
    back[table.values[:, table.metrics.index(PLACE)].astype(np.int64)] = score[is_own]
    return Outlook(
        back,
        threshold,
        opens,
        frozenset(_name(history, row) for row in above.tolist()),
        frozenset(_calm(history, last, score, threshold)),
        {ticket.device_id: ticket for ticket in (tickets_at(model, history, score, np.array(told)) if told else ())},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Outcomes as readings tell them, but for the tickets that people judged."""

    seen: Seen
    is_false: Floats  # (n,) of the history's rows: 1, 0, nan where nobody said

    def expected_false(self, rows: Ints, at_s: float, budget: Budget) -> float:
        """Return how many tickets are false: as people said, else as believed."""
        said = self.is_false[rows]
        unsaid = np.isnan(said)
        return float(said[~unsaid].sum()) + self.seen.expected_false(rows[unsaid], at_s, budget)

    def months(self, since_s: float, until_s: float, *, at_s: float) -> float:
        """Return the device-months watched."""
        return self.seen.months(since_s, until_s, at_s=at_s)


def _table_of(model: FailureModel, days: Days, known: Known) -> History:
    """Return the rows by life, with the scores they have and their places."""
    lives = lives_of(days.names, days.device, days.at_s, known.ended_s)
    names = []
    for life in lives.names:
        device, _, number = life.rpartition("#")
        goes_on = int(number) == len(known.ended_s.get(device, ()))
        names.append(device if goes_on else f"{device}\0{number}")
    unknown = np.full(len(days.at_s), np.nan)
    columns = {name: days.metrics.get(name, unknown) for name in model.metrics}
    columns |= {SCORE: days.score, PLACE: np.arange(float(len(days.at_s)))}
    return history_from(names, lives.life, days.at_s, columns)


def _with_past(memory: Memory, history: History, known: Known) -> Joined:
    """Join what the model remembers; a device that failed or was repaired since then is another one now."""
    past = memory.history
    names = [
        name if failed_s == failed_s else known.life_of(name, memory.end_s)
        for name, failed_s in zip(past.device_ids, memory.failed_s.tolist(), strict=True)
    ]
    joined = join(replace(memory, history=replace(past, device_ids=tuple(names))), history)
    for number, name in enumerate(joined.history.device_ids):
        device, mark, life = name.rpartition("\0")
        if mark:
            joined.failed_s[number] = known.ended_s[device][int(life)]
    return joined


def _threshold(model: FailureModel, joined: Joined, score: Floats, known: Known, budget: Budget) -> Threshold:
    """Return the threshold in force: solved anew each month, and when people judged tickets."""
    judged = sum(one.is_false is not None for one in known.foreseen)
    if not math.isfinite(model.threshold):
        return Threshold(math.inf, known.at_s, judged)  # nothing showed that any threshold keeps the budget
    held = known.threshold
    if held is not None and known.at_s - held.solved_s < STEP_S and held.judged == judged:
        return held
    history = joined.history
    opened, is_false = _opened(history, known, budget)
    outcomes = Judged(Seen(history, joined.failed_s, model.memory.end_s, model.silence), is_false)
    since_s = max(known.begun_s, known.at_s - WINDOW_S)
    pace = Pace(since_s, known.at_s, model.threshold, opened, least=LEAST_FALSE)
    solved = paced_threshold(history, outcomes, score, known.at_s, budget=budget, opened=opened, pace=pace)
    return Threshold(solved, known.at_s, judged)


def _opened(history: History, known: Known, budget: Budget) -> tuple[Ints, Floats]:
    """Return the rows at which failures were foreseen, and what people said, of rows near those."""
    numbers = {name: number for number, name in enumerate(history.device_ids)}
    first, last = history.first_rows, history.last_rows
    rows, is_false = list[int](), np.full(len(history), np.nan)
    for one in known.foreseen:
        number = numbers.get(known.life_of(one.device_id, one.at_s), -1)
        if number < 0 or one.at_s < known.at_s - WINDOW_S:
            continue
        own_s = history.at_s[first[number] : last[number] + 1]
        place = int(np.searchsorted(own_s, one.at_s))
        if place == len(own_s):
            continue
        rows.append(int(first[number]) + place)
        if one.is_false is not None:
            near = np.flatnonzero(np.abs(own_s - one.at_s) < budget.horizon_s) + int(first[number])
            is_false[near] = float(one.is_false)
    return np.unique(np.array(rows, np.int64)), is_false


def _fresh(history: History, above: Ints, known: Known, budget: Budget) -> list[int]:
    """Return the new rows among these whose life has no ticket of the last horizon."""
    open_until: dict[str, float] = {}
    for one in known.foreseen:
        life = known.life_of(one.device_id, one.at_s)
        open_until[life] = max(open_until.get(life, -np.inf), one.at_s + budget.horizon_s)
    return [
        row
        for row in above.tolist()
        if history.at_s[row] > known.since_s and history.at_s[row] >= open_until.get(_name(history, row), -np.inf)
    ]


def _calm(history: History, last: Ints, score: Floats, threshold: Threshold) -> list[str]:
    """Return the devices all of whose rows of late lie well below the threshold."""
    found, first = [], history.first_rows
    for row in last.tolist():
        start = int(first[history.device[row]])
        recent = np.arange(start, row + 1)[history.at_s[start : row + 1] > history.at_s[row] - CALM_S]
        if score[recent].max() < threshold.score - CALM:
            found.append(_name(history, row))
    return found


def _name(history: History, row: int) -> str:
    return history.device_ids[int(history.device[row])]
