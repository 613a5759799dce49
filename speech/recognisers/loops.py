"""Text that goes round in circles: what a recogniser writes where it lost the thread.

In: the words of one window. Out: those words with every loop said once. A ratio of compression catches a window that is
all loop; here a loop within sound text is caught. Numbers and single sounds ("对对对", "no no no") are said so by
people and stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from speech.records import Word

ROUNDS = 5
"""Said as often as this in a row it is a loop. Whisper's own limit, a compression ratio of 2.4, is passed by four
rounds of "请订阅我的频道" standing alone (2.47, zlib, 2026-11-23); sound text beside them thins the ratio.
"""
LONGEST = 12  # words of one round; a longer one repeated five times is more than Whisper's 224 tokens


def without_loops(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words with every loop said once.

    Examples
    --------
    >>> said = "leak is thank you thank you thank you thank you thank you".split()
    >>> [word.text for word in without_loops([Word(0, 1, text, 0.9) for text in said])]
    ['leak', 'is', 'thank', 'you']
    """
    said = ["".join(filter(str.isalnum, word.text.lower())) for word in words]
    kept: list[Word] = []
    place = 0
    while place < len(words):
        size, rounds = _loop_at(said, place)
        kept += words[place : place + size]
        place += size * rounds
    return tuple(kept)


def _loop_at(said: Sequence[str], start: int) -> tuple[int, int]:
    """Return how many words go round from here and how often; one word once where there is no loop."""
    for size in range(2, min(LONGEST, (len(said) - start) // ROUNDS) + 1):
        phrase = said[start : start + size]
        rounds = 1
        while said[start + rounds * size : start + (rounds + 1) * size] == phrase:
            rounds += 1
        if rounds >= ROUNDS and _is_phrase(phrase):
            return size, rounds
    return 1, 1


def _is_phrase(phrase: Sequence[str]) -> bool:
    """Say whether this is more than a number or a sound said again."""
    return len(set(phrase)) > 1 and not any(character.isnumeric() for text in phrase for character in text)
