"""Who is refused before any page is reached gets a page all the same, that says when to come back."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Limits, Settings

SAID = {"en": "is answered in", "zh": "秒后可再次请求"}
HEADERS = {"Origin": "http://testserver"}


@pytest.fixture
def refused(api_settings: Settings) -> TestClient:
    """Return a browser whose address guessed too often."""
    limits = Limits(failures_at_once=1, failures_per_minute=1)
    client = TestClient(create_app(api_settings.model_copy(update={"limits": limits})), headers=HEADERS)
    assert client.post("/console/sign-in", data={"key": "bh_wrong"}).status_code == 401
    return client


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ["/console/sign-in", "/console/", "/panel?ticket=T-1", "/panel/sources"])
def test_too_many_tries_is_a_page_that_says_how_long(refused: TestClient, language: str, address: str) -> None:
    answer = refused.get(address, headers={"Accept-Language": language})
    assert (answer.status_code, answer.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert int(answer.headers["Retry-After"]) > 0
    assert SAID[language] in answer.text
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("address", "headers"), [("/v1/tickets", {}), ("/panel/sources", {"HX-Request": "true"}), ("/panels", {})]
)
def test_programs_get_a_problem(refused: TestClient, address: str, headers: dict[str, str]) -> None:
    answer = refused.get(address, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
