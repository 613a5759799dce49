"""One call: frames of sound in, what is to be said about them out; in the end a draft, kept like that of an upload.

    hear      words so far, settled segments, the draft so far
    finish    the transcript, the kept draft, the recording kept beside it
    forget    nothing kept

It is used by one thread at a time and does not know WebSockets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from api.engines import Engines
from api.errors import Said
from api.live.draft_so_far import DraftSoFar
from api.prefill import prefill
from api.prefill.answer import transcript_body
from api.prefill.hear import Heard, hotwords_among, terms_of
from api.prefill.kept_media import media_of
from api.schemas.live import FinalSaid, LiveSaid, LiveStart, PartialSaid, SegmentSaid, StatusSaid
from api.schemas.prefill import Customer, PrefillRequest
from api.security import make_id
from api.store import Store
from speech.live.call import LiveCall, Partial, Settled
from speech.live.sound_feed import LiveFormat
from speech.transcribe import Sides

NAME = "call.wav"
"""What evidence names as its source: the recording that is kept beside the draft."""
STATUS_EVERY_S = 2.0
CATCHING_UP_S = 2.0
"""A call that is so far behind leaves out words so far until it is not."""


class SpokenCall:
    """Loads the recogniser when it is made."""

    def __init__(
        self,
        start: LiveStart,
        *,
        engines: Engines,
        store: Store,
        may_suggest: bool,
        clock: Callable[[], datetime],
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._start = start
        self._engines = engines
        self._store = store
        self._clock = clock
        self._request = _request_of(start)
        self.prefill_id = make_id() if start.draft else None
        hearing = engines.hearing()
        terms = terms_of(self._request, engines)
        self.engine = hearing.transcriber.engine
        self._call = LiveCall(
            LiveFormat(start.format, start.rate_hz, start.channels),
            name=NAME,
            transcriber=hearing.transcriber,
            activity=hearing.activity,
            language=start.language,
            hotwords=hotwords_among(terms, engines),
            terms=terms,
            digits=hearing.digits,
            sides=Sides(turns=hearing.turns),
            max_duration_s=engines.settings.live_max_minutes * 60,
        )
        self._draft = (
            DraftSoFar(self._request, name=NAME, engines=engines, store=store, may_suggest=may_suggest, clock_s=clock_s)
            if start.draft
            else None
        )
        self._told_s = 0.0

    @property
    def heard_s(self) -> float:
        """Say how much sound was heard."""
        return self._call.heard_s

    def hear(self, frames: Sequence[bytes], *, behind_s: float) -> list[LiveSaid]:
        """Take frames, behind which so much sound waits.

        Raises:
            AudioRejected: the call is longer than allowed.
        """
        self._engines.hearing()  # in use: a model that idles is unloaded
        said: list[LiveSaid] = []
        is_in_time = behind_s < CATCHING_UP_S
        events = [event for frame in frames for event in self._call.feed(frame, with_partials=is_in_time)]
        for event in events:
            if isinstance(event, Partial):
                said.append(
                    PartialSaid(channel=event.channel, start_s=event.start_s, end_s=event.end_s, text=event.text)
                )
            else:
                said += self._segments(event)
        if self._draft is not None and is_in_time:
            said += self._draft.updated(self._call.transcript, pieces=self._call.pieces, at=self._clock())
        if self.heard_s - self._told_s >= STATUS_EVERY_S:
            self._told_s = self.heard_s
            said.append(StatusSaid(heard_s=round(self.heard_s, 3), behind_s=round(behind_s, 3)))
        return said

    def finish(self, *, notes: Sequence[Said] = ()) -> FinalSaid:
        """Hear the rest, keep the draft and its recording, and return both; `notes` stand first in its warnings."""
        transcript = self._call.finish()
        response = None
        if self.prefill_id is not None:
            at, recording = self._clock(), self._call.recording()
            response = prefill(
                self._request,
                (),
                engines=self._engines,
                store=self._store,
                at=at,
                notes=notes,
                draft_id=self.prefill_id,
                heard=Heard(transcripts={NAME: transcript}),
            )
            if recording.duration_s > 0:
                media = media_of(self._engines.settings)
                media.keep(response, messages=(), files={}, at=at, live={NAME: recording})
        return FinalSaid(transcript=transcript_body(transcript, file=NAME), prefill=response)

    def forget(self) -> None:
        """Let go of what the call held."""
        self._call.close()

    def _segments(self, settled: Settled) -> list[LiveSaid]:
        """Return settled segments as the transcript so far has them: with their speaker, where it is known."""
        new = {(one.channel, one.start_s) for one in settled.segments}
        transcript = self._call.transcript()
        named = [one for one in transcript.segments if (one.channel, one.start_s) in new]
        bodies = transcript_body(replace(transcript, segments=tuple(named)), file=NAME).segments
        return [SegmentSaid(segment=segment) for segment in bodies]


def _request_of(start: LiveStart) -> PrefillRequest:
    return PrefillRequest(
        ticket_id=start.ticket_id,
        template=start.template,
        channel="live",
        locale=start.locale,
        customer=start.customer or Customer(),
    )
