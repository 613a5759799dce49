"""The ask pages over HTTP: cited answers, an honest no, and articles that hold nothing that runs."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HX = {"HX-Request": "true"}


def put_article(client: TestClient, key: str, article_id: str, **article: object) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    assert client.put(f"/v1/articles/{article_id}", json=article, headers=headers).status_code in (200, 201)


@pytest.mark.parametrize(
    ("question", "title", "body", "cited"),
    [
        ("洗衣机显示E2不排水怎么办", "洗衣机显示 E2、不排水", "E2 表示没有排完水。清洗过滤器。", "E2 表示没有排完水。"),
        ("The washing machine does not drain, E2", "Washing machine shows E2 and does not drain",
         "E2 means the machine does not drain. Clean the drain filter.", "E2 means the machine does not drain."),
    ],
)  # fmt: skip
def test_a_question_is_answered_with_the_sentence_marked(
    console_client: TestClient, console_key: str, question: str, title: str, body: str, cited: str
) -> None:
    put_article(console_client, console_key, "e2", title=title, body=body)
    html = console_client.get("/console/ask", params={"question": question}).text
    assert title in html
    assert cited in re.sub("</?mark>", "", html)
    assert "<mark>" in html


def test_a_question_about_something_else_finds_nothing_and_lets_people_look(
    console_client: TestClient, console_key: str
) -> None:
    put_article(
        console_client,
        console_key,
        "e2",
        title="Washing machine shows E2",
        body="Clean the drain filter of the machine.",
    )
    html = console_client.get("/console/ask", params={"question": "Who won the chess tournament in Reykjavik?"}).text
    assert "Nothing fits" in html


def test_an_empty_knowledge_base_says_how_to_fill_it(api_app: FastAPI, api_key: str) -> None:
    client = TestClient(api_app, headers={"Origin": "http://testserver", "Accept-Language": "en-US"})
    client.post("/console/sign-in", data={"key": api_key}, follow_redirects=False)
    html = client.get("/console/ask", params={"question": "E2"}).text
    assert "beforehand index" in html


def test_htmx_gets_the_answers_only(console_client: TestClient) -> None:
    html = console_client.get("/console/ask", params={"question": "qwerty"}, headers=HX).text
    assert "<html" not in html
    assert "Nothing fits" in html


def test_an_article_shows_its_cited_sentence_and_hostile_markup_as_text(
    console_client: TestClient, console_key: str
) -> None:
    put_article(console_client, console_key, "h1", title=HOSTILE, body=f"First. {HOSTILE}")
    html = console_client.get("/console/articles/h1", params={"start": 0, "end": 6}).text
    assert '<mark id="cited">First.</mark>' in html
    assert "<script>alert" not in html


def test_an_article_for_a_group_is_not_open_to_everybody(console_client: TestClient, console_key: str) -> None:
    put_article(console_client, console_key, "s1", title="Staff", body="For staff only.", allowed=["staff"])
    assert console_client.get("/console/articles/s1").status_code == 404


def test_what_a_person_thinks_of_a_suggestion_is_kept(
    console_client: TestClient, console_app: FastAPI, console_key: str
) -> None:
    put_article(console_client, console_key, "e2", title="Washing machine shows E2", body="E2 means it does not drain.")
    html = console_client.get("/console/ask", params={"question": "washing machine E2 does not drain"}).text
    (suggestion_id,) = set(re.findall(r'name="suggestion_id" value="(\w+)"', html))
    before = console_app.state.store.drafts.feedback_count()
    form = {"suggestion_id": suggestion_id, "article_id": "e2", "action": "helpful"}
    assert console_client.post("/console/feedback", data=form, headers=HX).status_code == 200
    assert console_app.state.store.drafts.feedback_count() == before + 1


@pytest.mark.parametrize(
    ("change", "status"), [({"action": "accepted"}, 422), ({"action": "x"}, 422), ({"suggestion_id": "none"}, 404)]
)
def test_feedback_that_fits_nothing_is_refused(console_client: TestClient, change: dict[str, str], status: int) -> None:
    form = {"suggestion_id": "s1", "article_id": "e2", "action": "helpful", **change}
    assert console_client.post("/console/feedback", data=form, headers=HX).status_code == status
