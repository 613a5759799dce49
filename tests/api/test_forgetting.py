"""What one customer left behind in every corner (jobs, another system's ticket, what was learned), and what is old:
gone from the files of the data folder, byte by byte."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.jobs import Jobs
from api.jobs.spool import Spool, SpooledFile
from api.routes.erasure import forget_old
from api.schemas.telemetry import DeviceFacts, PastEpisode, Ticket, TicketVerdict
from api.settings import Settings
from api.store import Store
from api.store.budgets import Episode
from api.store.changes import Change, Link
from api.store.devices import Device, Event
from api.store.drafts import DraftOrigin
from api.store.outcomes import subject_of
from api.upkeep.verdicts import take_verdict
from tests.api.test_erase import bytes_under
from tests.api.waiting import wait_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CUSTOMERS = {"C-王": "陶瓷阀芯7731", "C-Li": "ceramicvalve8842"}
LATER = {"Prefer": "respond-async"}


def leave_traces(app: FastAPI, client: TestClient, customer: str, mark: str) -> list[str]:
    """Ask for a draft later, for one of a ticket elsewhere, and use a suggestion; return the drafts' ids."""
    asked = {"customer": {"id": customer}, "messages": [{"id": "m1", "text": f"{mark} E4 怎么办 what now"}]}
    location = client.post("/v1/prefill", json=asked, headers=LATER).headers["Location"]
    job = wait_for(lambda: client.get(location).json(), lambda found: found["state"] == "done")
    draft_id = job["result"]["id"]
    suggested = client.post("/v1/suggestions", json={"prefill_id": draft_id}).json()
    article = {"suggestion_id": suggested["id"], "article_id": f"{customer}-a", "action": "used"}
    assert client.post("/v1/feedback", json=article).status_code == 201
    store: Store = app.state.store
    response = store.drafts.prefill(draft_id)
    assert response is not None
    other = response.response.model_copy(update={"id": f"{len(mark):024d}", "ticket_id": f"T-{customer}"})
    origin = DraftOrigin(connector="desk", customer_id=customer)
    store.drafts.add_prefill(other, text=mark, origin=origin)
    store.changes.add([change_of(f"c-{customer}", other.id, ticket_id=f"T-{customer}", after=mark)])
    text = {"connector": "desk", "ticket_id": f"T-{customer}", "text": mark, "mark": "panel"}
    app.state.jobs.submit("panel_comment", text, tenant="default", after_s=600)
    return [draft_id, other.id]


def change_of(change_id: str, prefill_id: str, *, ticket_id: str, after: str, at: datetime = NOW) -> Change:
    return Change(change_id, "desk", ticket_id, prefill_id, "error_code", "CF.1", "", after, "filled", "beforehand", at)


def test_no_byte_of_a_customer_is_left_in_any_file(
    api_app: FastAPI, api_client: TestClient, api_settings: Settings
) -> None:
    drafts = {name: leave_traces(api_app, api_client, name, mark) for name, mark in CUSTOMERS.items()}
    (gone, gone_mark), (kept, kept_mark) = CUSTOMERS.items()
    learned = api_settings.data_dir / "learned"
    assert gone_mark.encode() in bytes_under(learned), "the test would pass on a service that learns nothing"
    assert gone_mark.encode() in bytes_under(api_settings.data_dir)
    deleted = api_client.delete(f"/v1/customers/{gone}").json()["deleted"]
    assert {kind: deleted[kind] for kind in ("prefills", "suggestions", "changes", "learned", "jobs")} == {
        "prefills": 2,
        "suggestions": 1,
        "changes": 1,
        "learned": 1,
        "jobs": 2,
    }
    left = {path: path.read_bytes() for path in api_settings.data_dir.rglob("*") if path.is_file()}
    for trace in (gone_mark, gone, *drafts[gone]):
        assert [str(path) for path, content in left.items() if trace.encode() in content] == []
    for trace in (kept_mark, kept, *drafts[kept]):
        assert [path for path, content in left.items() if trace.encode() in content]
    assert kept_mark.encode() in bytes_under(learned)


