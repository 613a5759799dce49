"""How much meaning should count beside words in this knowledge base: its own passages in, a Fusion out.

Nobody has asked anything yet, so passages ask for themselves: a title, or one sentence, is taken out of a passage and
put as a question, and the rest of the passage has to be found by it. Questions that people put and the answers they
used count the same way, where there are some. It reads; nothing in the file changes.
"""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.encoders.embed import Vectors
from nlp.search import vector_table
from nlp.search.dense import DenseLeg
from nlp.search.fuse import Fusion, fuse
from nlp.search.lexical import FieldText, Scored, question_terms, rank
from nlp.search.lexical_leg import CANDIDATES, corpus_size, field_texts, found_by_terms, weighed
from nlp.search.passages import split_sentences
from nlp.search.tokens import tokens

# A learnt share is between these steps; finer ones are within the noise of a few hundred questions.
GRID = tuple(step / 20 for step in range(21))
# Enough for a standard error of .03 of a reciprocal rank; a second or two of encoding.
QUESTIONS = 200
# A sentence shorter than this says nothing by itself ("Note:"), a longer one is no question.
_LEAST, _MOST = 6, 200
# Passages that are all alike would make every difference large.
_LEAST_SPREAD = 0.02
# A passage of a small file asks as often as this.
_MOST_TIMES = 4
# Smoothed over neighbouring steps, the best weight is not the luckiest.
_SMOOTHED_OVER = 2


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
    rests = list(vector_table.unpack(dense.embed([cloze.rest for cloze in asked]))) if asked else []
    questions = dense.questions([cloze.question for cloze in asked])
    totals = [0.0] * len(GRID)
    others: list[float] = []
    for cloze, rest, row in zip(asked, rests, questions, strict=True):
        ranking, cosines = _judged(connection, dense, cloze, row=row, rest_cosine=float(rest @ row))
        others += sorted(cosine for number, cosine in cosines.items() if number != cloze.passage)[-1:]
        for place, weight in enumerate(GRID):
            totals[place] += _reciprocal(ranking, cosines, cloze.passage, Fusion(weight))
    by_weight = tuple(total / max(len(asked), 1) for total in totals)
    if not asked:
        return Learnt(Fusion(), 0, by_weight)
    middle = statistics.median(others) if others else Fusion().usual_cosine
    spread = statistics.pstdev(others) if others else Fusion().cosine_spread
    fusion = Fusion(best_weight(by_weight), usual_cosine=middle, cosine_spread=max(spread, _LEAST_SPREAD))
    return Learnt(fusion, len(asked), by_weight)


def best_weight(by_weight: Sequence[float]) -> float:
    """Return the weight in the middle of the best neighbourhood.

    >>> best_weight([0.1] * 10 + [0.5, 0.6, 0.5] + [0.2] * 8)
    0.6
    """
    smooth = []
    for place in range(len(by_weight)):
        near = by_weight[max(0, place - _SMOOTHED_OVER) : place + _SMOOTHED_OVER + 1]
        smooth.append(sum(near) / len(near))
    return GRID[max(range(len(smooth)), key=lambda place: smooth[place])]


def _judged(
    connection: sqlite3.Connection, dense: DenseLeg, cloze: Cloze, *, row: Vectors, rest_cosine: float
) -> tuple[tuple[Scored, ...], dict[int, float]]:
    """Rank what the question finds outside its own article together with the rest of its passage."""
    size = corpus_size(connection)
    weights = weighed(connection, cloze.question, question_terms(cloze.question), size)
    passages = dict.fromkeys(found_by_terms(connection, weights, ()))
    passages |= dict.fromkeys(dense.nearest(connection, row, top_k=CANDIDATES, allowed=()))
    texts = field_texts(connection, {**passages, cloze.passage: None}, ())
    own = texts.get(cloze.passage)
    others = {number: text for number, text in texts.items() if text.article != cloze.article}
    if own is not None:
        others[cloze.passage] = _without_question(own, cloze.rest)
    cosines = dense.cosines(connection, row, others)
    cosines[cloze.passage] = rest_cosine
    return rank(weights, others, size), cosines


def _without_question(text: FieldText, rest: str) -> FieldText:
    return replace(text, title="", body=" ".join(token.text for token in tokens(rest)))


def _reciprocal(ranking: Sequence[Scored], cosines: dict[int, float], passage: int, fusion: Fusion) -> float:
    for place, candidate in enumerate(fuse(ranking, cosines, fusion)):
        if candidate.scored.passage == passage:
            return 1 / (1 + place)
    return 0.0
