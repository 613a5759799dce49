"""A cross-encoder named in the settings orders what every knowledge base of the service finds; one that is missing is
said, and search goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.engines import Engines
from api.settings import Settings
from nlp.records import Article, Hit

TEXTS = ("请清洗滤网。", "断电再开机。", "Call service.")
ARTICLES = [Article(str(at), "空调 E4", text) for at, text in enumerate(TEXTS)]


def with_cross_encoder(settings: Settings, name: str) -> Settings:
    return settings.model_copy(update={"cross_encoder_model": name, "encoder_model": ""})


def test_none_is_asked_for_by_default(api_settings: Settings) -> None:
    engines = Engines(api_settings)
    assert engines.reranker is None
    assert "reranker" not in {state.name for state in engines.states()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_missing_one_is_said_and_search_goes_on(api_settings: Settings, language: str) -> None:
    engines = Engines(with_cross_encoder(api_settings, "no-such-model"))
    state = {one.name: one for one in engines.states_in("zh" if language == "zh" else "en")}["reranker"]
    assert (state.engine, state.degraded) == ("", True)
    assert "no-such-model" in state.reason
    base = engines.knowledge_base()
    base.put_many(ARTICLES)
    assert len(base.search("空调 E4", top_k=3, allowed=())) == 3
    engines.close()


@pytest.mark.parametrize(("language", "name"), [("zh-CN", "重新排序"), ("en-US", "Re-ranking")])
def test_missing_one_is_named_on_the_status_page(api_settings: Settings, language: str, name: str) -> None:
    app = create_app(with_cross_encoder(api_settings, "no-such-model"))
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    client = TestClient(app, headers={"Origin": "http://testserver", "Accept-Language": language})
    assert client.post("/console/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    page = client.get("/console/status").text
    assert f'<th scope="row">{name}</th>' in page
    assert "no-such-model" in page


@pytest.mark.model
def test_it_orders_what_each_tenant_finds_and_is_one(api_settings: Settings, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="a random cross-encoder is made with the extra `train`")
    from training.random_cross_encoder import NAME, make_random_cross_encoder

    make_random_cross_encoder(api_settings.models_folder / NAME, seed=0)
    engines = Engines(with_cross_encoder(api_settings, NAME))
    beside = engines.beside(tmp_path / "other", find_records=lambda: None)
    assert {state.name: state.engine for state in engines.states()}["reranker"] == f"onnx:{NAME}"
    assert engines.reranker is not None
    assert beside.reranker is engines.reranker
    for house in (engines, beside):
        base = house.knowledge_base()
        base.put_many(ARTICLES)
        found = base.search("空调 E4", top_k=3, allowed=())
        assert found == engines.reranker.rerank("空调 E4", found)
        assert [hit.score for hit in found] != [hit.score for hit in engines_without(api_settings, house)]
        house.close()


def engines_without(settings: Settings, house: Engines) -> tuple[Hit, ...]:
    """Search the same base by words alone."""
    plain = Engines(settings.model_copy(update={"data_dir": house.settings.data_dir, "encoder_model": ""}))
    found = plain.knowledge_base().search("空调 E4", top_k=3, allowed=())
    plain.close()
    return tuple(found)
