"""A number that stands in a text: where, and how much."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumberSpan:
    """The number at [start, end); `exact` holds its digits where a float would round them."""

    start: int
    end: int
    value: float
    exact: str = ""

    @property
    def written(self) -> str:
        """Return the value without a needless fraction."""
        return str(int(self.exact)) if len(self.exact) > MAX_DIGITS else number_text(self.value)


MAX_DIGITS = 15
"""What a double holds of any decimal number."""


def number_text(value: float) -> str:
    """Write a number as the specification does: 15 digits, and a power of ten where they do not reach.

    >>> number_text(5.0), number_text(5.3), number_text(3657000000.0), number_text(0.000005), number_text(1.2732e15)
    ('5', '5.3', '3657000000', '5E-06', '1.2732E+15')
    """
    return f"{value:.15G}"
