"""What makes a ticket a good one: words, severity from history, past episodes, procedures, sites, device facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from api.cli.desk import open_engines
from api.console.rendering import with_moments
from api.errors import Language
from api.ingest import Readings, parse_telemetry
from api.schemas.telemetry import DeviceFacts, Ticket, TicketReason, TicketVerdict
from api.settings import Settings
from api.store import Store, open_store
from api.store.devices import Device, Event, Verdict
from api.tickets import text_of, ticket_of
from api.upkeep.advice import direction_of, questions_of
from api.upkeep.facts import facts_of
from api.upkeep.groups import group_ticket
from api.upkeep.metric_words import words_of_metric
from api.upkeep.past import past_episode
from api.upkeep.procedure import procedure_for
from api.upkeep.rehearsal import Rehearsal
from api.upkeep.severity import severity_of
from api.upkeep.verdicts import lead_times, note_failure, take_verdict
from nlp.extraction.record_table import RecordTable
from nlp.records import Record
from predictive.records import Alert, Reason

AT = datetime(2026, 6, 19, 16, 20, tzinfo=UTC)
H = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    yield opened
    opened.database.close()


def alert(*reasons: Reason, severity: Literal["info", "warning", "critical"] = "warning") -> Alert:
    return Alert("key", "泵-1", "open", severity, AT, AT, None, reasons)


def reason(
    metric: str = "vibration", *, observed: float = 5.0, expected: float = 2.0, detector: str = "ewma"
) -> Reason:
    return Reason(metric, AT - H, expected, observed, 0.9, detector, "mm/s")


def seen(metric: str, *, observed: float = 5.0, expected: float = 2.0, detector: str = "ewma") -> TicketReason:
    return TicketReason(metric=metric, since=AT, expected=expected, observed=observed, score=0.9, detector=detector)


def ticket(
    number: int, *reasons: TicketReason, device: str = "泵-1", model: str = "", state: str = "resolved"
) -> Ticket:
    at = AT - number * 24 * H
    return Ticket.model_validate(
        {"id": f"t{number}", "key": f"k{number}", "device_id": device, "state": state, "severity": "warning"}
        | {"title": f"{device}", "opened_at": at, "updated_at": at + H, "reasons": list(reasons)}
        | {"device": DeviceFacts(model=model)}
    )


@pytest.mark.parametrize(
    ("metric", "zh", "en"),
    [
        ("suction_pressure", "吸气压力", "suction pressure"),
        ("BearingTemp", "轴承温度", "bearing temperature"),
        ("排气温度", "排气温度", "discharge temperature"),
        ("motor.current", "电机电流", "motor current"),
        ("zq", "zq", "zq"),
    ],
)
def test_a_metric_is_put_into_words_of_both_languages(metric: str, zh: str, en: str) -> None:
    assert words_of_metric(metric, "zh") == zh
    said = words_of_metric(metric, "en")
    assert said in (en, en.replace("discharge", "exhaust"))


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "KFR-72LW 吸气压力 过低 偏低"), ("en", "KFR-72LW suction pressure too low, falling")]
)
def test_the_question_is_asked_in_the_readers_language_first(language: Language, said: str) -> None:
    low = seen("suction_pressure", observed=600.0, expected=850.0)
    questions = questions_of([low], first=language, model="KFR-72LW")
    assert questions[0] == said
    assert len(questions) == 4


def test_directions() -> None:
    told = [seen("a"), seen("a", observed=1.0), seen("a", observed=2.0), seen("a", detector="gap")]
    assert [direction_of(one) for one in told] == ["high", "low", "odd", "silent"]


@pytest.mark.parametrize(
    ("language", "title", "since"),
    [
        ("zh", "设备 泵-1：vibration 实测 5 mm/s，预期 2 mm/s", "vibration 自 2026-06-19 15:20 UTC 起异常"),
        ("en", "Device 泵-1: vibration reads 5 mm/s, expected 2 mm/s", "vibration has been off since 2026-06-19 15:20"),
    ],
)
def test_a_draft_speaks_both_languages_whatever_the_house_speaks(language: Language, title: str, since: str) -> None:
    for locale in ("zh-CN", "en-US"):
        made = ticket_of(alert(reason()), ticket_id="t", locale=locale)
        assert made.texts is not None
        text = getattr(made.texts, language)
        assert text.title == title
        assert text.explanation.startswith(since)
        assert "+150%" in text.explanation
        assert "100%" in text.explanation


def test_contributions_add_up_and_the_farther_out_says_more() -> None:
    strong = replace(reason("power"), score=0.99)
    made = ticket_of(alert(strong, reason()), ticket_id="t", locale="en")
    shares = [one.contribution or 0.0 for one in made.reasons]
    assert sum(shares) == pytest.approx(1.0, abs=1e-3)
    assert shares[0] == pytest.approx(2 * shares[1], rel=0.02)


@pytest.mark.parametrize(
    ("language", "title"),
    [("zh", "设备 泵-1：power 已 1 小时 5 分钟 没有数据"), ("en", "Device 泵-1: no power data for 1 h 5 min")],
)
def test_a_silence_is_told_as_one(language: Language, title: str) -> None:
    silent = Reason("power", AT, 600.0, 3900.0, 1.0, "gap", "s")
    assert text_of(ticket_of(alert(silent), ticket_id="t", locale="en"), language).title == title


def verdict(
    number: int, said: str, *, lead_h: float | None = None, model: str = "", metric: str = "vibration"
) -> Verdict:
    opened = AT - 30 * number * 24 * H
    failed = None if lead_h is None else opened + lead_h * H
    return Verdict(f"t{number}", said, "泵", model, metric, "ewma", "warning", opened, opened, failed_at=failed)


def history(said: str, leads: list[float | None]) -> list[Verdict]:
    return [verdict(number, said, lead_h=lead) for number, lead in enumerate(leads)]


SEVERITIES = [
    pytest.param([], "warning", "default", id="nobody judged"),
    pytest.param(history("right", [10.0] * 4), "warning", "default", id="too few"),
    pytest.param(history("right", [10.0, 12.0, 20.0, 30.0, 40.0]), "critical", "history", id="within a day"),
    pytest.param(history("right", [100.0, 120.0, 150.0, 200.0, 300.0]), "warning", "history", id="within a week"),
    pytest.param(history("right", [900.0, 950.0, 990.0, 999.0, 999.0]), "info", "history", id="within a month"),
    pytest.param(history("false_alarm", [None] * 5), "info", "history", id="always false"),
    pytest.param(history("right", [None] * 5), "warning", "history", id="right, but nobody knows when it failed"),
]


@pytest.mark.parametrize(("past", "severity", "basis"), SEVERITIES)
def test_severity_is_what_such_alerts_came_to(past: list[Verdict], severity: str, basis: str) -> None:
    judged = severity_of(alert(reason()), past, model="", now=AT)
    assert (judged.severity, judged.basis.basis) == (severity, basis)


def test_severity_rises_as_the_time_of_failure_comes_near() -> None:
    past = history("right", [100.0] * 5)
    ages = [severity_of(alert(reason()), past, model="", now=AT + hours * H).severity for hours in (0, 70, 90)]
    assert ages == ["warning", "warning", "critical"]


def test_a_persons_limit_is_never_made_light_of() -> None:
    sure = alert(reason(detector="threshold"), severity="critical")
    assert severity_of(sure, history("false_alarm", [None] * 9), model="", now=AT).severity == "critical"


def test_the_narrowest_group_with_enough_verdicts_counts() -> None:
    others = [verdict(number, "false_alarm", metric="power") for number in range(20, 40)]
    mine = [verdict(number, "right", lead_h=5.0, model="IH80") for number in range(5)]
    judged = severity_of(alert(reason()), [*others, *mine], model="IH80", now=AT)
    assert (judged.basis.alike, judged.basis.count, judged.severity) == ("model", 5, "critical")
    assert severity_of(alert(reason("flow")), [*others, *mine], model="", now=AT).basis.alike == "detector"


def test_the_most_similar_episode_of_the_model_is_found_with_what_fixed_it(store: Store) -> None:
    high, low = seen("vibration"), seen("vibration", observed=1.0)
    store.tickets.put(ticket(1, low, device="泵-1"))
    store.tickets.put(ticket(2, high, seen("power"), device="泵-2", model="IH80"))
    store.tickets.put(ticket(3, high, device="泵-3", model="IH80"))
    take_verdict("t3", TicketVerdict(verdict="fixed", fixed_by=" 更换轴承 "), store=store, actor="人", at=AT)
    found = past_episode(ticket(0, high, model="IH80", state="open"), store=store)
    assert found is not None
    assert (found.ticket_id, found.fixed_by, found.likeness) == ("t3", "更换轴承", 1.0)
    assert past_episode(ticket(0, seen("humidity"), model="IH80", state="open"), store=store) is None


@pytest.mark.parametrize(
    ("told", "zh"),
    [
        (seen("suction_pressure", observed=1.0), "铭牌所示制冷剂"),
        (seen("轴承振动"), "同型号轴承和油封"),
        (seen("power", detector="gap"), "备用网关电源、天线"),
    ],
)
def test_parts_and_steps_come_from_the_template(store: Store, told: TicketReason, zh: str) -> None:
    found = procedure_for(ticket(0, told), template="manufacturing_repair", store=store)
    assert found.parts[0].zh == zh
    assert all(step.zh and step.en for step in found.steps)


def test_a_template_without_rules_gives_no_procedure(store: Store) -> None:
    assert procedure_for(ticket(0, seen("power")), template="education", store=store).steps == []


def test_device_facts_come_from_the_records_and_a_persons_word_counts_more(store: Store) -> None:
    values = {"device_id": "AC-1", "device_model": "KFR-72LW", "site": "一厂", "warranty_until": "2026-06-20"}
    records = RecordTable([Record("devices", "AC-1", values)])
    facts = facts_of("AC-1", store=store, records=records, at=AT)
    assert (facts.model, facts.site, facts.in_warranty, facts.source) == ("KFR-72LW", "一厂", True, "devices/AC-1")
    store.devices.put(Device("AC-1", site="二厂", told_by="person"), at=AT)
    assert facts_of("AC-1", store=store, records=records, at=AT).site == "二厂"
    assert facts_of("AC-9", store=store, records=records, at=AT).source == ""


def test_a_sites_ticket_lists_its_devices_and_is_over_when_all_are() -> None:
    members = [
        ticket(0, seen("power"), device=name, state=state).model_copy(update={"id": name, "opened_at": AT})
        for name, state in (("a", "open"), ("b", "resolved"), ("c", "open"))
    ]
    made = group_ticket(members, known=None, site="一厂", ticket_id="g", at=AT)
    assert (made.state, [one.device_id for one in made.devices]) == ("open", ["a", "b", "c"])
    assert text_of(made, "zh").title == "站点 一厂：3 台设备同时告警（power 等）"
    over = [one.model_copy(update={"state": "resolved"}) for one in members]
    assert group_ticket(over, known=made, site="一厂", ticket_id="x", at=AT).id == "g"
    assert group_ticket(over, known=made, site="一厂", ticket_id="x", at=AT).state == "resolved"


def test_lead_time_runs_from_the_first_alert_before_a_failure(store: Store) -> None:
    store.tickets.put(ticket(5, seen("power")))
    store.tickets.put(ticket(2, seen("vibration")))
    store.tickets.put(ticket(1, seen("power"), device="泵-2"))
    for number, device in enumerate(("泵-1", "泵-3")):
        note = Event(f"f{number}", device, "failure", AT)
        note_failure(store.devices.note_event(note), store=store)
    leads = lead_times(store, AT - H, AT + H, useful_h=72.0)
    assert (leads.failures, leads.warned, leads.in_time, leads.hours) == (2, 1, 1, (120.0,))
    take_verdict("t5", TicketVerdict(verdict="false_alarm"), store=store, actor="人", at=AT)
    assert lead_times(store, AT - H, AT + H, useful_h=72.0).hours == (48.0,)


ZONES = [
    ("Asia/Shanghai", "自 2026-06-19 23:20 UTC+08:00 起", "since 2026-06-19 23:20 UTC+08:00:"),
    ("America/St_Johns", "自 2026-06-19 12:50 UTC-02:30 起", "since 2026-06-19 12:50 UTC-02:30:"),
    ("UTC", "自 2026-06-19 15:20 UTC 起", "since 2026-06-19 15:20 UTC:"),
]


@pytest.mark.parametrize(("name", "zh", "en"), ZONES)
def test_times_are_told_in_the_houses_zone_and_say_which(name: str, zh: str, en: str) -> None:
    made = ticket_of(alert(reason()), ticket_id="t", locale="zh-CN", zone=ZoneInfo(name))
    assert made.texts is not None
    assert zh in made.texts.zh.explanation
    assert en in made.texts.en.explanation


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/St_Johns", "UTC"])
def test_the_browser_can_read_the_times_of_an_explanation(name: str) -> None:
    told = ticket_of(alert(reason()), ticket_id="t", locale="zh-CN", zone=ZoneInfo(name)).texts
    assert told is not None
    found = re.findall(r'<time datetime="([^"]+)">', with_moments(told.zh.explanation))
    assert [datetime.fromisoformat(at) for at in found] == [AT - H]


def test_a_replayed_draft_knows_the_device_as_a_live_one_does(tmp_path: Path, store: Store) -> None:
    (tmp_path / "records").mkdir()
    rows = "device_id,device_model,site,customer_name\n泵-1,IH80,一厂,李雷\n"
    (tmp_path / "records" / "devices.csv").write_text(rows, encoding="utf-8")
    engines = open_engines(Settings(data_dir=tmp_path, encoder_model=""))
    rehearsal = Rehearsal(engines=engines)
    for day in (0, 1):
        rehearsal.take(readings_of_a_failing_pump(day))
    (draft,) = rehearsal.tickets()
    live = facts_of("泵-1", store=store, records=engines.records, at=draft.opened_at)
    assert draft.device == live
    assert (draft.device.model, draft.device.site, draft.device.customer) == ("IH80", "一厂", "李雷")
    assert draft.procedure.steps
    engines.close()


def readings_of_a_failing_pump(part: int) -> Readings:
    """Return four days of a pump's vibration that is fine, or six hours after which it is not."""
    steps = range(600) if part == 0 else range(600, 640)
    lines = []
    for step in steps:
        value = 2.0 + 0.1 * ((step * 7) % 5) + (9.0 if step >= 600 else 0.0)
        at = (AT + step * timedelta(minutes=10)).isoformat()
        lines.append(json.dumps({"device_id": "泵-1", "metric": "vibration", "at": at, "value": value, "unit": "mm/s"}))
    content = "\n".join(lines).encode()
    return parse_telemetry(content, media_type="application/x-ndjson", limit=1_000, received_at_s=0.0)
