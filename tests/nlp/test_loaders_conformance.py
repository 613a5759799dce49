"""Every file in nlp/loaders keeps the contract of a loader; a new one is tested by being there.

A sample of each format stands in SAMPLES below: what a person would save, holding the same text.
"""

from __future__ import annotations

import io
import pkgutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import nlp.loaders
from nlp.records import Article, ArticleRejected
from nlp.sources.article_file import MAX_FILE_BYTES
from nlp.sources.sources import load_articles, loaders

ANSWER = "E4 means a sensor fault. 请断电五分钟。"


def docx(document: str = "") -> bytes:
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = document or (
        f'<w:document xmlns:w="{namespace}"><w:body>'
        '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>E4 故障</w:t></w:r></w:p>'
        f"<w:p><w:r><w:t>{ANSWER}</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>E4</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>sensor</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", body)
    return packed.getvalue()


def pdf(text: str = "E4 means a sensor fault.") -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, text) for number, text in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 6>>\n%%EOF"


SAMPLES: dict[str, Callable[[], bytes]] = {
    "csv_kb": lambda: f"问题,答案\nE4 故障,{ANSWER}\nE5 fault,Call us.\n".encode(),
    "docx_kb": docx,
    "html_kb": lambda: (
        f"<html lang=zh><title>E4 故障</title><nav>menu</nav><h1>E4</h1><p>{ANSWER}</p><script>x<y</script>".encode()
    ),
    "jsonl_kb": lambda: f'{{"id": 4, "title": "E4 故障", "body": "{ANSWER}", "allowed": ["staff"]}}\n'.encode(),
    "markdown_kb": lambda: f"---\nid: e4\ntags: [空调, ac]\nallowed: staff\n---\n# E4 故障\n\n{ANSWER}\n".encode(),
    "pdf_kb": pdf,
}
LOADERS = sorted(module.name for module in pkgutil.iter_modules(nlp.loaders.__path__) if module.name.endswith("_kb"))
SUFFIXES = sorted(loaders())


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def split(path: Path) -> tuple[list[Article], list[ArticleRejected]]:
    rejected: list[ArticleRejected] = []
    return list(load_articles(path, on_rejected=rejected.append)), rejected


def suffix_of(name: str) -> str:
    return next(suffix for suffix in SUFFIXES if getattr(loaders()[suffix], "__name__", "").endswith(name))


@pytest.mark.parametrize("name", LOADERS)
def test_sample_loads(name: str, tmp_path: Path) -> None:
    articles, rejected = split(saved(tmp_path, f"sample{suffix_of(name)}", SAMPLES[name]()))
    assert rejected == []
    assert articles
    assert "E4 means a sensor fault." in articles[0].body
    assert all(article.id and article.body.strip() for article in articles)
    assert len({article.id for article in articles}) == len(articles)


@pytest.mark.parametrize("name", LOADERS)
def test_suffixes_are_lower_case_with_a_dot(name: str) -> None:
    suffix = suffix_of(name)
    assert suffix == suffix.lower()
    assert suffix.startswith(".")


HOSTILE = {
    "empty": b"",
    "blank": b" \n\t\n",
    "zeros": b"\0" * 5000,
    "noise": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_hostile_file_is_rejected_by_name(suffix: str, content: bytes, tmp_path: Path) -> None:
    articles, rejected = split(saved(tmp_path, f"bad{suffix}", content))
    assert articles == []
    assert rejected
    assert f"bad{suffix}" in str(rejected[0])


@pytest.mark.parametrize("name", LOADERS)
def test_cut_file_never_raises_anything_else(name: str, tmp_path: Path) -> None:
    content = SAMPLES[name]()
    for cut in range(0, len(content), 17):
        articles, rejected = split(saved(tmp_path, f"cut{suffix_of(name)}", content[:cut]))
        assert articles or rejected


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_huge_file_is_rejected(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"huge{suffix}"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    articles, rejected = split(path)
    assert articles == []
    assert rejected


def test_folder_is_walked_in_name_order_and_ids_are_paths(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    saved(tmp_path, "b.md", b"two")
    saved(tmp_path, "a.html", b"<p>one")
    saved(tmp_path, "picture.png", b"no article")
    saved(tmp_path / "sub", "b.md", b"three")
    saved(tmp_path / ".git", "c.md", b"hidden")
    articles, rejected = split(tmp_path)
    assert rejected == []
    assert [article.id for article in articles] == ["a.html", "b.md", "sub/b.md"]


def test_first_of_two_articles_with_one_id_is_kept(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        saved(tmp_path, name, f"---\nid: same\n---\n{name}".encode())
    articles, rejected = split(tmp_path)
    assert [article.body for article in articles] == ["a.md"]
    assert "same" in str(rejected[0])


@pytest.mark.parametrize("name", ["nowhere", "file.xyz"])
def test_what_cannot_be_loaded_is_raised_without_a_listener(name: str, tmp_path: Path) -> None:
    saved(tmp_path, "file.xyz", b"text")
    with pytest.raises(ArticleRejected, match=name):
        list(load_articles(tmp_path / name))
