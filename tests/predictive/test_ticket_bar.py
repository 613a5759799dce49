"""Verdicts hold the budget: simulated fleets whose false alerts are known, and the rule's corners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from predictive.records import Alert, Floats, Mask, Reason
from predictive.ticket_bar import Bar, Episodes, Watched, evidence_of, solve_bar

WINDOW, MONTH, LAG = 120, 30, 21  # days
DEVICES = 5_000
AT = datetime(2026, 6, 1, tzinfo=UTC)


class SimulatedFleet:
    """A fleet that has false alerts at a known rate and true ones, judged late and not always.

    False ones bring a gamma-distributed evidence, true ones as much or more: no bar divides them.
    """

    def __init__(self, *, seed: int, false_rate: float, true_rate: float, judged: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._rates = (false_rate * DEVICES / MONTH / 1000, true_rate * DEVICES / MONTH / 1000)
        self._judged = judged
        self.evidence: Floats = np.zeros(0)
        self.day: Floats = np.zeros(0)
        self.is_false: Mask = np.zeros(0, dtype=np.bool_)
        self.is_ticket: Mask = np.zeros(0, dtype=np.bool_)
        self._judged_on: Floats = np.zeros(0)

    def live(self, day: int, *, bar: float, worse: float = 1.0) -> None:
        """Let the alerts of a day happen; those that bring enough become tickets."""
        false, true = (int(self._rng.poisson(rate)) for rate in (self._rates[0] * worse, self._rates[1]))
        evidence = np.concatenate([self._rng.gamma(2, 2, false), 2 + 2 * self._rng.gamma(2, 2, true)])
        opened = evidence >= bar
        said = opened & (self._rng.random(len(evidence)) < self._judged)
        judged_on = np.where(said, day + self._rng.integers(2, LAG, len(evidence)), np.inf)
        self.evidence = np.concatenate([self.evidence, evidence])
        self.day = np.concatenate([self.day, np.full(len(evidence), float(day))])
        self.is_false = np.concatenate([self.is_false, np.arange(len(evidence)) < false])
        self.is_ticket = np.concatenate([self.is_ticket, opened])
        self._judged_on = np.concatenate([self._judged_on, judged_on])

    def bar(self, day: int, *, budget: float) -> Bar:
        """Work the bar out as of a day's end."""
        recent = self.day > day - WINDOW
        said = np.where(self._judged_on[recent] <= day, self.is_false[recent].astype(float), np.nan)
        watched = Watched(DEVICES / MONTH * min(day + 1, WINDOW), DEVICES / MONTH * min(day + 1, MONTH))
        past = Episodes(self.evidence[recent], self.is_ticket[recent], said)
        return solve_bar(past, watched, false_per_1000_months=budget)

    def realised(self, *, since: int, until: int) -> float:
        """Return what was truly false among the tickets, per 1,000 device-months."""
        counted = (self.day >= since) & (self.day < until) & self.is_ticket & self.is_false
        return 1000.0 * float(counted.sum()) / (DEVICES / MONTH * (until - since))


FLEETS = [
    pytest.param({"false_rate": 12.0, "judged": 1.0}, 2.0, 1.0, id="six times too many"),
    pytest.param({"false_rate": 12.0, "judged": 0.5}, 2.0, 1.0, id="half are judged"),
    pytest.param({"false_rate": 40.0, "judged": 0.7}, 2.0, 1.0, id="twenty times too many"),
    pytest.param({"false_rate": 12.0, "judged": 0.7}, 6.0, 1.0, id="a larger budget"),
    pytest.param({"false_rate": 12.0, "judged": 0.7}, 2.0, 2.0, id="twice as many from the second year on"),
]


@pytest.mark.parametrize(("rates", "budget", "worse"), FLEETS)
def test_realised_rate_is_within_a_fifth_of_the_budget(rates: dict[str, float], budget: float, worse: float) -> None:
    realised = []
    for seed in range(3):
        fleet = SimulatedFleet(seed=seed, true_rate=3.0, **rates)
        bar = 0.0
        for day in range(540):
            fleet.live(day, bar=bar, worse=worse if day >= 360 else 1.0)
            bar = fleet.bar(day, budget=budget).evidence
        realised.append(fleet.realised(since=180, until=540))
    assert np.mean(realised) == pytest.approx(budget, rel=0.2)


