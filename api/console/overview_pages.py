"""The landing page: what the service did, in figures; and how each engine's values fared with people.

The figures are api/report's; here they are laid out, and nothing is counted. Whoever may not see them is sent to the
first page they may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.draft_desk import field_labels
from api.console.places import home_of
from api.console.plots import Bar, ceiling_of, stacked_bars
from api.report import Day, Share, overview, quality
from api.store.exports import COLUMNS
from api.upkeep.budget import budget_of
from api.upkeep.verdicts import lead_times

PERIODS = (7, 30, 90)
Period = Annotated[int, Query(ge=1, le=366)]
PARTS = ("before", "auto", "suggested", "missing")
"""Of a day's column, from the bottom up."""
CHART_WIDTH, CHART_HEIGHT = 720.0, 160.0

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@dataclass(frozen=True, slots=True)
class Chart:
    """The days of a period as stacked columns."""

    bars: tuple[Bar, ...]
    days: tuple[Day, ...]
    top: float
    width: float = CHART_WIDTH
    height: float = CHART_HEIGHT


@router.get("/")
def show_overview(desk: Annotated[Desk, Depends(Entry())], days: Period = 30) -> Response:
    """Show the figures of a period."""
    home = home_of(desk.visitor.scopes if desk.visitor else ())
    if home != "/console/":
        return desk.go(home)
    figures = overview(desk.store, since=desk.now - timedelta(days=days), until=desk.now, costs=desk.settings.costs)
    chart = chart_of(figures.days)
    useful_h = budget_of(desk.store, desk.settings).useful_lead_h
    return desk.page(
        "overview.html",
        here="overview",
        figures=figures,
        chart=chart,
        leads=lead_times(desk.store, figures.since, figures.until, useful_h=useful_h),
        useful_h=useful_h,
        parts=PARTS,
        days=days,
        periods=PERIODS,
        labels=field_labels(desk),
        percent_of=percent_of,
        interval_of=interval_of,
        tables=tuple(COLUMNS),
    )


@router.get("/quality")
def show_quality(desk: AdminDesk, days: Period = 90) -> Response:
    """Show how each engine's values fared, against what was promised."""
    since, costs = desk.now - timedelta(days=days), desk.settings.costs
    return desk.page(
        "quality.html",
        here="quality",
        figures=quality(desk.store, since=since, until=desk.now),
        fields=overview(desk.store, since=since, until=desk.now, costs=costs).fields,
        days=days,
        periods=PERIODS,
        labels=field_labels(desk),
        percent_of=percent_of,
        interval_of=interval_of,
    )


def chart_of(days: Sequence[Day]) -> Chart:
    """Lay the fields of each day out as columns."""
    columns = [[float(getattr(day.totals, part)) for part in PARTS] for day in days]
    top = float(ceiling_of(max((sum(column) for column in columns), default=0)))
    bars = stacked_bars(columns, kinds=PARTS, top=top, width=CHART_WIDTH, height=CHART_HEIGHT)
    return Chart(bars, tuple(days), top)


def percent_of(share: Share) -> str:
    """Write a share for people; what was never counted has none, and only all is 100.

    >>> percent_of(Share(0, 0)), percent_of(Share(999, 1000)), percent_of(Share(3, 3))
    ('–', '99%', '100%')
    """
    return "–" if share.value is None else f"{int(share.value * 100)}%"


def interval_of(share: Share) -> str:
    """Write how sure a share is: the ends of its 95% interval.

    >>> interval_of(Share(98, 100))
    '92–99%'
    """
    return "" if share.value is None else f"{int(share.low * 100)}–{int(share.high * 100)}%"
