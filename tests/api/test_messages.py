"""Every problem and warning is said in Chinese and in English, by the reader's choice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.errors import LANGUAGES, PROBLEM_KINDS, words

KEYS = re.compile(r"""say\(\s*f?"([a-z_]+\.[a-z_]+)\"""")
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_both_tables_hold_the_same_messages_with_the_same_holes() -> None:
    assert words("zh").table.keys() == words("en").table.keys()
    holes = {language: {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in words(language).table.items()}
             for language in LANGUAGES}  # fmt: skip
    wider = {key for key in holes["en"] if holes["en"][key] != holes["zh"][key]}
    # English quotes what an engine said in English; Chinese says it itself.
    assert {key for key in wider if words("en").table[key] != "{original}"} == set()


def test_each_table_is_in_its_language() -> None:
    assert [key for key, text in words("en").table.items() if CHINESE.search(text)] == []
    holes = {"detail.not_fitting", "detail.http", "detail.twofold", "doctor.python", "doctor.library", "warning.retake"}
    commands = {"fix.library", "fix.no_keys", "fix.no_catalogue"}
    assert [
        key for key, text in words("zh").table.items() if not CHINESE.search(text) and key not in holes | commands
    ] == []


def test_every_kind_of_problem_has_a_title_and_a_way_out() -> None:
    table = words("zh").table
    assert [name for name in PROBLEM_KINDS if f"title.{name}" not in table or f"fix.{name}" not in table] == []


def test_everything_that_is_said_stands_in_the_tables(root: Path) -> None:
    said = {key for path in (root / "api").rglob("*.py") for key in KEYS.findall(path.read_text(encoding="utf-8"))}
    assert len(said) > 40
    assert said - words("zh").table.keys() == set()


BAD = [
    pytest.param("/v1/prefill", {"json": {}}, "detail", "没有消息", "Neither messages", id="nothing given"),
    pytest.param("/v1/prefill", {"json": {"messages": 3}}, "detail", "必须是数组", "must be an array", id="schema"),
    pytest.param("/v1/prefill", {"files": {"files": ("a.wav", b"")}}, "detail", "没有任何内容", "no bytes", id="empty"),
    pytest.param("/v1/prefill", {"files": {"files": ("a.png", b"\x89PNG\r\n\x1a\n")}}, "title", "已损坏", "broken",
                 id="broken"),
    pytest.param("/v1/prefill", {"json": {"template": "x", "messages": [{"text": "E4"}]}}, "title", "没有这个模板",
                 "No such template", id="template"),
    pytest.param("/v1/telemetry", {"content": b"{", "headers": {"Content-Type": "application/json"}}, "detail",
                 "请求体不是 JSON", "The body is not JSON", id="telemetry"),
    pytest.param("/v1/nothing", {}, "fix", "请检查地址", "Check the address", id="address"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "call", "part", "zh", "en"), BAD)
def test_a_problem_is_said_in_the_callers_language(
    api_client: TestClient, path: str, call: dict[str, object], part: str, zh: str, en: str
) -> None:
    for language, expected in (("zh-CN,zh;q=0.9,en;q=0.8", zh), ("en-GB,en;q=0.9", en)):
        headers = {**dict(call.get("headers", {})), "Accept-Language": language}  # type: ignore[call-overload]
        answer = api_client.post(path, **{**call, "headers": headers})  # type: ignore[arg-type]
        assert expected in answer.json()[part], answer.json()
        assert answer.headers["content-language"][:2] == language[:2]


def test_a_problem_is_said_in_the_houses_language_where_the_caller_does_not_say(api_client: TestClient) -> None:
    assert api_client.get("/v1/nothing").json()["title"] == "此地址没有内容"


def test_a_too_large_body_is_said_in_the_callers_language(api_client: TestClient) -> None:
    headers = {"Content-Length": str(10**10), "Accept-Language": "en", "Content-Type": "application/json"}
    assert api_client.post("/v1/suggestions", content=b"{}", headers=headers).json()["title"] == "The body is too large"


@pytest.mark.parametrize(
    ("locale", "expected"), [("zh-CN", "请重拍：字太小"), ("en-US", "please retake: the print is too small")]
)
def test_a_warning_is_said_in_the_locale_of_the_request(locale: str, expected: str) -> None:
    from api.prefill.caveats import warnings_of
    from api.prefill.hear import Heard
    from api.schemas.ops import EngineState
    from vision.records import Page

    page = Page(
        name="a.png",
        page=0,
        width_px=9,
        height_px=9,
        rotation=0,
        lines=(),
        codes=(),
        quality=("too_small",),
        engine="x",
    )
    speech = EngineState(name="speech", engine="x", rung="given")
    (warning,) = warnings_of(Heard(pages=[page]), speech=speech, broken=(), records=())
    assert expected in words("zh" if locale == "zh-CN" else "en").said(warning)
