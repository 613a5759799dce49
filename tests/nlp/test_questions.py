"""The one question: what it asks, among what it lets choose, and when it keeps silent."""

from __future__ import annotations

import time
from typing import cast

import pytest

from nlp import RecordTable, build_extractors, compose, extract, load_template, missing_fields, next_question, resolve
from nlp.records import Part, Question, Record, RecordSystem, Role, TemplateInvalid

ROLES = {"C": "customer", "A": "agent"}
ORDERS = RecordTable(
    [
        Record(
            "orders",
            "20231105-8871",
            {"order_number": "20231105-8871", "customer_id": "C-7", "product": "美的空调", "ordered_at": "2023-11-05"},
        ),
        Record(
            "orders",
            "20240102-1145",
            {"order_number": "20240102-1145", "customer_id": "C-7", "product": "海尔冰箱", "ordered_at": "2024-01-02"},
        ),
    ]
)
EXTRACTORS = build_extractors()


def asked(
    turns: str,
    *,
    template: str = "appliance_repair",
    locale: str = "zh-CN",
    records: RecordSystem | None = None,
    customer: str | None = "C-7",
) -> Question | None:
    said = [turn.strip().partition(":") for turn in turns.split("|")]
    parts = [
        Part(text.strip(), f"m{number}", "text", cast(Role, ROLES[side]))
        for number, (side, _, text) in enumerate(said, start=1)
    ]
    document = compose(parts, locale=locale)
    chosen = load_template(template)
    mentions = extract(document, EXTRACTORS)
    values = resolve(
        mentions, document, template=chosen, records=records, customer_id=customer if records else None
    ).fields
    return next_question(values, chosen, locale=locale, document=document)


def field_asked(turns: str, **options: str) -> str | None:
    question = asked(turns, **options)  # type: ignore[arg-type]
    return question.field if question is not None else None


@pytest.mark.parametrize(
    ("turns", "locale", "text"),
    [
        (
            "C: 订单号 20249999111，空调不制冷",
            "zh-CN",
            "我们没有查到订单号 20249999111，麻烦您核对一下，或者发一张订单页面的截图。",
        ),
        (
            "C: The AC does not cool | A: What is your order number? | C: It is 20249999111",
            "en-US",
            "We could not find order number 20249999111. Could you check it, or send a picture of the order page?",
        ),
    ],
)
def test_an_order_that_nobody_has_is_named_and_not_asked_for_as_if_it_had_not_been_said(
    turns: str, locale: str, text: str
) -> None:
    question = asked(turns, locale=locale, records=ORDERS, customer=None)
    assert question is not None
    assert (question.field, question.text) == ("order_number", text)


@pytest.mark.parametrize(
    "turns",
    [
        "C: 订单号 20249999111 | A: 没查到，请您核对一下订单号？ | C: 就是这个 | A: 请再发一下订单号 | C: 20249999111",
        "C: order number 20249999111 | A: Could you check the order number? | C: I don't have another order number",
    ],
)
def test_an_order_is_not_doubted_for_ever(turns: str) -> None:
    question = asked(turns, records=ORDERS, customer=None)
    assert question is None or question.field != "order_number"


def test_the_customers_own_orders_are_numbered_and_described() -> None:
    question = asked("C: 空调不制冷了", records=ORDERS)
    assert question is not None
    assert question.choices == ("20231105-8871", "20240102-1145")
    assert question.text == (
        "请问订单号是下面哪一个： 1) 20231105-8871 美的空调 2023-11-05 2) 20240102-1145 海尔冰箱 2024-01-02？"
        "回复序号即可，都不是也请告诉我们。"
    )


def test_the_customers_own_orders_are_described_in_english() -> None:
    question = asked("C: it does not cool any more", records=ORDERS, locale="en-US")
    assert question is not None
    assert question.text == (
        "Which order number is it: 1) 20231105-8871 美的空调 2023-11-05 2) 20240102-1145 海尔冰箱 2024-01-02?"
        " Just reply with the number, or tell us if it is none of these."
    )


@pytest.mark.parametrize(("complaint", "locale"), [("空调不制冷了", "zh-CN"), ("it does not cool", "en-US")])
def test_a_number_answers_the_question(complaint: str, locale: str) -> None:
    question = asked(f"C: {complaint}", records=ORDERS, locale=locale)
    assert question is not None
    document = compose(
        [
            Part(complaint, "m1", "text", "customer"),
            Part(question.text, "m2", "text", "agent"),
            Part("2", "m3", "text", "customer"),
        ]
    )
    mentions = extract(document, EXTRACTORS)
    template = load_template("appliance_repair")
    value = resolve(mentions, document, template=template, records=ORDERS, customer_id="C-7").fields["order_number"]
    assert value.value == "20240102-1145"
    assert value.status != "conflict"


