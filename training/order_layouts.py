"""How an order's words are set on a phone or in a browser: an Order, a layout's name and a face in, a drawing out, and
the names of what it shows.

LAYOUTS are seen while rules are tuned, HELD_OUT only in the test split. What this does not know: truth; it draws words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from PIL import Image, ImageDraw

from training.order_words import Order
from training.page_fonts import Face

Colour = tuple[int, int, int]
WIDTH = 1080
EDGE = 48


@dataclass(frozen=True, slots=True)
class Theme:
    ground: Colour
    card: Colour
    ink: Colour
    soft: Colour
    accent: Colour


LIGHT = Theme((244, 244, 246), (255, 255, 255), (24, 24, 26), (128, 128, 132), (222, 78, 32))
DARK = Theme((16, 16, 18), (32, 33, 36), (234, 234, 236), (150, 150, 156), (250, 130, 70))
ACCENTS = ((222, 78, 32), (226, 35, 26), (28, 96, 168), (0, 118, 96), (120, 60, 180), (200, 120, 0))


@dataclass(slots=True)
class Screen:
    """A drawing in progress: `y` is where the next thing goes, `shown` what was named."""

    picture: Image.Image
    pen: ImageDraw.ImageDraw
    theme: Theme
    face: Face
    rng: Random
    width: int = WIDTH
    y: int = 0
    shown: set[str] = field(default_factory=set)

    def write(self, x: float, y: float, text: str, size: int = 38, colour: Colour | None = None) -> int:
        return self.face.write(self.pen, (x, y), text, size_px=size, fill=colour or self.theme.ink)

    def write_right(self, right: float, y: float, text: str, size: int = 38, colour: Colour | None = None) -> None:
        self.write(right - self.face.width(text, size), y, text, size, colour)

    def card(self, height: int) -> None:
        box = (EDGE // 2, self.y, self.width - EDGE // 2, self.y + height)
        self.pen.rounded_rectangle(box, radius=24, fill=self.theme.card)

    def wrapped(self, x: float, y: float, text: str, size: int, room: float) -> int:
        """Write a title over at most two lines; return how many it took."""
        cut = len(text)
        while cut > 1 and self.face.width(text[:cut], size) > room:
            cut -= 1
        if cut < len(text) and text.isascii() and " " in text[:cut]:
            cut = text[:cut].rindex(" ") + 1
        self.write(x, y, text[:cut].strip(), size)
        if cut < len(text):
            self.write(x, y + size * 1.35, text[cut:].strip(), size)
            return 2
        return 1


def draw_order(order: Order, layout: str, face: Face, rng: Random) -> tuple[Image.Image, frozenset[str]]:
    """Draw an order page in a layout."""
    base = DARK if rng.random() < 0.25 else LIGHT
    theme = Theme(base.ground, base.card, base.ink, base.soft, rng.choice(ACCENTS) if base is LIGHT else base.accent)
    width = 1500 if layout in WIDE else WIDTH
    picture = Image.new("RGB", (width, 4000), theme.ground)
    screen = Screen(picture, ImageDraw.Draw(picture), theme, face, rng, width)
    if layout not in WIDE:
        _status_bar(screen)
    {**_SEEN, **_UNSEEN}[layout](screen, order)
    return picture.crop((0, 0, width, screen.y + 60)), frozenset(screen.shown)


def _status_bar(screen: Screen) -> None:
    screen.write(60, 24, f"{screen.rng.randint(7, 22)}:{screen.rng.randint(10, 59)}", 34)
    screen.write_right(screen.width - 60, 24, f"{screen.rng.choice(('5G', '4G'))}  {screen.rng.randint(12, 98)}%", 30)
    screen.y = 100


def _header(screen: Screen, title: str, state: str) -> None:
    screen.write(40, screen.y, "<", 44)
    screen.write((screen.width - screen.face.width(title, 44)) / 2, screen.y, title, 44)
    screen.y += 90
    if state:
        screen.pen.rectangle((0, screen.y, screen.width, screen.y + 130), fill=screen.theme.accent)
        screen.write(EDGE, screen.y + 40, state, 48, (255, 255, 255))
        screen.y += 150


def _items(screen: Screen, order: Order, *, mark: str, price_at: str) -> None:
    """Draw thumbnail, title, specification, price and quantity of every item."""
    for item in order.items:
        screen.card(250)
        tint = tuple(screen.rng.randint(150, 230) for _ in range(3))
        screen.pen.rounded_rectangle((EDGE, screen.y + 25, EDGE + 200, screen.y + 225), radius=14, fill=tint)
        x, right = EDGE + 230, screen.width - EDGE
        room = right - x - (230 if price_at == "right" else 0)
        lines = screen.wrapped(x, screen.y + 24, item.name, 38, room)
        if screen.rng.random() < 0.6:
            spec = screen.rng.choice(
                ("颜色分类:白色", "标准款;黑色", "默认规格")
                if order.language == "zh"
                else ("Colour: White", "Size: M", "Black")
            )
            screen.write(x, screen.y + 24 + 52 * lines, spec, 30, screen.theme.soft)
        quantity = mark.format(item.quantity)
        if price_at == "right":
            screen.write_right(right, screen.y + 24, item.price, 38)
            screen.write_right(right, screen.y + 80, quantity, 32, screen.theme.soft)
        else:
            screen.write(x, screen.y + 180, item.price, 40, screen.theme.accent)
            screen.write_right(right, screen.y + 184, quantity, 34, screen.theme.soft)
        screen.y += 262


def _rows(screen: Screen, rows: list[tuple[str, str, str]], *, at: str, colon: str = "", size: int = 36) -> None:
    """Draw label-value rows; `rows` are field, label and value; `at` is where values stand: right, stop or close."""
    rows = [row for row in rows if row[2]]
    step = round(size * screen.rng.uniform(1.75, 2.1))
    screen.card(step * len(rows) + 40)
    stop = EDGE + max(screen.face.width(label + colon, size) for _, label, _ in rows) + 70
    for number, (name, label, value) in enumerate(rows):
        y = screen.y + 24 + number * step
        used = screen.write(EDGE, y, label + colon, size, screen.theme.soft)
        if at == "right":
            screen.write_right(screen.width - EDGE, y, value, size)
        else:
            x = stop if at == "stop" else EDGE + used + 14
            x += screen.write(x, y, value, size)
            if name == "order_number" and screen.rng.random() < 0.6:
                copy = "复制" if any(ord(letter) > 0x2E80 for letter in label) else "Copy"
                screen.write(max(x + 60, screen.width - EDGE - 90), y, copy, size - 4, screen.theme.accent)
        screen.shown.add(name)
    screen.y += step * len(rows) + 60


def _shop_line(screen: Screen, order: Order, label: str = "") -> None:
    text = label + order.shop
    screen.card(90)
    used = screen.write(EDGE, screen.y + 22, text, 38)
    screen.write(EDGE + used + 30, screen.y + 22, ">", 34, screen.theme.soft)
    screen.shown.add("shop")
    screen.y += 100


def _zh_sums(order: Order, total_label: str) -> list[tuple[str, str, str]]:
    return [
        ("", "商品总价", order.subtotal),
        ("", "运费", order.shipping),
        ("", "优惠", order.discount),
        ("amount", total_label, order.total),
    ]


def _zh_list(screen: Screen, order: Order) -> None:
    """State, address, shop, items, sums to the right, then the order's rows."""
    _header(screen, "订单详情", screen.rng.choice(("交易成功", "卖家已发货", "待收货", "")))
    _rows(screen, [("", "李** 138****8000", "浙江省杭州市余杭区****")], at="stop", size=34)
    _shop_line(screen, order)
    _items(screen, order, mark="×{}", price_at="right")
    _rows(screen, _zh_sums(order, screen.rng.choice(("实付款", "实付款(含运费)", "实付"))), at="right")
    rows = [
        ("order_number", screen.rng.choice(("订单编号", "订单号")), order.number),
        ("order_time", screen.rng.choice(("创建时间", "下单时间")), order.ordered),
        ("", "付款时间", order.paid),
        ("", "发货时间", order.sent),
        ("tracking_number", screen.rng.choice(("运单号", "运单编号", "快递单号")), order.tracking),
    ]
    _rows(screen, rows, at=screen.rng.choice(("stop", "close")), colon=screen.rng.choice(("", "：", ":")))


