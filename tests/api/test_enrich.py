"""The loop over a ticket system in memory: what is written, said, learnt, repeated after a crash, put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from api.connectors.options import ConnectorOptions, MaintenanceOptions
from api.connectors.records import (
    Attached,
    CommentVerdict,
    CustomerOf,
    ExternalTicket,
    FieldWrite,
    HookAnswer,
    HookCall,
    HookEvent,
    NewTicket,
    TicketMessage,
)
from api.connectors.system import Connector, ConnectorDown, ConnectorRefused
from api.enrich import Enrichment, Live, Mirror, revert_change
from api.enrich.catch_up import CatchUps
from api.enrich.parcel import Parcel, key_of, pack, unpack
from api.errors import Problem
from api.jobs import Job, JsonValue, Task, TryLater
from api.jobs.spool import Spool
from api.schemas.telemetry import Ticket, TicketReason

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
OPTIONS = ConnectorOptions(
    name="desk",
    kind="notebook",
    mode="fill_if_empty",
    fields={"order_number": "Order", "error_code": "Fault"},
    maintenance=MaintenanceOptions(queue="machines", fields={"device_id": "Device"}),
)
ZH = "订单号 20240518936，显示 E5。"
EN = "My order number is 20240518936, the display shows E5."


class Crash(BaseException):
    """The process ends here."""


@dataclass
class Notebook:
    """A ticket system in memory; `crash_after` ends the process once a method has done its work."""

    tickets: dict[str, ExternalTicket] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    marks: set[tuple[str, str]] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    writes: list[FieldWrite] = field(default_factory=list)
    crash_after: str = ""
    trouble: Exception | None = None

    def read(self, ticket_id: str) -> ExternalTicket:
        if self.trouble is not None:
            raise self.trouble
        return self.tickets[ticket_id]

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        self.writes += writes
        ticket = self.tickets[ticket_id]
        fields = {**ticket.fields, **{write.field: write.value for write in writes}}
        self.tickets[ticket_id] = replace(ticket, fields=fields)
        self._crash("write")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        if (ticket_id, mark) not in self.marks:
            self.marks.add((ticket_id, mark))
            self.comments.setdefault(ticket_id, []).append(text)
        self._crash("comment")

    def create(self, ticket: NewTicket) -> str:
        if ticket.key not in self.keys:
            self.keys[ticket.key] = str(100 + len(self.keys))
            created = ExternalTicket(self.keys[ticket.key], ticket.title, queue=ticket.queue, status="new")
            self.tickets[created.id] = created
        self._crash("create")
        return self.keys[ticket.key]

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        self.comment(ticket_id, text, mark=mark)
        self.tickets[ticket_id] = replace(self.tickets[ticket_id], status="resolved")

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        yield from (ticket for ticket in self.tickets.values() if ticket.created_at and ticket.created_at >= at)

    def check(self) -> str:
        return "a notebook"

    def edit(self, ticket_id: str, **fields: str) -> None:
        """Do what a person does."""
        self.tickets[ticket_id] = replace(self.tickets[ticket_id], fields={**self.tickets[ticket_id].fields, **fields})

    def say(self, ticket_id: str, text: str) -> None:
        ticket = self.tickets[ticket_id]
        message = TicketMessage(f"m{len(ticket.messages) + 1}", "customer", text)
        self.tickets[ticket_id] = replace(ticket, messages=(*ticket.messages, message))

    def _crash(self, place: str) -> None:
        if self.crash_after == place:
            self.crash_after = ""
            raise Crash


class Memory:
    """What a job's steps gave, kept over crashes; jobs that were submitted."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, JsonValue]] = {}
        self.submitted: dict[str, Mapping[str, JsonValue]] = {}
        self.works: dict[str, Callable[[Task], JsonValue]] = {}

    def define(self, kind: str, work: Callable[[Task], JsonValue], **_: object) -> None:
        self.works[kind] = work

    def submit(self, kind: str, payload: Mapping[str, JsonValue], *, tenant: str, key: str) -> Job:
        self.submitted.setdefault(key, payload)
        return Job(id=key, kind=kind, tenant=tenant, state="queued", attempts=0, created_at=AT, updated_at=AT)

    def run(self, kind: str, key: str, payload: Mapping[str, JsonValue]) -> JsonValue:
        task = Task("default", key, payload, 1, Recorder(self.steps.setdefault(key, {})))
        return self.works[kind](task)


