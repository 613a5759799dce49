"""Front matter is read, a heading gives the title, YAML is kept on a short lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.loaders.markdown_kb import load
from nlp.records import Article, ArticleRejected


def loaded(folder: Path, text: str) -> Article | ArticleRejected:
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    (found,) = load(path)
    return found


def test_front_matter_is_read(tmp_path: Path) -> None:
    text = (
        "---\nid: 7\ntitle: 漏水\ntags: [a, 空调]\nallowed: 坐席，staff\nlocale: zh-CN\nurl: https://kb/7\n---\n正文\n"
    )
    assert loaded(tmp_path, text) == Article(
        "7", "漏水", "正文", "zh-CN", ("a", "空调"), ("坐席", "staff"), "https://kb/7"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# E4 故障 #\n正文", "E4 故障"),
        ("Intro.\n\n## Second\n", "Second"),
        ("no heading", "page"),
        ("---\nrule, no end", "page"),
    ],
)
def test_title_is_the_first_heading_or_the_name(tmp_path: Path, text: str, title: str) -> None:
    found = loaded(tmp_path, text)
    assert isinstance(found, Article)
    assert found.title == title


@pytest.mark.parametrize(
    "front",
    ["title: [unclosed", "- a list", "a: &a [x]\nid: [*a, *a]", "tags: {a: b}"],
)
def test_wrong_front_matter_is_rejected(tmp_path: Path, front: str) -> None:
    found = loaded(tmp_path, f"---\n{front}\n---\nbody")
    assert isinstance(found, ArticleRejected)
    assert "page.md" in str(found)