@pytest.mark.parametrize(
    "turns",
    [
        "C: 空调坏了，没有订单号",
        "C: 空调坏了，订单号找不到了",
        "C: 订单号我忘了，空调不制冷",
        "C: 不记得订单号了",
        "C: 空调坏了，订单号不知道",
        "C: 坏了|A: 请问您的订单号是多少？|C: 没有",
        "C: 坏了|A: 请提供订单号|C: 不记得了",
        "C: 坏了|A: 请提供一下订单编号|C: 找不到了，怎么办",
        "C: 坏了|A: 请问订单号是？|C: 不方便提供",
        "C: it broke, I don't have the order number",
        "C: it broke, no order number",
        "C: I can't find my order number, it broke",
        "C: I lost the order number and it leaks",
        "C: it broke|A: What is your order number?|C: I don't have it",
        "C: it broke|A: Could you give me the order number?|C: no idea",
        "C: it broke|A: Please send your order number|C: I'd rather not",
        "C: it broke|A: What's your order number?|C: not sure, sorry",
        "C: it broke|A: What's your order number?|C: I lost it, I forgot where",
    ],
)
def test_what_was_refused_is_not_asked(turns: str) -> None:
    assert field_asked(turns) not in (None, "order_number")


@pytest.mark.parametrize(
    "turns",
    ["C: 没收到订单里的空调", "C: 订单没有发货，怎么回事", "C: I can't find my order in the app", "C: 空调没有反应"],
)
def test_a_missing_thing_is_no_refusal(turns: str) -> None:
    assert field_asked(turns) == "order_number"


@pytest.mark.parametrize(
    "turns", ["C: 空调坏了|A: 请问您的订单号是多少？", "C: it broke|A: What is your order number?|C: one moment"]
)
def test_nobody_is_asked_twice(turns: str) -> None:
    assert field_asked(turns) not in (None, "order_number")


@pytest.mark.parametrize("turns", ["C: 订单号20240518936", "C: my order number is 20240518936"])
def test_what_was_said_is_not_asked(turns: str) -> None:
    assert field_asked(turns) != "order_number"


@pytest.mark.parametrize(
    "turns",
    [
        "C: 空调坏了|A: 重启试试|C: 好了，谢谢",
        "C: 空调坏了|A: 重启试试|C: 没事了",
        "C: 你们的服务真贴心，点赞！",
        "C: it broke|A: try a restart|C: thanks, it works now",
        "C: it broke|A: try a restart|C: never mind",
        "C: Great service, well done!",
    ],
)
def test_nothing_is_asked_where_nothing_is_wanted(turns: str) -> None:
    assert asked(turns) is None


def test_thanks_that_end_a_request_do_not_end_the_questions() -> None:
    assert field_asked("C: 空调坏了|C: 谢谢") == "order_number"


@pytest.mark.parametrize(
    ("turns", "field"),
    [
        ("C: 家里断网三天了", "phone_number"),
        ("C: 宽带掉线，手机号13800138000", "address"),
        ("C: 莫名其妙被扣费，号码13800138000", None),
        ("C: 这是怎么回事？", "issue"),
        ("C: There is no signal at home", "phone_number"),
        ("C: You charged me twice, my number is 13800138000", None),
        ("C: What is this?", "issue"),
    ],
)
def test_a_field_is_asked_for_where_it_matters(turns: str, field: str | None) -> None:
    assert field_asked(turns, template="telecom") == field


def test_what_does_not_matter_is_not_missing() -> None:
    template = load_template("telecom")
    assert missing_fields({}, template) == ("issue",)


def test_a_conflict_is_asked_even_where_it_was_asked_before() -> None:
    question = asked("C: 订单号20240518936|C: 订单号20240518937|A: 请问订单号是多少？")
    assert question is not None
    assert question.field == "order_number"
    assert question.text.startswith("麻烦您确认一下订单号，是 1) 20240518936 2) 20240518937？")


@pytest.mark.parametrize(
    "rule", ["always", {"field": "issue", "values": "x"}, {"when": 1}, {"max_said": "many"}, {"unless": [1]}]
)
def test_a_wrong_ask_when_is_refused(rule: object) -> None:
    with pytest.raises(TemplateInvalid, match="ask_when"):
        load_template({"properties": {"a": {"x-extract": {"ask_when": rule}}}})


@pytest.mark.parametrize(
    "hostile",
    [
        "不是" * 50_000, "sorry " * 16_000, "打错了，" * 25_000, "8871-" * 20_000, "尾号是" * 33_000, "订单号" * 33_000,
        "no wait actually " * 6_000, "没有" * 50_000, "嗯" * 100_000, "不是8871 " * 14_000, "信号" * 50_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_reading_a_conversation_takes_linear_time(hostile: str) -> None:
    def seconds(text: str) -> float:
        document = compose(
            [Part("请问您的订单号是多少？", "m1", "text", "agent"), Part(text, "m2", "text", "customer")]
        )
        template = load_template("telecom")
        started = time.process_time()
        mentions = extract(document, build_extractors(["order_number"]))
        values = resolve(mentions, document, template=template).fields
        next_question(values, template, locale="zh-CN", document=document)
        return time.process_time() - started

    short, whole = seconds(hostile[:2_000]), seconds(hostile[:16_000])
    assert whole < 24 * short + 0.5  # eight times the text; a square would be sixty-four
