"""Questions with the passage that answers them and one that only looks like it: a data folder in, triples out.

Questions are those of the half that is tuned on of the sets that may train what ships, and what a corpus itself asks: a
heading or a file's name of what stands under it, a sentence of the passage it was taken from. The wrong passage is one
that BM25 puts high. It does not know the encoder.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from nlp.search.tokens import tokens
from training.kb_sets import read_kb_set
from training.parallel_texts import page_name
from training.search_runs import is_tuned_on

TRAINED_SETS = ("tidb_faq_zh", "cmrc2018", "drcd", "stackfaq", "covidfaq")
HEADED_SETS = ("tidb_faq_zh", "stackfaq")
"""Their documents begin with a heading on a line of its own."""
OFTEN = 3
"""A heading met more often ("Example") asks for nothing."""
RANKS = range(2, 12)
"""Where a wrong passage is taken from. What BM25 puts above it is too often right, though nobody judged it."""
K1, B = 1.2, 0.75
_SENTENCE_END = re.compile(r"(?<=[\u3002\uff01\uff1f])")
_SHORTEST, _LONGEST = 8, 60


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    passage: str
    wrong: str


def read_asked(data: Path, *, seed: int, kept: Path) -> tuple[Asked, ...]:
    """Return the triples of all sets; what was mined is kept."""
    if kept.is_file():
        return tuple(Asked(*row) for row in json.loads(kept.read_text(encoding="utf-8")))
    found: list[Asked] = []
    for name in TRAINED_SETS:
        kb_set = read_kb_set(data / name)
        texts = {article.id: article.body for article in kb_set.articles}
        asked = [
            (kb_set.questions[one], texts[article], article)
            for one in sorted(kb_set.answers)
            if is_tuned_on(one)
            for article in sorted(kb_set.answers[one])[:2]
        ]
        asked += _headings(texts) if name in HEADED_SETS else _sentences(texts, seed=seed)
        asked += _pages(texts)
        found += _with_wrong_ones(asked, texts, seed=seed)
    kept.write_text(json.dumps([[one.question, one.passage, one.wrong] for one in found], ensure_ascii=False), "utf-8")
    return tuple(found)


def _headings(texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    parted = {name: text.partition("\n") for name, text in texts.items()}
    often = Counter(heading for heading, _, _ in parted.values())
    return [
        (heading.strip(), body.strip(), name)
        for name, (heading, _, body) in parted.items()
        if len(body) > _SHORTEST and often[heading] <= OFTEN
    ]


def _pages(texts: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Let a Chinese page answer to its English name."""
    named = ((page_name(name), text.partition("\n")[2].strip(), name) for name, text in texts.items())
    return [row for row in named if row[0] and len(row[1]) > _SHORTEST]


def _sentences(texts: Mapping[str, str], *, seed: int) -> list[tuple[str, str, str]]:
    """Draw a sentence of each Chinese passage; it answers with what is left of it."""
    chance = random.Random(seed)
    found = []
    for name, text in texts.items():
        sentences = _SENTENCE_END.split(text)
        fit = [one for one in sentences if _SHORTEST <= len(one) <= _LONGEST]
        if fit and len(sentences) > 2:
            drawn = chance.choice(fit)
            found.append((drawn, text.replace(drawn, "", 1), name))
    return found


def _with_wrong_ones(asked: Sequence[tuple[str, str, str]], texts: Mapping[str, str], *, seed: int) -> list[Asked]:
    chance = random.Random(seed)
    names = list(texts)
    ranked = rank([texts[name] for name in names], [question for question, _, _ in asked], best=RANKS.stop)
    found = []
    for (question, passage, name), row in zip(asked, ranked, strict=True):
        near = [names[at] for at in row[RANKS.start :] if names[at] != name]
        if near:
            found.append(Asked(question, passage, texts[chance.choice(near)]))
    return found


def rank(documents: Sequence[str], questions: Sequence[str], *, best: int) -> list[list[int]]:
    """Return for each question the documents that BM25 puts first.

    >>> rank(["refund a card", "card lost", "app"], ["refund"], best=1)
    [[0]]
    """
    numbers: dict[str, int] = {}
    counted = [Counter(token.text for token in tokens(text)) for text in documents]
    for row in counted:
        for token in row:
            numbers.setdefault(token, len(numbers))
    lengths = np.array([sum(row.values()) for row in counted], np.float32)
    places = [(at, numbers[token], count) for at, row in enumerate(counted) for token, count in row.items()]
    rows, columns, counts = (np.array(one) for one in zip(*places, strict=True))
    met = np.bincount(columns, minlength=len(numbers))
    rarity = np.log(1 + (len(documents) - met + 0.5) / (met + 0.5))
    damped = counts * (K1 + 1) / (counts + K1 * (1 - B + B * (lengths / lengths.mean())[rows]))
    table = csr_matrix((rarity[columns] * damped, (columns, rows)), shape=(len(numbers), len(documents)))
    found = []
    for question in questions:
        known = [numbers[one.text] for one in tokens(question) if one.text in numbers]
        scores = np.asarray(table[known].sum(axis=0)).ravel()
        found.append([int(at) for at in np.argsort(-scores, kind="stable")[:best]])
    return found
