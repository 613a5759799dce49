"""A console session ends on the server: at signing out, at the next signing in, after a pause, after its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.settings import Settings

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
INSIDE = "/console/status"


class House:
    """A service whose clock stands where it is put."""

    def __init__(self, settings: Settings) -> None:
        self.now = START
        self.app: FastAPI = create_app(settings, clock=lambda: self.now)
        _, self.key = create_key(self.app.state.store, name="person 人", scopes=["admin"])

    def browser(self, *, scheme: str = "http", cookies: dict[str, str] | None = None) -> TestClient:
        base = f"{scheme}://testserver"
        return TestClient(self.app, base_url=base, headers={"Origin": base}, cookies=cookies, follow_redirects=False)

    def signed_in(self, *, scheme: str = "http") -> TestClient:
        browser = self.browser(scheme=scheme)
        assert browser.post("/console/sign-in", data={"key": self.key}).status_code == 303
        return browser


@pytest.fixture
def house(api_settings: Settings) -> House:
    return House(api_settings)


def is_in(browser: TestClient) -> bool:
    return browser.get(INSIDE).status_code == 200


def test_signing_out_ends_every_copy_of_the_cookie(house: House) -> None:
    browser, other = house.signed_in(), house.signed_in()
    copy = house.browser(cookies=dict(browser.cookies))
    assert is_in(copy)
    answer = browser.post("/console/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert not is_in(copy)
    assert is_in(other), "another session of the same key is not touched"


def test_signing_in_again_ends_the_session_that_the_browser_had(house: House) -> None:
    browser = house.signed_in()
    copy = house.browser(cookies=dict(browser.cookies))
    assert browser.post("/console/sign-in", data={"key": house.key}).status_code == 303
    assert is_in(browser)
    assert not is_in(copy)


@pytest.mark.parametrize(
    ("pauses_h", "is_open"),
    [
        pytest.param([3.9], True, id="short pause"),
        pytest.param([4.0], False, id="pause too long"),
        pytest.param([3.9, 3.9, 3.9], True, id="used now and then"),
        pytest.param([3.9, 3.9, 3.9, 0.3], False, id="time is over"),
    ],
)
def test_a_session_ends_after_a_pause_and_after_its_time(house: House, pauses_h: list[float], is_open: bool) -> None:
    browser = house.signed_in()
    for pause_h in pauses_h:
        house.now += timedelta(hours=pause_h)
        seen = is_in(browser)
    assert seen == is_open


def test_over_https_the_cookies_are_this_hosts_alone(house: House) -> None:
    browser = house.signed_in(scheme="https")
    browser.get("/console/language/zh")
    assert set(browser.cookies) == {"__Host-beforehand_session", "__Host-beforehand_language"}
    assert is_in(browser)
    assert "登录" not in browser.get(INSIDE).text
    assert 'lang="zh' in browser.get(INSIDE).text
    unprefixed = {name.removeprefix("__Host-"): value for name, value in browser.cookies.items()}
    assert not is_in(house.browser(scheme="https", cookies=unprefixed))
    cookie = house.browser(scheme="https").post("/console/sign-in", data={"key": house.key}).headers["set-cookie"]
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_sessions_that_are_over_are_forgotten(house: House) -> None:
    house.signed_in()
    sessions = house.app.state.store.sessions
    with house.app.state.store.database.engine.connect() as connection:
        (session_id,) = connection.exec_driver_sql("SELECT id FROM console_sessions").scalars()
    idle = timedelta(days=9)
    sessions.forget_before(START + timedelta(hours=11))
    assert sessions.key_of(session_id, at=START, idle=idle) is not None
    sessions.forget_before(START + timedelta(hours=13))
    assert sessions.key_of(session_id, at=START, idle=idle) is None
