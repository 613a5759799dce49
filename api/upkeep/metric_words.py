"""A metric's name in, its words in Chinese and English out: what people write in articles, not what gateways call it.

`suction_pressure`, `SuctionPressure` and `吸气压力` all mean 吸气 压力 / suction pressure. A part that nobody listed
stays as it is. Knows names, no values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from api.errors import Language

FILE = Path(__file__).parent / "metric_words.json"
PARTS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|[0-9]+|[^\W\d_a-zA-Z]+")
"""A capital begins a part, an underscore, dot or dash ends one; Chinese runs are one part, cut by the words below."""


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return table


@cache
def _english() -> Mapping[str, str]:
    """Return the English of the Chinese words, the longest first."""
    pairs = {entry["zh"]: entry["en"] for entry in _table().values()}
    return dict(sorted(pairs.items(), key=lambda pair: -len(pair[0])))


def words_of_metric(metric: str, language: Language) -> str:
    """Return a metric's words in a language.

    >>> words_of_metric("suction_pressure", "zh"), words_of_metric("motorTemp2", "en")
    ('吸气压力', 'motor temperature 2')
    >>> words_of_metric("吸气压力", "en"), words_of_metric("x7_q", "zh")
    ('suction pressure', 'x 7 q')
    """
    said = []
    for part in PARTS.findall(metric):
        known = _table().get(part.lower())
        said.append(known[language] if known else _chinese_part(part, language))
    joined = "".join(said) if language == "zh" and all(not one.isascii() for one in said) else " ".join(said)
    return joined or metric


def _chinese_part(part: str, language: Language) -> str:
    if language == "zh" or part.isascii():
        return part
    rest, found = part, []
    while rest:
        word = next((one for one in _english() if rest.startswith(one)), "")
        found.append(_english()[word] if word else rest[0])
        rest = rest[len(word) or 1 :]
    return " ".join(found)
