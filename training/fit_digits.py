"""Fit the digit network of a language: voices in, a folder with an 8-bit ONNX file and digits.json out.

English learns from FSDD's people and from synthesisers, Mandarin from synthesisers alone. With --leave-out NAME one
person's recordings are kept away from it, so that `eval_speech --only digits --networks` may measure on a stranger.

    python -m training.fit_digits --language en --data ../shared/data/speech --out speech/weights/spoken-digits-en
    python -m training.fit_digits --language en --leave-out george --out nets-heldout/en/george
    python -m training.fit_digits --language zh --out speech/weights/spoken-digits-zh
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import nn

from speech.spoken_digits.onnx_digits import HEAD, SPELLING
from speech.spoken_digits.word_picture import Numbers, power
from training.digit_head import fitted_head, opened_up
from training.digit_lessons import STRING, Choir, Lesson, choir, string
from training.digit_network import DigitNetwork, export
from training.digit_voices import Spoken, people, synthetic

BATCH = 128
STEPS = 450
RATE, DECAY, SMOOTHING = 3e-3, 0.02, 0.1
PEOPLE_SHARE = 0.65  # of each batch, where there are people: synthetic voices are many and unlike
SYNTHETIC = {"en": 240, "zh": 160}  # voices
SEED = 7
WARPS = (0.92, 1.0, 1.08)
"""Each word is looked at as if from a longer, a usual and a shorter throat, and the three looks are averaged."""
REPORT_EVERY = 100
SPELLING_SOURCE = Path("models", "moonshine-spelling-cnn", "spelling_cnn_letters_digits_mel.shrunk.onnx")
WEIGHTS = {"en": (0.5, 1.0), "zh": (1.0, 1.0)}
"""How much our own network and the layer on Moonshine's (MIT) say which digit it is."""


def voices(language: str, *, kept: Path | None) -> list[Spoken]:
    """Return the synthetic words of a language: those kept in a folder, or made now and kept."""
    path = None if kept is None else kept / f"{language}-{SYNTHETIC[language]}-{SEED}.npz"
    if path is not None and path.is_file():
        held = np.load(path)
        edges = np.cumsum(held["lengths"])
        parts = np.split(held["samples"].astype(np.float32) / 32767, edges[:-1])
        return [
            Spoken(one, int(label), str(voice))
            for one, label, voice in zip(parts, held["labels"], held["voices"], strict=True)
        ]
    made = synthetic(language, count=SYNTHETIC[language], seed=SEED)
    if path is not None and made:
        path.parent.mkdir(parents=True, exist_ok=True)
        pcm = np.concatenate([np.round(np.clip(one.samples, -1, 1) * 32767).astype(np.int16) for one in made])
        labels, lengths = [one.label for one in made], [len(one.samples) for one in made]
        np.savez(path, samples=pcm, lengths=lengths, labels=labels, voices=[one.voice for one in made])
    return made


def lessons(words: Sequence[Spoken]) -> list[Lesson]:
    """Return words as the network learns from them."""
    return [Lesson(power(word.samples), word.label, word.voice) for word in words]


def fitted(own: Choir, others: Choir, *, steps: int, seed: int, console: Console) -> DigitNetwork:
    """Fit a network on people's strings and synthesisers', AdamW on one cycle; says how far it is."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = DigitNetwork().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    began_s, right, lost = time.monotonic(), 0.0, 0.0
    for step in range(1, steps + 1):
        pictures, labels = _batch(own, others, rng)
        wanted = torch.tensor(labels)
        logits = network(torch.from_numpy(pictures))
        loss = nn.functional.cross_entropy(logits, wanted, label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        pace.step()
        lost += float(loss.detach()) / REPORT_EVERY
        right += float((logits.argmax(dim=1) == wanted).float().mean()) / REPORT_EVERY
        if step % REPORT_EVERY == 0:
            took_s = time.monotonic() - began_s
            console.print(f"step {step} of {steps}: loss {lost:.3f}, right {right:.3f}, {took_s:.0f} s")
            right, lost = 0.0, 0.0
    return network.eval()


def _batch(own: Choir, others: Choir, rng: np.random.Generator) -> tuple[Numbers, list[int]]:
    """Return pictures (BATCH, 1, 40, 48) and labels of strings, most of them people's where there are any."""
    seen: list[Numbers] = []
    labels: list[int] = []
    for _ in range(BATCH // STRING):
        drawn = own if own and rng.random() < PEOPLE_SHARE else others or own
        voice = str(rng.choice(list(drawn)))
        pictures, told = string(drawn[voice], rng)
        seen += pictures
        labels += told
    return np.stack(seen), labels


def _write_head(words: Sequence[Spoken], source: Path, out: Path, console: Console) -> None:
    """Fit the layer on the spelling network, and write both."""
    opened_up(source, out / SPELLING)
    head = fitted_head(words, out / SPELLING, seed=SEED)
    np.savez(out / HEAD, weight=head.weight.astype(np.float16), bias=head.bias.astype(np.float16))
    console.print(f"{out / HEAD}: fitted on {len(words)} words")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.fit_digits", description="Fit a digit network.")
    parser.add_argument("--language", choices=sorted(SYNTHETIC), required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/speech"))
    parser.add_argument("--out", type=Path, required=True, help="folder for digits-SEED.onnx and digits.json")
    parser.add_argument("--leave-out", default="", help="a speaker of FSDD whom it shall not hear")
    parser.add_argument("--voices", type=Path, help="folder that keeps the synthetic words between runs")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seeds", default="1", help="a network each, as in 1,2; empty: only the layer")
    return parser.parse_args()


def main() -> None:
    """Fit, export and say where."""
    arguments, console = _arguments(), Console()
    torch.set_num_threads(1)
    fsdd = people(arguments.data / "fsdd") if arguments.language == "en" else iter(())
    heard = [one for one in fsdd if one.voice != arguments.leave_out]
    synthesised = voices(arguments.language, kept=arguments.voices)
    own, others = lessons(heard), lessons(synthesised)
    console.print(f"{len(own)} words of people, {len(others)} of synthesisers")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for seed in map(int, filter(None, arguments.seeds.split(","))):
        network = fitted(choir(own), choir(others), steps=arguments.steps, seed=seed, console=console)
        path = arguments.out / f"digits-{seed}.onnx"
        export(network, path)
        console.print(f"{path}: {path.stat().st_size:,} bytes")
    _write_head(heard or synthesised, arguments.data / SPELLING_SOURCE, arguments.out, console)
    network_weight, spelling_weight = WEIGHTS[arguments.language]
    asked = {"warps": WARPS, "network_weight": network_weight, "spelling_weight": spelling_weight}
    (arguments.out / "digits.json").write_text(json.dumps(asked) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
