"""Which digit a cut-out word is: the seam behind which every network stands.

In: words, cut out of a recording, 16 kHz. Out: for each the log probabilities of the ten digits and of "something
else". A string's words are asked together, because they are one speaker's. It does not know where words begin and end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from speech.records import Samples
from speech.spoken_digits.decode import LogProbabilities


@runtime_checkable
class DigitTeller(Protocol):
    """Tells digits of one language apart. One teller is shared by threads."""

    @property
    def engine(self) -> str:
        """Say which network answers, as in "digits:spoken-digits-en"."""
        ...

    def tell(self, words: Sequence[Samples], *, beside: Sequence[Samples] = ()) -> LogProbabilities:
        """Return (n, 11) log probabilities: 0..9 and something else. `beside`: what the same speaker said around."""
        ...


NO_TELLERS: Mapping[str, DigitTeller] = MappingProxyType({})
"""Nobody listens again."""
