"""An encoder in training: only what may move moves, a run that was cut off ends where an unbroken one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.model
WIDTH = 32


@pytest.fixture
def encoder() -> Any:
    """Return an encoder of two small layers: ten English pieces and five new ones."""
    torch = pytest.importorskip("torch", reason="made with the extra `train`")
    from transformers import BertConfig, BertModel

    from training.bilingual_encoder import BilingualEncoder
    from training.encoder_vocabulary import Vocabulary

    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=10, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    words = Vocabulary(tuple(range(10)), tuple("abcdefghij"), tuple("一二三四五"), {})
    first = np.random.default_rng(0).normal(size=(5, WIDTH)).astype(np.float32)
    model = BertModel(shape, add_pooling_layer=False)
    model.eval()  # type: ignore[no-untyped-call]
    return BilingualEncoder(model, words, first)


def lessons() -> Any:
    import torch

    from training.encoder_lessons import Lesson, Lessons

    rows = torch.nn.functional.normalize(torch.randn(6, WIDTH, generator=torch.Generator().manual_seed(1)), dim=-1)
    ids = ((2, 10, 11, 3), (2, 12, 3), (2, 13, 14, 3), (2, 10, 12, 3), (2, 14, 3), (2, 11, 13, 10, 3))
    return Lessons(tuple(Lesson(row, at) for at, row in enumerate(ids)), rows)


def run(encoder: Any, kept: Path, *, steps: int, layers: float, cut_off_at: int | None = None) -> float:
    from rich.console import Console

    from training.encoder_lessons import lesson_loss
    from training.encoder_training import Rates, train

    taught = lessons()

    def step() -> Any:
        return lesson_loss(encoder, taught.lessons, taught.targets, is_told_apart=True)

    def cut() -> Any:
        raise KeyboardInterrupt

    plan = [step if cut_off_at is None or at < cut_off_at else cut for at in range(steps)]
    rates = Rates(words=1e-2, layers=layers, save_every=2)
    try:
        train(encoder, plan, rates=rates, kept=kept, console=Console(quiet=True))
    except KeyboardInterrupt:
        assert cut_off_at is not None
    return float(step().detach())


@pytest.mark.parametrize("layers", [0.0, 1e-3])
def test_new_words_learn_and_english_words_stay(encoder: Any, tmp_path: Path, layers: float) -> None:
    import torch

    english = encoder.fixed.detach().clone()
    above = torch.cat([one.detach().flatten() for one in encoder.moving_layers()])
    before = run(encoder, tmp_path / "none.pt", steps=0, layers=layers)
    after = run(encoder, tmp_path / "some.pt", steps=12, layers=layers)
    assert after < before
    assert torch.equal(encoder.fixed.detach(), english)
    moved = not torch.equal(torch.cat([one.detach().flatten() for one in encoder.moving_layers()]), above)
    assert moved == (layers > 0)


def test_a_run_that_was_cut_off_ends_where_an_unbroken_one_does(encoder: Any, tmp_path: Path) -> None:
    from copy import deepcopy

    again = deepcopy(encoder)
    whole = run(encoder, tmp_path / "whole.pt", steps=8, layers=1e-3)
    run(deepcopy(again), tmp_path / "cut.pt", steps=8, layers=1e-3, cut_off_at=5)
    assert run(again, tmp_path / "cut.pt", steps=8, layers=1e-3) == pytest.approx(whole, abs=1e-6)


def test_a_question_learns_to_find_its_passage_beside_one_that_looks_right(encoder: Any) -> None:
    import torch

    from training.encoder_pairs import Triple, triple_loss

    batch = [Triple((2, 10, 3), (2, 11, 12, 3), (2, 11, 13, 3)), Triple((2, 14, 3), (2, 13, 3), (2, 11, 12, 3))]
    encoder.train_words_and_layers(layers=False)
    rate = torch.optim.Adam([encoder.learned], lr=1e-2)
    losses = []
    for _ in range(15):
        rate.zero_grad()
        loss = triple_loss(encoder, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        rate.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 2
    assert np.isfinite(losses).all()  # the second's wrong passage is the first's right one
