"""Silero while the sound is still coming: the same network, state by state, and the same rules for what is a stretch.

In: samples as they come, and the network as a function of windows and its state. Out: the stretches that
`SileroActivity.detect` gives for the whole, each as soon as nothing to come can change it. The rules are those of
faster-whisper's `get_speech_timestamps` (silence that ends a stretch, the longest stretch, padding shared between
neighbours), and the blocks those of `SileroActivity`. Memory: the samples since the open stretch began.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples, SpeechError, Stretch

WINDOW = 512  # samples the network judges at once
CONTEXT = 64  # samples of the window before that it sees, too
STATE = (1, 1, 128)
NEGATIVE_BELOW = 0.15
"""A stretch goes on until the probability falls so far below the threshold (faster-whisper's neg_threshold)."""
SPLIT_SILENCE = round(0.098 * SAMPLE_RATE_HZ)
"""Of a stretch that is too long; the last silence of this length is where it is cut."""

State = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
Network = Callable[[npt.NDArray[np.float32], State], tuple[npt.NDArray[np.float32], State]]
"""(n, 576) windows with their context and a state in; n probabilities and the state after them out."""


@dataclass(frozen=True, slots=True)
class StreamRules:
    """Lengths in samples; a weak voice counts within `near` of a sure one; `block` is how much is judged before the
    network begins anew, `cut` what its end may cut.
    """

    threshold: float
    weak_threshold: float
    min_speech: float
    min_silence: float
    padding: float
    longest: float
    near: int
    block: int
    cut: float


@dataclass(slots=True)
class _Span:
    start: int
    end: int


class _Rules:
    """From probabilities to spans within one block; spans are final in the order they end."""

    def __init__(self, rules: StreamRules, *, threshold: float) -> None:
        self._rules = rules
        self._threshold = threshold
        self._longest = rules.longest - WINDOW - 2 * rules.padding
        self._at = 0  # samples judged
        self._start: int | None = None  # of the open span, before padding
        self._silent_at = self._split_end = self._split_start = 0
        self.spans: list[_Span] = []  # ended, not settled: the last may still share its padding with the next

    @property
    def open_at(self) -> int | None:
        return self._start

    @property
    def at(self) -> int:
        """Say how far was judged."""
        return self._at

    @property
    def sure_from(self) -> int | None:
        """Say where the open span begins once it is long enough to stay one."""
        if self._start is None or (self._silent_at or self._at) - self._start <= self._rules.min_speech:
            return None
        return self._start

    @property
    def pause(self) -> int:
        return self._at - self._silent_at if self._start is not None and self._silent_at else 0

    def judge(self, probability: float) -> None:
        """Take the next window's probability."""
        at, self._at = self._at, self._at + WINDOW
        is_speech = probability >= self._threshold
        if is_speech and self._silent_at:
            self._silent_at = 0
            if self._split_start < self._split_end:
                self._split_start = at
        if is_speech and self._start is None:
            self._start = at
            return
        if self._start is not None and at - self._start > self._longest and self._split(at):
            return
        if self._start is not None and probability < max(self._threshold - NEGATIVE_BELOW, 0.01):
            self._fall_silent(at, self._start)

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
        if self.spans:
            silence = start - self.spans[-1].end
            if silence < 2 * padding:
                self.spans[-1].end += silence // 2
                start = max(0, start - silence // 2)
            else:
                self.spans[-1].end = int(self.spans[-1].end + padding)
                start = int(max(0, start - padding))
        else:
            start = int(max(0, start - padding))
        self.spans.append(_Span(start, end))

    def settled(self, *, length: int) -> list[_Span]:
        """Take out the spans that nothing to come in a block of `length` samples changes."""
        done, self.spans = self.spans[:-1], self.spans[-1:]
        if self.spans:
            last, padding = self.spans[0], self._rules.padding
            following = self._start if self._start is not None else self._at
            if following - last.end >= 2 * padding and last.end + padding <= length - self._rules.cut:
                done.append(_Span(last.start, int(last.end + padding)))
                self.spans = []
        return done

    def finish(self, *, length: int) -> list[_Span]:
        """Return the rest of a block whose true length is known."""
        if self._start is not None and length - self._start > self._rules.min_speech:
            self._end_span(self._start, length)
        if self.spans:
            last = self.spans[-1]
            last.end = int(min(length, last.end + self._rules.padding))
        return self.spans


class _Block:
    """One block's spans: weak voices by their rules, kept where a sure voice is near, in the order they end."""

    def __init__(self, rules: StreamRules) -> None:
        self._rules = rules
        self._weak = _Rules(rules, threshold=rules.weak_threshold)
        self._sure = _Rules(rules, threshold=rules.threshold)
        self._sure_spans: list[_Span] = []
        self._held: list[_Span] = []  # settled, but no sure voice was near yet

    def judge(self, probability: float) -> None:
        """Take the next window's probability."""
        self._weak.judge(probability)
        self._sure.judge(probability)

    @property
    def open_at(self) -> int | None:
        """Say where the open span begins, if a sure voice is near."""
        start = self._weak.open_at
        return start if start is not None and self._is_near(_Span(start, self._weak.at)) else None

    @property
    def pause(self) -> int:
        return self._weak.pause

    @property
    def unsettled(self) -> int:
        """Return the first sample that a span to come may hold."""
        waiting = (self._held or self._weak.spans)[:1]
        if waiting:
            return waiting[0].start
        following = self._weak.open_at if self._weak.open_at is not None else self._weak.at
        return int(max(0, following - self._rules.padding))

    def settled(self) -> list[_Span]:
        """Take out the spans that nothing to come changes."""
        self._sure_spans += self._sure.settled(length=self._rules.block)
        self._held += self._weak.settled(length=self._rules.block)
        done: list[_Span] = []
        while self._held:
            span = self._held[0]
            if self._is_near(span):
                done.append(span)
            elif not self._is_past(span):
                break
            self._held.pop(0)
        return done

    def finish(self, *, length: int) -> list[_Span]:
        """Return the rest of a block whose true length is known."""
        self._sure_spans += self._sure.finish(length=length)
        self._sure.spans = []
        rest = [*self._held, *self._weak.finish(length=length)]
        return [span for span in rest if self._is_near(span, is_over=True)]

    def _is_near(self, span: _Span, *, is_over: bool = False) -> bool:
        """Say whether a sure voice is near; while the block goes on also by what is still open."""
        near = self._rules.near
        sure = [*self._sure_spans, *self._sure.spans]
        if not is_over and self._sure.sure_from is not None:
            sure.append(_Span(self._sure.sure_from, self._sure.at))
        return any(one.start - near < span.end and span.start < one.end + near for one in sure)

    def _is_past(self, span: _Span) -> bool:
        """Say whether it is over with a span: no sure voice to come can be near."""
        following = self._sure.open_at if self._sure.open_at is not None else self._sure.at
        return following - self._rules.padding - self._rules.near >= span.end


class SileroStream:
    """Follows one channel; belongs to one thread."""

    def __init__(self, network: Network, rules: StreamRules) -> None:
        self._network = network
        self._rules = rules
        self._start = 0  # of the block on the call's timeline, in samples
        self._begin_block(np.zeros(0, dtype=np.float32))

    def _begin_block(self, samples: Samples) -> None:
        self._kept = samples  # from `_kept_from` of the block on
        self._kept_from = self._judged = 0
        self._state: State = (np.zeros(STATE, dtype=np.float32), np.zeros(STATE, dtype=np.float32))
        self._context = np.zeros(CONTEXT, dtype=np.float32)
        self._spans = _Block(self._rules)

    def feed(self, samples: Samples) -> tuple[Stretch, ...]:
        self._kept = np.concatenate([self._kept, samples])
        settled: list[Stretch] = []
        while self._length > self._rules.block:
            settled += self._next_block()
        self._judge((self._length - 1) // WINDOW * WINDOW)  # the last window waits: it may be the call's last
        settled += self._stretches(self._spans.settled())
        self._let_go()
        return tuple(settled)

    def finish(self) -> tuple[Stretch, ...]:
        if self._length == 0:
            return ()
        found = self._stretches(self._end_block(self._length))
        self._start += self._length
        self._begin_block(self._kept[:0])
        return tuple(found)

    @property
    def open_at_s(self) -> float | None:
        start = self._spans.open_at
        if start is None:
            return None
        return (self._start + max(0.0, start - self._rules.padding)) / SAMPLE_RATE_HZ

    @property
    def settled_s(self) -> float:
        return (self._start + self._spans.unsettled) / SAMPLE_RATE_HZ

    @property
    def pause_s(self) -> float:
        return self._spans.pause / SAMPLE_RATE_HZ

    @property
    def _length(self) -> int:
        return self._kept_from + len(self._kept)

    def _judge(self, end: int, *, is_last: bool = False) -> None:
        """Ask the network about the windows up to `end` of the block."""
        count = (end - self._judged) // WINDOW
        if count <= 0:
            return
        begin = self._judged - self._kept_from
        windows = self._kept[begin : begin + count * WINDOW].reshape(count, WINDOW).copy()
        before = np.concatenate([self._context[None], windows[:-1, -CONTEXT:]])
        self._context = windows[-1, -CONTEXT:].copy()
        if is_last:
            windows[-1, -CONTEXT:] = 0.0  # as faster-whisper does: it clears what no window follows
        probabilities, self._state = self._network(np.concatenate([before, windows], axis=1), self._state)
        self._judged += count * WINDOW
        for probability in probabilities.reshape(-1):
            self._spans.judge(float(probability))

    def _end_block(self, length: int) -> list[_Span]:
        """Judge what is left of a block of `length` samples and return its last spans."""
        block = self._kept[: length - self._kept_from]
        tail, self._kept = self._kept[len(block) :], np.pad(block, (0, WINDOW - length % WINDOW))
        self._judge(self._length, is_last=True)
        self._kept = np.concatenate([block, tail])
        return self._spans.finish(length=length)

    def _next_block(self) -> list[Stretch]:
        """End a full block; a stretch that its end may have cut begins the next one."""
        block = self._rules.block
        spans = self._end_block(block)
        following = block
        if spans and spans[-1].start > 0 and spans[-1].end > block - self._rules.cut:
            following = spans.pop().start
        found = self._stretches(spans)
        rest = self._kept[following - self._kept_from :]
        self._start += following
        self._begin_block(rest)
        return found

    def _stretches(self, spans: list[_Span]) -> list[Stretch]:
        return [
            Stretch((self._start + span.start) / SAMPLE_RATE_HZ, (self._start + span.end) / SAMPLE_RATE_HZ)
            for span in spans
        ]

    def _let_go(self) -> None:
        oldest = min(self._spans.unsettled, self._judged)
        self._kept, self._kept_from = self._kept[oldest - self._kept_from :].copy(), oldest


def no_network(windows: npt.NDArray[np.float32], state: State) -> tuple[npt.NDArray[np.float32], State]:
    """Say that a gate that was built without its network judges whole recordings only."""
    raise SpeechError("This voice detector was built without its network; build_activity('silero') brings it.")


def onnx_network(session: Any) -> Network:
    """Return the network of an ONNX session of silero VAD v6 as faster-whisper ships it."""

    def judge(windows: npt.NDArray[np.float32], state: State) -> tuple[npt.NDArray[np.float32], State]:
        probabilities, hidden, cell = session.run(None, {"input": windows, "h": state[0], "c": state[1]})
        return np.asarray(probabilities, dtype=np.float32), (hidden, cell)

    return judge
