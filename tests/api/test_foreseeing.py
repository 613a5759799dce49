"""Failures foreseen while the service runs: one ticket a device and episode, through restarts, until it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from api.cli.commands import command
from api.engines import Engines
from api.ingest import Readings
from api.maintain import Foresight
from api.schemas.telemetry import Ticket, TicketVerdict
from api.settings import Settings
from api.store import Store, open_store_for
from api.store.devices import Device, Event
from api.store.lease import NoLease
from api.store.upkeep_tables import ForeseenFailure
from api.upkeep.foreseeing import Foreseeing, Look
from api.upkeep.verdicts import take_verdict
from predictive import Columns
from predictive.budget import Budget
from predictive.prognosis_fit import PrognosisOptions, fit_failures
from predictive.prognosis_history import DAY_S, fates_of, history_of

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TAUGHT_D = 130
BUDGET = Budget(false_per_1000_months=40.0, lead_s=DAY_S, horizon_s=30 * DAY_S)
Course = Callable[[int], Mapping[str, float]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of devices whose heat rises for 20 days before every failure."""
    rng = np.random.default_rng(1)
    names, at_d, heat, failed = [], [], [], {}
    for device in range(90):
        end = int(rng.integers(40, 120)) if device % 3 == 0 else TAUGHT_D
        names += [f"d{device}#0"] * end
        at_d.append(np.arange(0.0, end))
        heat.append(np.clip(at_d[-1] - (end - 20), 0, None) * (end < TAUGHT_D) + rng.normal(0, 0.3, end))
        if end < TAUGHT_D:
            failed[f"d{device}#0"] = BEGIN.timestamp() + (end - TAUGHT_D) * DAY_S
    at_s = BEGIN.timestamp() + (np.concatenate(at_d) - TAUGHT_D) * DAY_S
    history = history_of(names, at_s, {"heat": np.concatenate(heat)})
    options = PrognosisOptions(iterations=10, folds=2, fewest_in_leaf=10)
    found = tmp_path_factory.mktemp("failures")
    model = fit_failures(history, fates_of(history, failed), budget=BUDGET, options=options).model
    replace(model, units={"heat": "°C"}).save(found)
    return found


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    return Settings(data_dir=tmp_path, failures_model=folder, false_tickets_per_1000=100.0)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store_for(settings)
    yield store
    store.database.close()


def started(settings: Settings, store: Store) -> Foresight:
    foresight = Foresight(engines=Engines(settings), store=store, lease=NoLease())
    foresight.start()
    return foresight


def live(foresight: Foresight, course: Course, since: int, until: int, *, metric: str = "heat", unit: str = "") -> None:
    """Let days pass: readings in the evening, a beat just after midnight."""
    for day in range(since, until):
        at = BEGIN + day * DAY + timedelta(hours=20)
        told = course(day)
        values = np.array(list(told.values()))
        columns = Columns(
            list(told), [metric] * len(told), np.full(len(told), at.timestamp()), values, [unit] * len(told)
        )
        foresight.take(Readings(columns, np.arange(len(told)), ()), received_at=at)
        foresight.advance(at + timedelta(hours=4, minutes=1))


def foreseen(store: Store, device_id: str | None = None) -> list[Ticket]:
    return [one for one in store.tickets.list(kind="maintenance", device_id=device_id, limit=100) if one.chances]


def rising(day: int) -> Mapping[str, float]:
    return {"d1": max(0.0, day - 1.0), "从未见过": max(0.0, day - 3.0), "d2": 0.0}


def test_two_failures_are_foreseen_once_each_through_a_restart(settings: Settings, store: Store) -> None:
    live(started(settings, store), rising, 0, 6)
    live(started(settings, store), rising, 6, 9)
    tickets = foreseen(store)
    assert sorted(ticket.device_id for ticket in tickets) == ["d1", "从未见过"]
    assert {ticket.state for ticket in tickets} == {"open"}
    assert {reason.metric for ticket in tickets for reason in ticket.reasons} == {"heat"}
    assert [chance.horizon_h for chance in tickets[0].chances] == [24.0, 72.0, 720.0]
    assert tickets[0].probability == tickets[0].chances[-1].probability
    assert all(ticket.updated_at > ticket.opened_at for ticket in tickets)


def test_the_ticket_speaks_both_languages(settings: Settings, store: Store) -> None:
    live(started(settings, store), rising, 0, 6)
    texts = foreseen(store, "d1")[0].texts
    assert texts is not None
    assert texts.en.title.startswith("Device d1: a failure within 30 d is ")
    assert texts.zh.title.startswith("设备 d1：30 天内发生故障的可能性为 ")
    assert "heat has moved from " in texts.en.explanation
    assert "heat 自 " in texts.zh.explanation
    assert "故障可能性：1 天内 " in texts.zh.explanation


def test_a_look_that_was_broken_off_opens_no_second_ticket(settings: Settings, store: Store) -> None:
    day, before = 0, None
    while not foreseen(store):
        before = store.foreseen.watch()
        live(started(settings, store), rising, day, day + 1)
        day += 1
    assert before is not None
    with store.database.transaction() as session:  # as if it had died between its tickets and its own rows
        session.execute(delete(ForeseenFailure))
    store.foreseen.keep(before, scored=(), foreseen=())
    live(started(settings, store), rising, day, day + 3)
    assert len(foreseen(store, "d1")) == 1
    assert [one.key for one in store.foreseen.since(BEGIN) if one.device_id == "d1"] == [foreseen(store, "d1")[0].key]


