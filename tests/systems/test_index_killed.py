"""`beforehand index` is killed again and again; the run that is left alone ends where one undisturbed run does."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nlp import KnowledgeBase
from nlp.records import Article
from tests.systems.rt import wait_until

pytestmark = pytest.mark.systems

FILES = 1_600
"""Eight batches of articles (nlp.sources.ingest.BATCH), each written whole or not at all."""
LIMIT_S = 120.0
TEXTS = (
    "# 第{0}号设备 E{0}\n\n第{0}号传感器断线：断电五分钟，再更换第{0}号传感器。\n",
    "# Device {0} shows E{0}\n\nSensor {0} is broken: unplug for {0} s, then replace it.\n",
)


def command(folder: Path, data_dir: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "api", "index", str(folder), "--data-dir", str(data_dir), "--json"]


def written(data_dir: Path) -> int:
    """Return how many articles stand in the base; 0 before there is one."""
    path = data_dir / "kb" / "default.sqlite3"
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'articles'").fetchone()[0]
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0]) if tables else 0


def kill_after(folder: Path, data_dir: Path, *, articles: int) -> int:
    """Index until more than so many articles stand, then kill -9; return how many stand."""
    with subprocess.Popen(command(folder, data_dir), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_until(
            lambda: process.poll() is not None or written(data_dir) > articles, "a batch is written", limit_s=LIMIT_S
        )
        assert process.poll() is None, (process.communicate(), "it ended before it could be killed")
        os.kill(process.pid, signal.SIGKILL)
    return written(data_dir)


def finish(folder: Path, data_dir: Path) -> dict[str, int]:
    done = subprocess.run(command(folder, data_dir), capture_output=True, check=True)
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def held(data_dir: Path) -> tuple[dict[str, Article | None], int]:
    """Return the articles, and how many passages have a vector."""
    with KnowledgeBase(data_dir / "kb" / "default.sqlite3") as base:
        articles = {article_id: base.get(article_id) for article_id in base.article_ids()}
        passages = base.counts().passages
    with closing(sqlite3.connect(data_dir / "kb" / "default.sqlite3")) as connection:
        (vectors,) = connection.execute("SELECT count(DISTINCT passage) FROM vectors").fetchone()
        (orphans,) = connection.execute(
            "SELECT count(*) FROM vectors WHERE passage NOT IN (SELECT number FROM passages)"
        ).fetchone()
    assert (vectors, orphans) == (passages, 0)
    return articles, vectors


def test_killed_index_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder, data_dir, other = tmp_path / "manual", tmp_path / "killed", tmp_path / "undisturbed"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:04}.md").write_text(TEXTS[number % 2].format(number), encoding="utf-8")
    first = kill_after(folder, data_dir, articles=0)
    (folder / "0000.md").write_text("# E0\n\nChanged between two runs.\n", encoding="utf-8")
    (folder / "0001.md").unlink()
    # One file less moves the batches by one: more than that one article is another batch, so those before it are read.
    second = kill_after(folder, data_dir, articles=first + 1)
    assert 0 < first < second < FILES
    counts = finish(folder, data_dir)
    assert counts["files_unchanged"] > 0  # what was read before is not read again
    assert counts["files_unchanged"] + counts["files_read"] == FILES - 1
    finish(folder, other)
    assert held(data_dir) == held(other)
    again = finish(folder, data_dir)
    assert (again["files_read"], again["indexed"], again["updated"], again["deleted"]) == (0, 0, 0, 0)
