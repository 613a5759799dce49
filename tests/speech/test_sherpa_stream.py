"""A streaming model writes while it hears, and writes the same of a stretch that it hears as a whole."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from speech import Audio, ModelUnavailable, Segment, Stretch, build_activity, build_transcriber, transcribe_recording
from speech.live.call import Partial, Settled
from speech.recognisers.sherpa_stream import ZipformerStretch, ZipformerTranscriber
from speech.recognisers.transcriber import Streaming, Transcriber
from speech.records import SAMPLE_RATE_HZ, Samples
from tests.speech.live_calls import SIDE, STEREO, live, recording_of, rounded
from tests.speech.signals import noise, silence

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
pytest.importorskip("onnx", reason="random networks are made with the extra `train`")
BLOCK = SAMPLE_RATE_HZ // 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.random_sherpa import make_random_zipformer

    return make_random_zipformer(tmp_path_factory.mktemp("models") / "random-zipformer", seed=0)


@pytest.fixture(scope="module")
def zipformer(folder: Path) -> ZipformerTranscriber:
    built = build_transcriber("sherpa", folder=folder)
    assert isinstance(built, ZipformerTranscriber)
    return built


def opened(zipformer: ZipformerTranscriber, language: str = "auto") -> ZipformerStretch:
    stretch = zipformer.open_stretch(language=language, model="")
    assert stretch is not None
    return stretch


def said(zipformer: ZipformerTranscriber, samples: Samples, stretch: Stretch, *, language: str = "auto") -> Segment:
    (segment,) = zipformer.transcribe(Audio(samples), language=language, hotwords=(), stretches=[stretch]).segments
    return segment


def test_streaming_model_is_a_recogniser_that_streams(zipformer: ZipformerTranscriber) -> None:
    assert isinstance(zipformer, Transcriber)
    assert isinstance(zipformer, Streaming)
    assert zipformer.engine == "sherpa:random-zipformer"


def test_text_grows_while_it_is_spoken(zipformer: ZipformerTranscriber) -> None:
    samples, stretch = noise(2.0), opened(zipformer)
    texts = [stretch.hear(samples[start : start + BLOCK]) for start in range(0, len(samples), BLOCK)]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert len(set(texts)) > 3


@pytest.mark.parametrize("block", [1_600, 777, 32_000], ids=["100 ms", "odd blocks", "all at once"])
def test_stretch_heard_in_blocks_ends_as_it_is_heard_whole(zipformer: ZipformerTranscriber, block: int) -> None:
    samples, stretch = noise(2.0), opened(zipformer)
    for start in range(0, len(samples), block):
        stretch.hear(samples[start : start + block])
    where = Stretch(0.0, 2.0)
    assert stretch.finish(where) == said(zipformer, samples, where).words


def test_end_of_a_stretch_is_heard(zipformer: ZipformerTranscriber) -> None:
    """A chunk is 450 ms here: without silence behind it the last one would be left out."""
    words = said(zipformer, noise(1.0), Stretch(0.0, 1.0)).words
    assert words[-1].end_s > 0.9


def test_words_lie_within_their_stretch_in_order_with_their_confidence(zipformer: ZipformerTranscriber) -> None:
    samples = np.concatenate([silence(1.0), noise(2.0), silence(1.0)])
    words = said(zipformer, samples, Stretch(1.0, 3.0)).words
    assert 1.0 <= words[0].start_s < 1.5
    assert words[-1].end_s <= 3.0
    assert [word.start_s for word in words] == sorted(word.start_s for word in words)
    assert all(0.0 <= word.confidence <= 1.0 and word.start_s <= word.end_s for word in words)
    assert len({word.confidence for word in words}) > 1


def test_stretches_do_not_mix(zipformer: ZipformerTranscriber) -> None:
    sounds = [noise(1.0, seed=1), noise(1.0, seed=2)]
    alone = [said(zipformer, sound, Stretch(0.0, 1.0)).words for sound in sounds]
    together = [opened(zipformer), opened(zipformer)]
    for start in range(0, SAMPLE_RATE_HZ, BLOCK):
        for stretch, sound in zip(together, sounds, strict=True):
            stretch.hear(sound[start : start + BLOCK])
    assert [stretch.finish(Stretch(0.0, 1.0)) for stretch in together] == alone
    assert alone[0] != alone[1]


@pytest.mark.parametrize(
    ("pieces", "language", "told"),
    [
        pytest.param(("▁HE", "▁TWO"), "auto", "en", id="English letters"),
        pytest.param(("空", "调"), "auto", "zh", id="Chinese characters"),
        pytest.param(("空", "调"), "en", "en", id="a language that was named stays"),
    ],
)
def test_language_is_that_of_its_signs(tmp_path: Path, pieces: tuple[str, ...], language: str, told: str) -> None:
    from training.random_sherpa import make_random_zipformer

    folder = make_random_zipformer(tmp_path / "random-zipformer", seed=0, pieces=("<blk>", "<sos/eos>", *pieces))
    heard = build_transcriber("sherpa", folder=folder).transcribe(Audio(noise(2.0)), language=language, hotwords=())
    assert heard.segments
    assert heard.language == told


def test_language_of_another_model_is_refused_aloud(folder: Path, tmp_path: Path) -> None:
    from training.random_sherpa import make_random_zipformer

    chinese = make_random_zipformer(tmp_path / "chinese", seed=0, languages="zh")
    zipformer = build_transcriber("sherpa", folder=chinese)
    assert isinstance(zipformer, ZipformerTranscriber)
    heard = zipformer.transcribe(Audio(noise(1.0)), language="en", hotwords=())
    assert (heard.segments, heard.warnings) == ((), ("sherpa:chinese does not hear en: nothing was transcribed",))
    assert zipformer.open_stretch(language="en", model="") is None
    assert zipformer.transcribe(Audio(noise(1.0)), language="auto", hotwords=()).language == "zh"


def test_nothing_heard_is_nothing_said(zipformer: ZipformerTranscriber) -> None:
    heard = zipformer.transcribe(Audio(np.zeros(0, np.float32)), language="auto", hotwords=())
    assert (heard.language, heard.segments) == ("und", ())
    assert opened(zipformer).hear(np.zeros(0, np.float32)) == ""


@pytest.mark.parametrize("language", ["auto", "zh"])
@pytest.mark.parametrize("sides", [SIDE[None], STEREO], ids=["one channel", "two sides"])
def test_live_call_streams_words_and_ends_as_its_recording(
    zipformer: ZipformerTranscriber, sides: Samples, language: str
) -> None:
    activity = build_activity("energy")
    heard, events = live(sides, transcriber=zipformer, activity=activity, language=language)
    whole = transcribe_recording(recording_of(sides), transcriber=zipformer, activity=activity, language=language)
    assert rounded(heard) == rounded(whole)
    first = next(event for event in events if isinstance(event, Settled) and event.segments)
    before = [event for event in events[: events.index(first)] if isinstance(event, Partial)]
    assert len(before) > 1  # while the first stretch is spoken, not at its pauses
    assert first.segments[0].text.startswith(before[0].text[:3])


def test_missing_weights_name_the_mending_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="beforehand models pull sherpa-zipformer-zh-en"):
        build_transcriber("sherpa", model="sherpa-zipformer-zh-en", models_dir=tmp_path)
