"""Sentence encoders: unit rows, the same whatever stands beside, cut where too long, level in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from api.encoder import Encoder
from nlp.encoders.embed import Embedder, build_embedder, embedder_names
from nlp.records import EncoderUnavailable

TEXTS = (
    "空调显示E4不制冷怎么办",
    "what does E4 mean on a wall unit",
    "E4",
    "洗衣机不排水，已经三天了，请尽快安排师傅上门",
)


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx", reason="a random encoder is made with the extra `train`")
    from training.random_encoder import TINY, make_random_encoder

    return make_random_encoder(tmp_path_factory.mktemp("models") / "encoder-random", seed=0, shape=TINY)


def load(folder: Path) -> Embedder:
    return build_embedder("onnx", folder=folder, threads=1, max_tokens=64)


def test_an_unknown_encoder_is_named_with_those_there_are() -> None:
    with pytest.raises(EncoderUnavailable, match="hashed, onnx"):
        build_embedder("none")
    assert embedder_names() == ("hashed", "onnx")


@pytest.mark.model
def test_rows_have_length_1_and_a_text_keeps_its_row_in_any_company(encoder_folder: Path) -> None:
    embedder = load(encoder_folder)
    together = embedder.embed(TEXTS)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)
    for row, text in zip(together, TEXTS, strict=True):
        assert embedder.embed([text])[0] == pytest.approx(row, abs=1e-5)


@pytest.mark.model
@pytest.mark.parametrize("oversize", ["字" * 1_000_000, "word " * 200_000, "\x00\ud800" * 1_000, "a" * 5_000_000])
def test_after_an_oversize_text_the_next_answer_is_a_fresh_ones_bit_for_bit(
    encoder_folder: Path, oversize: str
) -> None:
    used = load(encoder_folder)
    assert used.prepare(oversize).is_cut
    used.embed([oversize, *TEXTS])
    assert all((used.embed([text]) == load(encoder_folder).embed([text])).all() for text in TEXTS)


@pytest.mark.model
def test_an_encoder_is_forgotten_when_idle_and_comes_back_the_same(encoder_folder: Path) -> None:
    encoder = Encoder(lambda: load(encoder_folder))
    before = encoder.encode(TEXTS).vectors
    assert not encoder.unload_idle(3_600.0)
    assert encoder.unload_idle(0.0)
    assert not encoder.is_loaded
    after = encoder.encode(TEXTS)
    encoder.close()
    assert after.engine == "onnx:encoder-random"
    assert all((one == other).all() for one, other in zip(before, after.vectors, strict=True))


@pytest.mark.model
def test_a_folder_without_a_model_says_what_is_missing(encoder_folder: Path, tmp_path: Path) -> None:
    for name in ("tokenizer.json", "CARD.md"):
        (tmp_path / name).write_bytes((encoder_folder / name).read_bytes())
    with pytest.raises(Exception, match=r"model\.onnx"):
        load(tmp_path)
