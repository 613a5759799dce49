"""Take the steps of an encoder's training, from where it was cut off: steps in, an encoder that has moved.

A checkpoint is written every few steps. It does not know what a step teaches: a step returns a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor

from training.bilingual_encoder import BilingualEncoder

Step = Callable[[], Tensor]


@dataclass(frozen=True, slots=True)
class Rates:
    """How far a step goes: of the new words, and of the layers above them (0: they stay)."""

    words: float = 2e-3
    layers: float = 0.0
    warm_up: float = 0.05
    """Share of the steps in which the rates rise; after it they sink in a straight line."""
    falls_over: int | None = None
    """Steps over which the rates sink to nothing, where that is not the number of steps."""
    save_every: int = 10


def train(encoder: BilingualEncoder, steps: Sequence[Step], *, rates: Rates, kept: Path, console: Console) -> None:
    """Take the steps, from where the checkpoint stands."""
    if not steps:
        return
    encoder.train_words_and_layers(layers=rates.layers > 0)
    groups = [{"params": [encoder.learned], "lr": rates.words}]
    if rates.layers > 0:
        groups.append({"params": encoder.moving_layers(), "lr": rates.layers})
    optimiser = torch.optim.AdamW(groups, weight_decay=0.0, betas=(0.9, 0.98))
    length = rates.falls_over or len(steps)
    warm = max(1, int(rates.warm_up * length))
    curve = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, max(0.02, (length - step) / length))
    )
    begun = _resume(kept, encoder, optimiser, curve)
    moving = [one for group in groups for one in group["params"]]  # type: ignore[attr-defined]
    with Progress(console=console) as progress:
        task = progress.add_task(kept.stem, total=len(steps), completed=begun)
        running = 0.0
        for number in range(begun, len(steps)):
            optimiser.zero_grad(set_to_none=True)
            loss = steps[number]()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(moving, 1.0)
            optimiser.step()
            curve.step()
            value = float(loss.detach())
            running = 0.98 * running + 0.02 * value if running else value
            progress.update(task, advance=1)
            if (number + 1) % rates.save_every == 0 or number + 1 == len(steps):
                _save(kept, encoder, optimiser, curve, number + 1)
                console.log(f"{kept.stem} step {number + 1}/{len(steps)} loss {running:.3f}")


def _save(kept: Path, encoder: BilingualEncoder, optimiser: Any, curve: Any, step: int) -> None:
    moving = {name: one.detach() for name, one in encoder.named_parameters() if one.requires_grad}
    state = {"step": step, "model": moving, "optimiser": optimiser.state_dict(), "curve": curve.state_dict()}
    fresh = kept.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(kept)


def _resume(kept: Path, encoder: BilingualEncoder, optimiser: Any, curve: Any) -> int:
    if not kept.is_file():
        return 0
    state = torch.load(kept, weights_only=True)
    encoder.load_state_dict(state["model"], strict=False)  # what does not move is not kept
    optimiser.load_state_dict(state["optimiser"])
    curve.load_state_dict(state["curve"])
    return int(state["step"])
