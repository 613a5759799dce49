"""The audit log: what is written, what is not, and that nobody changes it unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.routes.audit import ACTIONS
from api.store import Store, open_store

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
WORK_ROUTES = {
    "/v1/prefill": "kept as a draft",
    "/v1/suggestions": "kept as a set of suggestions",
    "/v1/feedback": "kept as feedback",
    "/v1/telemetry": "kept as a batch",
    "/v1/audio/redactions": "changes nothing",
    "/v1/audio/transcriptions": "changes nothing",
    "/v1/ocr": "changes nothing",
    "/v1/embeddings": "changes nothing",
    "/v1/hooks/{connector}": "the connector's changes write entries of their own",
    "/v1/changes/{change_id}/revert": "writes its own entry",
    "/v1/customers/{customer_id}": "writes its own entry",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'audit.db'}", server_secret="s" * 64)


def filled(store: Store, count: int) -> None:
    for number in range(count):
        store.audit.add(at=AT + timedelta(days=number), actor="key:1", action="模板.put", subject=f"t{number}")


def test_log_of_untouched_rows_is_whole(store: Store) -> None:
    filled(store, 5)
    state = store.audit.verify()
    assert (state.is_whole, state.rows) == (True, 5)
    assert state.seal == store.audit.verify().seal


CHANGES = {
    "another actor": "UPDATE audit_log SET actor='key:2' WHERE id=3",
    "another time": "UPDATE audit_log SET at='2020-01-01 00:00:00' WHERE id=3",
    "another detail": 'UPDATE audit_log SET detail=\'{"x": "y"}\' WHERE id=3',
    "a row taken out": "DELETE FROM audit_log WHERE id=3",
    "the first taken off": "DELETE FROM audit_log WHERE id=1",
    "a row put in": "INSERT INTO audit_log (id, tenant, at, actor, action, subject, detail, previous, digest) "
    "SELECT 9, tenant, at, actor, action, subject, detail, digest, 'ff' FROM audit_log WHERE id=5",
    "a row given away": "UPDATE audit_log SET tenant='other' WHERE id=3",
    "rows renumbered": "UPDATE audit_log SET id=30 WHERE id=3",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES.keys())
def test_change_by_hand_is_seen(store: Store, statement: str) -> None:
    filled(store, 5)
    with store.database.transaction() as session:
        session.execute(text(statement))
    assert not store.audit.verify().is_whole


def test_rows_taken_off_the_end_change_the_seal(store: Store) -> None:
    """The chain alone cannot tell; whoever noted the last seal can."""
    filled(store, 5)
    noted = store.audit.verify().seal
    with store.database.transaction() as session:
        session.execute(text("DELETE FROM audit_log WHERE id=5"))
    assert store.audit.verify().seal != noted


def test_log_under_another_secret_is_not_whole(store: Store, tmp_path: Path) -> None:
    filled(store, 2)
    assert not open_store(f"sqlite:///{tmp_path / 'audit.db'}", server_secret="t" * 64).audit.verify().is_whole


def test_forgetting_old_rows_leaves_a_whole_log_that_says_so(store: Store) -> None:
    filled(store, 5)
    gone = store.audit.forget_before(AT + timedelta(days=3), now=AT + timedelta(days=9))
    assert (gone, store.audit.verify().is_whole) == (3, True)
    newest = store.audit.list(limit=10)[0]
    assert (newest.action, newest.detail["rows"]) == ("retention.audit", "3")
    with store.database.transaction() as session:
        session.execute(text("DELETE FROM audit_log WHERE id=4"))
    assert not store.audit.verify().is_whole


def test_rows_of_many_threads_make_one_chain(store: Store) -> None:
    """Two shelves stand for two processes: they share no lock."""
    shelves = [store.of("default").audit, store.of("default").audit]

    def add(audit_of: Callable[[], None]) -> None:
        for _ in range(20):
            audit_of()

    threads = [
        threading.Thread(
            target=add,
            args=(lambda shelf=shelf: shelf.add(at=AT, actor="a", action="b", subject="c"),),  # type: ignore[misc]
        )
        for shelf in shelves
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = store.audit.verify()
    assert (state.is_whole, state.rows) == (True, 40)


def test_text_is_bounded_and_storable(store: Store) -> None:
    store.audit.add(at=AT, actor="a" * 9_000, action="b", subject="\x00\ud800坏", detail={"x": "y" * 9_000})
    (entry,) = store.audit.list(limit=1)
    assert (len(entry.actor), entry.subject, len(entry.detail["x"])) == (200, "?坏", 500)
    assert store.audit.verify().is_whole


def test_changes_over_http_are_written_with_who_and_what(api_client: TestClient) -> None:
    schema = {"title": "安装", "type": "object", "properties": {"order_number": {"type": "string"}}}
    assert api_client.put("/v1/templates/install", json=schema).status_code == 200
    article = {"title": "秘密标题", "body": "秘密正文"}
    assert api_client.put("/v1/articles/a-1", json=article).status_code == 200
    assert api_client.delete("/v1/articles/a-1").status_code == 204
    assert api_client.delete("/v1/articles/a-1").status_code == 404
    entries = api_client.get("/v1/audit").json()
    written = [(entry["action"], entry["subject"]) for entry in entries if entry["actor"].startswith("key:")]
    assert written == [("article.deleted", "a-1"), ("article.put", "a-1"), ("template.put", "install")]
    assert "秘密" not in str(entries)


def test_pages_follow_each_other(api_client: TestClient) -> None:
    for number in range(5):
        api_client.put(f"/v1/articles/a-{number}", json={"title": "t", "body": "b"})
    first = api_client.get("/v1/audit", params={"limit": 3, "action": "article.put"})
    assert [entry["subject"] for entry in first.json()] == ["a-4", "a-3", "a-2"]
    assert 'rel="next"' in first.headers["Link"]
    before = first.json()[-1]["id"]
    second = api_client.get("/v1/audit", params={"limit": 3, "before": before, "action": "article.put"})
    assert [entry["subject"] for entry in second.json()] == ["a-1", "a-0"]


def test_sign_ins_are_written(api_app: FastAPI, api_key: str) -> None:
    client = TestClient(api_app, headers={"Origin": "http://testserver"})
    client.post("/console/sign-in", data={"key": "bh_wrong"})
    client.post("/console/sign-in", data={"key": api_key}, follow_redirects=False)
    actions = [entry.action for entry in api_app.state.store.audit.list(limit=3)]
    assert actions == ["session.opened", "session.refused", "key.created"]


def test_every_changing_address_is_audited_or_says_why_not(api_app: FastAPI) -> None:
    changing = {
        (method.upper(), path)
        for path, methods in api_app.openapi()["paths"].items()
        for method in methods
        if method in ("put", "post", "patch", "delete")
    }
    unexplained = {(method, path) for method, path in changing - set(ACTIONS) if path not in WORK_ROUTES}
    assert not unexplained, "add these to ACTIONS of api/routes/audit.py, or here with the reason"
