"""Write names and codes the way recognisers do, from tables of their own: nothing here is read by the matcher.

In: a name or code, a seed. Out: a Chinese or English transcript of it. Homophones come from pypinyin; letter names and
mishearings were written from general knowledge, not from recordings, and by the matcher's author: they flatter.
It plays no sound.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from functools import cache

from pypinyin import lazy_pinyin  # type: ignore[import-untyped, unused-ignore]

ZH_LETTERS = {
    "a": "诶 艾 A", "b": "比 毕 B", "c": "西 塞 C", "d": "迪 地 D", "e": "伊 一 E", "f": "艾弗 爱付 F",
    "g": "吉 鸡 G", "h": "艾取 爱曲 H",
    "i": "爱 艾 I", "j": "杰 这 J", "k": "开 凯 K", "l": "艾勒 爱欧 L", "m": "艾姆 爱母 M", "n": "恩 嗯 N",
    "o": "欧 哦 O",
    "p": "皮 屁 P", "q": "扣 丘 Q", "r": "阿尔 啊 R", "s": "艾斯 爱思 S", "t": "提 替 T", "u": "优 由 U",
    "v": "维 威 V",
    "w": "达不溜 大不留 W", "x": "艾克斯 叉 X", "y": "歪 外 Y", "z": "贼 Z",
}  # fmt: skip
ZH_DIGITS = {"0": "零 洞 0", "1": "幺 一 1", "2": "二 两 2", "3": "三 3", "4": "四 4", "5": "五 5", "6": "六 6",
    "7": "七 拐 7",
             "8": "八 8", "9": "九 9"}  # fmt: skip
ZH_WORDS = {
    "note": "诺特 note 挪特", "pro": "普罗 pro 破", "max": "麦克斯 max 迈克斯", "plus": "普拉斯 plus 破拉丝",
    "mate": "梅特 mate 买特",
    "nova": "诺娃 nova 诺瓦", "ultra": "奥特拉 ultra 奥创", "lite": "莱特 lite 来特", "mini": "迷你 mini 米尼",
    "galaxy": "盖乐世 galaxy 盖拉克西", "reno": "雷诺 瑞诺 reno", "find": "范德 find 饭的", "neo": "尼欧 neo 内欧",
    "magic": "麦吉克 magic 美极客", "play": "普雷 play 配", "fold": "佛德 fold 否的", "flip": "弗利普 flip 夫里普",
    "redmi": "红米 宏米 redmi", "xiaomi": "小米 晓米", "honor": "荣耀 容要", "huawei": "华为 花为", "edge": "艾吉 edge",
    "air": "艾尔 air 爱儿", "watch": "沃奇 手表", "pad": "平板 派德", "tab": "泰伯 tab", "iphone": "苹果 爱疯 iphone",
    "ipad": "爱派德 ipad 苹果平板", "oppo": "欧珀 oppo", "vivo": "维沃 vivo", "realme": "真我 瑞尔米",
    "oneplus": "一加 依加",
    "poco": "波扣 poco 坡口", "ace": "艾斯 ace", "civi": "西维 civi", "nord": "诺德 nord", "pixel": "皮克斯 pixel",
    "nubia": "努比亚 怒比亚", "meizu": "魅族 没足", "mix": "米克斯 mix", "apple": "苹果", "series": "series 系列",
    "band": "手环 班德", "iqoo": "爱酷 艾酷", "turbo": "特波 turbo", "se": "艾斯伊 SE", "gt": "吉提 GT",
}  # fmt: skip
EN_LETTERS = {
    "a": "ay a", "b": "bee b", "c": "see c", "d": "dee d", "e": "e ee", "f": "eff f", "g": "gee g", "h": "aitch h",
    "i": "eye i",
    "j": "jay j", "k": "kay k", "l": "el l", "m": "em m", "n": "en n", "o": "oh o", "p": "pea p", "q": "queue q",
    "r": "are r",
    "s": "ess s", "t": "tea t", "u": "you u", "v": "vee v", "w": "double you|w", "x": "ex x", "y": "why y",
    "z": "zed zee",
}  # fmt: skip
EN_DIGITS = {"0": "zero oh", "1": "one", "2": "two to", "3": "three", "4": "four for", "5": "five", "6": "six",
    "7": "seven",
             "8": "eight ate", "9": "nine"}  # fmt: skip
EN_WORDS = {
    "pro": "pro|prow", "note": "note|not", "redmi": "red me|redmi|ready me",
    "xiaomi": "shao me|show me|xiaomi|shall mee",
    "huawei": "wah way|hua way|huawei", "honor": "honour|on her", "realme": "real me|realm e", "oneplus": "one plus",
    "galaxy": "galaxy|gala see", "reno": "reno|rhino", "nova": "nova|no va", "mate": "mate|made",
    "ultra": "ultra|all tra",
    "poco": "poco|poker|po co", "mi": "me|mi", "vivo": "vivo|vee vo", "oppo": "oppo|op o", "xperia": "experia|x peria",
    "iqoo": "i q o o|ee koo", "nubia": "new bia|nubia", "lite": "light|lite", "plus": "plus|pluss", "max": "max|macs",
    "pixel": "pixel|pick sell", "ace": "ace|ase", "edge": "edge|age", "fold": "fold|fault",
    "iphone": "iphone|i phone|eye phone",
    "ipad": "ipad|i pad|eye pad", "tab": "tab|tap", "pad": "pad|pat", "band": "band|bend", "watch": "watch",
    "mini": "mini|many",
}  # fmt: skip
_PIECE = re.compile(r"[a-z]+|[0-9]+|[\u4e00-\u9fff]+|\+", re.IGNORECASE)
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


@cache
def _homophones() -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in range(0xB0, 0xD8):  # GB 2312, level 1: the 3,755 common characters
        for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA):
            character = bytes((row, cell)).decode("gb2312")
            groups[lazy_pinyin(character)[0]].append(character)
    return groups


def said_zh(name: str, chance: random.Random, *, is_code: bool = False) -> str:
    """Write a name as a Chinese recogniser might: one Han character in seven becomes a homophone."""
    return "".join(_piece_zh(piece, chance, is_code=is_code) for piece in _PIECE.findall(name))


def _piece_zh(piece: str, chance: random.Random, *, is_code: bool) -> str:
    lower = piece.lower()
    if piece == "+":
        return chance.choice(("加", "普拉斯", "plus"))
    if piece.isdigit():
        if not is_code and len(piece) == 2 and piece[0] != "0" and chance.random() < 0.6:
            return _tens_zh(piece)
        return "".join(chance.choice(ZH_DIGITS[digit].split()) for digit in piece)
    if not piece.isascii():
        return "".join(_homophone(c, chance) if chance.random() < 1 / 7 else c for c in piece)
    if lower in ZH_WORDS and not is_code:
        return chance.choice(ZH_WORDS[lower].split())
    if not is_code and len(piece) > 3:
        return piece
    return "".join(chance.choice(ZH_LETTERS[letter].split()) for letter in lower)


def _tens_zh(number: str) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = digits[int(number[0])], digits[int(number[1])]
    return ("" if tens == "一" else tens) + "十" + ("" if ones == "零" else ones)


def _homophone(character: str, chance: random.Random) -> str:
    return chance.choice(_homophones().get(lazy_pinyin(character)[0], [character]))


def said_en(name: str, chance: random.Random, *, is_code: bool = False) -> str:
    """Write a name as an English recogniser might."""
    return " ".join(_piece_en(piece, chance, is_code=is_code) for piece in _PIECE.findall(name) if piece.isascii())


def _piece_en(piece: str, chance: random.Random, *, is_code: bool) -> str:
    lower = piece.lower()
    if piece == "+":
        return "plus"
    if piece.isdigit():
        if not is_code and len(piece) == 2 and piece[0] != "0":
            tens, ones = int(piece[0]), int(piece[1])
            if tens == 1:
                return _TEENS[ones]
            return _TENS[tens] + (f" {EN_DIGITS[piece[1]].split()[0]}" if ones else "")
        return " ".join(chance.choice(EN_DIGITS[digit].split()) for digit in piece)
    if not is_code and (lower in EN_WORDS or len(lower) > 3):
        return chance.choice(EN_WORDS.get(lower, lower).split("|"))
    spoken = (EN_LETTERS[letter] for letter in lower)
    return " ".join(chance.choice(names.split("|") if "|" in names else names.split()) for names in spoken)
