"""A BERT-type sentence encoder on onnxruntime: a folder with model.onnx and tokenizer.json in, unit rows out.

The mean over the tokens that are not padding, or the first token's row, as the model was trained; then length 1.
Lengths are padded up to a few fixed ones, so shapes repeat and memory stays level; a text's vector does not depend on
what was encoded before it, and beside which texts only in the last digits. The weights come from the folder that the
model's card is located in, never from a hub.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model_cards import Located, locate, locate_folder
from nlp.encoders.embed import EncoderInput, Role, Vectors, unit_rows
from nlp.encoders.encoding_recipe import Recipe, read_recipe
from nlp.records import EncoderUnavailable

MODEL_FILES = ("model.onnx", "onnx/model.onnx")
TOKENIZER_FILE = "tokenizer.json"
LENGTHS = (*range(2, 33, 2), 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512)
"""What a batch's length is padded up to: at most a quarter above; questions, which have 6 to 14 tokens, by one token.
All even: the int8 kernel takes rows by two and rounds a last odd one otherwise, so that a text's vector would depend
on its company (cosine .9997 for one text in two, onnxruntime 1.32); by even lengths it is the same bit for bit."""
CHARS_PER_TOKEN = 20
"""No natural text has tokens longer than this on average; what is beyond is cut before it is looked at."""

Ids = npt.NDArray[np.int64]


def build(
    *,
    model: str = "",
    models_dir: Path | None = None,
    folder: Path | None = None,
    threads: int = 2,
    max_tokens: int | None = None,
) -> OnnxEmbedder:
    """Load an encoder by its card's name, or out of a folder of its own; it reads as many tokens as the folder says.

    Raises:
        model_cards.ModelCardError: the files are not on this machine; the message says what brings them.
        EncoderUnavailable: the files are there and do not make an encoder.
    """
    located = locate(model, models_dir=models_dir) if folder is None else locate_folder(folder)
    recipe = read_recipe(located)
    recipe = recipe if max_tokens is None else replace(recipe, max_tokens=max_tokens)
    return OnnxEmbedder(
        name=located.card.name,
        tokenizer=_load_tokenizer(located, recipe.max_tokens),
        session=_load_session(located, threads),
        recipe=recipe,
    )


class OnnxEmbedder:
    """A loaded encoder."""

    def __init__(self, *, name: str, tokenizer: Any, session: Any, recipe: Recipe) -> None:
        self._name = name
        self._tokenizer = tokenizer
        self._session = session
        self._recipe = recipe
        self._before = {"question": recipe.question, "passage": recipe.passage, None: ""}
        self._inputs = frozenset(one.name for one in session.get_inputs())
        self._padding = int(tokenizer.token_to_id("[PAD]") or tokenizer.token_to_id("<pad>") or 0)
        width = session.get_outputs()[0].shape[-1]
        if not isinstance(width, int) or "input_ids" not in self._inputs:
            raise EncoderUnavailable(
                f"{name} takes {sorted(self._inputs)} and returns rows of {width!r}; "
                "an encoder takes input_ids and attention_mask and returns (n, t, width)."
            )
        self._width = width

    @property
    def engine(self) -> str:
        return f"onnx:{self._name}"

    @property
    def width(self) -> int:
        return self._width

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        kept = text[: self._recipe.max_tokens * CHARS_PER_TOKEN].encode("utf-8", "replace").decode()
        encoding = self._tokenizer.encode(self._before[role] + kept)
        return EncoderInput(tuple(encoding.ids), is_cut=bool(encoding.overflowing) or len(kept) < len(text))

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        if not inputs:
            return np.zeros((0, self._width), np.float32)
        length = padded_length(max(len(one.ids) for one in inputs))
        ids = np.full((len(inputs), length), self._padding, np.int64)
        mask = np.zeros((len(inputs), length), np.int64)
        for row, one in enumerate(inputs):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        return self._encode(ids, mask)

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        return self.embed_prepared([self.prepare(text, role=role) for text in texts])

    def _encode(self, ids: Ids, mask: Ids) -> Vectors:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: given[name] for name in self._inputs})[0]  # (n, t, width)
        if self._recipe.pooling == "cls":
            return unit_rows(hidden[:, 0])
        kept = mask[:, :, None].astype(np.float32)
        means: Vectors = (hidden * kept).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
        return unit_rows(means)


def padded_length(length: int) -> int:
    """Return the length that a batch is brought to.

    >>> padded_length(3), padded_length(17), padded_length(33), padded_length(600)
    (4, 18, 40, 600)
    """
    at = bisect_left(LENGTHS, length)
    return LENGTHS[at] if at < len(LENGTHS) else length


def _load_tokenizer(located: Located, max_tokens: int) -> Any:
    from tokenizers import Tokenizer

    path = located.path / TOKENIZER_FILE
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise EncoderUnavailable(f"{path} is not a tokenizer: {error}. Pull the model again.") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _load_session(located: Located, threads: int) -> Any:
    import onnxruntime  # type: ignore[import-untyped]

    path = next((located.path / name for name in MODEL_FILES if (located.path / name).is_file()), None)
    if path is None:
        raise EncoderUnavailable(f"{located.path} holds neither of {', '.join(MODEL_FILES)}.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps the largest batch for ever; the allocator below it gives back.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    # A spinning thread takes a core from whoever shares the machine; alone it would gain some percent.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common class
        raise EncoderUnavailable(f"{path} cannot be loaded: {error}. Pull the model again.") from error
