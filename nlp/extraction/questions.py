"""The one question worth asking next.

In: the values so far and their template. Out: which fields are missing, and one Question in the reader's language, with
choices where the answer lies in a closed set or between two sides. It does not send anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from nlp.extraction.templates import Template, TemplateField
from nlp.records import FieldValue, Question

# What a look-up would then fill: an order names device and owner, a serial number the device, a phone the customer.
_LOOK_UP_FILLS: Mapping[str, tuple[str, ...]] = {
    "order_number": ("device_model", "serial_number", "phone_number"),
    "serial_number": ("device_model", "order_number"),
    "phone_number": ("order_number",),
}
LOOK_UP_GAIN = 0.5
"""A look-up fills a field about every second time: records are incomplete, and customers own more than one device."""
CONFLICT_GAIN = 1.2
"""Choosing between two values is the quickest answer there is, and leaves no doubt."""
MAX_CHOICES = 4


def missing_fields(values: Mapping[str, FieldValue], template: Template) -> tuple[str, ...]:
    """Return the required fields without a value, in the template's order."""
    return tuple(field.name for field in template.fields if field.is_required and _is_missing(values, field))


def next_question(values: Mapping[str, FieldValue], template: Template, *, locale: str) -> Question | None:
    """Return the question that settles most for the least effort, or None where nothing useful is left to ask."""
    open_fields = [field for field in template.fields if _is_open(values, field)]
    if not open_fields:
        return None
    # max() keeps the first of equals, so the template's order decides ties.
    best = max(open_fields, key=lambda field: _gain(values, template, field) / field.effort)
    return _question(best, values.get(best.name), locale)


def _is_missing(values: Mapping[str, FieldValue], field: TemplateField) -> bool:
    value = values.get(field.name)
    return value is None or value.status == "missing"


def _is_open(values: Mapping[str, FieldValue], field: TemplateField) -> bool:
    value = values.get(field.name)
    return (value is not None and value.status == "conflict") or (field.is_required and _is_missing(values, field))


def _gain(values: Mapping[str, FieldValue], template: Template, field: TemplateField) -> float:
    gain = 1.0 if _is_missing(values, field) else CONFLICT_GAIN
    others = [other for other in template.fields if other is not field and _is_missing(values, other)]
    fills = _LOOK_UP_FILLS.get(field.field, ())
    return gain + LOOK_UP_GAIN * sum(other.field in fills for other in others)


def _question(field: TemplateField, value: FieldValue | None, locale: str) -> Question:
    rivals = tuple(candidate.value for candidate in value.candidates[:MAX_CHOICES]) if value else ()
    if value is not None and value.status == "conflict" and len(rivals) > 1:
        text = (
            f"请确认{field.label.zh}：{' 还是 '.join(rivals)}？"
            if locale.lower().startswith("zh")
            else f"Could you confirm the {field.label.en.lower()}: {' or '.join(rivals)}?"
        )
        return Question(field.name, text, rivals)
    choices = tuple(choice.value for choice in field.choices) or rivals
    return Question(field.name, field.question.in_locale(locale), choices)
