"""Make a sentence encoder of random weights in the shape of all-MiniLM-L6-v2, without any download.

In: a seed and a folder. Out: a folder that `build_embedder("onnx", folder=...)` opens: model.onnx, tokenizer.json and
its own card. Its vectors mean nothing: it proves structure, batching, speed and memory, never relevance.

    ids, mask -> word + position + type embeddings -> 6 x (attention, feed-forward) -> last_hidden_state (n, t, 384)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of

NAME = "encoder-random"
LAYERS, WIDTH, HEADS, FEED_FORWARD = 6, 384, 12, 1536
VOCABULARY, POSITIONS = 30_522, 512
"""config.json of sentence-transformers/all-MiniLM-L6-v2: 22.7 M parameters."""
OPSET = 17
"""The first with LayerNormalization; onnxruntime has run it since 1.12."""
SPREAD = 0.02
"""BERT's initializer_range."""
PUNCTUATION = "!?.,;:'\"()-/%#+&@，。！？；：、（）"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """How large the encoder is; the default is MiniLM's, tests take a smaller one."""

    layers: int = LAYERS
    width: int = WIDTH
    heads: int = HEADS
    feed_forward: int = FEED_FORWARD
    vocabulary: int = VOCABULARY
    positions: int = POSITIONS


MINILM = EncoderShape()
TINY = EncoderShape(layers=2, width=32, heads=4, feed_forward=64, vocabulary=6_000, positions=128)
"""Loads in milliseconds; the vocabulary still holds every letter and 5,000 Han characters."""


def make_random_encoder(
    folder: Path, *, seed: int, shape: EncoderShape = MINILM, is_int8: bool = False, name: str = NAME
) -> Path:
    """Write the model into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    onnx.save(_Graph(np.random.default_rng(seed), shape).model(), path)
    if is_int8:
        _quantise(path)
    _save_tokenizer(folder / "tokenizer.json", shape)
    (folder / OWN_CARD).write_text(_card(folder, seed=seed, name=name), encoding="utf-8")
    return folder


@dataclass(slots=True)
class _Graph:
    """Nodes and weights, added one after the other; each method returns the name of what it made."""

    chance: np.random.Generator
    shape: EncoderShape
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def model(self) -> onnx.ModelProto:
        ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "t"]) for name in INPUTS]
        hidden = self.embeddings()
        bias = self.mask_bias()
        for _ in range(self.shape.layers):
            hidden = self.normed(self.add("Add", hidden, self.attention(hidden, bias)))
            hidden = self.normed(self.add("Add", hidden, self.feed_forward(hidden)))
        self.nodes.append(helper.make_node("Identity", [hidden], ["last_hidden_state"]))
        out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["n", "t", self.shape.width])
        graph = helper.make_graph(self.nodes, NAME, ids, [out], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)

    def embeddings(self) -> str:
        """Return (n, t, width): word, position and type together, normed."""
        words = self.add("Gather", self.random(self.shape.vocabulary, self.shape.width), "input_ids")
        types = self.add("Gather", self.random(2, self.shape.width), "token_type_ids")
        length = self.add("Slice", self.add("Shape", "input_ids"), *(self.constant([at]) for at in (1, 2)))
        places = self.add("Slice", self.random(self.shape.positions, self.shape.width), self.constant([0]), length)
        return self.normed(self.add("Add", self.add("Add", words, types), places))

    def mask_bias(self) -> str:
        """Return (n, 1, 1, t): 0 where a token stands, -10000 where padding does, as BERT has it."""
        mask = self.add("Unsqueeze", "attention_mask", self.constant([1, 2]))
        kept = self.add("Cast", mask, to=TensorProto.FLOAT)
        return self.add("Mul", self.add("Sub", self.number(1.0), kept), self.number(-10_000.0))

    def attention(self, hidden: str, bias: str) -> str:
        """Return what the heads attend to, (n, t, width)."""
        size = self.shape.width // self.shape.heads
        query, key, value = (
            self.add(
                "Transpose",
                self.add(
                    "Reshape", self.linear(hidden, self.shape.width), self.constant([0, 0, self.shape.heads, size])
                ),
                perm=order,
            )
            for order in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        )
        scores = self.add("Div", self.add("MatMul", query, key), self.number(size**0.5))
        heads = self.add("MatMul", self.add("Softmax", self.add("Add", scores, bias), axis=-1), value)
        joined = self.add(
            "Reshape", self.add("Transpose", heads, perm=[0, 2, 1, 3]), self.constant([0, 0, self.shape.width])
        )
        return self.linear(joined, self.shape.width)

    def feed_forward(self, hidden: str) -> str:
        """Return the two layers with GELU between them; written out, as exporters write it."""
        wide = self.linear(hidden, self.shape.feed_forward)
        erf = self.add("Erf", self.add("Div", wide, self.number(2**0.5)))
        gelu = self.add("Mul", self.add("Mul", wide, self.add("Add", erf, self.number(1.0))), self.number(0.5))
        return self.linear(gelu, self.shape.width)

    def linear(self, source: str, width: int) -> str:
        inner = self.shape.feed_forward if self.is_wide(source) else self.shape.width
        return self.add("Add", self.add("MatMul", source, self.random(inner, width)), self.random(width))

    def is_wide(self, name: str) -> bool:
        """The one tensor that is wide is what GELU ends with: its last node multiplies."""
        return name.startswith("Mul")

    def normed(self, source: str) -> str:
        ones = self.weight(np.ones(self.shape.width, np.float32))
        zeros = self.weight(np.zeros(self.shape.width, np.float32))
        return self.add("LayerNormalization", source, ones, zeros, axis=-1, epsilon=1e-12)

    def random(self, *size: int) -> str:
        return self.weight(self.chance.normal(0, SPREAD, size).astype(np.float32))

    def number(self, value: float) -> str:
        return self.weight(np.array(value, np.float32))

    def constant(self, values: list[int]) -> str:
        return self.weight(np.array(values, np.int64))

    def weight(self, values: npt.NDArray[np.generic]) -> str:
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def add(self, operator: str, *sources: str, **attributes: int | float | list[int]) -> str:
        name = f"{operator}_{len(self.nodes)}"
        make_node: Any = helper.make_node
        self.nodes.append(make_node(operator, sources, [name], name=name, **attributes))
        return name


INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def _quantise(path: Path) -> None:
    """Weights to int8, a scale a column; activations are scaled while it runs."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    with TemporaryDirectory() as scratch:
        smaller = Path(scratch) / path.name
        quantize_dynamic(path, smaller, weight_type=QuantType.QInt8, per_channel=True)
        path.write_bytes(smaller.read_bytes())


