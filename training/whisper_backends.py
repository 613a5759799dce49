"""One Whisper, three libraries: ours (CTranslate2 as the service loads it), openai-whisper, transformers.

In: weights in the form of transformers or CTranslate2, windows of sound, how many tokens to write and how wide the beam
is. Out: token numbers, window by window. Every backend computes its own features from samples, starts from the same
four tokens, and may write text tokens only, none of which ends the text: all write equally many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Samples

WINDOW_S = 30  # of Whisper
TEXT_TOKENS = 50_257  # of the multilingual models; what follows are special tokens, the end of the text first
ALL_TOKENS = 51_865
SPECIAL = tuple(range(TEXT_TOKENS, ALL_TOKENS))
PROMPT = (50_258, 50_260, 50_359, 50_363)  # start, zh, transcribe, no timestamps

Decode = Callable[[Sequence[Samples]], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Search:
    """How to decode; `batch` windows side by side where the library can."""

    tokens: int
    beam: int = 1
    threads: int = 2
    batch: int = 2
    compute_type: str = "int8"


def load_ours(folder: Path, search: Search) -> Decode:
    """Load a CTranslate2 folder as the service does."""
    from model_cards import locate_folder
    from speech.recognisers.whisper_transcriber import WhisperOptions, load_whisper

    options = WhisperOptions(threads=search.threads, compute_type=search.compute_type)
    model = load_whisper(locate_folder(folder), options)

    def decode(windows: Sequence[Samples]) -> list[list[int]]:
        found: list[list[int]] = []
        for start in range(0, len(windows), search.batch):
            batch = [model.feature_extractor(_padded(one))[:, :3000] for one in windows[start : start + search.batch]]
            results = model.model.generate(
                model.encode(np.stack(batch)),
                [list(PROMPT)] * len(batch),
                beam_size=search.beam,
                max_length=2 * search.tokens,  # CTranslate2 writes half of it at most: the other is for the prompt
                suppress_blank=False,
                suppress_tokens=list(SPECIAL),
            )
            found += [list(result.sequences_ids[0]) for result in results]
        return found

    return decode


def load_openai(source: Path, search: Search) -> Decode:
    """Put transformers' weights into openai-whisper."""
    import torch
    import whisper  # type: ignore[import-untyped]
    from safetensors.torch import load_file

    torch.set_num_threads(search.threads)
    weights = load_file(source / "model.safetensors")
    table = weights["model.decoder.embed_tokens.weight"]
    width, layers = table.shape[1], 1 + max(int(key.split(".")[3]) for key in weights if ".encoder.layers." in key)
    heads = width // 64  # as in every published Whisper
    dimensions = whisper.model.ModelDimensions(
        80, 1500, width, heads, layers, table.shape[0], 448, width, heads, layers
    )
    model = whisper.model.Whisper(dimensions)
    model.load_state_dict({_openai_name(key): value for key, value in weights.items() if key != "proj_out.weight"})
    model.eval()
    del weights, table
    options = whisper.DecodingOptions(
        language="zh",
        without_timestamps=True,
        suppress_tokens=list(SPECIAL),
        suppress_blank=False,
        sample_len=search.tokens,
        beam_size=search.beam if search.beam > 1 else None,
        fp16=False,
    )

    def decode(windows: Sequence[Samples]) -> list[list[int]]:
        found: list[list[int]] = []
        for window in windows:  # transcribe() goes window by window
            mel = whisper.log_mel_spectrogram(_padded(window), 80)
            found.append(list(model.decode(mel, options).tokens))
        return found

    return decode


def load_transformers(source: Path, search: Search) -> Decode:
    """Load them where they come from."""
    import torch
    from transformers import GenerationConfig, GenerationMixin, WhisperFeatureExtractor, WhisperForConditionalGeneration

    torch.set_num_threads(search.threads)
    model: Any = WhisperForConditionalGeneration.from_pretrained(source)
    model.eval()
    make_features: Any = WhisperFeatureExtractor
    features = make_features()
    make_config: Any = GenerationConfig
    config = make_config(
        max_new_tokens=search.tokens,
        num_beams=search.beam,
        do_sample=False,
        suppress_tokens=list(SPECIAL),
        decoder_start_token_id=PROMPT[0],
        pad_token_id=TEXT_TOKENS,
        eos_token_id=TEXT_TOKENS,
    )
    generate: Any = GenerationMixin.generate  # Whisper's own adds the searching of timestamps

    def decode(windows: Sequence[Samples]) -> list[list[int]]:
        found: list[list[int]] = []
        for start in range(0, len(windows), search.batch):
            batch = list(windows[start : start + search.batch])
            asked = features(batch, sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt").input_features
            prompt = torch.tensor([PROMPT] * len(batch))
            with torch.no_grad():
                said = generate(model, asked, decoder_input_ids=prompt, generation_config=config)
            found += said[:, len(PROMPT) :].tolist()
        return found

    return decode


LOADERS: Mapping[str, Callable[[Path, Search], Decode]] = {
    "ours": load_ours,
    "openai-whisper": load_openai,
    "transformers": load_transformers,
}


def _padded(window: Samples) -> Samples:
    """Return 30 s: the window and silence."""
    return np.pad(window, (0, WINDOW_S * SAMPLE_RATE_HZ - len(window)))


_RENAMED = (
    ("model.", ""),
    ("encoder_attn_layer_norm", "cross_attn_ln"),
    ("self_attn_layer_norm", "attn_ln"),
    ("final_layer_norm", "mlp_ln"),
    ("encoder_attn", "cross_attn"),
    ("self_attn", "attn"),
    ("q_proj", "query"),
    ("k_proj", "key"),
    ("v_proj", "value"),
    ("out_proj", "out"),
    ("fc1", "mlp.0"),
    ("fc2", "mlp.2"),
    ("layers", "blocks"),
    ("embed_positions.weight", "positional_embedding"),
    ("embed_tokens", "token_embedding"),
    ("encoder.layer_norm", "encoder.ln_post"),
    ("decoder.layer_norm", "decoder.ln"),
)


def _openai_name(key: str) -> str:
    for theirs, ours in _RENAMED:
        key = key.replace(theirs, ours)
    return key
