"""Days that move, checked against printed calendars."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nlp.dates.holidays import LAST, easter, moving_day, nth_weekday, weekday_of

NOW = datetime(2026, 11, 22, 10)


@pytest.mark.parametrize(
    ("year", "at"), [(2000, date(2000, 4, 23)), (2024, date(2024, 3, 31)), (2038, date(2038, 4, 25))]
)
def test_easter(year: int, at: date) -> None:
    assert easter(year) == at


@pytest.mark.parametrize(
    ("month", "weekday", "nth", "at"),
    [(11, 4, 4, date(2026, 11, 26)), (5, 1, LAST, date(2026, 5, 25)), (2, 7, 5, None)],
)
def test_nth_weekday(month: int, weekday: int, nth: int, at: date | None) -> None:
    assert nth_weekday(2026, month, weekday, nth) == at


def test_a_moving_day_without_a_year_is_the_last_and_the_next() -> None:
    found = moving_day(weekday_of(11, 4, 4), "-11-WXX-4-4", None, NOW)
    assert found is not None
    assert found.timex == "XXXX-11-WXX-4-4"
    assert found.options == (date(2025, 11, 27), date(2026, 11, 26))