def _save_tokenizer(path: Path, shape: EncoderShape) -> None:
    """Write a WordPiece tokenizer: special tokens, letters and pairs of them, digits, then Han characters."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    pieces += PUNCTUATION
    pieces += [f"##{first}{second}" for first in letters[:26] for second in letters[:26]]
    pieces += [chr(code) for code in range(0x4E00, 0x4E00 + shape.vocabulary - len(pieces))]
    numbers = {piece: number for number, piece in enumerate(dict.fromkeys(pieces[: shape.vocabulary]))}
    tokenizer = Tokenizer(models.WordPiece(vocab=numbers, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", numbers["[CLS]"]), ("[SEP]", numbers["[SEP]"])]
    )
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.save(str(path))


def _card(folder: Path, *, seed: int, name: str) -> str:
    files = "\n".join(
        f"  - {{path: {path.name}, sha256: {sha256_of(path)}, bytes: {path.stat().st_size}}}"
        for path in sorted(folder.iterdir())
        if path.name != OWN_CARD
    )
    return f"""---
name: {name}
title: A sentence encoder of random weights
task: text-embedding
languages: [zh, en]
licence: Apache-2.0
source: {{}}
files:
{files}
data: None; the weights are drawn with seed {seed}.
recommended: false
metrics: []
---
# {name}
Proves the path from a folder to vectors, its speed and its memory.
It must not be used for anything else: its vectors mean nothing.
"""


if __name__ == "__main__":
    make_random_encoder(Path(sys.argv[1]), seed=0, is_int8="--int8" in sys.argv[2:])
