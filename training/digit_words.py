"""What digits are called, how foreign tongues say the English ones, and words that are none."""

from __future__ import annotations

ENGLISH = (
    ("zero", "zero", "oh"),
    ("one",),
    ("two",),
    ("three",),
    ("four",),
    ("five",),
    ("six",),
    ("seven",),
    ("eight",),
    ("nine",),
)
MANDARIN = (("零",), ("一", "幺"), ("二",), ("三",), ("四",), ("五",), ("六",), ("七",), ("八",), ("九",))
ACCENTS = {
    "fr": ("ziro", "ouanne", "tou", "sri", "faure", "faille-ve", "sixe", "sévène", "éïte", "naïne"),
    "de": ("siro", "wann", "tu", "sri", "fohr", "faif", "six", "säwen", "eit", "nain"),
    "es": ("ziro", "uan", "tu", "zri", "for", "faif", "siks", "seven", "eit", "nain"),
    "it": ("ziro", "uan", "tu", "tri", "for", "faiv", "sics", "seven", "eit", "nain"),
    "nl": ("ziro", "wan", "toe", "srie", "foor", "faif", "siks", "seven", "eet", "nain"),
    "pl": ("ziro", "łan", "tu", "sri", "for", "fajf", "siks", "sewen", "ejt", "najn"),
    "ru": ("зиро", "уан", "ту", "сри", "фор", "файв", "сикс", "сэвэн", "эйт", "найн"),
    "el": ("ζίρο", "γουάν", "του", "θρι", "φορ", "φάιβ", "σιξ", "σέβεν", "έιτ", "νάιν"),
    "hi": ("ज़ीरो", "वन", "टू", "थ्री", "फ़ोर", "फ़ाइव", "सिक्स", "सेवन", "एट", "नाइन"),
    "pt": ("ziro", "uan", "tu", "tri", "fór", "faiv", "siks", "séven", "eit", "nain"),
    "ro": ("ziro", "uan", "tu", "tri", "for", "faiv", "sics", "seven", "eit", "nain"),
    "sv": ("siro", "uan", "to", "tri", "får", "fajv", "sixs", "seven", "ejt", "najn"),
}
"""Spelled so that a synthesiser of that language says the English digit with its own sounds."""
_ENGLISH_OTHERS = """
ten eleven twelve twenty thirty fifty hundred thousand double triple dash dot point number order my is the please and
yes no okay hello thank you a b c d e f g h k l m n p q r s t u v w x y z machine serial model it that was washing phone
card can hold address street day week help what with your name email sure right sorry again date box water noise does
not work
"""
_MANDARIN_OTHERS = """
十 百 千 万 点 号 电话 订单 是 我 的
你好 谢谢 请 问 空调 故障 好 对 不 没有 吗 呢 然后 客服 地址 号码 手机 维修
机器 冰箱 洗衣机 今天 昨天 明天 上午 下午
什么 怎么 他 她 先生 女士 稍等 嗯 啊 那个 这个 可以 需要 查 一下 退 换 买 来 去
家 门 水 声音
"""
ENGLISH_OTHERS = tuple(_ENGLISH_OTHERS.split())
MANDARIN_OTHERS = tuple(_MANDARIN_OTHERS.split())
