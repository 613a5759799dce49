"""The article's own sentences are shown at once; what a drafting model makes of them comes after, checked, once."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.prefill import prefill
from api.schemas.prefill import Message, PrefillRequest
from api.settings import Drafting, Limits, Settings
from api.store.drafts import DraftOrigin
from nlp.records import Article
from tests.api.drafting_server import DraftingServer
from tests.console.panel_agent import NUMBERS, SAYS, Agent, draft
from tests.console.ticket_desk import TicketDesk, connect, write_connectors
from training.remembering_embedder import RememberingEmbedder

HX = {"HX-Request": "true"}
ARTICLES = (
    Article("e2", "Washing machine shows E2 and does not drain", "E2 means it does not drain. Clean the filter."),
    Article("e2zh", "洗衣机显示 E2、不排水", "E2 表示没有排完水。清洗过滤器。"),
)
QUESTIONS = {"en": "Washing machine shows E2 and does not drain", "zh": "洗衣机显示 E2、不排水"}
DRAFTS = {"en": "E2 means it does not drain, so clean the filter [1].", "zh": "E2 表示没有排完水，请清洗过滤器[1]。"}
WORDED = {"en": "so clean the filter.", "zh": "请清洗过滤器。"}
WAITS = {"en": "is wording the answer", "zh": "正在改写"}


@pytest.fixture(scope="module")
def model() -> Iterator[DraftingServer]:
    server = DraftingServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def app(
    model: DraftingServer, tmp_path_factory: pytest.TempPathFactory, encoder: RememberingEmbedder
) -> Iterator[FastAPI]:
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("worded"),
        limits=Limits(failures_at_once=10_000),
        drafting=Drafting(url=model.url, model="qwen", timeout_s=10),
        outgoing_hosts=[model.host],
    )
    write_connectors(settings.data_dir)
    app = create_app(settings, stand_ins=StandIns(embedder=encoder))
    connect(app, TicketDesk())
    app.state.engines.knowledge_base().put_many(ARTICLES)
    app.state.foresight.start()
    yield app
    app.state.work.stop()
    app.state.engines.close()
    app.state.store.database.close()


@pytest.fixture(scope="module")
def key(app: FastAPI) -> str:
    return create_key(app.state.store, name="worded", scopes=["admin"])[1]


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest, model: DraftingServer) -> str:
    model.manner, model.draft = "well", DRAFTS[request.param]
    model.asked.clear()
    return str(request.param)


@pytest.fixture
def visitor(app: FastAPI, key: str, language: str) -> TestClient:
    client = TestClient(app, headers={"Origin": "http://testserver", "Accept-Language": language})
    client.post("/console/sign-in", data={"key": key}, follow_redirects=False)
    return client


def suggestion_of(text: str) -> str:
    return str(re.findall(r'name="suggestion_id" value="(\w+)"', text)[0])


def test_the_console_shows_the_article_at_once_and_asks_the_model_after(
    visitor: TestClient, language: str, model: DraftingServer
) -> None:
    shown = visitor.get("/console/ask", params={"question": QUESTIONS[language]}).text
    assert model.asked == []
    assert 'hx-post="/console/ask/draft"' in shown
    assert WAITS[language] in shown
    worded = html.unescape(
        visitor.post("/console/ask/draft", data={"suggestion_id": suggestion_of(shown)}, headers=HX).text
    )
    assert WORDED[language] in worded
    assert "qwen" in worded
    assert 'href="/console/articles/e2' in worded  # each sentence with its place
    assert "hx-trigger" not in worded


def test_an_answer_is_worded_once(visitor: TestClient, language: str, model: DraftingServer) -> None:
    shown = visitor.get("/console/ask", params={"question": QUESTIONS[language]}).text
    for _ in range(2):
        visitor.post("/console/ask/draft", data={"suggestion_id": suggestion_of(shown)}, headers=HX)
    assert len(model.asked) == 1


def test_a_model_that_fails_leaves_the_article_and_says_so(
    app: FastAPI, visitor: TestClient, language: str, model: DraftingServer
) -> None:
    shown = visitor.get("/console/ask", params={"question": QUESTIONS[language]}).text
    model.draft = "NONE"
    answer = visitor.post("/console/ask/draft", data={"suggestion_id": suggestion_of(shown)}, headers=HX)
    assert {"en": "the article&#39;s own sentences stand", "zh": "请用文章原句"}[language] in answer.text
    assert "hx-trigger" not in answer.text


def test_an_unknown_answer_is_not_found(visitor: TestClient, language: str) -> None:
    assert visitor.post("/console/ask/draft", data={"suggestion_id": "x" * 9}, headers=HX).status_code == 404


def test_the_panel_does_the_same_and_sends_the_wording_that_was_chosen(
    app: FastAPI, key: str, language: str, model: DraftingServer
) -> None:
    agent = Agent(app, language)
    agent.open(draft(app, key, says=SAYS[language], locale="zh-CN" if language == "zh" else "en-US"))
    shown = agent.part("/panel/answers").text
    assert model.asked == []
    assert 'hx-post="/panel/draft"' in shown
    suggestion_id = suggestion_of(shown)
    worded = agent.send("/panel/draft", suggestion_id=suggestion_id).text
    assert WORDED[language] in worded
    assert 'name="worded"' in worded
    kept = app.state.store.drafts.suggestions(suggestion_id)
    assert kept.worded.engine == "openai:qwen"
    again = agent.part("/panel/answers").text
    assert WORDED[language] in again
    assert "hx-trigger" not in again
    article_id = kept.suggestions[0].article_id
    said = agent.send("/panel/use", suggestion_id=suggestion_id, article_id=article_id, worded="true")
    assert said.status_code == 200
    comments = [
        job.payload["text"] for job in app.state.work.jobs.list(tenant="default", kind="panel_comment", limit=1)
    ]
    assert WORDED[language] in comments[0]


def test_nothing_of_a_shadow_draft_is_sent_to_a_model(app: FastAPI, language: str, model: DraftingServer) -> None:
    message = Message(id="m1", text=SAYS[language])
    request = PrefillRequest(ticket_id=f"S-{next(NUMBERS)}", locale="en-US", messages=[message])
    origin = DraftOrigin(connector="quiet", mode="shadow")
    state = app.state
    prefill(request, [], engines=state.engines, store=state.store, at=datetime.now(UTC), origin=origin)
    agent = Agent(app, language)
    agent.open(str(request.ticket_id), connector="quiet")
    shown = agent.part("/panel/answers").text
    assert "/panel/draft" not in shown
    assert agent.send("/panel/draft", suggestion_id=suggestion_of(shown)).status_code == 200
    assert model.asked == []
