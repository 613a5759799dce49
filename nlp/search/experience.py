"""Questions that people found an answer to in; the next such question finds it at once.

An answer that was used says more about a question's meaning than its words do. Past questions stand in a file of their
own beside the knowledge base; a search asks both, and an article that answered questions like this one moves up, one
that was called wrong for them moves down. It changes no article, and shows nobody what they may not see.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from nlp.records import Article, Hit, Match, Passage, Retriever
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.passages import split_passages

Verdict = Literal["helped", "misled"]
_MARKS: dict[Verdict, str] = {"helped": "+", "misled": "-"}
MAX_QUESTION = 2_000  # code points; what makes two questions alike stands in their beginning
NEIGHBOURS = 10
LEAST_LIKENESS = 0.3
"""Share of the question's information that a past question must hold, and never less than the best passage holds.
Without the second condition the manuals, where every heading has an article of its own, lose three points of hit@1;
.3 to .6 differ little."""
WEIGHT = 1.0
"""How much a past answer counts against the best hit of the base; with 2, esun_faq gets worse. The gain, and
where there is none, is measured by training.eval_experience."""
TOP_VOTE = 1.5
"""Three askers are not thrice as right as one."""
DOUBT = 8.0
"""Uses beside which an article's own count half: one says little of other questions (training.eval_experience)."""


class Experience:
    """Past questions and the articles that did or did not answer them, in one file."""

    def __init__(self, path: Path | Literal[":memory:"]) -> None:
        self._base = KnowledgeBase(path)
        with self._base.connections.writing() as connection:
            connection.execute("CREATE INDEX IF NOT EXISTS experiences_by_article ON articles(url)")

    def add(self, experience_id: str, question: str, *, article_id: str, verdict: Verdict) -> None:
        """Remember what a person said of an article for a question; the same id again replaces it."""
        question = question[:MAX_QUESTION]
        if question.strip():
            self._base.put(Article(id=experience_id, title="", body=question, url=_MARKS[verdict] + article_id))

    def forget(self, experience_ids: Iterable[str]) -> int:
        """Forget, to the last byte; return how many there were."""
        gone = sum(self._base.delete(experience_id) for experience_id in experience_ids)
        if gone:
            self._base.compact()
        return gone

    def count(self) -> int:
        """Return how many are remembered."""
        return self._base.counts().articles

    def close(self) -> None:
        self._base.close()

    def votes(self, question: str, *, least_likeness: float = LEAST_LIKENESS) -> dict[str, tuple[float, Match]]:
        """Return, by article, the sum of votes and the best match, of past questions like this one."""
        votes: dict[str, tuple[float, Match]] = {}
        for hit in self._base.search(question, top_k=NEIGHBOURS, allowed=()):
            if hit.match is None or hit.match.coverage < least_likeness:
                continue
            mark, article_id = hit.url[:1], hit.url[1:]
            vote = hit.match.coverage**2 * (1 if mark == "+" else -1)
            so_far, best = votes.get(article_id, (0.0, hit.match))
            votes[article_id] = (so_far + vote, max(best, hit.match, key=lambda match: match.coverage))
        return votes

    def usefulness(self, article_ids: Sequence[str]) -> dict[str, float]:
        """Return how often each article helped rather than misled, whatever was asked; those that did neither or worse
        are left out. One use is .1, eight are .5, ever more are 1."""
        marked = [mark + article_id for mark in _MARKS.values() for article_id in article_ids]
        with self._base.connections.reading() as connection:
            counts = dict(
                connection.execute(
                    "SELECT url, count(*) FROM articles WHERE url IN (SELECT value FROM json_each(?)) GROUP BY url",
                    (json.dumps(marked),),
                )
            )
        useful = {}
        for article_id in article_ids:
            helped, misled = (counts.get(_MARKS[verdict] + article_id, 0) for verdict in ("helped", "misled"))
            if helped > misled:
                useful[article_id] = (helped - misled) / (helped + misled + DOUBT)
        return useful


class UsedRetriever:
    """A Retriever: a knowledge base in which articles that helped before pass rivals that are a little better."""

    def __init__(self, base: KnowledgeBase, experience: Experience) -> None:
        self._base = base
        self._experience = experience

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles."""
        return self._base.search(
            question, top_k=top_k, allowed=allowed, locale=locale, usefulness=self._experience.usefulness
        )


class ExperiencedRetriever:
    """A Retriever: a knowledge base, its ranking changed by experience."""

    def __init__(self, base: KnowledgeBase, experience: Experience, *, ranked: Retriever | None = None) -> None:
        """`ranked` is the base in another order: UsedRetriever's, or one that verdicts taught
        (nlp.search.feedback_ranker)."""
        self._base = base
        self._ranked: Retriever = ranked or UsedRetriever(base, experience)
        self._experience = experience

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles."""
        hits = tuple(self._ranked.search(question, top_k=max(top_k, NEIGHBOURS), allowed=allowed, locale=locale))
        covered = hits[0].match.coverage if hits and hits[0].match else 0.0
        votes = self._experience.votes(question, least_likeness=max(LEAST_LIKENESS, covered))
        if not votes:
            return hits[:top_k]
        best = hits[0].score if hits else 1.0
        found = {hit.passage.article_id: hit for hit in hits}
        for article_id, (vote, match) in votes.items():
            known = found.get(article_id) or self._visible(article_id, allowed)
            if known is not None:
                found[article_id] = _moved(known, vote, match, best=best)
        return tuple(sorted(found.values(), key=lambda hit: -hit.score)[:top_k])

    def _visible(self, article_id: str, allowed: Sequence[str]) -> Hit | None:
        """Return an article that the words of the question did not find, if it is still there to be seen."""
        article = self._base.get(article_id)
        if article is None or (article.allowed and not set(article.allowed) & set(allowed)):
            return None
        passage: Passage | None = next(iter(split_passages(article)), None)
        return None if passage is None else Hit(passage, 0.0, article.url)


def _moved(hit: Hit, vote: float, match: Match, *, best: float) -> Hit:
    """Return a hit with its votes; what a past question covered speaks for the article that answered it, and then it is
    judged by these words alone: how near the article itself is in meaning says nothing of them."""
    score = max(hit.score + WEIGHT * best * max(min(vote, TOP_VOTE), -TOP_VOTE), 0.0)
    if vote > 0 and (hit.match is None or match.coverage > hit.match.coverage):
        return replace(hit, score=score, match=match, signals=None)
    return replace(hit, score=score)
