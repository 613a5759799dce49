"""A picture's flaws in, what a person is asked to retake out: a sentence in the reader's language, later.

What it does not know: whether the ticket needs the field that a flaw hides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from api.errors import Language, Said, say, words
from api.prefill.page_values import SOURCES
from nlp import Template
from nlp.records import FieldValue, Question
from vision.records import Flaw, Page

EMPTY: Mapping[str, FieldValue] = MappingProxyType({})
WHOLE_PICTURE = ("too_dark", "blurred", "too_small")
"""Flaws that hide everything on a picture, whichever field is asked for."""


def retake_of(word: str, field: str = "") -> Said:
    """Return the sentence of one flaw.

    >>> from api.errors import words
    >>> words("en").said(retake_of("cut_off", "serial_number")), words("zh").said(retake_of("blurred"))
    ('please retake: the serial number is cut off', '请重拍：照片模糊')
    """
    return say("flaw.retake", what=_what(word, field))


def _what(word: str, field: str) -> Said:
    key = {"glare": "flaw.glare_on", "cut_off": "flaw.cut_off_of"}.get(word) if field else None
    return say(key, field=say(f"flaw_field.{field}")) if key else say(f"flaw.{word}")


def told_of(page: Page) -> tuple[Flaw, ...]:
    """Return a page's flaws, one of a kind and field, those first that name a field; what names none is left out where
    one of its kind does."""
    unplaced = (Flaw(word) for word in page.quality if word not in {flaw.word for flaw in page.flaws})
    by_name = {(flaw.word, flaw.field): flaw for flaw in (*page.flaws, *unplaced)}
    named = {word for word, field in by_name if field}
    kept = [(word, field) for word, field in by_name if field or word not in named]
    return tuple(by_name[key] for key in sorted(kept, key=lambda key: (not key[1], key)))


def retakes_of(pages: Sequence[Page]) -> list[Said]:
    """Say what to retake, by file, and by page where a file has several."""
    names = [page.name for page in pages]
    return [
        say("warning.retake", where=_where(page, is_only=names.count(page.name) == 1), retake=retake)
        for page in pages
        for retake in (retake_of(flaw.word, flaw.field) for flaw in told_of(page))
    ]


def or_retake(
    question: Question | None,
    *,
    template: Template,
    pages: Sequence[Page],
    language: Language,
    fields: Mapping[str, FieldValue] = EMPTY,
) -> Question | None:
    """Offer another photo where the one sent hides what is asked for: easier than to type twenty letters of a label.
    Where nothing is asked, ask for it if half of a number that is needed is all that was read."""
    if question is None:
        return next(_halves(template, pages, fields, language), None)
    asked = next((field.field for field in template.fields if field.name == question.field), "")
    hidden = _hidden(asked, pages)
    if hidden is None:
        return question
    key = "question.or_retake" if hidden.field else "question.or_new_photo"
    said = words(language).said(say(key, question=question.text, what=_what(hidden.word, hidden.field)))
    return replace(question, text=said)


def _halves(
    template: Template, pages: Sequence[Page], fields: Mapping[str, FieldValue], language: Language
) -> Iterator[Question]:
    """Yield a question for each needed field whose value is in doubt and whose print a flaw hides."""
    for field in template.fields:
        value, hidden = fields.get(field.name), _hidden(field.field, pages)
        is_doubted = value is not None and value.status == "suggest"
        if field.is_required and is_doubted and hidden is not None and hidden.field:
            said = words(language).said(say("question.retake", what=_what(hidden.word, hidden.field)))
            yield Question(field.name, said)


def _hidden(asked: str, pages: Sequence[Page]) -> Flaw | None:
    """Return the flaw that keeps a field from being read: one on its print, else one of a whole picture."""
    if asked not in SOURCES:
        return None
    flaws = [flaw for page in pages for flaw in page.flaws]
    named = (flaw for flaw in flaws if flaw.field and flaw.field in (asked, *SOURCES[asked]))
    return next(named, None) or next((flaw for flaw in flaws if flaw.word in WHOLE_PICTURE), None)


def _where(page: Page, *, is_only: bool) -> str | Said:
    return page.name if is_only else say("where.page", name=page.name, page=page.page + 1)
