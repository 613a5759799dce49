"""What is special about names: how they are introduced, who introduces himself, and what only looks like one."""

from __future__ import annotations

import pytest

from nlp.document import compose
from nlp.fields.person_name import FIELD
from nlp.records import Document, Mention, Part, Role


def message(text: str, role: Role = "customer") -> Document:
    return compose([Part(text, "m1", "text", role)])


def found(text: str, role: Role = "customer") -> list[Mention]:
    return list(FIELD.extract(message(text, role)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("收件人李娜电话13800138000", ["李娜"]),
        ("联系人:欧阳小明，", ["欧阳小明"]),
        ("姓名：阿卜杜拉·买买提", ["阿卜杜拉·买买提"]),
        ("收货人：Anna Lee", ["Anna Lee"]),
        ("免贵姓张", ["张"]),
        ("我叫張偉明", ["张伟明"]),
        ("请联系陈女士", ["陈女士"]),
        ("my name is anna lee, and it leaks", ["Anna Lee"]),
        ("Contact: Mary-Jane O'Connor", ["Mary-Jane O'Connor"]),
        ("This is Anna speaking", ["Anna"]),
        ("Mr. Lee called", ["Mr Lee"]),
        ("It is broken.\nKind regards,\nBob Jones", ["Bob Jones"]),
    ],
)
def test_name_is_read_from_its_introduction(text: str, values: list[str]) -> None:
    assert [mention.value for mention in found(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "我是周五买的", "我是高级会员", "联系人是我", "收货人都不在家", "关于小姐", "我是江苏的",
        "this is Not Working", "I'm Very Sorry", "Dear Sir or Madam", "my name is spelled wrong",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_name_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["我叫李强，很高兴为您服务", "Hello, my name is Tom Baker, how can I help?"])
def test_an_agent_who_introduces_himself_is_not_the_customer(text: str) -> None:
    assert found(text, "agent") == []
    assert len(found(text)) == 1


def test_a_surname_takes_the_one_full_name_that_bears_it() -> None:
    assert [mention.value for mention in found("我姓李。收件人：李娜")] == ["李娜", "李娜"]
    assert [mention.value for mention in found("Mr Lee is out. Contact: Anna Lee")] == ["Anna Lee", "Anna Lee"]


def test_a_technician_counts_for_less_than_the_customer() -> None:
    (technician,), (customer,) = found("王师傅昨天来过"), found("王先生昨天来过")
    assert technician.score < customer.score / 2


@pytest.mark.parametrize("text", ["我不是王先生", "I am not Mr. Lee"])
def test_a_denied_name_says_so(text: str) -> None:
    assert [check.name for mention in found(text) for check in mention.checks] == ["not_negated"]
