"""The budget of false tickets: what was set and what people said of tickets in, which alerts become tickets out.

An alert becomes a ticket where its evidence reaches the bar, and the bar is worked out anew each hour and with each
verdict, so that false tickets stay within the budget. What was not inferred is never held back and does not count: a
limit that a person set, a device that does not report. Whoever is held back is watched, and becomes a ticket once it
brings more. Knows no HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from api.schemas.budget import BudgetBody, BudgetIn
from api.schemas.telemetry import KeptVerdict, TicketVerdict
from api.settings import Settings
from api.store import Store
from api.store.budgets import Episode, JudgedEpisode, KeptBar, OwnBudget
from api.upkeep.verdicts import take_verdict
from predictive.alerts import SILENCE, SURE_DETECTORS
from predictive.budget_pace import STEP_S, WINDOW_S
from predictive.records import Alert
from predictive.ticket_bar import SETTLED, Episodes, Watched, evidence_of, solve_bar

TOLD = SURE_DETECTORS | {SILENCE}
"""Detectors that tell a fact; the others infer that something is wrong."""
WINDOW, MONTH = timedelta(seconds=WINDOW_S), timedelta(seconds=STEP_S)
SOLVED_EVERY = timedelta(hours=1)
OPEN_TO_ALL = 0.0


@dataclass(frozen=True, slots=True)
class BudgetStanding:
    """What is borne, and how that stands; counts are of the window."""

    budget: OwnBudget
    days: int
    false: int
    right: int
    unjudged: int
    months: float  # device-months watched
    bar: float
    is_held: bool
    needed: int  # more verdicts until it can be held
    expected_false: float  # those judged false, and of the unjudged a share
    allowed: float
    held_back: int  # alerts that never became a ticket
    is_small: bool  # the budget is less than one ticket in the window: one is allowed all the same

    @property
    def state(self) -> Literal["unjudged", "within", "held"]:
        """Return in a word how the budget stands."""
        if not self.is_held:
            return "unjudged"
        return "held" if self.bar > OPEN_TO_ALL else "within"

    @property
    def realised(self) -> float | None:
        """Return judged false tickets per 1,000 device-months; None before a ticket was judged or a device watched."""
        if self.months <= 0 or self.false + self.right == 0:
            return None
        return 1000.0 * self.false / self.months

    @property
    def expected(self) -> float | None:
        """Return the same with the share of those that nobody judged."""
        return None if self.realised is None else 1000.0 * self.expected_false / self.months


def budget_of(store: Store, settings: Settings) -> OwnBudget:
    """Return a tenant's budget, the house's where it set none."""
    return store.budgets.get() or OwnBudget(settings.false_tickets_per_1000, settings.useful_lead_h)


def is_inferred(alert: Alert) -> bool:
    """Tell whether an alert has to bring evidence: no fact that somebody told is among its reasons."""
    return not any(reason.detector in TOLD for reason in alert.reasons)


def bar_in_force(store: Store) -> float:
    """Return how much evidence an alert must bring now."""
    bar = store.budgets.bar()
    return OPEN_TO_ALL if bar is None else bar.evidence


def is_ticket(alert: Alert, *, bar: float) -> bool:
    """Tell whether an alert that has no ticket yet becomes one; a model of failures keeps a paced threshold itself."""
    if alert.prognosis.chances:
        return True
    return bar <= OPEN_TO_ALL or not is_inferred(alert) or evidence_of(alert) >= bar


def episode_of(alert: Alert, *, ticket_id: str) -> Episode:
    """Return an alert as the budget counts it; no ticket where it is held back."""
    return Episode(alert.key, alert.device_id, alert.opened_at, evidence_of(alert), ticket_id, alert.state == "open")


def settle(store: Store, settings: Settings, *, at: datetime) -> KeptBar:
    """Work the bar out anew and keep it."""
    solved = solve_bar(
        _columns(store.budgets.episodes(at - WINDOW, at)),
        _watched(store, at),
        false_per_1000_months=budget_of(store, settings).false_per_1000,
    )
    bar = KeptBar(solved.evidence, solved.is_held, solved.false, solved.allowed, at)
    store.budgets.keep_bar(bar)
    return bar


def settle_if_due(store: Store, settings: Settings, *, at: datetime) -> None:
    """Work the bar out anew where that was an hour ago."""
    bar = store.budgets.bar()
    if bar is None or at - bar.solved_at >= SOLVED_EVERY:
        settle(store, settings, at=at)


def set_budget(wanted: BudgetIn, *, store: Store, settings: Settings, actor: str, at: datetime) -> None:
    """Keep a budget, and let it count from now on."""
    store.budgets.put(OwnBudget(wanted.false_per_1000, wanted.useful_lead_h, at, actor[:200]))
    settle(store, settings, at=at)


def hear_verdict(
    ticket_id: str, told: TicketVerdict, *, store: Store, settings: Settings, actor: str, at: datetime
) -> KeptVerdict:
    """Keep what a person says of a ticket, and let it count.

    Raises:
        Problem: there is no such ticket, or the failure lies in the future.
    """
    kept = take_verdict(ticket_id, told, store=store, actor=actor, at=at)
    settle(store, settings, at=at)
    return kept


def standing(store: Store, settings: Settings, *, at: datetime) -> BudgetStanding:
    """Return what is borne and how that stands."""
    budget = budget_of(store, settings)
    bar, past = store.budgets.bar(), store.budgets.episodes(at - WINDOW, at)
    tickets = [one for one in past if one.is_ticket]
    false, right = sum(one.is_false is True for one in tickets), sum(one.is_false is False for one in tickets)
    months = _watched(store, at).months
    return BudgetStanding(
        budget=budget,
        days=WINDOW.days,
        false=false,
        right=right,
        unjudged=len(tickets) - false - right,
        months=months,
        bar=bar.evidence if bar else OPEN_TO_ALL,
        is_held=bar is not None and bar.is_held,
        needed=max(SETTLED + 1 - false - right, 0),
        expected_false=bar.false if bar else 0.0,
        allowed=bar.allowed if bar else 0.0,
        held_back=sum(not one.is_ticket for one in past),
        is_small=months > 0 and budget.false_per_1000 * months / 1000.0 < 1.0,
    )


def body_of(store: Store, settings: Settings, *, at: datetime) -> BudgetBody:
    """Return the same for programs."""
    stands = standing(store, settings, at=at)
    return BudgetBody(
        false_per_1000=stands.budget.false_per_1000,
        useful_lead_h=stands.budget.useful_lead_h,
        is_own=stands.budget.updated_at is not None,
        updated_at=stands.budget.updated_at,
        actor=stands.budget.actor,
        state=stands.state,
        days=stands.days,
        false=stands.false,
        right=stands.right,
        unjudged=stands.unjudged,
        device_months=round(stands.months, 2),
        realised=stands.realised,
        expected=stands.expected,
        bar=stands.bar,
        held_back=stands.held_back,
        needed=stands.needed,
        is_small=stands.is_small,
    )


def _watched(store: Store, at: datetime) -> Watched:
    return Watched(store.budgets.watched_months(at - WINDOW, at), store.budgets.watched_months(at - MONTH, at))


def _columns(past: tuple[JudgedEpisode, ...]) -> Episodes:
    return Episodes(
        np.array([one.evidence for one in past]),
        np.array([one.is_ticket for one in past], dtype=np.bool_),
        np.array([np.nan if one.is_false is None else float(one.is_false) for one in past]),
    )