def test_counts_stay_but_name_no_ticket_of_an_erased_customer(api_app: FastAPI, api_client: TestClient) -> None:
    store: Store = api_app.state.store
    for name, mark in CUSTOMERS.items():
        leave_traces(api_app, api_client, name, mark)
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    before = sorted(map(repr, store.outcomes.draft_counts(since, until)))
    fields = sorted(map(repr, store.outcomes.field_counts(since, until)))
    api_client.delete("/v1/customers/C-王")
    assert sorted(map(repr, store.outcomes.draft_counts(since, until))) == before
    assert sorted(map(repr, store.outcomes.field_counts(since, until))) == fields
    subjects = {name: subject_of(f"T-{name}", "", connector="desk") for name in CUSTOMERS}
    rows = sqlite3.connect(str(store.database.engine.url.database))
    for table in ("draft_outcomes", "draft_fields"):
        named = {row[0] for row in rows.execute(f"SELECT subject FROM {table}")}
        assert {name: subject in named for name, subject in subjects.items()} == {"C-王": False, "C-Li": True}
    rows.close()


def ticket_of(number: int, state: str, at: datetime) -> Ticket:
    ticket = {"id": f"t{number}", "key": f"AC/{number}", "device_id": "AC", "state": state, "severity": "warning"}
    return Ticket.model_validate({**ticket, "title": "设备 AC", "opened_at": at, "updated_at": at, "reasons": []})


def own_device(store: Store, number: int, customer: str, mark: str, *, past: str = "") -> Ticket:
    """Keep a device of a customer: its row, a ticket that is linked elsewhere, a verdict, an event."""
    device_id = f"AC-{number}"
    facts = DeviceFacts(customer_id=customer, customer=mark, site=mark)
    store.devices.put(Device(device_id, site=mark, told_by="records", customer_id=customer), at=NOW)
    store.devices.note_event(Event(f"e{number}", device_id, "repair", NOW, note=mark))
    ticket = ticket_of(number, "open", NOW).model_copy(update={"device_id": device_id, "device": facts})
    ticket = ticket.model_copy(update={"id": f"ticket{number}", "title": mark})
    if past:
        episode = {"ticket_id": past, "device_id": "AC", "title": "AC", "opened_at": NOW, "resolved_at": None}
        quoted = PastEpisode.model_validate({**episode, "metrics": [], "likeness": 1.0, "fixed_by": f"quoted {past}"})
        ticket = ticket.model_copy(update={"past_episode": quoted})
    kept = store.tickets.put(ticket, place=f"episode/{device_id}")
    store.links.put(Link("desk", kept.key, f"9{number}", "open", NOW))
    verdict = TicketVerdict(verdict="fixed", fixed_by=mark)
    take_verdict(kept.id, verdict, store=store, actor="人", at=NOW)
    store.budgets.note([Episode(kept.key, device_id, NOW, 5.0, kept.id, True)])
    return kept


def test_no_byte_of_a_customers_devices_is_left_in_any_file(
    api_app: FastAPI, api_client: TestClient, api_settings: Settings
) -> None:
    store: Store = api_app.state.store
    gone = own_device(store, 1, "C-王", CUSTOMERS["C-王"])
    kept = own_device(store, 2, "C-Li", CUSTOMERS["C-Li"], past=gone.id)
    other = store.of("globex")
    own_device(other, 3, "C-王", "anothertenantsmark")
    assert f"quoted {gone.id}".encode() in bytes_under(api_settings.data_dir)
    deleted = api_client.delete("/v1/customers/C-王").json()["deleted"]
    expected = {"maintenance": 1, "devices": 1, "verdicts": 1, "device_notes": 1}
    assert {kind: deleted[kind] for kind in expected} == expected
    left = bytes_under(api_settings.data_dir)
    for trace in (CUSTOMERS["C-王"], gone.id):
        assert trace.encode() not in left
    for trace in (CUSTOMERS["C-Li"], kept.id, "anothertenantsmark"):
        assert trace.encode() in left
    assert [event.note for event in store.devices.events("AC-1")] == [""], "that it was repaired stays"
    assert store.links.get(connector="desk", key=kept.key) is not None
    assert set(api_client.delete("/v1/customers/C-王").json()["deleted"].values()) == {0}


