"""What nobody answered is a gap until an article does; what people call outdated is listed until somebody looks."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

ASKED = ("耳机连不上手机", "蓝牙耳机连不上手机怎么办 电话13800138000", "does the kettle come in green")
BODY = "E4 表示缺水。请加水后重启。"


@pytest.fixture
def desk(api_client: TestClient) -> TestClient:
    assert api_client.put("/v1/articles/e4", json={"title": "显示 E4 怎么办", "body": BODY}).status_code in (200, 201)
    for question in ASKED:
        assert api_client.post("/v1/suggestions", json={"question": question}).json()["abstained"]
    return api_client


def say(desk: TestClient, action: str) -> str:
    suggestions = desk.post("/v1/suggestions", json={"question": "显示E4怎么办"}).json()
    body = {"suggestion_id": suggestions["id"], "article_id": "e4", "action": action}
    assert desk.post("/v1/feedback", json=body).status_code == 201
    return str(suggestions["id"])


def test_unanswered_questions_are_gaps_without_personal_data(desk: TestClient) -> None:
    gaps = desk.get("/v1/knowledge/gaps").json()["gaps"]
    assert [gap["count"] for gap in gaps] == [2, 1]
    assert gaps[0]["reasons"] == {"unanswered": 2}
    assert "13800138000" not in str(gaps)
    assert "13800138000" not in desk.get("/v1/knowledge/gaps?format=csv").text


def test_a_gap_that_an_article_fills_says_so(desk: TestClient) -> None:
    article = {"title": "耳机连不上手机", "body": "长按耳机按键五秒，重新配对蓝牙。"}
    desk.put("/v1/articles/pair", json=article)
    gaps = desk.get("/v1/knowledge/gaps").json()["gaps"]
    assert {gap["answered_by"] for gap in gaps} == {"pair", ""}


@pytest.mark.parametrize(("action", "count"), [("not_relevant", 3), ("incorrect", 3), ("used", 2), ("outdated", 2)])
def test_what_people_refused_is_a_gap_and_what_they_used_is_none(desk: TestClient, action: str, count: int) -> None:
    say(desk, action)
    assert len(desk.get("/v1/knowledge/gaps").json()["gaps"]) == count


def test_an_outdated_article_is_marked_until_it_changes_or_somebody_looked(desk: TestClient) -> None:
    def stale() -> list[str]:
        return [one["article_id"] for one in desk.get("/v1/knowledge/stale").json()["articles"]]

    def is_marked() -> bool:
        found = desk.post("/v1/suggestions", json={"question": "显示E4怎么办"}).json()["suggestions"][0]
        return bool(found["outdated"])

    say(desk, "outdated")
    assert (stale(), is_marked()) == (["e4"], True)
    assert desk.delete("/v1/knowledge/stale/e4").status_code == 204
    assert (stale(), is_marked()) == ([], False)
    say(desk, "outdated")
    desk.put("/v1/articles/e4", json={"title": "显示 E4 怎么办", "body": BODY + "不要空烧。"})
    assert (stale(), is_marked()) == ([], False)
    assert desk.get("/v1/knowledge/stale?format=csv").headers["content-type"].startswith("text/csv")