def test_everything_becomes_a_ticket_where_the_budget_is_kept_anyway() -> None:
    fleet = SimulatedFleet(seed=1, false_rate=3.0, true_rate=3.0, judged=1.0)
    for day in range(200):
        fleet.live(day, bar=fleet.bar(day - 1, budget=20.0).evidence if day else 0.0)
    assert fleet.is_ticket.all()


def test_the_bar_comes_back_once_false_alerts_are_over() -> None:
    fleet = SimulatedFleet(seed=2, false_rate=12.0, true_rate=3.0, judged=1.0)
    bars = [0.0]
    for day in range(360):
        fleet.live(day, bar=bars[-1], worse=1.0 if day < 120 else 0.05)
        bars.append(fleet.bar(day, budget=2.0).evidence)
    assert bars[120] > 4.0
    assert bars[360] == 0.0


def past(evidence: list[float], verdicts: list[float], *, tickets: int | None = None) -> Episodes:
    count = len(evidence)
    is_ticket = np.arange(count) < (count if tickets is None else tickets)
    return Episodes(np.array(evidence), is_ticket, np.array(verdicts))


NAN = float("nan")
CORNERS = [
    pytest.param(past([], []), 1000.0, 0.0, False, id="nothing happened"),
    pytest.param(past([5.0] * 5, [1.0] * 5), 1000.0, 0.0, False, id="five verdicts are too few"),
    pytest.param(past([5.0] * 6, [1.0] * 6), 0.0, 0.0, False, id="nobody was watched"),
    pytest.param(past([5.0] * 6, [0.0] * 6), 1000.0, 0.0, True, id="all were right"),
    pytest.param(past([1.0, 2, 3, 4, 5, 6], [1.0, 1, 1, 1, 1, 0]), 10_000.0, 0.0, True, id="within the budget"),
    pytest.param(past([1.0, 2, 3, 4, 5, 6], [1.0, 1, 1, 1, 1, 0]), 10.0, 5.5, True, id="overspent: above every false"),
]


@pytest.mark.parametrize(("episodes", "months", "bar", "is_held"), CORNERS)
def test_corners_of_the_rule(episodes: Episodes, months: float, bar: float, is_held: bool) -> None:
    found = solve_bar(episodes, Watched(months, months / 4), false_per_1000_months=2.0)
    assert found.evidence == pytest.approx(bar)
    assert found.is_held is is_held


def test_a_fleet_whose_budget_is_below_one_ticket_may_have_one() -> None:
    found = solve_bar(past([5.0] * 7, [0.0] * 7), Watched(12.0, 3.0), false_per_1000_months=2.0)
    assert (found.allowed, found.evidence) == (1.0, 0.0)


def test_what_nobody_judged_counts_by_the_share_of_the_judged() -> None:
    judged = past([5.0] * 10, [1.0] * 5 + [0.0] * 5)
    more = past([5.0] * 20, [1.0] * 5 + [0.0] * 5 + [NAN] * 10)
    held = past([5.0] * 20, [1.0] * 5 + [0.0] * 5 + [NAN] * 10, tickets=10)
    false = [solve_bar(one, Watched(1e4, 1e3), false_per_1000_months=2.0).false for one in (judged, more, held)]
    assert false == pytest.approx([5.0, 5.0 + 10 * 8 / 15, 5.0])


def alert(score: float, *, days: float, metrics: int = 1, until: float | None = None) -> Alert:
    ended = None if until is None else AT + timedelta(days=until)
    reasons = tuple(Reason(f"m{number}", AT, 1.0, 2.0, score, "ewma", until=ended) for number in range(metrics))
    return Alert("k", "d", "open", "warning", AT, AT + timedelta(days=days), None, reasons)


def test_evidence_grows_with_score_metrics_and_time_and_not_while_it_is_calm() -> None:
    base = evidence_of(alert(0.9, days=0.0))
    assert base == pytest.approx(np.log(10))
    assert evidence_of(alert(0.99, days=0.0)) == pytest.approx(2 * base)
    assert evidence_of(alert(0.9, days=0.0, metrics=3)) == pytest.approx(3 * base)
    assert evidence_of(alert(0.9, days=3.0)) == pytest.approx(3 * base)
    assert evidence_of(alert(0.9, days=3.0, until=1.0)) == pytest.approx(2 * base)
    assert np.isfinite(evidence_of(alert(1.0, days=1e6, metrics=16)))
