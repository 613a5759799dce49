"""Find amounts of money: numbers with a currency before or behind them, and small change behind that.

In: folded text. Out: Money with its span. "五块六" is 5.60, "one dollar and forty-two cents" 1.42, "48.5 MGBP" 48.5
million pounds. A currency that stands alone is found too, with no value. It converts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nlp.cardinals import ZH_DIGITS
from nlp.currencies import CODES, ORDINARY_WORDS, WORDS, ZH_NAMES, Currency, currency_of
from nlp.number_span import NumberSpan
from nlp.number_words import blocks, find_numbers

_TIMES_OF = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "b": 10**9,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SIGNS = r"[$£€¥₡₾₽₹₩₪₫₱₲₴₸₮₦₵₺₭৳฿₿]"
_TIMES = r"(?:(?P<times>(?-i:[KMB]))(?=(?-i:[A-Z]{3})(?![A-Za-z])))?"
_BEHIND = re.compile(
    rf"[ ]{{0,2}}[多来余]?个?{_TIMES}(?P<unit>{WORDS})(?![A-Za-z])"
    rf"(?:[ ](?P<scale>thousand|million|billion|trillion)(?![a-z]))?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:(?P<signed>(?<![A-Za-z])(?:[A-Za-z]{{1,3}}[ ]?|[Uu]\.[Ss]\.?[ ]?)?{_SIGNS})"
    rf"|(?P<word>(?<![A-Za-z]){_TIMES}(?:[A-Za-z]{{2,3}}\.?|(?:malaysian? )?ringgits?))"
    rf"|(?P<name>{ZH_NAMES}))[ ]{{0,2}}$",
    re.IGNORECASE,
)
PREFIX_CHARS = 24
_PREFIX_WORDS = frozenset({"sen", "rs", "rs.", "rm", "rmb", "ringgit"})
_SMALL_CODES = frozenset(
    ("usd", "eur", "gbp", "cny", "hkd", "twd", "jpy", "aud", "cad", "chf", "sgd", "nzd", "krw", "inr", "myr")
)
"""Codes that nothing else is written like, even in small letters."""
_PIECE = re.compile(
    r"块(?!钱)(?=[一-龥])(?![多以到左了吧呢啊的起就和或至给退都还也零一二两三四五六七八九])|[角毛](?=[形铁星板度线落巾衣线病])"
)
"""A classifier or another word, no money: 一块电池, 三角形."""
_SMALL_ZH = re.compile(
    r"(?:(?P<jiao>\d|[一二两三四五六七八九])[ ]?[角毛毫])?(?:(?P<fen>\d|[一二三四五六七八九])[ ]?(?:分(?![钟之])|仙))?"
)
_DIGIT_ZH = re.compile(r"(?P<zero>零)?(?P<digit>\d|[一二三四五六七八九])(?![\d个十百千万亿点.%折成台件号月年天次小])")
_AND = re.compile(r"[ ]?(?:and[ ])?", re.IGNORECASE)
_CENTS = re.compile(
    r"[ ]?(?P<unit>c(?![a-z])|cents?|sens?|pence|penn(?:y|ies)|kop(?:ec?k|iyka)s?|mao|jiao)(?![a-z])", re.IGNORECASE
)
_NOTHING_COUNTED = re.compile(r"[ ]?(?:[.,;!?)\n](?!\d)|$)|[ ](?:and|more|in total|altogether)(?![a-z])", re.IGNORECASE)
"""What may stand behind cents that are not called so: "15 dollars 50." but not "15 dollars and 2 screws"."""
_ARTICLE = re.compile(r"(?<![A-Za-z])an?(?= (?:us )?(?:dollar|euro|buck|rupee|yuan)(?![a-z]))", re.IGNORECASE)
_ALONE = re.compile(
    rf"{ZH_NAMES}|(?<![A-Za-z\d])(?:(?:us|hong kong|canadian|australian|singapore) dollars?|dollars?|euros?"
    r"|rmb|renminbi|usd|british pounds?|(?:japanese|chinese) y(?:en|uan)|rupees|bitcoins?)(?![A-Za-z\d])",
    re.IGNORECASE,
)


_GLUED = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(CODES)}|(?-i:RMB|RM|Rs\.?))(?=\d)"
    rf"|(?<=\d)(?:{'|'.join(CODES)}|(?-i:RMB|RM|Rs)|c|[A-Z]{{1,2}}(?=\$))(?![A-Za-z\d])",
    re.IGNORECASE,
)
"""A code glued to its number: "USD115.5", "5.99USD"."""


@dataclass(frozen=True, slots=True)
class Money:
    start: int
    end: int
    currency: Currency
    value: float | None  # None where a currency stands alone


def find_money(text: str, *, is_chinese: bool) -> Iterator[Money]:
    """Yield every amount and every currency alone, left to right, each line read in its own language."""
    for block in blocks(text, is_chinese=is_chinese):
        for found in _find_in(text[block.start : block.end], is_chinese=block.is_chinese):
            yield replace(found, start=found.start + block.start, end=found.end + block.start)


def _find_in(text: str, *, is_chinese: bool) -> Iterator[Money]:
    apart = _GLUED.sub(lambda code: " " * len(code.group()), text)
    numbers: Sequence[NumberSpan] = find_numbers(apart, is_chinese=is_chinese)
    if not is_chinese:
        articles = [NumberSpan(match.start(), match.end(), 1.0) for match in _ARTICLE.finditer(text)]
        numbers = sorted([*numbers, *articles], key=lambda number: number.start)
    taken = 0
    for at, number in enumerate(numbers):
        if number.start < taken:
            continue
        money = _with_number(text, number, taken)
        if money is None:
            continue
        if is_chinese:
            money = _with_small_change_zh(text, money)
        if not is_chinese or money.end == number.end or text[money.end - 1].isascii():
            money = _with_small_change_en(text, money, numbers, at + 1)
        yield from _alone(text, taken, money.start)
        yield money
        taken = money.end
    yield from _alone(text, taken, len(text))


def _alone(text: str, start: int, end: int) -> Iterator[Money]:
    for match in _ALONE.finditer(text, start, end):
        currency = currency_of(match.group())
        if currency is None:
            continue
        yield Money(match.start(), match.end(), currency, None)


def _with_number(text: str, number: NumberSpan, free_from: int) -> Money | None:
    before = _before(text, number, free_from)
    behind = _behind(text, number)
    if before is None:
        return behind
    is_said_twice = behind is not None and not text[behind.end - 1].isascii() and behind.currency == before.currency
    return replace(before, end=behind.end) if behind is not None and is_said_twice else before


def _before(text: str, number: NumberSpan, free_from: int) -> Money | None:
    first = max(free_from, number.start - PREFIX_CHARS)
    if first >= number.start:
        return None
    match = _BEFORE.search(text, first, number.start)
    if match is None:
        return None
    written = match.group().strip()
    if match["word"]:
        written = match["word"][len(match["times"] or "") :]
        is_code = written.isupper() and len(written) == 3 and written.lower() not in ORDINARY_WORDS
        if (
            not is_code
            and written.lower().split()[-1].rstrip("s") not in _PREFIX_WORDS
            and written.lower() not in _PREFIX_WORDS
        ):
            is_code = len(written) == 3 and written.lower() in _SMALL_CODES
            if not is_code:
                return None
    currency = currency_of(written) or (currency_of(written[-1]) if match["signed"] else None)
    if currency is None:
        return None
    start = (
        match.start() if currency_of(written) else match.end() - len(match.group()[match.group().rindex(written[-1]) :])
    )
    return Money(start, number.end, currency, number.value * _TIMES_OF[(match["times"] or "").lower()])


def _behind(text: str, number: NumberSpan) -> Money | None:
    match = _BEHIND.match(text, number.end)
    if match is None or _PIECE.match(text, match.start("unit")):
        return None
    written = match["unit"]
    if written.lower() in ORDINARY_WORDS and not written.isupper() and written != "Rs":
        return None
    if re.fullmatch(_SIGNS, written) and text[match.end() : match.end() + 1].isdigit():
        return None  # the sign of the next number: "1 $10 bill"
    currency = currency_of(written)
    if currency is None:
        return None
    times = _TIMES_OF[(match["times"] or "").lower()] * _TIMES_OF[(match["scale"] or "").lower()]
    return Money(number.start, match.end(), currency, number.value * times)


def _with_small_change_zh(text: str, money: Money) -> Money:
    if money.value is None or money.currency.parts == 100:
        return money
    unit = text[money.end - 1]
    if unit not in "元块圆蚊钱角毛毫个":
        return money
    match = _SMALL_ZH.match(text, money.end)
    if match and match.group() and money.currency.parts == 1:
        added = (_digit(match["jiao"]) / 10 if match["jiao"] else 0) + (
            _digit(match["fen"]) / 100 if match["fen"] else 0
        )
        money = replace(money, end=match.end(), value=round(money.value + added, 2))
        if match["fen"]:
            return money
        unit = text[money.end - 1]
    elif match and match["fen"]:
        return replace(money, end=match.end(), value=round((money.value or 0) + _digit(match["fen"]) / 10, 2))
    digit = _DIGIT_ZH.match(text, money.end) if unit in "块圆蚊角毛毫" else None
    if digit is None or money.value is None:
        return money
    worth = 0.01 if digit["zero"] or (unit in "角毛毫" and money.currency.parts == 1) else 0.1
    return replace(money, end=digit.end(), value=round(money.value + _digit(digit["digit"]) * worth, 2))


def _digit(written: str) -> int:
    return 2 if written == "两" else ZH_DIGITS.get(written, 0) or int(written if written.isdigit() else 0)


def _with_small_change_en(text: str, money: Money, numbers: Sequence[NumberSpan], at: int) -> Money:
    while at < len(numbers) and money.value is not None and money.currency.parts == 1:
        small = numbers[at]
        link = _AND.match(text, money.end)
        if link is None or link.end() != small.start or small.value % 1 or not 0 < small.value < 100:
            return money
        cents = _CENTS.match(text, small.end)
        if cents is None:
            is_short = (
                small.value < 10
                and "and" not in link.group().lower()
                and text[money.end - 3 : money.end].lower() != "mao"
            )
            if is_short or not _NOTHING_COUNTED.match(text, small.end):
                return money
            return replace(money, end=small.end, value=round(money.value + small.value / 100, 2))
        worth = 0.1 if cents["unit"].lower() in ("mao", "jiao") else 0.01
        money = replace(money, end=cents.end(), value=round(money.value + small.value * worth, 2))
        if worth == 0.01:
            return money
        at += 1
    return money
