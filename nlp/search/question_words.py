"""Words that ask but do not tell: a question in, the same question without them out.

Two grades. Words that only ask are not even searched for: they match everywhere and mean nothing to a ranking by words
(training.eval_search on 2026-11-22, with and without: hit@1 tidb_faq_zh .464 -> .496, esun_faq .680 -> .720, covidfaq
.132 -> .164, no set lower). Words that only fill the sentence ("多久", "still") are searched for, but an article need
not hold them to answer. Both are lists, not grammar: a word in capitals ("CAN", "IT") is taken for a name and kept.
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
# These stand before the others, which would take their first half.
_CONTRACTIONS = (
    "(?:ai|are|ca|could|did|do|does|had|has|have|is|should|was|were|wo|would)n['’]t"
    "|(?:i|it|that|there|what|you|we)['’](?:m|s|re|ve|d|ll)"
)
_ENGLISH_FILLING = (
    "after|again|already|also|always|anyone|because|before|being|doing|else|ever|every|get|gets|getting|give|go|goes|going"
    "|got|hello|help|here|hi|keep|keeps|know|let|like|long|lot|make|many|maybe|more|most|much|need|needs|no|now|often|one|only|other"
    "|possible|really|same|say|says|someone|something|still|tell|than|thanks|too|trying|under|use|using|very|want|wants|way|while|yes"
    "|yet"
)
# A single character is spared in words where it means something: 想象, 联想, 要求, 主要, 归还, 成都, 在线, 有效.
_CHINESE_FILLING = (
    "多长时间|多長時間|多久|多长|多長|多大|有没有|有沒有|一次|一下|一直|一般|一点|一點|有点|有點|老是|总是|總是|经常|經常|突然|到底|究竟|已经|已經|现在|現在"
    "|应该|應該|需要|想要|还能|還能|还是|還是|的时候|的時候|时候|時候|的话|的話|以后|以後|之后|之後|这个|這個|那个|那個|这样|這樣|那样|那樣|这种|這種|那种|那種"
    "|为啥|為啥|咋办|咋辦|咋|啥|谁|誰|我们|我們|你们|你們|他们|他們|我|你|您|他|她|想问|想問|告诉|告訴|帮忙|幫忙|麻烦|麻煩"
    "|(?<![思理梦夢联聯])想(?![象像])|(?<![主重摘必])要(?![求点點素领領])|还(?![原款])(?<![归退偿]还)|還(?![原款])(?<![歸退償]還)"
    "|(?<![首成])都(?!市)|[这這那就也很又才是]|(?<![所拥擁])有(?![效限害毒机機])|(?<![存实實内內])在(?![线線])|把(?!手)|被(?!子)"
)
# A word beside an apostrophe or a joint belongs to a name or a code.
_ASKING = re.compile(rf"(?<![\w'’-])(?i:{_ENGLISH})(?![\w-])|{_CHINESE}")
_ASKING_OR_FILLING = re.compile(
    rf"(?<![\w'’-])(?i:{_CONTRACTIONS}|{_ENGLISH}|{_ENGLISH_FILLING})(?![\w-])|{_CHINESE}|{_CHINESE_FILLING}"
)


def telling_words(question: str) -> str:
    """Return the question also without the words that fill the sentence; whole, if nothing else is in it.

    >>> telling_words("空调的滤网多久洗一次").split()
    ['空调', '滤网', '洗']
    >>> telling_words("My washer still doesn't drain").split()
    ['washer', 'drain']
    """
    told = _without(_ASKING_OR_FILLING, question)
    return told if any(character.isalnum() for character in told) else without_question_words(question)


def without_question_words(question: str) -> str:
    """Return the question with a line break in place of each word that only asks; whole, if nothing else is in it.

    >>> without_question_words("How do I reset it?").split()
    ['reset', '?']
    >>> without_question_words("空调为什么不制冷").split()
    ['空调', '不制冷']
    """
    told = _without(_ASKING, question)
    return told if any(character.isalnum() for character in told) else question


def _without(words: re.Pattern[str], text: str) -> str:
    return words.sub(lambda match: match[0] if _is_name(match[0]) else "\n", text)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word.isascii() and word.isupper()
