"""Every card in the tree says what a program and a person must know."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from model_cards import CardInvalid, CardMissing, card_names, load_card, load_card_file, verify

TASKS = {"speech-recognition", "voice-activity", "text-recognition", "text-embedding"}
CARD = """---
name: small-one
title: A small one
task: voice-activity
languages: [zh, en]
licence: MIT
source: {hub: owner/small-one, revision: main}
files:
  - {path: model.bin, sha256: null, bytes: null}
data: made up
recommended: false
metrics: []
---
# Small
"""


def test_cards_cover_every_model_in_use() -> None:
    sizes = ("tiny", "base", "small", "medium", "large-v3", "large-v3-turbo")
    assert {
        "ppocr-v6",
        "silero-vad",
        "pocketsphinx-en-us",
        "pocketsphinx-en-8k",
        *(f"whisper-{size}" for size in sizes),
    } <= set(card_names())


@pytest.mark.parametrize("name", card_names())
def test_card_says_what_every_card_must_say(name: str) -> None:
    card = load_card(name)
    assert card.files
    assert card.licence
    assert card.languages
    assert card.task
    for heading in ("## Intended use", "## Numbers", "## Limits", "## Must not be used for"):
        assert heading in card.prose
    assert "noise" in card.prose.lower()


@pytest.mark.parametrize("name", card_names())
def test_card_names_its_keys_in_the_front_matter(name: str, root: Path) -> None:
    text = (root / "model_cards" / f"{name}.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    assert {"licence", "metrics", "files", "source", "data"} <= set(front)
    assert all("sha256" in file for file in front["files"])


@pytest.mark.parametrize("name", card_names())
def test_card_says_what_an_empty_list_of_metrics_means(name: str) -> None:
    assert "where the list is empty, nothing was" in load_card(name).prose


@pytest.mark.parametrize("name", card_names())
def test_metric_is_in_the_range_its_name_allows(name: str) -> None:
    for metric in load_card(name).metrics:
        assert metric.value >= 0
        assert metric.command.startswith(("python -m training.", "python -m tests.", "beforehand "))


@pytest.mark.parametrize("name", [name for name in card_names() if not load_card(name).source.hub])
def test_installed_model_is_the_one_its_card_names(name: str) -> None:
    assert {check.state for check in verify(name, models_dir=None)} == {"ok"}


@pytest.mark.parametrize("name", ["nothing", "", "../secrets", "ppocr-v6/../ppocr-v6", "模型", "A" * 10_000])
def test_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(CardMissing, match="without a card cannot be loaded"):
        load_card(name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("licence: MIT\n", "", id="no licence"),
        pytest.param("sha256: null", "sha256: abc", id="sha256 too short"),
        pytest.param(", sha256: null", "", id="no sha256"),
        pytest.param("path: model.bin", "path: ../model.bin", id="path leaves the folder"),
        pytest.param("hub: owner/small-one, revision: main", "hub: owner/small-one", id="no revision"),
        pytest.param("hub: owner/small-one", "hub: a/b, package: c, requirement: d", id="two sources"),
        pytest.param("metrics: []", "metrics: [{dataset: d, metric: WER, value: .1}]", id="metric without date"),
        pytest.param("---\nname", "name", id="no front matter"),
        pytest.param("name: small-one", "name: 'a/b'", id="bad name"),
        pytest.param("title:", "title: [", id="not YAML"),
        pytest.param(CARD, "---\n- a\n---\n", id="not a mapping"),
    ],
)
def test_card_in_the_wrong_shape_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "CARD.md"
    path.write_text(CARD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CardInvalid, match=r"CARD\.md"):
        load_card_file(path)


def test_card_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "CARD.md"
    row = "metrics: [{dataset: d, metric: WER, value: 0.25, date: 2026-11-22, command: python -m training.eval_speech}]"
    path.write_text(CARD.replace("metrics: []", row), encoding="utf-8")
    card = load_card_file(path)
    assert (card.name, card.source.hub, card.files[0].sha256) == ("small-one", "owner/small-one", None)
    assert (card.metrics[0].value, card.metrics[0].date.isoformat(), card.prose) == (0.25, "2026-11-22", "# Small")


@pytest.mark.parametrize("name", [name for name in card_names() if load_card(name).source.package])
def test_release_that_holds_the_model_is_the_one_we_install(name: str, root: Path) -> None:
    held = Requirement(load_card(name).source.requirement)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {one.name: one.specifier for one in map(Requirement, project["dependencies"])}[held.name]
    (release,) = (specifier.version for specifier in held.specifier)
    major, minor, *_ = release.split(".")
    assert asked.contains(release)
    assert not asked.contains(f"{major}.{int(minor) + 1}"), "a later release may hold other weights than the card names"
