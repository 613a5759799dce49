"""A call whose language nobody named is heard by the recogniser of its language itself, once first words told it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from speech import Audio, ByLanguage, Segment, Stretch, Transcript, Word, build_activity
from speech.live.call import Partial
from speech.recognisers.transcriber import Transcriber, check_language, whole
from speech.records import Samples
from tests.speech.live_calls import SIDE, live
from tests.speech.signals import noise, silence


@dataclass
class Says:
    """Writes its name for every stretch, but for those that `deaf_until_s` begins after."""

    name: str
    deaf_until_s: float = 0.0
    opened: list[str] = field(default_factory=list)  # languages of the stretches that it was to stream

    @property
    def engine(self) -> str:
        return self.name

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        heard = [one for one in whole(audio, stretches) if one.start_s >= self.deaf_until_s]
        words = [(Word(one.start_s, one.end_s, self.name, 0.9),) for one in heard]
        segments = tuple(Segment(said[0].start_s, said[0].end_s, self.name, 0.9, said) for said in words)
        spoken = "en" if check_language(language) == "auto" else language
        return Transcript(spoken if segments else "und", self.name, audio.duration_s, segments)


@dataclass
class Streams(Says):
    """Says how many samples of a stretch came so far, beside its name."""

    def open_stretch(self, *, language: str, model: str) -> Counted:
        self.opened.append(language)
        return Counted(self.name)


@dataclass
class Counted:
    name: str
    count: int = 0

    def hear(self, samples: Samples) -> str:
        self.count += len(samples)
        return f"{self.name} {self.count}"

    def close(self) -> None:
        self.count = 0


@dataclass
class Tells(Streams):
    """Knows the language by where speech begins: what begins before `zh_from_s` is English."""

    zh_from_s: float = 0.0

    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        return "zh" if stretches[0].start_s >= self.zh_from_s else "en"


def partials_of(zh: Transcriber, en: Transcriber, *, sides: Samples = SIDE[None]) -> tuple[list[str], Transcript]:
    chooser = ByLanguage({"zh": lambda: zh, "en": lambda: en}, engine="both")
    heard, events = live(sides, transcriber=chooser, activity=build_activity("energy"), language="auto")
    return [event.text for event in events if isinstance(event, Partial)], heard


@pytest.mark.parametrize(
    ("zh", "en", "who", "language"),
    [
        pytest.param(Tells("Z"), Streams("E"), "Z", "zh", id="one that can tell says Chinese"),
        pytest.param(Tells("Z", zh_from_s=99), Streams("E"), "E", "en", id="one that can tell says English"),
        pytest.param(Streams("Z"), Streams("E"), "E", "en", id="nobody can tell, English found words"),
        pytest.param(Streams("Z"), Streams("E", deaf_until_s=99), "Z", "zh", id="nobody can tell, English found none"),
    ],
)
def test_words_so_far_are_streamed_by_the_recogniser_of_the_first_words(
    zh: Streams, en: Streams, who: str, language: str
) -> None:
    partials, heard = partials_of(zh, en)
    asked = {"Z": zh.opened, "E": en.opened}
    assert set(asked.pop(who)) == {language}
    assert list(asked.values()) == [[]]
    streamed = [text for text in partials if text.startswith(f"{who} ")]
    assert len(streamed) > 20  # a new one every 100 ms, instead of one at each pause
    assert {segment.text for segment in heard.segments} == {who}
    assert heard.language == language


def test_first_stretch_is_streamed_once_a_pause_in_it_told_its_language() -> None:
    spoken = Tells("Z")
    partials, _ = partials_of(spoken, Streams("E"), sides=noise_with_pause()[None])
    assert partials[0] == "Z"  # the whole so far, heard at the pause
    assert partials[1].startswith("Z ")
    assert int(partials[1].split()[1]) > 16_000  # from its beginning


def noise_with_pause() -> Samples:
    return np.concatenate([silence(0.5), noise(1.0), silence(0.3), noise(1.5, seed=1), silence(1.0)])


def test_stretch_without_words_decides_nothing() -> None:
    """A ring or noise before the first words must not choose the language of the call."""
    zh, en = Tells("Z", zh_from_s=1.5), Streams("E", deaf_until_s=1.0)
    _, heard = partials_of(zh, en)
    assert {segment.text for segment in heard.segments} == {"Z"}


def test_recogniser_that_cannot_stream_is_asked_at_pauses() -> None:
    partials, _ = partials_of(Says("Z"), Says("E"))
    assert partials
    assert set(partials) == {"E"}
