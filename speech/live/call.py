"""A call while it is spoken: frames of sound in; words so far, settled segments, and in the end the transcript out.

In: frames as a client sends them, a recogniser, a voice detector. Out: `Partial`s, which the next one or a segment of
the same channel replaces, `Settled` segments, and a transcript that is what `transcribe_recording` gives for the same
samples where the language is named. What one side hears of the other is left out as there. Two sides are told from one
signal on both channels by all the sound so far; until two are heard, one channel is listened to.

A settled segment may read otherwise in the transcript only where all of the call's sound lets it be taken for what its
beginning did not: its other channel was a copy, or it was narrow as a telephone's. It is heard again then. With
language "auto" the first words of a channel decide for it, those of a file's first minutes for a file. The voices of
one channel are told apart when the call is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech.live.channel import LiveChannel, Piece
from speech.live.growing_samples import GrowingSamples
from speech.live.sound_feed import LiveFormat, SoundFeed
from speech.recognisers.transcriber import Transcriber, check_language
from speech.records import SAMPLE_RATE_HZ, AudioRejected, Recording, Samples, Segment, Stretch, Transcript
from speech.sides.channels import layout_of
from speech.sides.crosstalk import own_stretches
from speech.spoken_digits.digits import NO_TELLERS, DigitTeller
from speech.transcribe import UNKNOWN_SIDES, Sides, on_channel, transcript_of
from speech.voice_activity.activity import ActivityDetector
from speech.voice_activity.activity_stream import follow
from speech.writing import write_segments

BESIDE_S = 0.06
"""Sound of the other side that the look for what leaked needs behind a stretch (50 ms, and a hop of the resampler)."""
DEFAULT_MAX_DURATION_S = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Partial:
    """What is understood of a channel's open stretch so far."""

    channel: int
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Segments that are done, in the order they start."""

    segments: tuple[Segment, ...]


Event = Partial | Settled


class LiveCall:
    """One call; used by one thread at a time."""

    def __init__(
        self,
        form: LiveFormat,
        *,
        name: str,
        transcriber: Transcriber,
        activity: ActivityDetector,
        language: str = "auto",
        hotwords: Sequence[str] = (),
        terms: Sequence[str] = (),
        digits: Mapping[str, DigitTeller] = NO_TELLERS,
        sides: Sides = UNKNOWN_SIDES,
        max_duration_s: float = DEFAULT_MAX_DURATION_S,
    ) -> None:
        check_language(language)
        self._form = form
        self._name = name
        self._engine = transcriber.engine
        self._terms = tuple(terms)
        self._sides = sides
        self._max_duration_s = max_duration_s
        self._feed = SoundFeed(form)
        self._channels = tuple(
            LiveChannel(
                number,
                sound=GrowingSamples(),
                gate=follow(activity),
                transcriber=transcriber,
                language=language,
                hotwords=hotwords,
                digits=digits,
            )
            for number in range(form.channels)
        )
        self._is_stereo = False
        self._energy = [0.0] * form.channels
        self._taken = [0] * form.channels  # settled stretches of each channel that were looked at

    @property
    def heard_s(self) -> float:
        """Say how much sound came through."""
        return self._channels[0].now_s

    def feed(self, frame: bytes, *, with_partials: bool = True) -> tuple[Event, ...]:
        """Take a frame and return what it brought; without partials a call that is behind catches up.

        Raises
        ------
        AudioRejected
            The call is longer than allowed.
        """
        self._take(self._feed.feed(frame))
        events: list[Event] = []
        segments = self._settle(is_last=False)
        if segments:
            events.append(Settled(segments))
        if with_partials:
            events += self._partials()
        return tuple(events)

    def finish(self) -> Transcript:
        """Hear the rest and return the transcript of all."""
        self._take(self._feed.finish())
        self.close()
        for channel in self._channels:
            channel.settled += channel.gate.finish()
        self._settle(is_last=True)
        recording = self.recording()
        channels = self._heard_channels()
        stretches = [self._own(channel, channel.settled) for channel in channels]
        parts = [part for channel, own in zip(channels, stretches, strict=True) for part in channel.heard_again(own)]
        return transcript_of(
            self._placed(parts),
            recording,
            engine=self._engine,
            terms=self._terms,
            sides=self._sides,
            stretches=stretches,
        )

    def close(self) -> None:
        """Let go of what open stretches held; a call that is dropped without its transcript ends here."""
        for channel in self._channels:
            channel.close_partial()

    @property
    def pieces(self) -> int:
        """Say how many pieces were heard."""
        return sum(len(channel.pieces) for channel in self._channels)

    def transcript(self) -> Transcript:
        """Return the transcript so far, of what is settled."""
        parts = [part for channel in self._channels for part in channel.parts()]
        return transcript_of(self._placed(parts), self.recording(), engine=self._engine, terms=self._terms)

    def recording(self) -> Recording:
        """Return the sound so far as the recording it is."""
        audios = tuple(channel.sound.audio() for channel in self._channels)
        damaged = self._feed.damaged_packets
        return Recording(
            name=self._name,
            channels=audios if len(audios) == 1 or self._is_stereo else (audios[self._listened()],),
            layout="mono" if len(audios) == 1 else "stereo" if self._is_stereo else "dual_mono",
            codec="pcm_s16le" if self._form.encoding == "pcm16" else "opus",
            source_rate_hz=self._form.source_rate_hz,
            warnings=(f"{self._name} has {damaged} damaged packets, which were left out.",) if damaged else (),
        )

    def _take(self, samples: Samples) -> None:
        if self.heard_s + samples.shape[1] / SAMPLE_RATE_HZ > self._max_duration_s:
            minutes = self._max_duration_s / 60
            raise AudioRejected("too_long", f"{self._name} is longer than {minutes:g} minutes. Begin another call.")
        for channel, side in zip(self._channels, samples, strict=True):
            self._energy[channel.number] += float(np.square(side, dtype=np.float64).sum())
            channel.sound.append(side)
            channel.settled += channel.gate.feed(side)

    def _settle(self, *, is_last: bool) -> tuple[Segment, ...]:
        """Hear what the gates settled; a stretch waits for the other side's sound behind it."""
        self._look_at_sides(is_last=is_last)
        pieces: list[Piece] = []
        for channel in self._heard_channels():
            number, ready = channel.number, []
            while self._taken[number] < len(channel.settled):
                stretch = channel.settled[self._taken[number]]
                if not is_last and stretch.end_s + BESIDE_S > channel.now_s:
                    break
                ready.append(stretch)
                self._taken[number] += 1
            pieces += channel.hear(self._own(channel, ready), is_last=is_last)
        parts = self._placed([piece.part for piece in pieces])
        heard = sorted((one for part in parts for one in part.segments), key=lambda one: one.start_s)
        return write_segments(heard, terms=self._terms)

    def _look_at_sides(self, *, is_last: bool) -> None:
        """Find out whether two sides speak, where something settled since; in the end by all of the sound."""
        if len(self._channels) < 2:
            return
        has_news = any(self._taken[one.number] < len(one.settled) for one in self._channels)
        if is_last or (has_news and not self._is_stereo):
            left, right = (channel.sound.audio() for channel in self._channels)
            self._is_stereo = layout_of(left, right) == "stereo"

    def _listened(self) -> int:
        """Return the channel that is heard while both carry one signal: the louder one, as in a file."""
        return self._energy.index(max(self._energy))

    def _heard_channels(self) -> list[LiveChannel]:
        listened = self._listened()
        return [channel for channel in self._channels if self._is_stereo or channel.number == listened]

    def _placed(self, parts: Sequence[Transcript]) -> list[Transcript]:
        """Put what was heard of one signal on the first channel: there is no other."""
        return list(parts) if self._is_stereo else [on_channel(part, 0) for part in parts]

    def _own(self, channel: LiveChannel, stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
        if not self._is_stereo:
            return tuple(stretches)
        other = self._channels[1 - channel.number].sound.audio()
        return own_stretches(channel.sound.audio(), stretches, other=other)

    def _partials(self) -> list[Event]:
        found: list[Event] = []
        for channel in self._heard_channels():
            began_s, text = channel.gate.open_at_s, channel.partial()
            if text and began_s is not None:
                found.append(
                    Partial(channel.number if self._is_stereo else 0, round(began_s, 3), round(channel.now_s, 3), text)
                )
        return found
