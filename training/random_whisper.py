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
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from training.random_cards import write_random_card

WIDTH, HEADS, FEED_FORWARD = 64, 2, 128
"""The least shape that still has several heads; mel bins, positions and vocabulary are those of the true multilingual
model.
"""
LAYERS = 2
LOGIT_SCALE = 4.0
"""Random rows of 64 numbers give nearly equal logits; scaled up, the search finds one path and does not wander."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`is_tied`: one table turns tokens into vectors and back, as in the true models."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    is_tied: bool = True


LEAST = Shape(WIDTH, LAYERS, HEADS, FEED_FORWARD, is_tied=False)
"""Not tied: random, it would repeat the last token of its prompt for ever."""
SHAPES = {"tiny": Shape(384, 4, 6, 1536), "base": Shape(512, 6, 8, 2048), "small": Shape(768, 12, 12, 3072)}
"""Of the published models (model-card.md of openai/whisper)."""


def make_random_whisper(folder: Path, *, seed: int) -> Path:
    """Write the least model into `folder` and return it."""
    with TemporaryDirectory() as scratch:
        source = save_random_source(Path(scratch) / "transformers", shape=LEAST, seed=seed)
        return convert_source(source, folder, seed=seed)


def save_random_source(folder: Path, *, shape: Shape, seed: int) -> Path:
    """Write a Whisper in the form of transformers, from which every backend can be made."""
    _save_weights(folder, shape=shape, seed=seed)
    _save_tokenizer(folder)
    return folder


def convert_source(source: Path, folder: Path, *, seed: int, quantization: str = "int8") -> Path:
    """Convert it to CTranslate2, with a card."""
    from ctranslate2.converters import TransformersConverter  # type: ignore[import-untyped]

    converter = TransformersConverter(str(source), copy_files=["tokenizer.json"])
    converter.convert(str(folder), quantization=quantization, force=True)
    return write_random_card(folder, title="A Whisper of random weights", languages="zh, en", seed=seed)


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


def _save_weights(folder: Path, *, shape: Shape, seed: int) -> None:
    import torch
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(seed)
    config = WhisperConfig(
        d_model=shape.width,
        encoder_layers=shape.layers,
        decoder_layers=shape.layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.feed_forward,
        decoder_ffn_dim=shape.feed_forward,
        tie_word_embeddings=shape.is_tied,
    )
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():
        if shape.is_tied:  # random signs on the last norm: else the likeliest token is the one just read
            signs = torch.randint(0, 2, (shape.width,)).float() * 2 - 1
            model.model.decoder.layer_norm.weight.copy_(signs)
        else:
            model.proj_out.weight.normal_(std=LOGIT_SCALE / shape.width**0.5)
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


if __name__ == "__main__":
    make_random_whisper(Path(sys.argv[1]), seed=0)
