"""How an e-invoice's words are set: an Invoice and a face in, a drawing out. Two kinds, as the tax office lays them.

"plain": the electronic ordinary VAT invoice with code, check code and machine number, the buyer above, the seller
below. "digital": the fully digital one (数电票) with only a number, of 20 digits, the parties side by side. What this
does not know: the truth of the words; it draws what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

from training.page_fonts import Face

WIDTH, HEIGHT = 1720, 1080
LEFT, RIGHT = 60, WIDTH - 60
INK, RED, BROWN = (20, 20, 24), (200, 30, 30), (150, 74, 22)


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Goods:
    """One row of the table; sums as printed."""

    name: str
    unit: str
    quantity: str
    price: str
    amount: str
    rate: str
    tax: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an invoice says, as printed; `code`, `check_code` and `machine_number` are empty on fully digital ones."""

    title: str
    code: str
    number: str
    date: str
    check_code: str
    machine_number: str
    buyer: Party
    seller: Party
    goods: tuple[Goods, ...]
    amount: str
    tax: str
    total: str
    capitals: str
    drawer: str
    qr: str


@dataclass(slots=True)
class Sheet:
    """A drawing in progress."""

    picture: Image.Image
    pen: ImageDraw.ImageDraw
    face: Face
    rng: Random
    label_ink: tuple[int, int, int]

    def label(self, x: float, y: float, text: str, size: int = 26) -> float:
        return x + self.face.write(self.pen, (x, y), text, size_px=size, fill=self.label_ink)

    def value(self, x: float, y: float, text: str, size: int = 26) -> None:
        self.face.write(self.pen, (x, y), text, size_px=size, fill=INK)

    def pair(self, x: float, y: float, label: str, value: str) -> None:
        self.value(self.label(x, y, label) + 6, y, value)

    def value_right(self, right: float, y: float, text: str) -> None:
        self.value(right - self.face.width(text, 26), y, text)

    def line(self, *points: float) -> None:
        self.pen.line(points, fill=self.label_ink, width=2)


