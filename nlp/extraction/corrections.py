"""What people made of filled values in; a calibration that has learned from it out.

The shipped table counts made-up conversations; an administrator's own tickets are another world. Its counts are kept as
a prior of bounded weight, and every accepted, edited or cleared value is counted beside them, in the row of the belief
it had. So a field that people correct loses its right to be filled in unasked after some corrections, not after
thousands; and one that people accept earns it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nlp.extraction.calibrate import Calibration, Outcomes

PRIOR_COUNT = 400
"""Of one field, all rows together. As many corrections weigh as much as everything shipped; and of 400 right ones the
98% promise is still kept with certainty to spare (Wilson's lower bound is .993), of 40 more with 6 wrong no longer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A value that a person accepted (right) or changed (wrong), and the belief it was filled in with."""

    field: str
    belief: float
    is_right: bool


def learn_calibration(judged: Iterable[Judged], *, prior: Calibration, derived_from: str) -> Calibration:
    """Return the calibration after what people did; fields nobody judged keep the prior as it is."""
    by_field: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_field[one.field].append(one)
    learned = {field: _counted(prior.of(field), found) for field, found in by_field.items()}
    return Calibration(derived_from, {**prior.outcomes, **learned})


def write_calibration(calibration: Calibration) -> str:
    """Return the text that read_calibration reads."""
    rows: Mapping[str, list[list[float]]] = {
        field: [[row.raw, row.count, row.right] for row in outcomes] for field, outcomes in calibration.outcomes.items()
    }
    return json.dumps({"derived_from": calibration.derived_from, "outcomes": rows}, ensure_ascii=False, indent=1)


def _counted(prior: tuple[Outcomes, ...], judged: Iterable[Judged]) -> tuple[Outcomes, ...]:
    """Count judged values beside the prior, row by row; without a prior each tenth of belief is a row."""
    rows = _bounded(prior) or tuple(Outcomes(tenth / 10, 0, 0) for tenth in range(10))
    starts = [row.raw for row in rows]
    counts = [row.count for row in rows]
    rights = [row.right for row in rows]
    for one in judged:
        at = max(bisect_right(starts, one.belief) - 1, 0)
        counts[at] += 1
        rights[at] += one.is_right
    return tuple(Outcomes(*row) for row in zip(starts, counts, rights, strict=True))


def _bounded(prior: tuple[Outcomes, ...]) -> tuple[Outcomes, ...]:
    total = sum(row.count for row in prior)
    share = min(1.0, PRIOR_COUNT / total) if total else 0.0
    return tuple(Outcomes(row.raw, round(row.count * share), round(row.right * share)) for row in prior)