def _zh_card(screen: Screen, order: Order) -> None:
    """Order rows first, items with the price below the title, the total last."""
    _header(screen, "订单信息", screen.rng.choice(("已完成", "待评价")))
    rows = [
        ("order_number", "订单编号", order.number),
        ("order_time", "下单时间", order.ordered),
        ("", "支付方式", screen.rng.choice(("微信支付", "在线支付", "支付宝"))),
        ("tracking_number", screen.rng.choice(("运单号码", "物流单号")), order.tracking),
        ("", "配送方式", order.carrier),
    ]
    _rows(screen, rows, at="stop", colon=screen.rng.choice(("", "：")))
    _shop_line(screen, order)
    _items(screen, order, mark=screen.rng.choice(("x{}", "×{}", "x {}")), price_at="below")
    _rows(screen, _zh_sums(order, screen.rng.choice(("实付款", "合计", "实际支付"))), at="right")


def _zh_compact(screen: Screen, order: Order) -> None:
    """Small rows with values at the right, the shop named by a label."""
    _header(screen, "订单详情", "")
    _items(screen, order, mark="×{}", price_at=screen.rng.choice(("right", "below")))
    count = sum(item.quantity for item in order.items)
    screen.write_right(screen.width - EDGE, screen.y, f"共{count}件 实付：{order.total}", 38)
    screen.shown.add("amount")
    screen.y += 80
    rows = [
        ("shop", screen.rng.choice(("店铺", "商家", "店铺名称")), order.shop),
        ("order_number", "订单号", order.number),
        ("order_time", "下单时间", order.ordered),
        ("", "成交时间", order.sent),
        ("tracking_number", "快递单号", order.tracking),
    ]
    _rows(screen, rows, at="right", size=34)


