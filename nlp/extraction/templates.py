"""Templates: which fields a ticket needs, how each is found, and how a customer is asked for it.

In: the name of a built-in template, or a JSON Schema 2020-12 object whose properties carry "x-extract". Out: a
Template. "x-extract": {"field": an extractor's name, or "choices": [{"value", "zh": [words], "en": [words]}] for a
closed set; "required", "label": {"zh", "en"}, "question": {"zh", "en"}; "single": false where several values may hold
at once, "ask_when": {"field", "values", "unless", "max_said"} where it only matters then}. It fills nothing in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from nlp.extraction.field import Localised
from nlp.extraction.registry import field_names, ticket_field
from nlp.records import TemplateInvalid, TemplateUnknown

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_TEMPLATE_FIELDS = 100
"""More fields than any form a person would fill in; bounds what one request can ask for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a closed set and the words that mean it."""

    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskWhen:
    """Where a field is asked for: another field has one of `values` and none of `unless`, or little was said."""

    field: str = ""
    values: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    max_said: int | None = None  # Chinese characters and Latin words; a longer message tells it in words of its own


@dataclass(frozen=True, slots=True)
class TemplateField:
    name: str
    label: Localised
    question: Localised
    field: str = ""  # the extractor's name; "" where only a person fills it in, or choices do
    is_required: bool = False
    choices: tuple[Choice, ...] = ()
    effort: float = 1.0
    is_single: bool = True  # two of its values contradict each other
    ask_when: AskWhen | None = None  # None: whenever it is missing

    @property
    def kind(self) -> str:
        """Return what its corrections and its promise are kept under: the extractor's name, for choices its own."""
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    title: Localised
    fields: tuple[TemplateField, ...]

    def field(self, name: str) -> TemplateField | None:
        """Return the field of that name, or None where the template has none."""
        return next((field for field in self.fields if field.name == name), None)


def template_names() -> tuple[str, ...]:
    """Return the names of the built-in templates."""
    folder = files("nlp.extraction").joinpath("schemas")
    return tuple(sorted(path.name.removesuffix(".json") for path in folder.iterdir() if path.name.endswith(".json")))


def load_template(name_or_schema: str | Mapping[str, object]) -> Template:
    """Read a built-in template by name, or a template of one's own from its schema.

    Raises TemplateUnknown for a name nobody made, TemplateInvalid (saying where) for a schema that is not a template.
    """
    if not isinstance(name_or_schema, str):
        return _template_of(name_or_schema)
    if name_or_schema not in template_names():
        raise TemplateUnknown(f"no template is called {name_or_schema!r}; there are: {', '.join(template_names())}")
    path = files("nlp.extraction").joinpath("schemas", f"{name_or_schema}.json")
    return _template_of(json.loads(path.read_text(encoding="utf-8")))


def _template_of(schema: Mapping[str, object]) -> Template:
    properties = schema.get("properties")
    if schema.get("type", "object") != "object" or not isinstance(properties, Mapping) or not properties:
        raise TemplateInvalid('a template is a JSON Schema object: {"type": "object", "properties": {...}}')
    if schema.get("$schema", SCHEMA_DIALECT) != SCHEMA_DIALECT:
        raise TemplateInvalid(f"$schema must be {SCHEMA_DIALECT}")
    if len(properties) > MAX_TEMPLATE_FIELDS:
        raise TemplateInvalid(f"a template has at most {MAX_TEMPLATE_FIELDS} properties, this one {len(properties)}")
    listed = schema.get("required", [])
    if not isinstance(listed, list) or not all(isinstance(name, str) and name in properties for name in listed):
        raise TemplateInvalid("required must list names of properties")
    name = str(schema.get("$id") or "own")
    title = _localised(schema.get("x-title") or schema.get("title") or name, where="x-title")
    fields = tuple(_field_of(key, value, is_required=key in listed) for key, value in properties.items())
    return Template(name, title, fields)


def _field_of(name: object, schema: object, *, is_required: bool) -> TemplateField:
    where = f"properties.{name}"
    if not isinstance(name, str) or not isinstance(schema, Mapping):
        raise TemplateInvalid(f"{where} must be a schema object")
    rule = schema.get("x-extract", {})
    if not isinstance(rule, Mapping):
        raise TemplateInvalid(f"{where}.x-extract must be an object")
    extractor = rule.get("field", "")
    if extractor and extractor not in field_names():
        raise TemplateInvalid(
            f"{where}.x-extract.field {extractor!r} is nobody's; there are: {', '.join(field_names())}"
        )
    texts = ticket_field(str(extractor)).texts if extractor else None
    title = texts.label if texts else schema.get("title") or name
    label = _localised(rule.get("label") or title, where=f"{where}.x-extract.label")
    question = rule.get("question") or (texts.question if texts else _plain_question(label))
    return TemplateField(
        name=name,
        label=label,
        question=_localised(question, where=f"{where}.x-extract.question"),
        field=str(extractor),
        is_required=is_required or rule.get("required") is True,
        choices=_choices_of(rule.get("choices", []), where=f"{where}.x-extract.choices"),
        effort=ticket_field(str(extractor)).effort if extractor else 1.0,
        is_single=rule.get("single") is not False,
        ask_when=_ask_when(rule.get("ask_when"), where=f"{where}.x-extract.ask_when"),
    )


def _ask_when(rule: object, *, where: str) -> AskWhen | None:
    if rule is None:
        return None
    if not isinstance(rule, Mapping) or not rule.keys() <= {"field", "values", "unless", "max_said"}:
        raise TemplateInvalid(f'{where} must be {{"field": another property, "values": [...], "unless": [...]}}')
    lists = [rule.get("values", []), rule.get("unless", [])]
    max_said = rule.get("max_said")
    if not all(isinstance(one, list) and all(isinstance(value, str) for value in one) for one in lists):
        raise TemplateInvalid(f"{where}.values and .unless must be lists of texts")
    if max_said is not None and not isinstance(max_said, int):
        raise TemplateInvalid(f"{where}.max_said must be a whole number")
    return AskWhen(str(rule.get("field", "")), tuple(lists[0]), tuple(lists[1]), max_said)


def _plain_question(label: Localised) -> Localised:
    return Localised(f"请问{label.zh}是？", f"What is the {label.en.lower()}?")


def _localised(text: object, *, where: str) -> Localised:
    if isinstance(text, Localised):
        return text
    if isinstance(text, str):
        return Localised(text, text)
    if isinstance(text, Mapping) and isinstance(text.get("zh"), str) and isinstance(text.get("en"), str):
        return Localised(str(text["zh"]), str(text["en"]))
    raise TemplateInvalid(f'{where} must be a text or {{"zh": ..., "en": ...}}')


def _choices_of(choices: object, *, where: str) -> tuple[Choice, ...]:
    if not isinstance(choices, Sequence) or isinstance(choices, str):
        raise TemplateInvalid(f"{where} must be a list")
    found: list[Choice] = []
    for choice in choices:
        if isinstance(choice, str):
            found.append(Choice(choice, (choice,)))
        elif isinstance(choice, Mapping) and isinstance(choice.get("value"), str):
            words = [word for language in ("zh", "en") for word in choice.get(language, ()) if isinstance(word, str)]
            found.append(Choice(str(choice["value"]), tuple(words) or (str(choice["value"]),)))
        else:
            raise TemplateInvalid(f'{where} must hold texts or {{"value", "zh": [...], "en": [...]}}')
    return tuple(found)
