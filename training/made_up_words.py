"""A random generator in, what stands on made-up plates and orders out: brands, models, serial numbers, ratings, dates,
shops, goods, prices. Nothing is copied from data; every brand and shop is invented from syllables.

What this does not know: how it is printed; see render_nameplates and render_screenshots.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

PLAIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
"""Without I, O and Q, as most makers number: one serial in six here uses them all the same."""
ALL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ZH_FIRST = "澄宏凌瑞铭海云星金华奥博格清远恒泰嘉美康安盛荣"
ZH_SECOND = "岚达尔博诺科美力晟泽航威亚信源佳乐帆晖"
EN_HEADS = ("Har", "Brook", "Stel", "Nor", "Quar", "Lum", "Vex", "Cor", "Tal", "Win", "Ash", "Del", "Fen", "Mar")
EN_TAILS = ("row", "vane", "tek", "field", "ford", "ix", "onda", "wick", "ler", "mont", "ence", "aro", "line")
REAL_BRANDS = ("格力", "海尔", "海信", "康佳", "美乐", "奥科", "金威")
"""What the syllables would make of real makers' names."""
PINYIN = {
    "澄": "CHENG", "宏": "HONG", "凌": "LING", "瑞": "RUI", "铭": "MING", "海": "HAI", "云": "YUN", "星": "XING",
    "金": "JIN", "华": "HUA", "奥": "AO", "博": "BO", "格": "GE", "清": "QING", "远": "YUAN", "恒": "HENG",
    "泰": "TAI", "嘉": "JIA", "美": "MEI", "康": "KANG", "安": "AN", "盛": "SHENG", "荣": "RONG", "岚": "LAN",
    "达": "DA", "尔": "ER", "诺": "NUO", "科": "KE", "力": "LI", "晟": "SHENG", "泽": "ZE", "航": "HANG",
    "威": "WEI", "亚": "YA", "信": "XIN", "源": "YUAN", "佳": "JIA", "乐": "LE", "帆": "FAN", "晖": "HUI",
}  # fmt: skip
ZH_DEVICES = ("房间空气调节器", "家用电冰箱", "全自动洗衣机", "电热水器", "微波炉", "空气净化器", "三相异步电动机",
              "工业除湿机", "电源适配器", "激光打印机", "变频器", "离心水泵")  # fmt: skip
EN_DEVICES = ("Room air conditioner", "Refrigerator", "Washing machine", "Water heater", "Microwave oven",
              "Air purifier", "Three-phase motor", "Dehumidifier", "AC adapter", "Laser printer", "Frequency drive",
              "Centrifugal pump")  # fmt: skip
