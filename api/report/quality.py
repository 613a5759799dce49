"""How each engine's values fared with the people who saw them: a tenant's store in, a Quality out.

Holds what was filled in unasked against what was promised of it, and the last weeks against those before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from api.prefill.promises import promised_by
from api.report.figures import ModelFigures, Quality, Week
from api.report.overview import right_share
from api.report.share import Share
from api.store import Store
from api.store.outcomes import ENGINE_OF, USED, FieldCount
from nlp.extraction.corrections import promise_of

SEARCH_PROMISE = 0.85
"""Of what is offered rather than abstained from; DECISIONS 14."""
RECENT_WEEKS = 4
"""What "lately" means for drift: long enough for some dozens of verdicts, short enough to be about the present."""


def quality(store: Store, *, since: datetime, until: datetime) -> Quality:
    """Count the verdicts on each engine's values in [since, until)."""
    by_engine: dict[tuple[str, str], list[FieldCount]] = {}
    for value in store.outcomes.field_counts(since, until):
        if value.source:
            key = (ENGINE_OF.get(value.source, "fields"), value.engine)
            by_engine.setdefault(key, []).append(value)
    promise = promise_of("", promised_by(store).shares())
    models = [
        _of_values(job, engine, values, promise=promise, until=until)
        for (job, engine), values in sorted(by_engine.items())
    ]
    searched = _of_search(store, since, until)
    return Quality(since, until, (*models, *((searched,) if searched else ())))


def _of_values(job: str, engine: str, values: Sequence[FieldCount], *, promise: float, until: datetime) -> ModelFigures:
    filled = right_share(value for value in values if value.status == "auto")
    weeks: dict[date, list[FieldCount]] = {}
    for value in values:
        weeks.setdefault(_monday(value.day), []).append(value)
    shares = {monday: right_share(of_week) for monday, of_week in weeks.items()}
    return ModelFigures(
        job=job,
        engine=engine,
        values=sum(value.count for value in values),
        filled=filled,
        suggested=right_share(value for value in values if value.status == "suggest"),
        promise=promise,
        verdict=verdict_on(filled, promise),
        weeks=_weeks(shares),
        drift=drift_of(shares, until=until),
    )


def _of_search(store: Store, since: datetime, until: datetime) -> ModelFigures | None:
    asked = store.outcomes.suggestions_asked(since, until)
    if not asked:
        return None
    weeks: dict[date, Share] = {}
    for (day, action), count in store.outcomes.suggestion_verdicts(since, until).items():
        share = weeks.get(_monday(day), Share(0, 0))
        weeks[_monday(day)] = Share(share.part + count * (action in USED), share.whole + count)
    judged = _sum(weeks.values())
    return ModelFigures(
        job="search",
        engine="",
        values=asked.get(False, 0),
        filled=Share(0, 0),
        suggested=judged,
        promise=SEARCH_PROMISE,
        verdict=verdict_on(judged, SEARCH_PROMISE),
        weeks=_weeks(weeks),
        drift=drift_of(weeks, until=until),
    )


def verdict_on(share: Share, promise: float) -> str:
    """Say whether a promise was held, as far as the interval tells.

    >>> [verdict_on(share, 0.98) for share in (Share(0, 0), Share(10, 10), Share(400, 400), Share(80, 100))]
    ['unknown', 'unclear', 'kept', 'broken']
    """
    if not share.whole:
        return "unknown"
    if share.low >= promise:
        return "kept"
    return "broken" if share.high < promise else "unclear"


def drift_of(weeks: Mapping[date, Share], *, until: datetime) -> float | None:
    """Return how much more is right lately than before; None where either has no verdict."""
    border = until.date() - timedelta(weeks=RECENT_WEEKS)
    recent = _sum(share for monday, share in weeks.items() if monday >= border).value
    before = _sum(share for monday, share in weeks.items() if monday < border).value
    return None if recent is None or before is None else recent - before


def _weeks(shares: Mapping[date, Share]) -> tuple[Week, ...]:
    return tuple(Week(monday, shares[monday]) for monday in sorted(shares) if shares[monday].whole)


def _sum(shares: Iterable[Share]) -> Share:
    part = whole = 0
    for share in shares:
        part, whole = part + share.part, whole + share.whole
    return Share(part, whole)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