def draw_invoice(invoice: Invoice, layout: str, face: Face, rng: Random) -> Image.Image:
    """Draw the invoice flat."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (252, 252, 250))
    sheet = Sheet(picture, ImageDraw.Draw(picture), face, rng, rng.choice((BROWN, RED, INK)))
    _head(sheet, invoice)
    top = _parties_above(sheet, invoice) if layout == "plain" else _parties_beside(sheet, invoice)
    top = _table(sheet, invoice, top)
    if layout == "plain":
        _party(sheet, invoice.seller, LEFT + 60, top + 12, is_plain=True)
        _aside(sheet, "销售方", LEFT + 14, top + 16)
        sheet.pen.rectangle((LEFT, top, RIGHT, top + 130), outline=sheet.label_ink, width=2)
        top += 130
    if rng.random() < 0.6:
        _stamp(sheet, top)
    foot = top + 18
    if layout == "plain":
        sheet.pair(LEFT + 30, foot, "收款人：", rng.choice(("王芳", "李娜", "张伟")))
        sheet.pair(LEFT + 430, foot, "复核：", rng.choice(("刘洋", "陈静")))
        sheet.pair(LEFT + 830, foot, "开票人：", invoice.drawer)
    else:
        sheet.pair(LEFT + 30, foot, "开票人：", invoice.drawer)
    return picture


def _head(sheet: Sheet, invoice: Invoice) -> None:
    code = zxingcpp.create_barcode(invoice.qr, zxingcpp.BarcodeFormat.QRCode)
    drawn = Image.fromarray(np.array(code.to_image(scale=4))).convert("RGB").resize((190, 190))
    sheet.picture.paste(drawn, (LEFT + 20, 20))
    size = 52
    middle = (WIDTH - sheet.face.width(invoice.title, size)) / 2
    sheet.label(middle, 50, invoice.title, size)
    sheet.line(middle - 20, 122, WIDTH - middle + 20, 122)
    sheet.line(middle - 20, 129, WIDTH - middle + 20, 129)
    colon = sheet.rng.choice(("：", ":"))
    rows = [("发票代码", invoice.code), ("发票号码", invoice.number), ("开票日期", invoice.date),
            ("校 验 码", invoice.check_code)]  # fmt: skip
    y = 40
    for name, value in rows:
        if value:
            sheet.pair(RIGHT - 460, y, name + colon, value)
            y += 44
    if invoice.machine_number:
        sheet.pair(LEFT + 230, 180, "机器编号" + colon, invoice.machine_number)


def _parties_above(sheet: Sheet, invoice: Invoice) -> int:
    top = 226
    sheet.pen.rectangle((LEFT, top, RIGHT, top + 130), outline=sheet.label_ink, width=2)
    _party(sheet, invoice.buyer, LEFT + 60, top + 12, is_plain=True)
    _aside(sheet, "购买方", LEFT + 14, top + 16)
    split = LEFT + 960
    sheet.line(split, top, split, top + 130)
    _aside(sheet, "密码区", split + 12, top + 16)
    for at in range(4):
        cipher = "".join(sheet.rng.choice("0123456789+-*/<>") for _ in range(27))
        sheet.value(split + 70, top + 4 + 30 * at, cipher, 28)
    return top + 130


def _parties_beside(sheet: Sheet, invoice: Invoice) -> int:
    top, middle = 226, WIDTH // 2
    sheet.pen.rectangle((LEFT, top, RIGHT, top + 150), outline=sheet.label_ink, width=2)
    sheet.line(middle, top, middle, top + 150)
    for left, name, party in ((LEFT, "购买方信息", invoice.buyer), (middle, "销售方信息", invoice.seller)):
        _aside(sheet, name, left + 14, top + 6, step=28)
        sheet.line(left + 52, top, left + 52, top + 150)
        _party(sheet, party, left + 66, top + 22, is_plain=False)
    return top + 150


def _aside(sheet: Sheet, text: str, x: float, y: float, *, step: int = 36) -> None:
    """Write characters below each other."""
    for at, character in enumerate(text):
        sheet.label(x, y + at * step, character, 24)


def _party(sheet: Sheet, party: Party, x: float, y: float, *, is_plain: bool) -> None:
    name, tax_id = ("名　　　　称：", "纳税人识别号：") if is_plain else ("名称：", "统一社会信用代码/纳税人识别号：")
    sheet.pair(x, y, name, party.name)
    sheet.pair(x, y + (32 if is_plain else 60), tax_id, party.tax_id)
    if is_plain:
        sheet.label(x, y + 64, "地 址、电 话：")


def _table(sheet: Sheet, invoice: Invoice, top: int) -> int:
    """Draw the goods, their sums and the total; return where it ends."""
    edges = (LEFT, 520, 690, 780, 920, 1100, 1300, 1420, RIGHT)
    is_plain = bool(invoice.code)
    names = ("货物或应税劳务、服务名称" if is_plain else "项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额",
             "税率" if is_plain else "税率/征收率", "税 额")  # fmt: skip
    for at, name in enumerate(names):
        room = edges[at + 1] - edges[at]
        sheet.label(edges[at] + max(4, (room - sheet.face.width(name, 24)) / 2), top + 8, name, 24)
    y = top + 48
    for one in invoice.goods:
        sheet.value(edges[0] + 8, y, one.name)
        cells = ("", one.unit, one.quantity, one.price, one.amount, one.rate, one.tax)
        for at, text in enumerate(cells, 1):
            sheet.value_right(edges[at + 1] - 10, y, text)
        y += 42
    sums = top + 330
    sheet.label(LEFT + 150, sums, "合　　　计")
    sheet.value_right(edges[6] - 10, sums, f"¥{invoice.amount}")
    sheet.value_right(edges[8] - 10, sums, f"¥{invoice.tax}")
    for edge in edges[1:-1]:
        if is_plain:
            sheet.line(edge, top, edge, sums + 42)
    sheet.line(LEFT, sums + 42, RIGHT, sums + 42)
    sheet.label(LEFT + 130, sums + 56, "价税合计（大写）")
    sheet.value(540, sums + 56, f"⊗{invoice.capitals}")
    sheet.pair(1240, sums + 56, "（小写）", f"¥{invoice.total}")
    end = sums + 104
    sheet.pen.rectangle((LEFT, top, RIGHT, end), outline=sheet.label_ink, width=2)
    return end


def _stamp(sheet: Sheet, top: int) -> None:
    """Put the seller's red stamp into the lower right corner."""
    x, y = RIGHT - sheet.rng.randint(330, 420), top - sheet.rng.randint(60, 110)
    sheet.pen.ellipse((x, y, x + 280, y + 190), outline=RED, width=5)
    sheet.face.write(sheet.pen, (x + 60, y + 110), "发票专用章", size_px=30, fill=RED)
