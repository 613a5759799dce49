"""An answer laid out for reading: lines of one kind together, each with the numbers of its citations. Values in, HTML
that is safe to show out; it does not know which page it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from api.console.prose import prose_line
from api.schemas.knowledge import Answer, AnswerLineBody, CitationBody


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
    model = "" if answer.engine == "extractive" else answer.engine.partition(":")[2]
    return AnswerView(groups, answer.text, model)


def _line(line: AnswerLineBody, cited: list[CitationView]) -> LineView:
    return LineView(prose_line(line.text), line.number, tuple(cited[at] for at in line.citations if at < len(cited)))


def _citation(number: int, citation: CitationBody) -> CitationView:
    place = f"start={citation.start}&end={citation.end}#cited"
    return CitationView(number, citation.quote, f"/console/articles/{quote(citation.article_id, safe='/')}?{place}")
