"""Articles and suggestions over HTTP: a write is seen at once, groups see their own, and nothing fits is said."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient

E4_ZH = {"title": "空调显示E4", "body": "E4是制冷剂不足保护。请联系师傅检漏并补充冷媒。", "locale": "zh-CN"}
E2_EN = {"title": "Washer shows E2", "body": "E2 means it does not drain. Clean the pump filter.", "locale": "en-US"}


@pytest.fixture
def stocked_client(api_client: TestClient) -> TestClient:
    """Put two articles in, and some that are about other things."""
    api_client.put("/v1/articles/e4-zh", json=E4_ZH)
    api_client.put("/v1/articles/e2-en", json=E2_EN)
    for number, text in enumerate(
        ("退货政策：七天无理由。", "路由器的安装步骤。", "The dryer is loud.", "Ice in the fridge.")
    ):
        api_client.put(f"/v1/articles/other-{number}", json={"title": text[:6], "body": text})
    return api_client


@pytest.mark.parametrize(
    ("question", "article_id"),
    [("空调显示E4怎么办", "e4-zh"), ("My washer shows E2 and does not drain", "e2-en")],
)
def test_the_right_article_comes_first_with_its_citation(
    stocked_client: TestClient, question: str, article_id: str
) -> None:
    body = stocked_client.post("/v1/suggestions", json={"question": question}).json()
    best = body["suggestions"][0]
    assert (body["abstained"], best["article_id"]) == (False, article_id)
    article = stocked_client.get(f"/v1/articles/{article_id}").json()
    for citation in best["citations"]:
        assert article["body"][citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("question", ["请问去火星的航班几点起飞", "Who won the chess tournament in Reykjavik?"])
def test_nothing_fits_is_said(stocked_client: TestClient, question: str) -> None:
    body = stocked_client.post("/v1/suggestions", json={"question": question}).json()
    assert (body["abstained"], body["answer"]) == (True, None)


def test_a_write_is_seen_by_the_next_search(stocked_client: TestClient) -> None:
    changed = {**E4_ZH, "body": "E4请更换压缩机。"}
    assert stocked_client.put("/v1/articles/e4-zh", json=E4_ZH).json()["result"] == "unchanged"
    assert stocked_client.put("/v1/articles/e4-zh", json=changed).json()["result"] == "updated"
    asked = stocked_client.post("/v1/suggestions", json={"question": "空调显示E4"}).json()
    assert "压缩机" in asked["suggestions"][0]["passage"]
    assert stocked_client.delete("/v1/articles/e4-zh").status_code == 204
    asked = stocked_client.post("/v1/suggestions", json={"question": "空调显示E4"}).json()
    assert "e4-zh" not in [suggestion["article_id"] for suggestion in asked["suggestions"]]


def test_an_article_for_a_group_is_hidden_from_others(stocked_client: TestClient) -> None:
    secret = {"title": "E7内部维修手册", "body": "E7内部：短接端子三。", "allowed": ["technicians"]}
    stocked_client.put("/v1/articles/secret", json=secret)

    def found(groups: list[str]) -> bool:
        request = {"question": "E7内部维修手册", "filters": {"groups": groups}}
        body = stocked_client.post("/v1/suggestions", json=request).json()
        return "secret" in [suggestion["article_id"] for suggestion in body["suggestions"]]

    assert (found([]), found(["agents"]), found(["technicians"])) == (False, False, True)


def test_a_prefill_asks_by_its_own_words(stocked_client: TestClient) -> None:
    request = {"ticket_id": "T-1", "messages": [{"text": "我家空调显示E4，不制冷"}]}
    draft = stocked_client.post("/v1/prefill", json=request).json()
    for subject in ({"prefill_id": draft["id"]}, {"ticket_id": "T-1"}):
        body = stocked_client.post("/v1/suggestions", json=subject).json()
        assert body["suggestions"][0]["article_id"] == "e4-zh"


@pytest.mark.parametrize(
    ("request_body", "status"),
    [
        ({}, 422),
        ({"question": "E4", "ticket_id": "T-1"}, 422),
        ({"question": ""}, 422),
        ({"question": "水" * 20_000}, 413),
        ({"question": "E4", "top_k": 0}, 422),
        ({"question": "E4", "filters": {"kb": "../../etc/passwd"}}, 422),
        ({"prefill_id": "nobody"}, 404),
        ({"ticket_id": "没有"}, 404),
    ],
)
def test_a_wrong_question_is_a_problem(api_client: TestClient, request_body: dict[str, object], status: int) -> None:
    response = api_client.post("/v1/suggestions", json=request_body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


def test_import_takes_jsonl_and_lists_what_it_cannot(api_client: TestClient) -> None:
    lines = [{"id": "a", **E4_ZH}, {"id": "b", "title": "no body"}, {"id": "c", **E2_EN}]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    headers = {"Content-Type": "application/x-ndjson"}
    report = api_client.post("/v1/articles/import", content=content, headers=headers).json()
    assert (report["indexed"], len(report["rejected"])) == (2, 1)
    assert "/tmp" not in report["rejected"][0]["reason"]
    assert api_client.get("/v1/articles").json() == ["a", "c"]


def test_import_takes_files_of_several_formats(api_client: TestClient) -> None:
    files = [
        ("files", ("e4.md", "# 空调显示E4\n\nE4是制冷剂不足保护。\n".encode())),
        ("files", ("e2.html", b"<h1>Washer shows E2</h1><p>Clean the pump filter.</p>")),
        ("files", ("e9.exe", b"MZ")),
    ]
    report = api_client.post("/v1/articles/import", files=files).json()
    assert (report["indexed"], [entry["index"] for entry in report["rejected"]]) == (2, [2])


def test_templates_are_listed_read_and_written(api_client: TestClient) -> None:
    own = {
        "type": "object",
        "properties": {"order": {"x-extract": {"field": "order_number", "required": True}}},
    }
    assert api_client.put("/v1/templates/own", json=own).status_code == 200
    assert {"own", "appliance_repair"} <= set(api_client.get("/v1/templates").json())
    assert api_client.get("/v1/templates/own").json()["schema"] == own
    request = {"template": "own", "messages": [{"text": "订单号20250618936"}]}
    draft = api_client.post("/v1/prefill", json=request).json()
    assert (draft["template"], draft["fields"]["order"]["value"]) == ("own", "20250618936")
    broken = api_client.put("/v1/templates/own", json={"type": "object", "properties": {}})
    assert broken.json()["type"] == "/problems/template_invalid"
