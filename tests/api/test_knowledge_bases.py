"""A folder's knowledge bases: opened once, and embedded after the encoder came or changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from api.errors import Problem
from api.knowledge_bases import KnowledgeBases
from nlp.encoders.embed import Embedder, EncoderInput, Vectors, build_embedder
from nlp.records import Article
from nlp.search.knowledge_base import KnowledgeBase

ARTICLES = (
    Article("e4", "空调显示E4", "请断电十分钟后再开机。"),
    Article("return", "Returning an item", "Open the order and ask for a label."),
)


class BrokenEmbedder:
    """Says what it is and encodes nothing."""

    engine, width = "broken:1", 8

    def prepare(self, text: str, *, role: str | None = None) -> EncoderInput:
        return EncoderInput((1,))

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        raise RuntimeError("no weights")

    def embed(self, texts: Sequence[str], *, role: str | None = None) -> Vectors:
        raise RuntimeError("no weights")


def bases_of(folder: Path, embedder: Embedder | None) -> KnowledgeBases:
    return KnowledgeBases(folder, default="main", find_embedder=lambda: embedder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two bases that an older release wrote, by words alone."""
    for name in ("main", "second"):
        with KnowledgeBase(tmp_path / f"{name}.sqlite3") as base:
            base.put_many(ARTICLES)
    return tmp_path


def test_what_no_encoder_saw_is_embedded_beside_everything_else(folder: Path) -> None:
    bases = bases_of(folder, build_embedder("hashed"))
    assert bases.get().dense_state().embedded == 0
    bases.start_embedding()
    assert bases.finish_embedding()
    for name in ("main", "second"):
        state = bases.get(name).dense_state()
        assert (state.engine, state.embedded) == ("hashed:pairs", state.passages)
    bases.close()


@pytest.mark.parametrize("embedder", [None, BrokenEmbedder()], ids=["none", "broken"])
def test_words_find_articles_where_nothing_can_be_embedded(folder: Path, embedder: Embedder | None) -> None:
    bases = bases_of(folder, embedder)
    bases.start_embedding()
    bases.finish_embedding()
    bases.close()
    with KnowledgeBase(folder / "main.sqlite3") as base:
        assert base.search("显示E4", top_k=1, allowed=())[0].passage.article_id == "e4"


def test_a_stop_does_not_wait_for_the_rest(folder: Path) -> None:
    bases = bases_of(folder, build_embedder("hashed"))
    bases.close()
    bases.start_embedding()
    assert not bases.finish_embedding()
    with KnowledgeBase(folder / "main.sqlite3", embedder=build_embedder("hashed")) as base:
        assert base.dense_state().embedded == 0


def test_a_base_is_opened_once_and_by_a_name_that_a_file_can_have(folder: Path) -> None:
    bases = bases_of(folder, None)
    assert bases.get("main") is bases.get()
    assert bases.names() == ("main", "second")
    with pytest.raises(Problem, match="name"):
        bases.get("../main")
    bases.close()
