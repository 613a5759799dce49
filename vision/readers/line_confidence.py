"""How surely a line was read right to its last character: a strip's shares in, a calibrated confidence out.

Three things tell: how far the mean share is from one, how far the least is, and how long the line is; a long line has
more places to go wrong. What this does not know: what is written, and languages other than those it was fitted on.
"""

from __future__ import annotations

from math import exp, log

from vision.readers.ctc import Spelled

WEIGHTS = (-2.294, 1.291, -1.655)
INTERCEPT = -0.432
"""Of log(1 - mean share), log(1 - least share) and log(characters + 1): logistic regression on 2,109 lines read on
receipts, nameplates and order screenshots rendered here, Chinese and English, each kind weighing the same (2026-11-23),
`python -m training.fit_lines --pages 30 --check 10`. No real picture taught them. On 1,967 lines of 40 real receipts
the expected calibration error is .015 and the log loss .190; of the mean alone .010 and .201."""
NEAREST = 1e-4
"""Shares nearer to one than this are all alike: a softmax over 18,710 classes says no more."""
LEAST, MOST = 0.01, 0.99
"""Of lines of rendered receipts whose every share is above .999, 278 of 279 are right; by Laplace's rule .993, rounded
down: the rest is in what no share tells, a dropped point. Lines worse than one right in a hundred were not met."""


def confidence_of(spelled: Spelled) -> float:
    """Return the chance that a line is right to the last character, 0..1.

    >>> [confidence_of(Spelled("4.50", shares, ())) for shares in ((1.0, 1.0, 1.0, 1.0), (1.0, 0.6, 0.9, 1.0))]
    [0.99, 0.6205]
    """
    if not spelled.shares:
        return LEAST
    mean, least = spelled.score, min(spelled.shares)
    signals = (log(max(1 - mean, NEAREST)), log(max(1 - least, NEAREST)), log(len(spelled.shares) + 1))
    logit = INTERCEPT + sum(weight * signal for weight, signal in zip(WEIGHTS, signals, strict=True))
    return round(min(max(1 / (1 + exp(-logit)), LEAST), MOST), 4)
