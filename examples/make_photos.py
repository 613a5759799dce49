"""Draw the example pictures: two nameplate photographs and two order screenshots, made here of fictional devices.

Words and a seed in, JPEG and PNG files out. A nameplate is drawn flat, then photographed: laid on a wall, turned in
perspective, unevenly lit, blurred, given sensor noise and JPEG loss. Needs Debian's fonts-noto-cjk. It does not know
what a real camera does beyond that.

Run: python -m examples.make_photos
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FOLDER = Path(__file__).parent
FONT_REGULAR = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FONT_BOLD = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
SIMPLIFIED_CHINESE_FACE = 2
"""Noto's collections hold one face a region, in the order JP, KR, SC, TC, HK."""
SEED = 20261122
SENSOR_NOISE = 5.0
"""Standard deviation in grey levels, about a phone's at ISO 800."""

Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Nameplate:
    """The words on a plate. `rows` are label and value; `barcode` is Code128 or, with brackets, GS1 DataMatrix."""

    file: str
    brand: str
    title: str
    rows: tuple[tuple[str, str], ...]
    barcode: str
    barcode_caption: str
    footer: str
    corners: Corners  # where the plate's corners stand in the photograph, as shares of its width and height
    wall: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Screenshot:
    """The words of an order page of a shop's app."""

    file: str
    heading: str
    state: str
    receiver: tuple[str, str]
    shop: str
    item: tuple[str, ...]
    price: str
    rows: tuple[tuple[str, str], ...]
    footer: str
    accent: tuple[int, int, int]


PLATE_ZH = Nameplate(
    file="nameplate_zh.jpg",
    brand="澄岚 CHENGLAN",
    title="分体热泵型挂壁式房间空调器",
    rows=(
        ("型号", "KFR-35GW/CL3A"),
        ("出厂编号", "CL3A2506180427"),
        ("额定电压/频率", "220V~ 50Hz"),
        ("额定制冷量", "3500W"),
        ("额定输入功率", "880W"),
        ("制冷剂/充注量", "R32 / 0.72kg"),
        ("防触电保护类别", "I 类"),
        ("生产日期", "2025.05"),
    ),
    barcode="CL3A2506180427",
    barcode_caption="S/N CL3A2506180427",
    footer="澄岚电器 (虚构品牌 · 示例铭牌)",
    corners=((0.10, 0.13), (0.93, 0.07), (0.90, 0.92), (0.13, 0.87)),
    wall=(196, 192, 184),
)
PLATE_EN = Nameplate(
    file="nameplate_en.jpg",
    brand="HARROWBROOK",
    title="Front-load washing machine",
    rows=(
        ("Model", "HB-WM814"),
        ("Serial No.", "HBW8142601190"),
        ("Rated voltage", "120V~ 60Hz"),
        ("Rated power", "1350W"),
        ("Capacity", "8 kg"),
        ("Water pressure", "0.05-0.8 MPa"),
        ("Protection", "IPX4"),
        ("Made", "2026-01"),
    ),
    barcode="(01)04012345678901(21)HBW8142601190",
    barcode_caption="GS1",
    footer="Harrowbrook Appliances (fictional brand, sample label)",
    corners=((0.08, 0.09), (0.90, 0.14), (0.93, 0.88), (0.11, 0.93)),
    wall=(168, 176, 184),
)
SHOT_ZH = Screenshot(
    file="order_zh.png",
    heading="订单详情",
    state="交易成功",
    receiver=("李** 138****8000", "浙江省杭州市余杭区****"),
    shop="澄岚官方旗舰店",
    item=("澄岚1.5匹变频冷暖壁挂空调", "型号:KFR-35GW/CL3A", "新一级能效 · 白色"),
    price="¥2899.00",
    rows=(
        ("订单编号", "20250618936"),
        ("下单时间", "2025-06-18 09:12:33"),
        ("支付方式", "在线支付"),
        ("商品总额", "¥3099.00"),
        ("优惠", "-¥200.00"),
        ("实付款", "¥2899.00"),
    ),
    footer="示例截图,店铺与商品均为虚构",
    accent=(214, 69, 32),
)
SHOT_EN = Screenshot(
    file="order_en.png",
    heading="Order details",
    state="Delivered",
    receiver=("Dana W. (415) ***-0132", "Mission St, San Francisco, CA"),
    shop="Harrowbrook Store",
    item=("Harrowbrook Tide 8 front-load washer", "Model: HB-WM814", "8 kg, white"),
    price="$649.00",
    rows=(
        ("Order number", "20260302118"),
        ("Order placed", "2026-03-02 18:40"),
        ("Payment", "Card ending 4417"),
        ("Item total", "$699.00"),
        ("Discount", "-$50.00"),
        ("Total paid", "$649.00"),
    ),
    footer="Sample screenshot, shop and goods are fictional",
    accent=(28, 96, 168),
)