def test_a_ticket_whose_device_was_sold_on_is_found_by_its_own_words(api_app: FastAPI, api_client: TestClient) -> None:
    store: Store = api_app.state.store
    ticket = own_device(store, 1, "C-王", CUSTOMERS["C-王"])
    store.devices.put(Device("AC-1", told_by="records", customer_id="C-Li"), at=NOW)
    assert api_client.delete("/v1/customers/C-王").json()["deleted"]["maintenance"] == 1
    assert store.tickets.get(ticket.id) is None


def test_old_verdicts_events_and_alerts_are_forgotten(api_app: FastAPI, api_settings: Settings) -> None:
    store: Store = api_app.state.store
    own_device(store, 1, "C-王", "老 old")
    tenant = api_app.state.tenants.get("default")
    forget_old(api_settings, tenant=tenant, at=NOW + timedelta(days=729))
    assert (len(store.devices.judged(limit=9)), len(store.devices.events("AC-1"))) == (1, 1)
    forget_old(api_settings, tenant=tenant, at=NOW + timedelta(days=731))
    assert (len(store.devices.judged(limit=9)), len(store.devices.events("AC-1"))) == (0, 0)
    assert store.budgets.episodes(NOW - timedelta(days=1), NOW + timedelta(days=1)) == ()


def test_old_changes_resolved_tickets_and_learned_questions_are_forgotten(
    api_app: FastAPI, api_client: TestClient, api_settings: Settings
) -> None:
    store: Store = api_app.state.store
    leave_traces(api_app, api_client, "C-王", CUSTOMERS["C-王"])
    old, young = NOW - timedelta(days=800), NOW - timedelta(days=10)
    store.changes.add([change_of("old", "p1", ticket_id="8", after="很久以前 longago", at=old)])
    store.changes.add([change_of("young", "p2", ticket_id="9", after="E5", at=young)])
    for number, (state, at) in enumerate((("resolved", old), ("open", old), ("resolved", young))):
        store.tickets.put(ticket_of(number, state, at), plot="")
    tenant = api_app.state.tenants.get("default")
    forget_old(api_settings, tenant=tenant, at=NOW)
    assert {change.id for change in store.changes.list()} == {"young", "c-C-王"}
    assert [ticket.id for ticket in store.tickets.list(kind="maintenance", limit=9)] == ["t2", "t1"]
    assert tenant.engines.learned.experience("default").count() == 1
    forget_old(api_settings, tenant=tenant, at=datetime.now(UTC) + timedelta(days=181))
    assert tenant.engines.learned.experience("default").count() == 0


@pytest.fixture
def aged(tmp_path: Path) -> Path:
    """Keep three spools, of which two are old, and one of those is a failed job's of a tenant without a key."""
    settings = Settings(data_dir=tmp_path / "data")
    spool, jobs = Spool(settings.data_dir / "spool"), Jobs(f"sqlite:///{settings.data_dir / 'jobs.sqlite3'}")
    jobs.define("prefill", lambda task: None)
    file = (SpooledFile("a.png", b"1"),)
    names = {which: spool.put(file) for which in ("named", "stray", "fresh")}
    jobs.submit("prefill", {"spool": names["named"]}, tenant="acme", after_s=3600)
    jobs.stop()
    for which in ("named", "stray"):
        os.utime(settings.data_dir / "spool" / names[which], (1_700_000_000, 1_700_000_000))
    for which, name in names.items():
        (tmp_path / which).write_text(name)
    return tmp_path


def test_files_that_no_job_names_are_swept_at_the_start(aged: Path) -> None:
    with TestClient(create_app(Settings(data_dir=aged / "data"))):
        left = {path.name for path in (aged / "data" / "spool").iterdir()}
    assert left == {(aged / "named").read_text(), (aged / "fresh").read_text()}
