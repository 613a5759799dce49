"""Two tenants in one house: whatever one does, the other's answers are those of a house where the first never was.

The same random requests of `globex` go to a house that it shares with `acme` and to one of its own. Every answer must
be the same in both, byte by byte, once random ids are numbered in the order they appear. `acme`'s names are `globex`'s
names: the same tickets, articles, templates, devices, customers, webhooks and idempotency keys.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.settings import Settings
from speech import Word, build_activity, build_transcriber
from vision import Line, build_reader

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
RANDOM = re.compile(
    r"bh_[0-9a-f]{8}|whsec_[A-Za-z0-9+/=]+|[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{24}|[0-9a-f]{20}|[0-9a-f]{16}"
)
CHANGING = re.compile(
    r'"timing_ms":\{[^}]*\}|"(?:created_at|updated_at|changed_at|at|expires_at)":"[^"]*"|token=[^"&]*'
)
NAMES = st.integers(0, 1)
Answer = httpx.Response
Call = Callable[["Person", int, int], Answer]


@dataclass(slots=True)
class Person:
    """A tenant's client in one house, and the ids it has seen there."""

    client: TestClient
    word: str  # marks what this tenant writes
    seen: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)  # the newest id of each kind

    def said(self, answer: Answer) -> str:
        """Return an answer as text, random ids numbered in order and times left out."""
        text = CHANGING.sub("", answer.text)
        text = RANDOM.sub(lambda found: self.seen.setdefault(found[0], f"<{len(self.seen)}>"), text)
        kept = {name: answer.headers.get(name, "") for name in ("content-type", "link", "location")}
        return f"{answer.status_code} {RANDOM.sub('', str(kept))} {text}"

    def noted(self, kind: str, answer: Answer, name: str = "id") -> Answer:
        """Remember an answer's id."""
        if answer.status_code < 300:
            self.last[kind] = str(answer.json()[name])
        return answer


def prefill(person: Person, a: int, b: int) -> Answer:
    text = f"{person.word} 订单号2025061893{a}，面板显示E{b}"
    body = {"ticket_id": f"T-{a}", "customer": {"id": f"C-{b}"}, "messages": [{"id": "m1", "text": text}]}
    headers = {"Idempotency-Key": f"k-{a}{b}"} if b else {}
    return person.noted("prefill", person.client.post("/v1/prefill", json=body, headers=headers))


def feedback(person: Person, a: int, b: int) -> Answer:
    subject = {"prefill_id": person.last.get("prefill", "none"), "field": "error_code", "final": f"E{b}"}
    return person.client.post("/v1/feedback", json={**subject, "action": "edited"})


def suggest(person: Person, a: int, b: int) -> Answer:
    body = {"ticket_id": f"T-{a}"} if b else {"question": f"面板显示E{a}怎么办"}
    return person.noted("suggestions", person.client.post("/v1/suggestions", json=body))


def put_article(person: Person, a: int, b: int) -> Answer:
    body = {"title": f"{person.word} E{b}", "body": f"{person.word} 面板显示E{b}：请关机十分钟。"}
    return person.client.put(f"/v1/articles/a-{a}", json=body)


def import_articles(person: Person, a: int, b: int) -> Answer:
    line = f'{{"id": "a-{a}", "title": "{person.word}", "body": "{person.word} 显示E{b}"}}'
    headers = {"Content-Type": "application/x-ndjson"}
    source = f"?source=s-{a}" if b % 2 else ""
    return person.client.post(f"/v1/articles/import{source}", content=line.encode(), headers=headers)


def forget_source(person: Person, a: int, b: int) -> Answer:
    return person.client.delete("/v1/sources", params={"name": f"s-{a}"})


def telemetry(person: Person, a: int, b: int) -> Answer:
    lines = [
        f'{{"device_id": "D-{a}", "metric": "{person.word}", "at": "2026-11-22T09:{minute:02}:00Z", "value": {b}}}'
        for minute in range(3)
    ]
    headers = {"Content-Type": "application/x-ndjson"}
    return person.client.post("/v1/telemetry", content="\n".join(lines).encode(), headers=headers)


def put_device(person: Person, a: int, b: int) -> Answer:
    return person.client.put(f"/v1/devices/D-{a}", json={"site": person.word, "model": f"M-{b}"})


def device_event(person: Person, a: int, b: int) -> Answer:
    event = {"kind": "repair", "at": f"2026-11-22T10:0{b}:00Z", "note": person.word}
    return person.client.post(f"/v1/devices/D-{a}/events", json=event)


