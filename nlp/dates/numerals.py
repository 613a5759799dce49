"""Read numbers written in words.

In: the words. Out: the number, or None where they are not one. It knows whole numbers and halves; amounts with units
are for others.
"""

from __future__ import annotations

from nlp.cardinals import EN_ONES, EN_TENS, ZH_DIGITS

_ZH_DIGITS = {**ZH_DIGITS, "两": 2, "〇": 0, "廿": 20}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}

_EN_ONES = {**EN_ONES, "a": 1, "an": 1}
_EN_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_EN_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
} | {"thirtieth": 30}

ZH_NUMBER = r"(?:\d{1,4}(?:\.\d{1,3})?|[零一二两三四五六七八九十百千]{1,7})"
EN_ORDINAL_WORDS = "|".join(sorted(_EN_ORDINALS, key=len, reverse=True))
EN_ONES_WORDS = "|".join(sorted((w for w in _EN_ONES if len(w) > 2), key=len, reverse=True))
EN_TENS_WORDS = "|".join(EN_TENS)


def zh_number(words: str) -> float | None:
    """Read a Chinese or Arabic number; digits in a row are read one by one.

    >>> zh_number("二零一六"), zh_number("二十三"), zh_number("一百零五"), zh_number("3.5"), zh_number("两")
    (2016.0, 23.0, 105.0, 3.5, 2.0)
    """
    if words.replace(".", "", 1).isdigit():
        return float(words)
    if words and all(character in _ZH_DIGITS for character in words):
        return float("".join(str(_ZH_DIGITS[character]) for character in words)) if "廿" not in words else None
    total = section = digit = 0.0
    for character in words:
        if character in _ZH_DIGITS:
            digit = _ZH_DIGITS[character]
        elif character in _ZH_UNITS:
            unit = _ZH_UNITS[character]
            if unit >= 10_000:
                total = (total + section + digit) * unit
                section = 0.0
            else:
                section += (digit or 1) * unit
            digit = 0.0
        else:
            return None
    return total + section + digit if words else None


def en_number(words: str) -> float | None:
    """Read an English or Arabic number, cardinal or ordinal.

    >>> en_number("twenty-three"), en_number("two hundred and five"), en_number("twenty seventh"), en_number("3rd")
    (23.0, 205.0, 27.0, 3.0)
    """
    lowered = words.lower().replace("-", " ").strip()
    digits = lowered.rstrip("stndrh") if lowered[:1].isdigit() else lowered
    if digits.replace(",", "").replace(".", "", 1).isdigit():
        return float(digits.replace(",", ""))
    total = section = 0.0
    for word in lowered.split():
        if word == "and":
            continue
        if word in _EN_SCALES:
            scale = _EN_SCALES[word]
            section = (section or 1) * scale
            if scale > 100:
                total, section = total + section, 0.0
            continue
        value = _EN_ONES.get(word, EN_TENS.get(word, _EN_ORDINALS.get(word)))
        if value is None:
            return None
        section += value
    return total + section if lowered else None
