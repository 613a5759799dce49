"""Write nlp/search/glosses.txt: a word a line, and what it is in the other language.

In: CC-CEDICT (CC BY-SA 3.0), and jieba's counts (MIT), by which common words stand first and rare ones are left out.
Out: the file, Chinese words with English stems and stems with Chinese words, in the order of the first. It is under
CC BY-SA 3.0 as the dictionary is.

    python -m training.make_gloss_table --data ../shared/data/kb
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nlp.search.glosses import LONGEST_WORD, MOST_GLOSSES, MOST_WORDS, TABLE
from nlp.search.tokens import fold, tokens
from training.encoder_vocabulary import newspaper_counts
from training.parallel_texts import DictionaryEntry, read_dictionary

LEAST_COUNT = 5
"""In jieba's newspapers: of 84,700 words it keeps 53,200. Chinese questions on 700 English sections, nDCG@10 by words:
all .579, from 5 .579, from 30 .577, from 100 .564 (2026-11-23)."""
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


def glosses_by_word(entries: Iterable[DictionaryEntry]) -> dict[str, list[str]]:
    """Return the stems of each Chinese word, the commonest words first."""
    counts = newspaper_counts()
    senses: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        word = fold(entry.simplified)
        if len(word) <= LONGEST_WORD and counts.get(word, 0) >= LEAST_COUNT:
            senses[word] += entry.senses
    found = {word: glosses_of(said)[:MOST_GLOSSES] for word, said in senses.items()}
    return {word: found[word] for word in sorted(found, key=lambda word: (-counts[word], word)) if found[word]}


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
    glosses = glosses_by_word(read_dictionary(options.data))
    rows = [" ".join((word, *found)) for word, found in {**words_by_gloss(glosses), **glosses}.items()]
    TABLE.write_text("\n".join(sorted(rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
