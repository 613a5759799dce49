"""Taggers of receipts: numbers in a folder tag lines of a head; folders that do not fit are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from model_cards import ModelCardError
from tests.vision.drawings import column, values
from vision.receipts.receipt import head_as_seen, receipt_fields
from vision.receipts.receipt_tagger import ReceiptTagger, ReceiptTaggerInvalid, load_receipt_tagger

HEAD = column("SUNSHINE", "SUNSHINE FOODS SDN BHD", "12 LONG LANE", "LEEDS LS1 4AB", "TEL: 03-1234567")
CARD = """---
name: receipt-tagger
title: Tagger of receipts
task: receipt-tagging
languages: [zh, en]
licence: our own
source: {}
files: []
data: five receipts
recommended: false
metrics: []
---
# Tagger
"""


def tagger(weights: dict[tuple[str, str], float]) -> ReceiptTagger:
    tags = ("O", "C", "A")
    features = sorted({feature for feature, _ in weights})
    numbers = np.zeros((len(features), 3), dtype=np.float32)
    for (feature, tag), weight in weights.items():
        numbers[features.index(feature), tags.index(tag)] = weight
    rows = {feature: row for row, feature in enumerate(features)}
    return ReceiptTagger("ours", tags, rows, numbers, np.zeros((3, 3), dtype=np.float32))


def folder(at: Path, *, features: list[str], rows: int) -> Path:
    (at / "CARD.md").write_text(CARD, encoding="utf-8")
    (at / "receipts.json").write_text(json.dumps({"tags": ["O", "C", "A"], "features": features}), encoding="utf-8")
    np.savez(at / "receipts.npz", weights=np.ones((rows, 3)), transitions=np.zeros((3, 3)))
    return at


def test_a_tagger_goes_before_the_rules() -> None:
    ours = tagger({("line:0", "C"): 2.0, ("bias", "O"): 1.0, ("line:2", "A"): 2.0, ("line:3", "A"): 2.0})
    assert values(receipt_fields(HEAD, tagger=ours)) == {"company": "SUNSHINE", "address": "12 LONG LANE LEEDS LS1 4AB"}


def test_what_a_tagger_does_not_find_is_left_to_the_rules() -> None:
    nothing = tagger({("bias", "O"): 1.0})
    assert receipt_fields(HEAD, tagger=nothing) == receipt_fields(HEAD)


def test_the_best_run_of_tags_weighs_steps_too() -> None:
    ours = tagger({("one", "C"): 1.0, ("two", "C"): 0.4, ("two", "O"): 0.5})
    assert ours.tag([["one"], ["two"]]) == ("C", "O")
    ours.transitions[1, 1] = 0.3
    assert ours.tag([["one"], ["two"]]) == ("C", "C")
    assert ours.tag([]) == ()


def test_a_tagger_sees_what_the_rules_took_and_no_word() -> None:
    seen = head_as_seen(HEAD)
    assert "rule:company" in seen.features[1]
    assert not any("sunshine" in name.lower() for names in seen.features for name in names)


def test_a_folder_is_read(tmp_path: Path) -> None:
    read = load_receipt_tagger(folder(tmp_path, features=["bias", "legal"], rows=2))
    assert read.name == "receipt-tagger"
    assert read.weights.shape == (2, 3)


def test_a_folder_whose_numbers_do_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReceiptTaggerInvalid, match="do not fit"):
        load_receipt_tagger(folder(tmp_path, features=["bias"], rows=2))


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    folder(tmp_path, features=["bias"], rows=1)
    (tmp_path / "CARD.md").unlink()
    with pytest.raises(ModelCardError):
        load_receipt_tagger(tmp_path)
