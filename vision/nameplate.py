"""A device's nameplate in, brand, model, serial number and ratings with boxes out.

Values stand after labels; the brand is the largest print above the first label. A barcode that carries the serial
number makes it sure, or supplies it where print was not read. What this does not know: the catalogue; a misread model
is mended there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from vision.labels import Labelled, labelled_values
from vision.layout import Row, height_of, rows_of
from vision.records import Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "model": (
        "产品型号",
        "规格型号",
        "型号规格",
        "设备型号",
        "机型",
        "型号",
        "model no.",
        "model no",
        "model number",
        "model name",
        "model",
        "mod.",
        "type no.",
    ),
    "serial_number": (
        "序列号",
        "出厂编号",
        "产品编号",
        "机身号",
        "机身编号",
        "制造编号",
        "出厂序号",
        "整机编码",
        "serial number",
        "serial no.",
        "serial no",
        "serial",
        "s/n",
        "sn",
        "ser. no.",
        "ser.no.",
    ),
    "voltage": (
        "额定电压/频率",
        "额定电压",
        "电源电压",
        "工作电压",
        "电源",
        "rated voltage",
        "voltage",
        "power supply",
        "input",
        "volts",
    ),
    "power": (
        "额定输入功率",
        "额定功率",
        "输入功率",
        "功率",
        "rated power",
        "power input",
        "rated input",
        "power",
        "wattage",
    ),
    "manufacture_date": (
        "生产日期",
        "制造日期",
        "出厂日期",
        "manufacture date",
        "date of manufacture",
        "manufactured",
        "mfg date",
        "mfg. date",
        "mfd",
        "production date",
        "made",
        "date",
    ),
    "brand": ("品牌", "brand"),
    "": (
        "额定制冷量",
        "制冷剂/充注量",
        "制冷剂",
        "防触电保护类别",
        "净重",
        "重量",
        "额定频率",
        "频率",
        "额定电流",
        "capacity",
        "protection",
        "weight",
        "frequency",
        "current",
        "refrigerant",
        "water pressure",
        "made in",
        "manufacturer",
        "制造商",
        "生产企业",
        "产地",
        "条码",
    ),
}
SERIAL_AIS = ("21",)
"""GS1 application identifier 21 is the serial number."""
SERIAL = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z/-]| (?=[0-9A-Z])){3,30}")
MODEL = re.compile(r"[0-9A-Za-z一-鿿](?:[0-9A-Za-z/+().·_一-鿿-]| (?=[0-9A-Z])){1,40}")
DATE = re.compile(
    r"(?:20|19)\d\d ?[-./年] ?\d{1,2}(?: ?[-./月] ?\d{1,2})?[日月]?"
    r"|\d{1,2}[-./](?:\d{1,2}[-./])?20\d\d|20\d{4}(?:\d\d)?"
)


def nameplate_fields(page: Page) -> dict[str, PageField]:
    """Read a nameplate's fields."""
    rows = rows_of(page.lines)
    found = labelled_values(rows, LABELS)
    fields: dict[str, PageField] = {}
    for labelled in found:
        value = _CLEAN.get(labelled.field, _words)(labelled.value)
        if labelled.field and value and labelled.field not in fields:
            fields[labelled.field] = PageField(value, round(0.95 * labelled.confidence, 4), labelled.box)
    if "brand" not in fields:
        brand = _headline(rows, found)
        if brand is not None:
            fields["brand"] = brand
    _confirm_serial(page, fields)
    return fields


def _serial(value: str) -> str:
    match = SERIAL.match(value)
    text = match.group().replace(" ", "") if match else ""
    return text if any(character.isdigit() for character in text) else ""


def _model(value: str) -> str:
    match = MODEL.match(value)
    return match.group().strip() if match else ""


def _date(value: str) -> str:
    match = DATE.search(value)
    return match.group() if match else ""


def _words(value: str) -> str:
    return value


def _rating(value: str) -> str:
    return value if any(character.isdigit() for character in value) else ""


_CLEAN: Mapping[str, Callable[[str], str]] = {
    "model": _model,
    "serial_number": _serial,
    "manufacture_date": _date,
    "voltage": _rating,
    "power": _rating,
}


def _headline(rows: Sequence[Row], found: Sequence[Labelled]) -> PageField | None:
    """Take the tallest line above the first label as the brand."""
    first = min((labelled.row for labelled in found), default=0)
    lines = [line for row in rows[:first] for line in row.lines if sum(c.isalpha() for c in line.text) >= 2]
    if not lines:
        return None
    line = max(lines, key=lambda line: height_of(line.box))
    return PageField(line.text, round(0.8 * line.confidence, 4), line.box)


def _confirm_serial(page: Page, fields: dict[str, PageField]) -> None:
    for code in page.codes:
        coded = next((code.gs1[ai] for ai in SERIAL_AIS if ai in code.gs1), "")
        printed = fields.get("serial_number")
        if printed is not None and printed.value in (coded, code.text):
            fields["serial_number"] = PageField(printed.value, 0.995, printed.box)
        elif coded:
            fields["serial_number"] = PageField(coded, 0.97, code.box)
