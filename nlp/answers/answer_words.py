"""Words that tell what a question wants and what a sentence does: a text in, yes or no out. Lists, not grammar."""

from __future__ import annotations

import re

_HOW = re.compile(
    r"怎么|怎麼|怎样|怎樣|如何|咋|步骤|步驟|方法|流程|办法|辦法|怎办|处理|處理|解决|解決|教程"
    r"|\bhow (?:do|does|can|could|should|to|would|might|am|is it)\b"
    r"|\bwhat (?:should|can|do|must) (?:i|we|you|one) do\b|\bsteps?\b"
    r"|\b(?:fix|reset|install|set ?up|configure|replace|clean|repair|troubleshoot|solve|connect|pair)\b",
    re.IGNORECASE,
)
_WHAT = re.compile(
    r"什么|什麼|甚麼|是啥|谁|誰|哪|为何|為何|多少|多大|多长|多久|几|幾|吗|嗎|是否|是不是|能不能|可不可以|有没有|有沒有|多高|多远"
    r"|\b(?:what|who|whom|whose|why|how)\b"
    r"|(?:^|[.?!,]\s{1,3})(?:is|are|was|were|does|do|did|can|could|will|would|should|has|have|when|where|which)\b",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"多少|多大|多长|多長|多久|多高|多远|多遠|几|幾|何时|何時|什么时候|什麼時候|哪一?[年天月日]"
    r"|\bhow (?:many|much|long|often|far|old|big|large|tall|soon|late)\b"
    r"|\bwhen\b|\bwhat (?:year|time|date|percentage|number)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百千万两]")
_DEPENDS = re.compile(
    r"否则|否則|不然|若仍|如仍|若还|如还|如果还|如果仍|若无效|仍然|此时|此時|然后|然後|接着|随后|隨後|之后|之後|此外|另外"
    r"|其中|因此|所以|于是|但是?|不过|(?:其|它|该|該|此|这|這|那|他|她)(?!他|中)"
    r"|(?:otherwise|if not|if (?:it|that|this) (?:still|does|fails)|then|next|after (?:that|this)|in (?:that|this) case"
    r"|this|these|those|that|it|its|they|he|she|his|her|however|but|therefore|so|also|instead)\b",
    re.IGNORECASE,
)
_WARNS = re.compile(
    r"\W{0,4}(?:注意|警告|切勿|请勿|請勿|严禁|嚴禁|小心|危险|重要"
    r"|(?:warning|caution|note|important|danger|do not|never)\b)",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\W{0,4}(?:仍|\w{1,6}后仍|若|如果|如仍|如还|如有|还是|若是|完成后|以上"
    r"|(?:if|when|once|should|after|afterwards|finally)\b)",
    re.IGNORECASE,
)
_TELLS_TO = re.compile(
    r"请|請|按住|长按|長按|点击|點擊|打开|打開|关闭|關閉|检查|檢查|更换|更換|断电|斷電|拔|清洗|联系|聯繫|选择|選擇"
    r"|输入|輸入|设置|設定|重启|重啟|先|再|等待"
    r"|\b(?:please|press|hold|turn|open|close|click|tap|check|remove|replace|wait|contact|select|choose|enter|run|unplug"
    r"|clean|go to|call|use|make sure)\b",
    re.IGNORECASE,
)


def asks_how(question: str) -> bool:
    """Say whether steps would answer; so they would to who only says what is the matter.

    >>> asks_how("空调显示E4怎么办"), asks_how("washer shows E2"), asks_how("What does E4 mean?")
    (True, True, False)
    """
    return _HOW.search(question) is not None or _WHAT.search(question) is None


def asks_how_much(question: str) -> bool:
    """Say whether a number would answer.

    >>> asks_how_much("滤网多久洗一次"), asks_how_much("When was it built?")
    (True, True)
    """
    return _HOW_MUCH.search(question) is not None


def has_number(sentence: str) -> bool:
    """Say whether it names a number, in digits or Chinese characters."""
    return _NUMBER.search(sentence) is not None


def depends(sentence: str) -> bool:
    """Say whether it begins by pointing back: otherwise, then, it.

    >>> depends("否则更换传感器。"), depends("Otherwise call us."), depends("更换传感器。")
    (True, True, False)
    """
    return _DEPENDS.match(sentence) is not None


def warns(sentence: str) -> bool:
    """Say whether it begins as a warning does."""
    return _WARNS.match(sentence) is not None


def goes_on(sentence: str) -> bool:
    """Say whether it tells what to do after steps, or where they do not help.

    >>> goes_on("仍显示 E2，请派工程师。"), goes_on("重启后仍显示 E4。"), goes_on("If E2 is back, book a visit.")
    (True, True, True)
    """
    return warns(sentence) or depends(sentence) or _GOES_ON.match(sentence) is not None


def tells_to(sentence: str) -> bool:
    """Say whether it tells to do something."""
    return _TELLS_TO.search(sentence) is not None
