"""What a draft keeps to ask the knowledge base with: the matter and the product, nothing that is the customer's."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("says", "locale", "kept", "left_out"),
    [
        ("我家空调显示E4不制冷，订单号20250618936，电话13800138000", "zh-CN",
         ["空调", "不制冷", "E4"], ["20250618936", "13800138000"]),
        ("My washing machine shows E2 and does not drain, order number 20260302118, call (415) 555-0132", "en-US",
         ["washing machine", "does not drain", "E2"], ["20260302118", "555-0132"]),
    ],
    ids=["zh", "en"],
)  # fmt: skip
def test_the_product_is_asked_for_and_the_customers_numbers_are_not(
    api_client: TestClient, api_app: FastAPI, says: str, locale: str, kept: list[str], left_out: list[str]
) -> None:
    body = {"locale": locale, "messages": [{"id": "m1", "text": says}]}
    draft = api_client.post("/v1/prefill", json=body).json()
    assert draft["fields"]["product_name"]["value"]
    text = api_app.state.store.drafts.prefill(draft["id"]).text
    assert [word for word in kept if word not in text] == []
    assert [word for word in left_out if word in text] == []