def _en_retail(screen: Screen, order: Order) -> None:
    """Rows of details, items with "Qty", a summary with the grand total."""
    _header(screen, screen.rng.choice(("Order Details", "View order details")), "")
    rows = [
        ("order_time", screen.rng.choice(("Order placed", "Order date", "Ordered on")), order.ordered),
        ("order_number", screen.rng.choice(("Order #", "Order number", "Order No.")), order.number),
        ("", "Order total", ""),
    ]
    _rows(screen, rows, at=screen.rng.choice(("stop", "right")))
    if order.tracking:
        _rows(
            screen,
            [
                ("", "Shipped with", order.carrier),
                ("tracking_number", screen.rng.choice(("Tracking ID", "Tracking number")), order.tracking),
            ],
            at=screen.rng.choice(("stop", "close")),
            colon=":",
        )
    _shop_line(screen, order, "Sold by: ")
    _items(screen, order, mark="Qty: {}", price_at="below")
    sums = [
        ("", "Item(s) Subtotal", order.subtotal),
        ("", "Shipping & Handling", order.shipping),
        ("", "Discount", order.discount),
        ("amount", screen.rng.choice(("Grand Total", "Order total", "Total")), order.total),
    ]
    _rows(screen, sums, at="right", colon=":")


def _en_checkout(screen: Screen, order: Order) -> None:
    """A shop's own confirmation: "Order #1024", items with prices to the right, totals below."""
    screen.write(EDGE, screen.y, order.shop, 50)
    screen.shown |= {"shop", "order_number", "order_time"}
    screen.y += 100
    number = order.number if order.number.startswith("#") else f"#{order.number}"
    screen.write(EDGE, screen.y, f"Order {number}", 46)
    screen.write(EDGE, screen.y + 70, f"Placed on {order.ordered}", 34, screen.theme.soft)
    screen.y += 140
    _items(screen, order, mark="x {}", price_at="right")
    sums = [
        ("", "Subtotal", order.subtotal),
        ("", "Discount", order.discount),
        ("", "Shipping", order.shipping),
        ("amount", "Total", order.total),
    ]
    _rows(screen, sums, at="right")
    if order.tracking:
        _rows(
            screen, [("", "Carrier", order.carrier), ("tracking_number", "Tracking number", order.tracking)], at="stop"
        )


