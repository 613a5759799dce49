"""A device's nameplate in, brand, model, serial number and ratings with boxes out.

Values are read by type behind, beside or below their labels; the brand is the largest print above the first label. A
code that carries the serial number makes it sure, or supplies it where print was not read; see verified.
What this does not know: the catalogue; a misread model is mended there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vision.fields.anchors import Anchored, Read, anchored_values, is_labelled
from vision.fields.page_trust import sureness, trusted
from vision.fields.plate_types import (
    read_current,
    read_date,
    read_frequency,
    read_model,
    read_name,
    read_power,
    read_refrigerant,
    read_serial,
    read_voltage,
)
from vision.lines.layout import height_of
from vision.records import Line, Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "model": (
        *(
            "产品型号",
            "规格型号",
            "型号规格",
            "设备型号",
            "电机型号",
            "整机型号",
            "机器型号",
            "型号名称",
            "型号",
            "机型",
        ),
        *("产品规格", "model no.", "model no", "model number", "model name", "model code", "model #", "model", "mod."),
        *("mod", "m/n", "type no.", "type no", "type", "typ", "item no.", "product model"),
        *("product no.", "product no", "product number"),
    ),
    "serial_number": (
        *("产品序列号", "序列号", "出厂编号", "产品编号", "机身号", "机身编号", "机身序号", "制造编号", "出厂序号"),
        *("出厂号", "整机编码", "整机编号", "整机条码", "机器编号", "机器号", "设备编号", "产品序号", "序号", "机号"),
        *("编号", "条码", "product serial number", "serial number", "serial no.", "serial no", "serial #", "serial"),
        *("s/n", "s.n.", "sn", "ser. no.", "ser.no.", "ser. no", "ser.no", "ser no", "fabr.-nr.", "mfg no."),
    ),
    "voltage": (
        *("额定电压/频率", "额定电压", "电源电压", "工作电压", "输入电压", "供电电压", "供电电源", "额定输入电压"),
        *("电压", "电源", "输入", "rated voltage", "supply voltage", "nominal voltage", "input voltage", "voltage"),
        *("power supply", "power source", "rated input", "input", "rating", "volts", "supply", "volt"),
    ),
    "frequency": (
        *(
            "额定频率",
            "电源频率",
            "工作频率",
            "频率",
            "rated frequency",
            "supply frequency",
            "frequency",
            "freq.",
            "freq",
        ),
        *("hz",),
    ),
    "power": (
        *("额定输入功率", "额定输出功率", "额定总功率", "额定功率", "输入功率", "电机功率", "总功率", "整机功率"),
        *("消耗功率", "功率", "rated power input", "rated input power", "rated power", "nominal power", "power input"),
        *("power consumption", "max. power", "max power", "input power", "rated input", "power rating", "power"),
        *("wattage", "watts"),
    ),
    "current": ("额定电流", "工作电流", "输入电流", "电流", "rated current", "current", "amps"),
    "manufacture_date": (
        *(
            "生产日期",
            "制造日期",
            "出厂日期",
            "出厂年月",
            "生产年月",
            "制造年月",
            "制造年份",
            "日期",
            "manufacture date",
        ),
        *("date of manufacture", "manufacturing date", "manufactured on", "manufactured", "mfg date", "mfg. date"),
        *("mfg.", "mfd", "mfd.", "production date", "date of production", "prod. date", "date code", "built", "made"),
        *("year of manufacture", "date"),
    ),
    "refrigerant": ("制冷剂/充注量", "制冷剂/注入量", "制冷剂及充注量", "制冷剂名称", "制冷剂", "refrigerant"),
    "brand": ("品牌", "商标", "厂牌", "brand", "trademark", "make"),
    "": (
        *("额定制冷量", "制冷量", "制热量", "额定制热量", "防触电保护类别", "防护等级", "防水等级", "净重", "毛重"),
        *("重量", "质量", "执行标准", "标准号", "绝缘等级", "额定容量", "容量", "噪声", "噪音", "产地", "制造商"),
        *("生产企业", "生产商", "额定转速", "转速", "额定压力", "气候类型", "星级", "总容积", "循环风量", "能效等级"),
        *("capacity", "protection", "net weight", "weight", "class", "noise", "insulation", "pressure"),
        *(
            "water pressure",
            "made in",
            "manufacturer",
            "ip code",
            "speed",
            "output",
            "rated output",
            "country of origin",
        ),
        *("最大输入功率", "最大功率", "cooling capacity", "heating capacity", "climate class", "efficiency"),
    ),
}
READERS: Mapping[str, Read] = {
    "model": read_model,
    "serial_number": read_serial,
    "voltage": read_voltage,
    "frequency": read_frequency,
    "power": read_power,
    "current": read_current,
    "manufacture_date": read_date,
    "refrigerant": read_refrigerant,
    "brand": read_name,
}
HERTZ = re.compile(r"(?<![\d.])(?:[45-6]0|400)(?: ?[/~-] ?60)? ?hz", re.I)
MAINS_VOLTAGE = re.compile(
    r"(?<![\d.])(?:AC ?)?(?:[1-4]\d0|115|1[12][57]|208|277)(?: ?- ?2[0-4]0)? ?V(?: ?~)?(?![A-Za-z])"
)
VOLTS = re.compile(r"\d{2,3} ?v\b", re.I)
MISTAKEN = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B"})
"""Digits that a reader sees in a word set in capitals."""
MIN_BRAND_LETTERS = 2
UNCONFIRMED = 0.8
"""The largest print may name the thing and not its maker."""


def nameplate_fields(page: Page) -> dict[str, PageField]:
    """Read a nameplate's fields."""
    found = anchored_values(page.lines, LABELS, readers=READERS)
    fields: dict[str, PageField] = {}
    for anchored in found:
        if anchored.field not in fields:
            fields[anchored.field] = trusted(anchored.field, anchored, page.lines)
    _add_frequency(fields, found, page.lines)
    _add_voltage(fields, page.lines)
    if "brand" not in fields:
        brand = _headline(page.lines)
        if brand is not None:
            fields["brand"] = brand
    return fields


