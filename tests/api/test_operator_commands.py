"""`beforehand jobs`, `beforehand connectors`, a dead letter put back: what an operator types when work stands still."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.commands import command as commands
from api.jobs import Jobs, JsonValue, Task
from api.outbox import deliver_order
from api.store.outbox import message_of
from tests.api.waiting import wait_for

AT = datetime(2026, 11, 22, tzinfo=UTC)
DESK = """
[[connector]]
name = "rt"
kind = "request_tracker"
url = "http://127.0.0.1:9"
token = "file:{folder}/token"
allow_private = true
mode = "shadow"
"""


def run(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run a command; return its status, the JSON lines of stdout, and stderr."""
    ran = CliRunner().invoke(commands, [*arguments, "--data-dir", str(folder)], env={"NO_COLOR": "1"})
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return ran.exit_code, lines, ran.stderr


class Moody:
    """Work that fails until it is well."""

    def __init__(self) -> None:
        self.is_well = False

    def work(self, task: Task) -> JsonValue:
        if not self.is_well:
            raise ValueError("坏 broken")
        return {"done": True}


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def jobs(tmp_path: Path, moody: Moody) -> Iterator[Jobs]:
    """Run jobs as the service beside the command would."""
    made = Jobs(f"sqlite:///{tmp_path / 'jobs.sqlite3'}", poll_s=0.03)
    made.define("moody", moody.work)
    made.start()
    yield made
    made.stop()


def test_a_failed_job_is_listed_shown_and_put_back(jobs: Jobs, moody: Moody, tmp_path: Path) -> None:
    job = jobs.submit("moody", {"which": "一"}, tenant="default")
    wait_for(lambda: jobs.get(job.id, tenant="default"), lambda found: found is not None and found.state == "failed")
    _, listed, _ = run(tmp_path, "jobs", "list", "--state", "failed", "--json")
    assert [(one["id"], one["state"]) for one in listed] == [(job.id, "failed")]
    assert run(tmp_path, "jobs", "list", "--state", "done", "--json")[1] == []
    assert run(tmp_path, "jobs", "list", "--tenant", "acme", "--json")[1] == []
    moody.is_well = True
    status, (shown,), _ = run(tmp_path, "jobs", "retry", job.id)
    assert (status, shown["id"]) == (0, job.id)
    wait_for(lambda: jobs.get(job.id, tenant="default"), lambda found: found is not None and found.state == "done")
    assert run(tmp_path, "jobs", "show", job.id)[1][0]["result"] == {"done": True}


def test_a_waiting_job_is_cancelled_from_beside(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("moody", {}, tenant="default", after_s=600)
    assert run(tmp_path, "jobs", "cancel", job.id)[1][0]["state"] == "cancelled"


@pytest.mark.parametrize("command", ["show", "retry", "cancel"])
def test_an_unknown_job_is_said_to_be_unknown(tmp_path: Path, command: str) -> None:
    status, lines, said = run(tmp_path, "jobs", command, "moody-" + "0" * 32)
    assert (status, lines) == (1, [])
    assert "moody-000" in said


def test_a_dead_letter_is_put_back(api_app: FastAPI, api_client: TestClient) -> None:
    store = api_app.state.store
    api_client.put("/v1/webhooks/crm", json={"url": "http://127.0.0.1:9/hook", "types": ["ticket.resolved"]})
    message = message_of("ticket.opened", {"name": "空调"}, tenant="default", subject="1", at=AT)
    store.outbox.add(message)
    store.outbox.relay(message.message_id, ["crm"], at=AT)
    order = deliver_order(message.message_id, "crm")
    api_app.state.jobs.submit(order.kind, order.payload, tenant="default", key=order.key)
    job = wait_for(
        lambda: api_app.state.jobs.find("deliver", tenant="default", key=order.key), lambda found: bool(found)
    )
    wait_for(lambda: store.outbox.deliveries()[0].attempts, lambda attempts: attempts > 0)
    api_app.state.jobs.cancel(job.id, tenant="default")
    store.outbox.settle(message.message_id, "crm", state="dead", attempts=15, error="answered 500", at=AT)
    answer = api_client.post(f"/v1/deliveries/{message.message_id}/retry")
    assert [(found["state"], found["endpoint"]) for found in answer.json()] == [("pending", "crm")]
    wait_for(lambda: store.outbox.deliveries()[0].attempts, lambda attempts: attempts < 15)
    assert api_client.post("/v1/deliveries/msg_unknown/retry").status_code == 404


def test_connectors_are_listed_without_secrets_and_asked(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-token-12345", encoding="utf-8")
    (tmp_path / "connectors.toml").write_text(DESK.replace("{folder}", str(tmp_path)), encoding="utf-8")
    status, (listed,), _ = run(tmp_path, "connectors", "list", "--json")
    assert (status, listed["name"], listed["mode"]) == (0, "rt", "shadow")
    assert "secret-token-12345" not in json.dumps(listed)
    status, (asked,), _ = run(tmp_path, "connectors", "check", "--json")
    assert (status, asked["ok"]) == (1, False)
    assert "rt" in asked["found"]
    status, lines, said = run(tmp_path, "connectors", "check", "另一个")
    assert (status, lines) == (1, [])
    assert "另一个" in said


@pytest.mark.parametrize("kind", ["request_tracker", "django_helpdesk"])
def test_a_connectors_files_are_written_out(tmp_path: Path, kind: str) -> None:
    ran = CliRunner().invoke(commands, ["connectors", "files", kind, "--out", str(tmp_path / "out"), "--json"])
    written = [Path(json.loads(line)["file"]) for line in ran.stdout.splitlines()]
    assert written
    assert all(path.is_file() for path in written)
    refused = CliRunner().invoke(commands, ["connectors", "files", "../etc", "--out", str(tmp_path / "no")])
    assert refused.exit_code == 1
    assert not (tmp_path / "no").exists()
