"""Make a Whisper of random weights: the true shape of a model folder, from `save_pretrained` to int8 CTranslate2,
without any download.

In: a seed and a folder. Out: a folder that `build_transcriber("whisper", folder=...)` opens, with its own card. Its
words are nonsense, so it proves structure, times, channels and gates, never accuracy. The tokenizer is the real one:
openai-whisper's table of pieces, its pattern, and its special tokens in the order of their numbers.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of

NAME = "whisper-random"
WIDTH, HEADS, FEED_FORWARD = 64, 2, 128
"""The least shape that still has several heads; mel bins, positions and vocabulary are those of the true multilingual
model.
"""
LAYERS = 2
LOGIT_SCALE = 4.0
"""Random rows of 64 numbers give nearly equal logits; scaled up, the search finds one path and does not wander."""


def make_random_whisper(folder: Path, *, seed: int) -> Path:
    """Write the model into `folder` and return it."""
    from ctranslate2.converters import TransformersConverter  # type: ignore[import-untyped]

    with TemporaryDirectory() as scratch:
        source = Path(scratch) / "transformers"
        _save_weights(source, seed=seed)
        _save_tokenizer(source)
        converter = TransformersConverter(str(source), copy_files=["tokenizer.json"])
        converter.convert(str(folder), quantization="int8", force=True)
    (folder / OWN_CARD).write_text(_card(folder, seed=seed), encoding="utf-8")
    return folder


def special_tokens() -> tuple[str, ...]:
    """Return openai-whisper's special tokens in the order of their numbers."""
    numbers = _special_numbers()
    return tuple(sorted(numbers, key=lambda token: numbers[token]))


def _special_numbers() -> dict[str, int]:
    numbers: dict[str, int] = _encoding()._special_tokens
    return numbers


def _encoding() -> Any:
    from whisper.tokenizer import get_tokenizer  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # openai-whisper leaves its token table open
        return get_tokenizer(multilingual=True).encoding


def _save_weights(folder: Path, *, seed: int) -> None:
    import torch
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(seed)
    config = WhisperConfig(
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=FEED_FORWARD,
        decoder_ffn_dim=FEED_FORWARD,
        tie_word_embeddings=False,  # tied and random, the decoder would repeat the last token of its prompt for ever
    )
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():
        model.proj_out.weight.normal_(std=LOGIT_SCALE / WIDTH**0.5)
    model.save_pretrained(folder)
    make_generation_config: Any = GenerationConfig
    make_generation_config(
        lang_to_id=_language_numbers(), suppress_tokens=[], begin_suppress_tokens=[]
    ).save_pretrained(folder)


def _language_numbers() -> dict[str, int]:
    """Return the language tokens: they stand between the start of the transcript and the task."""
    numbers = _special_numbers()
    first, last = numbers["<|startoftranscript|>"] + 1, numbers["<|translate|>"]
    return {token: number for token, number in numbers.items() if first <= number < last}


def _save_tokenizer(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast
    from transformers.convert_slow_tokenizer import TikTokenConverter

    spec = importlib.util.find_spec("whisper")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "openai-whisper, whose token table is needed, is not installed: pip install '.[train]'"
        )
    make_converter: Any = TikTokenConverter
    converter = make_converter(
        vocab_file=str(Path(spec.origin).parent / "assets" / "multilingual.tiktoken"),
        pattern=_encoding()._pat_str,
        extra_special_tokens=list(special_tokens()),
    )
    make_tokenizer: Any = PreTrainedTokenizerFast
    tokenizer = make_tokenizer(
        tokenizer_object=converter.converted(), bos_token="<|endoftext|>", eos_token="<|endoftext|>"
    )
    tokenizer.save_pretrained(str(folder))


def _card(folder: Path, *, seed: int) -> str:
    files = "\n".join(
        f"  - {{path: {path.name}, sha256: {sha256_of(path)}, bytes: {path.stat().st_size}}}"
        for path in sorted(folder.iterdir())
        if path.name != OWN_CARD
    )
    return f"""---
name: {NAME}
title: A Whisper of random weights
task: speech-recognition
languages: [zh, en]
licence: Apache-2.0
source: {{}}
files:
{files}
data: None; the weights are drawn with seed {seed}.
recommended: false
metrics: []
---
# {NAME}
Proves the path from a folder to a transcript. It must not be used for anything else: its words mean nothing.
"""


if __name__ == "__main__":
    make_random_whisper(Path(sys.argv[1]), seed=0)