def put_template(person: Person, a: int, b: int) -> Answer:
    schema = {"title": person.word, "type": "object", "properties": {"error_code": {"type": "string"}}}
    return person.client.put(f"/v1/templates/own-{a}", json=schema)


def put_catalogue(person: Person, a: int, b: int) -> Answer:
    rows = f"code,names\n{person.word}-{b},{person.word}\n"
    return person.client.put(f"/v1/catalogues/own-{a}", content=rows, headers={"Content-Type": "text/csv"})


def put_promise(person: Person, a: int, b: int) -> Answer:
    return person.client.put("/v1/promises/order_number", json={"promise": 0.9 + b / 1000})


def put_ticket_budget(person: Person, a: int, b: int) -> Answer:
    return person.client.put("/v1/ticket-budget", json={"false_per_1000": 1 + a, "useful_lead_h": 24 * b})


def put_webhook(person: Person, a: int, b: int) -> Answer:
    return person.client.put(f"/v1/webhooks/w-{a}", json={"url": f"https://{person.word}.example/{b}"})


def upload(path: str, name: str, content: bytes) -> Call:
    return lambda person, a, b: person.client.post(path, files={"file": (name, content)})


def get(path: str) -> Call:
    """Ask for a path; {a} and {b} are small numbers, {prefill} and the like the caller's newest id of that kind."""

    def call(person: Person, a: int, b: int) -> Answer:
        known = {"prefill": "none", "suggestions": "none", **person.last}
        return person.client.get(path.format(a=a, b=b, **known))

    return call


def request(method: str, path: str, body: object = None) -> Call:
    return lambda person, a, b: person.client.request(method, path.format(a=a, b=b), json=body)


