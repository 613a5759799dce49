"""What has not changed is not embedded again, whatever became of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from nlp.encoders.embed import EncoderInput, Role, Vectors
from nlp.encoders.hashed_embedder import HashedEmbedder
from nlp.search.knowledge_base import KnowledgeBase
from nlp.sources.ingest import bring_up_to_date, forget_source
from nlp.sources.source import open_source
from nlp.sources.sources import is_loadable

HASHED = HashedEmbedder(width=32, max_tokens=128)
PARTS = {"zh": "清洗过滤网，再启动第{0}步。", "en": "Clean the filter, then start step {0}."}


class NotingEmbedder:
    """A hashed encoder that notes the texts that were embedded as passages."""

    engine = "noting"
    width = 32

    def __init__(self) -> None:
        self.passages: list[str] = []

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        return HASHED.prepare(text, role=role)

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        return HASHED.embed_prepared(inputs)

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        self.passages += texts if role == "passage" else []
        return HASHED.embed(texts, role=role)


@pytest.fixture(params=["zh", "en"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write twelve files of two parts each."""
    folder = tmp_path / "manual"
    folder.mkdir()
    for number in range(12):
        parts = (f"## Part {part}\n\n{PARTS[request.param].format(f'{number}-{part}')}" for part in "ab")
        (folder / f"{number:02}.md").write_text(f"# E{number}\n\n" + "\n\n".join(parts), encoding="utf-8")
    return folder


@pytest.fixture
def embedder() -> NotingEmbedder:
    return NotingEmbedder()


@pytest.fixture
def base(tmp_path: Path, embedder: NotingEmbedder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "kb.sqlite3", embedder=embedder) as base:
        yield base


def indexed(base: KnowledgeBase, folder: Path, embedder: NotingEmbedder, *, name: str = "manual") -> list[str]:
    """Bring the base up to date; return what was embedded for it."""
    embedder.passages.clear()
    with open_source(folder, name=name, wanted=is_loadable) as source:
        bring_up_to_date(base, source, on_rejected=lambda problem: pytest.fail(str(problem)))
    return list(embedder.passages)


def test_each_passage_is_embedded_once_and_a_second_run_embeds_none(
    base: KnowledgeBase, folder: Path, embedder: NotingEmbedder
) -> None:
    first = indexed(base, folder, embedder)
    assert len(first) == len(set(first)) == base.counts().passages == 24
    assert indexed(base, folder, embedder) == []


def test_an_edit_embeds_the_passages_it_changed_and_no_other(
    base: KnowledgeBase, folder: Path, embedder: NotingEmbedder
) -> None:
    indexed(base, folder, embedder)
    edited = folder / "07.md"
    edited.write_text(edited.read_text(encoding="utf-8").replace("7-b", "seven"), encoding="utf-8")
    (again,) = indexed(base, folder, embedder)
    assert "seven" in again


def move(folder: Path) -> None:
    (folder / "03.md").rename(folder / "moved.md")


def move_into_a_folder(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "03.md").rename(folder / "deep" / "03.md")


def copy(folder: Path) -> None:
    (folder / "copy.md").write_bytes((folder / "03.md").read_bytes())


def touch(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes())


def delete(folder: Path) -> None:
    (folder / "03.md").unlink()


@pytest.mark.parametrize(
    ("change", "passages"), [(move, 24), (move_into_a_folder, 24), (copy, 26), (touch, 24), (delete, 22)]
)
def test_what_only_moves_is_not_embedded(
    base: KnowledgeBase, folder: Path, embedder: NotingEmbedder, change: Callable[[Path], None], passages: int
) -> None:
    indexed(base, folder, embedder)
    change(folder)
    assert indexed(base, folder, embedder) == []
    assert (base.counts().passages, base.dense_state().embedded) == (passages, passages)


def test_the_same_files_under_another_sources_name_are_not_embedded(
    base: KnowledgeBase, folder: Path, embedder: NotingEmbedder
) -> None:
    indexed(base, folder, embedder)
    assert indexed(base, folder, embedder, name="again") == []
    forget_source(base, "manual")
    assert base.counts().passages == 24
