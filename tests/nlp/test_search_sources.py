"""A zip, a git checkout and the copy of a website are sources, and none of them can lead out of its place."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from nlp.records import Article, ArticleRejected
from nlp.sources import zip_archive
from nlp.sources.sources import load_articles


def loaded(path: Path) -> tuple[dict[str, Article], list[ArticleRejected]]:
    rejected: list[ArticleRejected] = []
    return {article.id: article for article in load_articles(path, on_rejected=rejected.append)}, rejected


def packed(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return archive.getvalue()


def with_names_in(encoding: str, files: dict[str, bytes]) -> bytes:
    """Pack as Windows does: names in the system's code page, without saying which."""
    stand_ins = {name: f"{'N' * (len(name.encode(encoding)) - 4)}{number:04}" for number, name in enumerate(files)}
    content = packed({stand_ins[name]: body for name, body in files.items()})
    for name, stand_in in stand_ins.items():
        content = content.replace(stand_in.encode(), name.encode(encoding))
    return content


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gbk", "空调维修/故障代码说明.md"),
        ("big5", "空調維修/故障代碼說明.md"),
        ("utf-8", "空调/说明.md"),
        ("ascii", "manual/e4.md"),
    ],
)
def test_zip_is_read_with_its_names(tmp_path: Path, encoding: str, name: str) -> None:
    (tmp_path / "kb.zip").write_bytes(with_names_in(encoding, {name: "# E4\n断电。".encode(), "picture.png": b"no"}))
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert (list(articles), rejected) == ([name], [])


@pytest.mark.parametrize("name", ["../evil.md", "a/../../evil.md", "/etc/evil.md", "C:/evil.md", "..\\evil.md"])
def test_name_that_leads_out_of_a_zip_is_refused_and_the_rest_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "kb.zip").write_bytes(packed({name: b"evil", "good.md": b"good"}))
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert (list(articles), len(rejected)) == (["good.md"], 1)
    assert "压缩包之外" in rejected[0].zh
    assert [path.name for path in tmp_path.rglob("evil*")] == []


def test_bomb_is_refused_and_the_rest_read(tmp_path: Path) -> None:
    bomb = b"\0" * 60_000_000
    (tmp_path / "kb.zip").write_bytes(packed({"bomb.md": bomb, "good.md": "好".encode()}))
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert list(articles) == ["good.md"]
    assert "unpacks to more than" in str(rejected[0])


def test_huge_zip_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "kb.zip").open("wb") as file:
        file.truncate(zip_archive.MAX_ARCHIVE_BYTES + 1)
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert (articles, "larger than 500 MB" in str(rejected[0])) == ({}, True)


def test_zip_in_a_zip_is_read_and_too_deep_ones_are_told(tmp_path: Path) -> None:
    inner = packed({"deep.md": b"deep"})
    for level in range(4):
        inner = packed({f"{level}.zip": inner, f"{level}.md": b"text"})
    (tmp_path / "kb.zip").write_bytes(inner)
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert list(articles) == ["3.md", "3.zip/2.md", "3.zip/2.zip/1.md"]
    assert len(rejected) == 1


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", packed({"a.md": b"text " * 99})[:60]], ids=["empty", "no zip", "cut"]
)
def test_broken_zip_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kb.zip").write_bytes(content)
    articles, rejected = loaded(tmp_path / "kb.zip")
    assert (articles, "kb.zip" in str(rejected[0])) == ({}, True)


def test_zip_with_a_password_says_so(tmp_path: Path) -> None:
    content = bytearray(packed({"a.md": b"text"}))
    content[6] |= 1  # the flag in the entry's own header
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # and in the directory's
    (tmp_path / "kb.zip").write_bytes(bytes(content))
    assert "password" in str(loaded(tmp_path / "kb.zip")[1][0])


def test_links_and_hidden_files_of_a_zip_are_left_out(tmp_path: Path) -> None:
    archive = tmp_path / "kb.zip"
    with zipfile.ZipFile(archive, "w") as target:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(link, "/etc/passwd")
        target.writestr("__MACOSX/._a.md", "rubbish")
        target.writestr(".git/config.md", "rubbish")
        target.writestr("a.md", "text")
    assert (list(loaded(archive)[0]), loaded(archive)[1]) == (["a.md"], [])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "checkout"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "故障 E4.md").write_text("# E4", encoding="utf-8")
    (folder / "docs" / "draft.md").write_text("# ignored", encoding="utf-8")
    (folder / ".gitignore").write_text("draft.md\n", encoding="utf-8")
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("remote", "add", "origin", "https://me:secret@github.com/acme/kb.git"),
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize(("below", "name"), [("", "docs/故障 E4.md"), ("docs", "故障 E4.md")])
def test_checkout_leaves_out_what_git_ignores_and_gives_addresses(checkout: Path, below: str, name: str) -> None:
    articles, rejected = loaded(checkout / below)
    assert (list(articles), rejected) == ([name], [])
    assert articles[name].url == "https://github.com/acme/kb/blob/main/docs/%E6%95%85%E9%9A%9C%20E4.md"


def test_folder_that_a_checkout_ignores_is_read_as_a_folder(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("docs/\n", encoding="utf-8")
    assert list(loaded(checkout / "docs")[0]) == ["draft.md", "故障 E4.md"]


def test_checkout_runs_no_program_that_its_settings_name(checkout: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    subprocess.run(["git", "config", "core.fsmonitor", str(trap)], cwd=checkout, check=True)
    loaded(checkout)
    assert not (tmp_path / "sprung").exists()


PAGE = """<html lang="{lang}"><head><title>{title} - 帮助中心</title>{head}</head><body>
<div class="nav"><ul><li><a href="/">首页</a><li><a href="/a">产品</a><li><a href="/b">下载</a></ul></div>
<h1>{title}</h1><p>{text}</p></body></html>"""


def test_copy_of_a_website_gives_addresses_and_leaves_out_menus(tmp_path: Path) -> None:
    site = tmp_path / "help.example.com"
    (site / "hts-cache").mkdir(parents=True)
    (site / "zh").mkdir()
    (site / "robots.txt").write_text("User-agent: *", encoding="utf-8")
    (site / "hts-cache" / "old.html").write_text("<p>old</p>", encoding="utf-8")
    text = "请先断电五分钟，然后重新通电。"
    pages = {
        "zh/index.html": PAGE.format(lang="zh", title="空调E4", head="", text=text),
        "en.html": PAGE.format(
            lang="en",
            title="E4",
            head='<link rel="canonical" href="https://help.example.com/en/e4">',
            text="Unplug it.",
        ),
        "view.html?id=3": PAGE.format(lang="zh", title="E5", head='<meta charset="gb2312">', text=text),
    }
    for name, markup in pages.items():
        (site / name).write_bytes(markup.encode("gbk" if "gb2312" in markup else "utf-8"))
    articles, rejected = loaded(tmp_path)
    assert rejected == []
    assert {article.title: article.url for article in articles.values()} == {
        "空调E4": "https://help.example.com/zh/",
        "E4": "https://help.example.com/en/e4",
        "E5": "https://help.example.com/view.html?id=3",
    }
    assert all("首页" not in article.body for article in articles.values())
    assert articles["help.example.com/view.html?id=3"].body == f"# E5\n\n{text}"
