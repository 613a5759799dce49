"""Posteriors are spelled: runs joined, blanks left out, and what else a doubtful character may be is kept."""

from __future__ import annotations

import numpy as np
import pytest

from vision.readers.ctc import MAX_DOUBTS, Posteriors, spell
from vision.records import Doubt, Rival

CHARACTERS = ("", "A", "B", "8", "型", "号", "（", "(", " ")


def rows(*steps: dict[str, float]) -> Posteriors:
    """Make a distribution a step; what is left goes to the blank."""
    posteriors = np.zeros((len(steps), len(CHARACTERS)), dtype=np.float32)
    for row, step in zip(posteriors, steps, strict=True):
        for character, share in step.items():
            row[CHARACTERS.index(character)] = share
        row[0] += 1 - row.sum()
    return posteriors


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (({"A": 1.0}, {"A": 1.0}, {}, {"A": 1.0}), "AA"),
        (({"型": 1.0}, {"号": 1.0}, {}, {}), "型号"),
        (({}, {}), ""),
        (({"A": 1.0}, {" ": 1.0}, {"8": 1.0}), "A 8"),
    ],
)
def test_best_path_joins_runs_and_leaves_blanks_out(steps: tuple[dict[str, float], ...], text: str) -> None:
    spelled = spell(rows(*steps), CHARACTERS)
    assert spelled.text == text
    assert len(spelled.shares) == len(text)
    assert spelled.doubts == ()


def test_doubtful_character_keeps_its_rivals_likeliest_first() -> None:
    spelled = spell(rows({"型": 1.0}, {"8": 0.6, "B": 0.3, "A": 0.05}, {"号": 1.0}), CHARACTERS)
    assert spelled.text == "型8号"
    assert spelled.doubts == (Doubt(1, 2, 0.6, (Rival("B", 0.3), Rival("A", 0.05), Rival("", 0.05))),)


def test_what_just_missed_being_written_is_a_doubt_of_no_length() -> None:
    spelled = spell(rows({"A": 1.0}, {"8": 0.4}, {"B": 1.0}), CHARACTERS)
    assert spelled.text == "AB"
    assert spelled.doubts == (Doubt(1, 1, 0.6, (Rival("8", 0.4),)),)


def test_neighbour_that_reaches_over_is_no_missing_character() -> None:
    assert spell(rows({"A": 1.0}, {"A": 0.4}, {}, {"B": 1.0}), CHARACTERS).doubts == ()


@pytest.mark.parametrize("rival", ["(", " "])
def test_other_width_or_a_space_is_no_other_reading(rival: str) -> None:
    assert spell(rows({"（": 0.7, rival: 0.3}), CHARACTERS).doubts == ()


def test_score_is_the_mean_share() -> None:
    assert spell(rows({"A": 0.9}, {"B": 0.7}), CHARACTERS).score == pytest.approx(0.8)
    assert spell(rows({}), CHARACTERS).score == 0.0


def test_line_of_noise_keeps_few_doubts() -> None:
    noise = rows(*({"A": 0.5, "B": 0.4} if step % 2 else {"8": 0.5, "B": 0.4} for step in range(400)))
    assert len(spell(noise, CHARACTERS).doubts) == MAX_DOUBTS
