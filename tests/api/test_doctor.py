"""`doctor` and the look at the configuration before a start: everything at once, in the reader's language."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli.configuration import find_mistakes
from api.cli.doctor import examine, head_revision
from api.errors import Language, words
from api.settings import Settings
from api.store import open_store_for

Row = dict[str, str]


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api", *arguments]
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=env, timeout=120)


@pytest.fixture
def wrong_folder(tmp_path: Path) -> Path:
    """Make a data folder in which nothing is right."""
    (tmp_path / "catalogues").mkdir()
    (tmp_path / "catalogues" / "devices.csv").write_text("nothing,here\n1,2\n", encoding="utf-8")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "orders.csv").write_bytes("订单号,姓名\n1,张三\n".encode("utf-16"))
    (tmp_path / "connectors.toml").write_text(
        '[[connector]]\nname = "RT!"\nkind = "webhook"\npercentage = 200\n', encoding="utf-8"
    )
    return tmp_path


def test_every_mistake_is_found_at_once(wrong_folder: Path) -> None:
    found = find_mistakes(Settings(data_dir=wrong_folder, database_url="mysql://host/x"))
    told = " ".join(f"{mistake.where} {words('en').said(mistake.detail)}" for mistake in found)
    for expected in ("mysql", "name", "percentage", "devices.csv", "orders.csv"):
        assert expected in told
    assert all(words(language).said(mistake.fix) for mistake in found for language in ("zh", "en"))


def test_a_right_folder_has_no_mistakes(api_settings: Settings) -> None:
    assert find_mistakes(api_settings) == []


def test_a_data_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    (mistake,) = find_mistakes(Settings(data_dir=tmp_path / "taken"))
    assert "is not a folder" in words("en").said(mistake.detail)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["given", "file", "missing file", "own"])
def test_a_secret_that_cannot_be_used_is_a_mistake(tmp_path: Path, which: str, language: Language) -> None:
    named = tmp_path / ("secret" if which == "own" else "elsewhere")
    if which != "missing file":
        named.write_text("太短 short", encoding="utf-8")
    given: dict[str, Any] = {
        "given": {"secret": "short"},
        "file": {"secret_file": named},
        "missing file": {"secret_file": named},
        "own": {},
    }[which]
    (mistake,) = find_mistakes(Settings(data_dir=tmp_path, **given))
    assert "secret" in mistake.where.lower()
    assert "32" in words(language).said(mistake.fix)
    assert words(language).said(mistake.detail)


def test_looking_for_mistakes_makes_no_secret(tmp_path: Path) -> None:
    assert find_mistakes(Settings(data_dir=tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("locale", "title"), [("zh_CN.UTF-8", "服务无法启动"), ("en_US.UTF-8", "The service cannot start")]
)
def test_serve_refuses_with_all_mistakes_and_status_2(root: Path, wrong_folder: Path, locale: str, title: str) -> None:
    ran = run(
        root, "serve", "--data-dir", str(wrong_folder), LC_ALL=locale, BEFOREHAND_THREADS="0", BEFOREHAND_DRAIN_S="x"
    )
    assert ran.returncode == 2
    assert title in ran.stderr
    for expected in ("BEFOREHAND_THREADS", "BEFOREHAND_DRAIN_S", "connectors.toml", "devices.csv", "percentage"):
        assert expected in ran.stderr.replace("\n", "")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("locale", "word"), [("zh_CN.UTF-8", "还不存在"), ("C", "is not there yet")])
def test_doctor_looks_at_a_fresh_folder_and_makes_nothing(root: Path, tmp_path: Path, locale: str, word: str) -> None:
    ran = run(root, "doctor", "--json", "--data-dir", str(tmp_path / "fresh"), LC_ALL=locale)
    rows = {row["part"]: row for row in map(json.loads, ran.stdout.splitlines())}
    assert ran.returncode == 0
    assert (rows["database"]["state"], rows["speech"]["state"]) == ("degraded", "degraded")
    assert word in rows["database"]["detail"]
    assert (rows["encoder"]["state"], "minilm-l6-zh-en-tuned" in rows["encoder"]["detail"]) == ("ok", True)
    assert not (tmp_path / "fresh").exists()


def test_doctor_exits_1_where_something_is_broken(root: Path, wrong_folder: Path) -> None:
    ran = run(root, "doctor", "--json", "--data-dir", str(wrong_folder))
    broken = [json.loads(line) for line in ran.stdout.splitlines() if '"broken"' in line]
    assert ran.returncode == 1
    assert any("connectors.toml" in row["part"] for row in broken)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_doctor_names_revision_keys_and_clock(api_settings: Settings, language: str) -> None:
    open_store_for(api_settings).database.close()
    parts = {part.name: part for part in examine(api_settings, words("zh" if language == "zh" else "en"))}
    assert head_revision() in parts["database"].detail
    assert (parts["database"].state, parts["keys"].state, parts["clock"].state) == ("ok", "degraded", "ok")
    assert parts["keys"].fix == "beforehand keys create"


def test_doctor_says_when_a_connector_does_not_answer(api_settings: Settings) -> None:
    api_settings.data_dir.mkdir()
    (api_settings.data_dir / "connectors.toml").write_text(
        '[[connector]]\nname = "rt"\nkind = "request_tracker"\nurl = "http://127.0.0.1:9"\nallow_private = true\n',
        encoding="utf-8",
    )
    parts = {part.name: part for part in examine(api_settings, words("en"))}
    assert parts["connector rt"].state == "broken"
    assert parts["connector rt"].fix
