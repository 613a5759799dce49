"""What a tagger looks at: characters around a token, runs of letters and digits, known words, all as short texts.

In: tokens (characters, or whole runs of digits), a lexicon and a word table. Out: the features of each token. It does
not know what a feature weighs (see tagger.py) nor how a lexicon is counted (training/fit_tagger.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nlp.entities.word_cut import NO_WORDS, WordTable

MAX_WORD_TOKENS = 10
"""The longest stretch that is looked up: 99 in 100 chunks of titles and addresses are within ten tokens."""
MAX_RUN_CHARS = 24
"""A model number is shorter; a longer run of letters is a link or noise."""
_EDGE = "\x02"  # stands before the first and after the last token
_HAN = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(r"[a-z0-9]+(?:[-./+#_][a-z0-9]+){0,8}")
_NUMERALS = frozenset("零一二三四五六七八九十百两")

Lexicon = Mapping[str, Sequence[str]]  # a word -> what it was labelled as and how often, e.g. ("HCCX3", "HPPX0")


def split_tokens(text: str, *, joins_digits: bool) -> list[str]:
    """Split a text as the tagger's training text was: by characters, with runs of digits whole where they were.

    >>> split_tokens("文一西路969号", joins_digits=True)
    ['文', '一', '西', '路', '969', '号']
    """
    return re.findall(r"\d+|\D", text) if joins_digits else list(text)


def shape_of(token: str) -> str:
    """Return the kind of a token in one character.

    >>> "".join(map(shape_of, ["路", "832", "十", "a", "-"]))
    'h9na-'
    """
    first = token[0]
    if first in _NUMERALS:
        return "n"
    if _HAN.match(first):
        return "h"
    if first.isdigit():
        return "9"
    if first.isascii():
        return "a" if first.isalpha() else first
    return "p"


def features_of(tokens: Sequence[str], lexicon: Lexicon, words: WordTable = NO_WORDS) -> list[list[str]]:
    """Return each token's features."""
    lower = [token.lower() for token in tokens]
    shapes = [shape_of(token) for token in lower]
    rows = [["bias"] for _ in lower]
    _add_windows(rows, lower, shapes)
    _add_runs(rows, lower)
    _add_known(rows, lower, lexicon)
    if words.entries:
        _add_cut(rows, lower, words)
    return rows


def _add_windows(rows: list[list[str]], tokens: Sequence[str], shapes: Sequence[str]) -> None:
    padded = [_EDGE, _EDGE, _EDGE, *tokens, _EDGE, _EDGE, _EDGE]
    kinds = ["^", "^", "^", *shapes, "$", "$", "$"]
    for at, row in enumerate(rows, start=3):
        a, b, c, d, e = padded[at - 2 : at + 3]
        row += (
            f"-2{a}", f"-1{b}", f"0{c}", f"+1{d}", f"+2{e}",
            f"A{a}{b}", f"B{b}{c}", f"C{c}{d}", f"D{d}{e}", f"E{b}_{d}",
            f"F{a}{b}{c}", f"G{b}{c}{d}", f"H{c}{d}{e}",
            f"I{padded[at - 3]}{a}{b}{c}", f"J{c}{d}{e}{padded[at + 3]}",
            "s" + "".join(kinds[at - 1 : at + 2]), "S" + "".join(kinds[at - 2 : at + 3]),
            "T" + "".join(kinds[at - 3 : at + 1]), "U" + "".join(kinds[at : at + 4]),
        )  # fmt: skip


def _add_runs(rows: list[list[str]], tokens: Sequence[str]) -> None:
    """Say for each token inside a run of letters and digits what the whole run looks like and what stands around it."""
    owner = [at for at, token in enumerate(tokens) for _ in token]
    text = "".join(tokens)
    for match in _RUN.finditer(text):
        first, last = owner[match.start()], owner[match.end() - 1]
        run = match.group()[:MAX_RUN_CHARS]
        form = re.sub(r"[a-z]+", "a", re.sub(r"\d", "9", run))
        before = text[max(0, match.start() - 2) : match.start()]
        behind = text[match.end() : match.end() + 2]
        marks = (
            f"r={run}", f"rf={form}", f"rf2={re.sub('9+', '9', form)}", f"rb={form}|{behind[:1]}", f"rn={behind}",
            f"rp={before}", f"rl={min(len(run), 9)}{'d' if run.isdigit() else 'l' if run.isalpha() else 'm'}",
        )  # fmt: skip
        for at in range(first, last + 1):
            place = "B" if at == first else "E" if at == last else "M"
            rows[at] += (*marks, f"ro={place}{form}")


def _add_known(rows: list[list[str]], tokens: Sequence[str], lexicon: Lexicon) -> None:
    """Say where known words begin, end and go on, the longest of each."""
    count = len(tokens)
    ends = [0] * (count + 1)  # ends[e]: length of the longest word that ends at e
    inside = [0] * count
    marks_of: list[Sequence[str]] = [()] * count
    for start in range(count):
        for length in range(min(MAX_WORD_TOKENS, count - start), 0, -1):
            marks = lexicon.get("".join(tokens[start : start + length]))
            if marks is None:
                continue
            if length > ends[start + length]:
                ends[start + length] = length
                rows[start + length - 1] += [f"we{mark}" for mark in marks]
                rows[start + length - 1].append(f"wel{min(length, 5)}{marks[0]}")
            if not marks_of[start]:
                marks_of[start] = marks
                rows[start] += [f"wb{mark}" for mark in marks]
                rows[start].append(f"wbl{min(length, 5)}{marks[0]}")
            for at in range(start + 1, start + length - 1):
                if length > inside[at]:
                    inside[at] = length
                    rows[at].append(f"wi{marks[0]}")
    for at in range(1, count):
        if ends[at]:
            rows[at].append("w<")  # a known word ends right before
        if at + 1 < count and marks_of[at + 1]:
            rows[at].append(f"w>{marks_of[at + 1][0]}")


def _add_cut(rows: list[list[str]], tokens: Sequence[str], table: WordTable) -> None:
    """Say for each token which word it is in, where in it, and which words stand beside."""
    owner = [at for at, token in enumerate(tokens) for _ in token]
    text = "".join(tokens)
    words = table.cut(text)
    texts = ["^", *(text[word.start : word.end] for word in words), "$"]
    tags = ["^", *(word.tag for word in words), "$"]
    for number, word in enumerate(words, start=1):
        first, last = owner[word.start], owner[word.end - 1]
        before, this, behind = texts[number - 1 : number + 2]
        tag = tags[number]
        shared = (
            f"j={this}", f"jb={before}", f"jn={behind}", f"jt={tags[number - 1]}/{tag}", f"ju={tag}/{tags[number + 1]}",
        )  # fmt: skip
        for at in range(first, last + 1):
            place = "S" if first == last else "B" if at == first else "E" if at == last else "M"
            rows[at] += (*shared, f"jp={place}{tag}", f"jw={place}{this}")
