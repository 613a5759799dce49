"""What an index holds is what its sources hold: after any edits, moves, deletions, bad files and kills."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.records import Article, ArticleRejected
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.ledger import Ledger
from nlp.sources.ingest import SourceReport, bring_up_to_date, forget_source
from nlp.sources.source import open_source
from nlp.sources.sources import is_loadable


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "kb.sqlite3") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "manual"
    path.mkdir()
    return path


def index(base: KnowledgeBase, path: Path, name: str = "") -> tuple[SourceReport, list[str]]:
    rejected: list[ArticleRejected] = []
    with open_source(path, name=name, wanted=is_loadable) as source:
        return bring_up_to_date(base, source, on_rejected=rejected.append), list(map(str, rejected))


def bodies(base: KnowledgeBase) -> dict[str, str]:
    held = {article_id: base.get(article_id) for article_id in base.article_ids()}
    return {article_id: article.body for article_id, article in held.items() if article is not None}


def rows(path: Path, *articles: tuple[str, str]) -> None:
    lines = (json.dumps({"id": name, "title": name, "body": body}, ensure_ascii=False) for name, body in articles)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_unchanged_files_are_not_read_again(base: KnowledgeBase, folder: Path) -> None:
    (folder / "e4.md").write_text("# E4\n传感器故障。", encoding="utf-8")
    (folder / "e5.md").write_text("# E5\nLow pressure.", encoding="utf-8")
    assert index(base, folder)[0].read == 2
    (folder / "e5.md").write_text("# E5\nHigh pressure.", encoding="utf-8")
    report, _ = index(base, folder)
    assert (report.read, report.skipped, report.index.updated, report.index.unchanged) == (1, 1, 1, 1)


def test_what_is_deleted_or_renamed_is_deleted_and_renamed(base: KnowledgeBase, folder: Path) -> None:
    rows(folder / "faq.jsonl", ("1", "甲"), ("2", "two"))
    (folder / "a.md").write_text("a", encoding="utf-8")
    index(base, folder)
    rows(folder / "faq.jsonl", ("2", "two"))
    (folder / "a.md").rename(folder / "b.md")
    report, _ = index(base, folder)
    assert (bodies(base), report.index.deleted) == ({"2": "two", "b.md": "a"}, 2)


def test_bad_file_keeps_its_last_good_articles_and_says_so(base: KnowledgeBase, folder: Path) -> None:
    rows(folder / "faq.jsonl", ("1", "甲"), ("2", "two"))
    index(base, folder)
    (folder / "faq.jsonl").write_text('{"id": "1", "title": "t", "body": "乙"}\n{"id": ', encoding="utf-8")
    for _ in range(2):  # told again although the file is not read again
        report, rejected = index(base, folder)
        assert bodies(base) == {"1": "乙", "2": "two"}
        assert "no JSON" in " ".join(rejected)
        assert "kept as they were" in " ".join(rejected)
    assert report.skipped == 1
    rows(folder / "faq.jsonl", ("1", "丙"))
    assert index(base, folder)[1] == []
    assert bodies(base) == {"1": "丙"}


def test_missing_folder_deletes_nothing(base: KnowledgeBase, folder: Path) -> None:
    (folder / "a.md").write_text("a", encoding="utf-8")
    index(base, folder)
    shutil.rmtree(folder)
    _, rejected = index(base, folder)
    assert "no such file or folder" in rejected[0]
    assert bodies(base) == {"a.md": "a"}


def test_one_id_in_two_sources_is_the_first_ones_until_it_lets_go(base: KnowledgeBase, tmp_path: Path) -> None:
    for name, body in (("one", "first"), ("two", "second")):
        (tmp_path / name).mkdir()
        rows(tmp_path / name / "faq.jsonl", ("x", body))
    index(base, tmp_path / "one")
    _, rejected = index(base, tmp_path / "two")
    assert (bodies(base), len(rejected), "faq.jsonl" in rejected[0]) == ({"x": "first"}, 1, True)
    (tmp_path / "one" / "faq.jsonl").unlink()
    index(base, tmp_path / "one")
    assert bodies(base) == {"x": "second"}
    (tmp_path / "two" / "faq.jsonl").unlink()
    index(base, tmp_path / "two")
    assert bodies(base) == {}


def test_forgotten_source_takes_only_what_it_alone_gives(base: KnowledgeBase, tmp_path: Path) -> None:
    for name, articles in (("one", (("x", "1"), ("y", "1"))), ("two", (("x", "2"),))):
        (tmp_path / name).mkdir()
        rows(tmp_path / name / "faq.jsonl", *articles)
        index(base, tmp_path / name, name)
    base.put(Article("loose", "", "by hand"))
    assert forget_source(base, "one") == 1
    assert bodies(base) == {"x": "2", "loose": "by hand"}
    assert [known.name for known in Ledger(base.connections).sources()] == ["two"]
    assert forget_source(base, "one") is None


def test_article_changed_behind_the_ledgers_back_is_put_right(base: KnowledgeBase, folder: Path) -> None:
    rows(folder / "faq.jsonl", ("x", "right"), ("y", "also right"))
    index(base, folder)
    base.put(Article("x", "x", "wrong"))
    base.delete("y")
    index(base, folder)
    assert bodies(base) == {"x": "right", "y": "also right"}


def test_index_from_before_the_ledger_is_taken_over(base: KnowledgeBase, folder: Path) -> None:
    base.put_many([Article("gone", "", "old"), Article("kept.md", "", "old")], source=str(folder.resolve()))
    (folder / "kept.md").write_text("new", encoding="utf-8")
    index(base, folder)
    assert bodies(base) == {"kept.md": "new"}


FILES = ("a.jsonl", "b.jsonl", "c.jsonl")
EDIT = st.tuples(
    st.sampled_from(("one", "two")),
    st.sampled_from(FILES),
    st.none() | st.dictionaries(st.sampled_from("xyz"), st.sampled_from(("1", "2")), min_size=1),
)


@given(st.lists(st.lists(EDIT, max_size=4), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_after_any_edits_the_index_is_as_if_made_anew(
    rounds: list[list[tuple[str, str, dict[str, str] | None]]],
) -> None:
    held: dict[str, dict[str, dict[str, str]]] = {"one": {}, "two": {}}
    with tempfile.TemporaryDirectory() as scratch, KnowledgeBase(Path(scratch) / "kb.sqlite3") as base:
        for source in held:
            (Path(scratch) / source).mkdir()
            (Path(scratch) / source / "always.md").write_text(source, encoding="utf-8")
            index(base, Path(scratch) / source, source)
        for edits in rounds:
            for source, name, articles in edits:
                path = Path(scratch) / source / name
                path.unlink(missing_ok=True)
                held[source].pop(name, None)
                if articles is not None:
                    rows(path, *articles.items())
                    held[source][name] = articles
            for source in held:
                index(base, Path(scratch) / source, source)
            wanted = {"always.md": "one"}
            for source in ("two", "one"):
                for name in sorted(held[source], reverse=True):
                    wanted.update(held[source][name])
            assert bodies(base) == wanted


KILLED = """
import os, signal, sys
from pathlib import Path
from nlp.sources import ingest
from nlp.search.knowledge_base import KnowledgeBase
from nlp.sources.source import open_source
from nlp.sources.sources import is_loadable
ingest.BATCH = 3
left = int(sys.argv[3])
class Dying(KnowledgeBase):
    def put_many(self, articles, *, source=""):
        global left
        left -= 1
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
        report = super().put_many(articles, source=source)
        left -= 1
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
        return report
with open_source(Path(sys.argv[2]), wanted=is_loadable) as source:
    ingest.bring_up_to_date(Dying(Path(sys.argv[1])), source, on_rejected=print)
"""


@pytest.mark.parametrize("steps", [1, 4], ids=["before a write", "after a write"])
def test_killed_index_goes_on_and_leaves_no_orphan(tmp_path: Path, folder: Path, steps: int) -> None:
    for number in range(10):
        (folder / f"{number}.md").write_text(f"body {number}", encoding="utf-8")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "kb.sqlite3"), str(folder), str(steps)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (folder / "1.md").unlink()  # claimed, perhaps put, before the kill
    with KnowledgeBase(tmp_path / "kb.sqlite3") as base:
        before = len(bodies(base))
        report, _ = index(base, folder)
        assert bodies(base) == {f"{number}.md": f"body {number}" for number in range(10) if number != 1}
        assert report.index.added == 9 - max(0, before - 1)
        assert index(base, folder)[0].read == 0
