"""Every file in nlp/fields keeps the contract of a field; a new field is tested by being there."""

from __future__ import annotations

from itertools import pairwise

import pytest

from nlp.document import compose
from nlp.extraction.extract import extract
from nlp.extraction.registry import build_extractors, field_names, ticket_field
from nlp.records import Document, Part
from nlp.text import language_of

FIELDS = field_names()
EXAMPLES = [(name, example) for name in FIELDS for example in ticket_field(name).examples]
COUNTER_EXAMPLES = [(name, text) for name in FIELDS for text in ticket_field(name).counter_examples]


def message(text: str) -> Document:
    return compose([Part(text, "m1", "text", "customer")])


def test_folder_is_the_registry() -> None:
    wanted = (
        "date_time",
        "device_model",
        "error_code",
        "order_number",
        "phone_number",
        "serial_number",
        "tracking_number",
    )
    assert set(wanted) <= set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_field_has_examples_and_texts_in_both_languages(name: str) -> None:
    field = ticket_field(name)
    assert field.name == name
    assert {"zh", "en"} <= {language_of(example.text) for example in field.examples}
    assert language_of(field.texts.question.zh) == "zh"
    assert language_of(field.texts.question.en) == "en"
    assert field.texts.label.zh
    assert field.texts.label.en
    assert field.counter_examples


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda value: getattr(value, "text", value))
def test_field_finds_its_example(name: str, example: object) -> None:
    text, value = getattr(example, "text"), getattr(example, "value")  # noqa: B009
    assert value in [mention.value for mention in ticket_field(name).extract(message(text))]


@pytest.mark.parametrize(("name", "text"), COUNTER_EXAMPLES)
def test_field_refuses_its_counter_example(name: str, text: str) -> None:
    assert [mention.value for mention in extract(message(text), build_extractors()) if mention.field == name] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda value: getattr(value, "text", value))
def test_mentions_lie_inside_the_text_and_do_not_overlap(name: str, example: object) -> None:
    document = message(f"前面的话 {getattr(example, 'text')} and more")  # noqa: B009
    mentions = ticket_field(name).extract(document)
    assert mentions
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(document.text)
        assert 0 <= mention.score <= 1
        assert mention.why
    for one, next_one in pairwise(mentions):
        assert one.end <= next_one.start
