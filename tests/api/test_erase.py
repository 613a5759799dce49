"""A customer who asks to be forgotten is: rows, files, jobs, and the bytes on the disk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.routes.erasure import forget_old
from api.settings import Settings

WANG, LI = "C-王", "C-Li"
MARK = "陶瓷阀芯7731"
OTHER_MARK = "ceramicvalve8842"


def prefilled(client: TestClient, customer: str, text: str, *, key: str | None = None) -> str:
    """Ask for a prefill of a customer and return its id."""
    body = {"ticket_id": f"T-{customer}", "customer": {"id": customer}, "messages": [{"id": "m1", "text": text}]}
    answer = client.post("/v1/prefill", json=body, headers={"Idempotency-Key": key} if key else {})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def bytes_under(folder: Path) -> bytes:
    """Return every file of a folder, one after the other."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def two_customers(api_client: TestClient) -> dict[str, str]:
    """Keep a draft, suggestions, feedback and an idempotent answer of each of two customers."""
    drafts = {}
    for customer, mark in ((WANG, MARK), (LI, OTHER_MARK)):
        drafts[customer] = prefilled(api_client, customer, f"{mark} 面板显示E4，型号 KFR-35GW", key=f"k-{len(mark)}")
        found = api_client.post("/v1/suggestions", json={"prefill_id": drafts[customer]}).json()
        opinion = {"prefill_id": drafts[customer], "field": "error_code", "final": mark, "action": "edited"}
        assert api_client.post("/v1/feedback", json=opinion).status_code == 201
        assert found["id"]
    return drafts


def test_customer_is_gone_and_the_other_is_not(api_client: TestClient, two_customers: dict[str, str]) -> None:
    answer = api_client.delete(f"/v1/customers/{WANG}")
    assert answer.status_code == 200
    deleted = answer.json()["deleted"]
    assert {kind: deleted[kind] for kind in ("prefills", "suggestions", "feedback")} == {
        "prefills": 1,
        "suggestions": 1,
        "feedback": 1,
    }
    assert deleted["replies"] >= 1
    assert api_client.get(f"/v1/prefills/{two_customers[WANG]}").status_code == 404
    assert api_client.get(f"/v1/prefills/{two_customers[LI]}").status_code == 200


def test_no_byte_of_a_customer_is_left_on_the_disk(
    api_client: TestClient, api_settings: Settings, two_customers: dict[str, str]
) -> None:
    marks = {mark: mark.encode() for mark in (MARK, OTHER_MARK)}
    before = bytes_under(api_settings.data_dir)
    assert marks[MARK] in before, "the test would pass on a service that keeps nothing"
    assert marks[OTHER_MARK] in before
    assert api_client.delete(f"/v1/customers/{WANG}").status_code == 200
    after = bytes_under(api_settings.data_dir)
    assert marks[MARK] not in after
    assert WANG.encode() not in after
    assert two_customers[WANG].encode() not in after
    assert marks[OTHER_MARK] in after


def test_asking_twice_deletes_nothing_more(api_client: TestClient, two_customers: dict[str, str]) -> None:
    api_client.delete(f"/v1/customers/{WANG}")
    again = api_client.delete(f"/v1/customers/{WANG}")
    assert again.status_code == 200
    assert set(again.json()["deleted"].values()) == {0}


def test_erasure_is_in_the_audit_log_without_the_name(api_client: TestClient, two_customers: dict[str, str]) -> None:
    api_client.delete(f"/v1/customers/{WANG}")
    (entry,) = api_client.get("/v1/audit", params={"action": "customer.erased"}).json()
    assert entry["subject"].startswith("sha256:")
    assert entry["detail"]["prefills"] == "1"
    assert WANG not in str(entry)


def test_erasing_needs_admin(api_app: FastAPI) -> None:
    _, secret = create_key(api_app.state.store, name="agent", scopes=["prefill", "suggest", "telemetry"])
    answer = TestClient(api_app).delete(f"/v1/customers/{WANG}", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_one_tenants_erasure_leaves_the_other_tenants_customer_of_that_id(api_app: FastAPI) -> None:
    clients = {}
    for name in ("acme", "globex"):
        _, secret = create_key(api_app.state.store.of(name), name=name, scopes=["admin"])
        clients[name] = TestClient(api_app, headers={"Authorization": f"Bearer {secret}"})
    drafts = {name: prefilled(client, WANG, f"{MARK} E4") for name, client in clients.items()}
    clients["acme"].delete(f"/v1/customers/{WANG}")
    assert clients["acme"].get(f"/v1/prefills/{drafts['acme']}").status_code == 404
    assert clients["globex"].get(f"/v1/prefills/{drafts['globex']}").status_code == 200


def test_old_drafts_are_forgotten_and_young_ones_are_not(api_settings: Settings) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    moments = iter([now - timedelta(days=31), now - timedelta(days=29)])
    current = [now]
    app = create_app(api_settings.model_copy(update={"prefill_keep_days": 30.0}), clock=lambda: current[0])
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    drafts = []
    for current[0] in moments:
        drafts.append(prefilled(client, LI, "E4"))
    forget_old(app.state.settings, tenant=app.state.tenants.get("default"), at=now)
    assert [client.get(f"/v1/prefills/{draft}").status_code for draft in drafts] == [404, 200]
    (entry,) = client.get("/v1/audit", params={"action": "retention.forgotten"}).json()
    assert (entry["actor"], entry["detail"]["prefills"]) == ("retention", "1")
