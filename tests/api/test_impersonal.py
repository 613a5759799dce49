"""What leaves names nobody: a draft's summary and kept question, and what stands around a quoted value in a comment."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.enrich.remark import Speech
from api.errors import words
from api.schemas.prefill import Evidence


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        ("空调不制冷，请回电13800138000。", "13800138000", "空调不制冷"),
        ("The heater is broken, call me on 020 7946 0958.", "7946", "The heater is broken"),
    ],
    ids=["zh", "en"],
)
def test_a_summary_names_nobody_and_the_field_keeps_its_value(
    api_client: TestClient, api_app: FastAPI, text: str, gone: str, kept: str
) -> None:
    draft = api_client.post("/v1/prefill", json={"messages": [{"text": text}]}).json()
    assert kept in draft["summary"]
    assert gone not in draft["summary"]
    if gone == "13800138000":
        assert draft["fields"]["phone_number"]["value"] == "+8613800138000"


@pytest.mark.parametrize(
    ("text", "value", "wanted"),
    [
        ("订单号20240518936，电话13800138000。", "20240518936", "订单号20240518936，电话[mobile]。"),
        ("订单号20240518936，电话13800138000。", "13800138000", "订单号20240518936，电话13800138000。"),
        ("error E4, mail anna@example.com", "E4", "error E4, mail [email]"),
    ],
)
def test_a_comment_quotes_the_value_and_masks_its_neighbours(text: str, value: str, wanted: str) -> None:
    start = text.index(value)
    evidence = Evidence(source="m1", kind="text", quote=value, start=start, end=start + len(value))
    assert wanted in Speech(words("zh"), {}, {"m1": text}).quote(evidence)
