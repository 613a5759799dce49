"""The ask pages: a question in, cited suggestions or an honest "nothing fits"; and the article a citation is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Response
from markupsafe import Markup
from pydantic import ValidationError

from api.console.answer_view import shown_answer
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_view import percent
from api.console.prose import prose
from api.errors import Problem, invalid_problem, say
from api.learn import take_feedback
from api.schemas.knowledge import SuggestionBody, SuggestionRequest, SuggestionResponse
from api.schemas.prefill import Feedback
from api.security import make_id
from api.suggest import suggest, word_later

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AskDesk = Annotated[Desk, Depends(Entry("suggest"))]
LIKELY = 0.2
"""One in five of those still answers; of those below, which take half of the page, hardly any."""
WORDED: Mapping[str, Any] = {"draft_to": "/console/ask/draft", "use_to": "/console/feedback", "has_pages": True}
"""Where the part of the page goes that waits for a drafting model."""


@dataclass(frozen=True, slots=True)
class SuggestionView:
    body: SuggestionBody
    percent: int
    passage: Markup

    @property
    def is_likely(self) -> bool:
        """Return whether it may well answer; what does not is folded away."""
        return self.body.confidence >= LIKELY


@router.get("/ask")
def ask(desk: AskDesk, question: str = "", prefill: str = "") -> Response:
    """Show the question and, where one was asked, its suggestions."""
    question = question.strip()
    response = None
    found = desk.store.drafts.prefill(prefill) if prefill else None
    if found is not None:
        asked = SuggestionRequest(prefill_id=prefill, locale=desk.words.locale, draft=False)
        response = suggest(asked, engines=desk.engines, store=desk.store, at=desk.now)
        question = found.text
    elif question:
        response = suggest(_request(question, desk), engines=desk.engines, store=desk.store, at=desk.now)
    shown: dict[str, Any] = {
        "question": question,
        "limit": desk.settings.limits.question_chars,
        "is_asked": response is not None,
        "is_empty": not desk.engines.knowledge_base().article_ids(),
        "abstained": response is not None and response.abstained,
        "suggestions": views_of(response) if response else (),
        **(shown_answer(response, drafter=desk.engines.drafter) if response else {}),
        **WORDED,
    }
    return desk.page("answers.html" if desk.is_partial else "ask.html", here="ask", **shown)


@router.post("/ask/draft")
def word_answer(desk: AskDesk, suggestion_id: Annotated[str, Form(max_length=50)]) -> Response:
    """Have a drafting model word an answer that is shown already."""
    locale = desk.words.locale
    response = word_later(suggestion_id, engines=desk.engines, store=desk.store, at=desk.now, locale=locale)
    return desk.page("answer_worded.html", **shown_answer(response, drafter=None), **WORDED)


@router.post("/feedback")
def create_feedback(
    desk: AskDesk,
    suggestion_id: Annotated[str, Form()],
    article_id: Annotated[str, Form()],
    action: Annotated[str, Form()],
) -> Response:
    """Keep what a person thinks of a suggestion."""
    try:
        feedback = Feedback.model_validate({"suggestion_id": suggestion_id, "article_id": article_id, "action": action})
    except ValidationError as error:
        raise invalid_problem(error.errors()) from error
    take_feedback(feedback, feedback_id=make_id(), engines=desk.engines, store=desk.store, at=desk.now)
    return desk.page("thanks.html", action=feedback.action) if desk.is_partial else desk.go("/console/ask")


@router.get("/articles/{article_id:path}")
def show_article(
    desk: AskDesk, article_id: str, start: Annotated[int, Query(ge=0)] = 0, end: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Show an article that everybody may see, the cited sentence marked."""
    article = desk.engines.knowledge_base().get(article_id)
    if article is None or article.allowed:
        raise Problem("not_found", say("detail.article_closed", name=repr(article_id)))
    body = prose(article.body, [article.body[start:end]])
    cited = body.replace("<mark>", Markup('<mark id="cited">'), 1)
    return desk.page("article.html", here="ask", article=article, body=cited)


def views_of(response: SuggestionResponse) -> tuple[SuggestionView, ...]:
    """Lay suggestions out, their cited sentences marked."""
    return tuple(SuggestionView(body, percent(body.confidence), quoted(body)) for body in response.suggestions)


def quoted(body: SuggestionBody) -> Markup:
    """Mark the cited sentences of a passage."""
    return prose(body.passage, [citation.quote for citation in body.citations])


def _request(question: str, desk: Desk) -> SuggestionRequest:
    try:
        return SuggestionRequest(question=question, locale=desk.words.locale, draft=False)
    except ValidationError as error:
        raise invalid_problem(error.errors()) from error
