"""A solved ticket in, an article of the knowledge base out: the customer's problem, and what solved it.

Personal data is masked before anything is kept (nlp.personal), and so are numbers of orders, devices and parcels and
whatever else the caller knows to be the customer's. A ticket that does not say what solved it is no past case. It reads
no files: what attachments say is given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.document import compose
from nlp.extraction.registry import ticket_field
from nlp.personal import redacted
from nlp.records import Article, Part
from nlp.search.passages import split_sentences
from nlp.text import language_of

TAG = "past case"
PROBLEM_CHARS = 2_000
SOLUTION_CHARS = 4_000
ATTACHMENT_CHARS = 4_000
TITLE_CHARS = 80
IDENTIFYING = ("order_number", "serial_number", "tracking_number")
LEAST_WORDS = 4
"""Han characters, or words of Latin letters, that a solution has: "已处理", "done" and "fixed, thanks" say nothing."""
SHORTEST_SECRET = 4
"""Characters of a known value that is masked wherever it stands; a shorter one would take words apart."""
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2,}")
_GREETING = re.compile(
    r"(?:您?你?好|请问|在吗|hi|hello|dear [a-z]{1,20}|good (?:morning|afternoon|evening))[\s,，。.!！~～]{0,4}",
    re.IGNORECASE,
)
# Who somebody is says nothing about the problem; masked names stand in brackets (nlp.personal.MASK).
_INTRODUCTION = re.compile(
    r"(?:my name is|this is|i am|i'm|我的?名?字?叫|我是|我姓)\s{0,3}\[[a-z_]{2,12}\][\s,，.。]{0,3}", re.IGNORECASE
)
_HEADINGS = {"zh": ("问题", "解决办法", "附件内容"), "en": ("Problem", "What solved it", "Attachments")}


# Said when all is over; it solves nothing.
_COURTESY = re.compile(
    r"谢|感谢|不客气|祝[您你]|再见|满意|评价|关闭(?:该|本|此|这个)?工单|工单(?:已|将)?关闭|随时联系|请稍等|正在(?:为您)?(?:查|核)"
    r"|\b(?:thanks?|thank you|glad|welcome|have a (?:nice|good|great)|let (?:me|us) know|(?:close|closing|closed) "
    r"(?:this|the|your) ?(?:ticket|case|request)|survey|regards|best wishes|one moment|bear with (?:me|us)"
    r"|look(?:ing)? into)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SolvedTicket:
    """`secrets` are values that are the customer's, e.g. an id or a name from the ticket system's own fields."""

    id: str
    problem: str
    solution: str
    locale: str = ""
    attachments: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


def past_case(ticket: SolvedTicket, *, allowed: Sequence[str] = ()) -> Article | None:
    """Return the article of a solved ticket; None where it does not say what solved it.

    >>> case = past_case(SolvedTicket("T-1", "空调显示E4，电话13800138000", "清洗过滤网并重新通电后恢复正常。"))
    >>> case.title, case.tags
    ('空调显示E4，电话[mobile]', ('past case', 'ticket:T-1'))
    """
    problem = _masked(ticket.problem[:PROBLEM_CHARS], ticket.secrets).strip()
    solution = _masked(ticket.solution[:SOLUTION_CHARS], ticket.secrets).strip()
    if not problem or len(_WORD.findall(solution)) < LEAST_WORDS:
        return None
    language = "zh" if (ticket.locale or language_of(problem)).startswith("zh") else "en"
    names = _HEADINGS[language]
    parts = [f"## {names[0]}\n\n{_plain(problem)}", f"## {names[1]}\n\n{_plain(solution)}"]
    texts = [_masked(text[:ATTACHMENT_CHARS], ticket.secrets).strip() for text in ticket.attachments]
    if any(texts):
        parts.append(f"## {names[2]}\n\n" + "\n\n".join(_plain(text) for text in texts if text))
    return Article(
        id=f"past-case/{ticket.id}",
        title=_title(problem),
        body="\n\n".join(parts),
        locale=ticket.locale or language,
        tags=(TAG, f"ticket:{ticket.id}"),  # by the second a backtest knows not to count it for its own ticket
        allowed=tuple(allowed),
    )


def solving_text(answers: Sequence[str]) -> str:
    """Return what solved a ticket by what its agents wrote, oldest first: of their last message that says more than
    thanks, goodbyes and questions, what is left without these; "" where none does.

    >>> solving_text(["请提供序列号？", "请清洗过滤网，再重新通电。", "感谢您的反馈，祝您生活愉快！"])
    '请清洗过滤网，再重新通电。'
    >>> solving_text(["Could you send a photo?", "Clean the pump filter. Let me know if it helps!"])
    'Clean the pump filter.'
    """
    for answer in reversed(answers):
        answer = answer[:SOLUTION_CHARS]
        told = [answer[span.start : span.end] for span in split_sentences(answer)]
        telling = [one for one in told if not _COURTESY.search(one) and not one.rstrip("*_` ").endswith(("?", "？"))]
        text = "\n".join(telling) if "\n" in answer.strip() else " ".join(telling)
        if len(_WORD.findall(text)) >= LEAST_WORDS:
            return answer.strip() if len(telling) == len(told) else text
    return ""


def _masked(text: str, secrets: Sequence[str]) -> str:
    """Take out what is personal, what the caller knows to be the customer's, and what names one sale or device."""
    mentions = [mention for name in IDENTIFYING for mention in ticket_field(name).extract(compose([_part(text)]))]
    free = len(text)
    for mention in sorted(mentions, key=lambda mention: mention.end, reverse=True):
        if mention.end > free:
            continue
        free = mention.start
        text = f"{text[: mention.start]}[{mention.field}]{text[mention.end :]}"
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return redacted(text)


def _part(text: str) -> Part:
    return Part(text, "text", "text")


def _plain(text: str) -> str:
    """Keep a customer's line from being read as a heading of the article."""
    return re.sub(r"^([ ]{0,3})(#{1,6}[ \t])", r"\1\\\2", text, flags=re.MULTILINE)


def _title(problem: str) -> str:
    """Return the first sentence that says something."""
    sentences = [problem[span.start : span.end] for span in split_sentences(problem)]
    telling = (_INTRODUCTION.sub("", _GREETING.sub("", sentence, count=1)).strip() for sentence in sentences)
    first = next((sentence for sentence in telling if len(_WORD.findall(sentence)) >= LEAST_WORDS), problem)
    line = " ".join(first.split()).rstrip("。.!！?？,，;；")
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1] + "…"
