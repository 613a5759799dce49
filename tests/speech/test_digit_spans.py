"""Words begin and end where sound does; dips inside a loud island may be ends, too."""

from __future__ import annotations

import numpy as np
import pytest

from speech.records import SAMPLE_RATE_HZ
from speech.spoken_digits.spans import LONGEST_S, SHORTEST_S, pieces_of, spans_of
from tests.speech.signals import noise, silence, tone


def _said(*parts_s: float, level: float = 0.3) -> np.ndarray:
    """Return tones of these lengths with 120 ms of silence around each."""
    return np.concatenate(
        [silence(0.12), *(one for part in parts_s for one in (tone(part, level=level), silence(0.12)))]
    )


@pytest.mark.parametrize("parts_s", [(0.3,), (0.3, 0.4), (0.15, 0.5, 0.2)])
def test_each_island_is_a_loud_piece(parts_s: tuple[float, ...]) -> None:
    loud = [piece for piece in pieces_of(_said(*parts_s)) if piece.is_loud]
    assert [round((piece.end - piece.start) / SAMPLE_RATE_HZ, 1) for piece in loud] == pytest.approx(parts_s, abs=0.06)


def test_pieces_leave_no_hole() -> None:
    pieces = pieces_of(_said(0.3, 0.2, 0.4))
    assert [piece.is_loud for piece in pieces] == [False, True, False, True, False, True, False]


@pytest.mark.parametrize("level", [0.0005, 0.02])
def test_noise_between_words_is_quiet(level: float) -> None:
    said = _said(0.3, 0.4)
    loud = [piece for piece in pieces_of(said + noise(len(said) / SAMPLE_RATE_HZ, level=level)) if piece.is_loud]
    assert len(loud) == 2


def test_a_dip_may_be_an_end() -> None:
    joined = np.concatenate([silence(0.1), tone(0.3), tone(0.06, level=0.05), tone(0.3), silence(0.1)])
    assert sum(piece.is_loud for piece in pieces_of(joined)) == 2


@pytest.mark.parametrize("samples", [silence(0.0), silence(0.01), silence(1.0)], ids=["none", "short", "silent"])
def test_silence_holds_no_span(samples: np.ndarray) -> None:
    assert len(spans_of(pieces_of(samples))) <= 1


def test_spans_are_as_long_as_digits_may_be() -> None:
    closures = [one for _ in range(4) for one in (tone(0.3), silence(0.06))]
    spans = spans_of(pieces_of(np.concatenate([silence(0.12), *closures, silence(0.12)])))
    lengths_s = [(span.end - span.start) / SAMPLE_RATE_HZ for span in spans]
    assert min(lengths_s) >= SHORTEST_S
    assert max(lengths_s) < LONGEST_S
    assert len(spans) == 4 + 3  # each alone and with its neighbour


def test_silence_longer_than_a_closure_parts_digits() -> None:
    assert len(spans_of(pieces_of(_said(0.3, 0.3, 0.3)))) == 3
