"""The console's messages: a language in, words out; one table a language, messages/<language>.json."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from api.errors.language import LANGUAGES, Language, Words, choose_language, read_words

__all__ = ["LANGUAGES", "Language", "Words", "choose_language", "words"]

FOLDER = Path(__file__).parent / "messages"


@cache
def words(language: Language) -> Words:
    """Return the console's messages in a language.

    >>> words("zh")("draft.copy_value", field="电话")
    '复制电话'
    """
    return read_words(language, FOLDER)
