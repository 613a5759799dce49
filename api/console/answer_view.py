"""An answer laid out for reading: lines of one kind together, each with the numbers of its citations. Values in, HTML
that is safe to show out; it does not know which page it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from api.console.prose import prose_line
from api.drafting import Drafter
from api.schemas.knowledge import Answer, AnswerLineBody, CitationBody, SuggestionResponse

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class CitationView:
    """`number` stands behind the sentence; the address shows the article with the cited span marked."""

    number: int
    quote: str
    address: str


@dataclass(frozen=True, slots=True)
class LineView:
    text: Markup
    number: int
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """`groups` are runs of lines of one kind; `model` names the model that worded it, "" where it is quoted."""

    groups: tuple[tuple[str, tuple[LineView, ...]], ...]
    text: str
    model: str


def shown_answer(response: SuggestionResponse, *, drafter: Drafter | None) -> dict[str, Any]:
    """Return what the templates show of an answer and of what a drafting model makes of it; `drafter` is None where
    nothing may be sent to one, or where it was asked just now."""
    is_quoted = response.answer is not None and response.answer.engine == EXTRACTIVE
    is_awaited = drafter is not None and drafter.is_on and is_quoted and response.drafting is None
    return {
        "suggestion_id": response.id,
        "answer": answer_view(response.answer),
        "worded": answer_view(response.worded),
        "worded_article": response.suggestions[0].article_id if response.suggestions else "",
        "drafting": response.drafting,
        "is_awaited": is_awaited,
        "drafting_model": model_of(drafter.engine) if drafter is not None else "",
    }


def answer_view(answer: Answer | None) -> AnswerView | None:
    """Lay an answer out; None where there is none."""
    if answer is None:
        return None
    cited = [_citation(number, citation) for number, citation in enumerate(answer.citations, 1)]
    lines = answer.lines or [
        AnswerLineBody(text=one.quote, kind="sentence", citations=[at]) for at, one in enumerate(answer.citations)
    ]
    groups = tuple(
        (kind, tuple(_line(line, cited) for line in some)) for kind, some in groupby(lines, key=lambda line: line.kind)
    )
    return AnswerView(groups, answer.text, model_of(answer.engine))


def model_of(engine: str) -> str:
    """Return the name of the model that an engine is; "" for the article itself."""
    return "" if engine == EXTRACTIVE else engine.partition(":")[2]


def _line(line: AnswerLineBody, cited: list[CitationView]) -> LineView:
    return LineView(prose_line(line.text), line.number, tuple(cited[at] for at in line.citations if at < len(cited)))


def _citation(number: int, citation: CitationBody) -> CitationView:
    place = f"start={citation.start}&end={citation.end}#cited"
    return CitationView(number, citation.quote, f"/console/articles/{quote(citation.article_id, safe='/')}?{place}")
