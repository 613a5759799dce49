"""A file is read in the encoding that it was saved in, whether it says so or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.records import Article
from nlp.sources.sources import load_articles

ZH = "空调显示E4，请先断电五分钟，再重新通电。"
TW = "冷氣顯示E4，請先斷電五分鐘，再重新通電。"
EN = "The washer shows “E2” — don’t open the door."


def loaded(path: Path) -> Article:
    (article,) = load_articles(path)
    return article


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ZH, "gbk"), (ZH, "gb18030"), (ZH, "utf-16"), (ZH, "utf-8-sig"), (TW, "big5"), (TW, "utf-16"),
        (EN, "cp1252"), (EN, "utf-16"), (EN, "utf-16-le"), (EN, "utf-8-sig"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_text_file_is_read_in_its_encoding(tmp_path: Path, text: str, encoding: str, line_end: str) -> None:
    content = line_end.join(("---", "id: e4", "---", f"# {text}", "", text)).encode(encoding)
    (tmp_path / "a.md").write_bytes(content)
    assert loaded(tmp_path / "a.md") == Article("e4", text, f"# {text}\n\n{text}")


@pytest.mark.parametrize(("text", "encoding"), [(ZH, "gbk"), (TW, "big5"), (EN, "cp1252")])
def test_csv_of_a_spreadsheet_is_read_in_its_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "faq.csv").write_bytes(f"sep=;\r\nquestion;answer\r\n{text};{text}\r\n".encode(encoding))
    assert loaded(tmp_path / "faq.csv").body == text


@pytest.mark.parametrize(
    ("text", "declared", "encoding"), [(ZH, "gb2312", "gbk"), (TW, "big5", "big5"), (ZH, "utf-8", "gbk")]
)
def test_page_is_read_as_it_declares_or_else_as_it_is(tmp_path: Path, text: str, declared: str, encoding: str) -> None:
    markup = f'<html><head><meta charset="{declared}"><title>t</title></head><body><p>{text}</p></body></html>'
    (tmp_path / "a.html").write_bytes(markup.encode(encoding))
    assert loaded(tmp_path / "a.html").body == text


def test_row_without_an_id_keeps_it_when_others_come_and_go(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("问题,答案\n甲,一\n乙,二\n乙,三\n", encoding="utf-8")
    before = {article.body: article.id for article in load_articles(tmp_path / "faq.csv")}
    (tmp_path / "faq.csv").write_text("问题,答案\n新,零\n乙,二\n", encoding="utf-8")
    after = {article.body: article.id for article in load_articles(tmp_path / "faq.csv")}
    assert (len(set(before.values())), after["二"]) == (3, before["二"])
