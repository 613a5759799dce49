"""Personal data in a text: where it stands, and the text without it.

In: any text, Chinese or English. Out: spans [start, end) of the text with what each is, in order, none overlapping; or
the text with a mask in their place. It finds resident identity numbers, mobile and other telephone numbers, bank cards,
vehicle plates, passports, e-mail addresses, accounts of messengers, postal addresses and names of people.

Numbers are found by form, label and check digit; names and addresses by rules here and, unless `is_quick`, by the
fields address, person_name and email of the registry. Recall goes before precision: a masked order number is a
nuisance, a telephone number in somebody's log is not one. A business's hot line (400, 800, 95xxx) is no person's.
It does not know a nickname, a face, or who somebody is by what they tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from nlp.check_digits import passes_luhn
from nlp.document import compose
from nlp.extraction.field import TicketField
from nlp.extraction.registry import ticket_fields
from nlp.extraction.spoken import read_spoken
from nlp.personal_places import address_spans
from nlp.records import Part
from nlp.text import Folded, fold

PersonalKind = Literal[
    "resident_id", "mobile", "landline", "bank_card", "plate", "address", "name", "email", "passport", "account"
]
PERSONAL_KINDS: tuple[PersonalKind, ...] = (
    "resident_id", "bank_card", "mobile", "landline", "email", "passport", "plate", "account", "address", "name",
)  # fmt: skip
"""Where two readings cover the same characters the earlier kind names them."""
MASK = "[{kind}]"
PASSES = 4
"""A mask can set free what stood beside the masked value; two passes do in practice, four are looked at."""
MOST_CHARS = 200_000

_FIELD_KINDS: tuple[tuple[str, PersonalKind], ...] = (
    ("address", "address"), ("person_name", "name"), ("email", "email"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    start: int
    end: int
    kind: PersonalKind


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: PersonalKind
    expression: re.Pattern[str]
    accepts: Callable[[str], bool] = bool  # the matched value, as it stands


def personal_spans(
    text: str, *, kinds: Collection[PersonalKind] = PERSONAL_KINDS, is_quick: bool = False
) -> tuple[PersonalSpan, ...]:
    """Find personal data; `is_quick` leaves out spoken numbers and the fields' own readers.

    >>> [(span.kind, span.start, span.end) for span in personal_spans("我是车主，京A·12345，电话13800138000")]
    [('plate', 5, 13), ('mobile', 16, 27)]
    """
    view = fold(text) if is_quick else read_spoken(text)
    found = [PersonalSpan(*view.span(start, end), kind) for kind, start, end in _matches(view, kinds) if start < end]
    if not is_quick:
        found.extend(_by_fields(text, kinds))
    return _joined(found)


def redacted(
    text: str, *, kinds: Collection[PersonalKind] = PERSONAL_KINDS, mask: str = MASK, is_quick: bool = False
) -> str:
    """Return the text with `mask` in place of what personal_spans() finds; {kind} in it names what stood there.

    Redacting twice changes nothing more: passes go on until nothing is found, and what the last pass still leaves to be
    found goes with the rest of its line.

    >>> redacted("Mail anna@example.com or call +49 30 901820"), redacted("请回电 13800138000")
    ('Mail [email] or call [landline]', '请回电 [mobile]')
    """
    for _ in range(PASSES):
        spans = personal_spans(text, kinds=kinds, is_quick=is_quick)
        if not spans:
            return text
        text = _masked(text, spans, mask)
    spans = personal_spans(text, kinds=kinds, is_quick=is_quick)
    return text[: spans[0].start] + "***" if spans else text


def _masked(text: str, spans: Sequence[PersonalSpan], mask: str) -> str:
    pieces = [text[: spans[0].start] if spans else text]
    for span, following in pairwise([*spans, PersonalSpan(len(text), len(text), "name")]):
        pieces += [mask.format(kind=span.kind), text[span.end : following.start]]
    return "".join(pieces)


def _joined(found: Sequence[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """Join spans that overlap; the longest, then the kind that stands first in PERSONAL_KINDS, names the whole."""
    joined: list[tuple[PersonalSpan, int]] = []  # with the length that named it
    for span in sorted(found, key=lambda s: (s.start, -s.end, PERSONAL_KINDS.index(s.kind))):
        length = span.end - span.start
        if joined and span.start < joined[-1][0].end:
            last, longest = joined[-1]
            kind = span.kind if length > longest else last.kind
            joined[-1] = (PersonalSpan(last.start, max(last.end, span.end), kind), max(longest, length))
        else:
            joined.append((span, length))
    return tuple(span for span, _ in joined)


# --- numbers and words with a form

_NO_DIGIT_BEFORE = r"(?<![0-9A-Za-z.:_-])"
_NO_DIGIT_BEHIND = r"(?![0-9A-Za-z]|\.\d)"
_LABEL_GAP = r"(?:[\s:=#.,'\"()*-]|是|为|号码?|就|(?<![a-z])(?:is|was|number|no|num|it's|at|on|me)(?![a-z])){0,8}"
_HOT_LINE = re.compile(r"(?:400|800)\D?\d{3}\D?\d{4}|(?:95|96|10|12)\d{3,4}")


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)


def _is_card(value: str) -> bool:
    """Say whether length, first digits (ISO/IEC 7812) and Luhn's digit are those of a payment card."""
    digits = _digits(value)
    lengths = next((lengths for start, lengths in _CARD_STARTS if re.match(start, digits)), ())
    return len(digits) in lengths and passes_luhn(digits)


