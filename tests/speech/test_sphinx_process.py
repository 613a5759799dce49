"""A decoder lives in a process of its own: it lets others work meanwhile, and its end is said, not waited for."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from model_cards import locate
from speech.recognisers.decoder_pool import DecoderPool
from speech.recognisers.sphinx_process import SphinxProcess
from speech.recognisers.sphinx_transcriber import MODEL, SphinxStretch
from speech.records import SpeechError
from tests.speech.signals import noise

pytestmark = pytest.mark.model
NOISE = np.round(noise(4.0) * 32767).astype("<i2").tobytes()


@pytest.fixture
def decoder() -> SphinxProcess:
    return _loaded()


def _loaded() -> SphinxProcess:
    folder = locate(MODEL, models_dir=None).path
    return SphinxProcess(
        sounds=folder / "en-us", language_model=folder / "en-us.lm.bin", dictionary=folder / "cmudict-en-us.dict"
    )


def test_other_threads_work_while_it_listens(decoder: SphinxProcess) -> None:
    decoder.whole(NOISE)  # loaded now
    listening = threading.Thread(target=decoder.whole, args=(NOISE * 2,))
    listening.start()
    turns = 0
    while listening.is_alive():
        listening.join(0.005)
        turns += 1
    assert turns > 10, "the decoder held the interpreter: nobody else had a turn"


def test_growing_utterance_and_whole_ones_take_turns(decoder: SphinxProcess) -> None:
    first = decoder.whole(NOISE)
    decoder.begin_utterance()
    assert isinstance(decoder.more(NOISE), str)
    decoder.end_utterance()
    assert decoder.whole(NOISE) == first


def test_ended_decoder_says_so_and_stays_ended(decoder: SphinxProcess) -> None:
    decoder.end()
    for ask in (decoder.begin_utterance, lambda: decoder.whole(NOISE)):
        with pytest.raises(SpeechError, match="ended while it listened"):
            ask()


def test_missing_model_ends_it_and_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    absent = SphinxProcess(sounds=tmp_path, language_model=tmp_path / "lm", dictionary=tmp_path / "dict")
    with pytest.raises(SpeechError, match=r"exit 1\b"):
        absent.begin_utterance()
    assert "Error" in capfd.readouterr().err  # why stands in the log


def test_call_goes_on_where_the_decoder_of_its_words_so_far_ends() -> None:
    pool = DecoderPool(_loaded, most=2)
    decoder = pool.take()
    assert decoder is not None
    stretch = SphinxStretch(decoder, pool=pool)
    decoder.end()
    assert stretch.hear(noise(0.5)) == ""
    assert stretch.hear(noise(0.5)) == ""
    stretch.close()
    with pool.lent() as another:
        assert another is not decoder
