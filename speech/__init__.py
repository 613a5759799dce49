"""Audio in, transcript out."""

from speech.captions import to_srt, to_vtt
from speech.recognisers.by_language import ByLanguage
from speech.recognisers.transcriber import LANGUAGES, Transcriber, build_transcriber, transcriber_names
from speech.records import (
    SAMPLE_RATE_HZ,
    Audio,
    AudioRejected,
    ModelUnavailable,
    Recording,
    Segment,
    SpeechError,
    SpokenNumber,
    Stretch,
    Transcript,
    Word,
)
from speech.sides.speakers import guess_customer_channel, with_speakers
from speech.sides.turns import SpeakerTurns, Turn, build_turns
from speech.sound.audio import AudioLimits, RawFormat, read_audio
from speech.transcribe import Sides, transcribe_recording
from speech.voice_activity.activity import ActivityDetector, activity_names, build_activity

__all__ = [
    "LANGUAGES",
    "SAMPLE_RATE_HZ",
    "ActivityDetector",
    "Audio",
    "AudioLimits",
    "AudioRejected",
    "ByLanguage",
    "ModelUnavailable",
    "RawFormat",
    "Recording",
    "Segment",
    "Sides",
    "SpeakerTurns",
    "SpeechError",
    "SpokenNumber",
    "Stretch",
    "Transcriber",
    "Transcript",
    "Turn",
    "Word",
    "activity_names",
    "build_activity",
    "build_transcriber",
    "build_turns",
    "guess_customer_channel",
    "read_audio",
    "to_srt",
    "to_vtt",
    "transcribe_recording",
    "transcriber_names",
    "with_speakers",
]
