"""Readers of an order page's values: the text behind a label in, the value of that type in it out, or "".

What this does not know: labels and places; and whether a value is right.
"""

from __future__ import annotations

import re

from vision.fields.plate_types import OCTOBER, plain

NUMBER = re.compile(r"#? ?([0-9A-Za-z](?:[0-9A-Za-z_-]|(?<=\d) (?=\d)){3,39})(?![0-9A-Za-z])")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}"
_CLOCK = r"(?:,? ?(?:at )?\d{1,2}[:：]\d\d(?:[:：]\d\d)?(?: ?[AP]\.?M\.?)?)?"
TIME = re.compile(
    rf"(?:20\d\d ?[-/.年] ?\d{{1,2}} ?[-/.月] ?\d{{1,2}}日?|{_MONTH}\.? ?\d{{1,2}}, ?20\d\d"
    rf"|\d{{1,2}}\.? ?{_MONTH}\.?,? ?20\d\d"
    rf"|\d{{1,2}}[/.-]\d{{1,2}}[/.-]20\d\d){_CLOCK}",
    re.I,
)
_SIGN = r"(?:[¥￥$£€]|RMB|CNY|USD|EUR|GBP|US\$|HK\$)"
AMOUNT = re.compile(
    rf"(?<![\d.,-]){_SIGN}? ?(\d{{1,3}}(?:,\d{{3}}){{1,4}}(?:\.\d{{1,2}})?|\d{{1,9}}(?:\.\d{{1,2}})?)(?![\d%])", re.I
)
PRICE = re.compile(rf"{_SIGN} ?(\d{{1,3}}(?:,\d{{3}}){{1,4}}\.\d\d|\d{{1,9}}(?:\.\d{{1,2}})?)(?![\d%]|[.,-]\d)", re.I)
SHOP_END = re.compile(r"[\s>›〉》|]{1,4}$")


def read_number(text: str) -> str:
    """
    >>> read_number("#113-2345678-1234567 Copy"), read_number("6129 1234 5678"), read_number("details")
    ('113-2345678-1234567', '612912345678', '')
    """
    match = NUMBER.match(plain(text))
    number = match[1].replace(" ", "").rstrip("-_") if match else ""
    return number if sum(character.isdigit() for character in number) >= 4 else ""


def read_time(text: str) -> str:
    """
    >>> read_time("2026-03-02 18:40:12 复制"), read_time("Mar 2, 2026, 6:40 PM"), read_time("16 May 2025")
    ('2026-03-02 18:40:12', 'Mar 2, 2026, 6:40 PM', '16 May 2025')
    """
    match = TIME.match(OCTOBER.sub("O", plain(text)))
    return match.group().strip(" ,") if match else ""


def read_amount(text: str) -> str:
    """
    >>> read_amount("¥2,899.00"), read_amount("￥45.9"), read_amount("2 items"), read_amount("-¥5.00")
    ('2899.00', '45.9', '', '')
    """
    folded = plain(text).replace("，", ",")
    match = PRICE.match(folded) or AMOUNT.fullmatch(folded)
    return match[1].replace(",", "") if match else ""


def read_price(text: str) -> str:
    """Read a line that is a price and nothing else.

    >>> read_price("¥2,899.00"), read_price("Total ¥5.00"), read_price("x2"), read_price("12.50")
    ('2899.00', '', '', '')
    """
    match = PRICE.fullmatch(plain(text).replace("，", ",").rstrip("元起 "))
    return match[1].replace(",", "") if match else ""


def read_device_model(text: str) -> str:
    """
    >>> read_device_model("HB-WM814"), read_device_model("白色")
    ('HB-WM814', '')
    """
    folded = plain(text)
    return folded if any(c.isdigit() for c in folded) and 2 <= len(folded) <= 40 else ""


def read_shop(text: str) -> str:
    """
    >>> read_shop("荣亚官方旗舰店 >"), read_shop("Talonda Direct"), read_shop("¥5.00")
    ('荣亚官方旗舰店', 'Talonda Direct', '')
    """
    name = SHOP_END.sub("", text.strip()).strip()
    is_name = 2 <= len(name) <= 40 and sum(character.isalpha() for character in name) >= 2
    return name if is_name and not PRICE.search(name) else ""
