"""The nouns of a report: counts and shares of one tenant's period. Values only.

A field is `before` where the ticket's system held a value when the ticket came, `auto` where the service was sure,
`suggested` where it offered a value, `conflict` where it showed two, `missing` where it had none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from api.report.share import Share


@dataclass(frozen=True, slots=True)
class Totals:
    """What became of some drafts' fields; `asked` counts drafts that had a question to ask."""

    tickets: int = 0
    fields: int = 0
    required: int = 0
    before: int = 0
    auto: int = 0
    suggested: int = 0
    conflict: int = 0
    missing: int = 0
    required_before: int = 0
    required_after: int = 0  # before or auto
    required_offered: int = 0  # before, auto or suggested
    complete_before: int = 0  # tickets with every required field
    complete_after: int = 0
    complete_offered: int = 0
    asked: int = 0

    @property
    def completeness_before(self) -> Share:
        """Return the share of required fields that held a value when the ticket came."""
        return Share(self.required_before, self.required)

    @property
    def completeness_after(self) -> Share:
        return Share(self.required_after, self.required)

    @property
    def completeness_offered(self) -> Share:
        """Return the share of required fields that hold a value once a person has taken every suggestion."""
        return Share(self.required_offered, self.required)


@dataclass(frozen=True, slots=True)
class Group:
    """The drafts that have something in common: a queue, a connector, a mode."""

    name: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class Day:
    """The drafts of one UTC day; days without drafts are there, with zeros."""

    day: date
    totals: Totals


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """What became of one field, and what people then did with its values."""

    field: str
    before: int
    auto: int
    suggested: int
    conflict: int
    missing: int
    accepted: int
    edited: int
    cleared: int
    auto_right: Share  # of filled values that somebody judged
    suggested_right: Share


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many values of one mode's drafts agreed with what people made of them, or typed themselves: of shadow drafts,
    how many would have been right."""

    mode: str  # live | shadow
    filled: Share  # of those it was sure of
    suggested: Share  # of those it would have a person confirm


@dataclass(frozen=True, slots=True)
class Suggested:
    """Articles that were offered, and what people did with them."""

    asked: int  # questions put to the knowledge base
    abstained: int
    used: int
    helpful: int
    refused: int  # not relevant, incorrect or outdated

    @property
    def shown(self) -> int:
        """Return how many questions had something to show."""
        return self.asked - self.abstained


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Tickets that devices opened. When a device failed is known to nobody here, so the lead time stays None until
    somebody says; how long the tickets stood open is known."""

    opened: int
    resolved: int
    open_now: int
    median_open_h: float | None  # of those resolved in the period


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, up to but not including `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    since: datetime
    until: datetime
    totals: Totals
    fields: tuple[FieldFigures, ...]  # most often drafted first
    days: tuple[Day, ...]
    queues: tuple[Group, ...]  # most tickets first
    connectors: tuple[Group, ...]
    modes: tuple[Group, ...]  # live, shadow
    accuracy: tuple[Accuracy, ...]  # live, shadow; one where somebody judged a value
    suggested: Suggested
    maintenance: Maintenance
    minutes_saved: float
    money_saved: float
    assumptions: tuple[tuple[str, float], ...]  # the cost settings behind the two figures above, by name


@dataclass(frozen=True, slots=True)
class Week:
    """The judged values of one week, named by its Monday."""

    monday: date
    right: Share


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """How one engine's values fared with people. `filled` is held against the promise (of search: `suggested`): "kept"
    where the interval's lower end reaches it, "broken" where the upper end does not, "unclear" between, "unknown" where
    nobody judged any."""

    job: str  # fields | speech | vision | search
    engine: str
    values: int  # that it gave, judged or not
    filled: Share  # right of those filled in without asking
    suggested: Share  # right of those offered
    promise: float
    verdict: str  # kept | broken | unclear | unknown
    weeks: tuple[Week, ...]
    drift: float | None  # share right in the last four weeks less that of the weeks before; None where either has none


@dataclass(frozen=True, slots=True)
class Quality:
    since: datetime
    until: datetime
    models: tuple[ModelFigures, ...]