COOLED = (0, 1, 7)
"""Devices, by their place, that hold a refrigerant."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ZH_GOODS = ("变频冷暖壁挂空调", "滚筒洗衣机", "智能扫地机器人", "蓝牙耳机", "不锈钢保温杯", "人体工学椅",
            "机械键盘", "快充充电器", "电动牙刷", "空气炸锅", "儿童书包", "纯棉床单四件套", "厨房置物架")  # fmt: skip
EN_GOODS = ("Front-load washer", "Robot vacuum", "Wireless earbuds", "Steel travel mug", "Desk lamp",
            "Mechanical keyboard", "Fast charger 65W", "Electric toothbrush", "Air fryer 5.5 L", "Cotton sheet set",
            "Running socks, 6 pairs", "USB-C cable 2 m", "Kitchen scale")  # fmt: skip
ZH_ENDS = ("官方旗舰店", "旗舰店", "专营店", "专卖店", "自营店", "数码专营店", "家电企业店")
EN_ENDS = ("Store", "Shop", "Official Store", "Electronics", "Home Goods", "Direct")


def zh_brand(rng: Random) -> str:
    while (brand := rng.choice(ZH_FIRST) + rng.choice(ZH_SECOND)) in REAL_BRANDS:
        pass
    return brand


def en_brand(rng: Random) -> str:
    return rng.choice(EN_HEADS) + rng.choice(EN_TAILS)


def pinyin_of(brand: str) -> str:
    return "".join(PINYIN[character] for character in brand)


def pattern(rng: Random, form: str, *, letters: str = PLAIN_LETTERS) -> str:
    """Fill a pattern: A is a letter, 9 a digit, 8 a digit that is not 0; the rest stands as it is.

    >>> pattern(Random(1), "-/-")
    '-/-'
    """
    made = {"A": lambda: rng.choice(letters), "9": lambda: str(rng.randrange(10)), "8": lambda: str(rng.randint(1, 9))}
    return "".join(made.get(character, lambda character=character: character)() for character in form)


def model(rng: Random) -> str:
    return pattern(
        rng,
        rng.choice(
            ("KFR-89GW/AA9A", "AA-AA899", "AAA-899AAA", "A899-A", "AA8999", "AAA8-99A/9", "BCD-899AAAA", "AA89A-999",
             "A8.99AA", "AAA 899", "Y89A-4", "AA-899+", "8AA9999-9AA99")
        ),
    )  # fmt: skip


def serial(rng: Random) -> str:
    letters = ALL_LETTERS if rng.random() < 1 / 6 else PLAIN_LETTERS
    forms = (
        "AA9A8999999999", "AAA8999999999", "8999999999", "A89999999", "AA8999A99999", "899AA9999999", "8A9A9A99A9A9A",
        "AAAA99999999", "899999-9999", "AA-899999-99", "89999999999999", "AAA 8999 9999",
        "0899AAAA99999", "AA999AAA99999999",
    )  # fmt: skip
    return pattern(rng, rng.choice(forms), letters=letters)


def plate_date(rng: Random, language: str) -> str:
    year, month, day = rng.randint(2014, 2026), rng.randint(1, 12), rng.randint(1, 28)
    common = (f"{year}-{month:02}", f"{year}.{month:02}", f"{year}/{month:02}/{day:02}", f"{year}-{month:02}-{day:02}")
    zh = (
        f"{year}年{month}月",
        f"{year}年{month:02}月{day:02}日",
        f"{year}.{month:02}.{day:02}",
        f"{year}{month:02}{day:02}",
    )
    en = (
        f"{month:02}/{year}",
        f"{MONTHS[month - 1]} {year}",
        f"{MONTHS[month - 1].upper()}-{year}",
        f"{month:02}/{day:02}/{year}",
    )
    return rng.choice(common + (zh if language == "zh" else en))


def voltage(rng: Random) -> str:
    return rng.choice(("220V~", "220 V~", "AC 220V", "220-240V~", "380V", "3N~380V", "100-240V~", "120V~", "AC100-240V",
                       "230V", "DC 12V", "DC 24V", "220V", "400 V", "115V~"))  # fmt: skip


def frequency(rng: Random, volts: str) -> str:
    if "DC" in volts:
        return ""
    return rng.choice(("50Hz", "50 Hz", "60Hz", "50/60Hz", "50-60Hz"))


def power(rng: Random) -> str:
    watts = rng.randint(2, 320) * 10 if rng.random() < 0.5 else rng.randint(15, 2800)
    kilowatts = f"{rng.randint(1, 9)}.{rng.randint(1, 9)}"
    return rng.choice((f"{watts}W", f"{watts} W", f"{kilowatts}kW", f"{kilowatts} kW"))


def refrigerant(rng: Random) -> str:
    return rng.choice(("R32", "R410A", "R134a", "R600a", "R22", "R290")) + rng.choice(
        ("", f" / 0.{rng.randint(10, 98)}kg", f" {rng.randint(30, 980)}g", f", 1.{rng.randint(0, 9)}kg")
    )


def shop(rng: Random, language: str) -> str:
    if language == "zh":
        return zh_brand(rng) + rng.choice(("", "电器", "家居", "数码")) + rng.choice(ZH_ENDS)
    return f"{en_brand(rng)} {rng.choice(EN_ENDS)}"


def goods(rng: Random, language: str) -> str:
    """Name an article as shops title it: brand, size or model, what it is."""
    if language == "zh":
        name = zh_brand(rng) + rng.choice(ZH_GOODS)
        return name + rng.choice(("", "", f" {rng.choice(('白色', '黑色', '灰色'))}款", f"{rng.randint(2, 9)}件装"))
    return f"{en_brand(rng)} {rng.choice(EN_GOODS)}"


def price(rng: Random) -> int:
    """Return cents."""
    return rng.choice((rng.randint(5, 99) * 100 + 90, rng.randint(20, 4000) * 100, rng.randint(500, 300_000)))


def money(cents: int, sign: str, *, grouped: bool = False, gap: str = "") -> str:
    """Write an amount.

    >>> money(289900, "¥"), money(1234567, "$", grouped=True)
    ('¥2899.00', '$12,345.67')
    """
    return f"{sign}{gap}{cents / 100:,.2f}" if grouped else f"{sign}{gap}{cents / 100:.2f}"


def order_number(rng: Random, language: str) -> str:
    zh = ("8999999999999999999", "899999999999", "26089999999999999", "2409999999-999999999999", "E899999999999999",
          "DD2026999999", "899999999999999999")  # fmt: skip
    en = ("899-9999999-9999999", "899999999", "AA-899999", "W999999999", "#89999", "2000899-99999999", "AA8999-99AA")
    return pattern(rng, rng.choice(zh if language == "zh" else en))


def tracking_number(rng: Random, language: str) -> str:
    zh = (
        "SF1999999999999",
        "YT9999999999999",
        "789999999999999",
        "JDVA99999999999",
        "4399999999999",
        "JT9999999999999",
    )
    en = ("1Z9A99A99999999999", "9400199999999999999999", "TBA999999999999", "6129 9999 9999", "LX999999999US")
    return pattern(rng, rng.choice(zh if language == "zh" else en))


def carrier(rng: Random, language: str) -> str:
    return rng.choice(("顺丰速运", "圆通速递", "中通快递", "京东物流", "极兔速递") if language == "zh"
                      else ("UPS", "USPS", "FedEx", "DHL", "Royal Mail"))  # fmt: skip


def shuffled(rng: Random, rows: Sequence[tuple[str, str]], *, swaps: int) -> list[tuple[str, str]]:
    """Exchange neighbours a few times: real plates keep a rough order."""
    mixed = list(rows)
    for _ in range(swaps):
        at = rng.randrange(max(1, len(mixed) - 1))
        mixed[at : at + 2] = reversed(mixed[at : at + 2])
    return mixed
