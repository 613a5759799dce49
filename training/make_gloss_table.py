"""Write nlp/search/glosses.txt: a word a line, and what it is in the other language.

In: CC-CEDICT (CC BY-SA 3.0); Tatoeba's sentences (CC BY 2.0 FR) and the terms of manuals, whose words are aligned; and
jieba's counts (MIT), by which common words stand first and rare ones are left out. Out: the file, Chinese words with
English stems and stems with Chinese words, in the order of the first. It is under CC BY-SA 3.0 as the dictionary is.

    python -m training.make_gloss_table --data ../shared/data/kb
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nlp.search.glosses import LONGEST_WORD, MOST_GLOSSES, MOST_WORDS, TABLE, longest_words
from nlp.search.tokens import fold, tokens
from training.encoder_vocabulary import newspaper_counts
from training.parallel_texts import DictionaryEntry, read_dictionary, read_tatoeba, read_terms
from training.word_alignment import NOBODY, align

LEAST_COUNT = 5
"""In jieba's newspapers: of 84,700 words it keeps 53,200. Chinese questions on 700 English sections, nDCG@10 by words,
with the dictionary alone: all .579, from 5 .579, from 30 .577, from 100 .564; with the alignment, too, .628 in place of
.591 (2026-11-23)."""
LEAST_CHANCE, LEAST_SEEN = 0.05, 0.7
"""A link that is rarer, or was met less than once, is chance."""
_TERM_TIMES = 3
"""A term of a manual says what its words are there; a sentence says what they may be."""
_MOST_STEMS = 40
_MOST_WORDS = 3
"""A sense of more words explains, and its words mean something else one by one."""
_SAYS_NOTHING = re.compile(
    "a|an|the|of|to|in|on|for|be|is|are|or|and|with|by|sth|sb|something|somebody|someone|one|at|as|from|up|out|into|it"
    "|that|this|not|etc|used|lit|fig|abbr|esp|have|has|get|make|do"
)


def glosses_of(senses: Iterable[str]) -> list[str]:
    """Return the stems, those of the first senses and of the shortest first.

    >>> glosses_of(["connect", "to link up", "line of communication"])
    ['connect', 'link', 'line', 'communic']
    """
    worth: dict[str, float] = {}
    for place, sense in enumerate(senses):
        said = [
            token.text for token in tokens(sense) if token.kind == "word" and not _SAYS_NOTHING.fullmatch(token.text)
        ]
        for stem in said if len(said) <= _MOST_WORDS else ():
            worth[stem] = max(worth.get(stem, 0.0), 1 / (len(said) * (1 + place / 2)))
    return sorted(worth, key=lambda stem: -worth[stem])


def stems_of(text: str) -> list[str]:
    """Return the stems of the words that mean something."""
    return [token.text for token in tokens(text) if token.kind == "word" and not _SAYS_NOTHING.fullmatch(token.text)]


def glosses_by_word(entries: Iterable[DictionaryEntry]) -> dict[str, list[str]]:
    """Return the stems of each Chinese word by the dictionary, the commonest words first."""
    counts = newspaper_counts()
    senses: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        word = fold(entry.simplified)
        if len(word) <= LONGEST_WORD and counts.get(word, 0) >= LEAST_COUNT:
            senses[word] += entry.senses
    found = {word: glosses_of(said)[:MOST_GLOSSES] for word, said in senses.items()}
    return {word: found[word] for word in sorted(found, key=lambda word: (-counts[word], word)) if found[word]}


def aligned(glosses: Mapping[str, Sequence[str]], data: Path) -> dict[str, list[str]]:
    """Return the stems of each word by both witnesses: the dictionary's, and those that stand beside it in pairs."""
    chinese, english = Numbers(), Numbers()
    pairs = [(chinese.of([word]), english.of([stem])) for word, stems in glosses.items() for stem in stems]
    for pair, times in [(one, 1) for one in read_tatoeba(data)] + [(one, _TERM_TIMES) for one in read_terms(data)]:
        left = chinese.of(longest_words(fold(pair.chinese), glosses.keys()))
        right = english.of(stems_of(pair.english))
        if left and right and len(right) <= _MOST_STEMS:
            pairs += [(left, right)] * times
    link = align(pairs)
    worth = {word: {stem: _share(place) for place, stem in enumerate(stems)} for word, stems in glosses.items()}
    worth = {word: {stem: one / sum(found.values()) for stem, one in found.items()} for word, found in worth.items()}
    kept = (link.chance > LEAST_CHANCE) & (link.seen > LEAST_SEEN) & (link.chinese != NOBODY)
    for left, right, chance in zip(link.chinese[kept], link.english[kept], link.chance[kept], strict=True):
        found = worth[chinese.texts[int(left)]]
        found[english.texts[int(right)]] = found.get(english.texts[int(right)], 0.0) + float(chance)
    return {word: sorted(found, key=lambda stem: -found[stem])[:MOST_GLOSSES] for word, found in worth.items()}


def _share(place: int) -> float:
    return 1 / (1 + place / 2)


class Numbers:
    """Numbers texts from 1 on; 0 is nobody's (training.word_alignment)."""

    def __init__(self) -> None:
        self.texts = [""]
        self._numbers: dict[str, int] = {}

    def of(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of texts, new ones for those not met yet."""
        found = []
        for text in texts:
            if text not in self._numbers:
                self._numbers[text] = len(self.texts)
                self.texts.append(text)
            found.append(self._numbers[text])
        return found


def words_by_gloss(glosses: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the Chinese words of each stem, those that have it for their first sense first.

    A single character says too many things to be searched for, four are mostly a figure of speech.
    """
    places: dict[str, dict[str, int]] = defaultdict(dict)
    for word, stems in glosses.items():
        for place, stem in enumerate(stems):
            if 1 < len(word) < LONGEST_WORD:
                places[stem][word] = place
    return {stem: sorted(found, key=lambda word: found[word])[:MOST_WORDS] for stem, found in places.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    options = parser.parse_args()
    glosses = aligned(glosses_by_word(read_dictionary(options.data)), options.data)
    rows = [" ".join((word, *found)) for word, found in {**words_by_gloss(glosses), **glosses}.items()]
    TABLE.write_text("\n".join(sorted(rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
