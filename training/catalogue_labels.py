"""Print model codes on labels, photograph them badly, and read them with our own reader.

In: codes, a seed. Out: for each the text of the line(s) read where the code stands. Pictures are made in memory and
never kept. It does not know the catalogue. Fonts are those of the machine; at least DejaVu or Noto must be there.
"""

from __future__ import annotations

import io
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import vision

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/Library/Fonts"), Path("/usr/local/share/fonts"))
LATIN_FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSerif.ttf",
    "DejaVuSansCondensed.ttf", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSerif-Regular.ttf",
    "DejaVuSerif-Bold.ttf", "DejaVuSans-Oblique.ttf",
)  # fmt: skip
HAN_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc", "wqy-zenhei.ttc")
CAPTIONS = (
    "型号: ",
    "型号：",
    "产品型号 ",
    "机型: ",
    "规格型号:",
    "Model: ",
    "Model No.: ",
    "MODEL ",
    "Model Name: ",
    "Type: ",
    "",
)
BESIDE = ("额定电压: 220V~ 50Hz", "RATED 5V 2A", "S/N: {serial}", "IMEI: 86{serial}", "制造日期 2023.08",
    "MADE IN CHINA",
          "CMIIT ID: 2022CP{serial}", "净重 1.2kg", "合格证", "Input: 100-240V")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read where the code was printed."""

    code: str
    text: str


def readings(codes: Sequence[str], *, seed: int, cache: Path | None = None) -> Iterator[Reading]:
    """Read one label for each code; with `cache`, a file of an earlier run is taken instead."""
    if cache is not None and cache.is_file():
        yield from (Reading(**json.loads(line)) for line in cache.read_text(encoding="utf-8").splitlines())
        return
    reader = vision.build_reader("ppocr")
    chance = random.Random(seed)
    found: list[Reading] = []
    for code in codes:
        content, top, bottom = label(code, chance)
        page = vision.read_images(content, name="label.jpg")[0]
        text = " ".join(line.text for line in reader.read(page) if _is_between(line, top, bottom))
        found.append(Reading(code, text))
        yield found[-1]
    if cache is not None:
        cache.write_text("".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in found), encoding="utf-8")


def _is_between(line: vision.Line, top: float, bottom: float) -> bool:
    middle = sum(point[1] for point in line.box) / 4
    return top <= middle < bottom


def label(code: str, chance: random.Random) -> tuple[bytes, float, float]:
    """Return a JPEG of a label, and the code line's top and bottom."""
    size = chance.randint(14, 34)
    latin, han = _font(chance.choice(LATIN_FONTS), size), _font(chance.choice(HAN_FONTS), size)
    paper, ink = _colours(chance)
    height = int(size * 1.5)
    picture = Image.new("RGB", (int(size * 22), height * 5 + 40), paper)
    draw = ImageDraw.Draw(picture)
    row, centre = chance.randrange(4), 0.0
    for at in range(4):
        x, y = chance.randint(10, 30), 20 + at * height + chance.randint(0, 3)
        if at == row:
            caption = chance.choice(CAPTIONS)
            draw.text((x, y), caption, ink, han)
            start = x + draw.textlength(caption, han)
            draw.text((start, y), code, ink, latin)
            centre = (x + start + draw.textlength(code, latin)) / 2
        else:
            serial = "".join(chance.choices("0123456789ABCDEFGH", k=9))
            draw.text((x, y), chance.choice(BESIDE).format(serial=serial), ink, han)
    skew = chance.uniform(-2.5, 2.5)
    picture = picture.rotate(skew, resample=Image.Resampling.BICUBIC, expand=False, fillcolor=paper)
    content = _photographed(picture, chance)
    moved = (centre - picture.width / 2) * math.sin(math.radians(skew))  # what stands right of the middle rises
    middle = 20 + (row + 0.5) * height - moved
    return content, middle - 0.62 * height, middle + 0.62 * height


def _colours(chance: random.Random) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    light, dark = chance.randint(170, 255), chance.randint(0, 90)
    paper, ink = (light, light, chance.randint(150, light)), (dark, dark, dark)
    return (ink, paper) if chance.random() < 0.15 else (paper, ink)


def _photographed(picture: Image.Image, chance: random.Random) -> bytes:
    """Blur, add light falling from one side and grain, and save as JPEG."""
    picture = picture.filter(ImageFilter.GaussianBlur(chance.choice((0, 0.5, 0.8, 1.2, 1.6))))
    pixels = np.asarray(picture, dtype=np.float32)
    light = np.linspace(chance.uniform(0.6, 1), chance.uniform(0.8, 1.1), pixels.shape[1])[None, :, None]
    grain = np.random.default_rng(chance.randrange(2**31)).normal(0, chance.choice((2, 6, 12, 18)), pixels.shape)
    worn = Image.fromarray(np.clip(pixels * light + grain, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    worn.save(stream, "JPEG", quality=chance.choice((30, 45, 60, 80, 92)))
    return stream.getvalue()


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    for folder in FONT_FOLDERS:
        for path in folder.rglob(name):
            return ImageFont.truetype(str(path), size)
    raise SystemExit(
        f"no font {name} under {FONT_FOLDERS[0]}; install fonts-dejavu, fonts-noto-core and fonts-noto-cjk"
    )
