"""A JSONL body or a form of files in, articles in the knowledge base out; what cannot be taken is listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import Depends, Request

from api.engines import Engines
from api.errors import Problem, say
from api.ingest.formats import NDJSON
from api.prefill import Attachment
from api.routes.documentation import form_body
from api.routes.forms import read_form
from api.schemas.knowledge import ArticlesImported, RejectedArticle
from nlp.records import Article, ArticleRejected

IMPORT_BODY: dict[str, Any] = form_body([], files={"type": "array", "items": {"type": "string", "format": "binary"}})
IMPORT_BODY["requestBody"]["content"] |= {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in NDJSON
}
LISTED_REJECTIONS = 1_000


async def read_import(request: Request) -> tuple[Attachment, ...]:
    """Return the files of a form, or the body as one JSONL file."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in NDJSON:
        return (Attachment("articles.jsonl", await request.body()),)
    if media_type != "multipart/form-data":
        known = ", ".join(("multipart/form-data", *NDJSON))
        raise Problem(
            "unsupported_media",
            say("detail.media_not", given=media_type[:100] or say("detail.no_content_type"), wanted=known),
        )
    files = tuple(part.attachment for part in (await read_form(request)).files)
    if not files:
        raise Problem("validation_failed", say("detail.no_file"), where="files")
    return files


ReadImport = Annotated[tuple[Attachment, ...], Depends(read_import)]


def import_articles(files: tuple[Attachment, ...], *, engines: Engines, kb: str | None) -> ArticlesImported:
    """Put every article that can be read; list the rest."""
    rejected: list[RejectedArticle] = []
    with TemporaryDirectory(prefix="beforehand-import-") as folder:
        for number, file in enumerate(files):
            path = Path(folder) / str(number) / file.name
            path.parent.mkdir()
            path.write_bytes(file.content)
        articles = _articles(Path(folder), len(files), rejected=rejected, limit=engines.settings.limits.articles)
        report = engines.knowledge_base(kb).put_many(articles)
    return ArticlesImported(
        indexed=report.added,
        updated=report.updated,
        deleted=report.deleted,
        passages=report.passages,
        rejected=rejected[:LISTED_REJECTIONS],
    )


def _articles(folder: Path, files: int, *, rejected: list[RejectedArticle], limit: int) -> Iterator[Article]:
    """Yield the articles of every file in turn, up to the limit."""
    from nlp import load_articles

    taken = 0
    for number in range(files):
        (path,) = (folder / str(number)).iterdir()

        def note(error: ArticleRejected, index: int = number, shown: str = str(path.parent) + "/") -> None:
            rejected.append(RejectedArticle(index=index, reason=str(error).replace(shown, "")))

        for article in load_articles(path, on_rejected=note):
            taken += 1
            if taken > limit:
                raise Problem("too_many_items", say("detail.articles_too_many", limit=limit))
            yield article
