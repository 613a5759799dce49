"""A promise ("98% of what is filled in is right") and a business's own labels in, the belief that keeps it out.

Learn-then-Test (Angelopoulos et al. 2021) with fixed-sequence testing: thresholds are tested from the surest values
down, each by the exact binomial tail, until one is not proven. Then, with probability 1 - DOUBT over the draw of the
labels, values at or above the threshold are right as often as promised. It holds while the labelled values are like
those to come (exchangeable), and while accuracy does not fall as belief rises, which lets the sequence begin where
enough labels lie. It says nothing where nobody looked: labels of values that only some people judge are those people's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, comb, exp, lgamma, log, log1p
from typing import Literal, Protocol

DOUBT = 0.1
"""A held promise may be wrong in one business of ten: 114 right values in a row prove 98%; at .05 it would be 149."""
CONTRADICTED = 0.1
"""So unlikely under the promise that it is assumed no more: 2 wrong of 26, 3 of 55, 4 of 87 against 98%. To suggest
where one could fill in costs a click, so that doubt need not be rare."""
FEWEST_WRONG = 2
BISECTIONS = 40
"""Each halves the interval: the ends are exact to 1e-12."""

PromiseState = Literal["held", "unmeasured", "broken"]


class Counted(Protocol):
    """Values of one belief, and how many were right."""

    @property
    def raw(self) -> float: ...
    @property
    def count(self) -> int: ...
    @property
    def right(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How a promise stands on a business's own labels, and what follows.

    `held`: proven, from `threshold` up. `broken`: the labels contradict it, nothing is filled in. `unmeasured`: too few
    labels say either; what then happens is the caller's choice, and never a promise.
    """

    state: PromiseState
    threshold: float
    labels: int  # of the field, at any belief
    filled: int  # of those, at or above the threshold
    right: int
    needed: int  # more labels at or above it, all right, that would prove it; 0 where it is held


def tail(wrong: int, count: int, share_wrong: float) -> float:
    """Return the chance of at most `wrong` of `count`, where each is wrong with `share_wrong`.

    >>> round(tail(0, 114, 0.02), 4), round(tail(1, 194, 0.02), 4), tail(3, 3, 0.5)
    (0.0999, 0.0985, 1.0)
    """
    if wrong >= count or share_wrong <= 0.0:
        return 1.0
    if share_wrong >= 1.0:
        return 0.0
    lost, kept = log(share_wrong), log1p(-share_wrong)
    terms = (_log_choose(count, k) + k * lost + (count - k) * kept for k in range(wrong + 1))
    return min(1.0, sum(exp(term) for term in terms))


def _log_choose(count: int, some: int) -> float:
    if count < 60:
        return log(comb(count, some))
    return lgamma(count + 1) - lgamma(some + 1) - lgamma(count - some + 1)


def interval(right: int, count: int, *, doubt: float = DOUBT) -> tuple[float, float]:
    """Return the ends of Clopper and Pearson's exact interval (1934): each is missed with `doubt` at most.

    >>> [round(end, 3) for end in interval(98, 100, doubt=0.025)]
    [0.93, 0.998]
    """
    if not count:
        return 0.0, 1.0
    wrong = count - right
    # Rising accuracy makes few wrong likelier: the lower end is where the tail reaches the doubt.
    low = 0.0 if right == 0 else _root(lambda share: tail(wrong, count, 1 - share) - doubt)
    high = 1.0 if wrong == 0 else _root(lambda share: tail(wrong - 1, count, 1 - share) - (1 - doubt))
    return low, high


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return low


@lru_cache(maxsize=256)
def fewest(promise: float, *, doubt: float = DOUBT) -> int:
    """Return how many labels, all right, prove a promise.

    >>> fewest(0.98), fewest(0.95), fewest(0.9)
    (114, 45, 22)
    """
    return ceil(log(doubt) / log(promise))


def prove(rows: Sequence[Counted], promise: float, *, doubt: float = DOUBT) -> float | None:
    """Return the lowest belief from which up the promise is proven; None where none is. Rows are in order of belief."""
    count = wrong = 0
    proven: float | None = None
    for row in reversed(rows):
        count += row.count
        wrong += row.count - row.right
        if count < fewest(promise, doubt=doubt):
            continue
        if tail(wrong, count, 1 - promise) > doubt:
            return proven
        proven = row.raw
    return proven


def is_contradicted(rows: Iterable[Counted], promise: float) -> bool:
    """Say whether so few right would hardly be seen if the promise were kept; one that is wrong may be the person's."""
    count, right = _sums(rows)
    wrong = count - right
    return wrong >= FEWEST_WRONG and 1 - tail(wrong - 1, count, 1 - promise) < CONTRADICTED


def needed(rows: Iterable[Counted], promise: float) -> int:
    """Return how many more labels, all right, would prove the promise of these values."""
    count, right = _sums(rows)
    wrong, more = count - right, 0
    step = max(1, fewest(promise))
    while tail(wrong, count + more + step, 1 - promise) > DOUBT:
        more += step
    low, high = more, more + step
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if tail(wrong, count + middle, 1 - promise) <= DOUBT else (middle + 1, high)
    return low


def stand(rows: Sequence[Counted], promise: float, *, assumed: float, floor: float) -> Standing:
    """Weigh a promise against labels; `assumed` is the belief that would keep it if others' tickets were like these,
    below `floor` nothing is filled in."""
    rows = [row for row in rows if row.count]
    labels = sum(row.count for row in rows)
    eligible = [row for row in rows if row.raw >= floor]
    proven = prove(eligible, promise)
    if proven is not None:
        filled, right = _sums(row for row in eligible if row.raw >= proven)
        return Standing("held", proven, labels, filled, right, 0)
    start = assumed if assumed < 1 else floor
    above = [row for row in eligible if row.raw >= start]
    filled, right = _sums(above)
    state: PromiseState = "broken" if is_contradicted(above, promise) else "unmeasured"
    threshold = 1.0 if state == "broken" else assumed
    return Standing(state, threshold, labels, filled, right, needed(above, promise))


def _sums(rows: Iterable[Counted]) -> tuple[int, int]:
    count = right = 0
    for row in rows:
        count, right = count + row.count, right + row.right
    return count, right
