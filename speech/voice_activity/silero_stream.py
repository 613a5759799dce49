"""Silero state by state: samples as they come in, stretches of speech out, each once nothing to come can change it.

In: samples, and the network as a function of windows and its state. Out: the stretches in which a voice is heard: those
of the weaker threshold that lie near one of the stronger. What ends a stretch, splits a long one and pads it are the
rules of faster-whisper's `get_speech_timestamps`. Memory: a window and the stretches not yet settled, however long the
call. It does not know whether a file is read or a call is going on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples, Stretch
from speech.voice_activity.stretch_rules import Span, Stretches, StretchRules

WINDOW = 512  # samples the network judges at once
CONTEXT = 64  # samples of the window before that it sees, too
STATE = (1, 1, 128)

State = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
Network = Callable[[npt.NDArray[np.float32], State], tuple[npt.NDArray[np.float32], State]]
"""(n, 576) windows with their context and a state in; n probabilities and the state after them out."""


@dataclass(frozen=True, slots=True)
class VoiceRules:
    """A `weak` stretch counts where it lies less than `near` samples from a `sure` one."""

    sure: StretchRules
    weak: StretchRules
    near: float


class SileroStream:
    """Follows one channel; belongs to one thread."""

    def __init__(self, network: Network, rules: VoiceRules) -> None:
        self._network = network
        self._near = rules.near
        self._state: State = (np.zeros(STATE, dtype=np.float32), np.zeros(STATE, dtype=np.float32))
        self._context = np.zeros(CONTEXT, dtype=np.float32)
        self._waiting: Samples = np.zeros(0, dtype=np.float32)  # not judged yet
        self._length = 0
        self._sure = Stretches(rules.sure)
        self._weak = Stretches(rules.weak)
        self._voices: list[Span] = []  # sure spans that stretches to come may lie near
        self._doubtful: list[Span] = []  # ended weak spans, none of them near a sure one so far

    def feed(self, samples: Samples) -> tuple[Stretch, ...]:
        self._waiting = np.concatenate([self._waiting, samples])
        self._length += len(samples)
        self._judge((len(self._waiting) - 1) // WINDOW)  # the last window waits: it may be the call's last
        self._voices += self._sure.settled()
        self._doubtful += self._weak.settled()
        return self._decided(is_last=False)

    def finish(self) -> tuple[Stretch, ...]:
        if len(self._waiting):
            self._waiting = np.pad(self._waiting, (0, WINDOW - len(self._waiting) % WINDOW))
            self._judge(len(self._waiting) // WINDOW, is_last=True)
        self._voices += self._sure.finish(length=self._length)
        self._doubtful += self._weak.finish(length=self._length)
        return self._decided(is_last=True)

    @property
    def open_at_s(self) -> float | None:
        span = self._weak.open_span
        return span.start / SAMPLE_RATE_HZ if span is not None and self._is_voice(span) else None

    @property
    def settled_s(self) -> float:
        first = self._doubtful[0].start if self._doubtful else self._weak.unsettled
        return first / SAMPLE_RATE_HZ

    @property
    def pause_s(self) -> float:
        return self._weak.pause / SAMPLE_RATE_HZ

    def _judge(self, count: int, *, is_last: bool = False) -> None:
        """Ask the network about the next `count` windows."""
        if count <= 0:
            return
        windows = self._waiting[: count * WINDOW].reshape(count, WINDOW).copy()
        before = np.concatenate([self._context[None], windows[:-1, -CONTEXT:]])
        self._context, self._waiting = windows[-1, -CONTEXT:].copy(), self._waiting[count * WINDOW :].copy()
        if is_last:
            windows[-1, -CONTEXT:] = 0.0  # as faster-whisper does: it clears what no window follows
        probabilities, self._state = self._network(np.concatenate([before, windows], axis=1), self._state)
        for probability in probabilities.reshape(-1).tolist():
            self._sure.judge(probability, window=WINDOW)
            self._weak.judge(probability, window=WINDOW)

    def _decided(self, *, is_last: bool) -> tuple[Stretch, ...]:
        """Take out the stretches of which it is settled that they are a voice, and drop those that are none."""
        found: list[Stretch] = []
        while self._doubtful:
            span = self._doubtful[0]
            if self._is_voice(span):
                found.append(Stretch(span.start / SAMPLE_RATE_HZ, span.end / SAMPLE_RATE_HZ))
            elif not is_last and span.end > self._sure.unsettled - self._near:
                break
            self._doubtful.pop(0)
        first = self._doubtful[0].start if self._doubtful else self._weak.unsettled
        self._voices = [voice for voice in self._voices if voice.end + self._near > first]
        return tuple(found)

    def _is_voice(self, span: Span) -> bool:
        """Say whether a sure voice is near, as far as is known."""
        voices = (*self._voices, *self._sure.certain)
        return any(one.start - self._near < span.end and span.start < one.end + self._near for one in voices)


def onnx_network(session: Any) -> Network:
    """Return the network of an ONNX session of silero VAD v6 as faster-whisper ships it."""

    def judge(windows: npt.NDArray[np.float32], state: State) -> tuple[npt.NDArray[np.float32], State]:
        probabilities, hidden, cell = session.run(None, {"input": windows, "h": state[0], "c": state[1]})
        return np.asarray(probabilities, dtype=np.float32), (hidden, cell)

    return judge
