"""A question, a prefill or a ticket in; ranked, cited suggestions and an answer out, or an honest "nothing fits".

    _asked         what is asked for: a question as it stands, or a ticket's text with what its draft found
    ask            what is found for it, and the articles as they stand, for whoever may see them
    quoted         the best article's own sentences
    draft_of       where a drafting model is set up: these worded anew, each sentence held against its source
    suggest        all of it, kept for its feedback
    word_later     the draft alone, for an answer that is shown already: nobody waits for a model

A draft in shadow mode is shown to nobody, so nothing of its ticket is sent to a model. Knows no HTTP.
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, whether it is a ticket's whole text, and as whom."""

    text: str
    kb: str | None
    groups: tuple[str, ...]
    is_ticket: bool = False
    fields: Mapping[str, DraftField] | None = None
    is_shadow: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for it; `articles` are the suggested ones that may still be seen, by their ids."""

    asked: _Asked
    suggestions: Suggestions
    articles: Mapping[str, Article]

    @property
    def question(self) -> str:
        """Return the question that is answered: of a ticket's text the one it asks most surely."""
        return self.suggestions.question or self.asked.text

    @property
    def passages(self) -> tuple[Passage, ...]:
        """Return the passages that may answer as they stand in their articles, best first; none where nothing fits."""
        if self.suggestions.is_abstained:
            return ()
        shown = (one for one in self.suggestions.suggestions if one.article_id in self.articles)
        return tuple(_passage(one, self.articles[one.article_id]) for one in shown)


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
    found = ask(request, engines=engines, store=store)
    answer, drafted = quoted(found), None
    if answer is not None and request.draft and may_draft(found, engines):
        end_turn()
        drafted = draft_of(found, engines=engines, store=store, at=at)
        answer = drafted.answer or answer
    outdated = _outdated(found.articles, store=store, kb=found.asked.kb or engines.settings.default_knowledge_base)
    response = shapes.SuggestionResponse(
        id=make_id(),
        abstained=found.suggestions.is_abstained,
        suggestions=[
            shapes.suggestion_body(one, is_outdated=one.article_id in outdated) for one in found.suggestions.suggestions
        ],
        answer=shapes.answer_body(answer) if answer else None,
        drafting=drafted.outcome if drafted else None,
    )
    store.drafts.add_suggestions(
        response,
        question=found.asked.text,
        at=at,
        prefill_id=request.prefill_id,
        ticket_id=request.ticket_id,
        kb=request.filters.kb or "",
    )
    return response


def word_later(
    suggestion_id: str, *, engines: Engines, store: Store, at: datetime, locale: str = ""
) -> shapes.SuggestionResponse:
    """Have a drafting model word an answer that is shown already, and keep what comes of it: asked once, it is not
    asked again. Where the base answers otherwise by now, nothing is drafted.

    Raises:
        Problem: no such suggestions are kept.
    """
    kept = store.drafts.suggestion_set(suggestion_id)
    if kept is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.suggestions"), name=repr(suggestion_id[:50])))
    response = kept.response
    if response.answer is None or response.drafting is not None or not engines.drafter.is_on:
        return response
    found = ask(kept.request(locale=locale), engines=engines, store=store)
    passages = found.passages
    if not passages or passages[0].article_id != response.suggestions[0].article_id or found.asked.is_shadow:
        return response
    drafted = draft_of(found, engines=engines, store=store, at=at)
    worded = shapes.answer_body(drafted.answer) if drafted.answer else None
    response = response.model_copy(update={"worded": worded, "drafting": drafted.outcome})
    store.drafts.keep_suggestions(response)
    return response


def ask(request: shapes.SuggestionRequest, *, engines: Engines, store: Store) -> Found:
    """Search for what is asked, as whoever asks may see it.

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
    suggestions = find_suggestions(
        asked.text,
        engines=engines,
        kb=asked.kb,
        top_k=request.top_k,
        groups=asked.groups,
        locale=request.locale,
        is_ticket=asked.is_ticket,
        facts=facts_of(asked.fields or {}),
    )
    return Found(asked, suggestions, _articles(suggestions, engines=engines, kb=asked.kb, groups=asked.groups))


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


def quoted(found: Found) -> Answer | None:
    """Return the best article's own sentences; None where nothing fits, because nothing is made up."""
    from nlp.answers.answer import answer_from

    best = found.passages[:1]
    if not best or best[0].article_id != found.suggestions.suggestions[0].article_id:
        return None
    article = found.articles[best[0].article_id]
    return answer_from(article, found.question, start=best[0].start, end=best[0].end)


def may_draft(found: Found, engines: Engines) -> bool:
    """Say whether what was found may be sent to a drafting model."""
    return engines.drafter.is_on and not found.asked.is_shadow


def draft_of(found: Found, *, engines: Engines, store: Store, at: datetime) -> Drafted:
    """Return the answer as a drafting model words it, or why there is none."""
    return engines.drafter.draft(
        found.question, found.passages[:DRAFTED_FROM], usages=store.draft_usage, tenant=store.tenant, at=at
    )


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


def _asked(request: shapes.SuggestionRequest, *, store: Store) -> _Asked:
    kb, groups = request.filters.kb, tuple(request.filters.groups)
    if request.question is not None:
        return _Asked(request.question, kb, groups)
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
        return _Asked(prefill.text, kb, groups, is_ticket=True, fields=prefill.response.fields, is_shadow=is_shadow)
    ticket_id = request.ticket_id or ""
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem(
            "not_found",
            say("detail.unknown", what=say("what.prefill_or_ticket"), name=repr(ticket_id)),
            where="/ticket_id",
        )
    return _Asked(ticket.title, kb, groups)
