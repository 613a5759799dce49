"""Taggers: numbers in a folder label texts, and a folder that does not fit together is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from model_cards import ModelCardError
from nlp.document import compose
from nlp.entities.chunks import Chunk
from nlp.entities.tagged_field import TaggedField
from nlp.entities.tagger import TEXTS_FILE, WEIGHTS_FILE, TaggerInvalid, load_tagger
from nlp.records import Part

CARD = """---
name: shop-titles
title: Titles
task: sequence-tagging
languages: [zh, en]
licence: own
source: {}
files:
  - {path: tagger.npz, sha256: null, bytes: null}
  - {path: tagger.json, sha256: null, bytes: null}
data: two made-up titles
recommended: false
metrics: []
---
# Titles
"""
TEXTS = {
    "labels": ["B-thing", "I-thing", "O"],
    "features": ["0空", "0调", "0c", "0a", "bias"],
    "lexicon": {},
    "words": {"空调": [-1.0, "n"]},
    "unknown": -9.0,
    "joins_digits": False,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    weights = np.zeros((5, 3), dtype=np.float16)
    weights[0, 0] = weights[2, 0] = weights[1, 1] = weights[3, 1] = 5
    weights[4, 2] = 3
    transitions = np.array([[-9, 1, 0], [-9, 1, 0], [0, -9, 0.5]], dtype=np.float32)
    np.savez_compressed(tmp_path / WEIGHTS_FILE, weights=weights, transitions=transitions)
    (tmp_path / TEXTS_FILE).write_text(json.dumps(TEXTS), encoding="utf-8")
    (tmp_path / "CARD.md").write_text(CARD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "chunks"),
    [("新空调", (Chunk(1, 3, "thing"),)), ("no ca", (Chunk(3, 5, "thing"),)), ("", ()), ("无", ())],
)
def test_tagger_labels_a_text(folder: Path, text: str, chunks: tuple[Chunk, ...]) -> None:
    assert load_tagger(folder).chunks(text) == chunks


@pytest.mark.parametrize(("text", "value"), [("我的空调坏了", "空调"), ("the ca broke", "ca")])
def test_tagged_field_quotes_the_source(folder: Path, text: str, value: str) -> None:
    field = TaggedField("product_name", load_tagger(folder), frozenset({"thing"}))
    mentions = field.extract(compose([Part(f"。\n{text}", "m1", "text", "customer")]))
    assert value in [f"。\n{text}"[one.start : one.end] for one in mentions]


def test_tagger_without_a_card_is_refused(folder: Path) -> None:
    (folder / "CARD.md").unlink()
    with pytest.raises(ModelCardError):
        load_tagger(folder)


@pytest.mark.parametrize("change", [{"features": ["one"]}, {"labels": []}, {"words": [1]}, {"unknown": "many"}])
def test_tagger_that_does_not_fit_together_is_refused(folder: Path, change: dict[str, object]) -> None:
    (folder / TEXTS_FILE).write_text(json.dumps({**TEXTS, **change}), encoding="utf-8")
    with pytest.raises(TaggerInvalid, match="Fit it again"):
        load_tagger(folder)


def test_fitted_tagger_labels_what_it_was_shown(tmp_path: Path) -> None:
    pytest.importorskip("pycrfsuite")
    from training.fit_tagger import main

    titles = [
        ("新", "款", "空|B-thing", "调|I-thing"),
        ("大", "冰|B-thing", "箱|I-thing", "白"),
        ("红", "T|B-thing", "V|I-thing"),
    ]
    rows = "\n\n".join(
        "\n".join(f"{cell.partition('|')[0]} {cell.partition('|')[2] or 'O'}" for cell in one) for one in titles
    )
    (tmp_path / "train.txt").write_text(rows, encoding="utf-8")
    main(["--data", str(tmp_path), "--out", str(tmp_path / "titles"), "--l1", "0", "--l2", "0.01"])
    tagger = load_tagger(tmp_path / "titles")
    assert tagger.chunks("大冰箱白") == (Chunk(1, 3, "thing"),)
