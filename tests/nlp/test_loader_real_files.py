"""Word files as python-docx writes them; front matter as site generators write it."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from nlp.loaders import docx_kb, markdown_kb
from nlp.records import Article


@pytest.mark.parametrize(
    ("title", "heading", "text", "items", "row"),
    [
        ("空调手册", "故障代码", "显示E4时请断电。", ("断电", "等待五分钟"), ("E4", "缺氟")),
        ("Washer manual", "Error codes", "At E2, unplug it.", ("Unplug", "Wait"), ("E2", "no drain")),
    ],
    ids=["zh", "en"],
)
def test_word_file_becomes_markdown(
    tmp_path: Path, title: str, heading: str, text: str, items: tuple[str, ...], row: tuple[str, str]
) -> None:
    document = docx.Document()
    document.add_heading(title, level=0)
    document.add_heading(heading, level=2)
    document.add_paragraph(text)
    for item in items:
        document.add_paragraph(item, style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for place, cell in zip(("Code", "Meaning", *row), (*table.rows[0].cells, *table.rows[1].cells), strict=True):
        cell.text = place
    document.core_properties.title = title
    document.save(str(tmp_path / "a.docx"))
    (article,) = docx_kb.load(tmp_path / "a.docx")
    listed = "\n".join(f"- {item}" for item in items)
    table_text = f"| Code | Meaning |\n| --- | --- |\n| {row[0]} | {row[1]} |"
    body = f"# {title}\n\n## {heading}\n\n{text}\n\n{listed}\n\n{table_text}"
    assert article == Article("", title, body)


@pytest.mark.parametrize(
    ("front", "wanted"),
    [
        (
            "---\nlang: zh-CN\nkeywords: [空调, E4]\npermalink: https://kb/e4\nlayout: post\n---\n",
            ("zh-CN", ("空调", "E4"), "https://kb/e4"),
        ),
        ('+++\ntitle = "E4"\nlang = "en"\n+++\n', ("en", (), "")),
        ("---\npermalink: /e4/\ndate: 2026-01-01\n---\n", ("", (), "")),
    ],
    ids=["yaml", "toml", "no host"],
)  # fmt: skip
def test_front_matter_of_site_generators_is_understood(
    tmp_path: Path, front: str, wanted: tuple[str, tuple[str, ...], str]
) -> None:
    (tmp_path / "a.md").write_text(front + "# E4\n\ntext", encoding="utf-8")
    (article,) = markdown_kb.load(tmp_path / "a.md")
    assert isinstance(article, Article)
    assert (article.title, article.locale, article.tags, article.url) == ("E4", *wanted)
