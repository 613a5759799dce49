"""A number that was heard twice enters the ticket as the surer hearing, and a record decides between readings."""

from __future__ import annotations

import pytest

from api.prefill.answer import transcript_body
from api.prefill.parts import transcript_parts
from nlp import RecordTable, build_extractors, compose, extract, load_template, resolve
from nlp.records import FieldValue, Record, Variant
from speech.records import Segment, SpokenNumber, Transcript, Word

TEMPLATE = load_template("appliance_repair")
RIGHT, MISHEARD = "2026031845", "2026031849"
NAMES = dict(
    zip("0123456789", ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True)
)


def _call(digits: str, number: SpokenNumber | None, *, word_confidence: float = 0.5) -> Transcript:
    said = ["my", "order", "number", "is", *(NAMES[digit] for digit in digits), "thank", "you"]
    words = tuple(Word(float(at), at + 0.9, text, word_confidence) for at, text in enumerate(said))
    numbers = () if number is None else (number,)
    segment = Segment(0.0, float(len(said)), " ".join(said), 0.5, words, speaker="customer", numbers=numbers)
    return Transcript("en", "scripted", float(len(said)), (segment,))


def _number(digits: str, confidence: float, *alternatives: tuple[str, float]) -> SpokenNumber:
    return SpokenNumber(4.0, 13.9, digits, confidence, alternatives)


def _order_number(call: Transcript, *on_file: str) -> FieldValue:
    document = compose(transcript_parts(call, source="call.wav"), locale="en-US")
    records = RecordTable([Record("orders", number, {"order_number": number}) for number in on_file])
    mentions = extract(document, build_extractors(("order_number",)))
    return resolve(mentions, document, template=TEMPLATE, records=records).fields["order_number"]


SAID = " ".join(NAMES[digit] for digit in MISHEARD)


def test_number_is_one_part_that_quotes_the_recogniser() -> None:
    call = _call(MISHEARD, _number(RIGHT, 0.9))
    parts = list(transcript_parts(call, source="call.wav"))
    assert [part.text for part in parts] == ["my", "order", "number", "is", SAID, "thank", "you"]
    assert (parts[4].start_s, parts[4].end_s) == (4.0, 13.9)


def test_second_hearing_and_its_alternatives_are_variants() -> None:
    call = _call(MISHEARD, _number(RIGHT, 0.5, ("2026031848", 0.25), (MISHEARD, 0.1)), word_confidence=1.0)
    (part,) = (part for part in transcript_parts(call, source="call.wav") if part.variants)
    assert part.variants == (Variant(0, len(SAID), RIGHT, 0.5), Variant(0, len(SAID), "2026031848", 0.25))


def test_chinese_number_is_quoted_without_spaces() -> None:
    words = tuple(Word(float(at), at + 0.9, text, 0.5) for at, text in enumerate("订单二零二六"))
    segment = Segment(0.0, 6.0, "订单二零二六", 0.5, words, numbers=(SpokenNumber(2.0, 5.9, "2025", 0.5),))
    parts = list(transcript_parts(Transcript("zh", "scripted", 6.0, (segment,)), source="call.wav"))
    assert [part.text for part in parts] == ["订", "单", "二零二六"]


@pytest.mark.parametrize(("on_file", "value"), [((RIGHT,), RIGHT), ((), MISHEARD), (("7777777777",), MISHEARD)])
def test_an_order_on_file_decides(on_file: tuple[str, ...], value: str) -> None:
    call = _call(MISHEARD, _number("2026031848", 0.5, (RIGHT, 0.25)))
    found = _order_number(call, *on_file)
    assert found.value == value
    assert ("heard_as_recorded" in [check.name for check in found.checks]) == (value == RIGHT)


def test_without_a_second_hearing_words_stay_words() -> None:
    texts = [part.text for part in transcript_parts(_call("2026", None), source="call.wav")]
    assert texts == ["my", "order", "number", "is", "two", "zero", "two", "six", "thank", "you"]


def test_number_alone_brings_its_alternatives() -> None:
    segment = Segment(1.0, 5.0, RIGHT, 0.6, numbers=(_number(RIGHT, 0.6, (MISHEARD, 0.3)),))
    (part,) = transcript_parts(Transcript("zh", "scripted", 6.0, (segment,)), source="call.wav")
    assert part.variants == (Variant(0, 10, MISHEARD, 0.5),)


def test_response_names_the_number() -> None:
    body = transcript_body(_call(MISHEARD, _number(RIGHT, 0.9, (MISHEARD, 0.1))), file="call.wav")
    (number,) = body.segments[0].numbers
    assert (number.digits, number.confidence) == (RIGHT, 0.9)
    assert [(one.digits, one.confidence) for one in number.alternatives] == [(MISHEARD, 0.1)]
