"""What a conversation comes to: bursts, corrections, denials, read-backs, choices, agreement, conflict.

A row is (name, turns, field, value). Turns are "C: ..." of the customer and "A: ..." of the agent, parted by "|"; a
value of "a / b" is a conflict with both sides shown, None is nothing filled in.
"""

from __future__ import annotations

from itertools import permutations
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import Catalogue, build_extractors, compose, extract, load_template, resolve
from nlp.records import Document, FieldValue, Part, Resolution, Role

TEMPLATE = load_template("appliance_repair")
CATALOGUE = Catalogue.from_rows(
    [
        {"code": "小米 13", "names": "小米"},
        {"code": "红米 K60", "names": "红米"},
        {"code": "KFR-35GW/N8XHA1", "names": "风锐空调"},
        {"code": "WF-80B5T", "names": ""},
    ]
)
EXTRACTORS = build_extractors(catalogue=CATALOGUE)
ROLES = {"C": "customer", "A": "agent"}
Row = tuple[str, str, str, str | None]

ZH: tuple[Row, ...] = (
    ("burst of three", "C: 订单号|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("burst of two", "C: 订单号是|C: 20231105-8871", "order_number", "20231105-8871"),
    ("burst after a dash", "C: 我的订单号20231105-|C: 8871", "order_number", "20231105-8871"),
    ("burst of a mobile", "C: 138|C: 0013|C: 8000", "phone_number", "+8613800138000"),
    ("burst of a mobile with its label", "C: 手机号|C: 1380013|C: 8000", "phone_number", "+8613800138000"),
    ("burst with a greeting before", "C: 你好|C: 订单号|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("burst with thanks behind", "C: 订单号|C: 2024|C: 0518936|C: 谢谢", "order_number", "20240518936"),
    ("two values are no burst", "C: 订单号88712231|C: 13800138000", "order_number", "88712231"),
    ("a count is no piece", "C: 订单号88712231|C: 2", "order_number", "88712231"),
    ("the agent between is no burst", "C: 订单号88712231|A: 好的|C: 9911", "order_number", "88712231"),
    ("bare answer", "A: 请问您的订单号是多少？|C: 88712231", "order_number", "88712231"),
    ("answer with a lead-in", "A: 请提供一下订单号|C: 好的，88712231", "order_number", "88712231"),
    ("answer in pieces", "A: 请问您的订单号是多少？|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("serial answered", "A: 麻烦报一下序列号|C: SN2024A00917", "serial_number", "SN2024A00917"),
    ("the last four put right", "C: 订单号20231105-8871|C: 打错了，是8872", "order_number", "20231105-8872"),
    ("written wrong", "C: 订单号20231105-8871|C: 写错了，8872", "order_number", "20231105-8872"),
    ("sorry", "C: 订单号20231105-8871|C: 不好意思，是8872", "order_number", "20231105-8872"),
    ("a star", "C: 订单号20231105-8871|C: *8872", "order_number", "20231105-8872"),
    ("a star behind", "C: 订单号20231105-8871|C: 8872*", "order_number", "20231105-8872"),
    ("the tail, old part named", "C: 订单号20231105-8871|C: 尾号是8872不是8871", "order_number", "20231105-8872"),
    ("the old part first", "C: 订单号20231105-8871|C: 不是8871，是8872", "order_number", "20231105-8872"),
    ("is, and not", "C: 订单号20231105-8871|C: 是8872不是8871", "order_number", "20231105-8872"),
    ("the tail should be", "C: 订单号20231105-8871|C: 尾号应该是8872", "order_number", "20231105-8872"),
    ("the last four should be", "C: 订单号20231105-8871|C: 后四位应该是9902", "order_number", "20231105-9902"),
    ("the middle put right", "C: 订单号20231105-8871|C: 不是1105，是1115", "order_number", "20231115-8871"),
    ("changed into", "C: 订单号20231105-8871|C: 把8871改成8872", "order_number", "20231105-8872"),
    ("in the same message", "C: 订单号20231105-8871，打错了，8872", "order_number", "20231105-8872"),
    ("spoken digits put right", "C: 订单号幺二三四五六七八九零|C: 不对，尾号是八八九一", "order_number", "1234568891"),
    ("a mobile's tail", "C: 电话13800138000|C: 打错了，尾号是8001", "phone_number", "+8613800138001"),
    ("a whole number again", "C: 电话13800138000|C: 不好意思，电话是13900139000", "phone_number", "+8613900139000"),
    ("a whole order again", "C: 订单20240518936|C: 说错了，应该是20240518937", "order_number", "20240518937"),
    ("wrong, said behind it", "C: 订单号20240518936不对，应该是20240518937", "order_number", "20240518937"),
    ("the later one counts", "C: 订单号20240518936|C: 更正：订单号20240518937", "order_number", "20240518937"),
    ("corrected twice", "C: 订单号20231105-8871|C: 打错了，8872|C: 又打错了，是8873", "order_number", "20231105-8873"),
    ("a maker denied", "C: 不是小米是红米", "device_model", "红米 K60"),
    ("a maker denied later", "C: 型号小米|C: 不是小米，是红米", "device_model", "红米 K60"),
    ("denied and nothing else", "C: 订单号不是20240518936", "order_number", None),
    ("denied behind", "C: 20240518936不是我的订单号", "order_number", None),
    ("days are no correction", "C: 订单号20231105-8871|C: 不好意思，等了15天了", "order_number", "20231105-8871"),
    ("an apology alone", "C: 不好意思，订单号是20240518936", "order_number", "20240518936"),
    ("the agent's sorry", "C: 订单号20240518936|A: 抱歉让您久等了|C: 没关系", "order_number", "20240518936"),
    ("a read-back confirmed", "A: 请问您的订单号是20231105-8872吗？|C: 对的", "order_number", "20231105-8872"),
    ("confirmed with yes", "A: 跟您核对一下，订单号20240518936|C: 是的", "order_number", "20240518936"),
    ("confirmed with a hum", "A: 您的订单号是20240518936，对吗？|C: 嗯", "order_number", "20240518936"),
    ("a read-back denied", "A: 您的订单号是20231105-8872吗？|C: 不是", "order_number", None),
    ("denied and put right", "A: 您的订单号是20231105-8872吗？|C: 不对，是8873", "order_number", "20231105-8873"),
    ("put right whole", "A: 您的订单号是20240518936吗？|C: 不是，是20240518937", "order_number", "20240518937"),
    ("sorry is no yes", "A: 订单号是20240518936吗？|C: 对不起，订单号20240518937", "order_number", "20240518937"),
    (
        "the second of two",
        "A: 请问是订单20231105-8872还是订单20231105-9911？|C: 第二个",
        "order_number",
        "20231105-9911",
    ),
    ("the former", "A: 是订单20231105-8872还是订单20231105-9911？|C: 前者", "order_number", "20231105-8872"),
    (
        "by its end",
        "A: 请问是订单20231105-8872还是订单20231105-9911？|C: 9911那个",
        "order_number",
        "20231105-9911",
    ),
    (
        "by its number in our list",
        "A: 请问订单号是下面哪一个：1) 20231105-8872 空调 2) 20231105-9911 冰箱？|C: 2",
        "order_number",
        "20231105-9911",
    ),
    ("what only the agent says", "A: 我看到订单号20240518936|C: 空调不制冷", "order_number", "20240518936"),
    (
        "the agent's other order",
        "C: 订单号20240518936|A: 不是订单号20240518111吗？|C: 不是",
        "order_number",
        "20240518936",
    ),
    (
        "both sides of one person",
        "C: 订单号20240518936|C: 订单号20240518937",
        "order_number",
        "20240518936 / 20240518937",
    ),
    (
        "confirmed against one's own word",
        "C: 订单号20231105-8871|A: 订单号是20231105-8872吗？|C: 对",
        "order_number",
        "20231105-8871 / 20231105-8872",
    ),
    ("said twice is no conflict", "C: 订单号20240518936|C: 订单号 2024 0518 936", "order_number", "20240518936"),
    ("a friend's order", "C: 我的订单号20240518936，朋友的订单号20240518111", "order_number", "20240518936"),
    ("full width", "C: 订单号：２０２３１１０５－８８７１|C: 打错了，是８８７２", "order_number", "20231105-8872"),
    ("traditional characters", "C: 訂單號20231105-8871|C: 打錯了，是8872", "order_number", "20231105-8872"),
    ("nothing said", "C: 空调不制冷|A: 请问您的订单号是多少？", "order_number", None),
    ("another field's number stays", "C: 订单号20240518936，电话13800138000", "phone_number", "+8613800138000"),
)

EN: tuple[Row, ...] = (
    ("burst of two", "C: my order is|C: 8871-|C: 2231", "order_number", "8871-2231"),
    ("burst of three", "C: order number|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("burst after a dash", "C: my order number is 20231105-|C: 8871", "order_number", "20231105-8871"),
    ("burst with a greeting before", "C: hi|C: order number|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("burst with thanks behind", "C: order number|C: 2024|C: 0518936|C: thanks", "order_number", "20240518936"),
    ("burst of a mobile", "C: 138|C: 0013|C: 8000", "phone_number", "+8613800138000"),
    ("burst of a mobile with its label", "C: my phone|C: 1380013|C: 8000", "phone_number", "+8613800138000"),
    ("two values are no burst", "C: order number 88712231|C: 13800138000", "order_number", "88712231"),
    ("a count is no piece", "C: order number 88712231|C: 2", "order_number", "88712231"),
    ("the agent between is no burst", "C: order number 88712231|A: okay|C: 9911", "order_number", "88712231"),
    ("bare answer", "A: What is your order number?|C: 88712231", "order_number", "88712231"),
    ("answer with a lead-in", "A: What's your order number?|C: it's 88712231", "order_number", "88712231"),
    ("answer after sure", "A: Please provide the order number|C: sure, 88712231", "order_number", "88712231"),
    ("answer in pieces", "A: May I have your order number?|C: 2024|C: 0518936", "order_number", "20240518936"),
    ("serial answered", "A: Could you tell me the serial number?|C: SN2024A00917", "serial_number", "SN2024A00917"),
    ("sorry", "C: my order number is 20231105-8871|C: sorry, 8872", "order_number", "20231105-8872"),
    ("I meant", "C: order number 20231105-8871|C: I meant 8872", "order_number", "20231105-8872"),
    ("a star", "C: order number 20231105-8871|C: *8872", "order_number", "20231105-8872"),
    ("typo", "C: order number 20231105-8871|C: typo, it's 8872", "order_number", "20231105-8872"),
    ("oops", "C: order number 20231105-8871|C: oops, 8872", "order_number", "20231105-8872"),
    ("actually", "C: order number 20231105-8871|C: actually it's 8872", "order_number", "20231105-8872"),
    ("no wait", "C: order number 20231105-8871|C: no wait, 8872", "order_number", "20231105-8872"),
    ("make that", "C: order number 20231105-8871|C: make that 8872", "order_number", "20231105-8872"),
    ("my mistake", "C: order number 20231105-8871|C: my mistake, 8872", "order_number", "20231105-8872"),
    (
        "the tail, old part named",
        "C: order no 20231105-8871|C: ends in 8872, not 8871",
        "order_number",
        "20231105-8872",
    ),
    ("not this but that", "C: order no 20231105-8871|C: not 8871 but 8872", "order_number", "20231105-8872"),
    ("it's this, not that", "C: order no 20231105-8871|C: it's 8872, not 8871", "order_number", "20231105-8872"),
    ("the last four should be", "C: order 20231105-8871|C: last four should be 9902", "order_number", "20231105-9902"),
    ("the middle put right", "C: order number 20231105-8871|C: not 1105 but 1115", "order_number", "20231115-8871"),
    ("changed to", "C: order number 20231105-8871|C: change 8871 to 8872", "order_number", "20231105-8872"),
    ("in the same message", "C: order number 20231105-8871, sorry, 8872", "order_number", "20231105-8872"),
    (
        "a mobile's tail",
        "C: my phone is 13800138000|C: the last four digits are 8001, not 8000",
        "phone_number",
        "+8613800138001",
    ),
    ("a whole number again", "C: phone 13800138000|C: sorry, phone is 13900139000", "phone_number", "+8613900139000"),
    ("a whole order again", "C: order number 20240518936|C: I meant 20240518939", "order_number", "20240518939"),
    ("wrong, said behind it", "C: order number 20240518936 is wrong, it is 20240518937", "order_number", "20240518937"),
    ("a correction", "C: order no 20240518936|C: correction: order no 20240518937", "order_number", "20240518937"),
    ("corrected twice", "C: order no 20231105-8871|C: sorry, 8872|C: oops, 8873", "order_number", "20231105-8873"),
    ("denied and replaced", "C: not order 20240518111 but order number 20240518936", "order_number", "20240518936"),
    ("denied and nothing else", "C: it is not order 20240518936", "order_number", None),
    ("denied behind", "C: order number 20240518936 is not mine", "order_number", None),
    ("days are no correction", "C: order no 20231105-8871|C: sorry, I waited 15 days", "order_number", "20231105-8871"),
    ("an apology alone", "C: sorry, order number 20240518936", "order_number", "20240518936"),
    ("the agent's sorry", "C: order no 20240518936|A: Sorry for the wait|C: no problem", "order_number", "20240518936"),
    ("a read-back confirmed", "A: Is your order number 20231105-8872?|C: yes", "order_number", "20231105-8872"),
    ("confirmed with correct", "A: Order number 20240518936, right?|C: Correct", "order_number", "20240518936"),
    ("confirmed with that's right", "A: Is it order 20240518936?|C: that's right", "order_number", "20240518936"),
    ("a read-back denied", "A: Is your order number 20231105-8872?|C: no", "order_number", None),
    (
        "denied and put right",
        "A: Is your order number 20231105-8872?|C: No, it's 8873",
        "order_number",
        "20231105-8873",
    ),
    (
        "put right whole",
        "A: Is your order number 20240518936?|C: No, it's 20240518937",
        "order_number",
        "20240518937",
    ),
    (
        "no problem is no no",
        "A: Is your order number 20240518936?|C: No problem, let me look",
        "order_number",
        "20240518936",
    ),
    (
        "the second of two",
        "A: Is it order 20231105-8872 or order 20231105-9911?|C: the second one",
        "order_number",
        "20231105-9911",
    ),
    (
        "the former",
        "A: Is it order 20231105-8872 or order 20231105-9911?|C: the former",
        "order_number",
        "20231105-8872",
    ),
    (
        "by its end",
        "A: Is it order 20231105-8872 or order 20231105-9911?|C: the one ending in 9911",
        "order_number",
        "20231105-9911",
    ),
    (
        "by its number in our list",
        "A: Which order number is it: 1) 20231105-8872 fridge 2) 20231105-9911 oven?|C: 2",
        "order_number",
        "20231105-9911",
    ),
    ("what only the agent says", "A: I see order number 20240518936|C: it leaks", "order_number", "20240518936"),
    (
        "the agent's other order",
        "C: order number 20240518936|A: Not order number 20240518111?|C: no",
        "order_number",
        "20240518936",
    ),
    (
        "both sides of one person",
        "C: order number 20240518936|C: order number 20240518937",
        "order_number",
        "20240518936 / 20240518937",
    ),
    (
        "confirmed against one's own word",
        "C: order number 20231105-8871|A: Is it order number 20231105-8872?|C: yes",
        "order_number",
        "20231105-8871 / 20231105-8872",
    ),
    ("said twice is no conflict", "C: order no 20240518936|C: order no 2024 0518 936", "order_number", "20240518936"),
    (
        "a friend's order",
        "C: my order number is 20240518936, my friend's order number 20240518111",
        "order_number",
        "20240518936",
    ),
    ("nothing said", "C: it leaks|A: What is your order number?", "order_number", None),
    (
        "spoken digits",
        "C: order number nine four eight five nine three zero three|C: sorry, last four should be 9 3 0 5",
        "order_number",
        "94859305",
    ),
    ("another field's number stays", "C: order 20240518936, phone 13800138000", "phone_number", "+8613800138000"),
)


def parts_of(turns: str) -> list[Part]:
    said = [turn.strip().partition(":") for turn in turns.split("|")]
    return [
        Part(text.strip(), f"m{number}", "text", cast(Role, ROLES[side]))
        for number, (side, _, text) in enumerate(said, start=1)
    ]


def resolved(*parts: Part) -> Resolution:
    document = compose(parts)
    return resolve(extract(document, EXTRACTORS), document, template=TEMPLATE)


def shown(value: FieldValue) -> str | None:
    if value.status != "conflict":
        return value.value
    return " / ".join(sorted(candidate.value for candidate in value.candidates[:2]))


@pytest.mark.parametrize(("turns", "field", "value"), [row[1:] for row in ZH], ids=[row[0] for row in ZH])
def test_a_chinese_conversation_comes_to(turns: str, field: str, value: str | None) -> None:
    assert shown(resolved(*parts_of(turns)).fields[field]) == value


@pytest.mark.parametrize(("turns", "field", "value"), [row[1:] for row in EN], ids=[row[0] for row in EN])
def test_an_english_conversation_comes_to(turns: str, field: str, value: str | None) -> None:
    assert shown(resolved(*parts_of(turns)).fields[field]) == value


@pytest.mark.parametrize("turns", [row[1] for row in (*ZH, *EN)])
def test_every_evidence_quotes_its_message(turns: str) -> None:
    parts = {part.source: part.text for part in parts_of(turns)}
    for value in resolved(*parts_of(turns)).fields.values():
        for evidence in value.evidence:
            assert evidence.quote == parts[evidence.source][evidence.start : evidence.end]


def test_a_value_in_pieces_quotes_every_message() -> None:
    value = resolved(*parts_of("C: 订单号|C: 2024|C: 0518936")).fields["order_number"]
    assert [(one.source, one.quote) for one in value.evidence] == [("m2", "2024"), ("m3", "0518936")]


def test_an_amended_value_quotes_both_messages() -> None:
    value = resolved(*parts_of("C: order number 20231105-8871|C: sorry, 8872")).fields["order_number"]
    assert [(one.source, one.quote) for one in value.evidence] == [("m1", "20231105-8871"), ("m2", "8872")]


def test_a_confirmed_value_is_surer_than_the_agents_word() -> None:
    told = resolved(*parts_of("A: 您的订单号是20240518936吗？")).fields["order_number"]
    confirmed = resolved(*parts_of("A: 您的订单号是20240518936吗？|C: 对的")).fields["order_number"]
    assert confirmed.confidence > told.confidence
    assert [one.source for one in confirmed.evidence] == ["m1", "m2"]


def test_what_a_page_shows_stands_against_a_correction() -> None:
    page = Part("订单号 20231105-8871", "order.jpg", "image", page=0)
    said = parts_of("C: 订单号20231105-8871|C: 打错了，是8872")
    value = resolved(*said, page).fields["order_number"]
    assert shown(value) == "20231105-8871 / 20231105-8872"
    assert {one.source for one in value.evidence} == {"m1", "m2", "order.jpg"}


STATEMENTS = ("C: 订单号20240518936", "C: 型号 WF-80B5T", "C: 你好", "C: 谢谢", "C: 今天天气不错")


def test_the_order_of_unrelated_messages_does_not_matter() -> None:
    found = {
        tuple(
            (name, value.value, value.confidence) for name, value in resolved(*parts_of("|".join(order))).fields.items()
        )
        for order in permutations(STATEMENTS)
    }
    assert len(found) == 1


PIECES = st.sampled_from(
    [
        "订单号",
        "2024",
        "0518936",
        "20231105-8871",
        "不是",
        "打错了，",
        "8872",
        "sorry, ",
        "是的",
        "no, ",
        "第二个",
        "*8872",
        "小米",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("CA"), st.lists(PIECES, min_size=1, max_size=4)), min_size=1, max_size=6))
def test_whatever_is_said_every_evidence_quotes_it(turns: list[tuple[str, list[str]]]) -> None:
    parts = [
        Part("".join(said), f"m{number}", "text", cast(Role, ROLES[side])) for number, (side, said) in enumerate(turns)
    ]
    document: Document = compose(parts)
    texts = {part.source: part.text for part in parts}
    values = resolve(extract(document, EXTRACTORS), document, template=TEMPLATE).fields
    for value in values.values():
        assert all(one.quote == texts[one.source][one.start : one.end] for one in value.evidence)
        assert value.evidence or value.value is None
    assert all(candidate.value in CATALOGUE for candidate in values["device_model"].candidates)


@settings(max_examples=40, deadline=None)
@given(st.permutations(["C: 订单号20240518936", "C: 电话13800138000", "C: 型号 WF-80B5T"]), st.integers(1, 3))
def test_an_agreeing_source_never_lowers_belief(turns: list[str], count: int) -> None:
    said = parts_of("|".join(turns[:count]))
    before = resolved(*said).fields
    page = Part("订单编号 20240518936", "label.jpg", "image", page=0)
    after = resolved(*said, page).fields
    assert after["order_number"].belief >= before["order_number"].belief
    for name in ("phone_number", "device_model"):
        assert after[name].belief == before[name].belief
