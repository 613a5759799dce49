"""A column of names in which few differ, as codes into the distinct ones.

Any sequence of texts goes in; codes and distinct names come out, so that what is looked up is looked up once a name and
not once a reading. Does not know what is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from predictive.records import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Names(Sequence[str]):
    """A sequence of texts: `distinct[codes[i]]` is the i-th. A distinct name may stand there unused.

    >>> list(Names(np.array([0, 1, 0]), ("power", "current")))
    ['power', 'current', 'power']
    """

    codes: Ints  # (n,)
    distinct: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Names: ...

    def __getitem__(self, index: int | slice) -> str | Names:
        if isinstance(index, slice):
            return Names(self.codes[index], self.distinct)
        return self.distinct[int(self.codes[index])]

    def __iter__(self) -> Iterator[str]:
        return map(self.distinct.__getitem__, self.codes.tolist())

    def take(self, positions: Ints) -> Names:
        """Return the names at these positions."""
        return Names(self.codes[positions], self.distinct)


def coded(names: Sequence[str]) -> Names:
    """Return the same names with codes; names that have them already come back as they are.

    >>> coded(["a", "b", "a"]).codes.tolist()
    [0, 1, 0]
    """
    if isinstance(names, Names):
        return names
    numbers: dict[str, int] = {}
    codes = np.fromiter((numbers.setdefault(name, len(numbers)) for name in names), np.int64, len(names))
    return Names(codes, tuple(numbers))


def joined(parts: Sequence[Sequence[str]]) -> Names:
    """Return the names of all parts, one after the other.

    >>> list(joined([["a", "b"], ["b", "c"]]))
    ['a', 'b', 'b', 'c']
    """
    numbers: dict[str, int] = {}
    codes: list[Ints] = []
    for part in map(coded, parts):
        own = [numbers.setdefault(name, len(numbers)) for name in part.distinct]
        codes.append(np.asarray(own, dtype=np.int64)[part.codes] if own else np.zeros(0, np.int64))
    return Names(np.concatenate(codes) if codes else np.zeros(0, np.int64), tuple(numbers))
