"""The console on records: a button that tries them, and what a candidate stands for beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

ORDERS = """order_number,customer_id,product,ordered_at
2023-8871,C-7,美的空调,2023-11-05
2024-2209,C-7,Kettle,2024-03-11
"""
ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def desk(api_app: FastAPI, api_client: TestClient, api_key: str) -> TestClient:
    """Sign in to a service whose records hold two orders of one customer."""
    folder: Path = api_app.state.settings.data_dir / "records"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    client = TestClient(api_app, headers={**ORIGIN, "Accept-Language": "en"})
    client.post("/console/sign-in", data={"key": api_key}, follow_redirects=False)
    return client


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(("language", "rows"), [("zh", "2 行"), ("en", "2 rows")])
def test_the_records_button_says_rows_and_columns(desk: TestClient, language: str, rows: str) -> None:
    answer = desk.post("/console/records/test", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f"orders.csv : {rows}" in plain(answer.text).replace("orders.csv:", "orders.csv :")
    assert "order_number" in answer.text


def test_the_records_button_says_what_is_wrong(desk: TestClient, api_app: FastAPI) -> None:
    mistaken = '[[system]]\nname = "crm"\nkind = "oracle"\n'
    (api_app.state.settings.data_dir / "records.toml").write_text(mistaken, encoding="utf-8")
    answer = desk.post("/console/records/test")
    assert "oracle" in answer.text


def test_the_records_button_is_an_administrators(api_app: FastAPI) -> None:
    assert TestClient(api_app, headers=ORIGIN).post("/console/records/test", follow_redirects=False).status_code != 200


def shown(desk: TestClient, client: TestClient, text: str) -> str:
    body = {"template": "ecommerce_return", "messages": [{"text": text}], "customer": {"id": "C-7"}}
    draft = client.post("/v1/prefill", json=body).json()
    return plain(desk.get(f"/console/prefills/{draft['id']}").text)


def test_orders_that_are_offered_stand_with_product_and_day(desk: TestClient, api_client: TestClient) -> None:
    page = shown(desk, api_client, "我要退货")
    assert "2023-8871 美的空调 2023-11-05" in page
    assert "2024-2209 Kettle 2024-03-11" in page


def test_a_value_stands_with_product_and_day(desk: TestClient, api_client: TestClient) -> None:
    assert "2023-8871 美的空调 2023-11-05" in shown(desk, api_client, "订单号 2023-8871，我要退货")
