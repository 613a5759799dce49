"""A JSONL body or a form of files in, articles in the knowledge base out; what cannot be taken is listed.

With the name of a source the files are all that the source holds, as a folder is for `beforehand index`: what came from
it before and is in none of them now is deleted, and a file whose content is as it was is not read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from api.engines import Engines
from api.errors import LANGUAGES, Problem, problem_of, say
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
from api.sources import IMPORT, SOURCE_PREFIX
from api.tenants import Tenants
from nlp.records import Article, ArticleRejected, IndexReport
from nlp.search.article_table import check as check_article
from nlp.sources.sources import unknown_format
from nlp.sources.website_copy import suffix_of
from nlp.sources.zip_archive import ZIP_SUFFIX

if TYPE_CHECKING:
    from nlp import KnowledgeBase

IMPORT_BODY: dict[str, Any] = form_body([], files={"type": "array", "items": {"type": "string", "format": "binary"}})
IMPORT_BODY["requestBody"]["content"] |= {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in NDJSON
}
LISTED_REJECTIONS = 1_000
KIND = IMPORT
PAST_CASES = "past-cases"
"""The source of solved tickets that bears no other name."""


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


def import_call(files: tuple[Attachment, ...], *, kb: str | None, source: str | None, past_cases: bool) -> Call:
    """Return the job that an import asks for."""
    named = (part for file in files for part in (file.name.encode("utf-8", "surrogatepass"), file.content))
    into = f"{kb or ''}\0{source or ''}\0{past_cases}".encode()
    payload: dict[str, JsonValue] = {"kb": kb, "source": source, "name": source or "", "past_cases": past_cases}
    return Call(KIND, payload, files, digest_of_parts(into, *named))


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
        kb, source = task.payload.get("kb"), task.payload.get("source")
        imported = import_articles(
            files,
            engines=self._tenants.get(task.tenant).engines,
            kb=kb if isinstance(kb, str) else None,
            source=source if isinstance(source, str) else None,
            past_cases=task.payload.get("past_cases") is True,
            report=task.report,
        )
        return dict(imported.model_dump(mode="json"))


def import_articles(
    files: tuple[Attachment, ...],
    *,
    engines: Engines,
    kb: str | None,
    source: str | None = None,
    past_cases: bool = False,
    report: Report = silent,
) -> ArticlesImported:
    """Put every article that can be read; list the rest."""
    rejected: list[RejectedArticle] = []
    base, limit = engines.knowledge_base(kb), engines.settings.limits.articles
    with TemporaryDirectory(prefix="beforehand-import-") as folder:
        for number, file in enumerate(files):
            path = Path(folder) / str(number) / file.name
            path.parent.mkdir()
            path.write_bytes(file.content)
        if source is None and not past_cases:
            indexed = base.put_many(_articles(Path(folder), len(files), rejected=rejected, limit=limit, report=report))
        else:
            together = _together(Path(folder), files)
            if past_cases:
                together = _cases(together, Path(folder) / "cases", engines=engines, rejected=rejected)
            name = source or PAST_CASES
            order = _distinct([file.name for file in files])
            indexed = _synchronised(base, together, name=name, order=order, rejected=rejected, report=report)
    return ArticlesImported(
        indexed=indexed.added,
        updated=indexed.updated,
        deleted=indexed.deleted,
        passages=indexed.passages,
        unchanged=indexed.unchanged,
        rejected=rejected[:LISTED_REJECTIONS],
    )


def _together(folder: Path, files: tuple[Attachment, ...]) -> Path:
    """Put the files into one folder, no two by the same name."""
    together = folder / "files"
    together.mkdir()
    for number, (file, name) in enumerate(zip(files, _distinct([file.name for file in files]), strict=True)):
        (folder / str(number) / file.name).rename(together / name)
    return together


def _cases(exports: Path, target: Path, *, engines: Engines, rejected: list[RejectedArticle]) -> Path:
    """Write the past cases of exports of tickets into a folder; other files among them are attachments."""
    from api.backtest.past_cases import EXPORTS, write_cases

    target.mkdir()
    for path in sorted(exports.iterdir()):
        if suffix_of(path.name) not in EXPORTS:
            continue

        def note(error: Exception, shown: str = path.name) -> None:
            problem = problem_of(error)
            texts = {language: f"{shown}: {problem.detail_in(language)}" for language in LANGUAGES}
            rejected.append(RejectedArticle(index=0, reason=texts["en"], reason_zh=texts["zh"]))

        zone = engines.settings.time_zone
        write_cases(path, target / f"{path.stem}.jsonl", engines=engines, zone=zone, on_problem=note)
    return target


def _synchronised(
    base: KnowledgeBase,
    folder: Path,
    *,
    name: str,
    order: Sequence[str],
    rejected: list[RejectedArticle],
    report: Report,
) -> IndexReport:
    """Make the base hold what the folder holds, and nothing else of this source."""
    from nlp import bring_up_to_date, is_loadable, open_source

    def note(error: ArticleRejected) -> None:
        number = next((number for number, name in enumerate(order) if f"/{name}" in error.where), 0)
        rejected.append(_rejection(error, index=number, hidden=f"{folder}/"))

    with open_source(folder, name=SOURCE_PREFIX + name, wanted=is_loadable) as opened:
        for file in sorted(path.name for path in folder.iterdir()):
            if not is_loadable(suffix_of(file)) and suffix_of(file) != ZIP_SUFFIX:
                note(unknown_format(str(folder / file), suffix_of(file)))
        return bring_up_to_date(base, opened, on_rejected=note, on_file=report).index


def _distinct(names: Sequence[str]) -> list[str]:
    """Name files so that no two are alike; the number comes first, so that the suffix stays.

    >>> _distinct(["a.md", "b.md", "a.md"])
    ['a.md', 'b.md', '2-a.md']
    """
    return [f"{number}-{name}" if name in names[:number] else name for number, name in enumerate(names)]


def _rejection(error: ArticleRejected, *, index: int, hidden: str) -> RejectedArticle:
    return RejectedArticle(index=index, reason=str(error).replace(hidden, ""), reason_zh=error.zh.replace(hidden, ""))


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
            rejected.append(_rejection(error, index=index, hidden=shown))

        for article in load_articles(path, on_rejected=note):
            taken += 1
            if taken > limit:
                raise Problem("too_many_items", say("detail.articles_too_many", limit=limit))
            try:
                check_article(article)
            except ArticleRejected as error:
                note(error)
                continue
            yield article
