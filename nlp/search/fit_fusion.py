"""How much meaning should count beside words in this knowledge base: its own passages in, a Fusion out.

Nobody has asked anything yet, so passages ask for themselves: a title, or one sentence, is taken out of a passage and
put as a question, and the rest of the passage has to be found by it. They also say where the middle of all passages
and of all questions lies (nlp.search.centre). It reads; nothing in the file changes.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlp.encoders.embed import Vectors
from nlp.search import vector_table
from nlp.search.centre import Centre
from nlp.search.dense import NEAREST, DenseLeg
from nlp.search.fuse import DEFAULT_WEIGHT, Alike, Fusion, compared, fuse
from nlp.search.lexical import FieldText, Scored, question_terms, rank
from nlp.search.lexical_leg import TermFrequencies, corpus_size, field_texts, found_by_terms, weighed
from nlp.search.passages import split_sentences
from nlp.search.tokens import tokens

# What passages ask for themselves overrates meaning: a sentence shares fewer words with the rest of its passage than a
# question does with its answer (docs_zh finds its own passages best at 1.0, and answers questions worse by .16 nDCG@10
# there than at .8). So nothing above the default is learned.
GRID = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, DEFAULT_WEIGHT)
# Standard errors by which another weight must find passages better than the default does.
LEAST_SURE = 1.0
# Enough for a standard error of .04 of a reciprocal rank; some seconds of encoding.
QUESTIONS = 100
# A sentence shorter than this says nothing by itself ("Note:"), a longer one is no question.
_LEAST, _MOST = 6, 200
# Passages that are all alike would make every difference large.
_LEAST_SPREAD = 0.02
# Passages that each question is compared with, to see how likenesses spread.
_COMPARED = 300
# A passage of a small file asks as often as this.
_MOST_TIMES = 4


Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cloze:
    """A passage that asks for itself: the question, and what is left to be found by it."""

    passage: int
    article: int
    question: str
    rest: str


@dataclass(frozen=True, slots=True)
class Learnt:
    """The weight, and the mean reciprocal rank by weight it was chosen from."""

    fusion: Fusion
    questions: int
    by_weight: tuple[float, ...]  # of GRID


def clozes(connection: sqlite3.Connection, *, most: int = QUESTIONS) -> Iterator[Cloze]:
    """Take passages evenly over the file; yield what they can ask, several times each where they are few."""
    (count,) = connection.execute("SELECT count(*) FROM passages").fetchone()
    step = max(1, count // most)
    rows = connection.execute(
        'SELECT p.number, article, p.title, substr(body, start + 1, "end" - start)'
        " FROM passages AS p JOIN articles ON articles.number = p.article WHERE p.number % ? = 0 ORDER BY p.number",
        (step,),
    ).fetchall()
    times = max(1, min(_MOST_TIMES, most // max(len(rows), 1)))
    for number, article, title, text in rows[:most]:
        yield from _clozes(number, article, title.strip(), text, times)


def _clozes(number: int, article: int, title: str, text: str, times: int) -> Iterator[Cloze]:
    """Ask with the title, and with sentences that the passage's number picks."""
    rest = text.replace(title, " ", 1).strip() if title else text
    if title and len(rest) >= _LEAST:
        yield Cloze(number, article, title, rest)
        times -= 1
    spans = [span for span in split_sentences(text) if _LEAST <= span.end - span.start <= _MOST]
    if len(spans) < 2:
        return
    for turn in range(min(times, len(spans))):
        chosen = spans[(number + turn) % len(spans)]
        left = f"{text[: chosen.start]} {text[chosen.end :]}".strip()
        yield Cloze(number, article, text[chosen.start : chosen.end], left)


def learn_fusion(connection: sqlite3.Connection, dense: DenseLeg, *, most: int = QUESTIONS) -> Learnt:
    """Return the weight under which passages find themselves best. Where nothing can ask, the default stays."""
    asked = list(clozes(connection, most=most))
    if not asked:
        return Learnt(Fusion(), 0, (0.0,) * len(GRID))
    rests = vector_table.unpack(dense.embed([cloze.rest for cloze in asked]))
    questions = np.stack(dense.questions([cloze.question for cloze in asked]))
    fusion = measured(questions, dense.sample(connection))
    frequencies, found = TermFrequencies(), []
    for cloze, rest, row in zip(asked, rests, questions, strict=True):
        ranking, rows = _judged(connection, dense, frequencies, cloze, row=row)
        near = compared(row, {**rows, cloze.passage: rest}, fusion.centre)
        found.append(
            [_reciprocal(ranking, near, cloze.passage, replace(fusion, dense_weight=weight)) for weight in GRID]
        )
    by_weight = np.array(found)
    return Learnt(
        replace(fusion, dense_weight=best_weight(by_weight)), len(asked), tuple(by_weight.mean(axis=0).tolist())
    )


def measured(questions: Vectors, passages: Vectors) -> Fusion:
    """Return the centre of a knowledge base, and how likenesses spread about it."""
    centre = Centre(passages.mean(axis=0), questions.mean(axis=0))
    some = passages[:: max(1, len(passages) // _COMPARED)]
    likenesses = np.stack([centre.likeness(row, some) for row in questions])
    return Fusion(usual=float(likenesses.mean()), spread=max(float(likenesses.std()), _LEAST_SPREAD), centre=centre)


def best_weight(found: Floats) -> float:
    """Return the weight under which passages are found best; the default, unless another is surely better.

    `found` has a row for each question: the reciprocal rank by each weight of GRID.

    >>> by_words = np.array([[1.0] * 8 + [0.2]] * 9 + [[0.5] * 9])
    >>> best_weight(by_words), best_weight(np.full((9, 9), 0.5))
    (0.7, 0.8)
    """
    gains = found - found[:, -1:]
    mean = gains.mean(axis=0)
    sure = mean > LEAST_SURE * gains.std(axis=0) / math.sqrt(len(found))
    best = max(range(len(GRID)), key=lambda place: (sure[place], mean[place], place))
    return GRID[best] if sure[best] else DEFAULT_WEIGHT


def _judged(
    connection: sqlite3.Connection, dense: DenseLeg, frequencies: TermFrequencies, cloze: Cloze, *, row: Vectors
) -> tuple[tuple[Scored, ...], dict[int, Vectors]]:
    """Rank what the question finds outside its own article together with the rest of its passage; and their vectors."""
    size = corpus_size(connection)
    weights = weighed(connection, cloze.question, question_terms(cloze.question), size, frequencies)
    passages = dict.fromkeys(found_by_terms(connection, weights, ()))
    passages |= dict.fromkeys(dense.nearest(connection, row, top_k=NEAREST, allowed=()))
    texts = field_texts(connection, {**passages, cloze.passage: None}, ())
    own = texts.get(cloze.passage)
    others = {number: text for number, text in texts.items() if text.article != cloze.article}
    if own is not None:
        others[cloze.passage] = _without_question(own, cloze.rest)
    return rank(weights, others, size), dense.rows(connection, others)


def _without_question(text: FieldText, rest: str) -> FieldText:
    return replace(text, title="", body=" ".join(token.text for token in tokens(rest)))


def _reciprocal(ranking: Sequence[Scored], near: Mapping[int, Alike], passage: int, fusion: Fusion) -> float:
    for place, candidate in enumerate(fuse(ranking, near, fusion)):
        if candidate.scored.passage == passage:
            return 1 / (1 + place)
    return 0.0
