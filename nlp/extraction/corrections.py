"""What people made of filled values in; a calibration that has learned from it out, or the reason why not.

A field's corrections are counted as they are, by the belief each value had: a promise is proven on them alone. Beside
that they rescale confidence. Whether that is any better is tried on the newest third, which the trial does not see:
what does worse there than what is in force is refused, and what is in force stays. It does not know who judged, or
whether a value was looked at at all: whoever calls gives it only values that a person reviewed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Literal

from nlp.extraction.calibrate import DEFAULT_PROMISE, MIN_AUTO_BELIEF, Calibration, Outcomes, Taught
from nlp.extraction.scaling import AS_IT_IS, fit_scaling

BELIEF_DIGITS = 3
"""Values whose belief differs by less are counted together: a field's corrections stay within a thousand rows."""
HELD_OUT_SHARE = 1 / 3
FEWEST_TO_TRY = 5
"""Three to learn from and two to try on; below it nothing can be said about better or worse."""
EDGE = 0.001

Outcome = Literal["taken", "counted", "refused", "too_few"]
"""`taken`: counted, and confidence rescaled. `counted`: towards the promise, but the rescaled confidence was less true
on the newest third, so that it stays as it was. `refused`: fewer auto-filled values were right there, so that all stays
as it was. `too_few`: counted, no trial yet."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A value that a person accepted (right) or changed (wrong), and the belief it was offered with."""

    field: str
    belief: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How a calibration does on values it has not seen; of the values it fills in, how many were right."""

    log_loss: float
    brier: float
    filled: int
    right: int

    @property
    def accuracy(self) -> float:
        """Return the share right of what is filled in; filling nothing in is wrong about nothing."""
        return self.right / self.filled if self.filled else 1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What became of one field's corrections. `before` and `after` were measured on the newest third."""

    field: str
    outcome: Outcome
    corrections: int
    held_out: int = 0
    before: Fit | None = None
    after: Fit | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    calibration: Calibration
    lessons: tuple[Lesson, ...]  # by field


def learn_calibration(
    judged: Iterable[Judged],
    *,
    in_force: Calibration,
    prior: Calibration,
    promises: Mapping[str, float] | None = None,
) -> Learned:
    """Return the calibration after what people did, oldest first; fields nobody judged keep what they have.

    `prior` is the made-up table that is scaled, `in_force` what the trial must not do worse than, `promises` what
    auto-filled values are held to, by field, "" for every other.
    """
    by_field: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_field[one.field].append(one)
    taught, lessons = dict(in_force.taught), list[Lesson]()
    for field in sorted(by_field):
        promise = promise_of(field, promises or {})
        lesson = _try(by_field[field], in_force=in_force, prior=prior, promise=promise)
        lessons.append(lesson)
        fresh = _teach(prior, field, by_field[field])
        if lesson.outcome == "taken":
            taught[field] = fresh
        elif lesson.outcome != "refused":
            taught[field] = Taught(fresh.rows, taught[field].scaling if field in taught else AS_IT_IS)
    calibration = Calibration(prior.derived_from, prior.outcomes, taught)
    return Learned(calibration, tuple(lessons))


def promise_of(field: str, promises: Mapping[str, float]) -> float:
    """Return what is promised of a field: its own promise, the one of every other, or the house's.

    >>> promise_of("order_number", {"": 0.9}), promise_of("order_number", {})
    (0.9, 0.98)
    """
    return promises.get(field, promises.get("", DEFAULT_PROMISE))


def _teach(prior: Calibration, field: str, judged: Sequence[Judged]) -> Taught:
    """Count a field's corrections, and rescale the made-up confidence by them."""
    counts, rights = Counter[float](), Counter[float]()
    for one in judged:
        raw = round(one.belief, BELIEF_DIGITS)
        counts[raw] += 1
        rights[raw] += one.is_right
    rows = tuple(Outcomes(raw, counts[raw], rights[raw]) for raw in sorted(counts))
    assumed = replace(prior, taught={})
    confidences = [assumed.confidence(field, one.belief) for one in judged]
    return Taught(rows, fit_scaling(confidences, [one.is_right for one in judged]))


def _try(judged: Sequence[Judged], *, in_force: Calibration, prior: Calibration, promise: float) -> Lesson:
    """Learn from a field's older corrections, and hold the result against what is in force on the newest."""
    field, count = judged[0].field, len(judged)
    if count < FEWEST_TO_TRY:
        return Lesson(field, "too_few", count)
    older, newest = judged[: count - int(count * HELD_OUT_SHARE)], judged[count - int(count * HELD_OUT_SHARE) :]
    before = measure(in_force, field, newest, promise=promise)
    after = measure(_with(prior, field, _teach(prior, field, older)), field, newest, promise=promise)
    everything = _with(prior, field, _teach(prior, field, judged))
    if everything.standing(field, promise).state != "broken" and after.accuracy < min(before.accuracy, promise):
        outcome: Outcome = "refused"
    else:
        # Corrections that contradict the promise always count: nothing is filled in then, which is never worse.
        outcome = "counted" if after.log_loss > before.log_loss or after.brier > before.brier else "taken"
    return Lesson(field, outcome, count, len(newest), before, after)


def _with(prior: Calibration, field: str, taught: Taught) -> Calibration:
    return Calibration(prior.derived_from, prior.outcomes, {field: taught})


def measure(calibration: Calibration, field: str, judged: Sequence[Judged], *, promise: float) -> Fit:
    """Return how a calibration does on judged values."""
    threshold = max(calibration.threshold(field, promise), MIN_AUTO_BELIEF)
    log_loss = brier = 0.0
    for one in judged:
        confidence = min(max(calibration.confidence(field, one.belief), EDGE), 1 - EDGE)
        log_loss -= log(confidence if one.is_right else 1 - confidence)
        brier += (one.is_right - confidence) ** 2
    filled = [one for one in judged if one.belief >= threshold]
    count = max(1, len(judged))
    return Fit(log_loss / count, brier / count, len(filled), sum(one.is_right for one in filled))
