"""A catalogue over HTTP: put whole, what was rejected counted, matched by the next prefill, one tenant's only."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

CSV = {"Content-Type": "text/csv"}
ROWS = "code,names,brand\nKFR-35GW/N8,风锐空调|Windsharp,美岚|Meilan\n,无型号,\n".encode()


def test_the_next_prefill_matches_against_it(api_client: TestClient) -> None:
    written = api_client.put("/v1/catalogues/devices", content=ROWS, headers=CSV)
    assert written.json() == {
        "name": "devices",
        "products": 1,
        "rejected_count": 1,
        "rejected": [{"row": 2, "reason": "row 2 has no code"}],
    }
    assert api_client.get("/v1/catalogues").json() == ["devices"]
    request = {
        "messages": [{"id": "m1", "role": "customer", "text": "我的风锐空调不制冷"}],
        "template": "appliance_repair",
    }
    field = api_client.post("/v1/prefill", json=request).json()["fields"]["device_model"]
    assert field["value"] == "KFR-35GW/N8"


def test_jsonl_is_taken_too(api_client: TestClient) -> None:
    body = '{"code": "A-1", "names": ["一号"]}\nnot json\n'
    headers = {"Content-Type": "application/x-ndjson"}
    written = api_client.put("/v1/catalogues/shoes", content=body.encode(), headers=headers).json()
    assert (written["products"], written["rejected_count"]) == (1, 1)


@pytest.mark.parametrize(
    ("name", "content", "media_type", "status"),
    [
        ("devices", b"name\nx\n", "text/csv", 422),
        ("devices", b"", "text/csv", 422),
        ("devices", b"\xff\xfe\x00", "text/csv", 422),
        ("devices", b"code\nA-1\n", "application/pdf", 415),
        ("../x", b"code\nA-1\n", "text/csv", 404),
        (".hidden", b"code\nA-1\n", "text/csv", 422),
    ],
)
def test_what_is_no_catalogue_is_refused(
    api_client: TestClient, name: str, content: bytes, media_type: str, status: int
) -> None:
    answer = api_client.put(f"/v1/catalogues/{name}", content=content, headers={"Content-Type": media_type})
    assert (answer.status_code, api_client.get("/v1/catalogues").json()) == (status, [])
