"""Each language goes to its own recogniser, loaded when it is first heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from speech import Audio, ByLanguage, Stretch, Transcriber, Transcript, Word, build_activity, build_transcriber
from speech.live.call import LiveCall
from speech.live.sound_feed import LiveFormat
from speech.recognisers.transcriber import Choosing, LanguageDetector
from tests.speech.signals import tone

SOUND = Audio(tone(2.0))


@dataclass
class Named:
    """Says its own name; `detects` is what it takes everything for."""

    name: str
    says: str = "words"
    asked: list[str] = field(default_factory=list)

    @property
    def engine(self) -> str:
        return self.name

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        self.asked.append(language)
        script = [Word(0.0, 1.0, self.says, 0.9)] if self.says else []
        spoken = "en" if language == "auto" else language
        said = build_transcriber("scripted", script=script, language=spoken)
        heard = said.transcribe(audio, language=spoken, hotwords=hotwords, stretches=stretches)
        return Transcript(heard.language, self.name, heard.duration_s, heard.segments, (f"{self.name} spoke",))


@dataclass
class Telling(Named):
    detects: str = "zh"

    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        return self.detects


def chosen(zh: Named, en: Named) -> ByLanguage:
    return ByLanguage({"zh": lambda: zh, "en": lambda: en}, engine="both")


def test_chooser_is_a_recogniser() -> None:
    assert isinstance(chosen(Named("zh"), Named("en")), Transcriber)
    assert not isinstance(Named("zh"), LanguageDetector)


@pytest.mark.parametrize(
    ("zh", "en", "language", "engine"),
    [
        pytest.param(Named("Z"), Named("E"), "zh", "Z", id="Chinese"),
        pytest.param(Named("Z"), Named("E"), "en", "E", id="English"),
        pytest.param(Telling("Z", detects="en"), Named("E"), "auto", "E", id="the Chinese one hears English"),
        pytest.param(Telling("Z", detects="zh"), Named("E"), "auto", "Z", id="the Chinese one hears Chinese"),
        pytest.param(Named("Z"), Telling("E", detects="zh"), "auto", "Z", id="the English one hears Chinese"),
        pytest.param(Telling("Z", detects="und"), Telling("E", detects="zh"), "auto", "Z", id="the first cannot tell"),
        pytest.param(Named("Z"), Named("E"), "auto", "E", id="nobody can tell: English is sure enough"),
        pytest.param(Named("Z"), Named("E", says=""), "auto", "Z", id="nobody can tell: English keeps nothing"),
    ],
)
def test_language_finds_its_recogniser(zh: Named, en: Named, language: str, engine: str) -> None:
    said = chosen(zh, en).transcribe(SOUND, language=language, hotwords=(), stretches=(Stretch(0.0, 2.0),))
    assert (said.engine, len(said.segments)) == (engine, 1)


def test_detected_language_is_passed_on() -> None:
    en = Named("E")
    chosen(Telling("Z", detects="en"), en).transcribe(SOUND, language="auto", hotwords=())
    assert en.asked == ["en"]


def test_both_warnings_are_told_where_both_were_asked() -> None:
    said = chosen(Named("Z"), Named("E", says="")).transcribe(SOUND, language="auto", hotwords=())
    assert said.warnings == ("Z spoke", "E spoke")


def test_recogniser_is_loaded_once_and_only_when_it_is_heard() -> None:
    loaded: list[str] = []

    def load(name: str) -> Named:
        loaded.append(name)
        return Named(name)

    both = ByLanguage({"zh": lambda: load("Z"), "en": lambda: load("E")}, engine="both")
    for _ in range(3):
        both.transcribe(SOUND, language="zh", hotwords=())
    assert loaded == ["Z"]


def test_nothing_said_is_nothing_heard() -> None:
    said = chosen(Telling("Z"), Named("E")).transcribe(SOUND, language="auto", hotwords=(), stretches=())
    assert said.segments == ()


@dataclass
class Judge(Named):
    """Chooses a model by all it is given, as the floor does for telephones; the choice between two must not hide it."""

    def judge(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        return "telephone"

    def transcribe_with(
        self, model: str, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch]
    ) -> Transcript:
        self.asked.append(model)
        return self.transcribe(audio, language=language, hotwords=hotwords, stretches=stretches)


@dataclass
class TellingJudge(Judge):
    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        return self.name


@pytest.mark.parametrize(("asked_for", "language"), [("zh", "zh"), ("en", "en"), ("auto", "zh")])
def test_live_call_has_the_recogniser_of_its_language_itself(asked_for: str, language: str) -> None:
    zh, en = TellingJudge("zh"), Judge("en")
    assert isinstance(chosen(zh, en), Choosing)
    call = LiveCall(
        LiveFormat("pcm16", 16_000, 1),
        name="call",
        transcriber=chosen(zh, en),
        activity=build_activity("energy"),
        language=asked_for,
    )
    call.feed((SOUND.samples * 32_767).astype("<i2").tobytes())
    call.finish()
    asked = {"zh": zh.asked, "en": en.asked}
    assert "telephone" in asked.pop(language)
    assert list(asked.values()) == [[]]
