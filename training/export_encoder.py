"""A trained encoder in, model.onnx out: fp32 first, then int8.

Whoever exports must not be training: `export_onnx` puts the model to eval() itself, for an export with dropout left on
gives other vectors at every call and no error. It does not know what the model was trained on.

    python -m training.export_encoder TRAINED nlp/weights/NAME --card model_cards/NAME.md
"""

from __future__ import annotations

import argparse
import re
import shutil
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from transformers import BertModel

from model_cards.card import load_card_file
from model_cards.rungs import sha256_of
from training.bilingual_encoder import MAX_TOKENS, load_teacher

OPSET = 17
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"
DOMAIN = "com.microsoft"
BLOCK = 128
"""Numbers that share a scale: of our encoder's queries, cosine to fp32 is .9990 (64: .9994, +0.3 MB; 32: .9996, +1 MB;
quantize_dynamic: .9922). The largest that divides 384 and 1536 and is a power of two."""
INT8_ACTIVATIONS = 4
"""accuracy_level of MatMulNBits: multiply in int8, which processors have instructions for."""


class _LastHidden(nn.Module):
    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        found = self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        hidden: Tensor = found.last_hidden_state
        return hidden


def export_onnx(model: BertModel, path: Path) -> None:
    """Write the fp32 model: ids, mask and types (n, t) in, last_hidden_state (n, t, width) out."""
    wrapper = _LastHidden(model).eval()
    wrapper.to("cpu")
    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {name: {0: "n", 1: "t"} for name in (*INPUTS, OUTPUT)}
    with warnings.catch_warnings():
        # The exporter in its stead writes weights beside the file and needs onnxscript; this one is stable for BERT.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapper,
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(path),
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def quantise(source: Path, target: Path, *, max_tokens: int) -> None:
    """Write the int8 model: matrices with a scale for each block, words with a scale a row, fewer positions.

    Activations become int8 a block of a row at a time, inside MatMulNBits: a text's vector cannot depend on the texts
    beside it, as it does where one scale serves a batch (quantize_dynamic), and it stays ten times nearer to fp32.
    """
    model = onnx.load(source)
    _quantise_matrices(model)
    _quantise_words(model)
    _cut_positions(model, max_tokens)
    onnx.save(model, target)


def _quantise_matrices(model: onnx.ModelProto) -> None:
    weights = {one.name: one for one in model.graph.initializer}
    for node in [one for one in model.graph.node if one.op_type == "MatMul" and one.input[1] in weights]:
        table = weights[node.input[1]]
        rows = numpy_helper.to_array(table)  # (k, n)
        depth, width = rows.shape
        blocks = rows.T.reshape(width, depth // BLOCK, BLOCK)
        scales = np.abs(blocks).max(axis=2, keepdims=True) / 127
        scales = np.where(scales > 0, scales, 1).astype(np.float32)
        packed = (np.clip(np.rint(blocks / scales), -127, 127) + 128).astype(np.uint8)  # 128 stands for nought
        names = [f"{table.name}_int8", f"{table.name}_scale"]
        model.graph.initializer.append(numpy_helper.from_array(packed, names[0]))
        model.graph.initializer.append(numpy_helper.from_array(scales.reshape(-1), names[1]))
        shape = {"K": depth, "N": width, "bits": 8, "block_size": BLOCK, "accuracy_level": INT8_ACTIVATIONS}
        make_node: Any = helper.make_node
        fresh = make_node("MatMulNBits", [node.input[0], *names], list(node.output), domain=DOMAIN, **shape)
        at = list(model.graph.node).index(node)
        model.graph.node.remove(node)
        model.graph.node.insert(at, fresh)
        model.graph.initializer.remove(table)
    model.opset_import.append(helper.make_opsetid(DOMAIN, 1))


def _cut_positions(model: onnx.ModelProto, max_tokens: int) -> None:
    """Leave only the positions that are ever read."""
    for weight in model.graph.initializer:
        if weight.name.endswith("position_embeddings.weight"):
            rows = numpy_helper.to_array(weight)[:max_tokens]
            weight.CopyFrom(numpy_helper.from_array(rows, weight.name))


def _quantise_words(model: onnx.ModelProto) -> None:
    """Put int8 rows and their scales in place of the table of words: the largest initialiser that is gathered from."""
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    gathers = [node for node in graph.node if node.op_type == "Gather" and node.input[0] in weights]
    gather = max(gathers, key=lambda node: int(np.prod(weights[node.input[0]].dims)))
    table = weights[gather.input[0]]
    rows: npt.NDArray[np.float32] = numpy_helper.to_array(table)
    scales = np.abs(rows).max(axis=1, keepdims=True) / 127
    scales = np.where(scales > 0, scales, 1).astype(np.float32)
    packed = np.clip(np.rint(rows / scales), -127, 127).astype(np.int8)
    graph.initializer.remove(table)
    graph.initializer.append(numpy_helper.from_array(packed, "words_int8"))
    graph.initializer.append(numpy_helper.from_array(scales, "words_scale"))
    at = list(graph.node).index(gather)
    ids, out = gather.input[1], gather.output[0]
    graph.node.remove(gather)
    fresh = [
        helper.make_node("Gather", ["words_int8", ids], ["words_taken"], axis=0),
        helper.make_node("Cast", ["words_taken"], ["words_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["words_scale", ids], ["words_scales"], axis=0),
        helper.make_node("Mul", ["words_float", "words_scales"], [out]),
    ]
    for step, node in enumerate(fresh):
        graph.node.insert(at + step, node)


COPIED = ("tokenizer.json", "1_Pooling/config.json", "sentence_bert_config.json")
FILES = re.compile(r"^files:.*\n(?:  - .*\n)*", re.MULTILINE)


def ship(trained: Path, folder: Path, *, is_fp32: bool) -> None:
    """Write what `build_embedder("onnx", folder=...)` opens."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(trained / name, folder / name)
    model = load_teacher(trained)
    if is_fp32:
        export_onnx(model, folder / "model.onnx")
        return
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.onnx"
        export_onnx(model, whole)
        quantise(whole, folder / "model.onnx", max_tokens=MAX_TOKENS)


def write_files(card: Path, folder: Path) -> None:
    """Put the files' names, hashes and sizes into the card in place of those that stood there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    rows = "".join(
        f"  - {{path: {path.relative_to(folder)}, sha256: {sha256_of(path)}, bytes: {path.stat().st_size}}}\n"
        for path in paths
    )
    text = card.read_text(encoding="utf-8")
    card.write_text(FILES.sub(lambda _: f"files:\n{rows}", text, count=1), encoding="utf-8")
    load_card_file(card)


def main() -> None:
    """Export a trained folder and name its files in a card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--card", type=Path, default=None)
    parser.add_argument("--fp32", action="store_true")
    options = parser.parse_args()
    ship(options.trained, options.folder, is_fp32=options.fp32)
    if options.card is not None:
        write_files(options.card, options.folder)


if __name__ == "__main__":
    main()
