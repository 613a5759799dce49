"""What is seen of work that nobody waits for: its numbers, and log lines that say whose it was."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient

from api.jobs import Jobs, JsonValue, Task, TryLater
from api.logs import configure_logs, current_context, in_context, new_context, trace_headers
from tests.api.waiting import wait_for

log = structlog.get_logger(__name__)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[io.StringIO]:
    """Send all logs into a text; put things back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs(logging.INFO, stream=written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def number(client: TestClient, series: str) -> float:
    """Return what Prometheus would read; 0 where the series is not there yet."""
    told = client.get("/metrics").text.splitlines()
    return next((float(line.rpartition(" ")[2]) for line in told if line.startswith(series + " ")), 0.0)


@pytest.mark.parametrize(
    ("series", "text"),
    [
        pytest.param('beforehand_jobs_ended_total{kind="prefill",state="done"}', "空调 E4", id="done zh"),
        pytest.param('beforehand_jobs_ended_total{kind="prefill",state="done"}', "shows E4", id="done en"),
    ],
)
def test_a_job_that_ended_is_counted(api_client: TestClient, series: str, text: str) -> None:
    before = number(api_client, series)
    asked = {"messages": [{"text": text}]}
    assert api_client.post("/v1/prefill", json=asked, headers={"Prefer": "respond-async"}).status_code == 202
    wait_for(lambda: number(api_client, series), lambda found: found > before)
    assert number(api_client, series) == before + 1


def test_a_delivery_that_failed_is_counted(api_client: TestClient) -> None:
    api_client.put("/v1/webhooks/inside", json={"url": "http://127.0.0.1:9/hook"})
    asked = {"messages": [{"text": "E4"}]}
    api_client.post("/v1/prefill", json=asked, headers={"Prefer": "respond-async"})
    series = 'beforehand_deliveries_total{outcome="again"}'
    assert wait_for(lambda: number(api_client, series), lambda found: found > 0) == 1


class Ends:
    """Ends of every kind, as they were told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.traces: list[str] = []

    def note(self, kind: str, state: str) -> None:
        self.told.append(f"{kind} {state}")

    def speak(self, task: Task) -> JsonValue:
        log.info("spoke", what="里面 inside")
        self.traces.append(trace_headers()["traceparent"])
        if task.attempt < 2:
            raise TryLater("once more")
        return None


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def jobs(ends: Ends, tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(f"sqlite:///{tmp_path / 'jobs.sqlite3'}", poll_s=0.03, on_ended=ends.note)
    made.define("speak", ends.speak, attempts=2, backoff_s=0.01)
    made.define("mute", ends.speak)
    made.start()
    yield made
    made.stop()


def test_a_jobs_lines_bear_its_id_its_tenant_and_the_trace_it_came_in(
    jobs: Jobs, ends: Ends, lines: io.StringIO
) -> None:
    with in_context(new_context()) as asked_in:
        job = jobs.submit("speak", {}, tenant="acme")
    wait_for(lambda: ends.told, lambda told: told == ["speak done"])
    spoken = [line for line in map(json.loads, lines.getvalue().splitlines()) if line["event"] == "spoke"]
    assert [(line["job_id"], line["tenant"], line["trace_id"]) for line in spoken] == [
        (job.id, "acme", asked_in.trace.trace_id)
    ] * 2
    assert len({line["span_id"] for line in spoken} | {asked_in.trace.span_id}) == 3
    assert [trace.split("-")[1] for trace in ends.traces] == [asked_in.trace.trace_id] * 2
    assert current_context() is None


def test_failed_and_cancelled_ends_are_told_once(jobs: Jobs, ends: Ends) -> None:
    jobs.submit("mute", {}, tenant="acme")
    wait_for(lambda: ends.told, lambda told: told == ["mute failed"])
    waiting = jobs.submit("speak", {}, tenant="acme", after_s=60)
    for _ in range(2):
        jobs.cancel(waiting.id, tenant="acme")
    assert ends.told == ["mute failed", "speak cancelled"]
