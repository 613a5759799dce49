"""Choose the console's language and say its messages: a choice, a cookie or Accept-Language in, words out.

One table a language, messages/<language>.json, flat and with the same keys (a test says so). It does not know which
language a customer speaks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FOLDER = Path(__file__).parent / "messages"
MAX_ACCEPT_CHARS = 500
"""Browsers send some dozens of characters."""


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one language."""

    language: Language
    table: Mapping[str, str]

    @property
    def locale(self) -> str:
        return "zh-CN" if self.language == "zh" else "en-US"

    @property
    def other(self) -> Language:
        return "en" if self.language == "zh" else "zh"

    def __call__(self, key: str, **values: object) -> str:
        """Say a message; `values` fill its {names}.

        >>> words("zh")("draft.copy_value", field="电话")
        '复制电话'
        """
        return self.table[key].format_map(values) if values else self.table[key]

    def known(self, prefix: str, name: str) -> str:
        """Say a word that may come from outside, e.g. the name of a check; an unknown one is shown as it is.

        >>> words("en").known("check", "in_catalogue"), words("en").known("check", "fits_the_shoe")
        ('in the catalogue', 'fits the shoe')
        """
        return self.table.get(f"{prefix}.{name}", name.replace("_", " "))


@cache
def words(language: Language) -> Words:
    """Return the messages of a language."""
    table: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return Words(language, table)


def choose_language(*, chosen: str, accept: str, fallback: Language) -> Language:
    """Return what the person chose, else what the browser likes best, else the fallback.

    >>> choose_language(chosen="", accept="fr;q=1, en-GB;q=0.8, zh;q=0.9", fallback="en")
    'zh'
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    best, best_weight = fallback, 0.0
    for entry in accept[:MAX_ACCEPT_CHARS].split(","):
        tag, _, weight_text = entry.strip().partition(";q=")
        weight = _weight_of(weight_text)
        for language in LANGUAGES:
            if tag.lower().split("-")[0] == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight_of(text: str) -> float:
    if not text:
        return 1.0
    return float(text) if text.replace(".", "", 1).isdigit() else 0.0
