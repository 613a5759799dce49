"""The words product names are made of, in one spelling: "红米note十一pro" and "Redmi Note 11 Pro" become the same.

In: a name or what somebody calls it. Out: its words. The tables are brands, series and habits of speech of the trade at
large; a business's own names come from its catalogue. It does not know which names exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from nlp.cardinals import EN_ONES, EN_TENS, ZH_DIGITS
from nlp.text import fold

BRANDS: Mapping[str, str] = {
    "小米": "xiaomi", "红米": "redmi", "华为": "huawei", "荣耀": "honor", "苹果": "apple", "三星": "samsung",
    "一加": "oneplus", "魅族": "meizu", "魅蓝": "mblu", "真我": "realme", "努比亚": "nubia", "红魔": "redmagic",
    "黑鲨": "blackshark", "诺基亚": "nokia", "摩托罗拉": "motorola", "索尼": "sony", "联想": "lenovo", "中兴": "zte",
    "谷歌": "google", "华硕": "asus", "爱酷": "iqoo", "海信": "hisense", "海尔": "haier",
    "美的": "midea", "格力": "gree",
    "松下": "panasonic", "西门子": "siemens", "博世": "bosch", "戴森": "dyson", "飞利浦": "philips", "惠普": "hp",
    "戴尔": "dell", "佳能": "canon", "爱普生": "epson", "酷派": "coolpad", "乐视": "letv", "锤子": "smartisan",
}  # fmt: skip
SAID_ZH: Mapping[str, str] = {
    "盖乐世": "galaxy", "苹果平板": "ipad", "苹果手表": "apple watch", "苹果手机": "iphone", "苹果耳机": "airpods",
    "平板电脑": "pad",
    "平板": "pad", "手环": "band", "手表": "watch", "笔记本电脑": "book", "笔记本": "book", "电视机": "电视",
    "折叠屏": "", "手机": "", "迷你": "mini", "普拉斯": "plus", "加强版": "plus", "英寸": "寸", "智能": "",
    "一匹半": "1.5匹", "大一匹半": "1.5匹", "公升": "升", "双开门": "对开门",
}  # fmt: skip
SAID_EN: Mapping[str, str] = {
    "one plus": "oneplus", "1+": "oneplus", "op": "oneplus", "mi": "xiaomi", "ip": "iphone",
    "black shark": "blackshark",
    "red magic": "redmagic", "tablet": "pad", "sammy": "samsung", "promax": "pro max", "pm": "pro max",
    "mark": "", "wi-fi": "wifi",
    "mk": "", "generation": "", "gen": "", "phone": "", "smartphone": "", "the": "", "inches": "寸", "inch": "寸",
    "litres": "升", "litre": "升", "liter": "升", "light": "lite", "air fryer": "airfryer", "ii": "2", "iii": "3",
    "iv": "4",
}  # fmt: skip
_WEAK_EN = """4g 5g 3g 2g g sim dual single nfc wifi wi fi lte cellular global china usa us uk eu europe india japan
korea canada international edition version unlocked north south america latin hong kong taiwan telecom mobile unicom gsm
cdma gps the with for and model phone smart"""
WEAK_WORDS = frozenset(_WEAK_EN.split()) | frozenset(
    "版全网通移动联通电信公开国际国行定制双卡单卡海外标准普通型号款的台北美欧洲印度日本韩港澳大陆中国香"
)
_VERSION = re.compile(
    r"(?:全网通|移动|联通|电信|公开|国际|国行|海外|双卡|单卡|标准|普通|定制|双网通)(?:[0-9]g\+?|[\u4e00-\u9fff])*版?"
)
_ALIAS_ZH = re.compile("|".join(sorted(map(re.escape, {**BRANDS, **SAID_ZH}), key=len, reverse=True)))
_ALIAS_EN = re.compile(
    r"(?<![a-z])(?:" + "|".join(sorted(map(re.escape, SAID_EN), key=len, reverse=True)) + r")(?![a-z])"
)
_ZH_NUMERAL = re.compile(r"[零一二两三四五六七八九十百]{1,8}")
_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)(?![a-z])|第|(?<=[0-9])\s?代")
_WORD = re.compile(r"[2-5]g(?![a-z0-9])|[a-z]{1,30}|[0-9]{1,12}(?:\.[0-9]{1,2}(?![0-9]))?|\+|[\u3400-\u9fff]")
_MI = re.compile(r"^米(?=[0-9])")


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Return a name's words in one spelling.

    >>> words_of("红米note十一pro") == words_of("Redmi Note 11 Pro")
    True
    >>> words_of("小米平板2代"), words_of("iPhone SE (2nd generation)")
    (('xiaomi', 'pad', '2'), ('iphone', 'se', '2'))
    """
    folded = fold(text).text.lower()
    folded = _ALIAS_ZH.sub(lambda match: f" {BRANDS.get(match.group()) or SAID_ZH[match.group()]} ", folded)
    folded = _VERSION.sub(" ", folded)
    folded = _ZH_NUMERAL.sub(lambda match: f" {read_numeral(match.group())} ", folded)
    folded = _MI.sub("xiaomi ", folded.strip())
    folded = _ORDINAL.sub(" ", folded)
    folded = _ALIAS_EN.sub(lambda match: f" {SAID_EN[match.group()]} ", folded)
    return tuple(_read_words([match.group() for match in _WORD.finditer(folded)]))


def core_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the words of versions and regions, unless there are no others."""
    return tuple(word for word in words if word not in WEAK_WORDS) or words


def read_numeral(text: str) -> str:
    """Write a Chinese numeral in digits; a row of digits stays one.

    >>> read_numeral("三十"), read_numeral("十一"), read_numeral("二零二零"), read_numeral("五百")
    ('30', '11', '2020', '500')
    """
    text = text.replace("两", "二")
    if "十" not in text and "百" not in text:
        return "".join(str(ZH_DIGITS[digit]) for digit in text)
    hundreds, _, rest = text.rpartition("百") if "百" in text else ("", "", text)
    tens, has_tens, ones = rest.partition("十")
    value = 100 * ZH_DIGITS.get(hundreds, 1 if "百" in text else 0)
    value += 10 * ZH_DIGITS.get(tens, 1) if has_tens else 0
    return str(value + ZH_DIGITS.get(ones if has_tens else rest, 0))


def _read_words(words: list[str]) -> Iterator[str]:
    """Write English number words in digits; "twenty two" is 22, "two twenty" is 2 and 20."""
    at = 0
    while at < len(words):
        tens, ones = EN_TENS.get(words[at], 0), EN_ONES.get(words[at + 1], 0) if at + 1 < len(words) else 0
        is_joined = tens and 0 < ones < 10
        yield str(tens + ones) if is_joined else _in_digits(words[at])
        at += 2 if is_joined else 1


def _in_digits(word: str) -> str:
    if word == "+":
        return "plus"
    value = EN_ONES.get(word, EN_TENS.get(word))
    return word if value is None else str(value)
