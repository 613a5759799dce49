"""Asked: what a ticket's own words say must not be asked (again), and whether anything is wanted at all.

In: a Document and a Template. Out: names of fields that an agent asked for already or that the customer cannot or will
not give; whether the customer wants something. It knows how people decline, not whether they could look it up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.extraction.field import FieldSpec
from nlp.extraction.registry import ticket_fields
from nlp.extraction.templates import Template, TemplateField
from nlp.extraction.turns import Utterance, utterances
from nlp.records import Document
from nlp.text import fold, lowered

MAX_UTTERANCE_CHARS = 2_000
"""A longer message is a pasted mail; who declines something says so near its head or end."""
MAX_CLOSING_CHARS = 40

# What people say for a field beside its label; English words stand alone.
_NAMES: Mapping[str, str] = {
    "order_number": r"订单(?:编?号码?|编号)?|单号|order (?:number|no|id)s?",
    "serial_number": r"序列号|机身号|(?:SN|S/N)码?|serial(?: number| no)?",
    "device_model": r"型号|机型|model(?: number| name)?",
    "phone_number": r"电话(?:号码?)?|手机号码?|联系方式|号码|(?:phone|mobile|contact|cell)(?:phone)?(?: number)?s?",
    "address": r"地址|住址|address",
    "person_name": r"姓名|名字|(?:full |your |my )?name",
    "email": r"邮箱|e-?mail(?: address)?",
    "tracking_number": r"运单号|快递单号|物流单号|tracking(?: number)?",
    "imei": r"IMEI|串号|串码",
    "error_code": r"故障代?码|错误代?码|error code",
    "purchase_date": r"购买(?:日期|时间)|(?:date of )?purchase(?: date)?",
}
_LACKS_ZH = (
    r"(?:没有?|找不到|忘了?|忘记了?|不记得|记不[得清住]|丢了|弄丢了?|不知道|不清楚|不方便提供|不方便透露|不想提供"
    r"|不想说|不想给|无法提供|看不清)"
)
_LACKS_BEHIND_ZH = (
    r"(?:我?也?(?:没有了?(?=[\s,.。!的啊呀哦]|$)|找不到|找不着|忘了?|不记得|记不[得清住]|丢了|弄丢|不知道|不清楚"
    r"|不方便|不想(?:说|给|提供)|看不清|没了|磨掉|磨没))"
)
_LACKS_EN = (
    r"(?:(?:(?:do|did|does|ca|could|would)n[o']?t|do not|did not|cannot|can not|could not|no longer|never|not)\s"
    r"(?:really\s)?(?:have|know|remember|find|recall|see|read|want to (?:give|share|say)|got|keep|kept|give|share"
    r"|provide|sure (?:of|about)))"
)
_LOST_EN = r"(?:lost|forgot|threw away|misplaced)"
_GONE_EN = r"(?:lost|gone|missing|unreadable|illegible|not available|unknown|worn off)"
_MAY_LACK = re.compile(rf"[没不忘丢磨]|无法|(?<![a-z])(?:{_LACKS_EN}|no|without|{_LOST_EN})\s|\s{_GONE_EN}")
"""Of a text in lower case. One of these stands in whatever _lacks() finds: looked for once, before any field is."""
_DECLINES = re.compile(
    r"^(?:[\s,.!。~]|嗯|呃|那个|啊|哎|um|uh|well|oh|sorry){0,6}"
    r"(?:我?(?:没有|没(?=[\s,.!。啊]|$)|不知道|不记得|忘了|忘记|找不到|找不着|不清楚|不方便|不想|记不|看不清"
    r"|丢了|弄丢|哪有|不告诉|不提供|无法提供)"
    r"|(?:i\s)?(?:(?:do|ca|did)n[o']?t|do not|cannot|can not)\s(?:have|know|remember|find|want|see|recall|read)"
    r"|i(?:'ve| have) lost|i lost|i forgot|no idea|not sure|i'd rather not|rather not|prefer not|none(?![a-z])|n/a"
    r"|unknown|nope|i have no(?:ne| idea))",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"[?？吗]|多少|提供|请问|发一?下|告诉|告知|报一?下|留一?个?下?|什么|(?<![a-z])(?:what|which|provide|tell|give|send|share"
    r"|leave|may i have|can i have|could i have|could you|can you|please)(?![a-z])",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,.!。~]|好的?|嗯|哦|行|ok|okay|all right|great|那就?|就|先){0,6}"
    r"(?:(?:非常|十分|太|多)?(?:谢谢|感谢|多谢|谢了)(?:你|您|啦|了|哦|小\w)?|没事了|不用了|没问题了"
    r"|(?:已经?|都)?(?:好了|解决了|弄好了|恢复了|收到了)|thanks?(?: you)?(?: so much| very much| a lot| again)?|thx"
    r"|never ?mind|(?:it'?s |that'?s |all )?(?:solved|fixed|sorted|resolved)"
    r"|it works(?: now)?|works now|no need|problem solved|that'?s all|bye)"
    r"(?:[\s,.!。~]|了|啦|哦|谢谢|thanks?|bye|now|再见){0,6}",
    re.IGNORECASE,
)


_CLAUSE = re.compile(r"[,.!。~]")
_HANDLE = re.compile(r"@\s?[\w-]{1,40}|https?://\S{1,200}")
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{1,40}")
_PRAISE = re.compile(
    r"赞|感谢|谢谢|好看|太萌|可爱|阔爱|满意|给力|越来越好|好用|贴心|惊喜|喜欢"
    r"|(?<![a-z])(?:thanks?|thank you|love (?:it|this)|beautiful|great|excellent|awesome|well done|impressed|good job"
    r"|thumbs up)(?![a-z])",
)
_TROUBLE = re.compile(
    r"不[能会了行给要对好着]|没法|无法|没有|没[收到人]|坏|故障|报错|漏|死机|卡|慢|碎|掉|断|停|失灵|打不开|连不上"
    r"|退|换货|投诉|发错|少[了发]|错误|修|问题|扣|欠|乱|骗|差|垃圾|为什么|怎么办|麻烦|帮|求|催"
    r"|(?<![a-z])(?:not|\w{2,6}n't|cannot|broken?|fail\w{0,4}|error|fault|leak\w{0,4}|stop\w{0,4}"
    r"|crack\w{0,3}|crash\w{0,4}|slow|stuck|dead|refund|return|replace\w{0,4}|repair|complain\w{0,3}|missing|wrong|damaged|problem|issue|trouble|never"
    r"|no longer|why|help|please|charged?|poor|bad|terrible|how)(?![a-z])",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """What a conversation says of asking."""

    settled: frozenset[str] = frozenset()  # fields an agent asked for already, or the customer will not give
    insisted: frozenset[str] = frozenset()  # fields an agent asked for twice, or the customer will not give
    said: int = 0  # Chinese characters and Latin words of the customer
    is_over: bool = False


def read_talk(document: Document, template: Template) -> Talk:
    """Return which fields are settled, how much the customer said, and whether they want anything more."""
    everyone = utterances(document)
    said = [_text(document, utterance) for utterance in everyone if not utterance.is_agents]
    is_answer = len(said) < len(everyone) and not everyone[-1].is_agents
    asked, no = asked_before(document, template), refused(document, template)
    return Talk(
        settled=no | asked.keys(),
        insisted=no | {name for name, times in asked.items() if times > 1},
        said=sum(len(_WORD.findall(_HANDLE.sub(" ", text))) for text in said),
        is_over=_is_over(said, is_answer=is_answer),
    )


def asked_before(document: Document, template: Template) -> Counter[str]:
    """Return how many times an agent asked for each field."""
    return Counter(
        field.name
        for utterance in utterances(document)
        if utterance.is_agents and _REQUEST.search(said := _text(document, utterance))
        for field in template.fields
        if _names(field).search(said)
    )


def refused(document: Document, template: Template) -> frozenset[str]:
    """Return the fields that the customer says they do not have, know or want to give."""
    found: set[str] = set()
    for before, utterance in _customers(document):
        said = _text(document, utterance)
        if _MAY_LACK.search(lowered(said)):
            found.update(field.name for field in template.fields if _lacks(field).search(said))
        if before is None or not before.is_agents or not _DECLINES.match(said):
            continue
        asked = _text(document, before)
        if _REQUEST.search(asked):
            found.update(field.name for field in template.fields if _names(field).search(asked))
    return frozenset(found)


def _is_over(said: Sequence[str], *, is_answer: bool) -> bool:
    """Say whether the customer wants nothing (more): thanks for an answer, or praise without any trouble.

    Thanks that answer nobody only end a request politely.
    """
    clauses = [clause for clause in _CLAUSE.split(said[-1]) if clause.strip()] if said else []
    if is_answer and len(said[-1]) <= MAX_CLOSING_CHARS and clauses and all(map(_CLOSING.fullmatch, clauses)):
        return True
    said = [lowered(text) for text in said]
    return any(map(_PRAISE.search, said)) and not any(map(_TROUBLE.search, said))


def _customers(document: Document) -> Iterator[tuple[Utterance | None, Utterance]]:
    """Yield each of the customer's utterances behind the one before it."""
    before: Utterance | None = None
    for utterance in utterances(document):
        if not utterance.is_agents:
            yield before, utterance
        before = utterance


