"""Fonts for rendered pages: which there are, which are kept for the test split alone.

Debian packages: fonts-noto-cjk, fonts-noto-cjk-extra, fonts-wqy-zenhei, fonts-wqy-microhei, fonts-arphic-uming,
fonts-arphic-ukai, fonts-lxgw-wenkai, fonts-dejavu-core, fonts-liberation2, fonts-roboto-unhinted, fonts-open-sans,
fonts-lato, fonts-hack, fonts-inconsolata, fonts-ocr-a, fonts-dseg. What this does not know: whether a font has a glyph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from PIL import ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts")
SIMPLIFIED = 2
"""Noto's collections hold a face a region: JP, KR, SC, TC, HK."""
TRAIN_ZH = (
    "opentype/noto/NotoSansCJK-Regular.ttc", "opentype/noto/NotoSansCJK-Medium.ttc",
    "opentype/noto/NotoSansCJK-Bold.ttc", "opentype/noto/NotoSerifCJK-SemiBold.ttc", "truetype/wqy/wqy-zenhei.ttc",
)  # fmt: skip
TEST_ZH = (
    "truetype/wqy/wqy-microhei.ttc", "truetype/arphic/uming.ttc", "truetype/arphic/ukai.ttc",
    "truetype/lxgw-wenkai/LXGWWenKai-Bold.ttf", "opentype/noto/NotoSerifCJK-Medium.ttc",
)  # fmt: skip
TRAIN_LATIN = (
    "truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf",
    "truetype/liberation2/LiberationSans-Regular.ttf", "truetype/liberation2/LiberationMono-Bold.ttf",
    "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf", "truetype/open-sans/OpenSans-Semibold.ttf",
    "truetype/hack/Hack-Regular.ttf",
)  # fmt: skip
TEST_LATIN = (
    "truetype/lato/Lato-Medium.ttf", "truetype/roboto/unhinted/RobotoCondensed-Medium.ttf",
    "truetype/inconsolata/Inconsolata.otf", "truetype/ocr-a/OCRA.ttf", "truetype/liberation2/LiberationSerif-Bold.ttf",
    "truetype/dejavu/DejaVuSansMono.ttf",
)  # fmt: skip


class FontMissing(Exception):
    """A font file is not on this machine; the message names it."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Print and where it stands on the flat drawing: left, top, right, bottom, in its pixels."""

    text: str
    place: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Face:
    """A Chinese font, and a Latin one for print without Chinese; `printed` gathers what was written with it."""

    zh: str
    latin: str
    printed: list[Printed] = field(default_factory=list, compare=False)

    @property
    def name(self) -> str:
        return f"{Path(self.zh).stem}+{Path(self.latin).stem}"

    def font(self, text: str, size_px: int) -> ImageFont.FreeTypeFont:
        return font(self.latin if text.isascii() else self.zh, size_px)

    def width(self, text: str, size_px: int) -> int:
        return round(self.font(text, size_px).getlength(text))

    def write(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, size_px: int, fill: tuple[int, ...]
    ) -> int:
        """Write one line with its ascender at `at`; return its width."""
        drawn = self.font(text, size_px)
        pen.text(at, text, font=drawn, fill=fill, anchor="la")
        left, top, right, bottom = drawn.getbbox(text, anchor="la")
        self.printed.append(Printed(text, (at[0] + left, at[1] + top, at[0] + right, at[1] + bottom)))
        return self.width(text, size_px)


def faces(rng: Random, split: str) -> Face:
    """Draw a face: of the test split, from fonts that the train split does not have."""
    zh, latin = (TRAIN_ZH, TRAIN_LATIN) if split == "train" else (TEST_ZH, TEST_LATIN)
    return Face(rng.choice(zh), rng.choice(latin))


@lru_cache(maxsize=256)
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    """Open a font.

    Raises:
        FontMissing: the file is not there.
    """
    path = FONTS / name
    if not path.is_file():
        raise FontMissing(f"no font {path}; install the Debian packages that training/page_fonts.py names")
    return ImageFont.truetype(str(path), size_px, index=SIMPLIFIED if "/noto/" in name and "CJK" in name else 0)