CALLS: dict[tuple[str, str], Call] = {
    ("POST", "/v1/prefill"): prefill,
    ("GET", "/v1/prefills/{prefill_id}"): get("/v1/prefills/{prefill}"),
    ("POST", "/v1/feedback"): feedback,
    ("POST", "/v1/suggestions"): suggest,
    ("GET", "/v1/articles"): get("/v1/articles?limit={a}1"),
    ("GET", "/v1/articles/{article_id}"): get("/v1/articles/a-{a}"),
    ("PUT", "/v1/articles/{article_id}"): put_article,
    ("DELETE", "/v1/articles/{article_id}"): request("DELETE", "/v1/articles/a-{a}"),
    ("POST", "/v1/articles/import"): import_articles,
    ("POST", "/v1/past-cases"): request("POST", "/v1/past-cases", {"connector": "rt", "since": "2026-01-01T00:00:00Z"}),
    ("GET", "/v1/sources"): get("/v1/sources"),
    ("DELETE", "/v1/sources"): forget_source,
    ("POST", "/v1/ocr"): upload("/v1/ocr", "label.png", b"no picture"),
    ("POST", "/v1/audio/redactions"): upload("/v1/audio/redactions", "call.wav", b"no sound"),
    ("GET", "/v1/audio/stream"): get("/v1/audio/stream"),
    ("POST", "/v1/audio/transcriptions"): upload("/v1/audio/transcriptions", "call.wav", b"no sound"),
    ("POST", "/v1/telemetry"): telemetry,
    ("GET", "/v1/tickets"): get("/v1/tickets?limit=1{a}"),
    ("GET", "/v1/tickets/{ticket_id}"): get("/v1/tickets/T-{a}"),
    ("GET", "/v1/tickets/{ticket_id}/plot.svg"): get("/v1/tickets/T-{a}/plot.svg"),
    ("POST", "/v1/tickets/{ticket_id}/feedback"): request("POST", "/v1/tickets/T-{a}/feedback", {"verdict": "right"}),
    ("GET", "/v1/devices"): get("/v1/devices?limit=1{a}"),
    ("PUT", "/v1/devices/{device_id}"): put_device,
    ("GET", "/v1/devices/{device_id}/events"): get("/v1/devices/D-{a}/events"),
    ("POST", "/v1/devices/{device_id}/events"): device_event,
    ("GET", "/v1/templates"): get("/v1/templates"),
    ("GET", "/v1/templates/{name}"): get("/v1/templates/own-{a}"),
    ("PUT", "/v1/templates/{name}"): put_template,
    ("DELETE", "/v1/templates/{name}"): request("DELETE", "/v1/templates/own-{a}"),
    ("GET", "/v1/catalogues"): get("/v1/catalogues"),
    ("PUT", "/v1/catalogues/{name}"): put_catalogue,
    ("GET", "/v1/promises"): get("/v1/promises"),
    ("GET", "/v1/promises/{field}"): get("/v1/promises/order_number"),
    ("PUT", "/v1/promises/{field}"): put_promise,
    ("DELETE", "/v1/promises/{field}"): request("DELETE", "/v1/promises/order_number"),
    ("GET", "/v1/ticket-budget"): get("/v1/ticket-budget"),
    ("PUT", "/v1/ticket-budget"): put_ticket_budget,
    ("POST", "/v1/hooks/{connector}"): request("POST", "/v1/hooks/h-{a}", {"id": "1"}),
    ("GET", "/v1/hooks/{connector}"): get("/v1/hooks/h-{a}"),
    ("GET", "/v1/changes"): get("/v1/changes?ticket_id=T-{a}"),
    ("POST", "/v1/changes/{change_id}/revert"): request("POST", "/v1/changes/c-{a}/revert"),
    ("GET", "/v1/jobs"): get("/v1/jobs"),
    ("GET", "/v1/jobs/{job_id}"): get("/v1/jobs/prefill-{a}"),
    ("GET", "/v1/jobs/{job_id}/events"): get("/v1/jobs/prefill-{a}/events"),
    ("POST", "/v1/jobs/{job_id}/cancel"): request("POST", "/v1/jobs/prefill-{a}/cancel"),
    ("POST", "/v1/jobs/{job_id}/retry"): request("POST", "/v1/jobs/prefill-{a}/retry"),
    ("GET", "/v1/webhooks"): get("/v1/webhooks"),
    ("GET", "/v1/webhooks/{name}"): get("/v1/webhooks/w-{a}"),
    ("PUT", "/v1/webhooks/{name}"): put_webhook,
    ("DELETE", "/v1/webhooks/{name}"): request("DELETE", "/v1/webhooks/w-{a}"),
    ("GET", "/v1/deliveries"): get("/v1/deliveries"),
    ("POST", "/v1/deliveries/{message_id}/retry"): request("POST", "/v1/deliveries/m-{a}/retry"),
    ("GET", "/v1/reports/overview"): get("/v1/reports/overview"),
    ("GET", "/v1/reports/quality"): get("/v1/reports/quality"),
    ("GET", "/v1/export/{table}"): get("/v1/export/drafts"),
    ("GET", "/v1/knowledge/gaps"): get("/v1/knowledge/gaps?limit=1{a}"),
    ("GET", "/v1/knowledge/stale"): get("/v1/knowledge/stale?limit=1{a}"),
    ("DELETE", "/v1/knowledge/stale/{article_id}"): request("DELETE", "/v1/knowledge/stale/a-{a}"),
    ("GET", "/v1/audit"): get("/v1/audit?limit=1{a}"),
    ("DELETE", "/v1/customers/{customer_id}"): request("DELETE", "/v1/customers/C-{a}"),
}
NOT_CALLED = {
    ("POST", "/v1/webhooks/{name}/test"): "calls out; the row it reads is read by GET /v1/webhooks/{name}",
    ("POST", "/v1/learn"): "a job over the tenant's own feedback; the shelf that it reads is the tenant's",
    ("POST", "/v1/panel-links"): "signs what it is given; read by tests of the panel",
    ("POST", "/v1/embeddings"): "keeps nothing; one model for all, and none is at hand here",
    ("GET", "/livez"): "the house's own, without a key",
    ("GET", "/readyz"): "the house's own, without a key: engines, not tenants",
    ("GET", "/metrics"): "the operator's own: sums over all tenants, none named; SECURITY.md says to keep it inside",
    ("GET", "/problems/{name}"): "documentation",
}


def make_house(folder: Path) -> FastAPI:
    stand_ins = StandIns(
        transcriber=build_transcriber("scripted", script=(Word(0.5, 0.9, "E4", 0.9),), language="zh"),
        activity=build_activity("energy"),
        reader=build_reader("scripted", lines={"label.png": (Line("E4", ((0.0, 0.0),) * 4, 0.9),)}),
    )
    return create_app(Settings(data_dir=folder), stand_ins=stand_ins, clock=lambda: AT)


