"""Find the words of a closed set in a document.

In: a Document and a template field with choices. Out: Mentions whose value is one of the choices, and nothing else.
In a choice's words "…" stands for a few characters of the same clause ("信号…差", "can't … internet"). It knows words,
not paraphrases.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.extraction.field import is_negated, without_overlaps
from nlp.extraction.templates import Choice, TemplateField
from nlp.records import Check, Document, Mention
from nlp.text import Folded, fold

GAP = "…"
GAP_ZH_CHARS = 12
GAP_EN_CHARS = 24
"""Two to four words between the two halves of what is said; further apart they belong to two thoughts."""
CHOICE_SCORE = 0.75
"""One word said once is a hint: 坏了 names a fault as often as a reason."""


DENIED = Check("not_negated", False, "the text denies it", "文中否认了这一点")


def choice_mentions(document: Document, field: TemplateField) -> tuple[Mention, ...]:
    """Find every word that stands for one of the field's choices."""
    view = fold(document.text)
    return without_overlaps([mention for choice in field.choices for mention in _said(view, choice, field.name)])


def _said(view: Folded, choice: Choice, name: str) -> list[Mention]:
    mentions: list[Mention] = []
    for match in _regex(choice).finditer(view.text):
        start, end = view.span(*match.span())
        checks = (DENIED,) if is_negated(view.text, match.start()) else ()
        mentions.append(Mention(name, choice.value, start, end, CHOICE_SCORE, f"the word {match.group()!r}", checks))
    return mentions


@lru_cache(maxsize=1024)
def _regex(choice: Choice) -> re.Pattern[str]:
    words = sorted(filter(None, choice.words), key=len, reverse=True)
    return re.compile("|".join(_expression(word) for word in words) or r"(?!)", re.IGNORECASE)


def _expression(word: str) -> str:
    """Write a word as a regular expression; a Latin word ends where its letters end."""
    gap = rf"[^,.;!?。、\n]{{0,{GAP_EN_CHARS if word[0].isascii() else GAP_ZH_CHARS}}}"
    body = gap.join(re.escape(piece.strip()) for piece in word.split(GAP))
    return rf"(?<![a-z]){body}(?![a-z])" if word[0].isascii() else body
