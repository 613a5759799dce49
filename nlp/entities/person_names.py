"""People's names in running text, Chinese and English, and how each was introduced.

In: folded text. Out: PersonNames with surname, given name and title, and by what they were found. A bare name without
a label, a title or a telephone number beside it is not looked for: half the words of a sentence could be one. It does
not know whose name it is (see fields/person_name.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nlp.entities.surnames import COMPOUND_SURNAMES, ENDS_OF_NAME, NEVER_IN_GIVEN_NAMES, SURNAMES

Introduction = Literal["label", "self", "title", "surname", "beside a phone number", "signature"]

_ONE = "".join(sorted(SURNAMES))
_SURNAME = rf"(?:{'|'.join(COMPOUND_SURNAMES)}|[{_ONE}])"
_GIVEN = rf"(?![{''.join(sorted(NEVER_IN_GIVEN_NAMES))}])[\u3400-\u9fff]"
_TITLE = r"先生|女士|小姐|太太|师傅|老师|经理|主任|医生|大夫|阿姨|叔叔|大哥|大姐|老板|同学|工程师"
_END = rf"(?=[^\u3400-\u9fff]|{'|'.join(ENDS_OF_NAME)}|[的是在]|$)"
_FULL = rf"(?P<surname>{_SURNAME})(?P<given>(?:{_GIVEN}){{1,2}}?){_END}(?:[ ]?(?P<title>{_TITLE}))?"
_FOREIGN = r"(?P<foreign>[\u3400-\u9fff]{1,8}[·•][\u3400-\u9fff]{1,10})"
_LATIN_IN_ZH = r"(?P<latin>[A-Z][A-Za-z'-]{1,19}(?:[ ][A-Z][A-Za-z'-]{1,19}){0,2})"
_ZH_LABEL = (
    r"(?:姓名|名字|联系人|收件人|收货人|寄件人|签收人|购买人|下单人|报修人|申请人"
    r"|使用人|持卡人|机主|户主|业主|车主|家长|(?:用户|客户)(?:名称?|姓名|(?=[:]))|称呼|尊姓大名)"
    r"(?:姓名)?[\s:,()是为叫]{0,4}"
)
_ZH_SELF_NAMED = r"(?:我叫|我的名字是|我名字叫|本人(?:是|叫)?)[\s:,]{0,2}"
_ZH_SELF = r"(?:我叫|我的名字是|我名字叫|叫我|本人(?:是|叫)?|我是)[\s:,]{0,2}"
_NO_HAN_BEFORE = r"(?<![\u3400-\u9fff])"
_TITLED_BEFORE = (
    r"(?:(?<![\u3400-\u9fff])|(?<=[是叫找给跟向让请为的])|(?<=联系)"
    r"|(?<=谢谢)|(?<=感谢)|(?<=您好)|(?<=你好)|(?<=尊敬的))"
)
# 关于小姐, 时先生: words of the sentence that are surnames too.
_NOT_TITLED = r"(?!关于|对于|由于|至于|时|成|向|明|文|古|全|方|安|和|于|华|解|宁|万|原|官|费|单)"
_ZH: tuple[tuple[Introduction, re.Pattern[str]], ...] = (
    ("label", re.compile(rf"{_ZH_LABEL}(?:{_FULL}|{_FOREIGN}|(?-i:{_LATIN_IN_ZH}))")),
    ("title", re.compile(rf"{_ZH_SELF}(?P<surname>{_SURNAME})(?P<given>(?:{_GIVEN}){{0,2}}?)(?P<title>{_TITLE})")),
    ("self", re.compile(rf"{_ZH_SELF_NAMED}{_FULL}")),
    ("self", re.compile(rf"(?:我是|我)(?P<surname>{_SURNAME})(?P<given>(?:{_GIVEN}){{2}})(?=[^\u3400-\u9fff]|$)")),
    ("surname", re.compile(rf"(?:我姓|免贵姓|本人姓|姓)(?P<surname>{_SURNAME})(?![\u3400-\u9fff]{{0,1}}名)")),
    (
        "title",
        re.compile(rf"{_TITLED_BEFORE}(?P<surname>{_NOT_TITLED}{_SURNAME})"
            rf"(?P<given>(?:{_GIVEN}){{0,2}})[ ]?(?P<title>{_TITLE})"),
    ),
    (
        "beside a phone number",
        re.compile(
            rf"{_NO_HAN_BEFORE}(?P<surname>{_SURNAME})(?P<given>(?:{_GIVEN}){{1,2}})"
            r"(?:[ ]?[,:;(]?[ ]?(?:收[ ,]?)?(?:电话|手机"
            r"|联系电话)?[:]?[ ]?)(?=(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d))"
        ),
    ),
    (
        "beside a phone number",
        re.compile(
            r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}[ ,:;)]{1,2}"
            rf"(?P<surname>{_SURNAME})(?P<given>(?:{_GIVEN}){{1,2}})(?=[^\u3400-\u9fff]|收|$)"
        ),
    ),
)  # fmt: skip

_WORD = r"(?:Mc|Mac|O'|D'|De|Di|Le|Fitz)[A-Z][a-z]{1,20}|[A-Z][a-z]{1,20}(?:['-][A-Z]?[a-z]{1,20})?|[A-Z]{2,15}"
_NAMES = rf"(?:{_WORD})(?:[ ][A-Z](?:\.|(?=[ ])))?(?:[ ](?:van|von|de|der|bin|al|la)){{0,2}}(?:[ -](?:{_WORD})){{0,2}}"
_TWO_NAMES = (
    rf"(?:{_WORD})(?:[ ][A-Z](?:\.|(?=[ ])))?(?:[ ](?:van|von|de|der|bin|al|la)){{0,2}}(?:[ -](?:{_WORD})){{1,2}}"
)
_NOT_NAMES_EN = (
    "the|a|an|is|not|it|my|your|our|his|her|their|and|or|but|on|in|at|for|with|from|to|of|so|very|just|still|also|here|"
    "sorry|sure|afraid|trying|having|calling|writing|looking"
    "|unable|unhappy|happy|glad|back|spelled|spelt|wrong|missing|"
    "order|phone|email|address|account|product|serial|model|number|customer|name|please|thanks|thank|hi|hello|dear|sir|"
    "madam|unknown|none|na|same|different|correct|misspelled|urgent"
    "|regarding|about|new|old|no|yes|what|who|which|that|this|myself|themselves|himself"
)
_ANY_WORD = rf"(?!(?:{_NOT_NAMES_EN})(?![a-z]))[a-z]{{2,20}}(?:['-][a-z]{{2,20}})?"
_EN_STRONG = (
    r"(?<![a-z])(?:my (?:full |first |last )?name is|my name's|name'?s|the name is|call me|i am called)[ :,]{1,2}"
)
_EN_LABEL = (
    r"(?<![a-z])(?:(?:full |customer(?:'s)? |contact |recipient(?:'s)? |account |first |billing |shipping )?name"
    r"|contact(?: person)?|recipient|attention|attn|consignee|customer|buyer|caller)[ ]?(?:is[ ]|[:=][ ]?)"
)
_TITLE_EN = r"(?<![A-Za-z])(?P<title>(?i:mr|mrs|ms|miss|dr|prof|madam|sir))(?:\.[ ]?|[ ])"
_EN: tuple[tuple[Introduction, re.Pattern[str]], ...] = (
    ("self", re.compile(rf"(?i:{_EN_STRONG})(?P<name>{_NAMES})(?![a-z])")),
    ("self", re.compile(rf"{_EN_STRONG}(?P<name>{_ANY_WORD}(?:[ ]{_ANY_WORD}){{0,1}}?)(?=[ ]?(?:[,.;!?\n]"
    "|$|and |i |my |from ))", re.IGNORECASE)),
    ("label", re.compile(rf"(?i:{_EN_LABEL})(?P<name>{_NAMES})(?![a-z])")),
    ("label", re.compile(rf"{_EN_LABEL}(?P<name>{_ANY_WORD}[ ]{_ANY_WORD})(?=[ ]?(?:[,.;!?\n]|$))", re.IGNORECASE)),
    ("self", re.compile(rf"(?<![A-Za-z])(?i:this is|i'm|i am|it's|here is)[ ](?P<name>{_TWO_NAMES})(?![a-z])")),
    (
        "self",
        re.compile(rf"(?<![A-Za-z])(?i:this is|i'm|i am|it's)[ ](?P<name>{_NAMES})(?=,? "
        rf"(?:here|speaking|calling|from|again)(?![a-z]))"),
    ),
    ("title", re.compile(rf"{_TITLE_EN}(?P<name>{_NAMES})(?![a-z])")),
    (
        "signature",
        re.compile(
            r"(?i:(?:best |kind |warm |many )?(?:regards|wishes|thanks"
            r"|thank you|sincerely|cheers|yours truly|yours faithfully))"
            rf"[,.!]?[ ]?\n{{1,2}}[ ]?(?P<name>{_NAMES})[ ]?(?=\n|$)"
        ),
    ),
)  # fmt: skip
_NOT_A_NAME = re.compile(
    r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
    r"|January|February|March|April|June|July|August|September|October"
    r"|November|December|Customer|Support|Service|Sales|Team|Order|Phone"
    r"|Email|Address|Account|Sorry|Not|Very|Just|Still|Urgent|The|An"
    r"|Sent|Get|My|Your|Please|Thanks|Thank|Hello|Dear|Sir|Madam|Unknown|None"
    r"|NA|OK|ID|USA|UK|PDF|ASAP|FYI|Apple|Google|Amazon|Samsung)(?![a-z])"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonName:
    """text[start:end] names a person; `name` is the name without its title."""

    start: int
    end: int
    name: str
    surname: str
    given: str
    title: str
    by: Introduction
    language: Literal["zh", "en"]


def person_names_in(text: str) -> tuple[PersonName, ...]:
    """Find the names of a text, in order; of two readings of a stretch the one listed first wins.

    >>> [(one.name, one.title, one.by) for one in person_names_in("联系人:李娜,我是王先生")]
    [('李娜', '', 'label'), ('王', '先生', 'title')]
    """
    kept: list[PersonName] = []
    taken: set[int] = set()
    for found in (*_chinese(text), *_english(text)):
        if taken.isdisjoint(range(found.start, found.end)):
            taken.update(range(found.start, found.end))
            kept.append(found)
    return tuple(sorted(kept, key=lambda one: one.start))


def _chinese(text: str) -> Iterator[PersonName]:
    if text.isascii():
        return
    for by, pattern in _ZH:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            whole = groups.get("foreign") or groups.get("latin")
            surname, given, title = ((groups.get(name) or "") for name in ("surname", "given", "title"))
            start = match.start("surname") if surname else match.start("foreign" if groups.get("foreign") else "latin")
            name = whole or surname + given
            end = match.end("title") if title else start + len(name)
            yield PersonName(start, end, name, surname, given, title, by, "zh")


def _english(text: str) -> Iterator[PersonName]:
    for by, pattern in _EN:
        for match in pattern.finditer(text):
            name = match["name"].rstrip(" -")
            if _NOT_A_NAME.match(name) or (name.isupper() and len(name) < 3):
                continue
            words = name.title().split() if name.islower() or name.isupper() else name.split()
            title = match.groupdict().get("title") or ""
            start = match.start("title") if title else match.start("name")
            surname = words[-1] if len(words) > 1 or title else ""
            given = " ".join(words[:-1]) if len(words) > 1 else ("" if title else words[0])
            yield PersonName(
                start,
                match.start("name") + len(name),
                " ".join(words),
                surname,
                given,
                title,
                by,
                "en",
            )
