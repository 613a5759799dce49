"""A business's own tagger: in force by lying in its folder, read anew when it changes, told of when it is broken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.doctor import examine
from api.errors import words
from api.settings import Settings
from api.taggers import Taggers
from nlp import build_extractors, compose, extract
from nlp.entities.tagged_field import read_tagged_field
from nlp.entities.tagger import TEXTS_FILE, WEIGHTS_FILE, TaggerInvalid
from nlp.records import FieldUnknown, Part

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
SCHEMA = {
    "title": "报修",
    "type": "object",
    "properties": {"product_name": {"type": "string", "x-extract": {"field": "product_name"}}},
}
LABELS = 'labels = ["thing"]\n'


def put_tagger(folder: Path, *, words_of: str = "嘟噜zz") -> Path:
    """Write a tagger by hand that calls a row of these characters a thing: "嘟噜" and "zz" stand in no list of ours."""
    folder.mkdir(parents=True, exist_ok=True)
    characters = list(dict.fromkeys(words_of))
    weights = np.zeros((len(characters) + 1, 3), dtype=np.float16)
    weights[:-1, :2] = 5
    weights[-1, 2] = 3
    transitions = np.array([[-9, 1, 0], [-9, 1, 0], [0, -9, 0.5]], dtype=np.float32)
    np.savez_compressed(folder / WEIGHTS_FILE, weights=weights, transitions=transitions)
    texts = {
        "labels": ["B-thing", "I-thing", "O"],
        "features": [*(f"0{one}" for one in characters), "bias"],
        "lexicon": {},
        "words": {},
        "unknown": -9.0,
        "joins_digits": False,
    }
    (folder / TEXTS_FILE).write_text(json.dumps(texts), encoding="utf-8")
    (folder / "CARD.md").write_text(CARD, encoding="utf-8")
    (folder / "tagger.toml").write_text(LABELS, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "value"), [("我的嘟噜不灵了", "嘟噜"), ("my zz is broken", "zz"), ("美的空调漏水", "美的空调")]
)
def test_tagger_reads_beside_the_rules(tmp_path: Path, text: str, value: str) -> None:
    put_tagger(tmp_path / "taggers" / "product_name")
    extractors = build_extractors(["product_name"], own=Taggers(tmp_path).current())
    mentions = extract(compose([Part(text, "m1", "text", "customer")]), extractors)
    assert [text[one.start : one.end] for one in mentions] == [value]


def test_surer_reading_of_a_stretch_stays(tmp_path: Path) -> None:
    """The tagger would call 空 a thing by itself; the rules are surer of maker and thing together."""
    put_tagger(tmp_path / "taggers" / "product_name", words_of="空")
    extractors = build_extractors(["product_name"], own=Taggers(tmp_path).current())
    mentions = extract(compose([Part("美的空调漏水", "m1", "text", "customer")]), extractors)
    assert [one.value for one in mentions] == ["美的空调"]


def test_tagger_is_read_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    folder = put_tagger(tmp_path / "taggers" / "product_name")
    taggers = Taggers(tmp_path)
    first = taggers.current()["product_name"]
    assert taggers.current()["product_name"] is first
    put_tagger(folder, words_of="咕")
    os.utime(folder / WEIGHTS_FILE, ns=(1, 1))
    second = taggers.current()["product_name"]
    assert ([one.label for one in second.tagger.chunks("嘟")], len(second.tagger.chunks("咕"))) == ([], 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('labels = ["other"]', "the tagger has no label"),
        ("labels = []", "labels does not fit"),
        ('labels = ["thing"]\nmin_chunks = 0', "min_chunks does not fit"),
        ('labels = ["thing"]\njoins = true', "joins does not fit"),
        ("labels = thing", "cannot be read"),
    ],
)
def test_lines_that_do_not_fit_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    folder = put_tagger(tmp_path / "product_name")
    (folder / "tagger.toml").write_text(lines, encoding="utf-8")
    with pytest.raises(TaggerInvalid, match=said):
        read_tagged_field(folder)


def test_folder_of_no_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldUnknown, match="no field is called"):
        read_tagged_field(put_tagger(tmp_path / "shoe_size"))


def test_draft_is_filled_by_the_tagger_and_says_so(api_client: TestClient, api_app: FastAPI) -> None:
    put_tagger(api_app.state.settings.data_dir / "taggers" / "product_name")
    assert api_client.put("/v1/templates/repair", json=SCHEMA).status_code == 200
    body = {"template": "repair", "messages": [{"text": "我的嘟噜不灵了"}]}
    draft = api_client.post("/v1/prefill", json=body).json()
    assert draft["models"]["fields.product_name"] == "shop-titles"
    assert draft["fields"]["product_name"]["candidates"][0]["value"] == "嘟噜"


@pytest.mark.parametrize(("language", "word"), [("zh", "未启用"), ("en", "not in force")])
def test_broken_tagger_is_told_and_the_rules_go_on(
    api_client: TestClient, api_app: FastAPI, language: str, word: str
) -> None:
    settings: Settings = api_app.state.settings
    folder = put_tagger(settings.data_dir / "taggers" / "product_name")
    (folder / WEIGHTS_FILE).write_bytes(b"no numbers")
    ready = api_client.get("/readyz", headers={"Accept-Language": language}).json()
    (told,) = [part for part in ready["parts"] if part["name"] == "tagger product_name"]
    parts = {part.name: part for part in examine(settings, words("zh" if language == "zh" else "en"))}
    assert (told["state"], parts["tagger product_name"].state) == ("degraded", "degraded")
    assert told["detail"].startswith(word)
    assert "tagger.toml" in told["fix"]
    api_client.put("/v1/templates/repair", json=SCHEMA)
    draft = api_client.post("/v1/prefill", json={"template": "repair", "messages": [{"text": "美的空调漏水"}]}).json()
    assert draft["fields"]["product_name"]["candidates"][0]["value"] == "美的空调"


def test_tagger_in_force_is_told(api_client: TestClient, api_app: FastAPI) -> None:
    put_tagger(api_app.state.settings.data_dir / "taggers" / "product_name")
    parts = {part["name"]: part for part in api_client.get("/readyz").json()["parts"]}
    assert parts["tagger product_name"]["state"] == "ok"
    assert "shop-titles" in parts["tagger product_name"]["detail"]


def test_tagger_of_one_tenant_is_not_anothers(tmp_path: Path) -> None:
    put_tagger(tmp_path / "one" / "taggers" / "product_name")
    assert set(Taggers(tmp_path / "one").current()) == {"product_name"}
    assert Taggers(tmp_path / "two").current() == {}
