"""Reports: what the service did for a tenant in a period. Shares carry their 95% interval."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


class FromFigures(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ShareBody(FromFigures):
    """`part` of `whole`; `value` is null where nothing was counted."""

    part: int
    whole: int
    value: float | None
    low: float
    high: float


class TotalsBody(FromFigures):
    tickets: int
    fields: int
    before: int
    auto: int
    suggested: int
    conflict: int
    missing: int
    complete_before: int
    complete_after: int
    complete_offered: int
    asked: int
    completeness_before: ShareBody
    completeness_after: ShareBody
    completeness_offered: ShareBody


class GroupBody(FromFigures):
    name: str
    totals: TotalsBody


class DayBody(FromFigures):
    day: date
    totals: TotalsBody


class FieldFiguresBody(FromFigures):
    field: str
    before: int
    auto: int
    suggested: int
    conflict: int
    missing: int
    accepted: int
    edited: int
    cleared: int
    auto_right: ShareBody
    suggested_right: ShareBody


class AccuracyBody(FromFigures):
    """Of the values that people judged, or typed themselves; of shadow drafts, what would have been right."""

    mode: str
    filled: ShareBody
    suggested: ShareBody


class SuggestedBody(FromFigures):
    asked: int
    abstained: int
    shown: int
    used: int
    helpful: int
    refused: int


class MaintenanceBody(FromFigures):
    opened: int
    resolved: int
    open_now: int
    median_open_h: float | None


class OverviewBody(FromFigures):
    """Drafts of one ticket count once. Shadow drafts are in the counts (see `modes`) and save no minutes."""

    since: datetime
    until: datetime
    totals: TotalsBody
    fields: list[FieldFiguresBody]
    days: list[DayBody]
    queues: list[GroupBody]
    connectors: list[GroupBody]
    modes: list[GroupBody]
    accuracy: list[AccuracyBody]
    suggested: SuggestedBody
    maintenance: MaintenanceBody
    minutes_saved: float
    money_saved: float
    assumptions: Annotated[dict[str, float], BeforeValidator(dict)]


class WeekBody(FromFigures):
    monday: date
    right: ShareBody


class ModelBody(FromFigures):
    job: str
    engine: str
    values: int
    filled: ShareBody
    suggested: ShareBody
    promise: float
    verdict: str
    weeks: list[WeekBody]
    drift: float | None


class QualityBody(FromFigures):
    since: datetime
    until: datetime
    models: list[ModelBody]
