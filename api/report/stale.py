"""Articles that somebody should look at: what was shown and said of them in, the reasons out, the most urgent first.

    outdated       people said so, and its text has not changed since     incorrect   people said that it is wrong
    contradicted   another article that is shown beside it says otherwise unused      often shown, never used
    old            its text has not changed for long                      unseen      not shown once in the period

Nothing is kept but the marks of outdated ones, which fall away when the text changes or somebody has looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from api.store.exports import ExportRow
from api.store.exports import Kind as CellKind
from api.store.outdated import OutdatedMark, digest_of_article
from api.store.questions import AskedQuestion
from nlp.answers.contradictions import contradiction_of
from nlp.records import Article

Kind = Literal["outdated", "incorrect", "contradicted", "unused", "old", "unseen"]
URGENCY: Mapping[Kind, float] = {
    "outdated": 8.0, "incorrect": 6.0, "contradicted": 5.0, "unused": 2.0, "old": 1.5, "unseen": 0.5,
}  # fmt: skip
OFTEN = 5
"""Shown so many times and never used: chance alone leaves one in three articles that help half of the time there once
in thirty."""
MEANINGFUL = 50
"""Questions in a period, before it says anything that an article was never shown."""
COMPARED = 300
"""Pairs of articles that are compared, those first that were shown together last."""
BESIDE = 3
OFFERED = 0.5
"""Confidence from which on an article that is not the first is thought to answer, too."""
COLUMNS: Mapping[str, CellKind] = {
    "article_id": "text",
    "title": "text",
    "reasons": "text",
    "shown": "whole",
    "used": "whole",
    "last_used_at": "time",
    "changed_at": "time",
    "quote": "text",
    "other_article": "text",
    "other_quote": "text",
}


@dataclass(frozen=True, slots=True)
class StaleReason:
    kind: Kind
    count: int = 0
    at: datetime | None = None
    quote: str = ""
    other_id: str = ""
    other_quote: str = ""
    other_title: str = ""


@dataclass(frozen=True, slots=True)
class StaleArticle:
    article_id: str
    title: str
    reasons: tuple[StaleReason, ...]
    shown: int
    used: int
    last_used_at: datetime | None
    changed_at: datetime | None

    @property
    def urgency(self) -> float:
        return sum(URGENCY[reason.kind] * max(1, min(reason.count, 5)) for reason in self.reasons)


@dataclass(slots=True)
class _Seen:
    """What a period says of one article."""

    shown: int = 0
    used: int = 0
    incorrect: int = 0
    last_used_at: datetime | None = None
    last_wrong_at: datetime | None = None
    beside: Counter[str] = field(default_factory=Counter)


def find_stale(
    article_ids: Sequence[str],
    asked: Sequence[AskedQuestion],
    *,
    article_of: Callable[[str], Article | None],
    marks: Sequence[OutdatedMark],
    changed_at: Mapping[str, datetime],
    at: datetime,
    old_after: timedelta = timedelta(days=365),
    limit: int = 200,
) -> tuple[StaleArticle, ...]:
    """Return the articles to look at; `asked` are the period's questions, newest first."""
    seen = _seen(asked)
    reasons: dict[str, list[StaleReason]] = {}
    for article_id, reason in _reasons(
        article_ids, asked, seen, article_of=article_of, marks=marks, changed_at=changed_at, old_before=at - old_after
    ):
        reasons.setdefault(article_id, []).append(reason)
    known = frozenset(article_ids)
    found = [
        _stale(article_id, tuple(some), seen.get(article_id, _Seen()), changed_at.get(article_id))
        for article_id, some in reasons.items()
        if article_id in known
    ]
    ordered = sorted(found, key=lambda one: (-one.urgency, one.article_id))[:limit]
    return tuple(_titled(one, article_of) for one in ordered)


