"""Readers of a nameplate's values: the text behind a label in, the value of that type in it out, or "".

What this does not know: labels and places; and whether a value is right.
"""

from __future__ import annotations

import re
import unicodedata

_UNIT = r"(?:[kKmM]?[VWAvwa]|[HhKk][ZzGg]|VA|dB|mm|L)"
MODEL = re.compile(
    r"[0-9A-Za-z](?:[0-9A-Za-z/+().·_*-]{0,39})(?: (?!\d{1,5}(?:\.\d)? ?"
    + _UNIT
    + r"\b)[0-9A-Z][0-9A-Z/+-]{1,12}\b){0,2}"
)
MODEL_ZH = re.compile(r"[0-9A-Za-z一-鿿][0-9A-Za-z/+().·_一-鿿-]{1,30}")
SERIAL = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z/-]|[ .](?=[0-9A-Z])){3,30}")
VOLTAGE = re.compile(
    r"(?:(?:AC|DC|a\.c\.|d\.c\.|[13] ?[NPph/]{0,3} ?[~∼～-]?)[ :]{0,2})?"
    r"\d{1,4}(?:\.\d)? ?V?(?: ?[-~∼～/–] ?\d{2,4})? ?V(?! ?A)(?: ?[~∼～⎓=]|[ -]?(?:AC|DC)\b)?",
    re.I,
)
BARE_VOLTAGE = re.compile(r"\d{2,3}(?: ?[-~/–] ?\d{2,3})? ?[~∼～]?$")
FREQUENCY = re.compile(r"\d{2,3}(?:\.\d)?(?: ?Hz)?(?: ?[/~∼–-] ?\d{2,3})? ?Hz", re.I)
BARE_FREQUENCY = re.compile(r"(?:50|60|400)(?: ?[/~-] ?60)?$")
POWER = re.compile(r"\d{1,5}(?:[.,]\d{1,3})? ?(?:[kKmM]?[Ww]|k?VA|HP|hp)(?![a-z])")
BARE_POWER = re.compile(r"\d{2,5}(?:\.\d)?$")
CURRENT = re.compile(r"\d{1,4}(?:[.,]\d{1,3})? ?m?A(?![a-zA-Z])")
REFRIGERANT = re.compile(r"R ?-?\d{2,4}[A-Za-z]{0,2}(?:\)?[ ,/，、:]{0,3}\d{1,5}(?:\.\d{1,3})? ?k?g)?", re.I)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}"
DATE = re.compile(
    r"(?<!\d)(?:(?:20|19)\d\d ?[-./年] ?\d{1,2}(?: ?[-./月] ?\d{1,2}(?!\d))?[日月]?"
    rf"|\d{{1,2}}[-./ ]{_MONTH}[-./ ,]{{1,2}}(?:20|19)\d\d|{_MONTH}[-./ ,]{{0,2}}(?:\d{{1,2}},? )?(?:20|19)\d\d"
    r"|\d{1,2} ?[-./] ?(?:\d{1,2} ?[-./] ?)?20\d\d|20\d{4}(?:\d\d)?(?!\d))",
    re.I,
)
YEAR = re.compile(r"20[0-4]\d ?年?")
NAME = re.compile(r"[^\W\d_][\w &'.·®™+-]{1,30}")


MISREAD = str.maketrans("OolI|bSBL", "001116586")
RATING = re.compile(r"(?<![A-Za-z0-9])[0-9OolI|bSBL.,/~-]{1,12} ?(?=(?:k?W|k?w|Hz|V|A)\b)")
"""A number before a unit, with letters in it that only a misreading puts there."""
IN_CAPITALS = str.maketrans("lob", "106")
OCTOBER = re.compile(r"\b0(?=ct)|\b0(?=CT)")
MAINS = re.compile(r"(?:50|60|400)(?:Hz)?(?:[/~∼–-](?:50|60|400))?(?:Hz)?", re.I)


def mended_rating(text: str) -> str:
    """Turn letters in a number before its unit into the digits they were read for.

    >>> mended_rating("78lw"), mended_rating("50/6OHz"), mended_rating("b.2kw"), mended_rating("AC 220V")
    ('781w', '50/60Hz', '6.2kw', 'AC 220V')
    """
    return RATING.sub(lambda match: _digits_of(match.group()), text)


