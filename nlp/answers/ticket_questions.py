"""A ticket's text in, the questions it may be asking out: the whole without what frames it, its sentences, its clauses.

A ticket greets, names its order, tells how often it called and thanks; no article holds that, so as one long question
it is covered by none. What stands for the customer alone is left out by lists of words, not by grammar: a clause that
says anything else is kept. It knows Chinese and English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from nlp.search.passages import split_sentences
from nlp.search.question_words import telling_words

MAX_TEXT = 2_000  # code points that are cut up; what it is about stands in a ticket's beginning
MAX_QUESTIONS = 8
MAX_CLAUSES = 12

_CLAUSE_END = re.compile(r"[，；;\n]|,(?!\d)|[.。!！?？](?=\s|$)|\s[-–—]\s")
_FRAME = re.compile(
    # labels of what was taken out, greetings, thanks, urgency
    r"订单编号|订单号码|订单号|订单|单号|型号|机型|机身号|机身码|机号|序列号|编号|号码|联系电话|联系方式|联系我|联系|手机号|手机|电话|地址|姓名|邮箱|微信"
    r"|早上好|上午好|下午好|晚上好|在吗|在不在|各位|客服|老师|老板|亲|谢谢|谢了|多谢|感谢|辛苦|拜托|着急|加急|很急|急|尽快|赶紧|赶快|马上|快点|处理|解决|帮助|帮|求助"
    r"|回复|回电|答复|等|请|好|是|为|如下|打|给|号|先生|女士|小姐|我方|本人|急用"
    r"|\b(?:order|serial|model|phone|mobile|cell|telephone|account|reference|ref|number|no|nr|name|email|e-mail|address|s/n|sn"
    r"|dear|hey|team|support|sir|madam|sirs|all|everyone|good|morning|afternoon|evening|day|thank|thanks|regards|best|kind"
    r"|cheers|sincerely|urgent|urgently|asap|soon|quick|quickly|fast|advise|assist|assistance|appreciate|appreciated|reply"
    r"|response|respond|resolve|matter|forward|hearing|hear|call|called|reach|contact|back|advance|great|and|it|the)\b",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"(?:我叫|我姓|免贵姓|本人姓)\S{1,4}|我是\S{1,3}(?:先生|女士|小姐)?"
    r"|(?i:my name is|this is|i am|i['’]m)\s+(?:[A-Z][\w'-]{0,30}\s*){1,3}"
)
_MARKS = " \t.。!！?？:：~～…\"'“”()（）"
_CLOSES = re.compile(r"谢|此致|敬礼|\b(?:thank|thanks|regards|cheers|sincerely|wishes)\b", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:[A-Z][\w'-]{0,30}\s*){1,3}|\S{1,3}(?:先生|女士|小姐)")


def ticket_questions(text: str) -> tuple[str, ...]:
    """Return the questions, the one that holds most first; the text itself where nothing else is in it.

    >>> ticket_questions("您好，我姓陈，空调不制冷，面板显示E4。订单号 ，麻烦尽快处理，谢谢！")
    ('空调不制冷，面板显示E4', '空调不制冷', '面板显示E4')
    >>> ticket_questions("Hello, my order number is . The dishwasher hums but takes no water. Please help, urgent!")
    ('The dishwasher hums but takes no water',)
    """
    sentences = list(_told(text[:MAX_TEXT]))
    told = [clause for sentence in sentences for clause in sentence]
    worded = [clause for clause in told if not _is_codes(clause)]
    candidates = [
        _joined(worded),
        _joined(told),
        *(_joined(clause for clause in sentence if clause in worded) for sentence in sentences),
        *worded[:MAX_CLAUSES],
        *(_joined(pair) for sentence in sentences if len(sentence) > 2 for pair in _pairs(sentence)),
    ]
    distinct = tuple(dict.fromkeys(candidate for candidate in candidates if candidate))
    return distinct[:MAX_QUESTIONS] or (text,)


def _told(text: str) -> Iterator[tuple[str, ...]]:
    """Yield, by sentence, the clauses that say anything; a name after thanks or regards is who signs."""
    was_closing = False
    for span in split_sentences(text):
        clauses: list[str] = []
        for piece in _CLAUSE_END.split(text[span.start : span.end]):
            clause = piece.strip(_MARKS)
            if not clause:
                continue
            is_frame = _is_frame(clause)
            if not is_frame and not (was_closing and _SIGNATURE.fullmatch(clause)):
                clauses.append(clause)
            was_closing = is_frame and _CLOSES.search(clause) is not None
        yield tuple(clauses)


def _is_frame(clause: str) -> bool:
    if _INTRODUCES.fullmatch(clause):
        return True
    return not any(character.isalpha() for character in _rest(clause))


def _is_codes(clause: str) -> bool:
    """Say whether beside labels there are only codes in it: they tell which thing, not what is the matter."""
    words = _rest(clause).split()
    return all(word.isascii() and any(character.isdigit() for character in word) for word in words)


def _rest(clause: str) -> str:
    """Return what a clause says beside what asks, fills and frames. The digit keeps telling_words from returning a
    clause whole that has nothing else."""
    return _FRAME.sub(" ", telling_words(f"{clause}\n0")[:-1])


def _pairs(clauses: Sequence[str]) -> Iterator[tuple[str, str]]:
    return pairwise(clauses)


def _joined(clauses: Iterable[str]) -> str:
    clauses = tuple(clauses)
    is_chinese = any("\u4e00" <= character <= "\u9fff" for clause in clauses for character in clause)
    return ("，" if is_chinese else ", ").join(clauses)
