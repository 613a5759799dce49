"""Nameplates made here: a seed in, a photographed plate with its truth out.

    python -m training.render_nameplates --out FOLDER --seeds 0-20

Words come from made_up_words, layouts from plate_layouts, fonts from page_fonts, the photograph from picture_wear. The
test split (seeds from 10000) adds layouts, label spellings and fonts that the train split never shows.
What this does not know: real plates' dirt, curvature and logos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from training.made_up_words import (
    COOLED,
    EN_DEVICES,
    ZH_DEVICES,
    en_brand,
    frequency,
    model,
    pinyin_of,
    plate_date,
    power,
    refrigerant,
    serial,
    shuffled,
    voltage,
    zh_brand,
)
from training.page_fonts import faces
from training.picture_wear import draw_wear, photographed
from training.plate_layouts import HELD_OUT, LAYOUTS, Plate, draw_plate
from training.rendered_pages import RenderedPage, main, split_of

LABELS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "zh": {
        "model": ("型号", "产品型号", "规格型号", "机型", "型 号"),
        "serial_number": ("序列号", "出厂编号", "产品编号", "机身号", "制造编号", "S/N", "编号"),
        "voltage": ("额定电压", "电压", "电源", "额定电压/频率", "电源电压"),
        "frequency": ("额定频率", "频率"),
        "power": ("额定功率", "输入功率", "额定输入功率", "功率"),
        "manufacture_date": ("生产日期", "制造日期", "出厂日期"),
        "refrigerant": ("制冷剂", "制冷剂/充注量"),
        "brand": ("品牌", "商标"),
    },
    "en": {
        "model": ("Model", "Model No.", "MODEL", "Model Number", "Type"),
        "serial_number": ("Serial No.", "S/N", "Serial Number", "SERIAL NO", "SN", "Ser. No."),
        "voltage": ("Voltage", "Rated voltage", "Power supply", "Volts", "Input"),
        "frequency": ("Frequency", "Rated frequency", "Freq."),
        "power": ("Power", "Rated power", "Power input", "Wattage", "Rated input"),
        "manufacture_date": ("Date", "Mfg date", "Made", "Date of manufacture", "MFD"),
        "refrigerant": ("Refrigerant",),
        "brand": ("Brand",),
    },
}
TEST_LABELS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "zh": {
        "model": ("产品规格", "设备型号", "电机型号"),
        "serial_number": ("机号", "整机编号", "设备编号", "产品序列号"),
        "voltage": ("输入电压", "供电电源"),
        "power": ("额定输出功率", "电机功率", "总功率"),
        "manufacture_date": ("日期", "出厂年月", "生产年月"),
        "frequency": ("电源频率",),
    },
    "en": {
        "model": ("Mod.", "Model name", "Model code", "M/N"),
        "serial_number": ("Serial", "Ser.No", "Serial #", "Product serial number"),
        "voltage": ("Supply voltage", "Rating", "Nominal voltage"),
        "power": ("Max. power", "Power consumption", "Nominal power"),
        "manufacture_date": ("Production date", "Manufactured", "Built"),
        "frequency": ("Hz", "Supply frequency"),
    },
}
TEST_LABEL_SHARE = 0.5
WEAR = ("perspective", "slant", "shadow", "glare", "blur", "motion", "noise", "jpeg")
OTHERS: Mapping[str, Sequence[tuple[str, str]]] = {
    "zh": (("额定电流", "{a}.{b}A"), ("防护等级", "IPX4"), ("净重", "{a}{b}.5kg"), ("噪声", "{a}{b}dB(A)"),
           ("防触电保护类别", "I类"), ("执行标准", "GB 4706.{a}{b}-2008"), ("绝缘等级", "F"), ("额定容量", "{a}{b}L")),
    "en": (("Current", "{a}.{b}A"), ("Protection", "IP5{a}"), ("Net weight", "{a}{b}.5 kg"), ("Noise", "{a}{b} dB(A)"),
           ("Capacity", "{a} kg"), ("Class", "I"), ("Insulation", "F"), ("Pressure", "0.{a}-0.9 MPa")),
}  # fmt: skip
BILINGUAL: Mapping[str, str] = {
    "model": "型号 Model", "serial_number": "序列号 S/N", "voltage": "电压 Voltage", "frequency": "频率 Frequency",
    "power": "功率 Power", "manufacture_date": "生产日期 Date", "refrigerant": "制冷剂 Refrigerant",
    "brand": "品牌 Brand",
}  # fmt: skip


def render_nameplate(seed: int) -> RenderedPage:
    """Draw and photograph the plate of a seed."""
    rng, split = Random(f"nameplate {seed}"), split_of(seed)
    language = ("zh", "en")[seed % 2]
    layout = rng.choice(LAYOUTS if split == "train" else LAYOUTS + 2 * HELD_OUT)
    plate, truth = _plate(rng, language, layout, split)
    face = faces(rng, split)
    flat = draw_plate(plate, layout, face, rng)
    wear = draw_wear(rng, WEAR, most=3)
    turn = rng.choice((90, 180, 270)) if rng.random() < 0.1 else 0
    worn = photographed(flat, rng, side_px=rng.choice((1000, 1280, 1600)), wear=wear, turn=turn)
    return RenderedPage(
        name=f"nameplate_{seed:05}.jpg",
        kind="nameplate",
        language=language,
        layout=layout,
        face=face.name,
        wear=worn.wear,
        turn=turn,
        fields=truth,
        content=worn.content,
        printed=tuple(face.printed),
        seen=worn.seen,
    )


def _plate(rng: Random, language: str, layout: str, split: str) -> tuple[Plate, dict[str, str]]:
    truth, device = _values(rng, language)
    is_bilingual = layout == "bilingual"
    rows: list[tuple[str, str]] = []
    has_joint_rating = "frequency" in truth and rng.random() < 0.4
    for name in ("model", "serial_number", "voltage", "frequency", "power", "manufacture_date", "refrigerant"):
        if name not in truth or (name == "frequency" and has_joint_rating):
            continue
        label = BILINGUAL[name] if is_bilingual else _label(rng, language, name, split)
        if label == "额定电压/频率" and not has_joint_rating:
            label = "额定电压"
        value = truth[name]
        if name == "voltage" and has_joint_rating:
            value = f"{value} {truth['frequency']}"
        rows.append((label, value))
    for label, form in rng.sample(OTHERS[language], rng.randint(0, 3)):
        rows.insert(rng.randint(1, len(rows)), (label, form.format(a=rng.randint(1, 9), b=rng.randint(1, 9))))
    is_labelled_brand = rng.random() < 0.2
    if is_labelled_brand:
        rows.insert(0, (BILINGUAL["brand"] if is_bilingual else _label(rng, language, "brand", split), truth["brand"]))
    brand = truth["brand"]
    headline = (
        ""
        if is_labelled_brand
        else (f"{brand} {pinyin_of(brand)}" if language == "zh" and rng.random() < 0.5 else brand)
    )
    footer = (f"{brand}电器有限公司" if language == "zh" else f"{brand} Appliances Ltd.") if rng.random() < 0.6 else ""
    plate = Plate(
        headline=headline.upper() if language == "en" and rng.random() < 0.5 else headline,
        title=device,
        rows=tuple(shuffled(rng, rows, swaps=rng.randint(0, 3))),
        footer=footer,
        code=rng.choice(("", "", "Code128", "QRCode", "DataMatrix")),
        serial=truth["serial_number"].replace(" ", ""),
        model=truth["model"],
    )
    return plate, truth


def _values(rng: Random, language: str) -> tuple[dict[str, str], str]:
    kind = rng.randrange(len(ZH_DEVICES))
    volts = voltage(rng)
    truth = {
        "brand": zh_brand(rng) if language == "zh" else en_brand(rng),
        "model": model(rng),
        "serial_number": serial(rng),
        "voltage": volts,
        "frequency": frequency(rng, volts),
        "power": power(rng),
        "manufacture_date": plate_date(rng, language),
        "refrigerant": refrigerant(rng) if kind in COOLED else "",
    }
    for name in ("voltage", "power", "manufacture_date"):
        if rng.random() < 0.12:
            truth[name] = ""
    if not truth["voltage"]:
        truth["frequency"] = ""
    return {name: value for name, value in truth.items() if value}, (ZH_DEVICES if language == "zh" else EN_DEVICES)[
        kind
    ]


def _label(rng: Random, language: str, name: str, split: str) -> str:
    held_out = TEST_LABELS[language].get(name, ())
    if split == "test" and held_out and rng.random() < TEST_LABEL_SHARE:
        return rng.choice(held_out)
    return rng.choice(LABELS[language][name])


if __name__ == "__main__":
    main(render_nameplate, prog="python -m training.render_nameplates", about=__doc__)
