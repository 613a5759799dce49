"""A question and the article that answers it in; the article's own sentences, in its order, as an answer out.

A question of how is answered by steps: the list that fits, with the sentence that introduces it and the warning beside
it. Any other is answered by the one or two sentences that hold most of what it asks. What depends on its neighbour
keeps it: a list its introduction, "otherwise ..." the sentence before, a row its table's header. Every line cites exact
spans of the article's body. It writes nothing of its own, and leaves out what speaks to a program
(nlp.answers.injection). It compares words, and meaning only where an encoder is given.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from nlp.answers.answer_units import MAX_TEXT, Unit, split_units
from nlp.answers.answer_words import asks_how, asks_how_much, depends, goes_on, has_number, tells_to
from nlp.answers.injection import is_order
from nlp.records import Answer, AnswerLine, Article, Citation, LineKind
from nlp.search.lexical import KIND_WEIGHT, question_terms
from nlp.search.tokens import tokens

Similar = Callable[[str, Sequence[str]], Sequence[float]]
"""A question and sentences in, cosines out: where an encoder is at hand."""

MAX_LINES = 12
"""The longest procedure of the example articles has seven steps; a longer answer is an article."""
MAX_SENTENCES = 3
SHORT = 1_500
"""Code points of an article of one matter: its steps are the steps, whatever words they use; nlp.search.passages cuts
there, too."""
WHOLE_PARAGRAPH = 5
"""A reply of so many sentences is read at a glance: shown whole to who asks how."""
NEAR = 0.75
"""The sentence before a list is shown too where it holds this share of what the best one does."""
MORE = 0.4
"""A second sentence is shown too where it holds so much of the question that the first does not."""
NUMBER_GAIN = 1.25
"""A sentence with a number answers "how many" better than one without."""
COSINE_SHARE = 0.5
"""How much meaning counts beside words, where there is an encoder."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Page:
    """An article's units with what each holds of the question."""

    article: Article
    units: tuple[Unit, ...]
    scores: tuple[float, ...]
    held: tuple[dict[str, float], ...]  # the question's words that each holds, with what they weigh
    is_near: tuple[bool, ...]  # stands in the passage that was found

    def said(self, at: int) -> str:
        return self.article.body[self.units[at].start : self.units[at].end]


def answer_from(
    article: Article, question: str, *, start: int = 0, end: int | None = None, similar: Similar | None = None
) -> Answer | None:
    """Return what an article says to a question; body[start:end] is the passage that was found for it.

    None where nothing that may be cited is there.
    """
    page = _page(article, question, start, len(article.body) if end is None else end, similar)
    if not page.units:
        return None
    chosen = (_steps(page) or _reply(page) if asks_how(question) else []) or _sentences(page)
    shown = [at for at in sorted(_with_neighbours(page, chosen)) if _is_shown(page, at)][:MAX_LINES]
    lines = tuple(_line(page, at, shown) for at in shown)
    return Answer(lines) if lines else None


