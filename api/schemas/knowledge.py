"""Articles of the knowledge base, and the suggestions drawn from them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas.text import Key, Locale, Name, StoredName, Text
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
    index: int
    reason: str


class ArticlesImported(BaseModel):
    indexed: int
    updated: int
    deleted: int
    passages: int
    rejected: list[RejectedArticle] = []


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


class Answer(BaseModel):
    text: str
    citations: list[CitationBody]


class SuggestionResponse(BaseModel):
    """`suggestions` is ranked and returned even when `abstained`: "nothing fits", and people may look anyway."""

    id: str
    abstained: bool
    suggestions: list[SuggestionBody]
    answer: Answer | None = None


def citation_body(citation: Citation) -> CitationBody:
    """Return one citation's shape."""
    return CitationBody(article_id=citation.article_id, start=citation.start, end=citation.end, quote=citation.quote)


def suggestion_body(suggestion: Suggestion) -> SuggestionBody:
    """Return one suggestion's shape."""
    return SuggestionBody(
        article_id=suggestion.article_id,
        title=suggestion.title,
        passage=suggestion.passage,
        url=suggestion.url,
        score=round(suggestion.score, 6),
        confidence=round(min(max(suggestion.confidence, 0.0), 1.0), 4),
        citations=[citation_body(citation) for citation in suggestion.citations],
    )