def _digits_of(number: str) -> str:
    mended = number.translate(MISREAD)
    return mended if any(character.isdigit() for character in mended) else number


def mended_code(text: str) -> str:
    """Turn small letters in a code of capitals and digits into the digits they were read for.

    >>> mended_code("CNb8B-566"), mended_code("iPhone 12"), mended_code("XPl2b")
    ('CN68B-566', 'iPhone 12', 'XP126')
    """
    small = {character for character in text if character.islower()}
    capitals = sum(character.isupper() for character in text)
    return text.translate(IN_CAPITALS) if small and small <= set("lob") and capitals >= 2 else text


def plain(text: str) -> str:
    """Fold width, keep the rest."""
    return unicodedata.normalize("NFKC", text).strip()


def read_model(text: str) -> str:
    """
    >>> read_model("KFR-35GW/CL3A"), read_model("GXY 524"), read_model("KFR 220V"), read_model("防护等级")
    ('KFR-35GW/CL3A', 'GXY 524', '', '')
    """
    folded = plain(text)
    match = MODEL.match(folded) or MODEL_ZH.match(folded)
    value = mended_code(match.group().strip(" .")) if match else ""
    return value if any(c.isdigit() for c in value) and len(value) >= 2 and not _is_rating(value) else ""


def _is_rating(value: str) -> bool:
    return any(pattern.fullmatch(value) for pattern in (VOLTAGE, FREQUENCY, POWER, CURRENT))


def read_serial(text: str) -> str:
    """
    >>> read_serial("HXG 1805 0922"), read_serial("Noise"), read_serial("I类")
    ('HXG18050922', '', '')
    """
    match = SERIAL.match(plain(text))
    value = mended_code(match.group().replace(" ", "").strip(".-/")) if match else ""
    return value if sum(c.isdigit() for c in value) >= 3 else ""


def read_voltage(text: str) -> str:
    """
    >>> read_voltage("220V~50Hz"), read_voltage("AC100-240V 噪声"), read_voltage("3N~380V 60Hz"), read_voltage("220")
    ('220V~', 'AC100-240V', '3N~380V', '220')
    """
    folded = mended_rating(plain(text))
    match = VOLTAGE.match(folded) or BARE_VOLTAGE.match(folded)
    return match.group().strip() if match else ""


def read_frequency(text: str) -> str:
    """
    >>> read_frequency("50/60Hz"), read_frequency("50"), read_frequency("220V~ 50Hz")
    ('50/60Hz', '50', '50Hz')
    """
    folded = mended_rating(plain(text))
    match = FREQUENCY.search(folded) or BARE_FREQUENCY.match(folded)
    value = match.group().strip() if match else ""
    return value if MAINS.fullmatch(value.replace(" ", "")) else ""


def read_power(text: str) -> str:
    """
    >>> read_power("1.9 kW"), read_power("7.3 kW Net"), read_power("2290"), read_power("220V")
    ('1.9 kW', '7.3 kW', '2290', '')
    """
    folded = mended_rating(plain(text))
    match = POWER.match(folded) or BARE_POWER.match(folded)
    return match.group().strip() if match else ""


def read_current(text: str) -> str:
    """
    >>> read_current("5.6A"), read_current("6 kg")
    ('5.6A', '')
    """
    match = CURRENT.match(plain(text))
    return match.group() if match else ""


def read_refrigerant(text: str) -> str:
    """
    >>> read_refrigerant("R134a / 0.43kg"), read_refrigerant("R32,1.2kg"), read_refrigerant("36 dB(A)")
    ('R134a / 0.43kg', 'R32,1.2kg', '')
    """
    match = REFRIGERANT.search(plain(text))
    return match.group() if match else ""


def read_date(text: str) -> str:
    """
    >>> read_date("2024年02月13日"), read_date("AUG-2026"), read_date("07/01/2020"), read_date("B2")
    ('2024年02月13日', 'AUG-2026', '07/01/2020', '')
    """
    folded = OCTOBER.sub("O", plain(text))
    match = DATE.search(folded) or (YEAR.fullmatch(folded))
    return match.group().strip() if match else ""


def read_name(text: str) -> str:
    """
    >>> read_name("荣帆"), read_name("Delford"), read_name("220V")
    ('荣帆', 'Delford', '')
    """
    match = NAME.match(plain(text))
    return match.group().strip() if match else ""
