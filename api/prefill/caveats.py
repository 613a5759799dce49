"""What a draft's reader must know of how it came about: engines on their floor, damaged files, what broke. Says nothing
itself: each warning is a message that is said in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.errors import Said, say
from api.prefill.hear import Heard
from api.prefill.retakes import retakes_of
from api.schemas.ops import EngineState
from speech.records import Transcript


def warnings_of(
    heard: Heard, *, speech: EngineState, broken: Iterable[Said], records: Iterable[str]
) -> tuple[Said, ...]:
    """Return a draft's warnings, the one that matters most first."""
    spoken = [warning for name, heard_here in heard.transcripts.items() for warning in _spoken(name, heard_here)]
    is_told = any(speech.fix in text for transcript in heard.transcripts.values() for text in transcript.warnings)
    floor = [say("warning.floor", engine=speech.engine, fix=speech.fix)] if speech.degraded and not is_told else []
    return (
        *(floor if heard.transcripts else ()),
        *spoken,
        *retakes_of(heard.pages),
        *broken,
        *(say("warning.of_records", original=text) for text in records),
    )


def _spoken(name: str, transcript: Transcript) -> Sequence[Said]:
    from speech.recognisers import sherpa_transcriber as sherpa
    from speech.recognisers import sphinx_transcriber as floor
    from speech.sides.turns import ONE_SPEAKER

    keys = {
        floor.WARNING: "warning.floor_english_only",
        floor.WARNING_ZH: "warning.floor_hears_no_chinese",
        floor.WARNING_AUTO: "warning.floor_took_for_english",
        floor.WARNING_UNSURE: "warning.floor_unsure",
        sherpa.WARNING: "warning.recogniser_untold",
        ONE_SPEAKER: "warning.one_speaker",
    }
    return [
        say("detail.not_fitting", where=name, reason=say(keys.get(text, "warning.of_recording"), original=text))
        for text in transcript.warnings
    ]
