"""POST /v1/prefill: text, recordings and photos in one draft, once for each Idempotency-Key."""

from __future__ import annotations

import io
import json
import wave

import numpy as np
import PIL.Image
import pytest
from fastapi.testclient import TestClient


def tone_wav(seconds: float) -> bytes:
    """Return speech-loud noise as 16 kHz mono WAV: the energy detector takes it for speech."""
    samples = np.random.default_rng(0).integers(-9000, 9000, int(seconds * 16_000), dtype=np.int16)
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(16_000)
        output.writeframes(samples.tobytes())
    return target.getvalue()


def white_png() -> bytes:
    target = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), "white").save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("locale", "text", "field", "value", "quote"),
    [
        ("zh-CN", "你好，我的订单号是20250618936，空调不制冷", "order_number", "20250618936", "20250618936"),
        (
            "en-US",
            "Hi, my order number is 20260302118, it does not drain",
            "order_number",
            "20260302118",
            "20260302118",
        ),
        ("zh-CN", "面板一直显示E4", "error_code", "E4", "E4"),
        ("en-US", "The display shows error code E2", "error_code", "E2", "E2"),
        ("zh-CN", "电话１３８００１３８０００", "phone_number", "+8613800138000", "１３８００１３８０００"),
        ("en-US", "reach me at (415) 555-0132", "phone_number", "+14155550132", "(415) 555-0132"),
    ],
)
def test_prefill_fills_a_field_and_quotes_its_source(
    api_client: TestClient, locale: str, text: str, field: str, value: str, quote: str
) -> None:
    response = api_client.post("/v1/prefill", json={"locale": locale, "messages": [{"id": "m1", "text": text}]})
    assert response.status_code == 200
    found = response.json()["fields"][field]
    assert found["value"] == value
    evidence = found["evidence"][0]
    assert (evidence["source"], evidence["kind"], evidence["quote"]) == ("m1", "text", quote)
    assert text[evidence["start"] : evidence["end"]] == quote


@pytest.mark.parametrize(
    ("locale", "text", "language", "asks"),
    [("zh-CN", "空调不制冷", "zh", "？"), ("en-US", "My air conditioner does not cool", "en", "?")],
)
def test_prefill_asks_for_what_is_missing_in_the_customers_language(
    api_client: TestClient, locale: str, text: str, language: str, asks: str
) -> None:
    draft = api_client.post("/v1/prefill", json={"locale": locale, "messages": [{"text": text}]}).json()
    assert "order_number" in draft["missing"]
    assert asks in draft["next_question"]["text"]
    assert draft["classification"]["language"] == language


def test_prefill_hears_a_call_and_reads_a_photo(api_client: TestClient) -> None:
    response = api_client.post(
        "/v1/prefill",
        data={"request": json.dumps({"locale": "zh-CN"})},
        files=[("files", ("call.dat", tone_wav(4.0))), ("files", ("label.png", white_png()))],
    )
    draft = response.json()
    heard, read = draft["fields"]["order_number"], draft["fields"]["serial_number"]
    assert (heard["value"], heard["evidence"][0]["kind"]) == ("20250618936", "audio")
    assert heard["evidence"][0]["start_s"] == pytest.approx(1.2)
    assert (read["value"], read["evidence"][0]["source"]) == ("CL3A2506180427", "label.png")
    assert len(read["evidence"][0]["box"]) == 4
    assert draft["models"] == {"fields": "rules:0.1.0", "speech": "scripted:script", "vision": "scripted"}
    assert {"speech", "vision", "extract", "resolve", "total"} <= set(draft["timing_ms"])


def test_prefill_is_kept_by_its_id(api_client: TestClient) -> None:
    draft = api_client.post("/v1/prefill", json={"messages": [{"text": "空调显示E4"}]}).json()
    assert api_client.get(f"/v1/prefills/{draft['id']}").json() == draft


def test_same_idempotency_key_gives_the_same_draft(api_client: TestClient) -> None:
    request = {"messages": [{"text": "空调显示E4"}]}
    headers = {"Idempotency-Key": "once"}
    first = api_client.post("/v1/prefill", json=request, headers=headers)
    second = api_client.post("/v1/prefill", json=request, headers=headers)
    assert first.json()["id"] == second.json()["id"]


def test_same_idempotency_key_with_another_body_is_a_conflict(api_client: TestClient) -> None:
    headers = {"Idempotency-Key": "once"}
    api_client.post("/v1/prefill", json={"messages": [{"text": "空调显示E4"}]}, headers=headers)
    response = api_client.post("/v1/prefill", json={"messages": [{"text": "E5"}]}, headers=headers)
    assert (response.status_code, response.json()["type"]) == (409, "/problems/idempotency_conflict")


def test_a_failed_request_does_not_use_up_its_idempotency_key(api_client: TestClient) -> None:
    headers = {"Idempotency-Key": "once"}
    refused = api_client.post(
        "/v1/prefill", json={"template": "nobody_made_this", "messages": [{"text": "E4"}]}, headers=headers
    )
    assert refused.status_code == 422
    assert api_client.post("/v1/prefill", json={"messages": [{"text": "E4"}]}, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("feedback", "status"),
    [
        ({"field": "error_code", "final": "E5", "action": "edited"}, 201),
        ({"field": "error_code", "action": "accepted"}, 201),
        ({"field": "shoe_size", "action": "accepted"}, 422),
        ({"action": "accepted"}, 422),
        ({"field": "error_code", "action": "praised"}, 422),
    ],
)
def test_feedback_is_kept_for_a_field_of_a_draft(api_client: TestClient, feedback: dict[str, str], status: int) -> None:
    draft = api_client.post("/v1/prefill", json={"messages": [{"text": "空调显示E4"}]}).json()
    response = api_client.post("/v1/feedback", json={"prefill_id": draft["id"], **feedback})
    assert response.status_code == status


def test_feedback_on_an_unknown_draft_is_not_found(api_client: TestClient) -> None:
    response = api_client.post("/v1/feedback", json={"prefill_id": "x", "field": "f", "action": "cleared"})
    assert (response.status_code, response.json()["where"]) == (404, "/prefill_id")


def test_values_are_checked_against_the_records(api_client: TestClient) -> None:
    records = api_client.app.state.settings.data_dir / "records"  # type: ignore[attr-defined]
    records.mkdir()
    (records / "orders.csv").write_text(
        "order_number,customer_id,phone,device_model\n20250618936,C-7,+8613800138000,KFR-35GW/CL3A\n", encoding="utf-8"
    )
    request = {"customer": {"id": "C-7"}, "messages": [{"text": "订单号20250618936"}]}
    field = api_client.post("/v1/prefill", json=request).json()["fields"]["order_number"]
    assert field["status"] == "auto"
    assert {"exists_in_orders": True}.items() <= {check["name"]: check["passed"] for check in field["checks"]}.items()
    assert {"kind": "record", "source": "orders/20250618936"}.items() <= field["evidence"][-1].items()
