"""One side of a call, heard while it is spoken: its stretches as they settle, its words as far as they are understood.

In: the side's sound, a gate that follows it, a recogniser. Out: pieces (what is heard in one go) with their words, and
the words so far of the stretch that is still open. It does not know the other side (see `speech.live.call`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from speech.live.growing_samples import GrowingSamples
from speech.live.listener import Listener
from speech.recognisers.transcriber import Joining, Judging, PartialWords, Streaming, Transcriber
from speech.records import SAMPLE_RATE_HZ, Audio, Stretch, Transcript
from speech.spoken_digits.digits import DigitTeller
from speech.spoken_digits.second_pass import with_numbers
from speech.transcribe import groups_of, on_channel
from speech.voice_activity.activity_stream import ActivityStream

PAUSE_S = 0.2
"""A pause between phrases; words so far are asked for anew there where the recogniser cannot stream."""
REHEARD_EVERY_S = 4.0
"""And after so much speech without a pause: a recogniser of whole windows takes a second or two for each."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Stretches heard in one go, as what sound they were taken for, and what was heard."""

    stretches: tuple[Stretch, ...]
    model: str | None  # of a recogniser that has several; else None
    part: Transcript


class LiveChannel:
    """Belongs to one thread at a time."""

    def __init__(
        self,
        number: int,
        *,
        sound: GrowingSamples,
        gate: ActivityStream,
        transcriber: Transcriber,
        language: str,
        hotwords: Sequence[str],
        digits: Mapping[str, DigitTeller],
    ) -> None:
        self.number = number
        self.sound = sound
        self.gate = gate
        self.settled: list[Stretch] = []  # by the gate, heard or not
        self.pieces: list[Piece] = []
        self._listener = Listener(transcriber).knowing(language)
        self._hotwords = tuple(hotwords)
        self._digits = digits
        self._waiting: list[Stretch] = []  # for near ones that are heard together with them
        self._partial = OpenStretch(hotwords=hotwords)

    @property
    def now_s(self) -> float:
        return len(self.sound) / SAMPLE_RATE_HZ

    def hear(self, stretches: Sequence[Stretch], *, is_last: bool = False) -> list[Piece]:
        """Take settled stretches of this side's own words; return the pieces that could be heard by now."""
        ready: list[tuple[Stretch, ...]] = []
        for stretch in stretches:
            if self._waiting and not self._joins(stretch):
                ready.append(self._ended())
            self._waiting.append(stretch)
        if self._waiting and (is_last or not self._may_join_more()):
            ready.append(self._ended())
        heard = [self._heard(group) for group in ready]
        self.pieces += heard
        return heard

    def partial(self) -> str | None:
        """Return the words so far of the open stretch; None where they are as before, or nobody speaks."""
        return self._partial.words(self.gate, self.sound, listener=self._listener, model=self._last_model())

    def close_partial(self) -> None:
        """Let go of what the open stretch held."""
        self._partial.close()

    def heard_again(self, stretches: Sequence[Stretch]) -> list[Transcript]:
        """Return the parts of a call that is over, for the stretches that are the side's own: as they were heard,
        but for pieces that all of the call's sound lets be taken for something else. Those are heard again.
        """
        known = {piece.stretches: piece for piece in self.pieces}
        parts: list[Transcript] = []
        for group in groups_of(stretches):
            model = _judged(self._listener, self.sound.audio(), group)
            for cut in self._cut(group):
                piece = known.get(cut)
                if piece is None or piece.model not in (None, model):
                    piece = self._heard(cut, model=model)
                parts.append(piece.part)
        return parts

    def parts(self) -> list[Transcript]:
        """Return what was heard so far."""
        return [piece.part for piece in self.pieces]

    def _heard(self, stretches: tuple[Stretch, ...], *, model: str | None = None) -> Piece:
        """Hear stretches; where words are found, their language is the channel's from now on."""
        audio = self.sound.audio()
        listener = self._listener.told_by(audio, stretches)
        transcriber, language = listener.transcriber, listener.language
        chosen = _judged(listener, audio, self._group_with(stretches)) if model is None else model
        if chosen is not None and isinstance(transcriber, Judging):
            part = transcriber.transcribe_with(
                chosen, audio, language=language, hotwords=self._hotwords, stretches=stretches
            )
        else:
            part = transcriber.transcribe(audio, language=language, hotwords=self._hotwords, stretches=stretches)
        part = with_numbers(part, audio, tellers=self._digits, stretches=stretches)
        if part.segments:
            self._listener = listener.knowing(part.language)
        return Piece(stretches, chosen, on_channel(replace(part, duration_s=self.now_s), self.number))

    def _group_with(self, stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
        """Return the stretches that a whole recording up to here would have heard together with these."""
        *_, group = groups_of([*(one for piece in self.pieces for one in piece.stretches), *stretches])
        return group

    def _last_model(self) -> str:
        return (self.pieces[-1].model if self.pieces else None) or ""

    def _ended(self) -> tuple[Stretch, ...]:
        ended, self._waiting = tuple(self._waiting), []
        return ended

    def _joins(self, stretch: Stretch) -> bool:
        """Say whether a stretch is heard together with those that wait."""
        joining, last = self._listener.transcriber, self._waiting[-1]
        if not isinstance(joining, Joining) or stretch.start_s - last.end_s >= joining.join_s:
            return False
        begins_group = len(list(groups_of([*self._last_group(), *self._waiting, stretch]))) > 1
        return not begins_group and stretch.end_s - self._waiting[0].start_s <= joining.window_s

    def _last_group(self) -> tuple[Stretch, ...]:
        """Return the stretches heard so far that a next one may share a group with."""
        groups = list(groups_of([one for piece in self.pieces for one in piece.stretches]))
        return groups[-1] if groups else ()

    def _may_join_more(self) -> bool:
        joining = self._listener.transcriber
        if not isinstance(joining, Joining):
            return False
        return self.gate.settled_s - self._waiting[-1].end_s < joining.join_s

    def _cut(self, group: Sequence[Stretch]) -> list[tuple[Stretch, ...]]:
        """Cut a group into what is heard in one go."""
        joining = self._listener.transcriber
        cuts: list[tuple[Stretch, ...]] = []
        for stretch in group:
            last = cuts[-1] if cuts else ()
            if (
                last
                and isinstance(joining, Joining)
                and stretch.start_s - last[-1].end_s < joining.join_s
                and stretch.end_s - last[0].start_s <= joining.window_s
            ):
                cuts[-1] = (*last, stretch)
            else:
                cuts.append((stretch,))
        return cuts


def _judged(listener: Listener, audio: Audio, stretches: Sequence[Stretch]) -> str | None:
    """Return the model that a recogniser of several would hear these with; None where it has one."""
    transcriber = listener.transcriber
    return transcriber.judge(audio, stretches) if isinstance(transcriber, Judging) else None


class OpenStretch:
    """The words so far of the stretch in which somebody speaks now."""

    def __init__(self, *, hotwords: Sequence[str]) -> None:
        self._hotwords = tuple(hotwords)
        self._listener: Listener | None = None
        self._began_s: float | None = None
        self._taken = 0  # samples of the call that were heard
        self._words: PartialWords | None = None
        self._said = ""

    def words(self, gate: ActivityStream, sound: GrowingSamples, *, listener: Listener, model: str) -> str | None:
        """Return the words so far; None where they are as before, or nobody speaks."""
        began_s = gate.open_at_s
        if began_s is None or (self._began_s is not None and abs(began_s - self._began_s) > PAUSE_S):
            self.close()
        if began_s is None:
            return None
        if self._began_s is None:
            self._began_s, self._taken = began_s, round(began_s * SAMPLE_RATE_HZ)
            self._follow(listener, sound, model=model)
        said = self._streamed(sound) if self._words is not None else self._reheard(gate, sound)
        if said is None or said == self._said:
            return None
        self._said = said
        return said

    def close(self) -> None:
        """Forget the stretch."""
        if self._words is not None:
            self._words.close()
        self._began_s, self._words, self._said = None, None, ""

    def _follow(self, listener: Listener, sound: GrowingSamples, *, model: str) -> None:
        """Let this one hear the stretch, from its beginning and as it goes on where it can."""
        assert self._began_s is not None
        self._listener, transcriber = listener, listener.transcriber
        if not isinstance(transcriber, Streaming):
            return
        if not model and isinstance(transcriber, Judging):
            open_now = Stretch(self._began_s, len(sound) / SAMPLE_RATE_HZ)
            model = transcriber.judge(sound.audio(), [open_now])
        self._words = transcriber.open_stretch(language=listener.language, model=model)
        self._taken = round(self._began_s * SAMPLE_RATE_HZ)

    def _streamed(self, sound: GrowingSamples) -> str:
        assert self._words is not None
        samples = sound.read(self._taken, len(sound))
        self._taken = len(sound)
        return self._words.hear(samples)

    def _reheard(self, gate: ActivityStream, sound: GrowingSamples) -> str | None:
        """Hear the whole stretch so far, at pauses and now and then; once that tells its language, go on with who hears
        it."""
        assert self._began_s is not None
        assert self._listener is not None
        listener, now_s = self._listener, len(sound) / SAMPLE_RATE_HZ
        if isinstance(listener.transcriber, Streaming):
            return None  # it could hear no more at once
        new_s = now_s - self._taken / SAMPLE_RATE_HZ
        is_due = gate.pause_s >= PAUSE_S and new_s > gate.pause_s + PAUSE_S
        if not is_due and new_s < REHEARD_EVERY_S:
            return None
        self._taken = len(sound)
        part = listener.transcriber.transcribe(
            sound.audio(),
            language=listener.language,
            hotwords=self._hotwords,
            stretches=[Stretch(self._began_s, now_s)],
        )
        self._follow(listener.knowing(part.language), sound, model="")
        return part.text
