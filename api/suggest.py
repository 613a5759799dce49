"""A question, a prefill or a ticket in; ranked, cited suggestions out, or an honest "nothing fits". Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from api.engines import Engines
from api.errors import Problem, say
from api.schemas import knowledge as shapes
from api.security import make_id
from api.store import Store
from nlp.records import Suggestions


def suggest(
    request: shapes.SuggestionRequest, *, engines: Engines, store: Store, at: datetime
) -> shapes.SuggestionResponse:
    """Answer a request for suggestions and keep the answer for its feedback.

    Raises:
        Problem: the question is too long, or its prefill or ticket is not known.
    """
    asked = _asked(request, store=store)
    question = asked.text
    limit = engines.settings.limits.question_chars
    if len(question) > limit:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_question"), count=len(question), limit=limit),
        )
    found = find_suggestions(
        question,
        engines=engines,
        kb=request.filters.kb,
        top_k=request.top_k,
        groups=request.filters.groups,
        locale=request.locale,
        is_ticket=asked.is_ticket,
    )
    response = shapes.SuggestionResponse(
        id=make_id(),
        abstained=found.is_abstained,
        suggestions=[shapes.suggestion_body(suggestion) for suggestion in found.suggestions],
        answer=_answer(found),
    )
    store.drafts.add_suggestions(
        response,
        question=question,
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
) -> Suggestions:
    """Search one knowledge base as one group of people may see it; near ties go to the locale's language. A ticket's
    text is not one question: those that it may be asking are put one by one."""
    import nlp

    retriever = engines.retriever(kb)
    ask = nlp.suggest_for_ticket if is_ticket else nlp.suggest
    return ask(question, retriever=retriever, top_k=top_k, allowed=tuple(groups), locale=locale)


def _answer(found: Suggestions) -> shapes.Answer | None:
    """Return the best suggestion's own sentences; None where nothing fits, because nothing is made up."""
    if found.is_abstained or not found.suggestions or not found.suggestions[0].citations:
        return None
    citations = found.suggestions[0].citations
    return shapes.Answer(
        text="\n".join(citation.quote for citation in citations),
        citations=[shapes.citation_body(citation) for citation in citations],
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, and whether it is a ticket's whole text."""

    text: str
    is_ticket: bool


def _asked(request: shapes.SuggestionRequest, *, store: Store) -> _Asked:
    if request.question is not None:
        return _Asked(request.question, is_ticket=False)
    if request.prefill_id is not None:
        prefill = store.drafts.prefill(request.prefill_id)
        if prefill is None:
            raise Problem(
                "not_found",
                say("detail.unknown", what=say("what.prefill"), name=repr(request.prefill_id)),
                where="/prefill_id",
            )
        return _Asked(prefill.text, is_ticket=True)
    ticket_id = request.ticket_id or ""
    prefill = store.drafts.prefill_of_ticket(ticket_id)
    if prefill is not None:
        return _Asked(prefill.text, is_ticket=True)
    ticket = store.tickets.get(ticket_id)
    if ticket is None:
        raise Problem(
            "not_found",
            say("detail.unknown", what=say("what.prefill_or_ticket"), name=repr(ticket_id)),
            where="/ticket_id",
        )
    return _Asked(ticket.title, is_ticket=False)