_CARD_STARTS: tuple[tuple[str, tuple[int, ...]], ...] = (
    (r"62|81", (16, 17, 18, 19)),  # UnionPay
    (r"4", (13, 16, 19)),
    (r"5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"35", (16,)),
    (r"6011|64|65", (16, 19)),
    (r"9[0-9]{2}", (16, 18, 19)),  # older cards of Chinese banks, as 95588...
)


def _is_persons_phone(value: str) -> bool:
    """Say whether it has the digits of a subscriber's number and is no hot line."""
    digits = _digits(value)
    return 7 <= len(digits) <= 15 and not _HOT_LINE.fullmatch(value.strip()) and len(set(digits)) > 1


def _has_three_digits(value: str) -> bool:
    return len(_digits(value)) >= 3


def _has_two_digits(value: str) -> bool:
    return len(_digits(value)) >= 2


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_EMAIL = _Rule(
    "email",
    _compiled(
        r"(?<![0-9A-Z._%+-])[0-9A-Z_](?:[0-9A-Z_%+-]|\.(?=[0-9A-Z_%+-])){0,63}"
        r"@(?:[0-9A-Z](?:[0-9A-Z-]{0,62})\.){1,8}[A-Z]{2,24}"
    ),
)
_NUMBERS: tuple[_Rule, ...] = (
    _Rule(
        "resident_id",
        _compiled(
            r"(?<![0-9A-Za-z])(?:[1-9]\d{5}[ -]?(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[ -]?"
            r"(?:[0-9X×叉]|[艾埃爱]克斯)|\d{17}X)(?![0-9A-Za-z])"
        ),
    ),
    _Rule(
        "resident_id",
        _compiled(rf"(?:身份证|证件号){_LABEL_GAP}(?P<value>[1-9](?:[ -]?\d){{14,16}}[ -]?[0-9X]?)(?![0-9A-Z])"),
    ),
    _Rule(
        "resident_id",
        _compiled(
            rf"(?<![a-z])(?:(?:resident|citizen|national|identity|id)\s(?:identity\s|id\s)?(?:card\s?)?(?:number|no)"
            rf"|ssn|social\ssecurity(?:\snumber)?){_LABEL_GAP}(?P<value>\d{{3}}-?\d{{2}}-?\d{{4}}|[1-9]\d{{14,16}}[0-9X])(?![0-9A-Z])"
        ),
    ),
    _Rule(
        "bank_card",
        _compiled(rf"{_NO_DIGIT_BEFORE}\d{{4}}(?:[ -]?\d{{4}}){{2,3}}(?:[ -]?\d{{1,3}})?{_NO_DIGIT_BEHIND}"),
        _is_card,
    ),
    _Rule("bank_card", _compiled(rf"{_NO_DIGIT_BEFORE}3[47]\d\d[ -]?\d{{6}}[ -]?\d{{5}}{_NO_DIGIT_BEHIND}"), _is_card),
    _Rule(
        "bank_card",
        _compiled(
            r"(?:银行卡|储蓄卡|借记卡|信用卡|卡号|银行账[号户]|(?<![a-z])(?:bank|credit|debit)\s(?:card|account)"
            rf"|(?<![a-z])(?:card|account)\s(?:number|no)|(?<![a-z])iban){_LABEL_GAP}"
            r"(?P<value>(?:[A-Z]{2}\d\d[ ]?)?\d(?:[ -]?\d){9,22})(?![0-9A-Z])"
        ),
    ),
    _Rule(
        "mobile",
        _compiled(
            r"(?<![0-9.])(?<!\d-)(?<![0-9a-f]{3})(?:\+?86[\s-]?|0086[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?![0-9a-f]|\.\d)"
        ),
    ),
    _Rule(
        "landline",
        _compiled(
            r"(?<![0-9.])(?<!\d[-:])(?:\+?86[\s-]?)?\(?0[1-9]\d{1,2}\)?[\s-]?\d{7,8}(?:\s?[-转]\s?\d{1,6})?(?!\d|\.\d)"
        ),
        _is_persons_phone,
    ),
    _Rule(
        "landline",
        _compiled(r"(?<![\w.])(?:\+|00(?=[1-9]))\d{1,3}[\s.-]?(?:\(?\d{1,5}\)?[\s.-]?){1,4}\d{2,8}(?!\d)"),
        _is_persons_phone,
    ),
    _Rule("landline", _compiled(r"(?<![\d.:-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\d)"), _is_persons_phone),
    _Rule(
        "landline",
        _compiled(rf"{_NO_DIGIT_BEFORE}0\d{{2,4}}[ ]\d{{3,4}}[ ]?\d{{3,4}}{_NO_DIGIT_BEHIND}"),
        _is_persons_phone,
    ),
    _Rule(
        "landline",
        _compiled(
            r"(?:电话|座机|手机号?|联系方式|致电|来电|号码|(?<![a-z])(?:tel|phone|mobile|cell|telephone|call|whatsapp|fax"
            rf"|reach)){_LABEL_GAP}(?P<value>\d(?:-?\d| (?!0\d\d)\d){{6,14}})(?![0-9A-Za-z]|\.\d)"
        ),
        _is_persons_phone,
    ),
    _Rule(
        "passport",
        _compiled(rf"(?:护照|通行证|(?<![a-z])passport){_LABEL_GAP}(?P<value>[A-Z]{{0,2}}\d{{6,9}})(?![0-9A-Z])"),
    ),
    _Rule(
        "account",
        _compiled(
            rf"(?:微信|支付宝|扣扣|[账帐]号|(?<![a-z])(?:qq|wechat|weixin|alipay|skype|whatsapp))(?:客服|群|账?号|\sid)?{_LABEL_GAP}"
            r"(?P<value>[A-Z0-9_](?:[A-Z0-9_]|[.-](?=[A-Z0-9])){4,29})(?![0-9A-Z@])"
        ),
        _has_three_digits,
    ),
)
_PLATE_SIGNS = "A-HJ-NP-Z0-9"
_PLATES: tuple[_Rule, ...] = (
    _Rule(
        "plate",
        _compiled(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·•・.-]?"
            rf"(?:[DF][{_PLATE_SIGNS}]\d{{4}}|\d{{5}}[DF]|[{_PLATE_SIGNS}]{{4}}[{_PLATE_SIGNS}挂学警港澳])(?![0-9A-Z])"
        ),
        _has_three_digits,
    ),
    _Rule(
        "plate",
        _compiled(
            r"(?<![a-z])(?:(?:licen[sc]e|number|registration)\s(?:plate|number)|plate\s(?:number|no)|reg(?:istration)?\s(?:no|number))"
            rf"{_LABEL_GAP}(?P<value>[A-Z0-9]{{2,4}}[ -]?[A-Z0-9]{{2,4}})(?![0-9A-Z])"
        ),
        _has_two_digits,
    ),
)