@pytest.mark.parametrize("kind", ["failure", "firmware"])
def test_what_happens_to_the_device_closes_the_ticket(settings: Settings, store: Store, kind: str) -> None:
    foresight = started(settings, store)
    live(foresight, rising, 0, 8)
    at = BEGIN + 8 * DAY + timedelta(hours=2)
    foresight.note_event(Event("e", "d1", kind, at))
    foresight.advance(at + timedelta(minutes=1))
    closed = foreseen(store, "d1")[0]
    assert (closed.state, closed.closed_by) == ("resolved", kind)
    assert foreseen(store, "从未见过")[0].state == "open"
    live(foresight, lambda day: {**rising(day), "d1": 0.0}, 9, 11)
    assert len(foreseen(store, "d1")) == 1


def test_a_score_that_falls_resolves_the_ticket_and_its_return_opens_it_again(settings: Settings, store: Store) -> None:
    foresight = started(settings, store)
    live(foresight, lambda day: {"d1": max(0.0, day - 1.0)}, 0, 6)
    assert [one.state for one in foreseen(store)] == ["open"]
    live(foresight, lambda day: {"d1": 0.0}, 6, 14)
    assert [one.state for one in foreseen(store)] == ["resolved"]
    live(foresight, lambda day: {"d1": day - 8.0}, 14, 17)
    assert [one.state for one in foreseen(store)] == ["open"]


@pytest.mark.parametrize(("unit", "scale", "shift"), [("K", 1.0, 273.15), ("华氏度", 1.8, 32.0)])
def test_readings_are_brought_to_the_unit_that_was_taught(
    settings: Settings, store: Store, unit: str, scale: float, shift: float
) -> None:
    live(started(settings, store), lambda day: {"d1": max(0.0, day - 1.0) * scale + shift}, 0, 5, unit=unit)
    watched = store.foreseen.days(model="")
    assert [round(row.readings["heat"], 6) for row in watched] == [0.0, 0.0, 1.0, 2.0, 3.0]


def test_a_unit_of_something_else_is_no_reading(settings: Settings, store: Store) -> None:
    live(started(settings, store), lambda day: {"d1": 300.0}, 0, 2, unit="kPa")
    assert list(store.foreseen.days(model="")) == []


def test_after_the_horizon_another_ticket_may_open(settings: Settings, store: Store) -> None:
    foresight = started(settings, store)
    live(foresight, lambda day: {"d1": max(0.0, day - 1.0)}, 0, 5)
    live(foresight, lambda day: {"d1": 30.0}, 36, 37)
    assert sorted(one.state for one in foreseen(store)) == ["open", "resolved"]


def test_what_people_say_is_known_at_the_next_look(settings: Settings, store: Store) -> None:
    foresight = started(settings, store)
    live(foresight, rising, 0, 5)
    ticket = foreseen(store, "d1")[0]
    take_verdict(ticket.id, TicketVerdict(verdict="false_alarm"), store=store, actor="李工", at=BEGIN + 6 * DAY)
    live(foresight, rising, 6, 7)
    watch = store.foreseen.watch()
    assert watch is not None
    assert watch.judged == 1
    assert watch.solved_at == watch.scored_at


def test_devices_of_one_site_are_foreseen_apart(settings: Settings, store: Store) -> None:
    names = [f"柜-{number}" for number in range(3)]
    store.devices.put_all([Device(name, site="店-1", told_by="person") for name in names], at=BEGIN)
    live(started(settings, store), lambda day: dict.fromkeys(names, max(0.0, day - 1.0)), 0, 5)
    tickets = foreseen(store)
    assert sorted(ticket.device_id for ticket in tickets) == names
    assert {ticket.group_id for ticket in tickets} == {""}


def test_missing_metrics_foresee_nothing(settings: Settings, store: Store) -> None:
    live(started(settings, store), rising, 0, 4, metric="unrelated")
    assert foreseen(store) == []
    assert store.foreseen.watch() is None


@pytest.mark.parametrize(("locale", "word"), [("zh_CN.UTF-8", "故障预测模型"), ("en_US.UTF-8", "no model of failures")])
def test_a_folder_without_a_model_is_told_at_the_start(tmp_path: Path, locale: str, word: str) -> None:
    env = {"LC_ALL": locale, "BEFOREHAND_FAILURES_MODEL": str(tmp_path / "none"), "COLUMNS": "400"}
    told = CliRunner(env=env).invoke(command, ["serve", "--data-dir", str(tmp_path)])
    assert told.exit_code == 2
    assert word in told.output
    assert "BEFOREHAND_FAILURES_MODEL" in told.output


def test_nothing_is_looked_at_without_a_model(tmp_path: Path, store: Store) -> None:
    foreseeing = Foreseeing(Settings(data_dir=tmp_path), store=store)
    foreseeing.start()
    assert foreseeing.over(at=BEGIN) == Look()
