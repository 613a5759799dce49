"""Lessons of an encoder: texts and where the teacher wants their vectors; in order, in batches, as losses.

In: texts with what they are in English. Out: batches of like length, and a loss. It does not know where texts are from.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.bilingual_encoder import BilingualEncoder, batch_of, mixed

Floats = npt.NDArray[np.float32]
TEMPERATURE = 0.05
"""Of the softmax over a batch, as MiniLM itself was trained (scale 20)."""
ALIKE = 0.8
"""Two targets of a batch nearer than this say the same: neither is the other's counter-example."""
NEARNESS = 4.0
"""Weight of 1 - cosine beside the softmax over the batch."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text and what it is in English: one way to say it, or several of which the mean is meant."""

    text: str
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text and where its vector should lie: row `target` of the targets."""

    ids: tuple[int, ...]
    target: int


@dataclass(frozen=True, slots=True)
class Lessons:
    lessons: tuple[Lesson, ...]
    targets: Tensor


class Sized(Protocol):
    """Anything that has a length in tokens."""

    @property
    def ids(self) -> tuple[int, ...]: ...


T = TypeVar("T", bound=Sized)


def make_targets(
    texts: Sequence[str], teacher: Any, tokenizer: Tokenizer, *, work: Path, device: torch.device
) -> Floats:
    """Return the teacher's unit rows of texts, computed once."""
    name = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    kept = work / f"targets-{name}.npy"
    if kept.is_file():
        loaded: Floats = np.load(kept)
        return loaded
    rows = [tuple(one.ids) for one in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found = np.zeros((len(rows), teacher.config.hidden_size), np.float32)
    with Progress(console=Console(stderr=True)) as progress, torch.inference_mode(), mixed(device):
        task = progress.add_task("teacher", total=len(order))
        for start in range(0, len(order), 128):
            chosen = order[start : start + 128]
            batch = batch_of([rows[at] for at in chosen], padding=0, device=device)
            hidden = teacher(input_ids=batch.ids, attention_mask=batch.mask).last_hidden_state.float()
            mask = batch.mask[:, :, None].float()
            means = (hidden * mask).sum(1) / mask.sum(1)
            found[chosen] = functional.normalize(means, dim=-1).cpu().numpy()
            progress.advance(task, len(chosen))
    np.save(kept, found)
    return found


def lessons_of(said: Sequence[Said], tokenizer: Tokenizer, english: Sequence[str], rows: Floats) -> Lessons:
    """Return lessons whose targets are the means of the rows of their English."""
    at = {text: number for number, text in enumerate(english)}
    targets = []
    for one in said:
        mean = np.mean([rows[at[text]] for text in one.english], axis=0)
        targets.append(mean / np.linalg.norm(mean))
    ids = [tuple(one.ids) for one in tokenizer.encode_batch([one.text for one in said])]
    lessons = tuple(Lesson(row, number) for number, row in enumerate(ids))
    return Lessons(lessons, torch.from_numpy(np.stack(targets).astype(np.float32)))


def lesson_loss(encoder: BilingualEncoder, batch: Sequence[Lesson], targets: Tensor, *, is_told_apart: bool) -> Tensor:
    """Return how far vectors are from their targets and, if so wished, how hard to tell from the others' targets."""
    device = encoder.learned.device
    wanted = targets[[one.target for one in batch]].to(device)
    rows = encoder(batch_of([one.ids for one in batch], padding=0, device=device))
    far: Tensor = NEARNESS * (1 - (rows * wanted).sum(dim=1)).mean()
    if not is_told_apart:
        return far
    scores = rows @ wanted.T / TEMPERATURE
    same = (wanted @ wanted.T > ALIKE) & ~torch.eye(len(rows), dtype=torch.bool, device=device)
    right = torch.arange(len(rows), device=device)
    apart: Tensor = functional.cross_entropy(scores.masked_fill(same, -math.inf), right)
    return apart + far


def batches(items: Sequence[T], *, size: int, seed: int) -> list[list[T]]:
    """Return an epoch in random order, texts of like length together."""
    chance = random.Random(seed)
    order = list(items)
    chance.shuffle(order)
    window = size * 50
    found: list[list[T]] = []
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda one: len(one.ids))
        found += [near[at : at + size] for at in range(0, len(near), size)]
    chance.shuffle(found)
    return [one for one in found if len(one) > 1]


def without_end(items: Sequence[T], *, size: int, seed: int) -> Iterator[list[T]]:
    """Yield batches, epoch after epoch, each in an order of its own."""
    while True:
        yield from batches(items, size=size, seed=seed)
        seed += 1