def _en_market(screen: Screen, order: Order) -> None:
    """Label above value, as some markets' apps have it."""
    _header(screen, "Order info", screen.rng.choice(("Delivered", "On its way")))
    rows = [
        ("order_time", "Time placed", order.ordered),
        ("order_number", "Order number", order.number),
        ("shop", screen.rng.choice(("Sold by", "Seller", "Shop")), order.shop),
        ("tracking_number", screen.rng.choice(("Tracking number", "Tracking no.")), order.tracking),
    ]
    for name, label, value in rows:
        if value:
            screen.write(EDGE, screen.y, label, 30, screen.theme.soft)
            screen.write(EDGE, screen.y + 44, value, 38)
            screen.shown.add(name)
            screen.y += 130
    _items(screen, order, mark="Quantity: {}", price_at="below")
    _rows(
        screen,
        [
            ("", "Subtotal", order.subtotal),
            ("", "Postage", order.shipping),
            ("", "Discount", order.discount),
            ("amount", "Order total", order.total),
        ],
        at="right",
    )


def _table(screen: Screen, order: Order) -> None:
    """A browser's page: details in a line, goods in a table with a heading for each column."""
    is_zh = order.language == "zh"
    screen.y = 40
    screen.write(EDGE, screen.y, order.shop, 40)
    screen.y += 90
    head = ("订单编号", "下单时间", "物流单号") if is_zh else ("Order number", "Date placed", "Tracking number")
    for (name, value), label in zip(
        (("order_number", order.number), ("order_time", order.ordered), ("tracking_number", order.tracking)),
        head,
        strict=True,
    ):
        if value:
            used = screen.write(EDGE, screen.y, f"{label}：" if is_zh else f"{label}: ", 32, screen.theme.soft)
            screen.write(EDGE + used, screen.y, value, 32)
            screen.y += 58
            screen.shown.add(name)
    stops = (EDGE, 800, 1030, 1200)
    titles = ("商品", "单价", "数量", "小计") if is_zh else ("Item", "Price", "Qty", "Amount")
    for x, title in zip(stops, titles, strict=True):
        screen.write(x, screen.y + 16, title, 32, screen.theme.soft)
    screen.y += 80
    for item in order.items:
        sign = item.price[0]
        cents = round(float(item.price[1:].replace(",", "")) * 100) * item.quantity
        row = (item.name, item.price, str(item.quantity), f"{sign}{cents / 100:,.2f}")
        for x, text in zip(stops, row, strict=True):
            screen.write(x, screen.y, text, 32)
        screen.y += 70
    _rows(
        screen,
        [
            ("", "运费" if is_zh else "Shipping", order.shipping),
            ("", "优惠" if is_zh else "Discount", order.discount),
            ("amount", "实付金额" if is_zh else "Amount paid", order.total),
        ],
        at="right",
        colon="：" if is_zh else ":",
    )
    screen.shown.add("shop")


def _mini(screen: Screen, order: Order) -> None:
    """A mini programme's page: shop and time on top, total large, the order's rows after the goods."""
    is_zh = order.language == "zh"
    title = f"{order.total}"
    screen.write((screen.width - screen.face.width(order.shop, 40)) / 2, screen.y + 20, order.shop, 40)
    screen.write((screen.width - screen.face.width(title, 76)) / 2, screen.y + 100, title, 76)
    screen.y += 240
    _items(screen, order, mark="x{}", price_at="right")
    labels = (
        ("实付金额", "订单编号", "下单时间", "快递公司", "快递单号")
        if is_zh
        else ("Amount paid", "Order ID", "Order date", "Carrier", "Tracking ID")
    )
    values = (
        ("amount", order.total),
        ("order_number", order.number),
        ("order_time", order.ordered),
        ("", order.carrier if order.tracking else ""),
        ("tracking_number", order.tracking),
    )
    _rows(screen, [(name, label, value) for (name, value), label in zip(values, labels, strict=True)], at="right")
    screen.shown.add("shop")


Layout = Callable[[Screen, Order], None]
_SEEN: Mapping[str, Layout] = {
    "zh_list": _zh_list,
    "zh_card": _zh_card,
    "zh_compact": _zh_compact,
    "en_retail": _en_retail,
    "en_checkout": _en_checkout,
    "en_market": _en_market,
}
_UNSEEN: Mapping[str, Layout] = {"zh_table": _table, "en_table": _table, "zh_mini": _mini, "en_mini": _mini}
WIDE = ("zh_table", "en_table")
LAYOUTS = {language: tuple(name for name in _SEEN if name.startswith(language)) for language in ("zh", "en")}
HELD_OUT = {language: tuple(name for name in _UNSEEN if name.startswith(language)) for language in ("zh", "en")}
