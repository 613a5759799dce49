"""What a ticket's draft knows in, better questions and a ranking for its device out.

The draft has found the error code and the device model among everything the customer wrote. The code is put beside what
is the matter, where the words themselves do not name it; the model is no word to search for, as most articles hold for
many models: it orders what was found. Articles that name this model rise, those that name only others sink, and nothing
is ever left out: where all are of other models, their order stays. It reads models by their form, in tags and titles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nlp.records import Article, Hit, Retriever
from nlp.search.tokens import fold

Fit = Literal["same", "other", "any"]

LOOKED_AT = 20
"""Hits whose articles are looked at: two pages of results; this model's article seldom stands lower."""
SAME_GAIN = 1.25
OTHER_LOSS = 0.6
"""Measured by training.eval_ticket_facts. A much lower one would sink good answers whose tags only look like models."""
MAX_FACT_QUESTIONS = 2

# It begins with a letter and has two digits, or one and a joint: KFR-35GW, YX-W3, HB814; not E4, R32, WiFi6, 2.4G.
_MODEL = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z](?=[A-Za-z0-9/_-]{0,30}\d)[A-Za-z0-9]{0,20}(?:[-/_][A-Za-z0-9]{1,20}){0,4}(?![A-Za-z0-9])"
)
_LEAST_MODEL = 4


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What a draft found, as it is written in records and catalogues."""

    models: tuple[str, ...] = ()
    error_codes: tuple[str, ...] = ()
    product: str = ""

    @property
    def are_none(self) -> bool:
        return not (self.models or self.error_codes or self.product)


NO_FACTS = TicketFacts()


def models_in(text: str) -> tuple[str, ...]:
    """Return what has the form of a device model.

    >>> models_in("适用 KFR-35GW/CL3A、YX-W3，E4，2.4G，R32")
    ('KFR-35GW/CL3A', 'YX-W3')
    """
    return tuple(match[0] for match in _MODEL.finditer(text[:2_000]) if _is_model(match[0]))


def _is_model(written: str) -> bool:
    digits = sum(character.isdigit() for character in written)
    return len(written) >= _LEAST_MODEL and (digits >= 2 or (digits >= 1 and "-" in written))


def fit_of(models: Sequence[str], article: Article) -> Fit:
    """Say whether an article is for one of these models, for other ones, or for any.

    >>> fit_of(["KFR-35GW"], Article("1", "KFR-35GW/CL3A 显示 E4", "")), fit_of(["KFR-35GW"], Article("2", "E4", ""))
    ('same', 'any')
    """
    named = models_in(" ".join([article.title, *article.tags]))
    if not models or not named:
        return "any"
    return "same" if any(_is_same(one, other) for one in models for other in named) else "other"


def _is_same(one: str, other: str) -> bool:
    """Say whether two models are one, or one is the other's family: its name with nothing more behind it."""
    shorter, longer = sorted((_bare(one), _bare(other)), key=len)
    return len(shorter) >= _LEAST_MODEL - 1 and longer.startswith(shorter) and any(map(str.isdigit, shorter))


def _bare(model: str) -> str:
    return "".join(character for character in fold(model) if character.isalnum())


def with_facts(questions: Sequence[str], facts: TicketFacts) -> tuple[str, ...]:
    """Return a ticket's questions and, where they do not name an error code that the draft found, some that do.

    >>> with_facts(["空调不制冷"], TicketFacts(error_codes=("E4",)))
    ('空调不制冷', '空调不制冷 E4')
    """
    told = fold(" ".join(questions))
    unsaid = [code for code in facts.error_codes if not _names(told, code)]
    product = facts.product if facts.product and fold(facts.product) not in told else ""
    added = [" ".join(filter(None, (product, question, *unsaid))) for question in questions[:1] if unsaid or product]
    return tuple(dict.fromkeys([*questions, *added[:MAX_FACT_QUESTIONS]]))


def _names(told: str, code: str) -> bool:
    return re.search(rf"(?<![a-z0-9]){re.escape(fold(code))}(?![a-z0-9])", told) is not None


class ModelAwareRetriever:
    """A Retriever: what another one finds, ordered for a device model."""

    def __init__(
        self, retriever: Retriever, models: Iterable[str], *, article_of: Callable[[str], Article | None]
    ) -> None:
        self._retriever = retriever
        self._models = tuple(models)
        self._article_of = article_of

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles."""
        hits = tuple(
            self._retriever.search(question, top_k=max(top_k, LOOKED_AT), allowed=allowed, locale=locale)
        )  # fmt: skip
        fits = [self._fit(hit.passage.article_id) for hit in hits]
        if "same" not in fits and "any" not in fits:
            return hits[:top_k]
        moved = [_moved(hit, fit) for hit, fit in zip(hits, fits, strict=True)]
        return tuple(sorted(moved, key=lambda hit: -hit.score)[:top_k])

    def _fit(self, article_id: str) -> Fit:
        article = self._article_of(article_id)
        return "any" if article is None else fit_of(self._models, article)


def _moved(hit: Hit, fit: Fit) -> Hit:
    if fit == "any":
        return hit
    factor = SAME_GAIN if fit == "same" else OTHER_LOSS
    return replace(hit, score=hit.score * factor if hit.score >= 0 else hit.score / factor)
