"""A template in, the editor's rows out; the editor's form in, a template's JSON Schema out.

What the editor does not show of a schema (a description, a format) stays as it was. Whether the schema is a template
nlp says, when it is kept or tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from pydantic import JsonValue
from starlette.datastructures import FormData

from api.errors import Problem, say

if TYPE_CHECKING:
    from nlp import Template
    from nlp.extraction.templates import TemplateField

BY_HAND, CHOICES = "by_hand", "choices"
"""Kinds that no extractor reads: a person fills it in, or the words of a closed set say it."""
SHOWN = frozenset({"field", "required", "choices", "label", "question"})
COLUMNS = ("name", "kind", "label_zh", "label_en", "question_zh", "question_en", "required", "choices")
ROWS = 100
"""nlp.extraction.templates.MAX_TEMPLATE_FIELDS; one more is said by nlp itself."""
PART_BYTES = 400_000
TEXTS = 8
"""The form's own fields beside the rows': name, titles, conversation, what it began as."""

_WORD_END = re.compile(r"[,，、;；|]")
_CHOICE = re.compile(r"\s*([^:：=]{1,80}?)\s*[:：=](.*)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class EditorRow:
    """One field of the template, as the editor shows it; `choices` is a line a choice: `value: word, word`."""

    name: str = ""
    kind: str = BY_HAND
    label_zh: str = ""
    label_en: str = ""
    question_zh: str = ""
    question_en: str = ""
    required: str = ""
    choices: str = ""


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """What the editor sent."""

    name: str
    before: str  # the name of the template that was opened; "" for a new one
    title_zh: str
    title_en: str
    conversation: str
    rows: tuple[EditorRow, ...]


async def read_template_form(request: Request) -> TemplateForm:
    """Read the form; its rows come as one value a column, in the order in which they stand."""
    async with request.form(
        max_files=0, max_fields=(ROWS + 1) * len(COLUMNS) + TEXTS, max_part_size=PART_BYTES
    ) as form:
        columns = [[_plain(value) for value in form.getlist(f"row_{column}")] for column in COLUMNS]
        if len({len(column) for column in columns}) != 1:
            raise Problem("validation_failed", say("detail.template_rows"), where="rows", fix=say("fix.template_rows"))
        return TemplateForm(
            name=_text(form, "name"),
            before=_text(form, "before"),
            title_zh=_text(form, "title_zh"),
            title_en=_text(form, "title_en"),
            conversation=_text(form, "conversation"),
            rows=tuple(EditorRow(*row) for row in zip(*columns, strict=True)),
        )


def rows_of(template: Template) -> tuple[EditorRow, ...]:
    """Lay a template's fields out."""
    return tuple(_row_of(field) for field in template.fields)


def new_row(kind: str) -> EditorRow:
    """Return a row for a new field of that kind, with the extractor's own label and question.

    Raises:
        FieldUnknown: nobody extracts that.
    """
    from nlp import ticket_field

    if kind in (BY_HAND, CHOICES):
        return EditorRow(kind=kind)
    texts = ticket_field(kind).texts
    return EditorRow(
        kind, kind, texts.label.zh, texts.label.en, texts.question.zh, texts.question.en, required="", choices=""
    )


def schema_of(form: TemplateForm, *, before: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the JSON Schema that the form means; `before` is the one that was opened."""
    kept = before.get("properties")
    properties_before = kept if isinstance(kept, Mapping) else {}
    properties: dict[str, JsonValue] = {}
    for name, row in zip(_names_of(form.rows), form.rows, strict=True):
        was = properties_before.get(name)
        own = dict(was) if isinstance(was, Mapping) else {}
        properties[name] = {"type": "string", **own, "x-extract": {**_unseen_in(own), **_rule_of(row)}}
    title = {"zh": form.title_zh or form.title_en or form.name, "en": form.title_en or form.title_zh or form.name}
    described = {key: value for key, value in before.items() if key != "required"}  # each field says it itself
    return {
        **described,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": form.name,
        "title": title["en"],
        "x-title": dict(title),
        "type": "object",
        "properties": properties,
    }


def _row_of(field: TemplateField) -> EditorRow:
    lines = (f"{choice.value}: {', '.join(choice.words)}" for choice in field.choices)
    return EditorRow(
        name=field.name,
        kind=CHOICES if field.choices else field.field or BY_HAND,
        label_zh=field.label.zh,
        label_en=field.label.en,
        question_zh=field.question.zh,
        question_en=field.question.en,
        required="yes" if field.is_required else "",
        choices="\n".join(lines),
    )


def _rule_of(row: EditorRow) -> dict[str, JsonValue]:
    rule: dict[str, JsonValue] = {"required": row.required == "yes"}
    if row.kind not in (BY_HAND, CHOICES):
        rule["field"] = row.kind
    if row.kind == CHOICES:
        rule["choices"] = list(_choices_in(row.choices))
    for key, zh, en in (("label", row.label_zh, row.label_en), ("question", row.question_zh, row.question_en)):
        if zh or en:
            rule[key] = {"zh": zh or en, "en": en or zh}
    return rule


def _unseen_in(described: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what a field's rule says beyond what the editor shows."""
    rule = described.get("x-extract")
    return {key: value for key, value in rule.items() if key not in SHOWN} if isinstance(rule, Mapping) else {}


def _choices_in(text: str) -> Iterable[JsonValue]:
    for line in filter(str.strip, text.splitlines()):
        split = _CHOICE.fullmatch(line)
        value, said = (split[1], split[2]) if split else (line.strip(), "")
        words = [word.strip() for word in _WORD_END.split(said) if word.strip()] or [value]
        yield {
            "value": value,
            "zh": [word for word in words if _HAN.search(word)],
            "en": [word for word in words if not _HAN.search(word)],
        }


def _names_of(rows: Sequence[EditorRow]) -> list[str]:
    """Name every field once: as it was, else after its kind or English label."""
    taken: list[str] = []
    for number, row in enumerate(rows, start=1):
        wanted = row.name or (row.kind if row.kind not in (BY_HAND, CHOICES) else "") or row.label_en.lower()
        plain = _NOT_NAME.sub("_", wanted.lower()).strip("_")[:60] or f"field_{number}"
        fresh, again = plain, 1
        while fresh in taken:
            again += 1
            fresh = f"{plain}_{again}"
        taken.append(fresh)
    return taken


def _text(form: FormData, name: str) -> str:
    return _plain(form.get(name, ""))


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
