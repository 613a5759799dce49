"""A folder of sherpa-onnx models, looked at before the library is given it: which family, which files, whole or not.

In: a located model. Out: its networks, its tokens and its family. The library ends the process where metadata or
tokens are not what it expects; here that is a `ModelUnavailable` that says what to bring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model_cards import Located, ModelCardError, locate, locate_folder
from model_cards.rungs import mend_of
from speech.recognisers.onnx_metadata import read_metadata
from speech.records import ModelUnavailable, Transcript

Family = Literal["sense_voice", "paraformer", "zipformer"]
_LFR = frozenset({"vocab_size", "lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev"})
_LANGUAGES = frozenset(f"lang_{code}" for code in ("auto", "zh", "en", "ja", "ko", "yue"))
_CHUNKS = frozenset(
    {"encoder_dims", "num_encoder_layers", "cnn_module_kernels", "left_context_len", "T", "decode_chunk_len"}
)
NEEDED: tuple[tuple[Family, frozenset[str]], ...] = (
    ("sense_voice", _LFR | _LANGUAGES | {"normalize_samples", "with_itn", "without_itn"}),
    ("paraformer", _LFR),
    ("zipformer", _CHUNKS | {"query_head_dims", "value_head_dims", "num_heads"}),  # "zipformer2", since 2023-10
    ("zipformer", _CHUNKS | {"attention_dims"}),  # as of 2023-02, the bilingual one
)
"""What sherpa-onnx 2.0 reads of each family's network and exits without; the first that is all there is the family."""
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?:,-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)*")
TOKEN = re.compile(r"(?:\S+[ \t]+)?\d+")
BINS = 80  # mel bins that all of these models were trained on


@dataclass(frozen=True, slots=True)
class SherpaFolder:
    """`networks` by what they are: "model", or "encoder", "decoder" and "joiner" of a transducer."""

    located: Located
    family: Family
    networks: Mapping[str, Path]
    tokens: Path

    @property
    def engine(self) -> str:
        """Say who answers, as in "sherpa:sherpa-sense-voice"."""
        return f"sherpa:{self.located.card.name}"

    def hears(self, language: str) -> bool:
        """Say whether "zh" or "en" is a language of its card; with "auto" whatever is."""
        return language == "auto" or language in self.located.card.languages

    def unheard(self, language: str, duration_s: float) -> Transcript:
        """Return the transcript of a language that is not its own."""
        warning = f"{self.engine} does not hear {language}: nothing was transcribed"
        return Transcript(language, self.engine, duration_s, (), (warning,))


def open_sherpa_folder(model: str, *, models_dir: Path | None, folder: Path | None = None) -> SherpaFolder:
    """Find a model by its card's name, or in a folder that brings its own card.

    Raises
    ------
    ModelUnavailable
        The files are not here, not whole, or of no family that is known.
    """
    try:
        located = locate_folder(folder) if folder is not None else locate(model, models_dir=models_dir)
    except ModelCardError as error:
        raise ModelUnavailable(str(error)) from error
    networks = _networks(located)
    metadata = {part: read_metadata(path) for part, path in networks.items()}
    family = _family(metadata.get("encoder") or metadata.get("model") or {}, located)
    if family == "zipformer" and not {"vocab_size", "context_size"} <= set(metadata.get("decoder", ())):
        raise ModelUnavailable(
            f"{located.path}: the decoder says no vocab_size and context_size. {mend_of(located.card)}"
        )
    tokens = located.path / "tokens.txt"
    _check_tokens(tokens, located)
    return SherpaFolder(located, family, networks, tokens)


def _networks(located: Located) -> dict[str, Path]:
    """Return the card's networks by the first word of their names: encoder-epoch-99-avg-1.int8.onnx is the encoder."""
    paths = [located.path / file.path for file in located.card.files if file.path.endswith(".onnx")]
    found = {re.split(r"[.-]", path.name)[0]: path for path in paths}
    if set(found) not in ({"model"}, {"encoder", "decoder", "joiner"}):
        names = ", ".join(path.name for path in paths) or "none"
        raise ModelUnavailable(
            f"{located.path}: the networks are {names}; there should be model*.onnx, or encoder*, decoder* and joiner*."
        )
    return found


def _family(metadata: Mapping[str, str], located: Located) -> Family:
    named = metadata.get("model_type", "")
    rows = [row for row in NEEDED if named.startswith(row[0])] or NEEDED
    for family, needed in rows:
        if needed <= set(metadata):
            if wrong := sorted(key for key in needed if not NUMBERS.fullmatch(metadata[key])):
                raise ModelUnavailable(f"{located.path}: {', '.join(wrong)} is not a number. {mend_of(located.card)}")
            if family != "zipformer":
                _check_frames(metadata, located)
            return family
    nearest, needed = min(rows, key=lambda row: len(row[1] - set(metadata)))
    lacking = ", ".join(sorted(needed - set(metadata)))
    raise ModelUnavailable(
        f"{located.path} is no SenseVoice, Paraformer or streaming zipformer: as {nearest} its metadata lack "
        f"{lacking}. Export it with sherpa-onnx's own scripts."
    )


def _check_frames(metadata: Mapping[str, str], located: Located) -> None:
    width = BINS * int(float(metadata["lfr_window_size"]))
    for key in ("neg_mean", "inv_stddev"):
        if metadata[key].count(",") + 1 != width:
            raise ModelUnavailable(f"{located.path}: {key} should hold {width} numbers. {mend_of(located.card)}")


def _check_tokens(path: Path, located: Located) -> None:
    if not path.is_file():
        raise ModelUnavailable(f"{path} is missing. {mend_of(located.card)}")
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    wrong = next((number for number, line in enumerate(lines, 1) if not TOKEN.fullmatch(line.strip())), None)
    if wrong is not None or not lines:
        raise ModelUnavailable(f"{path}: line {wrong or 1} is not a token and its number. {mend_of(located.card)}")
