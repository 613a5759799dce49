"""A recogniser that says what it was told to: the stand-in for tests, demos and plug-in authors.

In: a script of (second, word) lines. Out: a `Transcript` with those words of the script that fall into the stretches.
It hears nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.recognisers.transcriber import check_language, whole
from speech.records import Audio, Segment, Stretch, Transcript, Word


@dataclass(frozen=True, slots=True)
class ScriptedTranscriber:
    """Words of the script are said at their own times; outside the stretches they are not heard."""

    script: tuple[Word, ...]
    language: str = "en"

    @property
    def engine(self) -> str:
        return "scripted:script"

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        spoken = self.language if check_language(language) == "auto" else language
        segments = []
        for stretch in whole(audio, stretches):
            words = tuple(
                word for word in self.script if word.start_s >= stretch.start_s and word.end_s <= stretch.end_s
            )
            if words:
                confidence = sum(word.confidence for word in words) / len(words)
                text = ("" if spoken == "zh" else " ").join(word.text for word in words)
                segments.append(Segment(words[0].start_s, words[-1].end_s, text, confidence, words))
        return Transcript(spoken if segments else "und", self.engine, audio.duration_s, tuple(segments))


def build(*, script: Sequence[Word] = (), language: str = "en") -> ScriptedTranscriber:
    """Build the stand-in."""
    return ScriptedTranscriber(tuple(script), language)
