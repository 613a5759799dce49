"""Find the words of a closed set in a document.

In: a Document and a template field with choices. Out: Mentions whose value is one of the choices, and nothing else.
It knows words, not paraphrases.
"""

from __future__ import annotations

import re

from nlp.extraction.field import is_negated, without_overlaps
from nlp.extraction.templates import Choice, TemplateField
from nlp.records import Check, Document, Mention
from nlp.text import Folded, fold

CHOICE_SCORE = 0.75
"""One word said once is a hint: 坏了 names a fault as often as a reason."""


def choice_mentions(document: Document, field: TemplateField) -> tuple[Mention, ...]:
    """Find every word that stands for one of the field's choices."""
    view = fold(document.text)
    return without_overlaps([mention for choice in field.choices for mention in _said(view, choice, field.name)])


def _said(view: Folded, choice: Choice, name: str) -> list[Mention]:
    words = "|".join(
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in choice.words
    )
    mentions: list[Mention] = []
    for match in re.finditer(words, view.text, re.IGNORECASE):
        start, end = view.span(*match.span())
        checks = (Check("not_negated", False, "the text denies it"),) if is_negated(view.text, match.start()) else ()
        mentions.append(Mention(name, choice.value, start, end, CHOICE_SCORE, f"the word {match.group()!r}", checks))
    return mentions
