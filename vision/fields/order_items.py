"""Goods on an order page: lines in, the name, quantity and price of each article out, by geometry.

An article is found by its quantity ("×2", "Qty: 2") or, where goods stand in a table, by the column headed so. Its
price is the bare price nearest to the quantity; its name stands left of the price in the same row, or above it, and may
go on for another line. Fields are item_1, item_1_quantity, item_1_price, item_2, ... from the top.
What this does not know: colours and sizes, and which of two prices was struck through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vision.fields.order_types import read_price
from vision.fields.page_trust import sureness
from vision.fields.plate_types import plain
from vision.lines.layout import Extent, enclosing
from vision.lines.leaning import straight_extents
from vision.records import Line, PageField

QUANTITY = re.compile(r"(?:[x×X✕*]|qty|quantity|数量|件数)[ .:：×x]{0,3}(\d{1,4}|[l|]) ?(?:件|pcs?)?", re.I)
HEADS = {
    "name": ("商品", "商品名称", "商品信息", "宝贝", "名称", "品名", "item", "product", "description", "article"),
    "price": ("单价", "价格", "price", "unit price", "单价(元)", "each"),
    "quantity": ("数量", "qty", "quantity", "qty.", "件数"),
    "sum": ("小计", "金额", "amount", "subtotal", "total", "合计", "line total"),
}
MAX_ITEMS = 20
PRICE_REACH = 4.0
"""Line heights between a quantity and its price, up or down."""
NAME_REACH = 5.0
"""Line heights between a price and the name above it: a name of two lines and a line of colour and size fit in."""
CONTINUED = 1.9
LIKE_SIZE = 0.85
"""A name's second line is as large as its first; colour and size below it are set smaller."""
SLACK, LEVEL_SLACK = 0.15, 4.0
"""Line heights that may stay empty at the end of a name's first line: below a name the right edge is known, beside it
apps reserve a column for the price."""
SMALLER = 0.82
ONE = str.maketrans("lI|", "111")
REMARK = re.compile(
    r"[:：;；]|默认|规格|颜色|尺码|^(?:[一-鿿]{0,3}[黑白灰红蓝绿黄紫粉银金]色?款?|"
    r"(?:black|white|gr[ae]y|blue|red|green|yellow|pink|purple|silver|gold|brown|beige|navy|one size))$",
    re.I,
)
UNSURE_PLACE = 0.9
HEADING = 1.4
"""A price so much larger than the goods' is the page's sum, set as its heading."""
UNSURE_END = 0.9
"""A line below that may or may not belong to the name."""
Label = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Spot:
    line: Line
    place: Extent


@dataclass(frozen=True, slots=True)
class _Name:
    """The lines of a name; unsure where the line below may belong to it or not."""

    spots: tuple[_Spot, ...]
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    name: _Name
    quantity: _Spot
    price: _Spot

    @property
    def top(self) -> float:
        return min(spot.place.top for spot in (*self.name.spots, self.quantity, self.price))


def order_items(lines: Sequence[Line], *, is_label: Label) -> dict[str, PageField]:
    """Find the goods of an order."""
    spots = [_Spot(line, extent) for line, extent in zip(lines, straight_extents(lines), strict=True)]
    items = _listed(spots) or _stacked(spots, is_label)
    most = UNSURE_PLACE if _has_more(items, spots, is_label) else 1.0
    fields: dict[str, PageField] = {}
    for number, item in enumerate(sorted(items, key=lambda item: item.top)[:MAX_ITEMS], start=1):
        name = item.name.spots
        if name:
            sure = sureness("name", min(spot.line.confidence for spot in name), place="alone")
            box = name[0].line.box if len(name) == 1 else enclosing(spot.line.box for spot in name)
            sure = min(sure, most, UNSURE_END if item.name.is_unsure else 1.0)
            fields[f"item_{number}"] = PageField(_text(name), round(sure, 4), box)
        quantity, price = item.quantity.line, item.price.line
        count = _quantity(quantity.text) or plain(quantity.text).strip("x× ")
        fields[f"item_{number}_quantity"] = _field("quantity", count, quantity, most)
        fields[f"item_{number}_price"] = _field("price", read_price(price.text), price, most)
    return fields


