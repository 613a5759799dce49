"""GET /v1/reports/* and /v1/export/*: counts checked by hand, formulas made harmless, nobody else's rows."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.report.export import export_bytes
from api.schemas.telemetry import DeviceFacts, Ticket, TicketVerdict
from api.store import Store
from api.store.devices import Device, Event
from api.store.exports import COLUMNS
from api.upkeep.verdicts import take_verdict

AT = datetime(2026, 6, 19, tzinfo=UTC)


def prefill(client: TestClient, text: str, *, ticket_id: str = "") -> dict[str, object]:
    body = {"messages": [{"text": text}], **({"ticket_id": ticket_id} if ticket_id else {})}
    response = client.post("/v1/prefill", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


@pytest.mark.parametrize(
    ("text", "field"),
    [("订单号20250618936，空调不制冷", "order_number"), ("The display shows error code E2", "error_code")],
    ids=["zh", "en"],
)
def test_overview_counts_a_field_and_its_verdict(api_client: TestClient, text: str, field: str) -> None:
    draft = prefill(api_client, text)
    feedback = {"prefill_id": draft["id"], "field": field, "action": "edited", "final": "other"}
    assert api_client.post("/v1/feedback", json=feedback).status_code == 201
    figures = api_client.get("/v1/reports/overview").json()
    of_field = next(one for one in figures["fields"] if one["field"] == field)
    assert (of_field["auto"], of_field["edited"], of_field["accepted"]) == (1, 1, 0)
    assert (of_field["auto_right"]["part"], of_field["auto_right"]["whole"]) == (0, 1)
    assert figures["totals"]["tickets"] == 1
    assert [day["totals"]["tickets"] for day in figures["days"]][-1] == 1
    assert figures["minutes_saved"] == -figures["assumptions"]["minutes_per_correction"]


def test_overview_counts_a_ticket_once_by_its_newest_draft(api_client: TestClient) -> None:
    first = prefill(api_client, "空调不制冷", ticket_id="T-1")
    prefill(api_client, "空调不制冷，面板显示E4", ticket_id="T-1")
    prefill(api_client, "Error code E2", ticket_id="T-2")
    feedback = {"prefill_id": first["id"], "field": "error_code", "action": "accepted"}
    assert api_client.post("/v1/feedback", json=feedback).status_code == 201
    figures = api_client.get("/v1/reports/overview").json()
    error_code = next(one for one in figures["fields"] if one["field"] == "error_code")
    assert (figures["totals"]["tickets"], error_code["auto"], error_code["accepted"]) == (2, 2, 1)


def test_quality_holds_each_engine_against_its_promise(api_client: TestClient) -> None:
    draft = prefill(api_client, "订单号20250618936")
    feedback = {"prefill_id": draft["id"], "field": "order_number", "action": "accepted"}
    assert api_client.post("/v1/feedback", json=feedback).status_code == 201
    models = {model["job"]: model for model in api_client.get("/v1/reports/quality").json()["models"]}
    assert models["fields"]["filled"]["part"] == 1
    assert models["fields"]["verdict"] == "unclear"
    assert 0 < models["fields"]["filled"]["low"] < 0.98


def test_exported_csv_starts_no_formula(api_client: TestClient) -> None:
    prefill(api_client, "电话13800138000，订单号20250618936", ticket_id="=cmd|' /C calc'!A0")
    answer = api_client.get("/v1/export/fields?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["ticket_id"][:2] for row in rows} == {"'="}


def test_exported_parquet_keeps_types_and_masks_people(api_client: TestClient) -> None:
    draft = prefill(api_client, "电话13800138000，订单号20250618936")
    answer = api_client.get("/v1/export/fields?format=parquet")
    rows = {row["field"]: row for row in pq.read_table(io.BytesIO(answer.content)).to_pylist()}
    phone, order = rows["phone_number"], rows["order_number"]
    assert (phone["value"], phone["quote"], phone["prefill_id"]) == ("[phone_number]", "[phone_number]", draft["id"])
    assert (order["value"], order["quote"]) == ("20250618936", "20250618936")
    assert phone["created_at"].tzinfo is not None


def test_exported_questions_name_nobody(api_client: TestClient) -> None:
    api_client.post("/v1/suggestions", json={"question": "空调不制冷，请回电13800138000"})
    answer = api_client.get("/v1/export/suggestions?format=csv")
    assert "空调不制冷" in answer.content.decode("utf-8-sig")
    assert "13800138000" not in answer.content.decode("utf-8-sig")


def test_people_stay_in_exports_where_asked_for() -> None:
    row = {"field": "phone_number", "value": "+8613800138000"}
    kept = b"".join(export_bytes([row], {"field": "text", "value": "text"}, to="csv", keeps_personal=True))
    assert b"'+8613800138000" in kept


def test_rows_of_devices_are_exported_masked_and_each_tenants_own(api_app: FastAPI, api_client: TestClient) -> None:
    store: Store = api_app.state.store
    for owner, mark in ((store, "mine"), (store.of("other"), "theirs")):
        owner.devices.put(Device(f"AC-{mark}", site="一厂", model="KFR", customer_id="C-1"), at=AT)
        owner.devices.note_event(Event(f"e-{mark}", f"AC-{mark}", "repair", AT, note="回电13800138000 换压缩机"))
        facts = {"customer": "王小明", "customer_id": "C-1", "site": "一厂", "model": "KFR"}
        body = {"id": f"t-{mark}", "key": mark, "device_id": f"AC-{mark}", "state": "open", "severity": "warning"}
        ticket = Ticket.model_validate({**body, "title": "t", "opened_at": AT, "updated_at": AT, "reasons": []})
        owner.tickets.put(ticket.model_copy(update={"device": DeviceFacts.model_validate(facts)}))
        told = TicketVerdict(verdict="fixed", fixed_by="电话13800138000，换电容")
        take_verdict(f"t-{mark}", told, store=owner, actor="人", at=AT)
    for table, shown in (
        ("devices", "AC-mine"),
        ("device_events", "换压缩机"),
        ("ticket_verdicts", "换电容"),
        ("maintenance", "[customer]"),
    ):
        period = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "format": "csv"}
        text = api_client.get(f"/v1/export/{table}", params=period).content.decode("utf-8-sig")
        assert shown in text
        assert "mine" in text
        for hidden in ("theirs", "13800138000", "王小明"):
            assert hidden not in text


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_every_table_is_exported_with_its_columns(api_client: TestClient, table: str) -> None:
    draft = prefill(api_client, "空调显示E4")
    api_client.post("/v1/feedback", json={"prefill_id": draft["id"], "field": "error_code", "action": "accepted"})
    api_client.post("/v1/suggestions", json={"question": "E4"})
    for form in ("csv", "parquet"):
        answer = api_client.get(f"/v1/export/{table}", params={"format": form})
        assert (answer.status_code, bool(answer.content)) == (200, True)


@pytest.mark.parametrize(
    "address", ["/v1/reports/overview", "/v1/reports/quality", "/v1/export/fields?format=csv", "/v1/export/tickets"]
)
def test_another_tenant_sees_nothing_of_it(api_app: FastAPI, api_client: TestClient, address: str) -> None:
    prefill(api_client, "订单号20250618936", ticket_id="T-SECRET")
    _, key = create_key(api_app.state.store.of("other"), name="other", scopes=["admin"])
    answer = api_client.get(address, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert "T-SECRET" not in answer.text
    assert "20250618936" not in answer.text
    if "overview" in address:
        assert answer.json()["totals"]["tickets"] == 0
    if "quality" in address:
        assert answer.json()["models"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z", 200),
        ("since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
        ("since=0001-01-01T00:00:00Z", 422),
        ("until=0001-01-01T00:00:00Z", 422),
        ("since=yesterday", 422),
    ],
)
def test_a_period_must_make_sense(api_client: TestClient, query: str, status: int) -> None:
    assert api_client.get(f"/v1/reports/overview?{query}").status_code == status


def test_reports_need_the_scope_admin(api_app: FastAPI, api_client: TestClient) -> None:
    _, key = create_key(api_app.state.store, name="gateway", scopes=["prefill"])
    for address in ("/v1/reports/overview", "/v1/export/fields"):
        assert api_client.get(address, headers={"Authorization": f"Bearer {key}"}).status_code == 403
