"""A service that nobody has loaded anything into: its pages say what to do next, and its example touches nothing."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.console.example import example_engines


@pytest.fixture
def fresh_client(api_app: FastAPI, api_key: str) -> TestClient:
    """Sign in to a service without articles, catalogue or records."""
    client = TestClient(api_app, headers={"Origin": "http://testserver", "Accept-Language": "en-US"})
    client.post("/console/sign-in", data={"key": api_key}, follow_redirects=False)
    return client


@pytest.mark.parametrize(
    ("address", "command"),
    [("/console/prefill", "beforehand catalogue load"), ("/console/ask", "beforehand index"),
     ("/console/tickets", "beforehand replay")],
)  # fmt: skip
def test_a_fresh_service_says_what_to_type(fresh_client: TestClient, address: str, command: str) -> None:
    assert command in fresh_client.get(address).text


def test_the_example_is_checked_against_its_own_records(fresh_client: TestClient, api_app: FastAPI) -> None:
    html = fresh_client.post("/console/example", data={"utc_offset": "0"}).text
    assert "not against your data" in html
    beside = example_engines(api_app.state.engines)
    assert beside.records is not None
    assert [record.id for record in beside.records.find("order_number", "20260302118")] == ["20260302118"]
    assert beside.catalogues.of_devices() is not None
    data_dir = api_app.state.settings.data_dir
    assert not (data_dir / "records").exists()
    assert not (data_dir / "catalogues").exists()