def _field(name: str, value: str, line: Line, most: float) -> PageField:
    return PageField(value, round(min(most, sureness(name, line.confidence, place="alone")), 4), line.box)


def _has_more(items: Sequence[_Item], spots: Sequence[_Spot], is_label: Label) -> bool:
    """Say whether prices above the last article belong to none: one was missed, and the others' numbers shift."""
    if not items:
        return False
    own = {id(item.price) for item in items}
    last = max(item.price.place.bottom for item in items)
    rows = [item.price.place for item in items] + [spot.place for spot in spots if is_label(spot.line.text)]
    return any(
        read_price(spot.line.text)
        and id(spot) not in own
        and spot.place.top < last
        and all(abs(spot.place.middle - row.middle) > 0.7 * max(row.height, spot.place.height) for row in rows)
        and spot.place.height < HEADING * max(item.price.place.height for item in items)
        for spot in spots
    )


def _quantity(text: str) -> str:
    match = QUANTITY.fullmatch(plain(text))
    return str(int(match[1].translate(ONE))) if match else ""


def _text(name: Sequence[_Spot]) -> str:
    """Join the lines of a name: with a space between Latin words, without one between Chinese characters."""
    text = name[0].line.text.strip()
    for spot in name[1:]:
        more = spot.line.text.strip()
        text += more if text[-1:] > "\u2e80" or more[:1] > "\u2e80" else f" {more}"
    return text


def _stacked(spots: Sequence[_Spot], is_label: Label) -> list[_Item]:
    """Find goods one above the other by their quantities."""
    quantities = [spot for spot in spots if _quantity(spot.line.text)]
    prices = [spot for spot in spots if read_price(spot.line.text)]
    taken: set[int] = set()
    items: list[_Item] = []
    for quantity in sorted(quantities, key=lambda spot: spot.place.top):
        free = [price for price in prices if id(price) not in taken]
        price = _nearest(quantity, free)
        if price is None:
            continue
        taken.add(id(price))
        above = max((item.price.place.bottom for item in items), default=float("-inf"))
        items.append(_Item(_name(price, quantity, spots, is_label, above), quantity, price))
    return items


