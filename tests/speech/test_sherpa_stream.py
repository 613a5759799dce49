"""A streaming model writes while it hears, ends at pauses, and serves many calls at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech import ModelUnavailable
from speech.recognisers.sherpa_stream import SherpaStreams, Spoken, StreamOptions, build_streams
from speech.records import SAMPLE_RATE_HZ, Samples
from tests.speech.signals import noise

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
pytest.importorskip("onnx", reason="random networks are made with the extra `train`")
BLOCK = SAMPLE_RATE_HZ // 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.random_sherpa import make_random_zipformer

    return make_random_zipformer(tmp_path_factory.mktemp("models") / "random-zipformer", seed=0)


@pytest.fixture(scope="module")
def streams(folder: Path) -> SherpaStreams:
    return build_streams(folder=folder)


def heard(streams: SherpaStreams, samples: Samples) -> list[Spoken]:
    stream = streams.open()
    blocks = [stream.accept(samples[start : start + BLOCK]) for start in range(0, len(samples), BLOCK)]
    return [*blocks, stream.finish()]


def test_text_grows_while_it_is_spoken(streams: SherpaStreams) -> None:
    said = heard(streams, noise(2.0))
    lengths = [len(one.text) for one in said]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]
    assert [one.is_final for one in said] == [*[False] * (len(said) - 1), True]


def test_words_lie_in_order_with_their_confidence(streams: SherpaStreams) -> None:
    words = heard(streams, noise(2.0))[-1].words
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert all(0.0 <= word.confidence <= 1.0 and word.start_s <= word.end_s for word in words)
    assert len({word.confidence for word in words}) > 1


def test_long_speech_is_ended_and_the_next_goes_on_in_time(folder: Path) -> None:
    streams = build_streams(folder=folder, options=StreamOptions(longest_s=1.0))
    said = [one for one in heard(streams, noise(3.0)) if one.is_final and one.words]
    assert len(said) > 1
    assert said[0].words[-1].start_s < said[1].words[0].start_s


def test_calls_do_not_mix(streams: SherpaStreams) -> None:
    one, other = noise(1.0, seed=1), noise(1.0, seed=2)
    alone = [heard(streams, one)[-1], heard(streams, other)[-1]]
    first, second = streams.open(), streams.open()
    for start in range(0, len(one), BLOCK):
        first.accept(one[start : start + BLOCK])
        second.accept(other[start : start + BLOCK])
    assert [first.finish(), second.finish()] == alone
    assert alone[0] != alone[1]


def test_nothing_heard_is_nothing_said(streams: SherpaStreams) -> None:
    assert heard(streams, np.zeros(0, np.float32)) == [Spoken("", (), True)]


def test_model_of_recordings_is_no_stream(tmp_path: Path) -> None:
    from training.random_sherpa import make_random_paraformer

    with pytest.raises(ModelUnavailable, match="no streaming model"):
        build_streams(folder=make_random_paraformer(tmp_path / "random-paraformer", seed=0))


def test_missing_weights_name_the_mending_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="beforehand models pull sherpa-zipformer-zh-en"):
        build_streams(models_dir=tmp_path)
