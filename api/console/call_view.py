"""Lay out how a call went: its analytics in, turns and loudness as SVG, a row a side out. Writes no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.prefill.waveform import COLUMNS
from api.schemas.prefill import CallAnalyticsBody, SideBody, SpokenSpan, TranscriptBody

LANE_HEIGHT = 24.0
QUIETEST_DBFS, LOUDEST_DBFS = -60.0, 0.0
"""What a lane's height spans: below lies line noise."""


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn, in columns."""

    x: float
    width: float
    start_s: float


@dataclass(frozen=True, slots=True)
class SideView:
    channel: int
    speaker: str
    turns: tuple[TurnView, ...]
    loudness: str  # SVG path
    talk_s: float
    percent: int  # of the call
    words_per_min: float
    characters_per_min: float
    interruptions: int


@dataclass(frozen=True, slots=True)
class CallView:
    sides: tuple[SideView, ...]
    silence_s: float
    overlap_s: float
    hold: SpokenSpan | None
    columns: int = COLUMNS
    lane_height: float = LANE_HEIGHT


def call_view(body: TranscriptBody) -> CallView | None:
    """Lay a call out; None where nothing was measured."""
    found = body.analytics
    if found is None or not found.sides or body.duration_s <= 0:
        return None
    return CallView(
        sides=tuple(_side(side, found, body.duration_s) for side in found.sides),
        silence_s=found.silence_s,
        overlap_s=found.overlap_s,
        hold=found.longest_hold,
    )


def _side(side: SideBody, found: CallAnalyticsBody, duration_s: float) -> SideView:
    turns = tuple(
        TurnView(
            round(COLUMNS * turn.start_s / duration_s, 1),
            round(max(1.0, COLUMNS * (turn.end_s - turn.start_s) / duration_s), 1),
            turn.start_s,
        )
        for turn in side.turns
    )
    return SideView(
        channel=side.channel,
        speaker=side.speaker,
        turns=turns,
        loudness=loudness_path(side.loudness_dbfs),
        talk_s=side.talk_s,
        percent=round(100 * side.talk_s / duration_s),
        words_per_min=side.words_per_min,
        characters_per_min=side.characters_per_min,
        interruptions=side.interruptions,
    )


def loudness_path(levels_dbfs: Sequence[float], *, columns: int = COLUMNS, height: float = LANE_HEIGHT) -> str:
    """Return an SVG path through the loudest level of each column.

    >>> loudness_path([-60.0, -30.0, 0.0], columns=3, height=24.0)
    'M0.5 24.0L1.5 12.0L2.5 0.0'
    """
    points = []
    for column in range(columns):
        first = column * len(levels_dbfs) // columns
        within = levels_dbfs[first : max(first + 1, (column + 1) * len(levels_dbfs) // columns)]
        if within:
            level = min(max(max(within), QUIETEST_DBFS), LOUDEST_DBFS)
            points.append(f"{column + 0.5} {height * (LOUDEST_DBFS - level) / (LOUDEST_DBFS - QUIETEST_DBFS):.1f}")
    return "M" + "L".join(points) if points else ""