def _add_frequency(fields: dict[str, PageField], found: Sequence[Anchored], lines: Sequence[Line]) -> None:
    """Take the frequency printed behind the voltage ("220V~ 50Hz"), which bears no label of its own."""
    if "frequency" in fields:
        return
    for line in [each.line for each in found if each.field == "voltage"] + [
        line for line in lines if VOLTS.search(line.text)
    ]:
        match = HERTZ.search(line.text)
        if match:
            voltage = Anchored("frequency", match.group(), line.box, line.confidence, "inside", line.box, line)
            fields["frequency"] = trusted("frequency", voltage, lines)
            return


def _add_voltage(fields: dict[str, PageField], lines: Sequence[Line]) -> None:
    """Take the only mains voltage on the plate where its label was not read."""
    if "voltage" in fields:
        return
    found = [(match.group().strip(), line) for line in lines for match in [MAINS_VOLTAGE.search(line.text)] if match]
    if len({text for text, _ in found}) == 1:
        text, line = found[0]
        fields["voltage"] = PageField(text, round(UNCONFIRMED * line.confidence, 4), line.box)


def _headline(lines: Sequence[Line]) -> PageField | None:
    """Take the tallest line above the first label as the brand; a firm's name below that begins with it confirms it."""
    first = next((at for at, line in enumerate(lines) if is_labelled(line.text, LABELS)), len(lines))
    above = [line for line in lines[:first] if sum(c.isalpha() for c in line.text) >= MIN_BRAND_LETTERS]
    if not above:
        return None
    line = max(above, key=lambda line: height_of(line.box))
    name = mended_name(line.text.strip())
    word = name.split()[0].casefold()
    is_confirmed = any(other is not line and other.text.strip().casefold().startswith(word) for other in lines[first:])
    confidence = sureness("brand", line.confidence, place="alone") * (1.0 if is_confirmed else UNCONFIRMED)
    return PageField(name, round(confidence, 4), line.box)


def mended_name(text: str) -> str:
    """Turn digits read inside a word back into letters.

    >>> mended_name("BR00KF0RD"), mended_name("3M"), mended_name("Haier 5")
    ('BROOKFORD', '3M', 'Haier 5')
    """
    letters = sum(character.isalpha() for character in text)
    is_word = " " not in text and text.isascii() and text.isupper() and letters >= 4 and not text[-1:].isdigit()
    return text.translate(MISTAKEN) if is_word else text