def _nearest(quantity: _Spot, prices: Sequence[_Spot]) -> _Spot | None:
    """Take the price nearest in height; at the level of the quantity or above it."""
    reach = PRICE_REACH * quantity.place.height
    near = [
        (abs(price.place.middle - quantity.place.middle), price)
        for price in prices
        if -reach < price.place.middle - quantity.place.middle < quantity.place.height
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _name(price: _Spot, quantity: _Spot, spots: Sequence[_Spot], is_label: Label, above: float) -> _Name:
    words = [
        spot
        for spot in spots
        if spot is not price and spot is not quantity and not is_label(spot.line.text)
        if not read_price(spot.line.text) and not _quantity(spot.line.text)
        if any(character.isalpha() for character in spot.line.text) and spot.place.bottom > above
    ]
    named = [spot for spot in words if sum(character.isalpha() for character in spot.line.text) >= 2]
    level = [
        spot for spot in named
        if spot.place.right < price.place.left + 0.5 * price.place.height
        and abs(spot.place.middle - price.place.middle) < 0.6 * price.place.height
    ]  # fmt: skip
    if level:
        edge = min(price.place.left, quantity.place.left) - LEVEL_SLACK * price.place.height
        return _continued(min(level, key=lambda spot: spot.place.left), words, edge)
    higher = [
        spot for spot in named
        if 0 < price.place.middle - spot.place.middle < NAME_REACH * price.place.height
        and abs(spot.place.left - price.place.left) < 1.2 * price.place.height
    ]  # fmt: skip
    if not higher:
        return _Name(())
    edge = max(quantity.place.right, price.place.right) - SLACK * price.place.height
    return _continued(min(higher, key=lambda spot: spot.place.top), words, edge)


def _continued(first: _Spot, words: Sequence[_Spot], edge: float) -> _Name:
    """Add the line that goes on below, set as large and flush left, where its first word had no room before `edge`."""
    height = first.place.height
    for spot in words:
        down = spot.place.middle - first.place.middle
        text = spot.line.text.strip()
        is_flush = abs(spot.place.left - first.place.left) < 0.7 * height
        if not (0.8 * height < down < CONTINUED * height and is_flush) or REMARK.search(text):
            continue
        word = text.split()[0] if text.isascii() else text[0]
        needed = (spot.place.right - spot.place.left) * (len(word) + text.isascii()) / len(text)
        spare = edge - first.place.right - needed
        # Latin letters differ too much in width for a short word to tell the size of its print, and one that hangs
        # below the line makes it look taller.
        share = spot.place.height / height if text.isascii() else _size(spot) / _size(first)
        is_like = LIKE_SIZE <= share <= (2.0 if text.isascii() else 1 / LIKE_SIZE)
        is_clear = spare > height or share < SMALLER
        if is_like and spare < 0:
            return _Name((first, spot), is_unsure=True)
        return _Name((first,), is_unsure=not is_clear)
    return _Name((first,))


def _size(spot: _Spot) -> float:
    """Estimate the size of print from its width, which a reader's boxes follow more closely than its height."""
    return max((spot.place.right - spot.place.left) / max(_units(spot.line.text.strip()), 0.5), 1.0)


def _units(text: str) -> float:
    """Count widths of a Chinese character; Latin letters are about half as wide."""
    return sum(1.0 if character > "\u2e80" else 0.52 for character in text)


def _listed(spots: Sequence[_Spot]) -> list[_Item]:
    """Find goods in a table whose heads name at least an article, a price and a quantity."""
    for spot in spots:
        if _head(spot) != "name":
            continue
        heads = {
            _head(other): other
            for other in spots
            if _head(other) and abs(other.place.middle - spot.place.middle) < spot.place.height
        }
        if {"name", "price", "quantity"} <= heads.keys():
            return _table_rows(heads, spots)
    return []


def _head(spot: _Spot) -> str:
    text = "".join(plain(spot.line.text).casefold().split())
    return next((head for head, words in HEADS.items() if text in ("".join(word.split()) for word in words)), "")


def _table_rows(heads: dict[str, _Spot], spots: Sequence[_Spot]) -> list[_Item]:
    height = heads["name"].place.height
    items: list[_Item] = []
    bottom = heads["name"].place.bottom
    below = sorted((spot for spot in spots if spot.place.top > bottom - 0.3 * height), key=lambda spot: spot.place.top)
    for price in below:
        if not read_price(price.line.text) or not _is_under(price, heads["price"], heads):
            continue
        level = [spot for spot in below if abs(spot.place.middle - price.place.middle) < 0.7 * height]
        name = [spot for spot in level if _is_under(spot, heads["name"], heads)]
        quantity = [spot for spot in level if _is_under(spot, heads["quantity"], heads)]
        if name and quantity and plain(quantity[0].line.text).strip("x× ").isdigit():
            items.append(_Item(_Name((name[0],)), quantity[0], price))
    return items


def _is_under(spot: _Spot, head: _Spot, heads: dict[str, _Spot]) -> bool:
    """Say whether a cell belongs to a head: no other head is nearer, by left edge or by middle."""

    def far(other: _Spot) -> float:
        middles = (spot.place.left + spot.place.right - other.place.left - other.place.right) / 2
        return min(abs(spot.place.left - other.place.left), abs(middles), abs(spot.place.right - other.place.right))

    return min(heads.values(), key=far) is head
