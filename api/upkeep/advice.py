"""What the knowledge base says about an alert: asked in the reader's language first, in the other where nothing fits.

The question is a metric's words in both languages, which way it went, and the device's model. Does not keep anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from api.engines import Engines
from api.errors import LANGUAGES, Language, language_of_locale, words
from api.schemas.knowledge import SuggestionBody, suggestion_body
from api.schemas.telemetry import TicketReason
from api.upkeep.metric_words import words_of_metric
from predictive.alerts import SILENCE

SUGGESTIONS = 3
"""On a ticket; a technician reads three titles on a phone."""
SURE_ENOUGH = 0.8
"""A device asks in names of metrics, which tell less than a person's sentence, and its ticket stands without an
article: so a tenth of what no article answers may be shown one (python -m training.fit_abstain --judge 0.8 with the
shipped encoder, held halves, 2026-11-23: 9.9% in bases of 20 articles, 4.5% of 800)."""
METRICS_ASKED = 4
"""The strongest; with more the question is about everything, and nothing fits."""


def suggestions_for(
    reasons: Sequence[TicketReason], *, engines: Engines, locale: str, model: str = ""
) -> list[SuggestionBody]:
    """Return what the knowledge base says about metrics that went wrong; nothing where nothing fits."""
    import nlp

    if not reasons:
        return []
    retriever, first = engines.retriever(), language_of_locale(locale)
    for question in questions_of(reasons, first=first, model=model):
        found = nlp.suggest(question, retriever=retriever, top_k=SUGGESTIONS, locale=words(first).locale)
        if found.suggestions and found.suggestions[0].confidence >= SURE_ENOUGH:
            return [suggestion_body(suggestion) for suggestion in found.suggestions]
    return []


def questions_of(reasons: Sequence[TicketReason], *, first: Language, model: str = "") -> tuple[str, ...]:
    """Return what to ask, the most telling question first: with the model in the reader's language, then without it,
    then in the other language."""
    asked = reasons[:METRICS_ASKED]
    second = next(language for language in LANGUAGES if language != first)
    said = {language: " ".join(_phrase(reason, language) for reason in asked) for language in LANGUAGES}
    names = " ".join(dict.fromkeys(reason.metric.replace("_", " ") for reason in asked))
    both = (said[first], said[second], names, f"{model} {said[first]}" if model else said[first])
    return tuple(dict.fromkeys((both[3], both[0], both[1], both[2])))


def _phrase(reason: TicketReason, language: Language) -> str:
    said = words(language)
    metric = words_of_metric(reason.metric, language)
    return f"{metric} {said(f'upkeep.went_{direction_of(reason)}')}".strip()


def direction_of(reason: TicketReason) -> str:
    """Return which way a metric went: high, low, silent, or odd where neither is known."""
    if reason.detector == SILENCE:
        return "silent"
    if reason.observed is None or reason.expected is None or reason.observed == reason.expected:
        return "odd"
    return "high" if reason.observed > reason.expected else "low"
