"""Fit what stands on Moonshine's spelling network: which digit a word is, from what that network sees in it.

In: words with their voices. Out: a linear layer over the 896 features before its last layer, each measured against
their mean in the same voice. The network itself stays as it is: it heard many more people than we have, and a layer of
9,000 weights cannot forget them. Each word is seen as it is and slower, faster, from longer and shorter throats.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import soxr  # type: ignore[import-untyped]
import torch
from onnxruntime import InferenceSession, SessionOptions  # type: ignore[import-untyped]
from torch import nn

from speech.records import SAMPLE_RATE_HZ, Samples
from speech.spoken_digits.log_mel import Numbers, log_mel
from speech.spoken_digits.onnx_digits import SpelledHead
from training.digit_voices import Spoken

DIGITS = 10
VARIANTS = 3  # of each word, beside the word as it is
STRENGTH = 3e-3  # of the penalty on squared weights; .01 and .001 told left-out speakers' digits within half a percent
STEPS = 80
BATCH = 128
FEATURES = "/Flatten_output_0"


def opened_up(source: Path, target: Path) -> None:
    """Write the spelling network without its last layer: what comes out are the features before it, (n, 896)."""
    onnx.utils.extract_model(str(source), str(target), ["log_mel"], [FEATURES])


def fitted_head(words: Sequence[Spoken], network: Path, *, seed: int) -> SpelledHead:
    """Fit the layer on the digits among the words."""
    rng = np.random.default_rng(seed)
    digits = [word for word in words if word.label < DIGITS]
    features, labels = [], []
    for variant in range(VARIANTS + 1):
        seen = _features([_seen(word.samples, rng if variant else None) for word in digits], network)
        features.append(_centred(seen, [word.voice for word in digits]))
        labels += [word.label for word in digits]
    found = np.concatenate(features)
    scale = float(1.0 / found.std())
    weight, bias = _layer(found * scale, np.asarray(labels))
    return SpelledHead(weight * scale, bias)


def _seen(samples: Samples, rng: np.random.Generator | None) -> Numbers:
    """Return a word's picture; with chance, said slower or faster, from another throat, its faint ends lost."""
    if rng is None:
        return log_mel(samples)
    rate = rng.uniform(0.65, 1.15)
    said = np.asarray(soxr.resample(samples, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ / rate), dtype=np.float32)
    return log_mel(said, warp=float(rate * rng.uniform(0.88, 1.14)))


def _features(pictures: Sequence[Numbers], network: Path) -> Numbers:
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
    batches = (np.stack(pictures[at : at + BATCH])[:, None] for at in range(0, len(pictures), BATCH))
    return np.concatenate([session.run([FEATURES], {"log_mel": batch})[0] for batch in batches])


def _centred(features: Numbers, voices: Sequence[str]) -> Numbers:
    """Return features less their mean in the same voice."""
    found = features.copy()
    names = np.asarray(voices)
    for voice in np.unique(names):
        found[names == voice] -= found[names == voice].mean(axis=0)
    return found


def _layer(features: Numbers, labels: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> tuple[Numbers, Numbers]:
    inputs, wanted = torch.from_numpy(features.astype(np.float32)), torch.from_numpy(labels)
    weight = torch.zeros(features.shape[1], DIGITS, requires_grad=True)
    bias = torch.zeros(DIGITS, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=STEPS, history_size=10)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        lost = nn.functional.cross_entropy(inputs @ weight + bias, wanted) + STRENGTH * (weight**2).sum()
        lost.backward()  # type: ignore[no-untyped-call]
        return lost

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return weight.detach().numpy(), bias.detach().numpy()
