"""The knowledge base over HTTP: articles one by one, and many at once. A write is visible to the next search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.errors import Problem, say
from api.routes.article_import import IMPORT_BODY, ReadImport, import_articles, import_call
from api.routes.documentation import problems
from api.routes.jobs import ACCEPTED, Preference, wants_async
from api.routes.later import LaterOf
from api.routes.wiring import EnginesOf, IdempotencyKey, MayAdminister, MaySuggest, SettingsOf
from api.schemas.knowledge import (
    ArticleBody,
    ArticleIn,
    ArticlesImported,
    ArticleWritten,
    KnownSourceBody,
    SourceForgotten,
)
from api.schemas.text import Name, StoredName
from api.sources import forgotten_source, known_sources
from nlp.records import Article

router = APIRouter(tags=["knowledge base"])

ArticleId = Annotated[Name, Path(description="Any text without a slash")]
BaseName = Annotated[StoredName | None, Query(description="Knowledge base; the default one where absent")]

SourceName = Annotated[
    Name | None,
    Query(description="The files are all of this source: what came from it before and is in none of them is deleted"),
]
PastCases = Annotated[
    bool,
    Query(description="Exports of past tickets and their attachments: solved ones become articles"),
]
SourcePath = Annotated[str, Query(min_length=1, max_length=4_000, description="As it is listed")]


@router.get("/v1/articles", responses=problems(401, 403, 422))
def list_articles(
    _: MaySuggest,
    engines: EnginesOf,
    response: Response,
    kb: BaseName = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    after: Annotated[str | None, Query(max_length=200, description="Id of the last article of the page before")] = None,
) -> list[str]:
    """List ids in order; the header Link names the next page."""
    ids = sorted(known for known in engines.knowledge_base(kb).article_ids() if after is None or known > after)
    if len(ids) > limit:
        response.headers["Link"] = next_link(limit=limit, after=ids[limit - 1], kb=kb)
    return ids[:limit]


@router.get("/v1/articles/{article_id}", responses=problems(401, 403, 404, 422))
def get_article(article_id: ArticleId, _: MaySuggest, engines: EnginesOf, kb: BaseName = None) -> ArticleBody:
    """Return an article by its id."""
    article = engines.knowledge_base(kb).get(article_id)
    if article is None:
        raise _unknown(article_id)
    return article_body(article)


@router.put("/v1/articles/{article_id}", responses=problems(400, 401, 403, 413, 422))
def put_article(
    article_id: ArticleId,
    body: ArticleIn,
    _: MayAdminister,
    engines: EnginesOf,
    settings: SettingsOf,
    kb: BaseName = None,
) -> ArticleWritten:
    """Add an article, or replace the one of that id."""
    limit = settings.limits.article_chars
    if len(body.body) > limit:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_article"), count=len(body.body), limit=limit),
        )
    article = article_of(article_id, body)
    return ArticleWritten(id=article_id, result=engines.knowledge_base(kb).put(article))


@router.delete("/v1/articles/{article_id}", status_code=204, responses=problems(401, 403, 404, 422))
def delete_article(article_id: ArticleId, _: MayAdminister, engines: EnginesOf, kb: BaseName = None) -> None:
    """Delete an article."""
    if not engines.knowledge_base(kb).delete(article_id):
        raise _unknown(article_id)


@router.post(
    "/v1/articles/import",
    openapi_extra=IMPORT_BODY,
    response_model=ArticlesImported,
    responses={**ACCEPTED, **problems(400, 401, 403, 409, 413, 415, 422)},
)
def create_articles(
    _: MayAdminister,
    files: ReadImport,
    engines: EnginesOf,
    later: LaterOf,
    kb: BaseName = None,
    source: SourceName = None,
    past_cases: PastCases = False,
    key: IdempotencyKey = None,
    prefer: Preference = None,
) -> Response | ArticlesImported:
    """Add or replace many articles; those that cannot be taken are listed with the reason."""
    if wants_async(prefer):
        return later.accept(import_call(files, kb=kb, source=source, past_cases=past_cases), key=key)
    return import_articles(files, engines=engines, kb=kb, source=source, past_cases=past_cases)


@router.get("/v1/sources", responses=problems(401, 403, 422))
def list_sources(_: MayAdminister, engines: EnginesOf, kb: BaseName = None) -> list[KnownSourceBody]:
    """List what the knowledge base is made from."""
    return known_sources(engines.knowledge_base(kb))


@router.delete("/v1/sources", responses=problems(401, 403, 404, 422))
def forget_source(_: MayAdminister, engines: EnginesOf, name: SourcePath, kb: BaseName = None) -> SourceForgotten:
    """Forget a source: delete the articles that only it gives."""
    return forgotten_source(engines.knowledge_base(kb), name)


def article_of(article_id: str, body: ArticleIn) -> Article:
    """Return the noun of a body."""
    return Article(
        id=article_id,
        title=body.title,
        body=body.body,
        locale=body.locale,
        tags=tuple(body.tags),
        allowed=tuple(body.allowed),
        url=body.url,
    )


def article_body(article: Article) -> ArticleBody:
    """Return the body of a noun; `model_construct`, because a loaded article need not fit today's limits."""
    return ArticleBody.model_construct(
        id=article.id,
        title=article.title,
        body=article.body,
        locale=article.locale,
        tags=list(article.tags),
        allowed=list(article.allowed),
        url=article.url,
    )


def next_link(*, limit: int, after: str, kb: str | None) -> str:
    """Return the header that names the next page."""
    from urllib.parse import urlencode

    query = {"limit": str(limit), "after": after} | ({"kb": kb} if kb else {})
    return f'</v1/articles?{urlencode(query)}>; rel="next"'


def _unknown(article_id: str) -> Problem:
    return Problem(
        "not_found", say("detail.unknown", what=say("what.article"), name=repr(article_id[:50])), where="article_id"
    )
