"""A ticket's text in, cited suggestions out: the questions it may be asking are all put, the surest one answers.

Who asks several times finds something sooner by chance, so the confidence is not the surest question's own. It is
fitted on tickets, from that question's confidence, from the surest question that finds another article, and from where
the whole text ranks the article found. It judges by words, as nlp.search.abstain does; a plain question is
nlp.search.suggest's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.answers.draft_question import NO_FACTS, TicketFacts, with_facts
from nlp.answers.ticket_questions import ticket_questions
from nlp.records import Hit, Retriever, Suggestions
from nlp.search.abstain import COMPARED, AbstainRule, confidence, is_dense
from nlp.search.suggest import hits_for, suggest_from

# python -m training.eval_ticket_questions --fit, 2026-11-22: questions written as tickets, half of them answerable.
# From the threshold on, 90% of what is offered is right on the sets it was fitted on, 85% on docs_zh, docs_en and
# esun_faq, which were only measured. Offered of the answerable: 42% and 47%; the same tickets put as one question: 23%
# and 14%.
RULE = AbstainRule(intercept=-2.00, weights=(0.99, -0.49, 1.72), threshold=0.72)
# The same with --encoder minilm-l6-zh-en-tuned --articles 300 --questions 12 --answered 0.015, 2026-11-23: of tickets
# whose article was taken out 2.4% are answered on the fitted sets and none on docs_zh, docs_en and esun_faq, of those
# from elsewhere none, of those that have one 40% and 32%; 97% and 94% of what is offered is right.
DENSE_RULE = AbstainRule(intercept=-2.97, weights=(1.01, -2.51, 2.43), threshold=0.92)
_RANKED = 10
"""Articles of the whole text's ranking that are looked at."""
_LEAST = 1e-6
"""A probability is kept so far from 0 and 1, where log-odds end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a ticket and what it found, one hit an article."""

    question: str
    hits: tuple[Hit, ...]

    @property
    def confidence(self) -> float:
        return confidence(self.hits[:COMPARED])

    @property
    def articles(self) -> tuple[str, ...]:
        """Return the ids of the articles found, best first."""
        return tuple(dict.fromkeys(hit.passage.article_id for hit in self.hits))

    @property
    def article_id(self) -> str:
        """Return the article found first; "" where none was."""
        return self.articles[0] if self.hits else ""


@dataclass(frozen=True, slots=True)
class AskedTicket:
    """The questions of a ticket, the one that holds most first, and what its whole text finds, best first."""

    questions: tuple[Asked, ...]
    whole: Asked

    @property
    def ranking(self) -> tuple[str, ...]:
        """Return the ids of the articles that the whole text finds, best first."""
        return tuple(hit.passage.article_id for hit in self.whole.hits[:_RANKED])

    @property
    def surest(self) -> Asked:
        """Return the question whose first hit answers it most surely; of equal ones the first, which holds more."""
        return max(self.questions, key=lambda one: one.confidence)


def ask_ticket(
    text: str,
    *,
    retriever: Retriever,
    top_k: int = 1,
    allowed: Sequence[str] = (),
    locale: str = "",
    facts: TicketFacts = NO_FACTS,
) -> AskedTicket:
    """Put each question of a ticket, and the whole text, each once; find enough for `top_k` suggestions. `facts` are
    what its draft found.

    Raises:
        QuestionTooLong: see nlp.search.lexical.
    """
    wanted = hits_for(top_k)

    def ask(question: str, most: int) -> Asked:
        return Asked(question, tuple(retriever.search(question, top_k=most, allowed=allowed, locale=locale)))

    whole = ask(text, max(_RANKED, wanted))
    asked = with_facts(ticket_questions(text), facts)
    questions = tuple(whole if question == text else ask(question, wanted) for question in asked)
    return AskedTicket(questions, whole)


def features(asked: AskedTicket) -> tuple[float, ...]:
    """Return what the confidence is computed from: the log-odds of the surest question alone; the confidence of the
    surest one that finds another article; 1 / (1 + how many the whole text ranks before the article), 0 where it ranks
    it nowhere. Who was told only a part of what finds this article, and finds it second, is no rival."""
    best = asked.surest
    alone = min(max(best.confidence, _LEAST), 1 - _LEAST)
    rival = max((one.confidence for one in asked.questions if _is_rival(one, asked)), default=0.0)
    ranked = best.article_id in asked.ranking
    agreement = 1 / (1 + asked.ranking.index(best.article_id)) if ranked else 0.0
    return (math.log(alone / (1 - alone)), rival, agreement)


def _is_rival(one: Asked, asked: AskedTicket) -> bool:
    """Say whether a question speaks for another article, by more than that it was told too little."""
    article_id = asked.surest.article_id
    if article_id in one.articles[:1]:
        return False
    wholes = (_letters(other.question) for other in asked.questions if other.article_id == article_id)
    return article_id not in one.articles[:2] or not any(_letters(one.question) in whole for whole in wholes)


def _letters(question: str) -> str:
    return "".join(filter(str.isalnum, question.casefold()))


def rule_for(asked: AskedTicket) -> AbstainRule:
    """Return the rule for what there is to judge by."""
    return DENSE_RULE if is_dense(asked.surest.hits) else RULE


def ticket_confidence(asked: AskedTicket, *, rule: AbstainRule | None = None) -> float:
    """Return how sure the surest question's first hit is the right one, 0..1."""
    if not asked.surest.confidence:
        return 0.0
    rule = rule or rule_for(asked)
    logit = rule.intercept + sum(weight * value for weight, value in zip(rule.weights, features(asked), strict=True))
    return 1.0 / (1.0 + math.exp(-logit))


def suggest_for_ticket(
    text: str,
    *,
    retriever: Retriever,
    top_k: int = 5,
    allowed: Sequence[str] = (),
    locale: str = "",
    facts: TicketFacts = NO_FACTS,
    rule: AbstainRule | None = None,
) -> Suggestions:
    """Return suggestions for a ticket. Where none is sure enough, the ranking is the whole text's.

    Raises:
        QuestionTooLong: see nlp.search.lexical.
    """
    asked = ask_ticket(text, retriever=retriever, top_k=top_k, allowed=allowed, locale=locale, facts=facts)
    sure = ticket_confidence(asked, rule=rule)
    is_abstained = sure < (rule or rule_for(asked)).threshold
    best = asked.whole if is_abstained else asked.surest
    found = suggest_from(best.hits[: hits_for(top_k)], best.question, top_k=top_k).suggestions
    if is_abstained:
        unsure = tuple(replace(one, confidence=min(one.confidence, sure)) for one in found)
        return Suggestions(True, unsure, asked.surest.question)
    return Suggestions(
        not found,
        tuple(replace(one, confidence=min(one.confidence, sure) if rank else sure) for rank, one in enumerate(found)),
        best.question,
    )
