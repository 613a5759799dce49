"""What kind of page this is and what it names: a Page in, a PageReport with fields and boxes out.

The kind is decided by anchors: words that only such pages carry. Each kind has a file of its own that finds its fields.
What this does not know: the business's records; whether an order of that number exists is for the ticket to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from vision.invoice import invoice_fields
from vision.nameplate import nameplate_fields
from vision.receipt import receipt_fields
from vision.records import Page, PageField, PageKind, PageReport
from vision.screenshot import screenshot_fields

ANCHORS: Mapping[PageKind, re.Pattern[str]] = {
    "invoice": re.compile(
        r"发票代码|发票号码|增值税|电子(?:普通|专用)?发票|价税合计|纳税人识别号|统一社会信用代码|开票日期|销售方|"
        r"购买方"
    ),
    "nameplate": re.compile(
        r"型号|出厂编号|序列号|机身号|产品编号|制造编号|额定|额定电压|生产日期|制造日期|防触电|制冷剂|净重|产地|"
        r"制造商|"
        r"\bmodel\b|\bs/n\b|\bserial\b|\brated\b|\bvoltage\b|\bmade in\b|\bmanufactur|\bIPX?\d|\d ?(?:v ?~|"
        r"v ?ac|hz|kw|w)\b|\bp/n\b|\binput\b",
        re.I,
    ),
    "screenshot": re.compile(
        r"订单编号|订单号|订单详情|下单时间|付款时间|支付方式|实付款|运单号|快递单号|物流|收货地址|确认收货|交易成功|"
        r"待发货|旗舰店|再次购买|"
        r"\border (?:number|no|id|details|placed|total|date)\b|\btracking\b|\bship(?:ped|ping) (?:to|address)|"
        r"\bpayment method|\bdelivered\b|"
        r"\bbuy again\b",
        re.I,
    ),
    "receipt": re.compile(
        r"\btotal\b|\bsub-?total\b|\bcash\b|\bchange\b|\breceipt\b|\bcashier\b|\binvoice\b|\bgst\b|\bqty\b|"
        r"\btax\b|\bamount\b|\bsdn\b|"
        r"thank you|小票|收银|合计|找零|应收|实收|小计|收款机|欢迎光临|谢谢惠顾",
        re.I,
    ),
}
MAX_LINE_CHARACTERS = 300
"""No label, address or amount stands in a longer line; what is longer costs time and says nothing."""
MIN_ANCHORS = 2
"""One anchor is a word in passing, two different ones are a form."""

FINDERS: Mapping[PageKind, Callable[[Page], Mapping[str, PageField]]] = {
    "invoice": invoice_fields,
    "nameplate": nameplate_fields,
    "screenshot": screenshot_fields,
    "receipt": lambda page: receipt_fields(page.lines),
    "other": lambda page: {},
}


def page_fields(page: Page) -> PageReport:
    """Say what a page is and read its fields."""
    short = tuple(line for line in page.lines if len(line.text) <= MAX_LINE_CHARACTERS)
    page = replace(page, lines=short)
    kind = kind_of(page)
    return PageReport(kind, FINDERS[kind](page))


def kind_of(page: Page) -> PageKind:
    """Name the kind whose anchors a page carries most of; "other" where none has two."""
    text = "\n".join(line.text for line in page.lines)
    squeezed = re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", text)
    counts = {kind: len({match.lower() for match in pattern.findall(squeezed)}) for kind, pattern in ANCHORS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] >= MIN_ANCHORS else "other"
