"""POST /v1/embeddings: as OpenAI's clients expect it, and honest about what was not read."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.engines import Engines, StandIns
from api.settings import Settings
from nlp.encoders.embed import build_embedder

Body = dict[str, object]


@pytest.fixture
def encoder_client(api_settings: Settings) -> Iterator[TestClient]:
    """Serve an encoder without weights that reads 40 tokens."""
    app = create_app(api_settings, stand_ins=StandIns(embedder=build_embedder("hashed", max_tokens=40)))
    _, secret = create_key(app.state.store, name="test", scopes=["suggest"])
    with TestClient(app) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client


@pytest.mark.parametrize("text", ["空调显示E5怎么办", "what does E5 mean"])
def test_a_text_becomes_a_unit_vector(encoder_client: TestClient, text: str) -> None:
    answer = encoder_client.post("/v1/embeddings", json={"input": text, "model": "any"}).json()
    assert (answer["object"], answer["model"], len(answer["data"])) == ("list", "hashed:pairs", 1)
    assert np.linalg.norm(answer["data"][0]["embedding"]) == pytest.approx(1.0, abs=1e-5)
    assert answer["usage"]["prompt_tokens"] == len(text) - 1
    assert answer["warnings"] == []


def test_a_list_keeps_its_order_and_each_text_its_vector(encoder_client: TestClient) -> None:
    texts = ["one", "空调不制冷，显示E5", "three three three"]
    together = encoder_client.post("/v1/embeddings", json={"input": texts}).json()["data"]
    alone = [encoder_client.post("/v1/embeddings", json={"input": text}).json()["data"][0] for text in texts]
    assert [row["index"] for row in together] == [0, 1, 2]
    assert [row["embedding"] for row in together] == [row["embedding"] for row in alone]


def test_base64_holds_the_same_numbers(encoder_client: TestClient) -> None:
    plain = encoder_client.post("/v1/embeddings", json={"input": "E5"}).json()["data"][0]["embedding"]
    packed = encoder_client.post("/v1/embeddings", json={"input": "E5", "encoding_format": "base64"}).json()
    assert np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), "<f4").tolist() == pytest.approx(plain)


@pytest.mark.parametrize(("language", "word"), [("zh", "末尾未被读取"), ("en", "end was not read")])
def test_what_was_cut_is_said(encoder_client: TestClient, language: str, word: str) -> None:
    body = {"input": ["short", "x" * 5_000]}
    answer = encoder_client.post("/v1/embeddings", json=body, headers={"Accept-Language": language}).json()
    assert len(answer["warnings"]) == 1
    assert word in answer["warnings"][0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 422, id="nothing"),
        pytest.param({"input": ""}, 422, id="empty"),
        pytest.param({"input": []}, 422, id="empty list"),
        pytest.param({"input": ["a", ""]}, 422, id="an empty one"),
        pytest.param({"input": ["a"] * 257}, 422, id="too many"),
        pytest.param({"input": "x" * 200_001}, 422, id="too long"),
        pytest.param({"input": [1, 2, 3]}, 422, id="tokens"),
        pytest.param({"input": "a\x00b"}, 422, id="NUL"),
        pytest.param({"input": "a", "dimensions": 3}, 422, id="another width"),
        pytest.param({"input": "a", "dimensions": 64}, 200, id="its width"),
    ],
)
def test_what_cannot_be_encoded_is_refused(encoder_client: TestClient, body: Body, status: int) -> None:
    assert encoder_client.post("/v1/embeddings", json=body).status_code == status


def test_an_encoder_that_is_not_here_is_named_with_its_command(api_settings: Settings) -> None:
    app = create_app(api_settings.model_copy(update={"encoder_model": "multilingual-e5-small"}))
    _, secret = create_key(app.state.store, name="test", scopes=["suggest"])
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        problem = client.post("/v1/embeddings", json={"input": "E5"})
    assert problem.status_code == 503
    assert problem.json()["type"] == "/problems/model_missing"
    assert "beforehand models pull multilingual-e5-small" in problem.text


def test_readyz_names_the_encoder(encoder_client: TestClient) -> None:
    states = {one["name"]: one for one in encoder_client.get("/readyz").json()["engines"]}
    assert states["encoder"]["engine"] == "hashed:pairs"
    assert states["search"]["engine"] == "lexical:bm25+hashed:pairs"


@pytest.mark.parametrize(
    ("model", "encoder", "rung", "search"),
    [
        ("minilm-l6-zh-en-tuned", "onnx:minilm-l6-zh-en-tuned", "shipped", "lexical:bm25+onnx:minilm-l6-zh-en-tuned"),
        ("", "", "none", "lexical:bm25"),
    ],
    ids=["shipped", "words alone"],
)
def test_an_encoder_finds_articles_unless_it_is_switched_off(
    api_settings: Settings, model: str, encoder: str, rung: str, search: str
) -> None:
    engines = Engines(api_settings.model_copy(update={"encoder_model": model}))
    states = {state.name: state for state in engines.states()}
    assert (states["encoder"].engine, states["encoder"].rung, states["search"].engine) == (encoder, rung, search)
    assert bool(states["search"].fix) == (model == "")


def test_batches_are_counted(encoder_client: TestClient) -> None:
    encoder_client.post("/v1/embeddings", json={"input": ["E5", "E4"]})
    text = encoder_client.get("/metrics").text
    assert "beforehand_batch_items_sum 2.0" in text
    assert 'beforehand_engine_work_seconds_count{job="encoder"} ' in text