def _page(article: Article, question: str, start: int, end: int, similar: Similar | None) -> _Page:
    body = article.body
    around = 0 if end <= MAX_TEXT else max(0, start - MAX_TEXT // 4)
    units = tuple(split_units(body, start=around))
    said = [body[unit.start : unit.end] for unit in units]
    wanted = {term.text: KIND_WEIGHT[term.kind] for term in question_terms(question) if term.is_telling}
    held = _held(said, wanted)
    scores = [sum(weights.values()) for weights in held]
    if similar is not None and said:
        top = max(scores, default=0.0) or 1.0
        cosines = similar(question, said)
        scores = [score + COSINE_SHARE * top * max(cosine, 0.0) for score, cosine in zip(scores, cosines, strict=True)]
    if asks_how_much(question):
        scores = [score * (NUMBER_GAIN if has_number(text) else 1.0) for score, text in zip(scores, said, strict=True)]
    is_near = tuple(unit.start < end and unit.end > start for unit in units)
    return _Page(article, units, tuple(scores), tuple(held), is_near)


def _held(said: Sequence[str], wanted: dict[str, float]) -> list[dict[str, float]]:
    """Return which of the question's words each text holds; they weigh by how well they tell these texts apart."""
    found = [{token.text for token in tokens(text)} & wanted.keys() for text in said]
    held_by = Counter(term for terms in found for term in terms)
    weight = {term: wanted[term] * math.log1p(len(said) / count) for term, count in held_by.items()}
    return [{term: weight[term] for term in terms} for terms in found]


def _steps(page: _Page) -> list[int]:
    """Return the list that tells how: of steps before one of points, in the passage before elsewhere."""
    best: list[int] = []
    best_rank = (False, False, -1.0)
    is_short = len(page.article.body) <= SHORT
    for block in dict.fromkeys(unit.block for unit in page.units if unit.kind in ("step", "item")):
        listed = [at for at, unit in enumerate(page.units) if unit.block == block and unit.kind in ("step", "item")]
        if len(listed) < 2 or 2 * sum(_asks(page, at) for at in listed) >= len(listed):
            continue  # what to ask the customer is no answer
        lead = page.units[listed[0]].lead
        about = max(page.scores[at] for at in listed) + (page.scores[lead] if lead is not None else 0.0)
        is_ordered = page.units[listed[0]].kind == "step"
        rank = (any(page.is_near[at] for at in listed), is_ordered, about)
        if rank > best_rank and (rank[0] or about > 0 or (is_ordered and is_short)):
            best, best_rank = listed, rank
    if not best:
        return []
    named = [at for at in takewhile(lambda at: at < best[0], range(len(page.units)))
             if page.units[at].kind == "sentence" and page.is_near[at] and not _asks(page, at)]  # fmt: skip
    top = max(named, key=lambda at: page.scores[at], default=None)
    is_told = top is not None and page.scores[top] > 0 and page.scores[top] >= NEAR * max(page.scores)
    return [top, *best] if is_told and top is not None else best


def _reply(page: _Page) -> list[int]:
    """Return a short passage whole, or the stretch of a long one that holds most and tells what to do."""
    told = [at for at, unit in enumerate(page.units) if unit.kind == "sentence" and not _asks(page, at)]
    near = [at for at in told if page.is_near[at]]
    if len(near) <= WHOLE_PARAGRAPH:
        return near
    top = max(page.scores, default=0.0)

    def worth(first: int) -> float:
        window = near[first : first + MAX_SENTENCES]
        return sum(page.scores[at] + (0.3 * top if tells_to(page.said(at)) else 0.0) for at in window)

    first = max(range(len(near) - MAX_SENTENCES + 1), key=worth)
    return near[first : first + MAX_SENTENCES]


def _sentences(page: _Page) -> list[int]:
    """Return the units that hold most of the question; behind one that asks itself, what replies."""
    telling = [at for at, unit in enumerate(page.units) if unit.kind != "heading" and not _is_to_ask(page, at)]
    near = [at for at in telling if page.is_near[at]] or telling
    if not near:
        return []
    first = max(near, key=lambda at: page.scores[at])
    chosen = [first]
    covered = dict(page.held[first])
    while len(chosen) < MAX_SENTENCES:
        gains = {at: _gain(page.held[at], covered) for at in near if at not in chosen}
        best = max(gains, key=lambda at: gains[at], default=None)
        if best is None or gains[best] < MORE * page.scores[first] or gains[best] <= 0:
            break
        chosen.append(best)
        covered |= page.held[best]
    return [one for at in chosen for one in _told_by(page, at)]


def _gain(held: Mapping[str, float], covered: Mapping[str, float]) -> float:
    return sum(weight for term, weight in held.items() if term not in covered)


def _told_by(page: _Page, at: int) -> list[int]:
    """Return a unit; in place of one that asks, what follows it until the next that asks."""
    if not _asks(page, at):
        return [at]
    following = range(at + 1, min(at + 1 + MAX_SENTENCES, len(page.units)))
    told = list(takewhile(lambda one: not _asks(page, one) and page.units[one].kind != "heading", following))
    return told or [at]


def _with_neighbours(page: _Page, chosen: Collection[int]) -> Iterator[int]:
    """Add what a chosen unit is not understood without."""
    kept = set(chosen)
    for at in sorted(chosen):
        unit = page.units[at]
        kept |= {one for one in (None if unit.kind == "row" else unit.lead, unit.header) if one is not None}
        if depends(page.said(at)) and at and page.units[at - 1].block == unit.block and unit.kind == "sentence":
            kept.add(at - 1)
        kept |= {one for one, other in enumerate(page.units) if other.lead == at and unit.kind == "sentence"}
    last = max(kept, default=0)
    after = next((at for at in range(last + 1, len(page.units)) if page.units[at].kind != "heading"), None)
    if after is not None and page.units[last].kind in ("step", "item") and goes_on(page.said(after)):
        kept.add(after)
    yield from kept


def _asks(page: _Page, at: int) -> bool:
    return page.units[at].kind != "code" and page.said(at).rstrip("*_` ").endswith(("?", "？"))


def _is_to_ask(page: _Page, at: int) -> bool:
    """Say whether it is a point that an agent is to ask; a sentence that asks itself is replied to by the next."""
    return page.units[at].kind in ("step", "item") and _asks(page, at)


def _is_shown(page: _Page, at: int) -> bool:
    is_header = any(unit.header == at for unit in page.units)
    return page.units[at].kind != "heading" and not is_header and not is_order(page.said(at))


def _line(page: _Page, at: int, shown: Sequence[int]) -> AnswerLine:
    unit, said = page.units[at], page.said(at)
    cited = [Citation(page.article.id, unit.start, unit.end, said)]
    kind: LineKind = "sentence" if unit.kind == "heading" else unit.kind
    if kind == "code":
        return AnswerLine(said, kind, tuple(cited))
    if kind == "row" and unit.header is not None:
        header = page.units[unit.header]
        cited.insert(0, Citation(page.article.id, header.start, header.end, page.said(unit.header)))
        return AnswerLine(_row(page.said(unit.header), said), kind, tuple(cited))
    return AnswerLine(_SPACES.sub(" ", said), kind, tuple(cited), number=unit.number)


def _row(header: str, row: str) -> str:
    """Write a row with its headings.

    >>> _row("| Code | Meaning |", "| E4 | sensor |")
    'Code: E4 | Meaning: sensor'
    """
    names, cells = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in (header, row))
    pairs = zip(names, cells, strict=False)
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell)