def _text(document: Document, utterance: Utterance) -> str:
    end = min(utterance.end, utterance.start + MAX_UTTERANCE_CHARS)
    return fold(document.text[utterance.start : end]).text


@lru_cache(maxsize=512)
def _name_words(field: TemplateField) -> str:
    spec = ticket_fields().get(field.field)
    is_named = field.field in _NAMES  # a label may be a whole thing's name: who lost an order did not lose its number
    labels = spec.labels if isinstance(spec, FieldSpec) and not is_named else ()
    english = rf"(?<![a-z]){re.escape(field.label.en)}(?![a-z])"
    words = [re.escape(field.label.zh), english, _NAMES.get(field.field, ""), *labels]
    return "|".join(word for word in words if word)


@lru_cache(maxsize=512)
def _names(field: TemplateField) -> re.Pattern[str]:
    return re.compile(_name_words(field), re.IGNORECASE)


@lru_cache(maxsize=512)
def _lacks(field: TemplateField) -> re.Pattern[str]:
    name = rf"(?:{_name_words(field)})"
    return re.compile(
        rf"{_LACKS_ZH}(?:这个|那个|什么|我的|到|了|的|保留|记){{0,2}}{name}|{name}[^,.。!?\n]{{0,6}}{_LACKS_BEHIND_ZH}"
        rf"|(?<![a-z]){_LACKS_EN}\s(?:\w{{1,12}}\s){{0,3}}{name}"
        rf"|(?<![a-z])(?:no|without(?: an?| the)?|{_LOST_EN}(?: the| my)?)\s{name}"
        rf"|{name}\s(?:is |was |has been )?{_GONE_EN}",
        re.IGNORECASE,
    )
