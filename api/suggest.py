"""A question, a prefill or a ticket in; ranked, cited suggestions and an answer out, or an honest "nothing fits".

The answer is the best article's own sentences; where a drafting model is set up it may word them anew, each sentence
held against its source. A draft in shadow mode is shown to nobody, so nothing of its ticket is sent to a model. Knows
no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.drafting import Drafted
from api.engines import Engines
from api.errors import Problem, say
from api.schemas import knowledge as shapes
from api.schemas.prefill import DraftField
from api.security import make_id
from api.store import Store
from api.store.outdated import digest_of_article
from nlp.records import Article, Passage, Suggestion, Suggestions

if TYPE_CHECKING:
    from nlp.answers.draft_question import TicketFacts
    from nlp.records import Answer

DRAFTED_FROM = 3
"""Suggestions that people look at."""


def suggest(
    request: shapes.SuggestionRequest,
    *,
    engines: Engines,
    store: Store,
    at: datetime,
    end_turn: Callable[[], None] = lambda: None,
) -> shapes.SuggestionResponse:
    """Answer a request for suggestions and keep the answer for its feedback; `end_turn` lets others work while a
    drafting model is waited for.

    Raises:
        Problem: the question is too long, or its prefill or ticket is not known.
    """
    asked = _asked(request, store=store)
    limit = engines.settings.limits.question_chars
    if len(asked.text) > limit:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_question"), count=len(asked.text), limit=limit),
        )
    found = find_suggestions(
        asked.text,
        engines=engines,
        kb=request.filters.kb,
        top_k=request.top_k,
        groups=request.filters.groups,
        locale=request.locale,
        is_ticket=asked.is_ticket,
        facts=facts_of(asked.fields),
    )
    articles = _articles(found, engines=engines, kb=request.filters.kb, groups=request.filters.groups)
    answer, drafted = extracted(found, asked.text, articles=articles), None
    if answer is not None and request.draft and engines.drafter.is_on and not asked.is_shadow:
        end_turn()
        drafted = _drafted(found, asked.text, articles=articles, engines=engines, store=store, at=at)
        answer = drafted.answer or answer
    outdated = _outdated(articles, store=store, kb=request.filters.kb or engines.settings.default_knowledge_base)
    response = shapes.SuggestionResponse(
        id=make_id(),
        abstained=found.is_abstained,
        suggestions=[shapes.suggestion_body(one, is_outdated=one.article_id in outdated) for one in found.suggestions],
        answer=shapes.answer_body(answer) if answer else None,
        drafting=drafted.outcome if drafted else None,
    )
    store.drafts.add_suggestions(
        response,
        question=asked.text,
        at=at,
        prefill_id=request.prefill_id,
        ticket_id=request.ticket_id,
        kb=request.filters.kb or "",
    )
    return response


def find_suggestions(
    question: str,
    *,
    engines: Engines,
    kb: str | None = None,
    top_k: int = 5,
    groups: Iterable[str] = (),
    locale: str = "",
    is_ticket: bool = False,
    facts: TicketFacts | None = None,
) -> Suggestions:
    """Search one knowledge base as one group of people may see it; near ties go to the locale's language. A ticket's
    text is not one question: those that it may be asking are put one by one, with the `facts` that its draft found."""
    import nlp
    from nlp.answers.draft_question import NO_FACTS, ModelAwareRetriever

    retriever = engines.retriever(kb)
    if not is_ticket:
        return nlp.suggest(question, retriever=retriever, top_k=top_k, allowed=tuple(groups), locale=locale)
    facts = facts or NO_FACTS
    if facts.models:
        retriever = ModelAwareRetriever(retriever, facts.models, article_of=engines.knowledge_base(kb).get)
    return nlp.suggest_for_ticket(
        question, retriever=retriever, top_k=top_k, allowed=tuple(groups), locale=locale, facts=facts
    )


def facts_of(fields: Mapping[str, DraftField]) -> TicketFacts:
    """Return what a draft's fields say of the device; values that are in conflict or missing say nothing."""
    from nlp.answers.draft_question import TicketFacts

    def told(name: str) -> tuple[str, ...]:
        field = fields.get(name)
        return (field.value,) if field and field.value and field.status in ("auto", "suggest") else ()

    return TicketFacts(models=told("device_model"), error_codes=told("error_code"))


def extracted(found: Suggestions, question: str, *, articles: Mapping[str, Article]) -> Answer | None:
    """Return the best article's own sentences; None where nothing fits, because nothing is made up."""
    from nlp.answers.answer import answer_from

    if found.is_abstained or not found.suggestions:
        return None
    best = found.suggestions[0]
    article = articles.get(best.article_id)
    if article is None:
        return None
    passage = _passage(best, article)
    return answer_from(article, found.question or question, start=passage.start, end=passage.end)


def _drafted(
    found: Suggestions,
    question: str,
    *,
    articles: Mapping[str, Article],
    engines: Engines,
    store: Store,
    at: datetime,
) -> Drafted:
    passages = [
        _passage(one, articles[one.article_id])
        for one in found.suggestions[:DRAFTED_FROM]
        if one.article_id in articles
    ]
    asked = found.question or question
    return engines.drafter.draft(asked, passages, usages=store.draft_usage, tenant=store.tenant, at=at)


def _passage(suggestion: Suggestion, article: Article) -> Passage:
    """Return a suggestion's passage as it stands in its article; the whole article where that was just rewritten."""
    start = max(article.body.find(suggestion.passage), 0)
    end = start + len(suggestion.passage) if article.body.startswith(suggestion.passage, start) else len(article.body)
    return Passage(article.id, article.title, "", article.body[start:end], start, end)


def _articles(found: Suggestions, *, engines: Engines, kb: str | None, groups: Iterable[str]) -> dict[str, Article]:
    """Return the suggested articles, but for one that was deleted or closed to these groups since it was found."""
    base, members = engines.knowledge_base(kb), set(groups)
    read = (base.get(one.article_id) for one in found.suggestions)
    return {
        article.id: article for article in read if article and (not article.allowed or members & set(article.allowed))
    }


def _outdated(articles: Mapping[str, Article], *, store: Store, kb: str) -> frozenset[str]:
    """Return which articles somebody called outdated as they stand."""
    marks = store.outdated.marks(kb, tuple(articles)) if articles else ()
    return frozenset(
        mark.article_id
        for mark in marks
        if (article := articles[mark.article_id]) and mark.digest == digest_of_article(article.title, article.body)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, and whether it is a ticket's whole text."""

    text: str
    is_ticket: bool
    fields: Mapping[str, DraftField]
    is_shadow: bool = False


def _asked(request: shapes.SuggestionRequest, *, store: Store) -> _Asked:
    if request.question is not None:
        return _Asked(request.question, is_ticket=False, fields={})
    if request.prefill_id is not None:
        prefill = store.drafts.prefill(request.prefill_id)
        if prefill is None:
            raise Problem(
                "not_found",
                say("detail.unknown", what=say("what.prefill"), name=repr(request.prefill_id)),
                where="/prefill_id",
            )
    else:
        prefill = store.drafts.prefill_of_ticket(request.ticket_id or "")
    if prefill is not None:
        is_shadow = prefill.origin.mode == "shadow"
        return _Asked(prefill.text, is_ticket=True, fields=prefill.response.fields, is_shadow=is_shadow)
    ticket_id = request.ticket_id or ""
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem(
            "not_found",
            say("detail.unknown", what=say("what.prefill_or_ticket"), name=repr(ticket_id)),
            where="/ticket_id",
        )
    return _Asked(ticket.title, is_ticket=False, fields={})