# --- names

_SURNAMES = (  # the 150 commonest of China's census
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔"
    "任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温"
    "莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴柯"
)
_COMPOUND = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木"
_ZH_NAME = rf"(?:{_COMPOUND}|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}"
_EN_NAME = r"[A-Z][a-z'’]{1,20}(?: [A-Z]\.?(?![a-z]))?(?: [A-Z][a-z'’]{1,20}|-[A-Za-z][a-z'’]{1,20}){0,3}"
_NAMES: tuple[_Rule, ...] = (
    _Rule(
        "name",
        re.compile(
            rf"(?:姓名|名字|联系人|收[件货]人|寄件人|户主|机主|车主|投诉人|申请人|经办人"
            rf"|客户名|称呼)(?:[\s:]|是|叫|为){{1,4}}(?P<value>{_ZH_NAME})"
        ),
    ),
    _Rule("name", re.compile(rf"(?:我叫|本人叫|我的名字[是叫]|我姓名是)(?P<value>{_ZH_NAME})(?=[,，。.!！;；\s、]|$)")),
    _Rule(
        "name",
        re.compile(
            rf"(?P<value>(?:{_COMPOUND}|[{_SURNAMES}])(?:[\u4e00-\u9fff](?:[\u4e00-\u9fff](?=先生|女士|小姐))?)?)(?=先生|女士|小姐|太太)"
        ),
    ),
    _Rule(
        "name",
        re.compile(
            rf"(?:(?<![A-Za-z])(?:[Mm]y (?:full )?name(?:'s| is)|[Nn]ame:"
            rf"|[Cc]ontact(?: person)?:|[Rr]ecipient:|[Cc]ustomer:)\s{{0,2}})(?P<value>{_EN_NAME})"
        ),
    ),
    _Rule("name", re.compile(rf"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s(?P<value>{_EN_NAME})")),
    _Rule(
        "name",
        re.compile(
            rf"(?<![A-Za-z])(?:[Rr]egards|[Ss]incerely|[Cc]heers|[Tt]hanks),?\s{{0,2}}\n\s{{0,2}}(?P<value>{_EN_NAME})(?=\s*$|\n)"
        ),
    ),
)

