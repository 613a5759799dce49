"""The budget of false tickets in the service: set by an administrator, held by verdicts, seen by people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.engines import Engines
from api.schemas.budget import BudgetIn
from api.schemas.telemetry import Ticket, TicketVerdict
from api.settings import Settings
from api.store import Store, open_store
from api.upkeep.book import TicketBook
from api.upkeep.budget import hear_verdict, set_budget, settle, settle_if_due, standing
from predictive import Monitor
from predictive.records import Alert, Reason

AT = datetime(2026, 6, 19, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SETTINGS = Settings(default_locale="en", encoder_model="")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    yield opened
    opened.database.close()


@pytest.fixture
def book(store: Store, tmp_path: Path) -> Iterator[TicketBook]:
    engines = Engines(SETTINGS.model_copy(update={"data_dir": tmp_path}))
    yield TicketBook(engines=engines, store=store)
    engines.close()


def alert(number: int, score: float, *, at: datetime = AT - HOUR, detector: str = "ewma") -> Alert:
    reason = Reason("power", at, 100.0, 190.0, score, detector, "W")
    return Alert(f"k{number}", f"d{number}", "open", "warning", at, at, None, (reason,))


def keep(book: TicketBook, *alerts: Alert) -> list[Ticket]:
    return list(book.keep(alerts, monitor=Monitor()))


def judge(store: Store, tickets: list[Ticket], verdicts: str) -> None:
    """Say of each ticket whether it was false (f) or right (r)."""
    for ticket, letter in zip(tickets, verdicts, strict=True):
        told = TicketVerdict(verdict="false_alarm" if letter == "f" else "right")
        hear_verdict(ticket.id, told, store=store, settings=SETTINGS, actor="人", at=AT)


def overspend(book: TicketBook, store: Store) -> None:
    """Let six weak alerts be false."""
    judge(store, keep(book, *(alert(number, 0.6, at=AT - DAY) for number in range(6))), "ffffff")


def test_false_tickets_raise_the_bar_for_weak_alerts_only(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    stands = standing(store, SETTINGS, at=AT)
    assert (stands.state, stands.false, stands.bar > 0.9) == ("held", 6, True)
    assert keep(book, alert(10, 0.6)) == []
    assert [one.device_id for one in keep(book, alert(11, 0.99))] == ["d11"]
    assert [one.device_id for one in store.budgets.held_back(limit=9)] == ["d10"]


def test_facts_are_never_held_back_and_do_not_count(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    for number, detector in ((20, "threshold"), (21, "gap")):
        (ticket,) = keep(book, alert(number, 0.51, detector=detector))
        judge(store, [ticket], "f")
    assert standing(store, SETTINGS, at=AT).false == 6


def test_who_is_held_back_becomes_a_ticket_once_it_brings_more(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    assert keep(book, alert(10, 0.6)) == []
    assert [one.key for one in keep(book, alert(10, 0.999, at=AT))] == ["k10"]
    assert store.budgets.held_back(limit=9) == ()
    assert [one.key for one in keep(book, alert(10, 0.5, at=AT + HOUR))] == ["k10"], "an open ticket stays"


def test_right_tickets_and_a_larger_budget_bring_the_bar_back(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    assert store.budgets.bar() is not None
    set_budget(BudgetIn(false_per_1000=900.0), store=store, settings=SETTINGS, actor="人", at=AT)
    assert standing(store, SETTINGS, at=AT).state == "within"
    assert len(keep(book, alert(10, 0.6))) == 1


def test_nothing_is_held_before_enough_was_judged(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    judge(store, keep(book, *(alert(number, 0.6) for number in range(5))), "fffff")
    stands = standing(store, SETTINGS, at=AT)
    assert (stands.state, stands.needed, stands.bar) == ("unjudged", 1, 0.0)


def test_a_changed_verdict_counts_once_and_as_it_is_now(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    tickets = keep(book, *(alert(number, 0.6) for number in range(6)))
    judge(store, tickets, "ffffff")
    judge(store, tickets, "rrrrrr")
    stands = standing(store, SETTINGS, at=AT)
    assert (stands.false, stands.right, stands.state, stands.realised) == (0, 6, "within", 0.0)


def test_devices_that_a_sites_ticket_lists_count_as_one(book: TicketBook, store: Store) -> None:
    from api.store.devices import Device

    for number in range(4):
        store.devices.put(Device(f"d{number}", "一厂", told_by="person"), at=AT)
    keep(book, *(alert(number, 0.6) for number in range(4)))
    (group,) = store.tickets.list(kind="maintenance", limit=9)
    assert len(group.devices) == 4
    judge(store, [group], "f")
    stands = standing(store, SETTINGS, at=AT + DAY)
    assert (stands.false, stands.right, stands.unjudged) == (1, 0, 0)


def test_the_bar_is_worked_out_anew_each_hour(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    settle_if_due(store, SETTINGS, at=AT + timedelta(minutes=59))
    bar = store.budgets.bar()
    assert bar is not None
    assert bar.solved_at == AT
    settle_if_due(store, SETTINGS, at=AT + 130 * DAY)
    assert standing(store, SETTINGS, at=AT + 130 * DAY).bar == 0.0, "half a year later nothing is known any more"


def test_keeping_the_same_alerts_again_changes_nothing(book: TicketBook, store: Store) -> None:
    store.devices.note_day(AT.date(), devices=1000)
    overspend(book, store)
    before = settle(store, SETTINGS, at=AT)
    keep(book, *(alert(number, 0.6, at=AT - DAY) for number in range(6)))
    assert settle(store, SETTINGS, at=AT) == before


def test_a_tenants_budget_is_its_own(store: Store) -> None:
    other = store.of("globex")
    set_budget(BudgetIn(false_per_1000=7.0, useful_lead_h=24.0), store=store, settings=SETTINGS, actor="人", at=AT)
    assert standing(store, SETTINGS, at=AT).budget.false_per_1000 == 7.0
    assert standing(other, SETTINGS, at=AT).budget.false_per_1000 == SETTINGS.false_tickets_per_1000
    assert other.budgets.bar() is None


def test_the_budget_is_set_over_http_by_an_administrator(api_client: TestClient, api_app: FastAPI) -> None:
    before = api_client.get("/v1/ticket-budget").json()
    assert (before["is_own"], before["state"], before["realised"]) == (False, "unjudged", None)
    put = api_client.put("/v1/ticket-budget", json={"false_per_1000": 4, "useful_lead_h": 48})
    assert (put.status_code, put.json()["false_per_1000"], put.json()["is_own"]) == (200, 4.0, True)
    assert api_client.get("/v1/audit", params={"action": "budget.put"}).json()[0]["subject"]
    _, secret = create_key(api_app.state.store, name="gateway", scopes=["telemetry"])
    gateway = TestClient(api_app, headers={"Authorization": f"Bearer {secret}"})
    assert gateway.get("/v1/ticket-budget").status_code == 200
    assert gateway.put("/v1/ticket-budget", json={"false_per_1000": 900}).status_code == 403


REFUSED = [{"false_per_1000": 0}, {"false_per_1000": -1}, {"false_per_1000": 1e9}, {"false_per_1000": "NaN"}, {}]


@pytest.mark.parametrize("body", REFUSED, ids=str)
def test_a_budget_that_is_none_is_refused(api_client: TestClient, body: dict[str, object]) -> None:
    assert api_client.put("/v1/ticket-budget", json=body).status_code == 422
