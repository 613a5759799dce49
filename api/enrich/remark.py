"""What an internal comment says of a draft: what was filled in and why, what to check, the next question to send.

In the ticket's language; plain text, because no ticket system agrees with another on more. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import nlp
from api.enrich.plan import Planned, is_same
from api.errors import Words, language_of_locale, words
from api.schemas.prefill import DraftField, Evidence, PrefillResponse
from nlp import Template
from nlp.personal import MOST_CHARS, personal_spans
from nlp.records import Candidate, FieldValue, Question

QUOTE_CHARS = 120
"""Of one piece of evidence: a line of a comment."""
AROUND_CHARS = 20
"""Of a message on each side of what was found: enough to recognise the sentence."""
PLACES = 2
"""Pieces of evidence a field; the panel shows the rest."""
SUBJECT = "subject"
"""The id of the message that a ticket's subject is."""


@dataclass(frozen=True, slots=True)
class Told:
    """What earlier comments on a ticket said and asked."""

    checks: Mapping[str, Collection[str]]  # by field, the values that were offered for a look
    questions: Collection[str]  # fields that were asked for


@dataclass(frozen=True, slots=True)
class Speech:
    """How a comment speaks: words, labels of fields, and the texts that evidence points into, in the ticket's order."""

    said: Words
    labels: Mapping[str, str]
    texts: Mapping[str, str]  # by message id

    def label(self, field: str) -> str:
        return self.labels.get(field, field)

    def source(self, source: str) -> str:
        """Name a message as a person finds it: by its place."""
        if source == SUBJECT:
            return self.said("remark.subject")
        replies = [name for name in self.texts if name != SUBJECT]
        return self.said("remark.message", number=replies.index(source) + 1) if source in replies else source

    def quote(self, evidence: Evidence) -> str:
        """Say a piece of evidence in one line; a message is quoted with what stands around the value."""
        quote, text = evidence.quote, self.texts.get(evidence.source, "")
        if evidence.kind == "text" and evidence.start is not None and evidence.end is not None and text:
            start, end = max(evidence.start - AROUND_CHARS, 0), min(evidence.end + AROUND_CHARS, len(text))
            said = _around(text, evidence.start, evidence.end, start=start, end=end)
            quote = ("…" if start else "") + said + ("…" if end < len(text) else "")
        quote = " ".join(quote.split())
        quote = quote if len(quote) <= QUOTE_CHARS else quote[: QUOTE_CHARS - 1] + "…"
        source = self.source(evidence.source)
        if evidence.kind == "audio" and evidence.start_s is not None:
            return self.said("remark.heard", quote=quote, source=source, at=_clock(evidence.start_s))
        return self.said("remark.text" if evidence.kind == "text" else "remark.seen", quote=quote, source=source)


def _around(text: str, value_start: int, value_end: int, *, start: int, end: int) -> str:
    """Return text[start:end] with the personal data beside the value masked: the comment is about the value."""
    said, at = "", start
    for span in personal_spans(text[:MOST_CHARS]):
        is_value = span.start < value_end and value_start < span.end
        if not is_value and span.start < end and start < span.end:
            said += text[at : max(span.start, at)] + f"[{span.kind}]"
            at = span.end
    return said + text[at : max(end, at)]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment, and what it tells and asks."""

    text: str
    is_new: bool  # whether it says anything that was not said before


def told_by(drafts: Sequence[PrefillResponse]) -> Told:
    """Return what the comments on earlier drafts of a ticket said."""
    checks: dict[str, set[str]] = {}
    for draft in drafts:
        for name, field in draft.fields.items():
            if field.status in ("suggest", "conflict") and field.value:
                checks.setdefault(name, set()).add(field.value)
    return Told(checks, {draft.next_question.field for draft in drafts if draft.next_question is not None})


def locale_of(draft: PrefillResponse, *, configured: str, said: str, default: str) -> str:
    """Return the locale to write in: what is configured, the ticket's own, what the customer writes, the house's."""
    spoken = {"zh": "zh-CN", "en": "en-US"}.get(draft.classification.language or "", "")
    return configured or said or spoken or default


def remark_on(
    draft: PrefillResponse,
    planned: Sequence[Planned],
    *,
    template: Template,
    held: Mapping[str, str],
    told: Told,
    locale: str,
    texts: Mapping[str, str],
    panel_url: str,
) -> Remark:
    """Return the comment on a draft."""
    said = words(language_of_locale(locale))
    labels = {field.name: field.label.in_locale(locale) for field in template.fields}
    speech = Speech(said, labels, texts)
    parts = [
        _part(said, "remark.filled", [_line(speech, draft, one) for one in planned if one.state == "filled"]),
        _part(said, "remark.proposed", [_line(speech, draft, one) for one in planned if one.state == "suggested"]),
        _part(said, "remark.kept", [_kept(speech, one) for one in planned if one.state == "kept"]),
        _part(said, "remark.check", _checks(speech, draft, held=held, told=told)),
    ]
    asked = question_for(draft, template, held=held, asked=told.questions, locale=locale)
    if asked is not None:
        parts.append(said("remark.ask", question=asked.text))
    is_new = any(parts)
    if panel_url:
        parts.append(said("remark.panel", url=panel_url))
    return Remark("\n\n".join(filter(None, parts)), is_new)


def question_for(
    draft: PrefillResponse, template: Template, *, held: Mapping[str, str], asked: Collection[str], locale: str
) -> Question | None:
    """Return the next question that the ticket does not answer and nobody has asked yet."""
    values = {name: _value_of(name, field) for name, field in draft.fields.items()}
    open_fields = tuple(field for field in template.fields if not held.get(field.name) and field.name not in asked)
    return nlp.next_question(values, replace(template, fields=open_fields), locale=locale)


def _value_of(name: str, field: DraftField) -> FieldValue:
    candidates = tuple(Candidate(one.value, one.confidence, one.detail or "") for one in field.candidates)
    return FieldValue(name, field.value, field.status, field.confidence, candidates)


def _part(said: Words, key: str, lines: Sequence[str]) -> str:
    return "\n".join((said(key), *lines)) if lines else ""


def _line(speech: Speech, draft: PrefillResponse, one: Planned) -> str:
    return _told(speech, one.field, one.after, draft.fields[one.field])


def _told(speech: Speech, name: str, value: str, field: DraftField) -> str:
    line = speech.said("remark.line", label=speech.label(name), value=value, percent=round(field.confidence * 100))
    quotes = [speech.quote(evidence) for evidence in field.evidence[:PLACES] if evidence.quote.strip()]
    return line + "".join(f"\n    {quote}" for quote in dict.fromkeys(quotes))


def _kept(speech: Speech, one: Planned) -> str:
    return speech.said("remark.kept_line", label=speech.label(one.field), held=one.before, value=one.after)


def _checks(speech: Speech, draft: PrefillResponse, *, held: Mapping[str, str], told: Told) -> list[str]:
    return [
        _told(speech, name, field.value, field)
        for name, field in draft.fields.items()
        if field.status in ("suggest", "conflict")
        and field.value
        and not is_same(field.value, held.get(name, ""))
        and field.value not in told.checks.get(name, ())
    ]


def _clock(seconds: float) -> str:
    """Return seconds as a player shows them.

    >>> _clock(73.4)
    '1:13'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