_FIVE_DIGITS = re.compile(r"\d(?:[\s().-]{0,2}\d){4}")
_SOME_HAN = re.compile(r"[\u4e00-\u9fff]")


def _matches(view: Folded, kinds: Collection[PersonalKind]) -> Iterator[tuple[PersonalKind, int, int]]:
    text = view.text
    rules: list[_Rule] = [_EMAIL] if "@" in text else []
    has_number = _FIVE_DIGITS.search(text) is not None
    rules += _NUMBERS if has_number else [rule for rule in _NUMBERS if rule.kind == "account"]
    rules += [*_PLATES, *_NAMES]
    for rule in rules:
        if rule.kind in kinds:
            group = "value" if "value" in rule.expression.groupindex else 0
            for match in rule.expression.finditer(text):
                if rule.accepts(match.group(group)):
                    yield rule.kind, *match.span(group)
    if "address" in kinds:
        for start, end in address_spans(text):
            yield "address", start, end


# --- what the fields of the registry read


def _by_fields(text: str, kinds: Collection[PersonalKind]) -> Iterator[PersonalSpan]:
    if not text or not (_SOME_HAN.search(text) or any(character.isupper() or character == "@" for character in text)):
        return
    document = compose([Part(text, "text", "text")])
    for name, kind in _FIELD_KINDS:
        if kind in kinds and (field := _fields().get(name)) is not None:
            for mention in field.extract(document):
                yield PersonalSpan(mention.start, mention.end, kind)


@lru_cache(maxsize=1)
def _fields() -> Mapping[str, TicketField]:
    return {name: field for name, field in ticket_fields().items() if name in dict(_FIELD_KINDS)}
