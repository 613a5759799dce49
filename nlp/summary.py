"""A summary in the customer's own words: the sentences that say what is wrong, quoted.

In: a Document. Out: one or two of its sentences, or None where nobody stated a problem. It writes nothing of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlp.records import Document, FieldValue
from nlp.text import lowered

MAX_SENTENCES = 2
MAX_SUMMARY_CHARS = 160
"""Two lines in a ticket list."""

_SENTENCE = re.compile(r"[^。！？!?\n.;；]{1,400}(?:[。！？!?;；]|\.(?=\s|$)|\n|$|\.)")
_PROBLEM = re.compile(
    r"不[能会了]|没法|无法|没有|不制冷|不制热|坏|故障|报错|显示|漏|异响|噪音|死机|卡|慢|裂|碎|掉|断|停|失灵|打不开|连不上"
    r"|退货|退款|换货|投诉|没收到|发错|少[了发]|错误|维修|报修|问题"
    r"|(?<![a-z])(?:not|n't|cannot|can't|won't|doesn't|broken|broke|fail\w{0,4}|error|fault|leak\w{0,4}|noise|noisy|stop\w{0,4}"
    r"|crack\w{0,3}|crash\w{0,4}|slow|stuck|dead|refund|return|replace\w{0,4}|repair|complain\w{0,3}|missing|wrong|damaged"
    r"|problem|issue|trouble|never|no longer)(?![a-z])",
)
"""Of a sentence in lower case."""


def summarise(document: Document, values: Mapping[str, FieldValue], *, locale: str) -> str | None:
    """Quote the first one or two sentences in which the customer says what is wrong; None where there is none."""
    chosen: list[str] = []
    for statement in _statements(document):
        for match in _SENTENCE.finditer(statement):
            sentence = " ".join(match.group().split())
            if not _PROBLEM.search(lowered(sentence)):
                continue
            if len(sentence) + sum(map(len, chosen)) > MAX_SUMMARY_CHARS:
                return _joined(chosen) or sentence[: MAX_SUMMARY_CHARS - 1] + "…"
            chosen.append(sentence)
            if len(chosen) == MAX_SENTENCES:
                return _joined(chosen)
    return _joined(chosen)


def _statements(document: Document) -> list[str]:
    """Return what was typed by anyone but the agent, then what was said; pages tell facts, not problems."""
    typed = [o.part.text for o in document.origins if o.part.kind == "text" and o.part.role != "agent"]
    said = [o.part for o in document.origins if o.part.kind == "audio" and o.part.role != "agent"]
    return typed or ["".join(part.joiner + part.text for part in said)]


def _joined(sentences: list[str]) -> str | None:
    return " ".join(sentences).strip() or None
