"""A recording becomes one transcript: each channel heard through the voice detector, all segments on one timeline.

In: a decoded recording, a recogniser, a voice detector. Out: a `Transcript`, segments in the order they start, each
with its channel and, where a channel greets as an agent does, its speaker. It does not know how either backend works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from speech.recognisers.transcriber import Transcriber, check_language
from speech.records import Recording, Segment, Stretch, Transcript
from speech.sides.speakers import guess_customer_channel, with_speakers
from speech.voice_activity.activity import ActivityDetector

GROUP_S = 224.0
"""How much speech is heard between two reports of progress: eight 28-second Whisper windows."""

OnProgress = Callable[[float, float], None]


def transcribe_recording(
    recording: Recording,
    *,
    transcriber: Transcriber,
    activity: ActivityDetector,
    language: str = "auto",
    hotwords: Sequence[str] = (),
    on_progress: OnProgress | None = None,
) -> Transcript:
    """Transcribe every channel within its stretches of speech.

    Parameters
    ----------
    language
        "zh", "en" or "auto"; with "auto" each channel's first stretches decide for that channel.
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
    for number, audio in enumerate(recording.channels):
        spoken = language
        for group in _groups(activity.detect(audio)):
            part = transcriber.transcribe(audio, language=spoken, hotwords=hotwords, stretches=group)
            parts.append(_on_channel(part, number))
            spoken = part.language if language == "auto" and part.language != "und" else spoken
            _report(on_progress, done_s + group[-1].end_s, total_s)
        done_s += audio.duration_s
        _report(on_progress, done_s, total_s)
    return _named(_merged(parts, recording, transcriber.engine), recording)


def _report(on_progress: OnProgress | None, done_s: float, total_s: float) -> None:
    if on_progress is not None:
        on_progress(done_s, total_s)


def _groups(stretches: Sequence[Stretch]) -> Iterator[tuple[Stretch, ...]]:
    """Yield runs of stretches with at most GROUP_S of speech, at least one stretch each."""
    group: list[Stretch] = []
    speech_s = 0.0
    for stretch in stretches:
        length_s = stretch.end_s - stretch.start_s
        if group and speech_s + length_s > GROUP_S:
            yield tuple(group)
            group, speech_s = [], 0.0
        group.append(stretch)
        speech_s += length_s
    if group:
        yield tuple(group)


def _on_channel(part: Transcript, number: int) -> Transcript:
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


def _named(transcript: Transcript, recording: Recording) -> Transcript:
    if recording.layout != "stereo":
        return transcript
    return with_speakers(transcript, customer_channel=guess_customer_channel(transcript))
