"""How an encoder's folder wants to be asked: by its card, by its own files, else by the mean and nothing before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from model_cards import Located, load_card
from model_cards.card import CardEncoding
from nlp.encoders.encoding_recipe import Recipe, read_recipe
from nlp.records import EncoderUnavailable

CARD = replace(load_card("multilingual-e5-small"), encoding=CardEncoding())


def written(folder: Path, **files: object) -> Located:
    names = {"pooling": "1_Pooling/config.json", "prompts": "config_sentence_transformers.json"}
    names |= {"length": "sentence_bert_config.json"}
    for name, content in files.items():
        path = folder / names[name]
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Located(card=CARD, rung="folder", path=folder)


def test_a_bare_folder_takes_the_mean_of_256_tokens(tmp_path: Path) -> None:
    assert read_recipe(written(tmp_path)) == Recipe("mean", "", "", 256)


@pytest.mark.parametrize(
    ("row", "pooling"),
    [
        pytest.param({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls", id="bge-small-zh"),
        pytest.param({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean", id="minilm"),
        pytest.param({"pooling_mode": "cls"}, "cls", id="newer library, cls"),
        pytest.param({"pooling_mode": "mean"}, "mean", id="newer library, mean"),
    ],
)
def test_the_pooling_is_the_folders(tmp_path: Path, row: dict[str, object], pooling: str) -> None:
    assert read_recipe(written(tmp_path, pooling=row)).pooling == pooling


def test_prompts_and_length_are_the_folders(tmp_path: Path) -> None:
    prompts = {"prompts": {"query": "为这个句子生成表示:", "document": "passage: "}}
    recipe = read_recipe(written(tmp_path, prompts=prompts, length={"max_seq_length": 8_192}))
    assert recipe == Recipe("mean", "为这个句子生成表示:", "passage: ", 512)


def test_a_card_speaks_before_the_folder(tmp_path: Path) -> None:
    located = written(tmp_path, pooling={"pooling_mode_mean_tokens": True})
    card = replace(CARD, encoding=CardEncoding(pooling="cls", question="query: ", max_tokens=128))
    assert read_recipe(replace(located, card=card)) == Recipe("cls", "query: ", "", 128)


def test_the_cards_in_the_tree_say_what_their_models_were_trained_to_see() -> None:
    e5, bge = load_card("multilingual-e5-small").encoding, load_card("bge-small-zh-v1.5").encoding
    assert (e5.question, e5.passage, e5.pooling) == ("query: ", "passage: ", "mean")
    assert (bge.pooling, bge.passage) == ("cls", "")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"pooling": "{"}, id="not JSON"),
        pytest.param({"pooling": []}, id="not an object"),
        pytest.param({"pooling": {"pooling_mode_max_tokens": True}}, id="another pooling"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_files_name(tmp_path: Path, files: dict[str, object]) -> None:
    with pytest.raises(EncoderUnavailable, match=r"1_Pooling"):
        read_recipe(written(tmp_path, **files))
