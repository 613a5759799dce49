"""The number words that date and number grammars share: a word in, its value out. A grammar adds what only it reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_EN_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

EN_ONES: Mapping[str, int] = MappingProxyType({word: value for value, word in enumerate(_EN_BELOW_TWENTY.split())})
EN_TENS: Mapping[str, int] = MappingProxyType({word: 10 * at for at, word in enumerate(_EN_TENS.split(), 2)})
ZH_DIGITS: Mapping[str, int] = MappingProxyType({digit: value for value, digit in enumerate("零一二三四五六七八九")})
