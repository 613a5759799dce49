"""From probabilities of speech to stretches of it, window by window.

In: a voice detector's probability for each window. Out: padded stretches, each once nothing to come can change it. The
rules are those of faster-whisper's `get_speech_timestamps`: how much silence ends a stretch, where one that is too long
is cut, how neighbours share the silence between them. It does not know which network judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from speech.records import SAMPLE_RATE_HZ

NEGATIVE_BELOW = 0.15
"""A stretch goes on until the probability falls so far below the threshold (faster-whisper's neg_threshold)."""
SPLIT_SILENCE = round(0.098 * SAMPLE_RATE_HZ)
"""Of a stretch that is too long; the last silence of this length is where it is cut."""


@dataclass(frozen=True, slots=True)
class StretchRules:
    """Lengths in samples; `longest` holds a stretch's padding, too."""

    threshold: float
    min_speech: float
    min_silence: float
    padding: float
    longest: float


@dataclass(slots=True)
class Span:
    """[start, end) in samples."""

    start: int
    end: int


class Stretches:
    """The stretches of one channel as it comes."""

    def __init__(self, rules: StretchRules) -> None:
        self._rules = rules
        self._longest = rules.longest - 2 * rules.padding
        self._at = 0  # samples judged
        self._start: int | None = None  # of the open span, before padding
        self._silent_at = self._split_end = self._split_start = 0
        self._spans: list[Span] = []  # ended, not settled: the last may still share its padding with the next

    @property
    def open_span(self) -> Span | None:
        """Return the span in which somebody speaks now, as far as it goes."""
        return None if self._start is None else Span(int(max(0, self._start - self._rules.padding)), self._at)

    @property
    def certain(self) -> tuple[Span, ...]:
        """Return what will be spans whatever comes: those that wait for their padding, and an open one that is long
        enough.
        """
        if self._start is None or (self._silent_at or self._at) - self._start <= self._rules.min_speech:
            return tuple(self._spans)
        return (*self._spans, Span(self._start, self._silent_at or self._at))

    @property
    def pause(self) -> int:
        """Return how long the open span has been silent."""
        return self._at - self._silent_at if self._start is not None and self._silent_at else 0

    @property
    def unsettled(self) -> int:
        """Return the first sample that a span to come may hold."""
        if self._spans:
            return self._spans[0].start
        following = self._start if self._start is not None else self._at
        return int(max(0, following - self._rules.padding))

    def judge(self, probability: float, *, window: int) -> None:
        """Take the probability of the next `window` samples."""
        at, self._at = self._at, self._at + window
        is_speech = probability >= self._rules.threshold
        if is_speech and self._silent_at:
            self._silent_at = 0
            if self._split_start < self._split_end:
                self._split_start = at
        if is_speech and self._start is None:
            self._start = at
            return
        if self._start is not None and at - self._start > self._longest - window and self._split(at):
            return
        if self._start is not None and probability < max(self._rules.threshold - NEGATIVE_BELOW, 0.01):
            self._fall_silent(at, self._start)

    def settled(self) -> list[Span]:
        """Take out the spans that nothing to come changes."""
        done, self._spans = self._spans[:-1], self._spans[-1:]
        if self._spans:
            last, padding = self._spans[0], self._rules.padding
            following = self._start if self._start is not None else self._at
            if following - last.end >= 2 * padding:
                done.append(Span(last.start, int(last.end + padding)))
                self._spans = []
        return done

    def finish(self, *, length: int) -> list[Span]:
        """Take out the rest of a channel whose true length is known."""
        if self._start is not None and length - self._start > self._rules.min_speech:
            self._end_span(self._start, length)
        self._clear(None)
        if self._spans:
            last = self._spans[-1]
            last.end = int(min(length, last.end + self._rules.padding))
        done, self._spans = self._spans, []
        return done

    def _split(self, at: int) -> bool:
        """Cut the open span; return whether the window is done with."""
        assert self._start is not None
        if not self._split_end:
            self._end_span(self._start, at)
            self._clear(None)
            return True
        self._end_span(self._start, self._split_end)
        self._clear(self._split_start if self._split_start >= self._split_end else None)
        return False

    def _fall_silent(self, at: int, start: int) -> None:
        self._silent_at = self._silent_at or at
        if at - self._silent_at > SPLIT_SILENCE:
            self._split_end = self._silent_at
        if at - self._silent_at < self._rules.min_silence:
            return
        if self._silent_at - start > self._rules.min_speech:
            self._end_span(start, self._silent_at)
        self._clear(None)

    def _clear(self, start: int | None) -> None:
        self._start = start
        self._silent_at = self._split_end = self._split_start = 0

    def _end_span(self, start: int, end: int) -> None:
        """Add a span; it and the one before share the silence between them where that is short."""
        padding = self._rules.padding
        if self._spans:
            silence = start - self._spans[-1].end
            if silence < 2 * padding:
                self._spans[-1].end += silence // 2
                start = max(0, start - silence // 2)
            else:
                self._spans[-1].end = int(self._spans[-1].end + padding)
                start = int(max(0, start - padding))
        else:
            start = int(max(0, start - padding))
        self._spans.append(Span(start, end))
