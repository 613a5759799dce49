"""Error displays made here: a seed in, a photographed seven-segment panel or an app's error dialog with its truth out.

    python -m training.render_displays --out FOLDER --seeds 0-20

In the train split (seeds below 10000) segments are drawn by segment_drawing; in the test split half of the panels are
set in DSEG (Debian: fonts-dseg), whose shapes the train split never shows, and dialogs have wordings of their own.
What this does not know: flicker, dot matrices, and panels behind scratched plastic.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from training.made_up_words import en_brand, pattern, zh_brand
from training.page_fonts import Face, faces, font
from training.picture_wear import draw_wear, photographed, saved
from training.rendered_pages import RenderedPage, main, split_of
from training.segment_drawing import SegmentStyle, draw_segments

Colour = tuple[int, int, int]
CODES = ("E8", "E9", "E89", "F8", "F09", "F89", "H8", "L8", "P8", "U8", "C8", "d8", "A8", "E-8", "Er8", "Err", "F-9",
         "E09", "dE8", "oE", "5E", "LE8", "PE", "HE8", "UE", "tE8", "bE8", "E8.")  # fmt: skip
WEAR = ("perspective", "slant", "glare", "blur", "noise", "jpeg")
LIGHTS: Sequence[tuple[str, Colour, Colour]] = (
    ("red", (16, 8, 8), (255, 60, 40)), ("green", (8, 14, 10), (90, 255, 120)), ("blue", (8, 12, 20), (120, 210, 255)),
    ("white", (18, 18, 20), (240, 244, 250)), ("amber", (18, 12, 4), (255, 176, 40)), 
    ("lcd", (158, 170, 146), (30, 36, 30)),
    ("backlit lcd", (120, 190, 230), (16, 24, 50)),
)  # fmt: skip
DSEG = ("DSEG7Classic-Regular", "DSEG7Classic-Bold", "DSEG7Modern-Regular", "DSEG7Modern-Bold", "DSEG7Classic-Italic")
BUTTONS = {"zh": ("开/关", "模式", "温度", "定时", "启动/暂停", "童锁", "风速"),
           "en": ("POWER", "MODE", "TEMP", "TIMER", "START", "LOCK", "FAN")}  # fmt: skip
DIALOGS = {
    "zh": (("连接失败", "设备无法连接到服务器，请检查网络后重试。"), ("操作失败", "上传日志时出现问题，请稍后再试。"),
           ("系统错误", "服务暂时不可用，请联系客服。"), ("支付失败", "支付超时，订单未完成付款。")),
    "en": (("Connection failed", "The device could not reach the server. Check your network."),
           ("Something went wrong", "We could not save your changes. Please try again later."),
           ("Update failed", "The firmware could not be installed."), ("Printer error", "The paper tray is jammed.")),
}  # fmt: skip
TEST_DIALOGS = {
    "zh": (("登录异常", "您的账号暂时无法登录，请五分钟后重试。"), ("设备故障", "压缩机过热，机器已停止运行。")),
    "en": (("Sign-in problem", "Your session has expired. Sign in again."),
           ("Device fault", "Motor overheated; unit stopped.")),
}  # fmt: skip
CODE_LABELS = {"zh": ("错误代码", "错误码", "故障代码", "代码"), "en": ("Error code", "Error", "Code", "Fault code")}
PNG = b"\x89PNG"
DIALOG_CODES = ("8899", "E-8999", "0x8009AAA9", "-1889", "ERR_899", "10899", "AA-8999", "5809")


def render_display(seed: int) -> RenderedPage:
    """Draw the display of a seed: two of three are panels, the rest dialogs."""
    rng, split = Random(f"display {seed}"), split_of(seed)
    language = ("zh", "en")[seed % 2]
    face = faces(rng, split)
    if rng.random() < 0.34:
        return _dialog(rng, seed, language, split, face)
    light, ground, lit = rng.choice(LIGHTS)
    code = pattern(rng, rng.choice(CODES), letters="A")
    is_font = split == "test" and rng.random() < 0.5
    name = rng.choice(DSEG) if is_font else "drawn"
    shown = _dseg(code, name, ground, lit) if is_font else draw_segments(code, _style(rng, ground, lit))
    flat = _panel(shown, light, ground, language, face, rng)
    worn = photographed(flat, rng, side_px=rng.choice((800, 1100, 1400)), wear=draw_wear(rng, WEAR, most=2))
    return RenderedPage(
        name=f"display_{seed:05}.jpg",
        kind="error_screen",
        language=language,
        layout="panel, DSEG" if is_font else "panel, drawn",
        face=name,
        wear=(light, *worn.wear),
        turn=0,
        fields={"error_code": code.rstrip(".")},
        content=worn.content,
    )


def _style(rng: Random, ground: Colour, lit: Colour) -> SegmentStyle:
    return SegmentStyle(
        ground=ground,
        lit=lit,
        ghost=rng.choice((0.0, 0.0, 0.05, 0.1)),
        thickness=rng.uniform(0.12, 0.2),
        gap=rng.uniform(0.0, 0.04),
        slant=rng.choice((0.0, 0.08, 0.12)),
        is_pointed=rng.random() < 0.6,
    )


def _dseg(code: str, name: str, ground: Colour, lit: Colour) -> Image.Image:
    drawn = font(f"truetype/dseg/{name}.ttf", 260)
    width = round(drawn.getlength(code)) + 160
    picture = Image.new("RGB", (width, 400), ground)
    ImageDraw.Draw(picture).text((80, 70), code, font=drawn, fill=lit)
    return picture


def _panel(shown: Image.Image, light: str, ground: Colour, language: str, face: Face, rng: Random) -> Image.Image:
    """Set a display into a device's front, with its brand and buttons, or show the display alone."""
    if "lcd" not in light and rng.random() < 0.8:  # lamps glow
        glow = shown.filter(ImageFilter.GaussianBlur(rng.uniform(4, 14)))
        shown = Image.fromarray(_brightest(shown, glow))
    front = rng.choice(((32, 33, 36), (228, 229, 231), (200, 200, 205), (60, 20, 24), ground))
    ink = (230, 230, 230) if sum(front) < 300 else (40, 40, 44)
    width = max(shown.width + 2 * rng.randint(40, 260), 900)
    picture = Image.new("RGB", (width, shown.height + 420), front)
    pen = ImageDraw.Draw(picture)
    if rng.random() < 0.7:
        brand = zh_brand(rng) if language == "zh" else en_brand(rng).upper()
        face.write(pen, (60, 40), brand, size_px=52, fill=ink)
    picture.paste(shown, ((width - shown.width) // 2, 130))
    if rng.random() < 0.7:
        x = 60
        for button in rng.sample(BUTTONS[language], 4):
            x += face.write(pen, (x, shown.height + 250), button, size_px=34, fill=ink) + rng.randint(50, 90)
    return picture


def _brightest(shown: Image.Image, glow: Image.Image) -> npt.NDArray[np.uint8]:
    return np.asarray(np.maximum(np.asarray(shown), (np.asarray(glow) * 0.7).astype(np.uint8)), np.uint8)


def _dialog(rng: Random, seed: int, language: str, split: str, face: Face) -> RenderedPage:
    title, message = rng.choice((DIALOGS if split == "train" else TEST_DIALOGS)[language])
    code = pattern(rng, rng.choice(DIALOG_CODES), letters="ABCDEF")
    label = rng.choice(CODE_LABELS[language])
    is_dark = rng.random() < 0.3
    ground, card, ink = (
        ((10, 10, 12), (44, 45, 48), (236, 236, 238)) if is_dark else ((110, 110, 114), (255, 255, 255), (24, 24, 26))
    )
    picture = Image.new("RGB", (1080, 1200), ground)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((90, 300, 990, 820), radius=36, fill=card)
    face.write(pen, (540 - face.width(title, 48) / 2, 350), title, size_px=48, fill=ink)
    cut = len(message)
    while face.width(message[:cut], 36) > 800:
        cut -= 1
    if cut < len(message) and message.isascii():
        cut = message[:cut].rindex(" ") + 1
    for number, part in enumerate(filter(None, (message[:cut].strip(), message[cut:].strip()))):
        face.write(pen, (140, 460 + 56 * number), part, size_px=36, fill=ink)
    joint = rng.choice(("：", ":")) if language == "zh" else rng.choice((": ", " "))
    text = f"({label}{joint}{code})" if rng.random() < 0.3 else f"{label}{joint}{code}"
    face.write(pen, (140, 610), text, size_px=36, fill=ink)
    for x, button in ((220, "取消" if language == "zh" else "Cancel"), (700, "重试" if language == "zh" else "Retry")):
        face.write(pen, (x, 730), button, size_px=40, fill=(40, 120, 240))
    if rng.random() < 0.3:
        worn = photographed(picture, rng, side_px=1300, wear=draw_wear(rng, WEAR, most=2))
    else:
        worn = saved(picture, rng, scale=rng.choice((1.0, 0.7)), wear=rng.choice(((), ("jpeg",))))
    return RenderedPage(
        name=f"display_{seed:05}." + ("png" if worn.content.startswith(PNG) else "jpg"),
        kind="error_screen",
        language=language,
        layout="dialog",
        face=face.name,
        wear=worn.wear,
        turn=0,
        fields={"error_code": code, "error_message": message},
        content=worn.content,
    )


if __name__ == "__main__":
    main(render_display, prog="python -m training.render_displays", about=__doc__)
