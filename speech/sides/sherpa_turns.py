"""Who speaks when, by sherpa-onnx: pyannote segmentation and a speaker embedding, an extra (`beforehand[sherpa]`).

In: one channel. Out: turns of two voices at most. Ten minutes are heard at once; the voices of one such block are those
of the next where their embeddings are alike. It does not know who the voices belong to (see `speakers`), and a third
person counts as one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from model_cards import Located, ModelCardError, locate, locate_folder
from model_cards.rungs import mend_of
from speech.recognisers.onnx_metadata import read_metadata
from speech.records import SAMPLE_RATE_HZ, Audio, ModelUnavailable, Samples
from speech.sherpa_library import require_sherpa
from speech.sides.turns import Turn
from speech.sides.voices import linked

if TYPE_CHECKING:
    from sherpa_onnx import OfflineSpeakerDiarization, SpeakerEmbeddingExtractor  # type: ignore[import-untyped]

MODEL = "sherpa-speaker-turns"
BLOCK_S = 600.0
"""38 MB of samples; the library compares each of its 600 windows' voices with each other, 13 MB."""
VOICE_S = 20.0
"""Speech that a voice's embedding is made of: two windows of the segmentation."""
ALIKE = 0.5
"""Cosine similarity of one voice with itself: sherpa-onnx's own threshold, not measured here, for want of weights."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "segmentation.onnx": (
        "sample_rate",
        "window_size",
        "receptive_field_size",
        "receptive_field_shift",
        "num_speakers",
        "powerset_max_classes",
        "num_classes",
    ),
    "embedding.onnx": ("sample_rate", "output_dim", "normalize_samples"),
}
"""Numbers that sherpa-onnx 2.0 reads of each network, and ends the process without."""
FRAMEWORKS = ("3d-speaker", "wespeaker")


@dataclass(frozen=True, slots=True)
class TurnsOptions:
    """`voices`: how many there may be; a call has two. `block_s` is heard at once."""

    threads: int = 2
    voices: int = 2
    block_s: float = BLOCK_S


class SherpaTurns:
    """Both networks, shared by all threads; a lock lets one block in at a time."""

    def __init__(
        self,
        diarisation: OfflineSpeakerDiarization,
        extractor: SpeakerEmbeddingExtractor,
        *,
        name: str,
        options: TurnsOptions = TurnsOptions(),
    ) -> None:
        self.engine = f"sherpa:{name}"
        self._diarisation = diarisation
        self._extractor = extractor
        self._options = options
        self._lock = Lock()

    def turns(self, audio: Audio) -> tuple[Turn, ...]:
        """Return turns in the order they start; they may overlap."""
        block_s = self._options.block_s
        starts_s = [number * block_s for number in range(ceil(audio.duration_s / block_s))]
        voices = [voice for start_s in starts_s for voice in self._voices(audio, start_s)]
        if len(voices) > self._options.voices or len(starts_s) > 1:
            numbers = self._linked(audio, voices)
            voices = [
                [replace(turn, voice=number) for turn in voice] for number, voice in zip(numbers, voices, strict=True)
            ]
        return _numbered(sorted((turn for voice in voices for turn in voice), key=lambda turn: turn.start_s))

    def _voices(self, audio: Audio, start_s: float) -> list[list[Turn]]:
        """Return each voice's turns within the block that begins there."""
        end_s = min(audio.duration_s, start_s + self._options.block_s)
        samples = audio.between(start_s, end_s)
        if not samples.any():
            return []
        with self._lock:
            found = self._diarisation.process(samples).sort_by_start_time()
        turns = [Turn(start_s + one.start, min(end_s, start_s + one.end), one.speaker) for one in found]
        heard = sorted((turn for turn in turns if turn.start_s < turn.end_s), key=lambda turn: turn.voice)
        return [list(own) for _, own in groupby(heard, key=lambda turn: turn.voice)]

    def _linked(self, audio: Audio, voices: Sequence[Sequence[Turn]]) -> tuple[int, ...]:
        if not voices:
            return ()
        embeddings = np.stack([self._embedding(list(_longest(audio, voice))) for voice in voices])
        spoken_s = [sum(turn.end_s - turn.start_s for turn in voice) for voice in voices]
        return linked(embeddings, spoken_s, most=self._options.voices, alike=ALIKE)

    def _embedding(self, pieces: Sequence[Samples]) -> Samples:
        with self._lock:
            stream = self._extractor.create_stream()
            for samples in pieces:
                stream.accept_waveform(SAMPLE_RATE_HZ, samples)
            stream.input_finished()
            if not self._extractor.is_ready(stream):  # too short to sound like anybody
                return np.zeros(self._extractor.dim, np.float32)
            return np.asarray(self._extractor.compute(stream), np.float32)


