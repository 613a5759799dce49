"""Drafted tickets looked at again: what people typed in the end becomes feedback, and a report's shadow accuracy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI

from api.cli.keys import create_key
from api.connectors.system import ConnectorDown, ConnectorRefused
from api.enrich.catch_up import CatchUps
from api.enrich.follow_up import KIND, FollowUps
from api.jobs import TryLater
from api.report import overview
from api.settings import Costs
from tests.api.test_enrich import AT, EN, OPTIONS, ZH, House

WEEK = timedelta(days=7)
PHONE_OPTIONS = OPTIONS.model_copy(update={"mode": "shadow", "fields": {**OPTIONS.fields, "phone_number": "Phone"}})


class Followed:
    """A house whose drafts are followed up after a week."""

    def __init__(self, app: FastAPI, options: object) -> None:
        self.house = House(app, options)  # type: ignore[arg-type]
        self.follow_ups = FollowUps(
            connectors=self.house.connectors,  # type: ignore[arg-type]
            jobs=self.house.jobs,  # type: ignore[arg-type]
            tenants=app.state.tenants,
            clock=self.house.clock,
            after=WEEK,
        )
        self.follow_ups.define()

    def schedule(self) -> list[str]:
        """Return the keys of all follow-ups that were ever submitted."""
        self.follow_ups.schedule(self.house.connectors.live)
        return [key for key in self.house.jobs.submitted if "/follow_up/" in key]

    def work(self) -> Mapping[str, object]:
        """Schedule and work the newest follow-up."""
        key = self.schedule()[-1]
        done = self.house.jobs.run(KIND, key, self.house.jobs.submitted[key])
        assert isinstance(done, dict)
        return done

    def verdicts(self, prefill_id: str) -> dict[str, str]:
        return {name: one.action for name, one in self.house.store.drafts.verdicts(prefill_id).items()}


@pytest.fixture
def shadow(api_app: FastAPI) -> Iterator[Followed]:
    yield Followed(api_app, PHONE_OPTIONS)
    api_app.state.store.database.close()


@pytest.fixture
def live(api_app: FastAPI) -> Iterator[Followed]:
    yield Followed(api_app, OPTIONS)
    api_app.state.store.database.close()


def status(house: House, said: str) -> None:
    house.system.tickets["1"] = replace(house.system.tickets["1"], status=said)


@pytest.mark.parametrize(
    ("text", "typed", "actions"),
    [
        (ZH, {"order_number": "20240518936", "error_code": "E6"}, {"order_number": "accepted", "error_code": "edited"}),
        (EN, {"order_number": " 2024-0518-936", "error_code": "e5"}, dict.fromkeys(OPTIONS.fields, "accepted")),
        (f"{ZH}电话13800138000", {"phone_number": "+86 138 0013 8000"}, {"phone_number": "accepted"}),
        (ZH, {}, {}),
    ],
    ids=["zh", "en, spelt otherwise", "phone", "nothing typed"],
)
def test_what_people_typed_into_a_shadow_ticket_says_whether_ours_was_right(
    shadow: Followed, text: str, typed: Mapping[str, str], actions: Mapping[str, str]
) -> None:
    shadow.house.open(text)
    prefill_id = str(shadow.house.tell()["prefill_id"])
    shadow.house.system.edit("1", **typed)
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    assert shadow.work() == {"outcome": "followed_up", "learnt": len(actions)}
    assert shadow.verdicts(prefill_id) == actions


def test_a_resolved_shadow_ticket_is_learnt_from_at_once_and_once(shadow: Followed) -> None:
    shadow.house.open(f"{ZH}电话13800138000", phone_number="13800138000")
    prefill_id = str(shadow.house.tell()["prefill_id"])
    shadow.house.system.edit("1", order_number="20240518936")
    assert shadow.house.tell("ticket_updated")["learnt"] == 1
    status(shadow.house, "resolved")
    assert shadow.house.tell("ticket_updated")["learnt"] == 1
    assert shadow.verdicts(prefill_id) == {"order_number": "accepted", "phone_number": "accepted"}
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    assert shadow.work()["learnt"] == 0


@pytest.mark.parametrize("said", ["open", "rejected", "resolved", "已解决"])
def test_what_we_wrote_and_nobody_touched_teaches_nothing(live: Followed, said: str) -> None:
    live.house.open(ZH)
    prefill_id = str(live.house.tell()["prefill_id"])
    status(live.house, said)
    live.house.now = AT + WEEK + timedelta(hours=1)
    assert live.work()["learnt"] == 0
    assert live.verdicts(prefill_id) == {}


def test_a_value_that_stood_there_before_judges_ours(live: Followed) -> None:
    live.house.open(ZH, error_code="E1")
    prefill_id = str(live.house.tell()["prefill_id"])
    live.house.now = AT + WEEK + timedelta(hours=1)
    live.work()
    assert live.verdicts(prefill_id) == {"error_code": "edited"}


def test_a_draft_is_due_after_the_days_set_and_scheduled_once(shadow: Followed) -> None:
    shadow.house.open(ZH)
    shadow.house.tell()
    shadow.house.now = AT + WEEK - timedelta(hours=1)
    assert shadow.schedule() == []
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    assert len(shadow.schedule()) == 1
    assert shadow.follow_ups.schedule(shadow.house.connectors.live) == 0


def test_only_the_newest_draft_of_a_ticket_is_held_against_it(shadow: Followed) -> None:
    shadow.house.open(ZH)
    first = str(shadow.house.tell()["prefill_id"])
    shadow.house.system.say("1", "更正：显示 E6。")
    newest = str(shadow.house.tell("message")["prefill_id"])
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    done = {}
    for key in shadow.schedule():
        payload = shadow.house.jobs.submitted[key]
        done[str(payload["prefill_id"])] = shadow.house.jobs.run(KIND, key, payload)
    assert done[first] == {"outcome": "superseded"}
    assert done[newest] == {"outcome": "followed_up", "learnt": 0}


def test_a_system_that_is_away_is_asked_later_and_a_deleted_ticket_is_let_go(shadow: Followed) -> None:
    shadow.house.open(ZH)
    shadow.house.tell()
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    shadow.house.system.trouble = ConnectorDown("away")
    with pytest.raises(TryLater):
        shadow.work()
    shadow.house.system.trouble = ConnectorRefused("no such ticket")
    assert shadow.work() == {"outcome": "refused", "reason": "no such ticket"}


def test_the_thread_that_catches_up_schedules_them(shadow: Followed) -> None:
    shadow.house.open(ZH)
    shadow.house.tell()
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    looks = CatchUps(
        connectors=shadow.house.connectors,  # type: ignore[arg-type]
        enrichment=shadow.house.enrichment,
        tenants=shadow.house.app.state.tenants,
        clock=shadow.house.clock,
        every_s=60,
        follow_ups=shadow.follow_ups,
    )
    looks.look()
    (key,) = (key for key in shadow.house.jobs.submitted if "/follow_up/" in key)
    assert shadow.house.jobs.submitted[key]["ticket_id"] == "1"


def test_the_overview_tells_what_shadow_would_have_had_right(shadow: Followed) -> None:
    shadow.house.open(ZH)
    shadow.house.tell()
    shadow.house.system.edit("1", order_number="20240518936", error_code="E6")
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    shadow.work()
    figures = overview(shadow.house.store, since=AT - WEEK, until=shadow.house.now, costs=Costs())
    (accuracy,) = figures.accuracy
    assert (accuracy.mode, accuracy.filled.part, accuracy.filled.whole) == ("shadow", 1, 2)
    assert figures.minutes_saved == 0


def test_the_report_and_the_page_show_it(shadow: Followed) -> None:
    from fastapi.testclient import TestClient

    shadow.house.open(EN)
    shadow.house.tell()
    shadow.house.system.edit("1", order_number="20240518936", error_code="E5")
    shadow.house.now = AT + WEEK + timedelta(hours=1)
    shadow.work()
    _, secret = create_key(shadow.house.store, name="test", scopes=["admin"])
    client = TestClient(shadow.house.app)
    period = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    answer = client.get("/v1/reports/overview", params=period, headers={"Authorization": f"Bearer {secret}"})
    (accuracy,) = answer.json()["accuracy"]
    assert accuracy["mode"] == "shadow"
    assert (accuracy["filled"]["part"], accuracy["filled"]["whole"]) == (2, 2)
