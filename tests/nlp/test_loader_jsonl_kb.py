"""A bad line is named, the others load."""

from __future__ import annotations

from pathlib import Path

from nlp.loaders.jsonl_kb import load
from nlp.records import Article, ArticleRejected

LINES = """{"id": "a", "title": "漏水", "body": "查排水管。", "locale": "zh-CN", "tags": ["空调"], "allowed": ["staff"]}
{"id": "b", "title": "broken
[1, 2]
{"id": "c", "title": "no body"}
{"id": {"x": 1}, "title": "t", "body": "b"}

{"id": "d", "body": "Only a body."}
"""


def test_bad_lines_are_named_and_the_others_load(tmp_path: Path) -> None:
    path = tmp_path / "kb.jsonl"
    path.write_text(LINES, encoding="utf-8")
    found = list(load(path))
    assert [one for one in found if isinstance(one, Article)] == [
        Article("a", "漏水", "查排水管。", "zh-CN", ("空调",), ("staff",)),
        Article("d", "", "Only a body."),
    ]
    rejected = [str(one) for one in found if isinstance(one, ArticleRejected)]
    assert [message.partition("kb.jsonl:")[2].split(":")[0] for message in rejected] == ["2", "3", "4", "5"]


def test_endless_nesting_is_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "kb.jsonl"
    path.write_text("[" * 200_000, encoding="utf-8")
    (rejected,) = load(path)
    assert isinstance(rejected, ArticleRejected)
