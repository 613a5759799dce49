"""Who hears a channel, and in which language, while that is still being found out.

In: a recogniser, which may stand for one in each language, and what the call's sound tells about its language. Out:
the recogniser of that language itself, which can do more than the one that stands for it: hear an open stretch, choose
among its models, join near stretches. The first words decide, once for a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.recognisers.transcriber import Choosing, Transcriber
from speech.records import Audio, Stretch

UNKNOWN = ("auto", "und")


@dataclass(frozen=True, slots=True)
class Listener:
    """`language` is "zh", "en", or "auto" until it is known."""

    transcriber: Transcriber
    language: str = "auto"

    def knowing(self, language: str) -> Listener:
        """Return who hears this language; the same one where it was known before, or still is not."""
        if self.language != "auto" or language in UNKNOWN:
            return self
        chooser = self.transcriber
        return Listener(chooser.of(language) if isinstance(chooser, Choosing) else chooser, language)

    def told_by(self, audio: Audio, stretches: Sequence[Stretch]) -> Listener:
        """Return who hears the language of these words, where one of several recognisers can tell it beforehand."""
        if self.language != "auto" or not isinstance(self.transcriber, Choosing):
            return self
        return self.knowing(self.transcriber.told(audio, stretches))
