"""A recording becomes one transcript: each channel heard through the voice detector, all segments on one timeline.

In: a decoded recording, a recogniser, a voice detector. Out: a `Transcript`, segments in the order they start, each
with its channel and, where a channel greets as an agent does or the caller says which is whose, its speaker, written as
people write (speech.writing). What one side hears of the other is left out. It does not know how either backend works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from speech.analytics import analyse
from speech.recognisers.transcriber import Transcriber, check_language
from speech.records import Recording, Segment, Stretch, Transcript
from speech.sides.crosstalk import own_stretches
from speech.sides.speakers import guess_customer_channel, with_speakers, with_voices
from speech.sides.turns import ONE_SPEAKER, SpeakerTurns, with_turns
from speech.spoken_digits.digits import NO_TELLERS, DigitTeller
from speech.spoken_digits.second_pass import with_numbers
from speech.voice_activity.activity import ActivityDetector
from speech.writing import write_segments

GROUP_S = 224.0
"""How much speech is heard between two reports of progress: eight 28-second Whisper windows."""
GROUP_SPAN_S = 600.0
"""And from its first word to its last: a recogniser holds that much sound in memory at once, 38 MB."""

OnProgress = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Sides:
    """What is known of who speaks where. `customer_channel` is 0 (left) or 1; None: the side that does not greet as
    an agent. `turns` tells voices apart where a recording has one channel; where it finds two, nobody knows beforehand
    which of them is whose, and `customer_channel` counts for nothing.
    """

    customer_channel: int | None = None
    turns: SpeakerTurns | None = None


UNKNOWN_SIDES = Sides()


def transcribe_recording(
    recording: Recording,
    *,
    transcriber: Transcriber,
    activity: ActivityDetector,
    language: str = "auto",
    hotwords: Sequence[str] = (),
    terms: Sequence[str] = (),
    sides: Sides = UNKNOWN_SIDES,
    digits: Mapping[str, DigitTeller] = NO_TELLERS,
    on_progress: OnProgress | None = None,
) -> Transcript:
    """Transcribe every channel within its stretches of speech.

    Parameters
    ----------
    language
        "zh", "en" or "auto"; with "auto" each channel's first stretches decide for that channel.
    hotwords
        A few words that the recogniser itself listens for.
    terms
        Known names and codes, up to 5,000, looked for in what it heard.
    digits
        By language, what listens again where digits were read out one by one.
    on_progress
        Called with the seconds of sound that are done and the seconds of all channels together.

    Raises
    ------
    SpeechError
        The language is not one of the three.
    """
    check_language(language)
    parts: list[Transcript] = []
    total_s = sum(channel.duration_s for channel in recording.channels)
    done_s = 0.0
    found = _stretches(recording, activity)
    for number, stretches in enumerate(found):
        audio, spoken = recording.channels[number], language
        for group in groups_of(stretches):
            part = transcriber.transcribe(audio, language=spoken, hotwords=hotwords, stretches=group)
            part = with_numbers(part, audio, tellers=digits, stretches=group)
            parts.append(on_channel(part, number))
            spoken = part.language if language == "auto" and part.language != "und" else spoken
            _report(on_progress, done_s + group[-1].end_s, total_s)
        done_s += audio.duration_s
        _report(on_progress, done_s, total_s)
    return transcript_of(parts, recording, engine=transcriber.engine, terms=terms, sides=sides, stretches=found)


def transcript_of(
    parts: Sequence[Transcript],
    recording: Recording,
    *,
    engine: str,
    terms: Sequence[str] = (),
    sides: Sides = UNKNOWN_SIDES,
    stretches: Sequence[Sequence[Stretch]] | None = None,
) -> Transcript:
    """Put what was heard of a recording's channels, part by part, onto one timeline, say whose words they are and write
    them as people do; with the `stretches` of each channel also how the call went, told by the words as they were
    spoken.
    """
    said = _named(_merged(parts, recording, engine), recording, sides)
    written = replace(said, segments=write_segments(said.segments, terms=terms))
    if stretches is None:
        return written
    return replace(written, analytics=analyse(recording, said.segments, stretches=stretches))


def _stretches(recording: Recording, activity: ActivityDetector) -> list[tuple[Stretch, ...]]:
    """Return where each channel speaks itself."""
    found = [activity.detect(audio) for audio in recording.channels]
    if recording.layout != "stereo":
        return found
    left, right = recording.channels
    return [own_stretches(left, found[0], other=right), own_stretches(right, found[1], other=left)]


def _report(on_progress: OnProgress | None, done_s: float, total_s: float) -> None:
    if on_progress is not None:
        on_progress(done_s, total_s)


def groups_of(stretches: Sequence[Stretch]) -> Iterator[tuple[Stretch, ...]]:
    """Yield runs of stretches with at most GROUP_S of speech within GROUP_SPAN_S, at least one stretch each."""
    group: list[Stretch] = []
    speech_s = 0.0
    for stretch in stretches:
        length_s = stretch.end_s - stretch.start_s
        if group and (speech_s + length_s > GROUP_S or stretch.end_s - group[0].start_s > GROUP_SPAN_S):
            yield tuple(group)
            group, speech_s = [], 0.0
        group.append(stretch)
        speech_s += length_s
    if group:
        yield tuple(group)


def on_channel(part: Transcript, number: int) -> Transcript:
    """Say which channel a part was heard on."""
    return replace(part, segments=tuple(replace(segment, channel=number) for segment in part.segments))


def _merged(parts: Sequence[Transcript], recording: Recording, engine: str) -> Transcript:
    segments = [segment for part in parts for segment in part.segments]
    warnings = dict.fromkeys((*recording.warnings, *(warning for part in parts for warning in part.warnings)))
    return Transcript(
        language=_language(parts),
        engine=" + ".join(sorted({part.engine for part in parts if part.segments})) or engine,
        duration_s=recording.duration_s,
        segments=tuple(sorted(segments, key=_place)),
        warnings=tuple(warnings),
    )


def _place(segment: Segment) -> tuple[float, int]:
    return segment.start_s, segment.channel


def _language(parts: Sequence[Transcript]) -> str:
    """Return the language that is spoken longest; "und" where nothing was said."""
    spoken_s: dict[str, float] = {}
    for part in parts:
        length_s = sum(segment.end_s - segment.start_s for segment in part.segments)
        if part.language != "und" and part.segments:
            spoken_s[part.language] = spoken_s.get(part.language, 0.0) + length_s
    return max(spoken_s, key=lambda language: spoken_s[language], default="und")


def _named(transcript: Transcript, recording: Recording, sides: Sides) -> Transcript:
    """Say whose words they are, as far as it is known."""
    known = sides.customer_channel
    if recording.layout == "stereo":
        return with_speakers(
            transcript, customer_channel=guess_customer_channel(transcript) if known is None else known
        )
    if sides.turns is None or not transcript.segments:
        warnings = (*transcript.warnings, ONE_SPEAKER) if transcript.segments else transcript.warnings
        return replace(with_speakers(transcript, customer_channel=known), warnings=warnings)
    told = with_turns(transcript.segments, sides.turns.turns(recording.channels[0]))
    named = with_voices(replace(transcript, segments=told, voices_engine=sides.turns.engine))
    is_one = len({segment.channel for segment in told}) == 1
    return with_speakers(named, customer_channel=known) if is_one else named
