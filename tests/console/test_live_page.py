"""The page of a live call: what it lets somebody choose, what its scripts are told to say, and who may see it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.console.language import words
from api.console.live_pages import texts_of

STATIC = Path("api") / "console" / "static" / "live"
STREAM = "/v1/audio/stream"
SAID = re.compile(r"\bsay\.(\w+)")


def page_of(client: TestClient, language: str = "en") -> str:
    answer = client.get("/console/live", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


def texts_in(page: str) -> dict[str, dict[str, dict[str, str]]]:
    found = re.search(r'data-texts="([^"]*)"', page)
    assert found is not None
    texts: dict[str, dict[str, dict[str, str]]] = json.loads(html.unescape(found[1]))
    return texts


def scripts(root: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (root / STATIC).glob("*.js")}


@pytest.mark.parametrize(("language", "label", "status"), [("en", "Order number", "Missing"), ("zh", "订单号", "缺失")])
def test_the_page_speaks_the_persons_language(
    console_client: TestClient, language: str, label: str, status: str
) -> None:
    texts = texts_in(page_of(console_client, language))
    assert texts["templates"]["appliance_repair"]["order_number"] == label
    assert texts["status"]["missing"] == status


def test_the_choice_of_language_goes_before_the_browsers(console_client: TestClient) -> None:
    console_client.get("/console/language/zh")
    page = page_of(console_client, "en")
    assert '<html lang="zh-CN">' in page
    assert texts_in(page)["say"]["copy"] == "复制"


def test_every_template_can_be_chosen_and_the_usual_one_is(console_app: FastAPI, console_client: TestClient) -> None:
    page = page_of(console_client)
    usual = console_app.state.settings.default_template
    assert f'<option value="{usual}" selected>' in page
    assert set(texts_in(page)["templates"]) == set(
        re.findall(r'<option value="(\w+)"', page.partition('id="template"')[2])
    )


def test_nothing_runs_but_files_of_the_console(console_client: TestClient) -> None:
    page = page_of(console_client)
    assert re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", page) is None
    for name in re.findall(r'(?:src|href)="(/console/static/[\w.]+)"', page):
        assert console_client.get(name).status_code == 200


def test_files_that_only_the_scripts_name_are_served(root: Path, console_client: TestClient) -> None:
    named = set(re.findall(r'"(live_\w+\.js)"', scripts(root)["live_sources.js"]))
    assert named == {"live_resampler.js", "live_worklet.js"}
    for name in named:
        answer = console_client.get(f"/console/static/{name}")
        assert answer.headers["content-type"].startswith("text/javascript")


def test_sound_and_words_go_to_this_very_host_only(console_client: TestClient) -> None:
    policy = console_client.get("/console/live").headers["content-security-policy"]
    assert "connect-src 'self';" in policy
    assert "script-src 'self';" in policy


def test_scripts_say_only_what_they_are_told(root: Path) -> None:
    told = texts_of(words("en"))["say"].keys()
    said = {name for text in scripts(root).values() for name in SAID.findall(text)}
    assert said - told == set()
    assert told - said == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_call_is_in_the_persons_language(console_client: TestClient, examples: Path, language: str) -> None:
    answer = console_client.get("/console/live/example", headers={"Accept-Language": language})
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content == (examples / f"call_{language}.wav").read_bytes()


@pytest.mark.parametrize("address", ["/console/live", "/console/live/example"])
def test_who_may_not_prefill_may_not_listen(console_app: FastAPI, address: str) -> None:
    _, key = create_key(console_app.state.store, name="reader", scopes=["suggest"])
    client = TestClient(console_app, headers={"Origin": "http://testserver"})
    assert client.get(address, follow_redirects=False).headers["location"] == "/console/sign-in"
    client.post("/console/sign-in", data={"key": key})
    assert client.get(address).status_code == 403
    assert "/console/live" not in client.get("/console/status").text


def test_what_moves_does_so_only_where_motion_is_welcome(root: Path) -> None:
    css = (root / STATIC / "live.css").read_text(encoding="utf-8")
    outside = re.sub(
        r"@media \(prefers-reduced-motion: no-preference\) \{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", "", css
    )
    assert "animation" in css
    assert re.search(r"animation|transition|@keyframes|(?<!over)scroll-behavior", outside) is None


@pytest.mark.parametrize(("chosen", "browsers"), [("zh", "en-US"), ("en", "zh-CN")])
def test_problems_of_a_call_are_told_in_the_language_of_the_console(
    console_client: TestClient, chosen: str, browsers: str
) -> None:
    console_client.get(f"/console/language/{chosen}")
    with console_client.websocket_connect(STREAM, headers={"Accept-Language": browsers}) as socket:
        socket.send_text("no frame of the protocol")
        problem = json.loads(socket.receive_text())["problem"]
    assert [problem[part].isascii() for part in ("title", "detail", "fix")] == [chosen == "en"] * 3
