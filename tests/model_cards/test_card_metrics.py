"""Measured numbers go into a card and nothing else in it changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from model_cards import Metric, card_names, load_card_file
from training.card_metrics import write_metrics

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("name", card_names())
def test_numbers_are_written_and_the_rest_stays(name: str, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_text((root / "model_cards" / f"{name}.md").read_text(encoding="utf-8"), encoding="utf-8")
    before = load_card_file(path)
    new = Metric("8 kHz calls: 中文, zh", "CER", 0.125, TODAY, "python -m training.eval_other --x 'y'")
    write_metrics(path, [new])
    after = load_card_file(path)
    assert after.metrics == (*before.metrics, new)
    assert (after.prose, after.files, after.licence) == (before.prose, before.files, before.licence)


def test_same_command_replaces_its_numbers(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_text((root / "model_cards" / "whisper-tiny.md").read_text(encoding="utf-8"), encoding="utf-8")
    old = Metric("calls", "WER", 0.5, TODAY, "python -m training.eval_speech")
    other = Metric("calls", "WER", 0.4, TODAY, "python -m training.eval_other")
    write_metrics(path, [old, other])
    write_metrics(path, [Metric("calls", "WER", 0.3, TODAY, old.command)])
    assert [(metric.value, metric.command) for metric in load_card_file(path).metrics][-2:] == [
        (0.4, other.command),
        (0.3, old.command),
    ]