@dataclass(frozen=True, slots=True)
class Houses:
    shared: TestClient
    own: TestClient


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    with (
        TestClient(make_house(tmp_path_factory.mktemp("shared"))) as shared,
        TestClient(make_house(tmp_path_factory.mktemp("own"))) as own,
    ):
        yield Houses(shared, own)


TENANT_NUMBERS = itertools.count()
REQUESTS = st.tuples(st.booleans(), st.sampled_from(sorted(CALLS)), NAMES, NAMES)


def person_of(client: TestClient, tenant: str, word: str) -> Person:
    app = client.app
    assert isinstance(app, FastAPI)
    _, secret = create_key(app.state.store.of(tenant), name=tenant, scopes=["admin"])
    headers = {"Authorization": f"Bearer {secret}"}
    return Person(TestClient(app, headers=headers, raise_server_exceptions=False), word)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(requests=st.lists(REQUESTS, min_size=10, max_size=24))
def test_one_tenants_doings_change_no_answer_of_the_other(
    houses: Houses, requests: list[tuple[bool, tuple[str, str], int, int]]
) -> None:
    number = next(TENANT_NUMBERS)
    acme = person_of(houses.shared, f"acme-{number}", "acmeword")
    beside = person_of(houses.shared, f"globex-{number}", "globexword")
    alone = person_of(houses.own, f"globex-{number}", "globexword")
    for is_acme, name, a, b in requests:
        if is_acme:
            assert CALLS[name](acme, a, b).status_code < 500
            continue
        answer = CALLS[name](beside, a, b)
        assert "acmeword" not in answer.text
        assert beside.said(answer) == alone.said(CALLS[name](alone, a, b)), name


@pytest.fixture(scope="module")
def busy_houses(houses: Houses) -> Houses:
    """Let acme call everything that writes, once."""
    acme = person_of(houses.shared, "acme-busy", "acmeword")
    for name in sorted(CALLS):
        if name[0] in ("POST", "PUT"):
            CALLS[name](acme, 0, 1)
    return houses


@pytest.mark.parametrize("name", sorted(CALLS), ids=" ".join)
def test_each_address_after_the_other_tenant_did_everything(busy_houses: Houses, name: tuple[str, str]) -> None:
    tenant = f"globex-{next(TENANT_NUMBERS)}"
    beside = person_of(busy_houses.shared, tenant, "globexword")
    alone = person_of(busy_houses.own, tenant, "globexword")
    assert beside.said(CALLS[name](beside, 0, 1)) == alone.said(CALLS[name](alone, 0, 1))


def test_ids_of_one_tenant_are_unknown_to_the_other(houses: Houses) -> None:
    acme = person_of(houses.shared, "acme-ids", "acmeword")
    globex = person_of(houses.shared, "globex-ids", "globexword")
    prefill(acme, 0, 0)
    suggest(acme, 0, 0)
    draft = acme.last["prefill"]
    body = {"messages": [{"id": "m1", "text": "acmeword E4"}]}
    job = acme.client.post("/v1/prefill", json=body, headers={"Prefer": "respond-async"})
    assert job.status_code == 202
    place = job.headers["location"]
    opinion = {"prefill_id": draft, "field": "error_code", "final": "E4", "action": "edited"}
    answers = [
        globex.client.get(f"/v1/prefills/{draft}"),
        globex.client.post("/v1/suggestions", json={"prefill_id": draft}),
        globex.client.post("/v1/feedback", json=opinion),
        globex.client.get(place),
        globex.client.post(f"{place}/cancel"),
        globex.client.post(f"{place}/retry"),
        globex.client.get(f"{place}/events"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert acme.client.get(f"/v1/prefills/{draft}").status_code == 200
    assert acme.client.get(place).status_code == 200


def test_check_sees_a_leak(houses: Houses) -> None:
    """Negative control: two people of one tenant do change each other's answers, and the comparison says so."""
    first = person_of(houses.shared, "one-house", "acmeword")
    second = person_of(houses.shared, "one-house", "globexword")
    alone = person_of(houses.own, "one-house", "globexword")
    put_article(first, 0, 1)
    name = ("GET", "/v1/articles")
    assert second.said(CALLS[name](second, 0, 0)) != alone.said(CALLS[name](alone, 0, 0))


def test_every_address_is_called_or_says_why_not(houses: Houses) -> None:
    app = houses.own.app
    assert isinstance(app, FastAPI)
    known = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert known == set(CALLS) | set(NOT_CALLED)
    assert not set(CALLS) & set(NOT_CALLED)