def stale_rows(articles: Sequence[StaleArticle]) -> list[ExportRow]:
    """Return the articles as rows of a table."""
    return [
        {
            "article_id": one.article_id,
            "title": one.title,
            "reasons": ", ".join(f"{reason.kind} {reason.count or ''}".strip() for reason in one.reasons),
            "shown": one.shown,
            "used": one.used,
            "last_used_at": one.last_used_at,
            "changed_at": one.changed_at,
            "quote": next((reason.quote for reason in one.reasons if reason.quote), ""),
            "other_article": next((reason.other_id for reason in one.reasons if reason.other_id), ""),
            "other_quote": next((reason.other_quote for reason in one.reasons if reason.other_quote), ""),
        }
        for one in articles
    ]


def _seen(asked: Sequence[AskedQuestion]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for one in asked:
        top = [shown.article_id for shown in one.shown[:BESIDE]]
        for rank, shown in enumerate(one.shown[:BESIDE]):
            known = seen.setdefault(shown.article_id, _Seen())
            known.shown += not one.is_abstained and (rank == 0 or shown.confidence >= OFFERED)
            known.beside.update(other for other in top if other != shown.article_id)
        for article_id, action in one.verdicts.items():
            known = seen.setdefault(article_id, _Seen())
            if action in ("used", "helpful"):
                known.used += 1
                known.last_used_at = max(known.last_used_at or one.at, one.at)
            elif action == "incorrect":
                known.incorrect += 1
                known.last_wrong_at = max(known.last_wrong_at or one.at, one.at)
    return seen


def _reasons(
    article_ids: Sequence[str],
    asked: Sequence[AskedQuestion],
    seen: Mapping[str, _Seen],
    *,
    article_of: Callable[[str], Article | None],
    marks: Sequence[OutdatedMark],
    changed_at: Mapping[str, datetime],
    old_before: datetime,
) -> Iterator[tuple[str, StaleReason]]:
    for mark in marks:
        article = article_of(mark.article_id)
        if article is not None and mark.digest == digest_of_article(article.title, article.body):
            yield mark.article_id, StaleReason("outdated", mark.reports, mark.last_at)
    for article_id, known in seen.items():
        changed = changed_at.get(article_id)
        if known.incorrect and known.last_wrong_at and (changed is None or changed < known.last_wrong_at):
            yield article_id, StaleReason("incorrect", known.incorrect, known.last_wrong_at)
        if known.shown >= OFTEN and not known.used:
            yield article_id, StaleReason("unused", known.shown)
    yield from _contradictions(seen, article_of)
    for article_id in article_ids:
        changed = changed_at.get(article_id)
        if changed is not None and changed < old_before:
            yield article_id, StaleReason("old", at=changed)
        if len(asked) >= MEANINGFUL and article_id not in seen:
            yield article_id, StaleReason("unseen")


def _contradictions(
    seen: Mapping[str, _Seen], article_of: Callable[[str], Article | None]
) -> Iterator[tuple[str, StaleReason]]:
    """Compare articles that were shown beside each other."""
    pairs = dict.fromkeys(
        tuple(sorted((article_id, other))) for article_id, known in seen.items() for other in known.beside
    )  # fmt: skip
    for one_id, other_id in list(pairs)[:COMPARED]:
        one, other = article_of(one_id), article_of(other_id)
        if one is None or other is None:
            continue
        found = contradiction_of(one.body, other.body)
        if found is not None:
            yield one_id, _contradicted(found.one, other, found.other)
            yield other_id, _contradicted(found.other, one, found.one)


def _contradicted(quote: str, other: Article, other_quote: str) -> StaleReason:
    return StaleReason("contradicted", quote=quote, other_id=other.id, other_quote=other_quote, other_title=other.title)


def _stale(article_id: str, reasons: tuple[StaleReason, ...], known: _Seen, changed: datetime | None) -> StaleArticle:
    ordered = tuple(sorted(reasons, key=lambda reason: -URGENCY[reason.kind]))
    return StaleArticle(article_id, "", ordered, known.shown, known.used, known.last_used_at, changed)


def _titled(one: StaleArticle, article_of: Callable[[str], Article | None]) -> StaleArticle:
    article = article_of(one.article_id)
    title = article.title if article is not None else ""
    return StaleArticle(one.article_id, title, one.reasons, one.shown, one.used, one.last_used_at, one.changed_at)
