"""Which language to speak, and its messages: a choice, Accept-Language or a locale in, words out.

One table a language, messages/<language>.json, flat and with the same keys and holes (a test says so). A message that
is not said yet is a Said: its key and what fills its holes. It does not know which language a customer speaks.
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
class Said:
    """A message to be said in whatever language is asked for; a value may be a message itself."""

    key: str
    values: Mapping[str, object]


def say(key: str, /, **values: object) -> Said:
    """Return a message by its key.

    >>> words("zh").said(say("detail.unknown", what=say("what.ticket"), name="'T-1'"))
    "这里没有工单 'T-1'。"
    """
    return Said(key, values)


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

    def __call__(self, key: str, /, **values: object) -> str:
        """Say a message; `values` fill its {names}."""
        return self.table[key].format_map(values) if values else self.table[key]

    def said(self, message: str | Said) -> str:
        """Say a message; a text is said as it is."""
        if isinstance(message, str):
            return message
        filled = {
            name: self.said(value) if isinstance(value, Said) else value for name, value in message.values.items()
        }
        return self(message.key, **filled)

    def known(self, prefix: str, name: str) -> str:
        """Say a word that may come from outside, e.g. the name of a check; an unknown one is shown as it is.

        >>> words("zh").known("quality", "blurred"), words("en").known("quality", "upside_down")
        ('模糊', 'upside down')
        """
        return self.table.get(f"{prefix}.{name}", name.replace("_", " "))


def read_words(language: Language, folder: Path) -> Words:
    """Read the messages of a language out of a folder."""
    table: dict[str, str] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    return Words(language, table)


@cache
def words(language: Language) -> Words:
    """Return this package's messages in a language."""
    return read_words(language, FOLDER)


def language_of_locale(locale: str) -> Language:
    """Return the language to speak in a locale; English where it is neither.

    >>> language_of_locale("zh-CN"), language_of_locale("zh_TW.UTF-8"), language_of_locale("C")
    ('zh', 'zh', 'en')
    """
    return "zh" if locale.lower().startswith("zh") else "en"


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
