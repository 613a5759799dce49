"""Read the public list of phone models, and bend codes the way readers and people do.

In: the folder mobilemodels, a seed. Out: products with their family (the marketing name several codes share), and noisy
spellings. The list is under CC BY-NC-SA: it is measured on, never shipped, and nothing is fitted on it.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nlp
from nlp.extraction.catalogue import Product

_GROUP = re.compile(r"\*\*(?:\[`[^`]{1,60}`\] )?(?P<name>[^*`]{1,80}?)\s?(?:\(`[^)]{1,80}\))?\s?:\*\*")
_ROW = re.compile(r"(?P<codes>`[^`]{1,60}`(?: `[^`]{1,60}`){0,30}):\s?(?P<name>\S.{0,200})")
_BRANDS = {
    "apple": "苹果|Apple", "huawei": "华为|HUAWEI", "honor": "荣耀|HONOR", "xiaomi": "小米|Xiaomi",
    "mitv": "小米|Xiaomi",
    "samsung": "三星|Samsung", "oneplus": "一加|OnePlus", "meizu": "魅族|Meizu", "vivo": "vivo", "oppo": "OPPO",
    "realme": "真我|realme", "google": "谷歌|Google", "lenovo": "联想|Lenovo", "motorola": "摩托罗拉|Motorola",
    "nokia": "诺基亚|Nokia", "nubia": "努比亚|nubia", "sony": "索尼|Sony", "asus": "华硕|ASUS", "nothing": "Nothing",
    "blackshark": "黑鲨|Black Shark", "smartisan": "锤子|Smartisan", "zte": "中兴|ZTE", "coolpad": "酷派|Coolpad",
    "letv": "乐视|LeEco", "360shouji": "360", "xiaomi-wear": "小米|Xiaomi", "zhixuan": "智选",
}  # fmt: skip
"""The brand a business would write in its catalogue's column of that name."""

# What the brief calls one-to-one swaps of listed pairs.
LISTED = dict(zip("0O1I5S8B2Z6", "O0I1S5B8Z2G", strict=True))
# What readers do beyond the list: worn print, other fonts, thermal labels. Not from any matcher's table.
OTHER = {
    "0": "DQC", "O": "CQD", "1": "7LT", "7": "1T", "I": "LT", "L": "I1", "5": "6", "S": "8", "8": "36", "3": "8",
    "6": "5",
    "9": "g4", "4": "A9", "A": "4R", "B": "R3", "C": "GO", "D": "OB", "E": "FB", "F": "PE", "G": "C6", "H": "NW",
    "K": "XH",
    "M": "NW", "N": "MH", "P": "FR", "Q": "0O", "R": "PK", "T": "7I", "U": "VJ", "V": "UY", "W": "VM", "X": "KY",
    "Y": "V", "Z": "7", "J": "U", "2": "7",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """Products, and for each code the families (names without regional version) it belongs to."""

    products: tuple[Product, ...]
    families: dict[str, frozenset[str]]

    def catalogue(self, *, without: frozenset[str] = frozenset()) -> nlp.Catalogue:
        return nlp.Catalogue(product for product in self.products if product.code not in without)


def read_listing(folder: Path) -> Listing:
    """Read every Markdown page of the list; a code on several pages keeps all its names."""
    names: dict[str, dict[str, None]] = {}
    brands: dict[str, str] = {}
    families: dict[str, set[str]] = {}
    for page in sorted((folder / "brands").glob("*.md")):
        stem = re.sub(r"_(?:cn|en|all|global)", "", page.stem)
        group = ""
        for line in page.read_text(encoding="utf-8").splitlines():
            if heading := _GROUP.match(line.strip()):
                group = heading["name"].strip()
            elif row := _ROW.match(line.strip()):
                for code in re.findall(r"`([^`]+)`", row["codes"]):
                    names.setdefault(code, {})[row["name"].strip()] = None
                    families.setdefault(code, set()).update({group, _unversioned(row["name"])} - {""})
                    brands.setdefault(code, _BRANDS.get(stem, ""))
    products = tuple(Product(code, tuple(kept), brands[code]) for code, kept in names.items())
    return Listing(products, {code: frozenset(found) for code, found in families.items()})


def _unversioned(name: str) -> str:
    return re.sub(r"\s?\(.{0,80}\)?$|\s(?:全网通|移动|联通|电信|公开|国际|海外|双卡|单卡).{0,30}$", "", name.strip())


def swapped(code: str, noise: float, chance: random.Random) -> str:
    """Swap listed look-alikes, each with probability `noise`: the noise the published baseline was measured with."""
    return "".join(LISTED.get(c.upper(), c) if chance.random() < noise else c for c in code)


def worn(code: str, noise: float, chance: random.Random) -> str:
    """Bend harder: of all characters `noise` are touched; half are listed swaps, the rest other, lost, gained."""
    pieces: list[str] = []
    for character in code:
        if chance.random() >= noise:
            pieces.append(character)
            continue
        pieces.append(_touched(character, chance))
    text = "".join(pieces)
    if chance.random() < noise:
        text = text.replace("-", "").replace(" ", "")
    if chance.random() < noise:
        text = text.lower()
    return text or code


def _touched(character: str, chance: random.Random) -> str:
    kind = chance.random()
    upper = character.upper()
    if kind < 0.5:
        return LISTED.get(upper, character)
    if kind < 0.75:
        return chance.choice(OTHER.get(upper, character))
    if kind < 0.85:
        return ""
    if kind < 0.92:
        return character + chance.choice(string.ascii_uppercase + string.digits + ".-")
    return character + " " if chance.random() < 0.6 else character.swapcase()


def chosen(listing: Listing, count: int, *, seed: int) -> Sequence[Product]:
    """Draw products without repetition."""
    return random.Random(seed).sample(listing.products, min(count, len(listing.products)))
