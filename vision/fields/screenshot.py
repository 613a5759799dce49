"""An order's screenshot in, order number, shop, goods, amount, time and tracking number with boxes out.

Values are read by type behind, beside or below their labels; goods by their prices and quantities, see order_items. A
shop without a label is known by its name, or by standing large at the head of the page.
What this does not know: which shop's app drew it; labels are those common to Chinese and English shops.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vision.fields.anchors import Anchored, Read, anchored_values, is_labelled
from vision.fields.order_items import order_items
from vision.fields.order_types import read_amount, read_device_model, read_number, read_shop, read_time
from vision.fields.page_trust import sureness, trusted
from vision.lines.layout import height_of
from vision.records import Line, Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "order_number": (
        *("订单编号", "订单号码", "订单号", "商城订单号", "交易订单号", "order number", "order no.", "order no"),
        *("order id", "order #", "order code", "order ref", "order reference", "order"),
    ),
    "tracking_number": (
        *("运单号码", "运单编号", "运单号", "快递单号", "快递编号", "物流单号", "物流编号", "tracking number"),
        *("tracking no.", "tracking no", "tracking id", "tracking #", "tracking code", "tracking", "waybill no."),
    ),
    "order_time": (
        *(
            "下单时间",
            "下单日期",
            "创建时间",
            "订单时间",
            "订购时间",
            "order placed",
            "order date",
            "ordered on",
            "ordered",
        ),
        *("time placed", "date placed", "placed on", "order time", "purchase date", "purchased on", "date"),
    ),
    "later_time": (
        "成交时间",
        "付款时间",
        "支付时间",
        "付款日期",
        "交易时间",
        "paid on",
        "payment date",
        "payment time",
    ),
    "amount": (
        *("实付款(含运费)", "实付款", "实付金额", "实付", "实际支付", "实际付款", "订单实付", "实收款", "支付金额"),
        *("total paid", "order total", "grand total", "amount paid", "total amount", "amount due", "you paid"),
    ),
    "total": ("合计", "总计", "订单金额", "订单总额", "订单总价", "应付款", "应付金额", "total"),
    "device_model": ("产品型号", "商品型号", "型号", "model"),
    "shop": (
        *("店铺名称", "店铺", "商家名称", "商家", "卖家", "商户全称", "商户名称", "商户", "sold by", "seller", "shop"),
        *("store", "merchant"),
    ),
    "": (
        *("支付方式", "付款方式", "商品总额", "商品总价", "商品金额", "优惠", "优惠券", "店铺优惠", "运费", "收货地址"),
        *(
            "收货信息",
            "收货人",
            "发货时间",
            "配送方式",
            "快递公司",
            "物流公司",
            "交易号",
            "支付宝交易号",
            "退款",
            "备注",
        ),
        *("payment method", "payment", "item total", "items total", "item(s) subtotal", "subtotal", "discount"),
        *("shipping & handling", "shipping", "postage", "delivery", "ship to", "shipping address", "shipped with"),
        *("carrier", "courier", "tax", "estimated tax", "promotion applied", "order details", "order info"),
        *("order summary", "order history", "order status", "qty", "quantity", "数量", "单价", "小计", "price"),
    ),
}
READERS: Mapping[str, Read] = {
    "order_number": read_number,
    "tracking_number": read_number,
    "order_time": read_time,
    "later_time": read_time,
    "amount": read_amount,
    "total": read_amount,
    "device_model": read_device_model,
    "shop": read_shop,
}
SUBSTITUTES: Mapping[str, str] = {"order_time": "later_time", "amount": "total"}
"""What stands in for a field that no label of its own names."""
SHOP_ZH = re.compile(
    r"[^\s:：>]{2,24}?(?:旗舰店|专营店|专卖店|自营店|官方店|企业店|折扣店|直营店|体验店|商店|店铺|超市|自营)(?=$|[\s>›)》|])"
)
SHOP_EN = re.compile(r"[A-Z0-9][\w&'.-]*(?: [\w&'.-]+){0,4} (?:Store|Shop|Outlet|Mart|Direct)(?=$|[\s>›|])")
HEAD_SHARE = 0.3
"""Of the page's height: where a shop's own page bears its name."""
NO_NAME = re.compile(
    r"\d|order|detail|thank|订单|详情|^[<>‹›]|交易|已|待|等待|deliver|way|shipped|status|details|summary|copy|confirm|页面",
    re.I,
)


def screenshot_fields(page: Page) -> dict[str, PageField]:
    """Read an order page's fields."""
    found: dict[str, Anchored] = {}
    for anchored in anchored_values(page.lines, LABELS, readers=READERS):
        if anchored.field not in found or (anchored.field == "total" and anchored.box[0][1] > found["total"].box[0][1]):
            found[anchored.field] = anchored
    fields: dict[str, PageField] = {}
    for name in ("order_number", "tracking_number", "order_time", "amount", "device_model", "shop"):
        chosen = found.get(name) or found.get(SUBSTITUTES.get(name, ""))
        if chosen is not None:
            fields[name] = trusted(name, chosen, page.lines)
    if "shop" not in fields:
        shop = _shop(page.lines) or _headline(page)
        if shop is not None:
            fields["shop"] = shop
    fields.update(order_items(page.lines, is_label=lambda text: is_labelled(text, LABELS)))
    return fields


def _shop(lines: Sequence[Line]) -> PageField | None:
    """Take the first line that a shop's word ends."""
    for line in lines:
        match = SHOP_ZH.match(line.text) or SHOP_EN.match(line.text)
        if match:
            return PageField(match.group(), round(sureness("shop", line.confidence, place="alone"), 4), line.box)
    return None


def _headline(page: Page) -> PageField | None:
    """Take the tallest name at the head of the page, above the first label."""
    first = next((at for at, line in enumerate(page.lines) if is_labelled(line.text, LABELS)), 0)
    top = [
        line
        for line in page.lines[:first]
        if not NO_NAME.search(line.text) and sum(c.isalpha() for c in line.text) >= 3
        if line.box[0][1] < HEAD_SHARE * page.height_px and 2 < len(line.text) <= 40
    ]
    if not top:
        return None
    line = max(top, key=lambda line: height_of(line.box))
    return PageField(line.text.strip(" >›"), round(0.7 * line.confidence, 4), line.box)
