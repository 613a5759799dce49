"""Articles of the knowledge base, and the suggestions drawn from them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.text import Key, Locale, Name, StoredName, Text
from nlp.records import Answer as FoundAnswer
from nlp.records import Citation, Suggestion


class ArticleIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"title": "E5 on a wall unit", "body": "E5 means low suction pressure ...", "locale": "en-US"}
        }
    )

    title: Name
    body: Text = Field(min_length=1, description="Markdown or plain text")
    locale: Locale = ""
    tags: list[Name] = Field(default=[], max_length=100)
    allowed: list[Name] = Field(default=[], max_length=100, description="Groups that may see it; empty: everybody")
    url: Text = Field(default="", max_length=2_000)


class ArticleBody(ArticleIn):
    id: str


class ArticleWritten(BaseModel):
    id: str
    result: Literal["added", "updated", "unchanged"]


class RejectedArticle(BaseModel):
    index: int = Field(description="Of the file")
    reason: str
    reason_zh: str = ""


class ArticlesImported(BaseModel):
    indexed: int
    updated: int
    deleted: int
    passages: int
    unchanged: int = 0
    rejected: list[RejectedArticle] = []


class KnownSourceBody(BaseModel):
    name: str = Field(description="import:NAME, or the path that was indexed")
    files: int
    articles: int
    bad_files: int = Field(description="Files that could not be wholly read: what they gave before is kept")


class SourceForgotten(BaseModel):
    name: str
    deleted: int


class SuggestionFilters(BaseModel):
    groups: list[Name] = Field(default=[], max_length=100, description="Groups of the person who asks")
    kb: StoredName | None = Field(default=None, description="Knowledge base; the default one where absent")


class SuggestionRequest(BaseModel):
    """One of question, prefill_id, ticket_id."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"question": "空调显示E5怎么办", "locale": "zh-CN", "top_k": 5},
            "oneOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("question", "prefill_id", "ticket_id")
            ],
        }
    )

    question: Text | None = Field(default=None, min_length=1)
    prefill_id: Key | None = None
    ticket_id: Name | None = None
    locale: Locale = ""
    top_k: int = Field(default=5, ge=1, le=100)
    draft: bool = Field(default=True, description="false: no drafting model is asked, where one is set up")
    filters: SuggestionFilters = SuggestionFilters()

    @model_validator(mode="after")
    def _check_one_subject(self) -> Self:
        given = [name for name in ("question", "prefill_id", "ticket_id") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of question, prefill_id, ticket_id; got {', '.join(given) or 'none'}")
        return self


class CitationBody(BaseModel):
    article_id: str
    start: int
    end: int
    quote: str


class SuggestionBody(BaseModel):
    article_id: str
    title: str
    passage: str
    url: str
    score: float
    confidence: float
    citations: list[CitationBody] = []
    outdated: bool = Field(
        default=False, description="Somebody called the article outdated, and it was not changed since"
    )


class AnswerLineBody(BaseModel):
    """One sentence, step, list item or table row; `citations` are places in the answer's list of them."""

    text: str
    kind: Literal["sentence", "step", "item", "row", "code"]
    number: int = Field(default=0, description="Of a step, as the article counts; 0 for what is no step")
    citations: list[int] = []


class Answer(BaseModel):
    """The sentences that answer, in the order in which they are read or done; each cites exact spans of its article."""

    text: str
    citations: list[CitationBody]
    lines: list[AnswerLineBody] = []
    engine: str = Field(
        default="extractive", description="Who wrote it: extractive quotes the article, openai:<model> words it anew"
    )


DraftingOutcome = Literal[
    "drafted", "nothing_left", "spent", "resting", "timed_out", "unreachable", "refused", "unreadable"
]  # fmt: skip


class SuggestionResponse(BaseModel):
    """`suggestions` is ranked and returned even when `abstained`: "nothing fits", and people may look anyway."""

    id: str
    abstained: bool
    suggestions: list[SuggestionBody]
    answer: Answer | None = None
    drafting: DraftingOutcome | None = Field(
        default=None,
        description="Where a drafting model is set up: what became of its draft; extractive unless drafted",
        exclude_if=lambda value: value is None,
    )
    worded: Answer | None = Field(
        default=None,
        description="The answer as a drafting model worded it after it was shown as quoted: console and panel",
        exclude_if=lambda value: value is None,
    )


def citation_body(citation: Citation) -> CitationBody:
    """Return one citation's shape."""
    return CitationBody(article_id=citation.article_id, start=citation.start, end=citation.end, quote=citation.quote)


def answer_body(answer: FoundAnswer) -> Answer:
    """Return an answer's shape."""
    citations = list(answer.citations)
    lines = [
        AnswerLineBody(
            text=line.text,
            kind=line.kind,
            number=line.number,
            citations=[citations.index(citation) for citation in line.citations],
        )
        for line in answer.lines
    ]
    return Answer(
        text=answer.text,
        citations=[citation_body(citation) for citation in citations],
        lines=lines,
        engine=answer.engine,
    )


def suggestion_body(suggestion: Suggestion, *, is_outdated: bool = False) -> SuggestionBody:
    """Return one suggestion's shape."""
    return SuggestionBody(
        article_id=suggestion.article_id,
        title=suggestion.title,
        passage=suggestion.passage,
        url=suggestion.url,
        score=round(suggestion.score, 6),
        confidence=round(min(max(suggestion.confidence, 0.0), 1.0), 4),
        citations=[citation_body(citation) for citation in suggestion.citations],
        outdated=is_outdated,
    )
