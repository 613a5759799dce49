"""A pasted conversation in, its messages out: a line is a message, "客服：" and "Agent:" say whose.

A line without a speaker goes on with the one before it; the first is the customer's. Knows no draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from api.schemas.prefill import Message

Speaker = Literal["customer", "agent"]
MESSAGES = 500
"""Longer than any chat that is pasted to try a template on."""

_CUSTOMER = "客户|顾客|用户|买家|customer|client|buyer|user"
_AGENT = "客服|坐席|商家|店家|agent|support|staff|seller"
_SPEAKER = re.compile(
    rf"\s{{0,8}}(?:(?P<customer>{_CUSTOMER})|(?P<agent>{_AGENT}))\s{{0,4}}[:：]\s{{0,4}}", re.IGNORECASE
)


def messages_in(text: str) -> list[Message]:
    """Return the messages of a conversation.

    >>> [(one.role, one.text) for one in messages_in("空调坏了\\n客服：请问订单号？\\n客户: 20240518936")]
    [('customer', '空调坏了'), ('agent', '请问订单号？'), ('customer', '20240518936')]
    """
    lines = list(_said(text))[:MESSAGES]
    return [Message(id=f"m{number}", role=role, text=line) for number, (role, line) in enumerate(lines, start=1)]


def _said(text: str) -> Iterator[tuple[Speaker, str]]:
    speaker: Speaker = "customer"
    for line in text.splitlines():
        named = _SPEAKER.match(line)
        if named:
            speaker = "agent" if named["agent"] else "customer"
        said = line[named.end() if named else 0 :].strip()
        if said:
            yield speaker, said
