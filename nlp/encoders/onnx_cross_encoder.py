"""A cross-encoder on onnxruntime: a question with each of some passages in, the passages in a better order out.

It reads question and passage together, so it tells "how to switch it on" from "how to switch it off", at the price of
one run a passage: a few passages are put to it, those that both legs rank first. Its folder has model.onnx with one
logit a pair (bge-reranker, ms-marco-MiniLM, mMARCO) and tokenizer.json; none is shipped, none is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from model_cards import Located, locate, locate_folder
from nlp.encoders.onnx_embedder import CHARS_PER_TOKEN, MODEL_FILES, TOKENIZER_FILE, padded_length
from nlp.records import EncoderUnavailable, Hit

MAX_TOKENS = 256
"""Of question and passage together; a passage of 1,500 letters has about 350 and loses its end."""
BATCH = 8


def build(
    *,
    model: str = "",
    models_dir: Path | None = None,
    folder: Path | None = None,
    threads: int = 2,
    max_tokens: int = MAX_TOKENS,
) -> OnnxCrossEncoder:
    """Load a cross-encoder by its card's name, or out of a folder of its own.

    Raises:
        model_cards.ModelCardError: the files are not on this machine; the message says what brings them.
        EncoderUnavailable: the files are there and do not make a cross-encoder.
    """
    located = locate(model, models_dir=models_dir) if folder is None else locate_folder(folder)
    session = _load_session(located, threads)
    return OnnxCrossEncoder(located.card.name, _load_tokenizer(located, max_tokens), session, max_tokens)


class OnnxCrossEncoder:
    """A loaded cross-encoder; shared by threads."""

    def __init__(self, name: str, tokenizer: Any, session: Any, max_tokens: int) -> None:
        self._name = name
        self._tokenizer = tokenizer
        self._session = session
        self._max_tokens = max_tokens
        self._inputs = frozenset(one.name for one in session.get_inputs())
        outputs = session.get_outputs()
        if "input_ids" not in self._inputs or len(outputs[0].shape) != 2 or outputs[0].shape[1] not in (1, "1"):
            raise EncoderUnavailable(
                f"{name} takes {sorted(self._inputs)} and returns {outputs[0].shape!r}; "
                "a cross-encoder takes input_ids and attention_mask and returns (n, 1)."
            )

    @property
    def engine(self) -> str:
        return f"onnx:{self._name}"

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Return the hits with the pairs' probabilities as scores, best first; equal ones keep their order."""
        texts = ["\n".join(filter(None, (hit.passage.title, hit.passage.heading, hit.passage.text))) for hit in hits]
        scores = self.score(question, texts)
        judged = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return tuple(sorted(judged, key=lambda hit: -hit.score))

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the probability that each text answers the question, (n,)."""
        most = self._max_tokens * CHARS_PER_TOKEN
        kept = [(_encodable(question[:most]), _encodable(text[:most])) for text in texts]
        pairs = self._tokenizer.encode_batch(kept)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        scores = np.zeros(len(pairs), np.float32)
        for at in range(0, len(order), BATCH):
            places = order[at : at + BATCH]
            scores[places] = self._run([pairs[place] for place in places])
        return scores

    def _run(self, pairs: Sequence[Any]) -> npt.NDArray[np.float32]:
        length = min(padded_length(max(len(pair.ids) for pair in pairs)), max(self._max_tokens, 1))
        given = {name: np.zeros((len(pairs), length), np.int64) for name in self._inputs}
        for row, pair in enumerate(pairs):
            columns = {"input_ids": pair.ids, "attention_mask": pair.attention_mask, "token_type_ids": pair.type_ids}
            for name in self._inputs:
                given[name][row, : len(pair.ids)] = columns[name]
        logits = self._session.run(None, given)[0][:, 0]
        probabilities: npt.NDArray[np.float32] = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return probabilities


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


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
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common class
        raise EncoderUnavailable(f"{path} cannot be loaded: {error}. Pull the model again.") from error