@dataclass
class Recorder:
    """Steps that were taken before are not taken again."""

    steps: dict[str, JsonValue]

    def record(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        if name not in self.steps:
            self.steps[name] = work()
        return self.steps[name]

    def check(self, job_id: str) -> None:
        """Never stops."""

    def note(self, job_id: str, progress: object) -> None:
        """Reports to nobody."""


class Told:
    """The door of a system that tells us of its tickets; nothing comes through it here."""

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        raise AssertionError

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        raise AssertionError


@dataclass
class OneConnector:
    """The connectors of a house that has one."""

    live: Live

    def get(self, name: str) -> Live | None:
        return self.live if name == self.live.options.name else None

    def of(self, tenant: str) -> tuple[Live, ...]:
        return (self.live,) if tenant == self.live.options.tenant else ()

    def all(self) -> tuple[Live, ...]:
        return (self.live,)


class House:
    """The loop around one notebook."""

    def __init__(self, app: FastAPI, options: ConnectorOptions) -> None:
        self.app = app
        self.system = Notebook()
        self.connectors = OneConnector(Live(options, Connector(self.system, Told())))
        self.jobs = Memory()
        self.now = AT
        self.spool = Spool(app.state.settings.data_dir / "spool")
        common = {"connectors": self.connectors, "jobs": self.jobs, "tenants": app.state.tenants}
        self.enrichment = Enrichment(
            **common,  # type: ignore[arg-type]
            spool=self.spool,
            clock=self.clock,
            public_url="https://beforehand.example/",
        )
        self.enrichment.define()
        self.mirror = Mirror(**common, clock=self.clock)  # type: ignore[arg-type]
        self.mirror.define()

    def clock(self) -> datetime:
        return self.now

    @property
    def store(self):  # type: ignore[no-untyped-def]
        return self.app.state.store

    def open(self, text: str, *, ticket_id: str = "1", queue: str = "General", **fields: str) -> None:
        held = {**dict.fromkeys(OPTIONS.fields, ""), **fields}
        self.system.tickets[ticket_id] = ExternalTicket(
            ticket_id,
            "",
            queue=queue,
            status="open",
            created_at=AT,
            messages=(TicketMessage("m1", "customer", text),),
            fields=held,
            customer=CustomerOf(id="C-7"),
        )

    def tell(self, kind: str = "ticket_created", *, ticket_id: str = "1", event_id: str = "") -> dict[str, object]:
        """Let an event come in and work it, as a job would; a later one comes a minute later."""
        event = HookEvent(event_id or f"{kind}-{self.now.isoformat()}", kind, ticket_id)  # type: ignore[arg-type]
        live = self.connectors.live
        if self.enrichment.take(live, event) is None:
            return {"outcome": "dropped"}
        key = key_of(live.options.name, event)
        done = self.jobs.run("enrich", key, self.jobs.submitted[key])
        self.now += timedelta(minutes=1)
        assert isinstance(done, dict)
        return dict(done)

    def fields(self, ticket_id: str = "1") -> Mapping[str, str]:
        return self.system.tickets[ticket_id].fields

    def comments(self, ticket_id: str = "1") -> list[str]:
        return self.system.comments.get(ticket_id, [])


@pytest.fixture
def house(api_app: FastAPI) -> Iterator[House]:
    yield House(api_app, OPTIONS)
    api_app.state.store.database.close()


def with_options(house: House, **changes: object) -> House:
    return House(house.app, OPTIONS.model_copy(update=changes))


@pytest.mark.parametrize(("text", "said"), [(ZH, "Beforehand 已填写"), (EN, "Beforehand filled in")], ids=["zh", "en"])
def test_a_ticket_is_filled_in_and_the_comment_speaks_its_language(house: House, text: str, said: str) -> None:
    house.open(text)
    assert house.tell()["filled"] == 2
    assert house.fields() == {"order_number": "20240518936", "error_code": "E5"}
    (comment,) = house.comments()
    assert said in comment
    assert "https://beforehand.example/panel?ticket=1&connector=desk" in comment


@pytest.mark.parametrize(
    ("mode", "fields", "comments", "states"),
    [
        ("off", {"order_number": "", "error_code": ""}, 0, set()),
        ("shadow", {"order_number": "", "error_code": ""}, 0, {"suggested"}),
        ("suggest", {"order_number": "", "error_code": ""}, 1, {"suggested"}),
        ("fill_if_empty", {"order_number": "20240518936", "error_code": "E5"}, 1, {"filled"}),
        ("fill", {"order_number": "20240518936", "error_code": "E5"}, 1, {"filled"}),
    ],
)
def test_each_mode_writes_what_it_may(
    house: House, mode: str, fields: Mapping[str, str], comments: int, states: set[str]
) -> None:
    house = with_options(house, mode=mode)
    house.open(ZH)
    house.tell()
    assert house.fields() == fields
    assert len(house.comments()) == comments
    assert {change.state for change in house.store.changes.list()} == states


@pytest.mark.parametrize("mode", ["fill_if_empty", "fill"])
def test_a_persons_value_is_never_overwritten(house: House, mode: str) -> None:
    house = with_options(house, mode=mode)
    house.open(ZH, order_number="20259999999")
    house.tell()
    assert house.fields()["order_number"] == "20259999999"
    assert "20259999999" in house.comments()[0]


def test_a_value_of_ours_is_brought_up_to_date_in_mode_fill_until_a_person_touches_it(house: House) -> None:
    house = with_options(house, mode="fill")
    house.open("显示 E5。")
    house.tell()
    house.system.tickets["1"] = replace(
        house.system.tickets["1"], messages=(TicketMessage("m1", "customer", "显示 E6。"),)
    )
    house.tell("message")
    assert house.fields()["error_code"] == "E6"
    house.system.edit("1", error_code="E9")
    house.system.tickets["1"] = replace(
        house.system.tickets["1"], messages=(TicketMessage("m1", "customer", "显示 E7。"),)
    )
    house.tell("message")
    assert house.fields()["error_code"] == "E9"


def test_a_value_that_a_person_emptied_is_not_filled_in_again(house: House) -> None:
    house.open(ZH)
    house.tell()
    house.system.edit("1", error_code="")
    house.tell("message")
    assert house.fields()["error_code"] == ""


def test_the_same_event_is_worked_once(house: House) -> None:
    house.open(ZH)
    house.tell(event_id="a")
    first = dict(house.jobs.submitted)
    house.tell(event_id="b")
    assert house.jobs.submitted == first
    assert len(house.comments()) == 1
    assert len(house.system.writes) == 2


def test_a_later_message_fills_what_became_known_and_asks_nothing_twice(house: House) -> None:
    house.open("你好，空调坏了")
    house.tell()
    first = house.comments()[0]
    house.system.say("1", "订单号 20240518936")
    house.tell("message")
    assert house.fields()["order_number"] == "20240518936"
    house.system.say("1", "好的")
    house.tell("message")
    questions = [comment.split("下一个问题")[1] for comment in house.comments() if "下一个问题" in comment]
    assert "下一个问题" in first
    assert len(questions) == len(set(questions))


def test_what_the_ticket_holds_is_not_asked_for(house: House) -> None:
    house.open("你好，空调坏了", order_number="20240518936")
    house.tell()
    assert "订单号是多少" not in house.comments()[0]


@pytest.mark.parametrize("place", ["write", "comment"])
def test_a_crash_after_a_write_repeats_nothing(house: House, place: str) -> None:
    house.open(ZH)
    house.system.crash_after = place
    with pytest.raises(Crash):
        house.tell()
    house.tell()
    assert house.fields() == {"order_number": "20240518936", "error_code": "E5"}
    assert len(house.system.writes) == 2
    assert len(house.comments()) == 1
    assert {change.state for change in house.store.changes.list()} == {"filled"}
    assert len(house.store.drafts.recent_prefills(limit=10)) == 1
    assert [entry.action for entry in house.store.audit.list(limit=10)] == ["field.filled"] * 2


def test_a_person_who_writes_between_plan_and_write_keeps_what_they_wrote(house: House) -> None:
    house.open(ZH)
    house.system.crash_after = "write"
    house.system.write = lambda ticket_id, writes: (_ for _ in ()).throw(Crash())  # type: ignore[method-assign]
    with pytest.raises(Crash):
        house.tell()
    del house.system.write  # type: ignore[method-assign]
    house.system.crash_after = ""
    house.system.edit("1", error_code="E1")
    house.tell()
    assert house.fields() == {"order_number": "20240518936", "error_code": "E1"}
    states = {change.field: change.state for change in house.store.changes.list()}
    assert states == {"order_number": "filled", "error_code": "kept"}


@pytest.mark.parametrize(
    ("edit", "status", "actions"),
    [
        ({"error_code": "E6"}, "open", {"error_code": "edited"}),
        ({"error_code": ""}, "open", {"error_code": "cleared"}),
        ({}, "open", {}),
        ({}, "resolved", {}),  # nobody need have looked
        ({"error_code": "E6"}, "resolved", {"error_code": "edited"}),
    ],
    ids=["edited", "cleared", "untouched", "resolved_untouched", "resolved_edited"],
)
def test_what_people_do_with_our_values_becomes_feedback_once(
    house: House, edit: Mapping[str, str], status: str, actions: Mapping[str, str]
) -> None:
    house.open(ZH)
    prefill_id = str(house.tell()["prefill_id"])
    house.system.edit("1", **edit)
    house.system.tickets["1"] = replace(house.system.tickets["1"], status=status)
    assert house.tell("ticket_updated")["learnt"] == len(actions)
    assert house.tell("ticket_updated")["learnt"] == 0
    verdicts = house.store.drafts.verdicts(prefill_id)
    assert {name: verdict.action for name, verdict in verdicts.items()} == actions


def test_a_click_on_a_useful_comment_accepts_what_it_was_sure_of(house: House) -> None:
    house.open(ZH)
    prefill_id = str(house.tell()["prefill_id"])
    event = HookEvent("click", "feedback", "1", verdict=CommentVerdict(prefill_id, True, "anna"))
    payload = pack(Parcel("desk", event), spool=house.spool)
    house.jobs.run("enrich", "click", payload)
    assert house.store.drafts.verdicts(prefill_id)["error_code"].action == "accepted"


@pytest.mark.parametrize(
    ("trouble", "raised"), [(ConnectorDown("away", after_s=7), TryLater), (ConnectorRefused("no"), Problem)]
)
def test_a_system_that_is_away_is_tried_later_and_one_that_refuses_is_not(
    house: House, trouble: Exception, raised: type[Exception]
) -> None:
    house.open(ZH)
    house.system.trouble = trouble
    with pytest.raises(raised):
        house.tell()


def test_other_queues_and_the_share_left_out_are_left_alone(house: House) -> None:
    house = with_options(house, queues=["VIP"])
    house.open(ZH)
    assert house.tell()["reason"] == "queue"
    house = with_options(house, percentage=0.0)
    house.open(ZH, ticket_id="2")
    assert house.tell(ticket_id="2")["reason"] == "percentage"
    assert house.system.writes == []


def test_a_broken_photo_does_not_keep_the_words_from_being_read(house: House) -> None:
    house.open(ZH)
    files = (Attached("broken.png", b"\x89PNG\r\n\x1a\n"), Attached("notes.xyz", b"\x00\x01\x02"))
    house.system.tickets["1"] = replace(house.system.tickets["1"], attachments=files)
    house.tell()
    assert house.fields()["error_code"] == "E5"
    (draft,) = house.store.drafts.recent_prefills(limit=1)
    assert "notes.xyz" in " ".join(draft.warnings)


def test_the_draft_says_where_its_ticket_came_from(house: House) -> None:
    house.open(ZH, order_number="20240518936")
    stored = house.store.drafts.prefill(str(house.tell()["prefill_id"]))
    origin = stored.origin
    assert (origin.connector, origin.queue, origin.mode, origin.customer_id) == ("desk", "General", "live", "C-7")
    assert origin.filled_before == ("order_number",)


def test_a_change_is_put_back_where_ours_still_stands(house: House) -> None:
    house.open(ZH)
    house.tell()
    changes = {change.field: change for change in house.store.changes.list()}
    undo = {"connectors": house.connectors, "store": house.store, "actor": "key:1", "at": AT}
    house.system.edit("1", error_code="E6")
    assert revert_change(changes["order_number"].id, **undo).state == "reverted"
    assert revert_change(changes["order_number"].id, **undo).state == "reverted"
    with pytest.raises(Problem) as refused:
        revert_change(changes["error_code"].id, **undo)
    assert refused.value.name == "change_not_ours"
    assert house.fields() == {"order_number": "", "error_code": "E6"}
    house.tell("message")
    assert house.fields()["order_number"] == ""


def test_an_events_files_wait_in_the_spool(house: House) -> None:
    ticket = ExternalTicket("9", "报修", attachments=(Attached("a.jpg", b"\xff\xd8\xff\xfe", "image/jpeg"),))
    payload = pack(Parcel("desk", HookEvent("e", "ticket_created", "9", ticket)), spool=house.spool)
    assert "ÿ" not in str(payload)
    assert unpack(payload, spool=house.spool).event.ticket == ticket


def test_tickets_whose_webhook_never_came_are_found(house: House) -> None:
    looks = CatchUps(
        connectors=house.connectors,  # type: ignore[arg-type]
        enrichment=house.enrichment,
        tenants=house.app.state.tenants,
        clock=house.clock,
        every_s=60,
    )
    house.open(ZH, ticket_id="1")
    house.now = AT + timedelta(hours=1)
    assert looks.look() == 0  # what was there before the first look is not touched
    house.open(ZH, ticket_id="2")
    house.system.tickets["2"] = replace(house.system.tickets["2"], created_at=house.now)
    house.now += timedelta(minutes=5)
    assert looks.look() == 1
    assert list(house.jobs.submitted) == ["desk/ticket/2"]
    house.now += timedelta(hours=1)
    assert looks.look() == 0


# --- maintenance tickets in other systems


def maintenance_ticket(house: House, *, state: str = "open", severity: str = "warning", metric: str = "vib") -> Ticket:
    reason = TicketReason(metric=metric, since=AT, expected=1.0, observed=2.5, score=0.9)
    ticket = Ticket.model_validate(
        {
            "id": "t1",
            "key": "pump-1|vib|1",
            "device_id": "pump-1",
            "state": state,
            "severity": severity,
            "title": "设备 pump-1：振动过大",
            "opened_at": AT,
            "updated_at": house.now,
            "reasons": [reason.model_dump()],
        }
    )
    house.now += timedelta(minutes=1)
    return house.store.tickets.put(ticket, plot="")


def mirror(house: House) -> JsonValue:
    return house.jobs.run("mirror_ticket", f"job-{house.now}", {"ticket_id": "t1"})


def test_a_maintenance_ticket_is_opened_told_of_and_resolved_once(house: House) -> None:
    maintenance_ticket(house)
    mirror(house)
    mirror(house)
    (opened,) = house.system.keys.values()
    assert house.system.tickets[opened].queue == "machines"
    assert house.comments(opened) == []
    maintenance_ticket(house, severity="critical")
    mirror(house)
    mirror(house)
    assert len(house.comments(opened)) == 1
    maintenance_ticket(house, severity="critical", state="resolved")
    mirror(house)
    mirror(house)
    assert house.system.tickets[opened].status == "resolved"
    assert len(house.comments(opened)) == 2


def test_a_crash_after_opening_does_not_open_another(house: House) -> None:
    maintenance_ticket(house)
    house.system.crash_after = "create"
    with pytest.raises(Crash):
        mirror(house)
    mirror(house)
    assert list(house.system.keys) == ["pump-1|vib|1"]
    assert house.store.links.get(connector="desk", key="pump-1|vib|1").external_id == "100"


def test_in_shadow_mode_no_ticket_is_opened(house: House) -> None:
    house = with_options(house, mode="shadow")
    maintenance_ticket(house)
    mirror(house)
    assert house.system.keys == {}
