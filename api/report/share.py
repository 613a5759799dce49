"""A part of a whole, with how sure its size is: Wilson's two-sided 95% interval. Empty wholes have no value."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Two-sided 95% of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`.

    >>> share = Share(98, 100)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.98, 0.93, 0.994)
    >>> Share(0, 0).value is None
    True
    """

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def low(self) -> float:
        """Return the lower end (Wilson 1927); 0 where nothing was counted."""
        return max(0.0, self._centre - self._spread) if self.whole else 0.0

    @property
    def high(self) -> float:
        """Return the upper end; 1 where nothing was counted."""
        return min(1.0, self._centre + self._spread) if self.whole else 1.0

    @property
    def _centre(self) -> float:
        return (self.part / self.whole + Z**2 / (2 * self.whole)) / (1 + Z**2 / self.whole)

    @property
    def _spread(self) -> float:
        share = self.part / self.whole
        inner = share * (1 - share) / self.whole + Z**2 / (4 * self.whole**2)
        return Z * sqrt(inner) / (1 + Z**2 / self.whole)
