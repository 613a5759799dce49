"""Make a cross-encoder of random weights, without any download: a random sentence encoder with one logit on top.

In: a seed and a folder. Out: a folder that nlp.encoders.onnx_cross_encoder opens. Its order means nothing: it proves
the path from a folder to scores, batching and cutting.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of
from training.random_encoder import TINY, EncoderShape, make_random_encoder

NAME = "cross-encoder-random"
SPREAD = 1.0
"""Wide, so that the logits of two passages differ in their first digits."""


def make_random_cross_encoder(folder: Path, *, seed: int, shape: EncoderShape = TINY) -> Path:
    """Write the model into `folder` and return it."""
    make_random_encoder(folder, seed=seed, shape=shape, name=NAME)
    path = folder / "model.onnx"
    before = sha256_of(path)
    size = path.stat().st_size
    model = onnx.load(path)
    graph = model.graph
    weight = np.random.default_rng(seed).normal(0, SPREAD, (shape.width, 1)).astype(np.float32)
    graph.initializer.append(numpy_helper.from_array(weight, "logit_weight"))
    graph.initializer.append(numpy_helper.from_array(np.array(0, np.int64), "first"))
    graph.node.append(helper.make_node("Gather", ["last_hidden_state", "first"], ["first_token"], axis=1))
    graph.node.append(helper.make_node("MatMul", ["first_token", "logit_weight"], ["logits"]))
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1]))
    onnx.save(model, path)
    card = (folder / OWN_CARD).read_text(encoding="utf-8")
    card = card.replace(before, sha256_of(path)).replace(f"bytes: {size}", f"bytes: {path.stat().st_size}")
    (folder / OWN_CARD).write_text(card, encoding="utf-8")
    return folder
