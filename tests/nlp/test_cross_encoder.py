"""A cross-encoder from a folder puts passages in its own order, whatever stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.encoders.hashed_embedder import build as build_hashed
from nlp.encoders.onnx_cross_encoder import OnnxCrossEncoder, build
from nlp.records import Article, EncoderUnavailable, Hit, Passage
from nlp.search.knowledge_base import KnowledgeBase

TEXTS = ("空调不制冷，请清洗滤网。", "E4 means a sensor fault.", "Call service.", "洗衣机不排水 " * 200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="a random cross-encoder is made with the extra `train`")
    from training.random_cross_encoder import make_random_cross_encoder

    return make_random_cross_encoder(tmp_path_factory.mktemp("models") / "cross-encoder-random", seed=0)


@pytest.fixture(scope="module")
def cross_encoder(folder: Path) -> OnnxCrossEncoder:
    return build(folder=folder, threads=1, max_tokens=64)


def hits() -> list[Hit]:
    return [Hit(Passage(str(at), "", "", text, 0, len(text)), 1.0 - at / 10) for at, text in enumerate(TEXTS)]


@pytest.mark.model
def test_order_is_that_of_its_scores_and_does_not_hang_on_the_order_before(cross_encoder: OnnxCrossEncoder) -> None:
    ranked = cross_encoder.rerank("空调不制冷怎么办", hits())
    assert [hit.score for hit in ranked] == sorted((hit.score for hit in ranked), reverse=True)
    again = cross_encoder.rerank("空调不制冷怎么办", hits()[::-1])
    assert [hit.passage for hit in again] == [hit.passage for hit in ranked]
    assert [hit.score for hit in again] == pytest.approx([hit.score for hit in ranked], abs=1e-5)


@pytest.mark.model
@pytest.mark.parametrize("question", ["", "字" * 100_000, "\ud800\x00", "what " * 50_000])
def test_any_question_gets_scores_between_0_and_1(cross_encoder: OnnxCrossEncoder, question: str) -> None:
    assert all(0 <= hit.score <= 1 for hit in cross_encoder.rerank(question, hits()))
    assert cross_encoder.rerank(question, ()) == ()


@pytest.mark.model
def test_knowledge_base_asks_it_last(cross_encoder: OnnxCrossEncoder) -> None:
    with KnowledgeBase(":memory:", embedder=build_hashed(), reranker=cross_encoder) as base:
        base.put_many(Article(str(at), "", text) for at, text in enumerate(TEXTS))
        found = base.search("空调 E4", top_k=4, allowed=())
        assert found == cross_encoder.rerank("空调 E4", found)
        assert base.search("空调 E4", top_k=1, allowed=()) == found[:1]


@pytest.mark.model
def test_a_sentence_encoder_is_refused(tmp_path: Path, folder: Path) -> None:
    from training.random_encoder import TINY, make_random_encoder

    with pytest.raises(EncoderUnavailable, match=r"returns \(n, 1\)"):
        build(folder=make_random_encoder(tmp_path / "encoder-random", seed=0, shape=TINY))
