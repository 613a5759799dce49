"""The code a device or a program shows when something is wrong: E4, F03, P0420, 0x80070005, Error 403.

It knows what is said around such codes and how they are spoken; what a code means, the knowledge base says. A count
("blinks 3 times", "故障3次") is none.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document

_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
       "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_ENGLISH = {word: str(number) for number, word in enumerate(_EN)} | {"oh": "0"}
_CHINESE = dict(zip("零一二三四五六七八九幺洞两拐勾", "012345678910279", strict=True))
_EN_WORD = (
    r"(?:zero|oh|one|two|three|four|five|six(?:teen)?|seven(?:teen)?|eight(?:een)?|nine(?:teen)?"
    r"|ten|eleven|twelve|thirteen|fourteen|fifteen)"
)
_SPOKEN_EN = re.compile(rf"([A-Z]{{1,2}})[ -]?((?:{_EN_WORD}[ -]?){{1,4}})", re.IGNORECASE)
_SPOKEN_ZH = re.compile(r"([A-Z]{1,2}) ?([零一二三四五六七八九幺洞两拐勾十]{1,4})", re.IGNORECASE)

_PRODUCT_CODE = re.compile(r"[A-Z]{2,4}-\d{4,6}(?:-\d{1,3})?")


def normalise(matched: str, document: Document) -> str | None:
    """Drop what stands between letters and digits and write capitals; hexadecimal keeps its 0x, "E4-01" and long
    product codes ("ORA-01017", "CE-34878-0") their dashes."""
    value = re.sub(r"\s+", "", _as_written(matched)).upper()
    if not _PRODUCT_CODE.fullmatch(value):
        value = re.sub(r"(?<=[A-Z])[:-]+|[:-]+(?=[A-Z])", "", value)
    if value.startswith("0X"):
        return "0x" + value[2:]
    return value if any(character.isdigit() for character in value) else None


def _as_written(matched: str) -> str:
    """Write what was spoken: "E fourteen", "F 二一", "E十四"."""
    if said := _SPOKEN_EN.fullmatch(matched.strip()):
        return said[1] + "".join(_ENGLISH[word.lower()] for word in re.split(r"[ -]+", said[2].strip(" -")))
    if said := _SPOKEN_ZH.fullmatch(matched.strip()):
        tens = re.sub(r"^十", "一十", said[2])
        tens = re.sub(r"十$", "零", tens).replace("十", "")
        return said[1] + "".join(_CHINESE[character] for character in tens)
    return matched


_NOT_COUNTED = (
    r"(?![0-9A-Z]|-\d|\.\d|:\d|/\d|\s?[年月日元块台次天个分秒遍下点度%人万千百]"
    r"|\s{1,2}(?:times|days|hours|minutes|seconds|of|percent|years|weeks|months|people|units|items|pages)(?![a-z]))"
)
"""A measure behind a number makes it a count, a time or an amount."""
_BETWEEN = r"[\s:=#.,'\"(\[]{0,4}(?:是|为|(?:is|was|said|says)(?![a-z]))?[\s:=#'\"(\[]{0,3}"
_WORD_ZH = r"(?:故障|错误|报警|告警|异常|报错|出错)"
_WORD_EN = r"(?<![a-z])(?:error|err|fault|alarm|trouble|failure|stop|status|exception|DTC)"

FIELD = FieldSpec(
    name="error_code",
    texts=FieldTexts(
        label=Localised("故障代码", "Error code"),
        question=Localised("屏幕或面板上显示什么故障代码？", "Which error code does the display show?"),
    ),
    labels=(
        rf"{_WORD_ZH}\s{{0,2}}(?:代码|编码|码|代号|编号)",
        r"(?:报错|报故障|报了个?|显示屏?上?(?:是|显示)?|屏幕上?(?:显示|出现)|一直显示|显示|跳出来?|闪|提示|出现|报)",
        r"(?<![a-z])(?:error|fault|alarm|trouble|failure|diagnostic)\s{0,2}(?:code|number|no|#)?(?![a-z])",
        r"(?<![a-z])(?:shows?|showing|displays?|displaying|reads?|flashing|flashes|blinking|throws?|throwing|getting|gives?)(?![a-z])",
        r"(?<![a-z])(?<!post )(?<!postal )(?<!zip )(?<!promo )(?<!coupon )(?<!discount )(?<!qr )codes?(?![a-z])",
    ),
    labelled_shape=(
        r"(?:0x[0-9A-F]{2,8}|[A-Z]{1,3}[ -]?\d{1,4}(?:-\d{1,3})?[A-F]?|\d{1,2}[A-F]\d{1,2}"
        r"|\d{3,5}(?=\s{0,2}(?:错误|故障|error|fault)))" + _NOT_COUNTED
    ),
    patterns=(
        Pattern("letter and digits", r"(?<![0-9A-Z/-])[EFHPLUC][ -]?\d{1,3}(?![0-9A-Z/-]| \d[A-Z]{2})", 0.5, True),
        Pattern("hexadecimal", r"(?<![0-9A-Z])0x[0-9A-F]{4,8}(?![0-9A-Z])", 0.7),
        Pattern("err", r"(?<![0-9A-Z])Err?[ -]?\d{1,4}" + _NOT_COUNTED, 0.85),
        Pattern("http", r"(?<![0-9A-Z])HTTP(?:\s?(?:status|code|error)){0,2}\s?(?P<value>[45]\d\d)(?![0-9A-Z])", 0.88),
        # OBD-II: one letter for the part of the vehicle, 0 to 3, three hexadecimal digits.
        Pattern("obd", r"(?<![0-9A-Z-])[PCBU][0-3][0-9A-F]{3}(?![0-9A-Z-])", 0.6, needs_context=True),
        Pattern("number behind a word", rf"{_WORD_ZH}\s{{0,2}}(?P<value>\d{{3,5}}){_NOT_COUNTED}", 0.8),
        Pattern(
            "number behind a code",
            rf"(?:{_WORD_ZH}\s{{0,2}}(?:代码|编码|码|代号|编号|号)|{_WORD_EN}\s{{0,2}}(?:code|number|no|#)(?![a-z]))"
            rf"{_BETWEEN}(?P<value>\d{{1,5}}(?:-\d{{1,4}})?){_NOT_COUNTED}",
            0.88,
        ),
        Pattern("number behind an english word", rf"{_WORD_EN}{_BETWEEN}(?P<value>\d{{2,5}}){_NOT_COUNTED}", 0.78),
        Pattern(
            "product code",
            rf"(?:{_WORD_ZH}(?:代码|码)?|{_WORD_EN}(?:\s{{0,2}}code)?|显示|提示){_BETWEEN}"
            rf"(?P<value>[A-Z]{{1,4}}-\d{{3,6}}(?:-\d{{1,3}})?|\d{{1,3}}\.[0-9A-F]{{2,4}}(?:\.\d{{2}})?){_NOT_COUNTED}",
            0.86,
        ),
        Pattern("spoken en", rf"(?<![0-9A-Z-])[EFHPLUC][ -]{_EN_WORD}(?:[ -]{_EN_WORD}){{0,3}}(?![a-z])", 0.5, True),
        Pattern(
            "spoken zh",
            r"(?<![0-9A-Z-])[EFHPLUC] ?[零一二三四五六七八九幺洞两拐勾十]{1,4}(?![年月日元块台次天个])",
            0.5,
            True,
        ),
    ),
    context=(
        *("故障", "报错", "错误", "代码", "报警", "面板", "显示", "屏幕", "发动机灯"),
        *("error", "fault", "code", "alarm", "display", "panel", "flashing", "shows", "engine light"),
    ),
    counter_context=("出口", "座位", "房间", "楼", "航站", "gate", "exit", "seat", "room", "terminal", "model", "型号"),
    normalise=normalise,
    examples=(
        Example("空调一直显示E4，不制冷", "E4"),
        Example("空调显示E14", "E14"),
        Example("故障代码：F03", "F03"),
        Example("故障码P0420", "P0420"),
        Example("错误代码 0x80070005", "0x80070005"),
        Example("错误403，打不开网页", "403"),
        Example("面板报E幺四", "E14"),
        Example("机器报警，显示F-21", "F21"),
        Example("The display shows E-12 and it stops", "E12"),
        Example("error code F 7", "F7"),
        Example("it says Error 403 when I log in", "403"),
        Example("PS4 error CE-34878-0 every evening", "CE-34878-0"),
        Example("the panel shows E fourteen", "E14"),
        Example("the fault code is F two one", "F21"),
    ),
    counter_examples=(
        "我在E4出口等",
        "the A4 paper is empty",
        "订单号：20240518936",
        "the LED blinks 3 times",
        "今天报错3次了",
        "it failed with errors 12 times",
        "指示灯闪3下",
        "postal code E14 5AB",
    ),
)
