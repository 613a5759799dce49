"""How sure what a receipt prints again is: the lines that show a value in, how surely it was read out.

What is printed on two lines is misread only where both are, and alike. What this does not know: which value is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from vision.records import Line

AGREEING = 0.995
"""Two readings agree: as sure as print and code that do (codes.verified); one slip in a typeface may be made twice."""


def read_certainty(line: Line, alike: Sequence[Line]) -> float:
    """Return how surely the value on `line` was read, where the lines `alike` read the same.

    >>> from vision.records import Line
    >>> box = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    >>> faint, other = Line("12.00", box, 0.8), Line("CASH 12.00", box, 0.9)
    >>> round(read_certainty(faint, [faint]), 3), round(read_certainty(faint, [faint, other]), 3)
    (0.8, 0.98)
    """
    misread = 1.0
    for one in {id(each): each for each in alike}.values():
        misread *= 1 - one.confidence
    return max(line.confidence, min(AGREEING, 1 - misread))
