"""Tuning an encoder on questions and passages: triples in, a loss out.

Of a batch each question has its own passage to find among all passages of the batch, the wrong ones that look right
included. It does not know where triples are from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.bilingual_encoder import BilingualEncoder, batch_of
from training.encoder_lessons import TEMPERATURE
from training.question_passages import Asked

PASSAGE_TOKENS = 64
"""Of a passage while tuning: a step costs as much, and passages say early what they are about."""


@dataclass(frozen=True, slots=True)
class Triple:
    question: tuple[int, ...]
    ids: tuple[int, ...]  # of the passage
    wrong: tuple[int, ...]


def triples_of(asked: Sequence[Asked], tokenizer: Tokenizer) -> tuple[Triple, ...]:
    """Cut texts into numbers; a cut passage keeps its last mark."""

    def cut(texts: list[str]) -> list[tuple[int, ...]]:
        rows = (one.ids for one in tokenizer.encode_batch(texts))
        return [tuple(ids if len(ids) <= PASSAGE_TOKENS else [*ids[: PASSAGE_TOKENS - 1], ids[-1]]) for ids in rows]

    columns = (
        cut([one.question for one in asked]),
        cut([one.passage for one in asked]),
        cut([one.wrong for one in asked]),
    )
    return tuple(Triple(*row) for row in zip(*columns, strict=True))


def triple_loss(encoder: BilingualEncoder, batch: Sequence[Triple]) -> Tensor:
    """Return how hard it is for the questions to find their passages."""
    device = encoder.learned.device
    questions = encoder(batch_of([one.question for one in batch], padding=0, device=device))
    passages = [*(one.ids for one in batch), *(one.wrong for one in batch)]
    rows = encoder(batch_of(passages, padding=0, device=device))
    scores = questions @ rows.T / TEMPERATURE
    right = torch.arange(len(batch), device=device)
    same = torch.tensor([[own.ids == other for other in passages] for own in batch], device=device)
    same[right, right] = False  # what is right stays; a second copy of it is no counter-example
    return functional.cross_entropy(scores.masked_fill(same, -math.inf), right)
