"""A tenant's period in figures: its store in, an Overview out. Sums of counts; shadow drafts save nobody a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from api.report.figures import Accuracy, Day, FieldFigures, Group, Maintenance, Overview, Suggested, Totals
from api.report.share import Share
from api.settings import Costs
from api.store import Store
from api.store.outcomes import COUNTS, REFUSED, DraftCounts, FieldCount

JUDGED_WRONG = ("edited", "cleared")
GROUPS = 50
"""Queues or connectors listed; nobody reads further down, and a page stays small."""
PERIOD_DAYS = 3_660


def overview(store: Store, *, since: datetime, until: datetime, costs: Costs) -> Overview:
    """Count what the service did in [since, until)."""
    drafts = store.outcomes.draft_counts(since, until)
    values = store.outcomes.field_counts(since, until)
    suggested = _suggested(store, since, until)
    minutes = minutes_saved(values, used=suggested.used, costs=costs)
    return Overview(
        since=since,
        until=until,
        totals=totals_of(drafts),
        fields=field_figures(values),
        days=_days(drafts, since, until),
        queues=_groups(drafts, lambda draft: draft.queue),
        connectors=_groups(drafts, lambda draft: draft.connector),
        modes=_groups(drafts, lambda draft: draft.mode),
        accuracy=accuracy_of(values),
        suggested=suggested,
        maintenance=_maintenance(store, since, until),
        minutes_saved=round(minutes, 1),
        money_saved=round(minutes * costs.cost_per_minute, 2),
        assumptions=tuple((name, float(value)) for name, value in costs.model_dump().items()),
    )


def totals_of(drafts: Iterable[DraftCounts]) -> Totals:
    """Add up."""
    sums = dict.fromkeys(("tickets", *COUNTS), 0)
    for draft in drafts:
        for name, count in draft.counts.items():
            sums[name] += count
    return Totals(**sums)


def field_figures(values: Sequence[FieldCount]) -> tuple[FieldFigures, ...]:
    """Return what became of each field, the most often drafted first."""
    names = {value.field for value in values}
    figures = (_field(name, [value for value in values if value.field == name]) for name in names)
    return tuple(sorted(figures, key=lambda one: (-(one.auto + one.suggested + one.before), one.field)))


def _field(name: str, values: Sequence[FieldCount]) -> FieldFigures:
    def count(is_counted: Callable[[FieldCount], bool]) -> int:
        return sum(value.count for value in values if is_counted(value))

    def fresh(status: str) -> int:
        return count(lambda value: value.status == status and not value.was_filled)

    return FieldFigures(
        field=name,
        before=count(lambda value: value.was_filled),
        auto=fresh("auto"),
        suggested=fresh("suggest"),
        conflict=fresh("conflict"),
        missing=fresh("missing"),
        accepted=count(lambda value: value.verdict == "accepted"),
        edited=count(lambda value: value.verdict == "edited"),
        cleared=count(lambda value: value.verdict == "cleared"),
        auto_right=right_share(value for value in values if value.status == "auto"),
        suggested_right=right_share(value for value in values if value.status == "suggest"),
    )


def right_share(values: Iterable[FieldCount]) -> Share:
    """Return how many of the judged values people took as they were."""
    right = judged = 0
    for value in values:
        judged += value.count if value.verdict else 0
        right += value.count if value.verdict == "accepted" else 0
    return Share(right, judged)


def accuracy_of(values: Sequence[FieldCount]) -> tuple[Accuracy, ...]:
    """Return how often people agreed, by mode; a mode of which nobody judged a value is left out."""
    modes = sorted({value.mode for value in values if value.verdict})
    return tuple(
        Accuracy(
            mode,
            filled=right_share(value for value in values if value.mode == mode and value.status == "auto"),
            suggested=right_share(value for value in values if value.mode == mode and value.status == "suggest"),
        )
        for mode in modes
    )


def minutes_saved(values: Iterable[FieldCount], *, used: int, costs: Costs) -> float:
    """Return the minutes that live drafts saved, mistakes taken off.

    A filled value counts until somebody corrects it, an offered one once somebody took it. Questions that need not be
    asked are not counted: what a person would have asked is not known here (the backtest knows).
    """
    minutes = used * costs.minutes_per_search
    for value in values:
        if value.mode != "live" or value.was_filled:
            continue
        if value.verdict in JUDGED_WRONG and value.status == "auto":
            minutes -= value.count * costs.minutes_per_correction
        elif value.status == "auto":
            minutes += value.count * costs.minutes_per_field
        elif value.verdict == "accepted":
            minutes += value.count * (costs.minutes_per_field - costs.minutes_per_glance)
    return minutes


def _days(drafts: Sequence[DraftCounts], since: datetime, until: datetime) -> tuple[Day, ...]:
    last = (until - timedelta(microseconds=1)).date()
    count = min((last - since.date()).days + 1, PERIOD_DAYS)
    days = (last - timedelta(days=ago) for ago in reversed(range(max(count, 0))))
    by_day: dict[object, list[DraftCounts]] = {}
    for draft in drafts:
        by_day.setdefault(draft.day, []).append(draft)
    return tuple(Day(day, totals_of(by_day.get(day, ()))) for day in days)


def _groups(drafts: Sequence[DraftCounts], key: Callable[[DraftCounts], str]) -> tuple[Group, ...]:
    members: dict[str, list[DraftCounts]] = {}
    for draft in drafts:
        members.setdefault(key(draft), []).append(draft)
    groups = (Group(name, totals_of(of_group)) for name, of_group in members.items())
    return tuple(sorted(groups, key=lambda group: (-group.totals.tickets, group.name))[:GROUPS])


def _suggested(store: Store, since: datetime, until: datetime) -> Suggested:
    asked = store.outcomes.suggestions_asked(since, until)
    by_action: dict[str, int] = {}
    for (_, action), count in store.outcomes.suggestion_verdicts(since, until).items():
        by_action[action] = by_action.get(action, 0) + count
    return Suggested(
        asked=sum(asked.values()),
        abstained=asked.get(True, 0),
        used=by_action.get("used", 0),
        helpful=by_action.get("helpful", 0),
        refused=sum(by_action.get(action, 0) for action in REFUSED),
    )


def _maintenance(store: Store, since: datetime, until: datetime) -> Maintenance:
    open_h = store.outcomes.maintenance_resolved(since, until)
    return Maintenance(
        opened=store.outcomes.maintenance_opened(since, until),
        resolved=len(open_h),
        open_now=store.outcomes.maintenance_open(),
        median_open_h=round(median(open_h), 2) if open_h else None,
    )
