"""One recogniser for each language, chosen call by call: the best that is here for Chinese, the best for English.

In: what can be loaded, for each language, best first already chosen by the caller. Out: a `Transcriber` that hands each
channel to the recogniser of its language. Asked to find the language itself, it asks a recogniser that can tell them
apart; where none can, English is tried first, because the floor keeps nothing that it is unsure of, then Chinese. A
recogniser is loaded when its language is first heard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from speech.recognisers.transcriber import LanguageDetector, Transcriber, check_language, whole
from speech.records import Audio, Stretch, Transcript

Load = Callable[[], Transcriber]


class ByLanguage:
    """`loads` by language; the same function under both languages is loaded once."""

    def __init__(self, loads: Mapping[str, Load], *, engine: str) -> None:
        self._loads = dict(loads)
        self._loaded: dict[Load, Transcriber] = {}
        self._lock = Lock()
        self.engine = engine

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        heard = whole(audio, stretches)
        spoken = check_language(language)
        if spoken == "auto":
            spoken = self.told(audio, heard)
        if spoken != "auto":
            return self.of(spoken).transcribe(audio, language=spoken, hotwords=hotwords, stretches=heard)
        english = self.of("en").transcribe(audio, language="auto", hotwords=hotwords, stretches=heard)
        if english.segments or self._loads["zh"] is self._loads["en"]:
            return english
        chinese = self.of("zh").transcribe(audio, language="zh", hotwords=hotwords, stretches=heard)
        return replace(chinese, warnings=tuple(dict.fromkeys((*chinese.warnings, *english.warnings))))

    def of(self, language: str) -> Transcriber:
        """Return the recogniser of a language, "zh" or "en"; it is loaded when first asked for."""
        load = self._loads[language]
        with self._lock:
            if load not in self._loaded:
                self._loaded[load] = load()
            return self._loaded[load]

    def told(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return the language that the first recogniser names that can tell; "auto" where none can."""
        if not stretches:
            return "auto"
        for language in self._loads:
            transcriber = self.of(language)
            if isinstance(transcriber, LanguageDetector):
                found = transcriber.detect_language(audio, stretches)
                if found != "und":
                    return found
        return "auto"