def font(size_px: int, *, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    """Open the Chinese face of Noto Sans."""
    return ImageFont.truetype(FONT_BOLD if is_bold else FONT_REGULAR, size_px, index=SIMPLIFIED_CHINESE_FACE)


def barcode_picture(text: str, *, scale: int) -> Image.Image:
    """Draw a barcode: Code128, or GS1 DataMatrix where the text names application identifiers in brackets."""
    if text.startswith("("):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    else:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    return Image.fromarray(np.array(code.to_image(scale=scale))).convert("RGB")


def flat_plate(plate: Nameplate) -> Image.Image:
    """Draw a plate as it leaves the printer."""
    page = Image.new("RGB", (1200, 860), (232, 234, 236))
    pen = ImageDraw.Draw(page)
    pen.rounded_rectangle((14, 14, 1186, 846), radius=26, outline=(60, 64, 68), width=5)
    pen.text((60, 44), plate.brand, font=font(62, is_bold=True), fill=(24, 40, 72))
    pen.text((60, 136), plate.title, font=font(36), fill=(30, 32, 34))
    pen.line((60, 200, 1140, 200), fill=(60, 64, 68), width=3)
    for number, (label, value) in enumerate(plate.rows):
        y = 216 + number * 66
        pen.text((60, y), label, font=font(34), fill=(40, 42, 44))
        pen.text((410, y), value, font=font(38, is_bold=number < 2), fill=(12, 14, 16))
    is_matrix = plate.barcode.startswith("(")
    code = barcode_picture(plate.barcode, scale=8 if is_matrix else 3)
    left, top = (930, 420) if is_matrix else (660, 570)
    page.paste(code, (left, top))
    pen.text((left + 40, top + code.height - 4), plate.barcode_caption, font=font(28), fill=(12, 14, 16))
    pen.text((60, 784), plate.footer, font=font(26), fill=(90, 92, 96))
    return page


def perspective(target: Corners, size: tuple[int, int]) -> tuple[float, ...]:
    """Solve the eight coefficients that carry the photograph's pixels back to the plate's."""
    width, height = size
    source = ((0, 0), (width, 0), (width, height), (0, height))
    rows = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append((x, y, 1, 0, 0, 0, -u * x, -u * y))
        rows.append((0, 0, 0, x, y, 1, -v * x, -v * y))
    right = np.array([value for point in source for value in point], dtype=float)
    return tuple(float(value) for value in np.linalg.solve(np.array(rows, dtype=float), right))


def photographed(plate: Nameplate, *, seed: int) -> Image.Image:
    """Take a picture of a plate: perspective, light from one side, soft focus, sensor noise."""
    flat = flat_plate(plate)
    width, height = 1280, 960
    coefficients = perspective([(x * width, y * height) for x, y in plate.corners], flat.size)
    turned = flat.transform((width, height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    inside = Image.new("L", flat.size, 255).transform((width, height), Image.Transform.PERSPECTIVE, coefficients)
    scene = Image.new("RGB", (width, height), plate.wall)
    scene.paste((0, 0, 0), mask=inside.filter(ImageFilter.GaussianBlur(12)).point(lambda grey: grey // 3))
    scene.paste(turned, mask=inside)
    pixels: npt.NDArray[np.float64] = np.asarray(scene.filter(ImageFilter.GaussianBlur(0.8)), dtype=float)
    light = np.linspace(1.06, 0.80, width)[None, :, None] * np.linspace(1.02, 0.94, height)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, SENSOR_NOISE, pixels.shape)
    return Image.fromarray(np.clip(pixels * light + noise, 0, 255).astype(np.uint8))


def screenshot(shot: Screenshot) -> Image.Image:
    """Draw an order page as a phone shows it."""
    page = Image.new("RGB", (750, 1240), (244, 244, 246))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 750, 300), fill=shot.accent)
    pen.text((40, 18), "10:02", font=font(26), fill="white")
    pen.text((40, 84), "‹", font=font(48), fill="white")
    pen.text((90, 90), shot.heading, font=font(38, is_bold=True), fill="white")
    pen.text((40, 196), shot.state, font=font(44, is_bold=True), fill="white")
    pen.rounded_rectangle((24, 272, 726, 400), radius=18, fill="white")
    pen.text((52, 290), shot.receiver[0], font=font(32, is_bold=True), fill=(20, 20, 22))
    pen.text((52, 342), shot.receiver[1], font=font(28), fill=(110, 110, 114))
    pen.rounded_rectangle((24, 420, 726, 690), radius=18, fill="white")
    pen.text((52, 440), shot.shop, font=font(30, is_bold=True), fill=(20, 20, 22))
    pen.rounded_rectangle((52, 496, 222, 666), radius=12, fill=(226, 230, 234))
    pen.rounded_rectangle((74, 560, 200, 604), radius=10, fill="white", outline=(160, 164, 170), width=3)
    pen.text((246, 500), shot.item[0], font=font(26), fill=(20, 20, 22))
    pen.text((246, 546), shot.item[1], font=font(26), fill=(60, 60, 64))
    pen.text((246, 590), shot.item[2], font=font(24), fill=(130, 130, 134))
    pen.text((246, 630), shot.price, font=font(30, is_bold=True), fill=shot.accent)
    pen.text((640, 632), "×1", font=font(26), fill=(130, 130, 134))
    pen.rounded_rectangle((24, 710, 726, 1136), radius=18, fill="white")
    for number, (label, value) in enumerate(shot.rows):
        y = 736 + number * 66
        is_last = number == len(shot.rows) - 1
        pen.text((52, y), label, font=font(28), fill=(110, 110, 114))
        pen.text((300, y), value, font=font(30, is_bold=is_last), fill=shot.accent if is_last else (20, 20, 22))
    pen.text((52, 1166), shot.footer, font=font(24), fill=(150, 150, 154))
    return page


if __name__ == "__main__":
    for number, plate in enumerate((PLATE_ZH, PLATE_EN)):
        photographed(plate, seed=SEED + number).save(FOLDER / plate.file, quality=82)
    for shot in (SHOT_ZH, SHOT_EN):
        screenshot(shot).save(FOLDER / shot.file, optimize=True)
