"""Questions and answers by column name, in both languages; a bad row is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.loaders.csv_kb import load
from nlp.records import Article, ArticleRejected


def load_table(folder: Path, text: str) -> list[Article | ArticleRejected]:
    path = folder / "faq.csv"
    path.write_text(text, encoding="utf-8")
    return list(load(path))


@pytest.mark.parametrize(
    "text",
    [
        '编号,问题,答案\n7,怎么复位,"按住,五秒"\n',
        "\ufeffid;Question;Answer;owner\n7;怎么复位;按住,五秒;me\n",
        "id\ttitle\tbody\n7\t怎么复位\t按住,五秒\n\n",
    ],
    ids=["zh", "en-semicolon-bom", "tabs"],
)
def test_columns_are_found_by_name(tmp_path: Path, text: str) -> None:
    assert load_table(tmp_path, text) == [Article("7", "怎么复位", "按住,五秒")]


def test_row_without_answer_is_named_and_the_others_load(tmp_path: Path) -> None:
    first, second = load_table(tmp_path, "question,answer\nhow,\nwhy,because\n")
    assert isinstance(first, ArticleRejected)
    assert "faq.csv:2" in str(first)
    assert second == Article("", "why", "because")


def test_table_of_something_else_is_rejected(tmp_path: Path) -> None:
    (found,) = load_table(tmp_path, "device,model\n1,2\n")
    assert isinstance(found, ArticleRejected)
