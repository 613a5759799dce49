"""A question in, cited suggestions out: one per article, with the sentence that answers, or an honest no.

The ranking is returned even when it abstains. It quotes articles and writes nothing of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from nlp.records import Citation, Hit, Retriever, Suggestion, Suggestions
from nlp.search.abstain import COMPARED, AbstainRule, confidence, rule_for
from nlp.search.lexical import question_terms
from nlp.search.passages import Span, split_sentences
from nlp.search.tokens import tokens

# Two sentences are read at a glance: the one that names the matter and the one that tells what to do.
_MAX_CITATIONS = 2


def suggest(
    question: str,
    *,
    retriever: Retriever,
    top_k: int = 5,
    allowed: Sequence[str] = (),
    locale: str = "",
    rule: AbstainRule | None = None,
) -> Suggestions:
    """Return suggestions for a question, near ties in the language of `locale`, by default the question's own.

    Raises:
        QuestionTooLong: see nlp.search.lexical.
    """
    hits = retriever.search(question, top_k=hits_for(top_k), allowed=allowed, locale=locale)
    return suggest_from(hits, question, top_k=top_k, rule=rule)


def hits_for(top_k: int) -> int:
    """Return how many hits to search for: how far the first stands before the next is part of its confidence."""
    return max(top_k + 1, COMPARED)


def suggest_from(hits: Sequence[Hit], question: str, *, top_k: int = 5, rule: AbstainRule | None = None) -> Suggestions:
    """Return suggestions for a question from what was found for it."""
    wanted = frozenset(term.text for term in question_terms(question))
    hits = _one_per_article(hits)
    ranked = (_suggestion(hits[rank:], wanted, rule, is_first=rank == 0) for rank in range(min(top_k, len(hits))))
    suggestions = tuple(accumulate(ranked, _no_surer))
    is_abstained = not hits or confidence(hits, rule=rule) < (rule or rule_for(hits)).threshold
    return Suggestions(is_abstained, suggestions)


def _one_per_article(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.article_id, hit)
    return tuple(best.values())


def _suggestion(hits: Sequence[Hit], wanted: frozenset[str], rule: AbstainRule | None, *, is_first: bool) -> Suggestion:
    """Suggest the first of these hits; only the best of the ranking may count its lead over the next."""
    hit = hits[0]
    judged = hits if is_first else (hit, hit)
    return Suggestion(
        article_id=hit.passage.article_id,
        title=hit.passage.title,
        passage=hit.passage.text,
        url=hit.url,
        score=hit.score,
        confidence=confidence(judged, rule=rule),
        citations=_citations(hit, wanted),
    )


def _no_surer(above: Suggestion, below: Suggestion) -> Suggestion:
    """Let nobody read that the lower of two is the surer one: the order has looked at more than either's confidence."""
    return replace(below, confidence=min(above.confidence, below.confidence))


def _citations(hit: Hit, wanted: frozenset[str]) -> tuple[Citation, ...]:
    """Cite the sentences that share most with the question; after one that itself asks, the sentence that replies."""
    text = hit.passage.text
    spans = [span for span in split_sentences(text) if any(map(str.isalpha, text[span.start : span.end]))]
    shared = [_shared(text[span.start : span.end], wanted) for span in spans]
    order = sorted(range(len(spans)), key=lambda index: (-shared[index], index))
    chosen: list[int] = []
    for index in order:
        if len(chosen) >= _MAX_CITATIONS or (chosen and shared[index] * 2 < shared[chosen[0]]):
            break
        if index not in chosen:
            chosen.append(index)
        if _asks(text, spans[index]) and index + 1 < len(spans) and index + 1 not in chosen:
            chosen.append(index + 1)
    start = hit.passage.start
    return tuple(
        Citation(hit.passage.article_id, start + span.start, start + span.end, text[span.start : span.end])
        for span in (spans[index] for index in sorted(chosen[:_MAX_CITATIONS]))
    )


def _shared(sentence: str, wanted: frozenset[str]) -> int:
    return sum(len(text) for text in {token.text for token in tokens(sentence)} & wanted)


def _asks(text: str, span: Span) -> bool:
    return text[span.start : span.end].rstrip("*_` ").endswith(("?", "？"))
