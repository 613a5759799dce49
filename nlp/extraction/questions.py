"""The one question worth asking next.

In: the values so far, their template and, where there is one, the conversation. Out: which fields are missing, and one
Question in the reader's language, with choices where the answer lies in a closed set, among the customer's own orders
or between two sides; None where nothing useful is left. It does not send anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.extraction.asked import Talk, read_talk
from nlp.extraction.field import Localised
from nlp.extraction.record_belief import ORDER_CHECK
from nlp.extraction.templates import Template, TemplateField
from nlp.records import Candidate, Document, FieldValue, Question

# What a look-up would then fill: an order names device and owner, a serial number the device, a phone the customer.
_LOOK_UP_FILLS: Mapping[str, tuple[str, ...]] = {
    "order_number": ("device_model", "serial_number", "phone_number", "purchase_date", "product_name"),
    "serial_number": ("device_model", "order_number", "purchase_date"),
    "phone_number": ("order_number",),
}
LOOK_UP_GAIN = 0.5
"""A look-up fills a field about every second time: records are incomplete, and customers own more than one device."""
CONFLICT_GAIN = 1.2
"""Choosing between two values is the quickest answer there is, and leaves no doubt."""
CHOICE_EFFORT = 0.5
"""To answer "2" is half of looking a number up, at most."""
MAX_CHOICES = 4
_UNKNOWN_ORDER = Localised(
    "我们没有查到{label} {value}，麻烦您核对一下，或者发一张订单页面的截图。",
    "We could not find {label} {value}. Could you check it, or send a picture of the order page?",
)
"""An order is the business's own, so that a number nobody has on file is a slip; a serial number may be a gap."""


def missing_fields(values: Mapping[str, FieldValue], template: Template) -> tuple[str, ...]:
    """Return the required fields without a value that matter to this ticket, in the template's order."""
    return tuple(
        field.name
        for field in template.fields
        if field.is_required and _is_missing(values, field) and _matters(values, field)
    )


def next_question(
    values: Mapping[str, FieldValue], template: Template, *, locale: str, document: Document | None = None
) -> Question | None:
    """Return the question that settles most for the least effort, or None where nothing useful is left to ask.

    With the document, what was asked before, refused or is over is not asked.
    """
    talk = read_talk(document, template) if document is not None else Talk()
    open_fields = [field for field in template.fields if _is_open(values, field, talk)]
    if talk.is_over or not open_fields:
        return None
    # max() keeps the first of equals, so the template's order decides ties.
    best = max(open_fields, key=lambda field: _gain(values, template, field) / _effort(values, field))
    return _question(best, values.get(best.name), locale)


def _is_missing(values: Mapping[str, FieldValue], field: TemplateField) -> bool:
    value = values.get(field.name)
    return value is None or value.status == "missing"


def _matters(values: Mapping[str, FieldValue], field: TemplateField, said: int = 0) -> bool:
    """Say whether the field has a place in this ticket: a meter reading has none in a complaint about a shop."""
    when = field.ask_when
    if when is None:
        return True
    if when.max_said is not None and said > when.max_said:
        return False
    if not when.field:
        return True
    other = values.get(when.field)
    known = {candidate.value for candidate in other.candidates} if other is not None else set()
    return bool(known & set(when.values)) and not known & set(when.unless)


def _is_open(values: Mapping[str, FieldValue], field: TemplateField, talk: Talk) -> bool:
    value = values.get(field.name)
    if value is not None and value.status == "conflict":
        return True
    if not field.is_required or not _matters(values, field, talk.said):
        return False
    if _is_unknown(value):
        return field.name not in talk.insisted
    return _is_missing(values, field) and field.name not in talk.settled


def _is_unknown(value: FieldValue | None) -> bool:
    """Say whether the customer named an order that is not in the records."""
    return value is not None and any(check.name == ORDER_CHECK and not check.passed for check in value.checks)


def _gain(values: Mapping[str, FieldValue], template: Template, field: TemplateField) -> float:
    gain = 1.0 if _is_missing(values, field) or _is_unknown(values.get(field.name)) else CONFLICT_GAIN
    others = [other for other in template.fields if other is not field and _is_missing(values, other)]
    fills = _LOOK_UP_FILLS.get(field.field, ())
    return gain + LOOK_UP_GAIN * sum(other.field in fills for other in others)


def _effort(values: Mapping[str, FieldValue], field: TemplateField) -> float:
    value = values.get(field.name)
    is_choice = value is not None and len(value.candidates) > 1
    return field.effort * CHOICE_EFFORT if is_choice else field.effort


def _question(field: TemplateField, value: FieldValue | None, locale: str) -> Question:
    is_zh = locale.lower().startswith("zh")
    offered = value.candidates[:MAX_CHOICES] if value is not None else ()
    choices = tuple(candidate.value for candidate in offered)
    if len(offered) > 1:
        is_conflict = value is not None and value.status == "conflict"
        return Question(field.name, _choice_text(field, offered, is_zh=is_zh, is_conflict=is_conflict), choices)
    if value is not None and value.value and _is_unknown(value):
        label = field.label.zh if is_zh else _lower(field.label.en)
        return Question(field.name, _UNKNOWN_ORDER.in_locale(locale).format(label=label, value=value.value))
    return Question(field.name, field.question.in_locale(locale), tuple(c.value for c in field.choices) or choices)


def _choice_text(field: TemplateField, offered: Sequence[Candidate], *, is_zh: bool, is_conflict: bool) -> str:
    """Number the choices, each with what a person knows it by, so that "2" is an answer."""
    lines = [
        f"{number}) {' '.join(filter(None, (candidate.value, candidate.detail)))}"
        for number, candidate in enumerate(offered, start=1)
    ]
    listed = " ".join(lines)
    if is_zh:
        opening = f"麻烦您确认一下{field.label.zh}，是" if is_conflict else f"请问{field.label.zh}是下面哪一个："
        return f"{opening} {listed}？回复序号即可，都不是也请告诉我们。"
    opening = (
        f"Could you confirm the {_lower(field.label.en)}" if is_conflict else f"Which {_lower(field.label.en)} is it"
    )
    return f"{opening}: {listed}? Just reply with the number, or tell us if it is none of these."


def _lower(label: str) -> str:
    """Return the label as it stands within a sentence; IMEI stays in capitals."""
    return label if label.isupper() else label[0].lower() + label[1:]