def _longest(audio: Audio, turns: Sequence[Turn]) -> Iterator[Samples]:
    """Yield the sound of the longest turns, VOICE_S in all."""
    left_s = VOICE_S
    for turn in sorted(turns, key=lambda turn: turn.start_s - turn.end_s):
        if left_s <= 0:
            return
        yield audio.between(turn.start_s, min(turn.end_s, turn.start_s + left_s))
        left_s -= turn.end_s - turn.start_s


def _numbered(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Number voices in the order they speak first."""
    numbers = {voice: number for number, voice in enumerate(dict.fromkeys(turn.voice for turn in turns))}
    return tuple(replace(turn, voice=numbers[turn.voice]) for turn in turns)


def build(
    *,
    model: str = MODEL,
    models_dir: Path | None = None,
    folder: Path | None = None,
    options: TurnsOptions = TurnsOptions(),
) -> SherpaTurns:
    """Load both networks from `models_dir/model`, or from a `folder` that brings its own card.

    Raises
    ------
    ModelUnavailable
        The library, the networks or their card are not here, or the folder holds something else.
    """
    require_sherpa()
    try:
        located = locate_folder(folder) if folder is not None else locate(model, models_dir=models_dir)
    except ModelCardError as error:
        raise ModelUnavailable(str(error)) from error
    for name in NEEDED:
        if fault := _fault(located.path / name):
            raise ModelUnavailable(f"{located.path / name} {fault}. {mend_of(located.card)}")
    return _load(located, options)


def _fault(path: Path) -> str:
    """Say what would end the process in this network; "" where nothing would."""
    if not path.is_file():
        return "is missing"
    metadata = read_metadata(path)
    if wrong := [key for key in NEEDED[path.name] if not metadata.get(key, "").isdecimal()]:
        return f"lacks numbers in its metadata: {', '.join(wrong)}"
    if metadata["sample_rate"] != str(SAMPLE_RATE_HZ):
        return f"hears {metadata['sample_rate']} Hz, not {SAMPLE_RATE_HZ}"
    if path.name == "embedding.onnx":
        is_known = metadata.get("framework") in FRAMEWORKS and "language" in metadata
        return "" if is_known else f"is no embedding of {' or '.join(FRAMEWORKS)}"
    speakers = int(metadata["num_speakers"])
    sets = 1 + speakers + speakers * (speakers - 1) // 2  # nobody, one, two at once
    is_pyannote = (metadata["powerset_max_classes"], metadata["num_classes"]) == ("2", str(sets))
    return "" if is_pyannote else "is no segmentation by pyannote of two speakers at once"


def _load(located: Located, options: TurnsOptions) -> SherpaTurns:
    import sherpa_onnx as sherpa

    embedding = sherpa.SpeakerEmbeddingExtractorConfig(
        model=str(located.path / "embedding.onnx"), num_threads=options.threads
    )
    pyannote = sherpa.OfflineSpeakerSegmentationPyannoteModelConfig(model=str(located.path / "segmentation.onnx"))
    config = sherpa.OfflineSpeakerDiarizationConfig(
        segmentation=sherpa.OfflineSpeakerSegmentationModelConfig(pyannote=pyannote, num_threads=options.threads),
        embedding=embedding,
        clustering=sherpa.FastClusteringConfig(num_clusters=-1, threshold=1 - ALIKE),
    )
    try:
        diarisation = sherpa.OfflineSpeakerDiarization(config)
        extractor = sherpa.SpeakerEmbeddingExtractor(embedding)
    except (RuntimeError, ValueError) as error:
        raise ModelUnavailable(f"{located.path} cannot be loaded by sherpa-onnx: {error}") from error
    return SherpaTurns(diarisation, extractor, name=located.card.name, options=options)
