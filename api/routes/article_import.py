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
from api.jobs import JsonValue, Task
from api.jobs.spool import Spool
from api.prefill import Attachment
from api.prefill.hear import Report, silent
from api.routes.documentation import form_body
from api.routes.forms import read_form
from api.routes.idempotency import digest_of_parts
from api.routes.later import Call
from api.schemas.knowledge import ArticlesImported, RejectedArticle
from api.tenants import Tenants
from nlp.records import Article, ArticleRejected

IMPORT_BODY: dict[str, Any] = form_body([], files={"type": "array", "items": {"type": "string", "format": "binary"}})
IMPORT_BODY["requestBody"]["content"] |= {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in NDJSON
}
LISTED_REJECTIONS = 1_000
KIND = "import"


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


def import_call(files: tuple[Attachment, ...], *, kb: str | None) -> Call:
    """Return the job that an import asks for."""
    named = (part for file in files for part in (file.name.encode("utf-8", "surrogatepass"), file.content))
    return Call(KIND, {"kb": kb}, files, digest_of_parts((kb or "").encode(), *named))


class ImportJob:
    """The work of the kind `import`; done twice it changes nothing more, as articles have their own ids."""

    def __init__(self, *, tenants: Tenants, spool: Spool) -> None:
        self._tenants = tenants
        self._spool = spool

    def run(self, task: Task) -> JsonValue:
        answer = task.step("import", lambda: self._import(task))
        self._spool.remove(task.text("spool"))
        return answer

    def _import(self, task: Task) -> JsonValue:
        files = tuple(Attachment(file.name, file.content) for file in self._spool.files(task.text("spool")))
        kb = task.payload.get("kb")
        engines = self._tenants.get(task.tenant).engines
        imported = import_articles(files, engines=engines, kb=kb if isinstance(kb, str) else None, report=task.report)
        return dict(imported.model_dump(mode="json"))


def import_articles(
    files: tuple[Attachment, ...], *, engines: Engines, kb: str | None, report: Report = silent
) -> ArticlesImported:
    """Put every article that can be read; list the rest."""
    rejected: list[RejectedArticle] = []
    with TemporaryDirectory(prefix="beforehand-import-") as folder:
        for number, file in enumerate(files):
            path = Path(folder) / str(number) / file.name
            path.parent.mkdir()
            path.write_bytes(file.content)
        limit = engines.settings.limits.articles
        articles = _articles(Path(folder), len(files), rejected=rejected, limit=limit, report=report)
        indexed = engines.knowledge_base(kb).put_many(articles)
    return ArticlesImported(
        indexed=indexed.added,
        updated=indexed.updated,
        deleted=indexed.deleted,
        passages=indexed.passages,
        rejected=rejected[:LISTED_REJECTIONS],
    )


def _articles(
    folder: Path, files: int, *, rejected: list[RejectedArticle], limit: int, report: Report
) -> Iterator[Article]:
    """Yield the articles of every file in turn, up to the limit."""
    from nlp import load_articles

    taken = 0
    for number in range(files):
        (path,) = (folder / str(number)).iterdir()
        report(number, files, path.name)

        def note(error: ArticleRejected, index: int = number, shown: str = str(path.parent) + "/") -> None:
            rejected.append(RejectedArticle(index=index, reason=str(error).replace(shown, "")))

        for article in load_articles(path, on_rejected=note):
            taken += 1
            if taken > limit:
                raise Problem("too_many_items", say("detail.articles_too_many", limit=limit))
            yield article
