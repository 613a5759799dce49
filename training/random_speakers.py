"""Make a pair of networks in the forms that sherpa-onnx tells speakers by, without any download: pyannote segmentation
and a speaker embedding.

In: a seed and a folder. Out: a folder with both, their metadata and its own card. The shapes are those of
pyannote/segmentation-3.0 (10 s in, 589 frames of 7 sets of speakers out) and of CAM++ (80 mel bins in, 192 numbers
out). Segmentation takes tones of two pitches for two voices, the embedding is a random projection: it proves the path
from a folder to turns, never accuracy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from onnx import helper

from training.random_cards import write_random_card
from training.random_networks import floats, graph_of, save_network

RATE_HZ = 16_000
WINDOW, FIELD, SHIFT, FRAMES = 160_000, 991, 270, 589  # samples; pyannote/segmentation-3.0
SPEAKERS, AT_ONCE = 3, 2
SETS = 1 + SPEAKERS + SPEAKERS * (SPEAKERS - 1) // 2  # nobody, one, two at once
BINS, WIDTH = 80, 192  # CAM++
PITCHES_HZ = (400.0, 1_600.0)
"""What the first and the second voice hum."""
LEAST_POWER = 0.5
"""A hum at a tenth of full scale has (.1 * 991 / 2)² = 2,455 over one receptive field, noise at .001 has .0005."""


def make_random_speakers(folder: Path, *, seed: int) -> Path:
    """Write both networks into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    _save_segmentation(folder / "segmentation.onnx")
    _save_embedding(folder / "embedding.onnx", seed=seed)
    title = "Two networks that tell hums apart, in the forms that sherpa-onnx tells speakers by"
    return write_random_card(folder, title=title, languages="zh, en", seed=seed, task="speaker-diarisation")


def _save_segmentation(path: Path) -> None:
    at = np.arange(FIELD) / RATE_HZ
    waves = [wave(2 * np.pi * hz * at) for hz in PITCHES_HZ for wave in (np.cos, np.sin)]
    weights = np.zeros((2 * len(PITCHES_HZ), SETS), np.float32)  # (wave, set)
    for number in range(len(PITCHES_HZ)):
        weights[2 * number : 2 * number + 2, 1 + number] = 1.0
    bias = np.full(SETS, -1.0, np.float32)
    bias[0], bias[1 : 1 + len(PITCHES_HZ)] = LEAST_POWER, 0.0
    nodes = [
        helper.make_node("Conv", ["x", "waves"], ["found"], strides=[SHIFT]),  # (n, wave, frame)
        helper.make_node("Mul", ["found", "found"], ["power"]),
        helper.make_node("Transpose", ["power"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "weights"], ["summed"]),
        helper.make_node("Add", ["summed", "bias"], ["y"]),
    ]
    constants = {"waves": np.stack(waves)[:, None].astype(np.float32), "weights": weights, "bias": bias}
    graph = graph_of(nodes, [floats("x", ["N", 1, "T"])], [floats("y", ["N", "F", SETS])], constants)
    metadata = {"sample_rate": RATE_HZ, "window_size": WINDOW, "receptive_field_size": FIELD}
    metadata |= {"receptive_field_shift": SHIFT, "num_speakers": SPEAKERS, "powerset_max_classes": AT_ONCE}
    save_network(graph, path, {**metadata, "num_classes": SETS, "model_type": "pyannote-segmentation-3.0"})


def _save_embedding(path: Path, *, seed: int) -> None:
    drawn = np.random.default_rng(seed).standard_normal((BINS, WIDTH))
    weights = (drawn - drawn.mean(axis=0)).astype(np.float32)  # what all bins share, loudness, counts for nothing
    nodes = [
        helper.make_node("ReduceMean", ["feats"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["embs"]),
    ]
    graph = graph_of(nodes, [floats("feats", ["N", "T", BINS])], [floats("embs", ["N", WIDTH])], {"weights": weights})
    metadata = {"framework": "wespeaker", "language": "Chinese-English", "sample_rate": RATE_HZ, "output_dim": WIDTH}
    save_network(graph, path, {**metadata, "normalize_samples": 1})


if __name__ == "__main__":
    make_random_speakers(Path(sys.argv[1]), seed=0)
