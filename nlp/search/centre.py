"""Which way all the vectors of a knowledge base lean: rows in, how alike they are without that out.

All passages of one house are about its things, so their vectors share a direction, and all questions share another: a
cosine mostly says that a question is a question. Taken from the passages' mean, and with the questions' mean weighed
in by half, what is left says what this one is about. It does not know what the vectors are of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlp.encoders.embed import Vectors, unit_rows

QUESTION_SHARE = 0.5
"""How much of the questions' mean is taken from a question. The mean is known only from what the passages ask for
themselves, so half of it: nDCG@10 by meaning alone at 0 / .5 / 1 and without any of this, minilm-l6-zh-en, 2026-11-23:
docs_en .606 / .612 / .609 and .603, zh questions on them .449 / .453 / .450 and .443, stackfaq .950 / .957 / .962 and
.956, covidfaq .597 / .609 / .600 and .608, esun_faq .863 / .875 / .840 and .849."""


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """The means of a knowledge base's passages and of the questions it can be asked; zeros change nothing."""

    passages: Vectors  # (width,)
    questions: Vectors  # (width,)

    def likeness(self, question: Vectors, rows: Vectors) -> Vectors:
        """Return how alike a question and each row, (n, width), are: (n,); about -1..1, higher is more alike."""
        told: Vectors = unit_rows(rows - self.passages) @ (question - QUESTION_SHARE * self.questions)
        return told


def nowhere(width: int) -> Centre:
    """Return the centre of nothing: likeness is the cosine.

    >>> row = np.array([0.6, 0.8], np.float32)
    >>> nowhere(2).likeness(row, row[None]).round(3).tolist()
    [1.0]
    """
    zeros = np.zeros(width, np.float32)
    return Centre(zeros, zeros)
