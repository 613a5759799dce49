"""What a maintenance ticket says in another system about when a trend meets its limit, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.enrich.maintenance import opening_of
from api.errors import Language, words
from api.schemas.telemetry import Ticket

AT = datetime(2026, 6, 20, tzinfo=UTC)


def ticket(*, hours: float | None, soonest: float | None, latest: float | None) -> Ticket:
    return Ticket(
        id="1",
        key="k",
        device_id="AC-003",
        state="open",
        severity="warning",
        title="AC-003",
        opened_at=AT,
        updated_at=AT,
        reasons=[],
        horizon_h=hours,
        soonest_h=soonest,
        latest_h=latest,
    )


@pytest.mark.parametrize(
    ("language", "latest", "told"),
    [
        ("zh", 120.0, "约 96 小时后到达限值；十有九次在 80 至 120 小时之间"),
        ("en", 120.0, "in about 96 h; nine in ten times between 80 h and 120 h"),
        ("zh", None, "基本不早于 80 小时"),
        ("en", None, "hardly before 80 h, and no end can be told"),
    ],
)
def test_when_a_trend_meets_its_limit_is_told_with_its_interval(
    language: Language, latest: float | None, told: str
) -> None:
    assert told in opening_of(ticket(hours=96.2, soonest=80.4, latest=latest), words(language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_told_where_no_trend_is_seen(language: Language) -> None:
    plain = opening_of(ticket(hours=None, soonest=None, latest=None), words(language))
    assert len(plain.splitlines()) == 3
